// The list of a chat's messages. Every message keeps its own row, found by id:
// what arrives is added, what changes is patched, and nothing else is touched.

import { el, icon, later, tool } from "./dom.js";
import { contents, outgoing, sender, service, wording } from "./message.js";
import { day, say } from "./words.js";

/** Log shows messages; `view` is what message.js needs, `act` does reply, edit and copy. */
export class Log {
  #rows = new Map(); // message id → {row, message, shown}
  #order = []; // the ids, ascending
  #view;
  #act;
  #strip;
  #fresh = 0;
  #pinned = true; // at the end, and to stay there
  #height = 0;

  constructor(view, act) {
    this.#view = { ...view, scrollTo: (id) => this.scrollTo(id) };
    this.#act = act;
    this.rows = el("div", { className: "rows" });
    this.list = el("div", { className: "list", role: "log", tabIndex: 0, "aria-live": "off" }, this.rows);
    this.jump = el("button", { type: "button", className: "jump", hidden: true, title: say("latest"), "aria-label": say("latest"), onclick: () => this.toEnd() }, icon("down"), el("span"));
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.#keys(event));
    for (const name of ["pointerover", "focusin"]) this.list.addEventListener(name, (event) => this.#offer(event.target));
    this.list.addEventListener("dblclick", (event) => this.#doubled(event));
    // Rows get their true height when they come into view, pictures when they
    // have come: whoever was at the end stays there.
    new ResizeObserver(() => this.#pinned && this.toEnd()).observe(this.rows);
    new ResizeObserver(() => this.#pinned && this.toEnd()).observe(this.list);
  }

  /** message is the one with the id as it stands now, or undefined. */
  message(id) {
    return this.#rows.get(id)?.message;
  }

  /** messages from the newest to the oldest. */
  *newest() {
    for (let i = this.#order.length - 1; i >= 0; i--) yield this.#rows.get(this.#order[i]).message;
  }

  /** row is the element of a message, or undefined. */
  row(id) {
    return this.#rows.get(id)?.row;
  }

  /** all makes the list show exactly these messages. */
  all(messages) {
    const kept = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.#order]) if (!kept.has(id)) this.remove(id);
    for (const message of messages) this.put(message, false);
  }

  /** put adds a message or patches its row; it is true if anything changed. A fresh one glows. */
  put(message, fresh) {
    const id = message.message_id;
    const known = this.#rows.get(id);
    const shown = JSON.stringify(message);
    if (known?.shown === shown) return false;
    if (known) {
      Object.assign(known, { message, shown });
      this.redraw(id);
    } else {
      this.#insert(message, shown);
    }
    if (fresh && !outgoing(message, this.#view.as)) this.#glow(this.row(id));
    if (!known) this.#arrived(message, fresh);
    else if (this.#pinned) this.#soon();
    return true;
  }

  /** remove takes a message away. */
  remove(id) {
    const entry = this.#rows.get(id);
    if (!entry) return;
    const top = outermost(entry.row);
    const before = top.previousElementSibling;
    entry.row.remove();
    if (top !== entry.row && !top.childElementCount) top.remove();
    if (before?.className === "day" && (!before.nextElementSibling || before.nextElementSibling.className === "day")) before.remove();
    this.#rows.delete(id);
    this.#order.splice(this.#order.indexOf(id), 1);
  }

  /** redraw builds a row's contents anew, keeping the focus on the button it was on. */
  redraw(id) {
    const { row, message } = this.#rows.get(id);
    const focusable = "button, a, [tabindex]";
    const at = row.contains(document.activeElement) ? [...row.querySelectorAll(focusable)].indexOf(document.activeElement) : -1;
    row.classList.toggle("silent", this.#view.silent(message));
    row.replaceChildren(...contents(message, this.#view));
    if (at >= 0) {
      const places = row.querySelectorAll(focusable);
      (places[Math.min(at, places.length - 1)] ?? row).focus({ preventScroll: true });
    }
  }

  /** scrollTo brings a message into view and lets it glow. */
  scrollTo(id) {
    const row = this.row(id);
    if (!row) return false;
    row.scrollIntoView({ block: "center" });
    this.#glow(row);
    return true;
  }

  /** toEnd scrolls to the newest message. */
  toEnd() {
    this.#height = this.list.scrollHeight;
    this.list.scrollTop = this.#height;
    this.#pinned = true;
    this.#fresh = 0;
    this.jump.hidden = true;
  }

  // soon goes to the end once for all the messages of a frame. A page in the
  // background has no frames, so a timer stands in for them.
  #soon = later(16, () => this.#pinned && this.toEnd());

  #insert(message, shown) {
    const id = message.message_id;
    let place = this.#order.length;
    while (place > 0 && this.#order[place - 1] > id) place--;
    const before = this.#rows.get(this.#order[place - 1]);
    const row = el("div", { className: "row", tabIndex: -1 });
    row.dataset.id = id;
    row.classList.toggle("out", outgoing(message, this.#view.as));
    row.classList.toggle("silent", this.#view.silent(message));
    row.classList.toggle("notice", service(message) !== null);
    row.classList.toggle("follows", follows(before?.message, message));
    row.append(...contents(message, this.#view));
    this.#place(row, message, before);
    this.#rows.set(id, { row, message, shown });
    this.#order.splice(place, 0, id);
  }

  // place puts a new row behind the one before it, inside the album they share
  // and behind a date where a day begins.
  #place(row, message, before) {
    const group = message.media_group_id;
    if (group && before?.message.media_group_id === group) {
      before.row.after(row);
      return;
    }
    const top = group ? el("div", { className: "album", role: "group", "aria-label": say("album") }, row) : row;
    const last = before ? outermost(before.row) : null;
    if (last) last.after(top);
    else this.rows.prepend(top);
    if (!before || day(before.message.date) !== day(message.date)) {
      const next = top.nextElementSibling;
      if (next?.className === "day" && next.textContent === day(message.date)) next.remove();
      top.before(el("div", { className: "day", textContent: day(message.date) }));
    }
  }

  #glow(row) {
    if (row.classList.contains("fresh")) {
      row.getAnimations().forEach((animation) => {
        animation.cancel();
        animation.play();
      });
      return;
    }
    row.classList.add("fresh");
    row.onanimationend = (event) => event.target === row && row.classList.remove("fresh");
  }

  #arrived(message, fresh) {
    if (this.#pinned || outgoing(message, this.#view.as)) {
      this.#pinned = true;
      this.#soon();
      return;
    }
    if (fresh) this.#fresh++;
    this.#showJump();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    if (!clientHeight) return; // hidden: its place is kept
    if (scrollHeight !== this.#height && this.#pinned) return; // it grew: nobody scrolled
    this.#pinned = scrollHeight - scrollTop - clientHeight < 60;
    if (this.#pinned) this.#fresh = 0;
    this.#showJump();
  }

  #showJump() {
    this.jump.hidden = this.#pinned;
    this.jump.lastChild.textContent = this.#fresh || "";
  }

  /** shown is called when the list becomes visible again. */
  shown() {
    if (this.#pinned) this.toEnd();
  }

  // offer moves the one strip of tools to the row under the pointer or focus.
  #offer(target) {
    const row = target.closest?.(".row");
    if (!row || row.querySelector(":scope > .strip")) return;
    const message = this.message(Number(row.dataset.id));
    this.#strip?.remove();
    if (!message || service(message) !== null) return;
    this.#strip = el("div", { className: "strip" },
      tool("reply", say("reply"), () => this.#act.reply(this.message(message.message_id))),
      wording(message) ? tool("copy", say("copy"), () => this.#act.copy(wording(this.message(message.message_id)))) : null,
      outgoing(message, this.#view.as) && wording(message) ? tool("edit", say("edit"), () => this.#act.edit(this.message(message.message_id))) : null);
    row.append(this.#strip);
  }

  #doubled(event) {
    const row = event.target.closest(".row");
    const message = row && this.message(Number(row.dataset.id));
    if (!message || service(message) !== null || event.target.closest("button, a")) return;
    getSelection()?.removeAllRanges();
    this.#act.reply(message);
  }

  #keys(event) {
    if (event.target !== this.list && !event.target.classList.contains("row")) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const rows = [...this.list.querySelectorAll(".row")];
    const at = rows.indexOf(event.target);
    rows[at < 0 ? rows.length - 1 : Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
  }
}

function outermost(row) {
  return row.closest(".album") ?? row;
}

// follows says whether a message continues the one before: same sender, within five minutes.
function follows(before, message) {
  return Boolean(before) && service(before) === null && service(message) === null &&
    sender(before)[0] === sender(message)[0] && message.date - before.date < 300;
}
