// Messages that the server has not confirmed yet: sent one after the other, each under its own key, so that a second
// try is never a second message. Kept over a reload; only what the server refuses for good is given up.

import * as api from "./api.js";
import { tab } from "./storage.js";

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;

export class Outbox {
  #session = null;
  #items = [];
  #busy = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;

  /** `changed(item)` for every new state; `gone(items)` when the server no longer knows the conversation. */
  constructor({ changed, gone }) {
    this.changed = changed;
    this.gone = gone;
  }

  /** Start sending for `session`, beginning with what was left from before a reload. */
  open(session) {
    this.#session = session;
    const kept = tab.get("outbox");
    if (kept?.id === session.id) {
      for (const { key, text } of kept.items) this.#add({ key, text, state: "sending" });
    }
    this.flush();
  }

  close() {
    this.#session = null;
    this.#items = [];
    clearTimeout(this.#timer);
    tab.remove("outbox");
  }

  add(text) {
    const item = { key: newKey(), text, state: "sending" };
    this.#add(item);
    this.flush();
    return item;
  }

  /** The message with `key` or `seq` came back from the server: true if it was ours. */
  settle({ key, seq }) {
    const item = this.#items.find((one) => (key && one.key === key) || one.seq === seq);
    if (!item) return false;
    this.#items = this.#items.filter((one) => one !== item);
    this.#keep();
    return item;
  }

  /** Try again now, for instance when the visitor asks for it or the connection is back. */
  flush() {
    clearTimeout(this.#timer);
    if (!this.#busy) this.#sendAll();
  }

  retryNow() {
    this.#pause = FIRST_PAUSE_MS;
    this.flush();
  }

  #add(item) {
    this.#items.push(item);
    this.#keep();
    this.changed(item);
  }

  async #sendAll() {
    this.#busy = true;
    const session = this.#session;
    let next;
    while (session && this.#session === session && (next = this.#items.find(isWaiting))) {
      this.#mark(next, "sending");
      try {
        next.seq = (await api.send(session, next.text, next.key)).seq;
        this.#pause = FIRST_PAUSE_MS;
        this.#mark(next, "sent");
      } catch (error) {
        if (this.#session !== session) break;
        if (!this.#failed(next, error)) break;
      }
    }
    this.#busy = false;
    if (this.#session && this.#session !== session) this.flush();
  }

  /** Whether to go on with the next message. */
  #failed(item, error) {
    if (error.gone) {
      this.gone(this.#items.filter(isWaiting).map((one) => one.text));
      return false;
    }
    if (!error.passing) {
      this.#mark(item, "refused");
      return true;
    }
    this.#mark(item, error.status === 429 ? "too_fast" : "not_sent");
    const pause = error.retryAfter ? error.retryAfter * 1000 : this.#pause * (0.75 + Math.random() / 2);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => this.flush(), pause);
    return false;
  }

  #mark(item, state) {
    item.state = state;
    this.#keep();
    if (this.#items.includes(item)) this.changed(item);
  }

  #keep() {
    const items = this.#items.filter(isWaiting).map(({ key, text }) => ({ key, text }));
    if (this.#session && items.length) tab.set("outbox", { id: this.#session.id, items });
    else tab.remove("outbox");
  }
}

const isWaiting = (item) => item.state !== "sent" && item.state !== "refused";

function newKey() {
  // randomUUID exists on https and localhost only; a clinic's test server may be neither.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
