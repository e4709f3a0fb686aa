// The conversation as this tab knows it: its key, all messages in order, and what is still on its way.
// Tells of itself by events: "message", "pending", "ready", "ended", "connection".

import { Live } from "./live.js";
import { browser, onOtherTab, tab } from "./memory.js";
import { lang, page } from "./page.js";
import * as server from "./server.js";

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;

export class Conversation extends EventTarget {
  session = null;
  messages = [];
  #outbox = []; // { key, text, state, seq }
  #isSending = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #live = null;
  #isLive = false;

  constructor() {
    super();
    onOtherTab("session", () => {
      const stored = browser.get("session");
      if (this.session && stored?.id !== this.session.id) this.#end("left");
      if (!this.session) this.resume();
    });
    window.addEventListener("online", () => this.retry());
  }

  get lastSeq() { return this.messages.at(-1)?.seq ?? 0; }

  /** Go on with the conversation that this browser has the key to; false when there is none. */
  resume() {
    const session = browser.get("session");
    if (session?.token) this.#open(session);
    return Boolean(session?.token);
  }

  /** A new conversation, once the visitor has agreed to the notice. */
  async begin() {
    if (this.session || this.resume()) return;
    const session = await server.begin(page.notice_version, lang);
    browser.set("session", session);
    this.#open(session, true);
  }

  send(text) {
    // randomUUID exists on https and localhost only; a clinic's test server may be neither.
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.#queue({ key, text, state: "sending" });
    this.#flush();
  }

  /** Send now what waits for its next try. */
  retry() {
    this.#pause = FIRST_PAUSE_MS;
    this.#flush();
  }

  async remove() {
    const receipt = await server.remove(this.session);
    this.#live?.stop({ tellOthers: true });
    this.#end("deleted");
    return receipt;
  }

  /** Forget it in this browser; the clinic keeps it. */
  leave() { this.#end("left"); }

  async #open(session, isNew = false) {
    this.session = session;
    const kept = tab.get("outbox");
    if (kept?.id === session.id) kept.items.forEach(([key, text]) => this.#queue({ key, text, state: "sending" }));
    if (!isNew) await this.#loadHistory(session);
    if (this.session !== session) return;
    this.#isLive = true;
    this.#live = new Live(session, {
      received: (message) => this.#receive(message),
      lastSeq: () => this.lastSeq,
      messagesAfter: (seq) => this.messages.filter((message) => message.seq > seq),
      gone: () => this.#end("gone"),
      connection: (isUp) => {
        if (isUp) this.retry();
        this.#tell("connection", isUp);
      },
    });
    this.#tell("ready", isNew);
    this.#flush();
  }

  async #loadHistory(session) {
    while (this.session === session) {
      try {
        const { messages } = await server.history(session);
        messages.forEach((message) => this.#receive(message));
        return;
      } catch (error) {
        if (error.gone) this.#end("expired");
        this.#tell("connection", false);
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS));
      }
    }
  }

  /** Take the next message; a known one is dropped; false when one before it is missing. */
  #receive(message) {
    if (message.seq > this.lastSeq + 1) return false;
    if (message.seq <= this.lastSeq) return true;
    this.messages.push(message);
    const mine = message.author === "visitor" && this.#outbox.find(({ key, seq }) => key === message.key || seq === message.seq);
    if (mine) this.#keep(this.#outbox.filter((item) => item !== mine));
    this.#tell("message", { message, mine, isLive: this.#isLive });
    return true;
  }

  #queue(item) {
    this.#keep([...this.#outbox, item]);
    this.#tell("pending", item);
  }

  /** One after the other, each under its own key, so that a second try is never a second message. */
  async #flush() {
    clearTimeout(this.#timer);
    if (this.#isSending) return;
    this.#isSending = true;
    const { session } = this;
    let goesOn = true;
    while (session && goesOn && this.session === session) {
      const item = this.#outbox.find(isWaiting);
      if (!item) break;
      this.#mark(item, "sending");
      try {
        item.seq = (await server.send(session, item.text, item.key)).seq;
        this.#pause = FIRST_PAUSE_MS;
        this.#mark(item, "sent");
      } catch (error) {
        goesOn = this.session === session && this.#failed(item, error);
      }
    }
    this.#isSending = false;
    if (this.session !== session) this.#flush();
  }

  /** Whether to go on with the next message. */
  #failed(item, error) {
    if (error.gone) {
      this.#end("expired");
      return false;
    }
    this.#mark(item, error.tooFast ? "too_fast" : error.passing ? "not_sent" : "refused");
    if (!error.passing) return true;
    this.#timer = setTimeout(() => this.#flush(), error.retryAfter || this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    return false;
  }

  #mark(item, state) {
    item.state = state;
    this.#keep(this.#outbox);
    if (this.#outbox.includes(item)) this.#tell("pending", item);
  }

  /** Over a reload, too, until the server has them. */
  #keep(items) {
    this.#outbox = items;
    const waiting = items.filter(isWaiting).map(({ key, text }) => [key, text]);
    tab.set("outbox", waiting.length ? { id: this.session.id, items: waiting } : null);
  }

  #end(reason) {
    if (!this.session) return;
    const unsent = this.#outbox.filter(isWaiting).map(({ text }) => text);
    if (browser.get("session")?.id === this.session.id) browser.set("session", null);
    clearTimeout(this.#timer);
    this.#live?.stop();
    this.#keep([]);
    this.session = null;
    this.#live = null;
    this.#isLive = false;
    this.messages = [];
    this.#tell("ended", { reason, unsent });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

const isWaiting = ({ state }) => state !== "sent" && state !== "refused";
