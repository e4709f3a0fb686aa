// The conversation as this tab knows it: its key, all messages in order, and what is still on its way.
// Tells of itself by events: "message", "pending", "ready", "ended", "connection".

import { browser, lang, onOtherTab, page, tab } from "./page.js";
import * as server from "./server.js";

const FIRST_PAUSE_MS = 1000; // before trying again; doubled each time
const LONGEST_PAUSE_MS = 30000;
const SILENCE_MS = 40000; // the server pings every 15 s: two missed, and the connection is dead
const LEADER_ANSWER_MS = 1500;

const wait = (pause) => new Promise((resolve) => setTimeout(resolve, pause));
const isWaiting = ({ state }) => state !== "sent" && state !== "refused";

export class Conversation extends EventTarget {
  session = null;
  messages = [];
  #outbox = []; // { key, text, state, seq }
  #isSending = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #live = null;

  constructor() {
    super();
    onOtherTab("session", () => {
      if (this.session && browser.get("session")?.id !== this.session.id) this.#end("left");
      if (!this.session) this.resume();
    });
    window.addEventListener("online", () => this.retry());
  }

  get lastSeq() { return this.messages.at(-1)?.seq ?? 0; }

  /** Go on with the conversation that this browser has the key to; false when there is none. */
  resume() {
    const session = browser.get("session");
    if (session) this.#open(session);
    return Boolean(session);
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
    this.#queue(crypto.getRandomValues(new Uint32Array(4)).join("-"), text);
    this.#flush();
  }

  retry() {
    this.#pause = FIRST_PAUSE_MS;
    this.#flush();
  }

  async remove() {
    const receipt = await server.remove(this.session);
    this.#live?.stop(true);
    this.#end("deleted");
    return receipt;
  }

  /** Forget it in this browser; the clinic keeps it. */
  leave() { this.#end("left"); }

  async #open(session, isNew) {
    this.session = session;
    const kept = tab.get("outbox");
    if (kept?.id === session.id) kept.items.forEach((item) => this.#queue(...item));
    if (!isNew) await this.#loadHistory(session);
    if (this.session !== session) return;
    this.#live = new Live(session, {
      received: (message) => this.#receive(message),
      lastSeq: () => this.lastSeq,
      messagesAfter: (after) => this.messages.filter(({ seq }) => seq > after),
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
        return messages.forEach((message) => this.#receive(message));
      } catch ({ gone }) {
        if (gone) return this.#end("expired");
        this.#tell("connection", false);
        await wait(FIRST_PAUSE_MS * 3);
      }
    }
    return undefined;
  }

  /** Take the next message; a known one is dropped; false when one before it is missing. */
  #receive(message) {
    const { seq, key, author } = message;
    if (seq !== this.lastSeq + 1) return seq <= this.lastSeq;
    this.messages.push(message);
    const mine = author === "visitor" && this.#outbox.find((item) => item.key === key || item.seq === seq);
    if (mine) this.#keep(this.#outbox.filter((item) => item !== mine));
    this.#tell("message", { message, mine, isLive: Boolean(this.#live) });
    return true;
  }

  #queue(key, text) {
    const item = { key, text, state: "sending" };
    this.#keep([...this.#outbox, item]);
    this.#tell("pending", item);
  }

  /** One after the other, each under its own key, so that a second try is never a second message. */
  async #flush() {
    clearTimeout(this.#timer);
    const { session } = this;
    if (this.#isSending || !session) return;
    this.#isSending = true;
    let item;
    while (this.session === session && (item = this.#outbox.find(isWaiting))) {
      this.#mark(item, "sending");
      const error = await server.send(session, item.text, item.key).then(({ seq }) => { item.seq = seq; }, (failure) => failure);
      if (this.session !== session) break;
      if (error?.gone) this.#end("expired");
      else if (!error) this.#mark(item, "sent");
      else if (!error.passing) this.#mark(item, "refused");
      else {
        this.#mark(item, error.tooFast ? "too_fast" : "not_sent");
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
        this.#timer = setTimeout(() => this.#flush(), error.retryAfter || this.#pause * (0.75 + Math.random() / 2));
        break;
      }
      this.#pause = FIRST_PAUSE_MS;
    }
    this.#isSending = false;
    if (this.session !== session) this.#flush();
  }

  #mark(item, state) {
    item.state = state;
    this.#keep(this.#outbox);
    if (this.#outbox.includes(item)) this.#tell("pending", item);
  }

  /** Over a reload, too, until the server has them. */
  #keep(items) {
    this.#outbox = items;
    tab.set("outbox", { id: this.session.id, items: items.filter(isWaiting).map(({ key, text }) => [key, text]) });
  }

  #end(reason) {
    if (!this.session) return;
    const unsent = this.#outbox.filter(isWaiting).map(({ text }) => text);
    if (browser.get("session")?.id === this.session.id) browser.set("session", null);
    clearTimeout(this.#timer);
    this.#live?.stop();
    this.#live = null;
    this.#keep([]);
    this.session = null;
    this.messages = [];
    this.#tell("ended", { reason, unsent });
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

/**
 * New messages, over one connection per browser: the tab that holds a lock listens to the server and tells the others.
 * A tab that hears nothing takes the lock away, so a sleeping leader costs a second, not the conversation. Every tab
 * drops what it knows already, so two leaders for a moment do no harm.
 */
class Live {
  #stopped = new AbortController();
  #stream = new AbortController();
  #place = new AbortController(); // in the queue for the lock
  #leads = false;
  #isUp = false;
  #pause = FIRST_PAUSE_MS;
  #lastSign = Date.now();
  #wake = () => {};

  constructor(session, on) {
    this.session = session;
    this.on = on;
    this.name = `nerveline:${session.id}`;
    const { signal } = this.#stopped;
    document.addEventListener("visibilitychange", () => this.#woke(), { signal });
    window.addEventListener("online", () => this.#woke(), { signal });
    const watch = setInterval(() => Date.now() - this.#lastSign > SILENCE_MS && this.#renew(), 5000);
    signal.addEventListener("abort", () => clearInterval(watch));
    try {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => this.#heard(data);
      this.#compete();
    } catch {
      this.#lead(); // forbidden in this frame: every tab connects by itself
    }
  }

  stop(tellOthers = false) {
    if (tellOthers) this.#tell({ gone: true });
    [this.#stopped, this.#place, this.#stream].forEach((controller) => controller.abort());
    this.#wake();
    this.channel?.close();
  }

  get #isOver() { return this.#stopped.signal.aborted; }

  async #compete(steal = false) {
    this.#place.abort();
    const place = new AbortController();
    this.#place = place;
    try {
      await navigator.locks.request(this.name, steal ? { steal } : { signal: place.signal }, () => this.#lead());
    } catch ({ name }) {
      if (name !== "AbortError") this.#lead(); // no locks here
      else if (!place.signal.aborted && !this.#isOver) {
        this.#leads = false; // another tab took over: queue again
        this.#stream.abort();
        this.#compete();
      }
    }
  }

  async #lead() {
    this.#leads = true;
    while (this.#leads && !this.#isOver) {
      const stream = new AbortController();
      this.#stream = stream;
      await server.listen(this.session, this.on.lastSeq(), stream.signal, (...event) => this.#event(stream, ...event), () => this.#alive())
        .catch(({ gone, retryAfter }) => {
          if (gone) this.#gone();
          this.#pause = retryAfter || this.#pause;
        });
      if (this.#leads && !this.#isOver) await this.#rest();
    }
  }

  #event(stream, name, data) {
    if (stream.signal.aborted) return;
    const message = JSON.parse(data);
    if (name === "gone") this.#gone();
    else if (this.on.received(message)) this.#tell({ messages: [message], isUp: true });
    else stream.abort(); // a gap: connect again after the last good one
  }

  #gone() {
    this.stop(true);
    this.on.gone();
  }

  #alive() {
    this.#lastSign = Date.now();
    this.#pause = FIRST_PAUSE_MS;
    this.#show(true);
  }

  /** Wait before the next try: longer each time, never in step with other visitors. */
  async #rest() {
    this.#show(false);
    const pause = this.#pause * (0.5 + Math.random());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    await Promise.race([wait(pause), new Promise((resolve) => { this.#wake = resolve; })]);
  }

  #heard({ ask, gone, messages = [], isUp }) {
    if (this.#isOver || (this.#leads && !gone)) {
      if (ask !== undefined) this.#tell({ messages: this.on.messagesAfter(ask), isUp: this.#isUp });
      return;
    }
    if (ask !== undefined) return;
    this.#lastSign = Date.now();
    if (gone) {
      this.stop();
      this.on.gone();
    } else {
      if (!messages.every(this.on.received)) this.#tell({ ask: this.on.lastSeq() });
      this.#show(isUp);
    }
  }

  #tell(said) { if (!this.#isOver) this.channel?.postMessage(said); }

  #show(isUp) {
    if (this.#leads) this.#tell({ isUp });
    if (this.#isUp !== isUp) this.on.connection(isUp);
    this.#isUp = isUp;
  }

  /** The phone woke up or the tab came to the front: no timer is waited for. */
  #woke() {
    if (document.hidden) return;
    this.#pause = FIRST_PAUSE_MS;
    this.#wake();
    if (!this.#leads || Date.now() - this.#lastSign > SILENCE_MS / 2) this.#renew();
  }

  /** A leader connects again; others ask the leader for what they lack, and take over if none answers. */
  async #renew() {
    this.#stream.abort();
    if (this.#leads) return;
    const asked = Date.now();
    this.#tell({ ask: this.on.lastSeq() });
    await wait(LEADER_ANSWER_MS);
    if (!this.#isOver && !this.#leads && this.#lastSign < asked) this.#compete(true);
  }
}
