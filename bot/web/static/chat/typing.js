// The sign that a reply is on its way: not for quick ones, and never endless.

import { announce } from "./announcer.js";
import { el, paragraphs } from "./dom.js";
import { clinic, t } from "./page.js";

const SHOW_MS = 400;
const STILL_MS = 5000;
const GIVE_UP_MS = 30000;

export class Typing {
  element = el("div", { class: "typing" });
  #timers = [];

  /** `late()` is called when there is no reply after half a minute; `shown()` when the sign takes room. */
  constructor({ late, shown }) {
    this.late = late;
    this.shown = shown;
    this.element.hidden = true;
  }

  start() {
    this.stop();
    this.#timers = [
      setTimeout(() => this.#show(t("typing"), true), SHOW_MS),
      setTimeout(() => this.#show(t("still_working"), true), STILL_MS),
      setTimeout(() => this.#giveUp(), GIVE_UP_MS),
    ];
  }

  stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.element.hidden = true;
  }

  #show(text, dots) {
    const moving = dots ? el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")) : "";
    this.element.replaceChildren(el("p", {}, moving, text));
    this.element.hidden = false;
    this.shown();
  }

  #giveUp() {
    this.element.replaceChildren(...paragraphs(t("late"), { [clinic.phone]: clinic.phone_href }));
    announce(t("late"));
    this.shown();
    this.late();
  }
}
