// New messages, over one connection per browser: the tab that holds a lock listens to the server and tells the others.
// A tab that hears nothing takes the lock away, so a sleeping leader costs a second, not the conversation. Every tab
// drops what it knows already, so two leaders for a moment do no harm.

import * as server from "./server.js";

const SILENCE_MS = 40000; // the server pings every 15 s: two missed, and the connection is dead
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const LEADER_ANSWER_MS = 1500;

export class Live {
  #stopped = new AbortController();
  #stream = new AbortController();
  #place = new AbortController(); // in the queue for the lock
  #leads = false;
  #isUp = false;
  #pause = FIRST_PAUSE_MS;
  #lastSign = Date.now();
  #wake = () => {};

  /** `on`: received(message) gives false at a gap; lastSeq(); messagesAfter(seq); gone(); connection(isUp). */
  constructor(session, on) {
    this.session = session;
    this.on = on;
    this.name = `nerveline:${session.id}`;
    const { signal } = this.#stopped;
    try {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => this.#heard(data);
    } catch { /* forbidden in this frame: every tab connects by itself */ }
    document.addEventListener("visibilitychange", () => this.#woke(), { signal });
    window.addEventListener("online", () => this.#woke(), { signal });
    const watch = setInterval(() => Date.now() - this.#lastSign > SILENCE_MS && this.#renew(), 5000);
    signal.addEventListener("abort", () => clearInterval(watch));
    if (this.channel && navigator.locks) this.#compete();
    else this.#lead();
  }

  stop({ tellOthers = false } = {}) {
    if (tellOthers) this.#tell({ gone: true });
    this.#stopped.abort();
    this.#place.abort();
    this.#stream.abort();
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
      if (name !== "AbortError") this.#lead(); // locks are forbidden here
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
        .catch((error) => {
          if (error.gone) this.#gone();
          if (error.retryAfter) this.#pause = error.retryAfter;
        });
      if (this.#leads && !this.#isOver) await this.#rest();
    }
  }

  #event(stream, name, data) {
    if (stream.signal.aborted) return;
    if (name === "gone") this.#gone();
    else if (this.on.received(JSON.parse(data))) this.#tell({ messages: [JSON.parse(data)], isUp: true });
    else stream.abort(); // a gap: connect again after the last good one
  }

  #gone() {
    this.stop({ tellOthers: true });
    this.on.gone();
  }

  #alive() {
    this.#lastSign = Date.now();
    this.#pause = FIRST_PAUSE_MS;
    this.#tell({ isUp: true });
    this.#show(true);
  }

  /** Wait before the next try: longer each time, never in step with other visitors. */
  async #rest() {
    this.#tell({ isUp: false });
    this.#show(false);
    const pause = this.#pause * (0.5 + Math.random());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, pause);
    });
  }

  #heard({ ask, gone, messages = [], isUp }) {
    if (this.#isOver) return;
    if (ask !== undefined) {
      if (this.#leads) this.#tell({ messages: this.on.messagesAfter(ask), isUp: this.#isUp });
      return;
    }
    this.#lastSign = Date.now();
    if (gone) {
      this.stop();
      this.on.gone();
    } else if (!this.#leads) {
      if (!messages.every(this.on.received)) this.#tell({ ask: this.on.lastSeq() });
      this.#show(isUp);
    }
  }

  #tell(said) { if (!this.#isOver) this.channel?.postMessage(said); }

  #show(isUp) {
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
  #renew() {
    if (this.#leads) {
      this.#stream.abort();
      return;
    }
    const asked = Date.now();
    this.#tell({ ask: this.on.lastSeq() });
    setTimeout(() => !this.#isOver && !this.#leads && this.#lastSign < asked && this.#compete(true), LEADER_ANSWER_MS);
  }
}
