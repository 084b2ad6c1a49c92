// The line above the chats: it names the next press worth trying, and lets it glow.

import { get } from "./api.js";
import { current } from "./words.js";

/** Hint asks the server every two seconds, and after each change, what to try next. */
export class Hint {
  #board;
  #hint = { text: "", chat_id: 0, button: "" };
  #asking = false;

  constructor(board) {
    this.#board = board;
    this.line = document.getElementById("hint");
    this.line.onclick = () => this.#follow();
    setInterval(() => document.hidden || this.ask(), 2000);
  }

  /** ask reads the demo's answer; trouble is left to the stream, which shows that the server is gone. */
  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    const demo = await get(`/play/demo?lang=${current()}`).catch(() => null);
    this.#asking = false;
    if (!demo) return;
    this.#hint = demo.hint;
    this.#board.arrange(demo);
    this.#board.learn(demo.manner);
    this.glow();
  }

  /** glow marks the column and the button that the hint names, and only them. */
  glow() {
    const { text, chat_id: chatID, button } = this.#hint;
    if (this.line.textContent !== text) this.line.textContent = text;
    const column = this.#board.column(chatID)?.node;
    const wanted = new Set([column, button ? this.#button(column) : null].filter(Boolean));
    for (const node of document.querySelectorAll(".glow")) if (!wanted.has(node)) node.classList.remove("glow");
    for (const node of wanted) node.classList.add("glow");
    for (const tab of document.querySelectorAll("#tabs .tab")) tab.classList.toggle("glow", tab.dataset.key === `chat:${chatID}` && Boolean(column?.hidden));
  }

  // button finds the newest button with the label: in the column, else anywhere.
  // A command that no button has is to be typed, so the field is meant.
  #button(column) {
    const { button } = this.#hint;
    if (button.startsWith("/") && column) return column.querySelector(".composer .line");
    const own = [...document.querySelectorAll("#bar button:not(#hint)")];
    const places = (column ?? document).querySelectorAll(".key, .replykeys button, .gate button");
    return [...(column ? [] : own), ...places].findLast((node) => node.textContent.includes(button));
  }

  #follow() {
    if (this.#hint.chat_id) this.#board.show(this.#hint.chat_id);
    this.glow();
    const target = document.querySelector("button.glow:not(.tab), a.glow, .line.glow textarea");
    target?.scrollIntoView({ block: "nearest" });
    target?.focus({ preventScroll: true });
  }
}
