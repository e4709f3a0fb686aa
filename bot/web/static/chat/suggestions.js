// Up to three known questions above the field, after a pause in typing. The list is fetched once, when someone begins
// to type; the matching happens here.

import { announce } from "./announcer.js";
import * as api from "./api.js";
import { button, byId, el } from "./dom.js";
import { makeMatcher } from "./matching.js";
import { t } from "./page.js";

const PAUSE_MS = 350;

export class Suggestions {
  #box = byId("suggestions");
  #timer = 0;
  #matcher = null;
  #shown = [];

  constructor(chosen) {
    this.chosen = chosen;
    this.#box.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Look for matches once the typing pauses. */
  look(text) {
    clearTimeout(this.#timer);
    if (text.trim().length < 3) return this.hide();
    this.#timer = setTimeout(() => this.#match(text), PAUSE_MS);
    return false;
  }

  /** True when there was something to hide. */
  hide() {
    clearTimeout(this.#timer);
    const wasShown = !this.#box.hidden;
    this.#box.hidden = true;
    this.#shown = [];
    return wasShown;
  }

  /** Move to the list; true when there is one. */
  focus() {
    if (this.#box.hidden) return false;
    [...this.#box.querySelectorAll("button")].at(-1).focus();
    return true;
  }

  async #match(text) {
    // English: the questions are answered in English only.
    this.#matcher ??= api.questions("en").then(makeMatcher).catch(() => {
      this.#matcher = null; // no connection: try again with the next pause
      return () => [];
    });
    const found = (await this.#matcher)(text);
    if (byId("field").value !== text) return; // typed on meanwhile
    if (!found.length) {
      this.hide();
      return;
    }
    const isNew = this.#box.hidden;
    if (found.join() !== this.#shown.join()) this.#show(found);
    if (isNew) announce(t("matches_count", { count: found.length }));
  }

  #show(found) {
    this.#shown = found;
    const choices = found.map((question) => el("li", {}, button({ onclick: () => this.#choose(question) }, question)));
    this.#box.replaceChildren(el("p", { id: "matches-title" }, t("matches")), el("ul", { "aria-labelledby": "matches-title", lang: "en" }, ...choices));
    this.#box.hidden = false;
  }

  #choose(question) {
    this.hide();
    this.chosen(question);
    byId("field").focus({ preventScroll: true });
  }

  #key(event) {
    const choices = [...this.#box.querySelectorAll("button")];
    const place = choices.indexOf(document.activeElement);
    if (event.key === "Escape") this.hide();
    else if (event.key === "ArrowUp" && place > 0) choices[place - 1].focus();
    else if (event.key === "ArrowDown" && place < choices.length - 1) choices[place + 1].focus();
    else if (event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape" || (event.key === "ArrowDown" && place === choices.length - 1)) byId("field").focus();
  }
}
