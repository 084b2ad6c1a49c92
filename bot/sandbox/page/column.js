// One chat, seen and played by one person.

import { colour, el, initials, tool } from "./dom.js";
import { post } from "./api.js";
import { alertBox, copy, failed, toast, viewer } from "./dialogs.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { keyboard, outgoing, wording } from "./message.js";
import { current, say } from "./words.js";

/** Column is a chat on the page; `world` is the page's copy of the sandbox (world.js). */
export class Column {
  #world;
  #waiting = new Set(); // "message data" of the presses without an answer
  #typing = 0;
  #asked = 0; // the newest message that wanted a reply and was seen
  #answered = { text: "", until: 0 };

  constructor(world, chatID, as, hooks) {
    Object.assign(this, { chatID, as, unread: false, hooks });
    this.#world = world;
    this.on = { command: (text) => this.#say({ text }).catch(failed), link: (url) => hooks.link(url, this.as) };
    this.#build();
    this.refresh();
  }

  get chat() {
    return this.#world.chat(this.chatID);
  }

  /** title of the chat: the group's, or the person's whose private chat it is. */
  get title() {
    const chat = this.chat;
    return chat.type === "private" ? this.#world.name(chat.person_id) : chat.title;
  }

  #build() {
    this.log = this.#makeLog();
    this.composer = new Composer({
      send: (what) => this.#say(what),
      edit: (id, text) => post("/play/edit", { as: this.as, chat_id: this.chatID, message_id: id, text }),
      commands: () => this.chat.commands ?? [],
      command: (name) => this.#say({ text: this.chat.type === "private" ? `/${name}` : `/${name}@${this.#world.bot.username}` }),
      lastOwn: () => this.#lastOwn(),
    });
    this.header = el("header");
    this.reply = el("div", { className: "replykeys", hidden: true });
    this.gate = el("div", { className: "gate", hidden: true });
    this.toasts = el("div", { className: "toasts", role: "status", "aria-live": "polite" });
    this.body = el("div", { className: "body" }, this.log.list, this.log.jump, this.toasts);
    this.node = el("section", { className: "column", tabIndex: -1 }, this.header, this.body, this.reply, this.gate, this.composer.node);
    this.node.dataset.chat = this.chatID;
    this.#dropZone();
  }

  #makeLog() {
    const presses = {
      waiting: (id, data) => this.#waiting.has(`${id} ${data}`),
      press: (id, data) => this.#press(id, data),
      copy,
      on: this.on,
    };
    return new Log({
      as: this.as,
      bot: this.#world.bot.id,
      silent: (message) => this.#world.silent(this.chatID, message.message_id),
      group: this.chat.type !== "private",
      on: this.on,
      topic: (thread) => this.#world.topic(this.chatID, thread),
      keyboard: (message) => keyboard(message, presses),
      enlarge: viewer,
    }, {
      reply: (message) => this.composer.reply(message),
      edit: (message) => this.composer.edit(message),
      copy,
    });
  }

  #dropZone() {
    let depth = 0;
    const files = (event) => event.dataTransfer?.types.includes("Files");
    this.node.addEventListener("dragenter", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth++;
      this.node.dataset.drop = say("dropHere");
    });
    this.node.addEventListener("dragover", (event) => files(event) && event.preventDefault());
    this.node.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (!depth) delete this.node.dataset.drop;
    });
    this.node.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      delete this.node.dataset.drop;
      this.composer.take(event.dataTransfer.files);
    });
  }

  /** refresh redraws what is not a message: header, reply keyboard, gate, commands. */
  refresh() {
    const chat = this.chat;
    this.node.setAttribute("aria-label", `${this.title}: ${say("you")} ${this.#world.name(this.as)}`);
    this.#head(chat);
    this.log.list.setAttribute("aria-label", this.title);
    this.#showReplyKeyboard(chat.reply_keyboard);
    this.composer.hint(chat.placeholder);
    this.composer.refresh();
    this.#showGate(chat);
  }

  /** sync shows exactly the messages that the chat has. */
  sync() {
    this.log.all(this.chat.messages);
    this.refresh();
  }

  // head is built anew only when it says something else: somebody may just be choosing in it.
  #head(chat) {
    const person = this.#world.person(this.as);
    const members = (chat.members ?? []).map((id) => this.#world.person(id)).filter(Boolean);
    const shown = JSON.stringify([this.title, person, members, chat.members?.length, Boolean(this.#typing), current()]);
    if (this.header.shown === shown) return;
    this.header.shown = shown;
    const alone = chat.type === "private";
    this.header.replaceChildren(...[
      el("div", { className: `avatar ${colour(this.chatID)}`, textContent: initials(this.title), "aria-hidden": "true" }),
      el("div", { className: "names" },
        el("h2", { title: this.title }, el("bdi", { textContent: this.title })),
        this.#typing ? el("p", {}, el("i", { textContent: `${this.#world.bot.name} ${say("typing")}` })) : el("p", {}, `${say("you")} `, ...(alone ? this.#alone(person) : this.#among(members, chat)))),
      alone && person?.started && !person.blocked ? tool("forbid", say("block"), () => this.#block(true)) : null,
      tool("close", say("hide"), () => this.hooks.hide(this), { className: "tool hide" }),
    ].filter(Boolean));
  }

  // alone describes the person in a private chat.
  #alone(person) {
    const state = person?.blocked ? say("blockedState") : person?.started ? null : say("notStarted");
    const text = [person?.role || person?.name, state].filter(Boolean).join(" · ");
    return [el("bdi", { title: text, textContent: text })];
  }

  // among names the person who is played in a group; it can be any of its members.
  #among(members, chat) {
    const all = chat.members?.length ?? 0;
    const count = el("span", { title: say("members", all), textContent: ` · ${say("headcount", all)}` });
    if (members.length < 2) return [el("bdi", { textContent: this.#world.name(this.as) }), count];
    const select = el("select", { "aria-label": say("actAs"), title: say("actAs") },
      ...members.map((person) => el("option", { value: person.id, textContent: person.name, selected: person.id === this.as })));
    select.onchange = () => this.hooks.actAs(this, Number(select.value));
    return [select, count];
  }

  #showReplyKeyboard(rows) {
    this.reply.hidden = !rows?.length;
    const shown = JSON.stringify(rows ?? null);
    if (this.reply.dataset.shown === shown) return;
    this.reply.dataset.shown = shown;
    this.reply.replaceChildren(...(rows ?? []).map((row) =>
      el("div", { className: "keyrow" }, ...row.map((button) => {
        const text = button.text ?? button;
        return el("button", { type: "button", onclick: () => this.#say({ text }).catch(failed) }, el("bdi", { textContent: text }));
      }))));
  }

  // showGate puts one large button where the field is, when a person cannot write yet or any more.
  #showGate(chat) {
    const person = this.#world.person(this.as);
    const closed = chat.type === "private" && (person?.blocked || !person?.started);
    this.gate.hidden = !closed;
    this.composer.node.hidden = Boolean(closed);
    if (!closed) return;
    this.reply.hidden = true;
    const open = person?.blocked
      ? { label: say("unblock"), run: () => this.#block(false) }
      : { label: say("start"), run: () => post("/play/start", { as: this.as, payload: "" }).catch(failed) };
    this.gate.replaceChildren(el("button", { type: "button", className: "primary", textContent: open.label, onclick: open.run }));
  }

  #block(blocked) {
    post("/play/block", { as: this.as, blocked }).catch(failed);
  }

  #lastOwn() {
    for (const message of this.log.newest()) {
      if (outgoing(message, this.as) && wording(message)) return message;
    }
    return null;
  }

  async #say({ text, reply, files = [] }) {
    const fields = { as: this.as, chat_id: this.chatID, text, reply_to: reply ?? 0 };
    if (!files.length) return this.#post(fields);
    for (const [at, { file, kind }] of files.entries()) {
      const form = new FormData();
      const first = at === 0 ? fields : { as: this.as, chat_id: this.chatID }; // the words stand under the first file
      for (const [name, value] of Object.entries(first)) if (value) form.append(name, value);
      form.append(kind, file, file.name);
      await this.#post(form);
    }
  }

  async #post(body) {
    const { message } = await post("/play/send", body);
    if (message) this.hooks.sent(this.chatID, message);
  }

  /** ask lets the field answer a message that wants a reply, unless it was answered or something is being written. */
  ask(id) {
    if (this.#asked >= id) return;
    const message = this.log.message(id);
    if (!message) return;
    this.#asked = id;
    for (const later of this.log.newest()) {
      if (later.message_id <= id) break;
      if (outgoing(later, this.as)) return;
    }
    const busy = document.activeElement?.matches?.("textarea") && document.activeElement.value;
    if (!this.composer.occupied) this.composer.reply(message, !busy && !this.node.hidden);
  }

  async #press(id, data) {
    const mark = `${id} ${data}`;
    if (this.#waiting.has(mark)) return;
    this.#mark(id, mark, true);
    try {
      const result = await post("/play/press", { as: this.as, chat_id: this.chatID, message_id: id, data });
      if (result.answered) this.#tell(result);
      else toast(say("noAnswer"), "bad", this.toasts);
    } catch (error) {
      failed(error);
    } finally {
      this.#mark(id, mark, false);
    }
  }

  #mark(id, mark, waits) {
    if (waits) this.#waiting.add(mark);
    else this.#waiting.delete(mark);
    if (!this.log.row(id)) return;
    this.log.redraw(id);
    this.hooks.redrawn();
  }

  #tell({ text, alert, url }) {
    this.#answered = { text: text ?? "", until: Date.now() + 3000 };
    if (url) window.open(url, "_blank", "noopener");
    if (!text) return;
    if (alert) alertBox(text);
    else toast(text, "", this.toasts);
  }

  /** answer shows an answer that came by the stream, unless the press itself brings or brought it. */
  answer({ text, alert }) {
    const brought = this.#answered.until > Date.now() && this.#answered.text === (text ?? "");
    if (!this.#waiting.size && !brought) this.#tell({ text, alert });
  }

  /** typing shows for five seconds that the bot is at work, as Telegram does. */
  typing() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.quiet(), 5000);
    this.refresh();
  }

  /** quiet ends what typing began. */
  quiet() {
    if (!this.#typing) return;
    clearTimeout(this.#typing);
    this.#typing = 0;
    this.refresh();
  }
}
