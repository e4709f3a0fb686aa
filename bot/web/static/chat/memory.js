// What this browser keeps: the key to the conversation and the reading settings (all tabs), draft and unsent texts (this
// tab). Never a transcript. Where a browser forbids storage in a frame, all of it lives as long as the page.

import { clinic } from "./page.js";

const PREFIX = `nerveline:${clinic.name}:`;

function shelf(name) {
  let storage = null;
  try {
    storage = window[name];
  } catch { /* forbidden */ }
  const kept = {};
  return {
    get(key) {
      try {
        return JSON.parse(storage.getItem(PREFIX + key));
      } catch {
        return kept[key] ?? null;
      }
    },
    set(key, value) {
      kept[key] = value;
      try {
        if (value === null) storage.removeItem(PREFIX + key);
        else storage.setItem(PREFIX + key, JSON.stringify(value));
      } catch { /* forbidden or full: `kept` has it */ }
    },
  };
}

export const browser = shelf("localStorage");
export const tab = shelf("sessionStorage");

/** Calls `changed` when another tab writes or removes `key`. */
export const onOtherTab = (key, changed) => window.addEventListener("storage", (event) => event.key === PREFIX + key && changed());

const chosen = { text: "normal", theme: "auto", largeTargets: false, enterSends: true, fullAnswers: false, readAloud: false, ...browser.get("preferences") };
const listeners = [];

export const preference = (name) => chosen[name];

/** Calls `listener` after every change of a preference. */
export const onChoice = (listener) => listeners.push(listener);

export function choose(name, value) {
  chosen[name] = value;
  browser.set("preferences", chosen);
  applyPreferences();
  listeners.forEach((listener) => listener());
}

export function applyPreferences() {
  const { dataset } = document.documentElement;
  dataset.text = chosen.text;
  dataset.theme = chosen.theme;
  dataset.targets = chosen.largeTargets ? "large" : "normal";
}
