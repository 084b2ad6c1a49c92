// What stands side by side: walls and chats, and the tabs that name them all.

import { Column } from "./column.js";
import { failed, menu } from "./dialogs.js";
import { colour, el, initials } from "./dom.js";
import { post } from "./api.js";
import { outgoing } from "./message.js";
import { current, say } from "./words.js";

const narrow = matchMedia("(max-width: 700px)");

// inLanguage tells a panel's page which language this one speaks.
function inLanguage(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("lang", current());
  return address.href;
}

/** Board owns the columns; `changed` runs after anything on it moved. */
export class Board {
  #world;
  #items = []; // {key, kind: "panel" | "chat", node, column?, title, src?, hidden, unread}
  #active = "";
  #news = new Map(); // chat without a column → "loud" or "quiet": something came
  #changed;
  #asked = new Set(); // the chats of the columns that the demo asked for and got
  #moved = new Set(); // chats that became another one

  constructor(world, changed) {
    this.#world = world;
    this.#changed = changed;
    this.root = document.getElementById("columns");
    this.tabs = document.getElementById("tabs");
    narrow.addEventListener("change", () => this.#show());
  }

  /** column of a chat, or undefined while the page does not show it. */
  column(chatID) {
    return this.#item(`chat:${chatID}`)?.column;
  }

  /** columns that exist. */
  get columns() {
    return this.#items.filter((item) => item.column).map((item) => item.column);
  }

  #item(key) {
    return this.#items.find((item) => item.key === key);
  }

  /** arrange makes the board what the demo asks for: panels, then columns; without columns every chat gets one. */
  arrange(demo) {
    demo.panels.forEach((panel, at) => this.#panel(panel, at));
    const wanted = demo.columns.length ? demo.columns : this.#everyChat();
    const missing = wanted.filter(({ chat_id: id }) => !this.#asked.has(id) && this.#world.chat(id));
    for (const { chat_id: id, as } of missing) {
      this.#asked.add(id);
      this.#open(id, as);
    }
    if (!this.#item(this.#active)) this.#active = this.#items.find((item) => item.column)?.key ?? this.#items[0]?.key ?? "";
    if (missing.length || !this.root.shown) this.#show();
    this.root.shown = true;
    this.#drawTabs();
  }

  // everyChat is what a demo without columns shows: all chats that there are at first.
  #everyChat() {
    if (this.#asked.size) return [];
    return [...this.#world.chats.values()].map((chat) => ({ chat_id: chat.id, as: this.#world.player(chat) }));
  }

  #panel({ title, url }, at) {
    const known = this.#item(`panel:${at}`);
    const src = inLanguage(url);
    if (known) {
      if (known.title === title && known.src === src) return;
      Object.assign(known, { title, src });
      known.node.setAttribute("aria-label", title);
      known.node.querySelector("h2").textContent = title;
      Object.assign(known.node.querySelector("iframe"), { title, src });
      return;
    }
    const node = el("section", { className: "column panel", "aria-label": title },
      el("header", {}, el("h2", { textContent: title })), el("iframe", { title, src, referrerPolicy: "same-origin" }));
    this.#add({ key: `panel:${at}`, kind: "panel", node, title, src, hidden: false, unread: "" }, at);
  }

  #add(item, at = this.#items.length) {
    this.#items.splice(at, 0, item);
    this.root.insertBefore(item.node, this.root.children[at] ?? null);
  }

  #open(chatID, as, at) {
    const chat = this.#world.chat(chatID);
    if (!chat || this.column(chatID)) return this.#item(`chat:${chatID}`);
    const column = new Column(this.#world, chatID, as ?? this.#world.player(chat), {
      link: (url, who) => this.#link(url, who),
      hide: () => this.#hide(`chat:${chatID}`),
      actAs: (old, who) => this.#replay(old.chatID, who).querySelector("select").focus(),
      redrawn: this.#changed,
      sent: (id, message) => this.put(id, message, false),
    });
    const item = { key: `chat:${chatID}`, kind: "chat", node: column.node, column, hidden: false, unread: "" };
    this.#add(item, at);
    this.#news.delete(chatID);
    column.sync();
    return item;
  }

  // replay shows a chat through the eyes of another person, in the same place.
  #replay(chatID, as) {
    const at = this.#items.findIndex((item) => item.key === `chat:${chatID}`);
    const [old] = this.#items.splice(at, 1);
    old.node.remove();
    const item = this.#open(chatID, as, at);
    item.column.composer.input.value = old.column.composer.input.value;
    this.#show();
    return item.node;
  }

  /** rebuild makes every column anew, in the page's present language. */
  rebuild() {
    for (const { column, hidden, key } of [...this.#items]) {
      if (!column) continue;
      this.#replay(column.chatID, column.as);
      this.#item(key).hidden = hidden;
    }
    this.#show();
  }

  /** sync brings every column to the world's state. */
  sync() {
    for (const column of this.columns) if (this.#world.chat(column.chatID)) column.sync();
    for (const chat of this.#world.chats.values()) this.#follow(chat);
    this.#show();
  }

  // follow lets a column go on as the supergroup that its group has become.
  #follow(chat) {
    const next = chat.messages.findLast((message) => message.migrate_to_chat_id)?.migrate_to_chat_id;
    const item = this.#item(`chat:${chat.id}`);
    if (!next || !item || this.#moved.has(chat.id) || !this.#world.chat(next)) return;
    this.#moved.add(chat.id);
    this.#open(next, item.column.as, this.#items.indexOf(item));
    item.hidden = true;
    if (this.#active === item.key) this.#active = `chat:${next}`;
  }

  /** learn takes in how the bot sent things: which are silent, and which ask for a reply. */
  learn({ silent, asks }) {
    for (const [chatID, id] of this.#world.learn(silent)) {
      const log = this.column(chatID)?.log;
      if (log?.row(id)) log.redraw(id);
    }
    for (const [chatID, id] of Object.entries(asks)) this.column(Number(chatID))?.ask(id);
  }

  /** put shows a message that arrived or changed; a fresh one came by the stream. */
  put(chatID, message, fresh) {
    const started = this.#world.person(chatID)?.started;
    if (!this.#world.put(chatID, message)) return;
    const item = this.#item(`chat:${chatID}`);
    const known = item?.column.log.message(message.message_id);
    if (item?.column.log.put(message, fresh) && message.from?.id === this.#world.bot.id) item.column.quiet();
    if (this.#world.person(chatID)?.started !== started) item?.column.refresh();
    if (fresh && !known && !this.#visible(item) && !outgoing(message, item?.column.as)) this.#mark(chatID, message);
    this.#changed();
  }

  #mark(chatID, message) {
    const news = message.disable_notification ? "quiet" : "loud";
    const item = this.#item(`chat:${chatID}`);
    if (!item) this.#news.set(chatID, news);
    else if (item.unread !== "loud") item.unread = news;
    this.#drawTabs();
  }

  #visible(item) {
    if (!item || item.hidden) return false;
    return !narrow.matches || item.key === this.#active;
  }

  #hide(key) {
    this.#item(key).hidden = true;
    this.#show();
    this.tabs.querySelector(`[data-key="${key}"]`)?.focus();
  }

  /** show brings a chat to the front, opening its column if there is none. */
  show(chatID) {
    const item = this.#open(chatID, undefined);
    if (item) this.#front(item);
  }

  #front(item) {
    item.hidden = false;
    this.#active = item.key;
    this.#show();
    item.node.scrollIntoView({ inline: "nearest", block: "nearest" });
    item.node.focus({ preventScroll: true });
  }

  #show() {
    for (const item of this.#items) {
      const visible = this.#visible(item);
      const was = !item.node.hidden;
      item.node.hidden = !visible;
      if (visible) item.unread = "";
      if (visible && (!was || !item.shown)) item.column?.log.shown();
      item.shown = visible;
    }
    this.#drawTabs();
    this.#changed();
  }

  // drawTabs names every panel, every column and every chat without one.
  #drawTabs() {
    const rest = [...this.#world.chats.values()].filter((chat) => !this.column(chat.id));
    const tabs = [
      ...this.#items.map((item) => this.#tab(item.key, item.column?.title ?? item.title, item, () => this.#front(item))),
      ...rest.map((chat) => this.#tab(`chat:${chat.id}`, chat.title || this.#world.name(chat.person_id), { unread: this.#news.get(chat.id) }, () => this.show(chat.id))),
    ];
    const shown = JSON.stringify(tabs.map((tab) => tab.outerHTML));
    if (shown === this.tabs.shown) return;
    this.tabs.shown = shown;
    const focused = document.activeElement?.dataset?.key;
    this.tabs.replaceChildren(...tabs);
    if (focused) this.tabs.querySelector(`[data-key="${focused}"]`)?.focus();
    if (narrow.matches) this.tabs.querySelector(`[data-key="${this.#active}"]`)?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  #tab(key, title, item, press) {
    const visible = Boolean(item?.node) && this.#visible(item);
    const news = item?.unread ? ` (${say("unread")})` : "";
    const node = el("button", { type: "button", className: `tab ${item?.unread ?? ""}`, "aria-pressed": String(visible), "aria-label": title + news, onclick: press },
      el("span", { className: `avatar small ${colour(item?.column?.chatID ?? 0)}`, textContent: item?.kind === "panel" ? "▤" : initials(title), "aria-hidden": "true" }),
      el("bdi", { textContent: title }));
    node.dataset.key = key;
    return node;
  }

  // link asks whom a deep link of our bot is for; other links open as usual.
  #link(address, as) {
    const url = new URL(address);
    const payload = url.searchParams.get("start");
    const ours = ["t.me", "telegram.me"].includes(url.hostname) && url.pathname.slice(1).toLowerCase() === this.#world.bot.username.toLowerCase();
    if (!ours || payload === null) return false;
    const people = [...this.#world.people.values()].filter((person) => person.id !== as);
    menu(say("openAs"), [...people, ...[...this.#world.people.values()].filter((person) => person.id === as)].map((person) => ({
      label: person.role ? `${person.name} · ${person.role}` : person.name,
      node: el("span", { className: `avatar small ${colour(person.id)}`, textContent: initials(person.name), "aria-hidden": "true" }),
      run: () => this.#start(person.id, payload),
    })));
    return true;
  }

  async #start(as, payload) {
    try {
      await post("/play/start", { as, payload });
      await this.#world.load();
      this.sync();
      this.show(as);
    } catch (error) {
      failed(error);
    }
  }
}
