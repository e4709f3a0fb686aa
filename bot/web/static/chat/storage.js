// What this browser keeps: the key to the conversation and reading settings (localStorage, shared by all tabs),
// draft and unsent texts (sessionStorage, this tab only). Never a transcript.
// A browser may forbid storage in a frame of another site; then everything lives as long as the page does.

import { clinic } from "./page.js";

const PREFIX = `nerveline:${clinic.name}:`;

class MemoryStorage {
  #kept = new Map();
  getItem(key) { return this.#kept.get(key) ?? null; }
  setItem(key, value) { this.#kept.set(key, value); }
  removeItem(key) { this.#kept.delete(key); }
}

function usable(name) {
  try {
    window[name].setItem(`${PREFIX}test`, "1");
    window[name].removeItem(`${PREFIX}test`);
    return window[name];
  } catch {
    return new MemoryStorage();
  }
}

class Shelf {
  constructor(storage) { this.storage = storage; }

  get(key) {
    try {
      return JSON.parse(this.storage.getItem(PREFIX + key));
    } catch {
      return null; // written by something else: as good as nothing
    }
  }

  set(key, value) {
    try {
      this.storage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      // Full: the page still holds the value in memory.
    }
  }

  remove(key) { this.storage.removeItem(PREFIX + key); }
}

export const browser = new Shelf(usable("localStorage"));
export const tab = new Shelf(usable("sessionStorage"));

/** Calls `changed` when another tab writes or removes `key`. */
export function onOtherTab(key, changed) {
  window.addEventListener("storage", (event) => {
    if (event.key === PREFIX + key) changed();
  });
}
