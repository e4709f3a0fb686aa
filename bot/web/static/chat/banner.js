// One line that says what does not work just now, with the phone number beside it.

import * as api from "./api.js";
import { byId, paragraphs } from "./dom.js";
import { clinic, t } from "./page.js";

const CALM_MS = 60000; // how often to ask while all is well
const WORRIED_MS = 10000; // and while it is not
const BLINK_MS = 4000; // shorter interruptions are not worth a word

export class Banner {
  #box = byId("banner");
  #assistant = "ready";
  #isConnected = true;
  #blink = 0;
  #timer = 0;
  #shown = "";

  constructor() {
    window.addEventListener("online", () => this.ask());
    window.addEventListener("offline", () => this.#draw());
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** The stream of messages went up or down. */
  connection(isUp) {
    clearTimeout(this.#blink);
    const settle = () => {
      this.#isConnected = isUp;
      this.#draw();
    };
    if (isUp) settle();
    else this.#blink = setTimeout(settle, BLINK_MS);
  }

  /** Ask the server how the assistant is. */
  async ask() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== "visible") return;
    try {
      const { assistant, open_now: isOpen } = await api.status();
      this.#assistant = assistant;
      byId("open-state").textContent = t(isOpen ? "open_now" : "closed_now");
    } catch {
      // No answer is not the assistant's fault: the connection's own line says so.
    }
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), this.#assistant === "ready" ? CALM_MS : WORRIED_MS);
  }

  #draw() {
    const key = this.#state();
    if (key === this.#shown) return;
    this.#shown = key;
    this.#box.hidden = !key;
    this.#box.replaceChildren(...(key ? paragraphs(t(key), { [clinic.phone]: clinic.phone_href }) : []));
  }

  #state() {
    if (!navigator.onLine) return "offline";
    if (!this.#isConnected) return "reconnecting";
    return this.#assistant === "ready" ? "" : this.#assistant;
  }
}
