// What lies over the page: toasts, the alert, menus and the enlarged picture.

import { el, tool } from "./dom.js";
import { say } from "./words.js";

/** toast shows a line for a few seconds, over a column or over the page; the longer the text, the longer. */
export function toast(text, kind = "", place = document.getElementById("toasts")) {
  const node = el("div", { className: `toast ${kind}`, dir: "auto", textContent: text });
  place.append(node);
  setTimeout(() => node.remove(), 3500 + text.length * 40);
}

/** failed tells of an error that stopped what the person wanted. */
export function failed(error) {
  toast(`${say("failed")}: ${error.message}`, "bad");
}

function open(className, ...children) {
  const dialog = el("dialog", { className }, ...children);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** alertBox shows the answer to a press that the bot wants to be read. */
export function alertBox(text) {
  const ok = el("button", { type: "button", className: "primary", textContent: say("ok"), onclick: () => dialog.close() });
  const dialog = open("alert", el("p", { dir: "auto", textContent: text }), ok);
  ok.focus();
}

/** menu offers choices: [{label, icon?, run}]. */
export function menu(title, choices) {
  const buttons = choices.map((choice) =>
    el("button", {
      type: "button",
      onclick: () => {
        dialog.close();
        choice.run();
      },
    }, ...(choice.node ? [choice.node] : []), el("bdi", { textContent: choice.label })));
  const dialog = open("menu", el("h2", { textContent: title }), ...buttons);
}

/** viewer shows a picture as large as the window allows. */
export function viewer(address) {
  const dialog = open("viewer", el("img", { src: address, alt: say("picture") }), tool("close", say("close"), () => dialog.close()));
}

/** copy puts text on the clipboard and says so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(say("copied"));
  } catch (error) {
    failed(error);
  }
}
