// One message: the bubble, its picture or document, its quote and the line under it.

import { colour, el, icon, initials } from "./dom.js";
import { link, rich } from "./entities.js";
import { clock, moment, say } from "./words.js";

/** sender of a message as [id, name]: an anonymous administrator speaks as the group. */
export function sender(message) {
  const from = message.sender_chat ?? message.from ?? message.chat;
  return [from.id, from.title ?? [from.first_name, from.last_name].filter(Boolean).join(" ")];
}

/** wording is the message's text or caption, or "". */
export function wording(message) {
  return message.text ?? message.caption ?? "";
}

/** excerpt is one line that stands for a message in a quote or a banner. */
export function excerpt(message) {
  const text = wording(message).replace(/\s+/g, " ");
  if (text) return text.length > 90 ? `${text.slice(0, 90)}…` : text;
  if (message.photo) return say("picture");
  if (message.document) return message.document.file_name ?? say("document");
  return service(message) ?? "…";
}

const one = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

/** service is the sentence for a service message, or null for an ordinary one. */
export function service(message) {
  const [, who] = sender(message);
  if (message.new_chat_members?.length) return say("joined", who, message.new_chat_members.map(one).join(", "));
  if (message.left_chat_member) return say("left", one(message.left_chat_member));
  if (message.group_chat_created || message.supergroup_chat_created) return say("created", message.chat.title);
  if (message.new_chat_title) return say("renamed", message.new_chat_title);
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return say("migrated");
  if (message.pinned_message) return say("pinned", who, excerpt(message.pinned_message));
  if (message.forum_topic_created) return say("topic", message.forum_topic_created.name);
  if (message.forum_topic_closed) return say("topicClosed");
  if (message.forum_topic_reopened) return say("topicReopened");
  const ordinary = message.text !== undefined || message.photo || message.document || message.caption !== undefined;
  return ordinary ? null : say("unsupported");
}

/**
 * contents builds everything inside a message's row. `view` says who looks:
 * {as, bot, group, silent(message), topic(threadID), keyboard(message), scrollTo(id), enlarge(url), on}.
 */
export function contents(message, view) {
  const line = service(message);
  if (line !== null) return [el("div", { className: "service" }, el("bdi", { textContent: line }))];
  const [id, name] = sender(message);
  const mine = outgoing(message, view.as);
  const text = wording(message);
  const bubble = el("div", { className: "bubble" },
    view.group && !mine ? el("div", { className: `name ${colour(id)}` }, el("bdi", { textContent: name })) : null,
    message.is_topic_message ? el("div", { className: "topic", textContent: `# ${view.topic(message.message_thread_id)}` }) : null,
    forwarded(message),
    quote(message, view),
    picture(message, view),
    attachment(message),
    text ? el("div", { className: "text", dir: "auto" }, rich(text, message.entities ?? message.caption_entities, view.on)) : null,
    foot(message, view));
  const keys = view.keyboard(message);
  return [
    view.group && !mine ? el("div", { className: `avatar small ${colour(id)}`, textContent: initials(name), "aria-hidden": "true" }) : null,
    el("div", { className: "stack" }, bubble, ...(keys ? [keys] : [])),
  ].filter(Boolean);
}

/** outgoing says whether `as` wrote the message; what is said for the group belongs to nobody. */
export function outgoing(message, as) {
  return message.from?.id === as && !message.sender_chat;
}

function forwarded(message) {
  const origin = message.forward_origin;
  if (!origin) return null;
  const from = origin.sender_user ?? origin.sender_chat ?? origin.chat;
  const name = from ? from.title ?? one(from) : origin.sender_user_name ?? "";
  return el("div", { className: "forwarded", textContent: say("forwarded", name) });
}

function quote(message, view) {
  const original = message.reply_to_message;
  if (!original || original.forum_topic_created) return null;
  const [id, name] = sender(original);
  return el("button", { type: "button", className: `quote ${colour(id)}`, onclick: () => view.scrollTo(original.message_id) },
    el("b", {}, el("bdi", { textContent: name })),
    el("span", { dir: "auto", textContent: message.quote?.text ?? excerpt(original) }));
}

function picture(message, view) {
  if (!message.photo?.length) return null;
  const best = message.photo.reduce((a, b) => (b.width > a.width ? b : a));
  const address = `/play/file/${encodeURIComponent(best.file_id)}`;
  const image = el("img", { src: address, alt: say("picture"), loading: "lazy", width: best.width, height: best.height });
  const covered = message.has_media_spoiler ? " covered" : "";
  return el("button", { type: "button", className: `photo${covered}`, "aria-label": say("enlarge"), onclick: (event) => {
    if (event.currentTarget.classList.contains("covered")) event.currentTarget.classList.remove("covered");
    else view.enlarge(address);
  } }, image);
}

function attachment(message) {
  if (!message.document) return null;
  const { file_id: id, file_name: name, file_size: size } = message.document;
  return el("a", { className: "document", href: `/play/file/${encodeURIComponent(id)}`, download: name ?? "", title: say("download") },
    el("span", { className: "sheet" }, icon("file")),
    el("span", { className: "about" }, el("b", {}, el("bdi", { textContent: name ?? say("document") })), el("small", { textContent: bytes(size) })));
}

function bytes(size) {
  if (!size) return "";
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}

function foot(message, view) {
  const silent = view.silent(message);
  return el("div", { className: "foot" },
    message.from?.id === view.bot
      ? el("span", { className: "sound", title: say(silent ? "silent" : "audible") }, icon(silent ? "muted" : "bell")) : null,
    message.edit_date ? el("span", { title: moment(message.edit_date), textContent: say("edited") }) : null,
    el("time", { dateTime: new Date(message.date * 1000).toISOString(), title: moment(message.date), textContent: clock(message.date) }));
}

/** keyboard builds the buttons under a bubble; `waiting(data)` tells which press has no answer yet. */
export function keyboard(message, { waiting, press, copy, on }) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return el("div", { className: "keys" }, ...rows.map((row) =>
    el("div", { className: "keyrow" }, ...row.map((button) => key(message, button, { waiting, press, copy, on })))));
}

function key(message, button, { waiting, press, copy, on }) {
  const label = el("bdi", { textContent: button.text });
  if (button.url) {
    const node = link(button.url, on);
    node.className = "key";
    node.append(label, icon("link"));
    return node;
  }
  const node = el("button", { type: "button", className: "key" }, label);
  if (button.copy_text) {
    node.append(icon("copy"));
    node.onclick = () => copy(button.copy_text.text);
  } else if (button.callback_data !== undefined) {
    const busy = waiting(message.message_id, button.callback_data);
    node.classList.toggle("waiting", busy);
    node.dataset.data = button.callback_data;
    node.setAttribute("aria-busy", String(busy));
    node.onclick = () => press(message.message_id, button.callback_data);
  } else {
    node.disabled = true;
  }
  return node;
}
