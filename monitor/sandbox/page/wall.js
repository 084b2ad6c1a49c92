// The wall: draws what the server tells, and writes in the residents' names.
// Text enters the page as text nodes only.

import { language, words } from "./words.js";

const $ = (id) => document.getElementById(id);

/** el makes an element; properties with a dash and role become attributes. */
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "role" || name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter(Boolean));
  return node;
}

let state = { posts: [], walls: [], wall: null, residents: 0 };
const shown = new Map(); // post id → what draws it

const nameOf = (author) => (author.resident ? words.resident(author.resident) : author.name);

function initials(name) {
  return name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word)).slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

function avatar(author, small) {
  const kind = author.official ? "own" : `c${author.hue}`;
  return el("span", { className: `avatar ${kind}${small ? " small" : ""}`, "aria-hidden": "true" }, initials(nameOf(author)));
}

function when(at) {
  const then = new Date(at), now = new Date(state.now);
  const clock = { hour: "2-digit", minute: "2-digit" };
  const day = then.toDateString() === now.toDateString() ? {} : { day: "numeric", month: "short" };
  return el("time", { dateTime: at }, new Intl.DateTimeFormat(words.locale, { ...day, ...clock }).format(then));
}

/** prose shows a text; [id1|Name] becomes the name, as the network does. */
function prose(text) {
  const node = el("div", { className: "text", dir: "auto" });
  let from = 0;
  for (const match of text.matchAll(/\[(?:id|club|public)\d+\|([^\]]+)\]/g)) {
    node.append(text.slice(from, match.index), el("span", { className: "mention" }, match[1]));
    from = match.index + match[0].length;
  }
  node.append(text.slice(from));
  return node;
}

const badge = (author, label) => author.official && el("span", { className: "badge" }, label);

function commentNode(comment, answer) {
  if (comment.deleted) {
    return el("li", { className: "comment" }, el("p", { className: "faint" }, words.deleted), replies(comment, answer));
  }
  const { author } = comment;
  const body = el("div", { className: `bubble${author.official ? " official" : ""}` },
    el("div", { className: "by" }, el("b", { dir: "auto" }, nameOf(author)), badge(author, words.official)),
    prose(comment.text), media(comment),
    el("div", { className: "under" }, when(comment.at),
      answer && el("button", { type: "button", className: "link", onclick: () => answer(comment) }, words.reply)));
  return el("li", { className: "comment" }, el("div", { className: "line" }, avatar(author, true), body), replies(comment, answer));
}

function replies(comment, answer) {
  return comment.replies && el("ol", { className: "thread" }, ...comment.replies.map((reply) => commentNode(reply, answer)));
}

function media(post) {
  const parts = [post.photos && words.photos(post.photos), post.videos && words.videos(post.videos)].filter(Boolean);
  return parts.length > 0 && el("p", { className: "media" }, ...parts.map((part) => el("span", {}, part)));
}

function head(post) {
  const { author } = post;
  return el("div", { className: "head" }, avatar(author),
    el("div", { className: "who" },
      el("div", { className: "by" }, el("b", { dir: "auto" }, nameOf(author)), badge(author, words.community)),
      el("div", { className: "faint" }, when(post.at), post.edited && ` · ${words.edited}`, post.pinned && ` · ${words.pinned}`)));
}

/** Card draws one post; its box keeps what is being typed while the rest changes. */
class Card {
  constructor(id) {
    this.id = id;
    this.target = null;
    this.body = el("div");
    this.comments = el("ol", { className: "comments" });
    this.box = this.makeBox();
    this.node = el("article", { className: "card post" }, this.body, this.comments, this.box);
    this.node.dataset.post = id;
  }

  draw(post) {
    const drawn = JSON.stringify([post, state.now.slice(0, 10)]);
    if (drawn === this.drawn) return;
    const grown = this.drawn !== undefined && post.count > this.count;
    this.drawn = drawn;
    this.count = post.count;
    this.body.replaceChildren(head(post), prose(post.text), ...[media(post)].filter(Boolean),
      ...(post.repost ? [el("div", { className: "repost" }, head(post.repost), prose(post.repost.text))] : []),
      el("p", { className: "faint count" }, post.closed ? words.closed : words.comments(post.count)));
    const answer = post.closed ? null : (comment) => this.aim(comment);
    this.comments.replaceChildren(...post.comments.map((comment) => commentNode(comment, answer)));
    this.comments.hidden = !post.comments.length;
    this.box.hidden = Boolean(post.closed);
    if (grown) this.node.classList.add("fresh");
    setTimeout(() => this.node.classList.remove("fresh"), 2500);
  }

  makeBox() {
    this.aimed = el("span");
    this.chip = el("div", { className: "chip", hidden: true }, this.aimed,
      el("button", { type: "button", "aria-label": words.cancel, title: words.cancel, onclick: () => this.aim(null) }, "×"));
    this.input = el("textarea", { rows: 1, maxLength: 4096, placeholder: words.comment, "aria-label": words.comment });
    const send = el("button", { className: "primary send", "aria-label": words.send, title: words.send, disabled: true }, "➤");
    const problem = el("p", { className: "problem", role: "alert" });
    const form = el("form", { className: "box" }, this.chip, el("div", { className: "line" }, this.input, send), problem);
    writes(form, this.input, send, problem, (text) =>
      write({ text, post: this.id, comment: this.target?.id ?? "" }).then(() => this.aim(null, false)));
    return form;
  }

  aim(comment, focus = true) {
    this.target = comment;
    this.chip.hidden = !comment;
    this.aimed.textContent = comment ? words.replyTo(nameOf(comment.author)) : "";
    if (focus) this.input.focus();
  }
}

/** writes wires a form: it grows with its text, sends once, and keeps the text if sending failed. */
function writes(form, input, button, problem, send) {
  const fit = () => {
    button.disabled = !input.value.trim();
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 180)}px`;
  };
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || form.busy) return;
    form.busy = true;
    button.disabled = true;
    problem.textContent = "";
    try {
      await send(text);
      input.value = "";
    } catch {
      problem.textContent = words.failed;
    } finally {
      form.busy = false;
      fit();
    }
  });
}

async function write(body) {
  const answer = await fetch("write", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ wall: state.wall.id, resident: Number($("resident").value), ...body }),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  await load();
}

function draw() {
  const { wall, posts, walls } = state;
  const empty = !posts.length;
  $("empty").hidden = !empty;
  $("composer").hidden = !wall;
  if (!wall) return;
  document.title = words.title(wall.name);
  $("name").textContent = wall.name;
  $("avatar").textContent = initials(wall.name);
  document.body.dataset.network = wall.network;
  $("about").textContent = `${words.networks[wall.network] ?? wall.network} · ${words.about}`;
  const ask = words.asks[wall.network]?.(wall.handle) ?? words.ask;
  $("text").placeholder = ask;
  $("text").setAttribute("aria-label", ask);
  $("text").maxLength = wall.limit || 4096;
  drawTabs(walls, wall);
  const who = $("resident");
  if (who.options.length !== state.residents) {
    who.replaceChildren(...Array.from({ length: state.residents }, (_, i) => el("option", { value: i + 1 }, words.resident(i + 1))));
  }
  drawPosts(posts);
}

const counted = new Map(); // wall id → how much stood there when it was last looked at

/** drawTabs names the walls, when there are several; a dot says that more has come. */
function drawTabs(walls, wall) {
  const tabs = $("walls");
  tabs.hidden = walls.length < 2;
  for (const one of walls) {
    if (one.id === wall.id || !counted.has(one.id)) counted.set(one.id, one.count);
  }
  const alone = (one) => walls.filter((other) => other.network === one.network).length === 1;
  const drawn = JSON.stringify([walls.map((one) => [one.id, one.name, one.count > counted.get(one.id)]), wall.id]);
  if (drawn === tabs.dataset.drawn) return;
  tabs.dataset.drawn = drawn;
  const focused = tabs.contains(document.activeElement);
  tabs.replaceChildren(...walls.map((one) => {
    const fresh = one.count > counted.get(one.id);
    const label = alone(one) ? words.networks[one.network] ?? one.network : one.name;
    return el("button", {
      type: "button", role: "tab", "aria-selected": String(one.id === wall.id), tabIndex: one.id === wall.id ? 0 : -1,
      className: fresh ? "fresh" : "", title: fresh ? words.fresh(one.name) : one.name, onclick: () => choose(one.id),
    }, label, fresh && el("span", { className: "dot" }, words.freshly));
  }));
  if (focused) tabs.querySelector("[aria-selected=true]").focus();
}

function choose(id) {
  chosen = id;
  refresh();
}

/** steer moves between the tabs with the arrow keys, as tabs do. */
function steer(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const ids = state.walls.map((one) => one.id);
  choose(ids[(ids.indexOf(state.wall.id) + step + ids.length) % ids.length]);
}

function drawPosts(posts) {
  const alive = new Set(posts.map((one) => one.id));
  for (const [id, card] of shown) {
    if (alive.has(id)) continue;
    card.node.remove();
    shown.delete(id);
  }
  let before = null;
  for (const one of posts) {
    if (!shown.has(one.id)) shown.set(one.id, new Card(one.id));
    const card = shown.get(one.id);
    card.draw(one);
    // Only what stands elsewhere is moved: moving loses the focus.
    const next = before ? before.nextElementSibling : $("posts").firstElementChild;
    if (next !== card.node) $("posts").insertBefore(card.node, next);
    before = card.node;
  }
}

let chosen = new URLSearchParams(location.search).get("wall") ?? "";

async function load() {
  const answer = await fetch(`state?wall=${encodeURIComponent(chosen)}`);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const next = await answer.json();
  if (next.version < state.version && next.wall?.id === state.wall?.id) return; // an older answer came late
  if (next.wall?.id !== state.wall?.id) {
    shown.clear();
    $("posts").replaceChildren();
  }
  state = next;
  draw();
}

let wanted = false, loading = false;

/** refresh loads once at a time, and once more if asked meanwhile. */
async function refresh() {
  wanted = true;
  if (loading) return;
  loading = true;
  try {
    while (wanted) {
      wanted = false;
      await load();
    }
  } catch {
    $("lost").hidden = false;
  } finally {
    loading = false;
  }
}

function follow() {
  const stream = new EventSource("events");
  stream.onopen = () => { $("lost").hidden = true; };
  stream.onmessage = refresh;
  stream.onerror = () => {
    $("lost").hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 1500);
  };
}

document.documentElement.lang = language;
$("as").textContent = words.as;
$("send").textContent = words.publish;
$("empty").textContent = words.empty;
$("lost").textContent = words.lost;
$("walls").setAttribute("aria-label", words.walls);
$("walls").addEventListener("keydown", steer);
writes($("composer"), $("text"), $("send"), $("composer").querySelector(".problem"), (text) => write({ text }));
follow();
