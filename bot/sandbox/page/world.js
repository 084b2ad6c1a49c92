// The page's copy of the sandbox: people, chats and their messages.

import { get } from "./api.js";

/** World is filled by load and kept current by apply. */
export class World {
  bot = { id: 0, username: "", name: "" };
  people = new Map();
  chats = new Map();
  #silent = new Set(); // "chat message" of what came without a sound

  /** silent says whether the bot sent a message without a sound. */
  silent(chatID, id) {
    return this.#silent.has(`${chatID} ${id}`);
  }

  /** learn keeps which messages are silent; it returns those not known as such before, as [chat, message]. */
  learn(silent) {
    const pairs = Object.entries(silent).flatMap(([chat, ids]) => ids.map((id) => [Number(chat), id]));
    const news = pairs.filter(([chat, id]) => !this.silent(chat, id));
    for (const [chat, id] of news) this.#silent.add(`${chat} ${id}`);
    return news;
  }

  /** load reads everything anew. */
  async load() {
    const state = await get("/play/state");
    this.bot = state.bot;
    this.people = new Map((state.people ?? []).map((person) => [person.id, person]));
    this.chats = new Map((state.chats ?? []).map((chat) => [chat.id, { ...chat, messages: chat.messages ?? [] }]));
  }

  /** person with the id, or undefined. */
  person(id) {
    return this.people.get(id);
  }

  /** name of a person, of the bot, or the bare id. */
  name(id) {
    if (id === this.bot.id) return this.bot.name;
    return this.people.get(id)?.name ?? String(id);
  }

  /**
   * chat with the id, or undefined. A person who has never met the bot has no
   * chat yet; an empty one stands for it, since its id will be the person's.
   */
  chat(id) {
    if (this.chats.has(id)) return this.chats.get(id);
    if (!this.people.has(id)) return undefined;
    return { id, type: "private", person_id: id, members: [id], messages: [], commands: [], reply_keyboard: null, placeholder: "" };
  }

  /** player is the person through whose eyes a chat is best shown first. */
  player(chat) {
    if (chat.type === "private") return chat.person_id;
    const members = (chat.members ?? []).filter((id) => this.people.has(id));
    return members.find((id) => /admin|админ/i.test(this.people.get(id).role ?? "")) ?? members[0];
  }

  /** topic is the title of a forum's topic. */
  topic(chatID, thread) {
    const first = this.chat(chatID)?.messages.find((message) => message.forum_topic_created && (message.message_thread_id ?? message.message_id) === thread);
    return first?.forum_topic_created.name ?? thread;
  }

  /** put keeps a message that arrived or changed; false if its chat is not known yet. */
  put(chatID, message) {
    const messages = this.chats.get(chatID)?.messages;
    if (!messages) return false;
    const writer = this.people.get(chatID);
    if (writer && message.from?.id === writer.id) writer.started = true; // nobody writes to the bot before that
    const at = messages.findLastIndex((known) => known.message_id <= message.message_id);
    if (at >= 0 && messages[at].message_id === message.message_id) messages[at] = message;
    else messages.splice(at + 1, 0, message);
    return true;
  }

  /** remove forgets a deleted message. */
  remove(chatID, id) {
    const chat = this.chats.get(chatID);
    if (chat) chat.messages = chat.messages.filter((message) => message.message_id !== id);
  }
}
