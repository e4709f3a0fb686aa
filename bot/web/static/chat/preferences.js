// How this visitor likes to read and type. Applied to the page at once and kept in this browser.

import { browser } from "./storage.js";

const DEFAULTS = { text: "normal", theme: "auto", largeTargets: false, enterSends: true, fullAnswers: false, readAloud: false };

const chosen = { ...DEFAULTS, ...browser.get("preferences") };
const listeners = [];

export const preference = (name) => chosen[name];

export function choose(name, value) {
  chosen[name] = value;
  browser.set("preferences", chosen);
  apply();
  listeners.forEach((listener) => listener(name, value));
}

/** Calls `listener(name, value)` after every change. */
export const onChoice = (listener) => listeners.push(listener);

export function apply() {
  const { dataset } = document.documentElement;
  dataset.text = chosen.text;
  dataset.targets = chosen.largeTargets ? "large" : "normal";
  if (chosen.theme === "auto") delete dataset.theme;
  else dataset.theme = chosen.theme;
}
