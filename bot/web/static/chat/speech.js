// Reading aloud with the browser's own voice; nothing leaves the device that the browser does not send itself.

import { lang } from "./page.js";

export const canSpeak = "speechSynthesis" in window;

let ending = () => {};

/** Read `text`; `ended` is called when it is over or something else begins. */
export function speak(text, language, ended = () => {}) {
  hush();
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = language || lang;
  spoken.rate = 0.95; // a little slower than the default: many listeners are older
  ending = ended;
  spoken.onend = () => { if (ending === ended) hush(); };
  speechSynthesis.speak(spoken);
}

export function hush() {
  if (!canSpeak) return;
  const ended = ending;
  ending = () => {};
  speechSynthesis.cancel();
  ended();
}
