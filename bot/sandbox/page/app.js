// The sandbox page: starts everything and keeps it in step with the server.

import { follow, get, post } from "./api.js";
import { Board } from "./board.js";
import { failed, toast } from "./dialogs.js";
import { later } from "./dom.js";
import { Hint } from "./hint.js";
import { showScenes } from "./scenes.js";
import { choose, current, say } from "./words.js";
import { World } from "./world.js";

const world = new World();
const changed = later(60, () => hint.glow());
const asked = later(250, () => hint.ask());
const board = new Board(world, changed);
const hint = new Hint(board);
const reload = later(80, () => sync());

let reading = false; // the state is being read: events wait
let again = false; // and it must be read once more
let queue = [];

async function sync() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  try {
    await world.load();
    board.sync();
    await hint.ask();
  } catch (error) {
    failed(error);
  }
  reading = false;
  const waiting = queue;
  queue = [];
  waiting.forEach(event);
  if (again) reload();
  again = false;
}

function event(what) {
  if (reading) {
    queue.push(what);
    return;
  }
  const { type, chat_id: id } = what;
  switch (type) {
    case "message":
    case "edit":
      if (world.chats.has(id)) board.put(id, what.message, true);
      else reload();
      break;
    case "delete":
      world.remove(id, what.message_id);
      board.column(id)?.log.remove(what.message_id);
      break;
    case "answer":
      board.columns.filter((column) => column.as === what.as && (!id || column.chatID === id)).slice(0, 1).forEach((column) => column.answer(what));
      break;
    case "typing":
      board.column(id)?.typing();
      break;
    default:
      reload();
  }
  asked();
}

function label() {
  document.documentElement.lang = current();
  document.title = say("title");
  document.getElementById("tabs").setAttribute("aria-label", say("tabs"));
  const link = document.getElementById("link");
  link.textContent = say("offline");
  const hour = document.getElementById("hour");
  Object.assign(hour, { textContent: say("hour"), title: say("hourTitle") });
  const language = document.getElementById("language");
  Object.assign(language, { textContent: say("other"), title: say("otherTitle") });
  language.setAttribute("aria-label", say("otherTitle"));
}

async function advance() {
  const hour = document.getElementById("hour");
  hour.disabled = true;
  try {
    await post("/play/demo/advance", { minutes: 60 });
    toast(say("hourDone"));
    reload();
  } catch (error) {
    failed(error);
  } finally {
    hour.disabled = false;
  }
}

async function switchLanguage() {
  choose(current() === "ru" ? "en" : "ru");
  label();
  board.rebuild();
  await tellLanguage();
  await showScenes();
  await hint.ask();
}

// tellLanguage lets the server know what this page speaks.
function tellLanguage() {
  return post("/play/demo/language", { language: current() }).catch(failed);
}

async function start() {
  label();
  document.getElementById("hour").onclick = advance;
  document.getElementById("language").onclick = switchLanguage;
  const demo = await get(`/play/demo?lang=${current()}`).catch(() => ({}));
  document.getElementById("hour").hidden = !demo.can_advance;
  await tellLanguage();
  await showScenes();
  follow({
    opened: () => {
      document.getElementById("link").hidden = true;
      sync();
    },
    lost: () => {
      document.getElementById("link").hidden = false;
    },
    event,
  });
}

start();
