// Where a person writes: text, reply, edit, files, and the menu of commands.

import { el, icon, tool } from "./dom.js";
import { failed, menu } from "./dialogs.js";
import { excerpt, sender, wording } from "./message.js";
import { say } from "./words.js";

/**
 * Composer writes in one chat as one person. `send({text, reply, files})` and
 * `edit(id, text)` return promises; `commands()` lists what the bot offers
 * there; `lastOwn()` is the newest message of the person, for the arrow up.
 */
export class Composer {
  #hooks;
  #reply = null;
  #editing = null;
  #files = []; // {file, kind: "photo" | "document", address}
  #choice = -1;
  #busy = false;

  constructor(hooks) {
    this.#hooks = hooks;
    this.input = el("textarea", { rows: 1, placeholder: say("write"), "aria-label": say("write"), dir: "auto" });
    this.banner = el("div", { className: "banner", hidden: true });
    this.chips = el("div", { className: "chips", hidden: true });
    this.offers = el("div", { className: "offers", role: "listbox", "aria-label": say("commands"), hidden: true });
    this.photo = el("input", { type: "file", accept: "image/png,image/jpeg,image/gif", multiple: true, hidden: true, name: "photo" });
    this.file = el("input", { type: "file", multiple: true, hidden: true, name: "document" });
    this.sender = tool("send", say("send"), () => this.submit(), { className: "tool send" });
    this.slash = tool("slash", say("commands"), () => this.#toggleCommands());
    this.node = el("div", { className: "composer" }, this.offers, this.banner, this.chips,
      el("div", { className: "line" }, tool("attach", say("attach"), () => this.#chooseKind()), this.slash, this.input, this.sender),
      this.photo, this.file);
    this.#listen();
  }

  #listen() {
    this.photo.onchange = () => this.attach(this.photo, "photo");
    this.file.onchange = () => this.attach(this.file, "document");
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.#offer([]), 200));
    this.input.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    });
  }

  /** take attaches pasted or dropped files: pictures as photos, the rest as documents. */
  take(files) {
    for (const file of files) this.#add(file, /^image\/(png|jpeg|gif)$/.test(file.type) ? "photo" : "document");
    this.input.focus();
  }

  attach(input, kind) {
    for (const file of input.files) this.#add(file, kind);
    input.value = "";
    this.input.focus();
  }

  #add(file, kind) {
    this.#files.push({ file, kind, address: kind === "photo" ? URL.createObjectURL(file) : "" });
    this.#showFiles();
  }

  #showFiles() {
    this.chips.hidden = !this.#files.length;
    this.chips.replaceChildren(...this.#files.map((entry) =>
      el("div", { className: "chip" },
        entry.kind === "photo" ? el("img", { src: entry.address, alt: "" }) : icon("file"),
        el("bdi", { textContent: entry.file.name }),
        tool("close", say("remove"), () => {
          this.#drop([entry]);
          this.#showFiles();
        }))));
  }

  #drop(entries) {
    for (const entry of entries) if (entry.address) URL.revokeObjectURL(entry.address);
    this.#files = this.#files.filter((entry) => !entries.includes(entry));
  }

  #chooseKind() {
    menu(say("attach"), [
      { label: say("attachPhoto"), node: icon("photo"), run: () => this.photo.click() },
      { label: say("attachFile"), node: icon("file"), run: () => this.file.click() },
    ]);
  }

  /** occupied says whether something is begun here that should not be disturbed. */
  get occupied() {
    return Boolean(this.input.value || this.#reply || this.#editing || this.#files.length);
  }

  /** reply binds the next message to another one. */
  reply(message, focus = true) {
    this.#editing = null;
    this.#reply = message;
    this.#showBanner(say("replyTo"), sender(message)[1], message);
    if (focus) this.input.focus();
  }

  /** edit puts an own message into the field. */
  edit(message) {
    this.#reply = null;
    this.#editing = message;
    this.input.value = wording(message);
    this.#showBanner(say("editing"), "", message);
    this.input.focus();
    this.#grow();
  }

  #showBanner(title, name, message) {
    this.banner.hidden = false;
    this.banner.replaceChildren(
      icon(this.#editing ? "edit" : "reply"),
      el("span", { className: "what" },
        el("b", {}, title, ...(name ? [": ", el("bdi", { textContent: name })] : [])),
        el("span", { dir: "auto", textContent: excerpt(message) })),
      tool("close", say("cancel"), () => this.cancel()));
    this.sender.title = say(this.#editing ? "save" : "send");
    this.sender.setAttribute("aria-label", this.sender.title);
  }

  /** cancel ends a reply or an edit. */
  cancel() {
    if (this.#editing) this.input.value = "";
    this.#reply = this.#editing = null;
    this.banner.hidden = true;
    this.sender.title = say("send");
    this.sender.setAttribute("aria-label", say("send"));
    this.#grow();
  }

  /** hint shows what the bot would like to read, or the usual word. */
  hint(placeholder) {
    this.input.placeholder = placeholder || say("write");
  }

  /** submit sends what is written; on an error everything stays for another try. */
  async submit() {
    const text = this.input.value.trim();
    if (this.#busy || (!text && !this.#files.length)) return;
    const files = this.#files;
    this.#busy = true;
    try {
      if (this.#editing) await this.#hooks.edit(this.#editing.message_id, text);
      else await this.#hooks.send({ text, reply: this.#reply?.message_id, files });
      this.input.value = "";
      this.#drop(files);
      this.#showFiles();
      this.cancel();
    } catch (error) {
      failed(error);
    } finally {
      this.#busy = false;
    }
    this.#offer([]);
  }

  #typed() {
    this.#grow();
    const typed = /^\/(\w*)$/.exec(this.input.value);
    this.#offer(typed ? this.#hooks.commands().filter((entry) => entry.command.startsWith(typed[1].toLowerCase())) : []);
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  #toggleCommands() {
    this.#offer(this.offers.hidden ? this.#hooks.commands() : []);
    this.input.focus();
  }

  /** refresh shows or hides the button of the commands, by whether there are any. */
  refresh() {
    this.slash.hidden = !this.#hooks.commands().length;
  }

  #offer(commands) {
    this.#choice = -1;
    this.offers.hidden = !commands.length;
    this.offers.replaceChildren(...commands.map((entry) =>
      el("div", { role: "option", "aria-selected": "false", onpointerdown: (event) => event.preventDefault(), onclick: () => this.#command(entry.command) },
        el("b", { textContent: `/${entry.command}` }), el("span", { dir: "auto", textContent: entry.description }))));
  }

  async #command(name) {
    this.#offer([]);
    this.input.value = "";
    try {
      await this.#hooks.command(name);
    } catch (error) {
      failed(error);
    }
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.#offersKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && !this.banner.hidden) {
      this.cancel();
    } else if (event.key === "ArrowUp" && !this.input.value && !this.#editing) {
      const own = this.#hooks.lastOwn();
      if (!own) return;
      event.preventDefault();
      this.edit(own);
    }
  }

  // offersKey walks through the open menu of commands; true if the key was its own.
  #offersKey(event) {
    const options = [...this.offers.children];
    if (!options.length || this.offers.hidden) return false;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      this.#choice = (this.#choice + step + options.length + (this.#choice < 0 && step < 0 ? 1 : 0)) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#choice)));
      options[this.#choice].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Escape") {
      this.#offer([]);
    } else if (event.key === "Tab" && !event.shiftKey) {
      this.input.value = `${options[Math.max(0, this.#choice)].firstChild.textContent} `;
      this.#offer([]);
    } else if (event.key === "Enter" && this.#choice >= 0) {
      options[this.#choice].click();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }
}
