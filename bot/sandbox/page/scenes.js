// The scenes of the bar: buttons for what happens once.

import { get, post } from "./api.js";
import { failed, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { current } from "./words.js";

/** showScenes draws a button for each scene that was not played yet. */
export async function showScenes() {
  const scenes = await get(`/play/demo/scenes?lang=${current()}`).catch(() => []);
  document.getElementById("scenes").replaceChildren(...scenes.map(button));
}

function button({ scene, title, said }) {
  const node = el("button", { type: "button", textContent: title });
  node.onclick = async () => {
    node.disabled = true;
    try {
      await post("/play/demo/scene", { scene });
      toast(said);
    } catch (error) {
      failed(error);
    }
    await showScenes();
  };
  return node;
}
