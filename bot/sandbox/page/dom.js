// The few helpers that build the page. Text only ever enters it as text nodes.

/**
 * el makes an element. Properties starting with "on" become listeners, those
 * with a dash and role become attributes, the others are set as properties;
 * null children are left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "role" || name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const shapes = {
  attach: "M20 11.5 12.2 19.3a5 5 0 0 1-7-7l8.3-8.3a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.6 1.6 0 0 1-2.4-2.4l7.4-7.4",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 20.5a2 2 0 0 0 4 0",
  muted: "M8 6.6A6 6 0 0 1 18 11v4M6 10.5v6l-1.5 2H17M10 20.5a2 2 0 0 0 4 0M4 4l16 16",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  down: "M6 10l6 6 6-6",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  forbid: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6",
  link: "M8 16 17 7M10 7h7v7",
  photo: "M4 6h16v13H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  reply: "M10 6 4 12l6 6M4 12h9c4 0 7 2 7 6",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  slash: "M15 4 9 20",
};

/** icon draws one of the named line icons; it is decoration, so hidden from readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}

/** tool is a button that shows an icon and carries its label for readers and as a tooltip. */
export function tool(name, label, press, props = {}) {
  return el("button", { type: "button", className: "tool", title: label, "aria-label": label, onclick: press, ...props }, icon(name));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** initials of a name: the first sign of its first two words. */
export function initials(name) {
  return name.trim().split(/\s+/).filter((word) => /[\p{L}\p{N}\p{Emoji}]/u.test(word)).slice(0, 2)
    .map((word) => graphemes.segment(word)[Symbol.iterator]().next().value.segment.toUpperCase()).join("") || "?";
}

/** colour is the name of the class that paints a person or chat, the same one every time. */
export function colour(id) {
  return `c${Math.abs(Number(id) || 0) % 7}`;
}

/** later calls run once, `wait` milliseconds after the first of a burst of calls. */
export function later(wait, run) {
  let timer = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      run();
    }, wait);
  };
}
