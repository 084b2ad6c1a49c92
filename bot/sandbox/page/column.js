// One chat, seen and played by one person.

import { colour, el, initials, tool } from "./dom.js";
import { post } from "./api.js";
import { alertBox, copy, failed, toast, viewer } from "./dialogs.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { keyboard, outgoing } from "./message.js";
import { say } from "./words.js";

/** Column is a chat on the page; `world` is the page's copy of the sandbox (world.js). */
export class Column {
  #world;
  #waiting = new Set(); // "message data" of the presses without an answer
  #typing = 0;
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
    this.body = el("div", { className: "body" }, this.log.list, this.log.jump);
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
    this.header.replaceChildren(...this.#head(chat));
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

  #head(chat) {
    const person = this.#world.person(this.as);
    const alone = chat.type === "private";
    const state = alone ? this.#state(person) : say("members", chat.members?.length ?? 0);
    return [
      el("div", { className: `avatar ${colour(this.chatID)}`, textContent: initials(this.title), "aria-hidden": "true" }),
      el("div", { className: "names" },
        el("h2", {}, el("bdi", { textContent: this.title }), ...(alone && person?.role ? [el("small", { textContent: ` · ${person.role}` })] : [])),
        el("p", {}, this.#typing ? el("i", { textContent: `${this.#world.bot.name} ${say("typing")}` }) : el("span", {}, ...this.#who(chat), ` · ${state}`))),
      alone && person?.started && !person.blocked ? tool("forbid", say("block"), () => this.#block(true)) : null,
      tool("close", say("hide"), () => this.hooks.hide(this), { className: "tool hide" }),
    ].filter(Boolean);
  }

  #state(person) {
    if (person?.blocked) return say("blockedState");
    return say(person?.started ? "privateChat" : "notStarted");
  }

  // who names the person who is played; in a group it can be any of its members.
  #who(chat) {
    const people = (chat.members ?? []).map((id) => this.#world.person(id)).filter(Boolean);
    if (chat.type === "private" || people.length < 2) return [`${say("you")} `, el("bdi", { textContent: this.#world.name(this.as) })];
    const select = el("select", { "aria-label": say("actAs"), title: say("actAs") },
      ...people.map((person) => el("option", { value: person.id, textContent: person.name, selected: person.id === this.as })));
    select.onchange = () => this.hooks.actAs(this, Number(select.value));
    return [`${say("you")} `, select];
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
      if (outgoing(message, this.as) && message.text !== undefined) return message;
    }
    return null;
  }

  async #say({ text, reply, files = [] }) {
    const fields = { as: this.as, chat_id: this.chatID, text, reply_to: reply ?? 0 };
    let body = fields;
    if (files.length) {
      body = new FormData();
      for (const [name, value] of Object.entries(fields)) if (value) body.append(name, value);
      for (const { file, kind } of files) body.append(kind, file, file.name);
    }
    const { message } = await post("/play/send", body);
    if (message) this.hooks.sent(this.chatID, message);
  }

  async #press(id, data) {
    const mark = `${id} ${data}`;
    if (this.#waiting.has(mark)) return;
    this.#mark(id, mark, true);
    try {
      const result = await post("/play/press", { as: this.as, chat_id: this.chatID, message_id: id, data });
      if (result.answered) this.#tell(result);
      else toast(say("noAnswer"), "bad");
    } catch (error) {
      failed(error);
    } finally {
      this.#mark(id, mark, false);
    }
  }

  #mark(id, mark, waits) {
    if (waits) this.#waiting.add(mark);
    else this.#waiting.delete(mark);
    if (this.log.row(id)) this.log.redraw(id);
  }

  #tell({ text, alert, url }) {
    this.#answered = { text: text ?? "", until: Date.now() + 3000 };
    if (url) window.open(url, "_blank", "noopener");
    if (!text) return;
    if (alert) alertBox(text);
    else toast(text);
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
