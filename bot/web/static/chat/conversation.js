// The conversation as this tab knows it. Tells of itself by events: message, pending, ready, ended, connection.

import { browser, lang, onOtherTab, page, tab } from "./page.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const SILENCE_MS = 40000; // two of the server's pings missed
const LEADER_ANSWER_MS = 1500;
const PATIENCE_MS = 15000;

const wait = (pause) => new Promise((resolve) => setTimeout(resolve, pause));
const isWaiting = ({ state }) => state !== "sent" && state !== "refused";

export class Conversation extends EventTarget {
  session = null;
  messages = [];
  #outbox = [];
  #isBeginning = false;
  #isSending = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #live = null;

  constructor() {
    super();
    onOtherTab("session", () => {
      if (this.session && browser.get("session")?.id !== this.session.id) this.#end(browser.get("ended"));
      if (!this.session) this.resume();
    });
    window.addEventListener("online", () => this.retry());
  }

  get lastSeq() { return this.messages.at(-1)?.seq ?? 0; }

  /** Go on with the conversation of this browser; false when there is none. */
  resume() {
    const session = browser.get("session");
    if (session) this.#open(session);
    return Boolean(session);
  }

  async begin() {
    if (this.#isBeginning || this.session || this.resume()) return;
    this.#isBeginning = true; // for a trembling finger
    const session = await begin(page.notice_version, lang).finally(() => { this.#isBeginning = false; });
    if (this.session) return; // another tab was faster
    browser.set("session", session);
    this.#open(session, true);
  }

  send(text) {
    this.#queue(crypto.getRandomValues(new Uint32Array(4)).join("-"), text);
    this.#flush();
  }

  retry() {
    this.#pause = FIRST_PAUSE_MS;
    this.#flush();
  }

  async remove() {
    const receipt = await remove(this.session);
    this.#live?.stop(true);
    this.#end("deleted");
    return receipt;
  }

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
        const { messages } = await history(session);
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
      const error = await post(session, item.text, item.key).then(({ seq }) => { item.seq = seq; }, (failure) => failure);
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

  #keep(items) {
    this.#outbox = items;
    tab.set("outbox", { id: this.session.id, items: items.filter(isWaiting).map(({ key, text }) => [key, text]) });
  }

  #end(reason) {
    if (!this.session) return;
    const unsent = this.#outbox.filter(isWaiting).map(({ text }) => text);
    if (browser.get("session")?.id === this.session.id) {
      browser.set("ended", reason === "deleted" ? "gone" : reason); // for the other tabs, which the next line wakes
      browser.set("session", null);
    }
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
 * One connection per browser: the tab with the lock listens to the server and tells the others. Who hears nothing takes
 * the lock away. Every tab drops what it knows, so two leaders do no harm.
 */
class Live {
  #stopped = new AbortController();
  #stream = new AbortController();
  #place = new AbortController();
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
      this.#lead(); // forbidden in this frame
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
      if (name !== "AbortError") this.#lead();
      else if (!place.signal.aborted && !this.#isOver) {
        this.#leads = false; // another tab took over
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
      await listen(this.session, this.on.lastSeq(), stream.signal, (...event) => this.#event(stream, ...event), () => this.#alive())
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

  #woke() {
    if (document.hidden) return;
    this.#pause = FIRST_PAUSE_MS;
    this.#wake();
    if (!this.#leads || Date.now() - this.#lastSign > SILENCE_MS / 2) this.#renew();
  }

  /** A leader connects again; others ask for what they lack, and take over if none answers. */
  async #renew() {
    this.#stream.abort();
    if (this.#leads) return;
    const asked = Date.now();
    this.#tell({ ask: this.on.lastSeq() });
    await wait(LEADER_ANSWER_MS);
    if (!this.#isOver && !this.#leads && this.#lastSign < asked) this.#compete(true);
  }
}

/* The server's interface */

async function call(method, path, { session, body, headers, signal = AbortSignal.timeout(PATIENCE_MS) } = {}) {
  const response = await fetch(`/api/${path}`, {
    method,
    signal,
    credentials: "omit", // the token is the only key
    headers: { ...headers, ...(session && { Authorization: `Bearer ${session.token}` }), ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }).catch(() => ({ status: 0 }));
  const { ok, status } = response;
  if (ok) return response;
  // Without one, a proxy answered in our place, or nobody.
  const code = await Promise.resolve(response.json?.()).then(({ error }) => error.code).catch(() => "");
  throw Object.assign(new Error(`status ${status}`), {
    gone: code === "not_found",
    passing: !code || status >= 500 || [408, 409, 429].includes(status),
    tooFast: status === 429,
    retryAfter: response.headers?.get("Retry-After") * 1000,
  });
}

const json = async (...request) => (await call(...request)).json();
const of = ({ id }, more = "") => `conversations/${id}${more}`;

const begin = (agreed, language) => json("POST", "conversations", { body: { agreed, language } });
const post = (session, text, key) => json("POST", of(session, "/messages"), { session, body: { text, key } });
export const history = (session) => json("GET", of(session), { session });
const remove = (session) => json("DELETE", of(session), { session });
export const rate = (session, seq, helpful, note) => call("POST", of(session, "/feedback"), { session, body: { seq, helpful, note } });
export const status = () => json("GET", "status");
export const questions = () => json("GET", "questions?lang=en");

/** Until the stream ends. Read by hand, because EventSource cannot send the token. */
async function listen(session, after, signal, received, alive) {
  const { body } = await call("GET", of(session, "/events"), { session, signal, headers: { "Last-Event-ID": after } });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    alive();
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop(); // an event counts once its blank line has come
    for (const block of blocks) {
      const [, data] = block.match(/^data: (.*)$/m) ?? [];
      if (data) received(/^event: gone$/m.test(block) ? "gone" : "message", data);
    }
  }
}
