// Text with entities, as Telegram shows it. Offsets count UTF-16 units, which is how strings count here too.

import { el } from "./dom.js";
import { say } from "./words.js";

const plainTags = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote" };
const found = /(https?:\/\/[^\s<>"«»]*[^\s<>"«».,;:!?)\]}'…]|\bt\.me\/[\w?=&+/-]+)|(?<![\w/])(\/[a-z]\w{0,31}(?:@\w{3,32})?)(?![\w/])/giu;

/**
 * rich turns text and its entities into nodes. `on.command(text)` runs when a
 * command is clicked; `on.link(url)` may take a link's click by returning true.
 */
export function rich(text, entities, on) {
  const queue = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const root = document.createDocumentFragment();
  fill(root, text, queue, 0, text.length, false, on);
  return root;
}

// fill writes text[from:to] into node, taking from the queue the entities that
// begin there. An entity that would reach over its parent's end is cut.
function fill(node, text, queue, from, to, literal, on) {
  let at = from;
  while (queue.length && queue[0].offset < to) {
    const entity = queue.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    const { outer, hole, stops } = shape(entity, text.slice(start, end), on);
    const block = ["PRE", "BLOCKQUOTE"].includes(outer.tagName); // it breaks the lines around it by itself
    plain(node, text.slice(at, block && text[start - 1] === "\n" ? start - 1 : start), literal, on);
    fill(hole, text, queue, start, end, literal || stops, on);
    node.append(outer);
    at = block && text[end] === "\n" && end < to ? end + 1 : end;
  }
  plain(node, text.slice(at, to), literal, on);
}

// shape makes an entity's element. `stops` says that nothing inside is looked
// for links any more.
function shape(entity, text, on) {
  const tag = plainTags[entity.type];
  if (tag) return whole(el(tag), entity.type === "code");
  switch (entity.type) {
    case "pre": {
      const hole = el("code");
      return { outer: el("pre", { title: entity.language || undefined }, hole), hole, stops: true };
    }
    case "expandable_blockquote":
      return expandable();
    case "spoiler":
      return whole(spoiler(), false);
    case "text_link":
      return whole(link(entity.url, on), true);
    case "url":
      return whole(link(text, on), true);
    case "email":
      return whole(link(`mailto:${text}`, on), true);
    case "phone_number":
      return whole(link(`tel:${text}`, on), true);
    case "bot_command":
      return whole(command(text, on), true);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return whole(el("span", { className: "mention" }), true);
    default:
      return whole(el("span"), false);
  }
}

function whole(outer, stops) {
  return { outer, hole: outer, stops };
}

// plain adds text, with the links and commands that Telegram would find by itself.
function plain(node, text, literal, on) {
  if (!text) return;
  if (literal) {
    node.append(text);
    return;
  }
  let at = 0;
  for (const match of text.matchAll(found)) {
    node.append(text.slice(at, match.index));
    const made = match[1] ? link(match[1], on) : command(match[2], on);
    made.append(match[0]);
    node.append(made);
    at = match.index + match[0].length;
  }
  node.append(text.slice(at));
}

/** safe is the address if a click may open it, else null: no scripts, no local files. */
export function safe(address) {
  const full = /^[a-z][a-z\d+.-]*:/i.test(address) && !/^[\w.-]+:\d/.test(address) ? address : `https://${address}`;
  const url = URL.parse ? URL.parse(full) : tryParse(full);
  return url && ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
}

function tryParse(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** link makes an anchor without text that opens in a new tab; an unsafe address gives a bare span. */
export function link(address, on) {
  const href = safe(address);
  if (!href) return el("span");
  return el("a", {
    href,
    target: "_blank",
    rel: "noopener noreferrer",
    title: href,
    onclick: (event) => {
      if (on.link(href)) event.preventDefault();
    },
  });
}

function command(text, on) {
  return el("button", { type: "button", className: "command", onclick: () => on.command(text) });
}

function spoiler() {
  const node = el("span", { className: "spoiler", role: "button", tabIndex: 0, "aria-label": say("spoiler") });
  const show = () => {
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") show();
  });
  return node;
}

function expandable() {
  const hole = el("span");
  const toggle = el("button", { type: "button", className: "expand", textContent: say("more"), "aria-expanded": "false" });
  const outer = el("blockquote", { className: "folded" }, hole, toggle);
  toggle.onclick = () => {
    const folded = outer.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.textContent = say(folded ? "more" : "less");
  };
  return { outer, hole, stops: false };
}
