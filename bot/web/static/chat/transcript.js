// The visible conversation: messages, date lines, what is on its way, and where the reader is in it.
// It never scrolls away from someone who reads further up, and never moves the focus.

import { announce, announceReply } from "./announcer.js";
import { button, byId, el, icon, paragraphs } from "./dom.js";
import { clinic, t } from "./page.js";
import { preference } from "./preferences.js";
import { Reply } from "./reply.js";
import { speak } from "./speech.js";
import { dayOf, sameDay, timeOf } from "./times.js";
import { isUrgent, pinUrgent, unpinUrgent } from "./urgent.js";

const NEAR_END_PX = 80;

export class Transcript {
  #log = byId("log");
  #said = el("div", { class: "messages" });
  #waiting = el("div", { class: "messages on-its-way" });
  #newButton = byId("new-messages");
  #items = new Map();
  #lastAt = null;
  #reply = null;
  #sticks = true;

  /** `actions`: say(text, event), rate(seq, helpful, note), retry(). */
  constructor(actions, tail) {
    this.actions = actions;
    this.#log.append(this.#said, this.#waiting, tail);
    this.#newButton.addEventListener("click", () => {
      this.toEnd();
      this.#log.focus({ preventScroll: true });
    });
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    document.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // The phone's keyboard came or went: what stood at the end still does.
    new ResizeObserver(() => { if (this.#sticks) this.toEnd(); }).observe(this.#log);
  }

  clear() {
    this.#said.replaceChildren();
    this.#waiting.replaceChildren();
    this.#items.clear();
    this.#lastAt = null;
    this.#reply = null;
    this.#newButton.hidden = true;
    unpinUrgent();
  }

  /** Something of the interface's own, such as the greeting. */
  insert(element) { this.#said.append(element); }

  add(message, { item, isLive }) {
    const follow = this.#atEnd();
    this.#dateLine(message.at);
    const before = this.#reply;
    const element = message.author === "visitor" ? this.#own(message, item) : this.#answer(message);
    if (isUrgent(message)) pinUrgent(message);
    if (!isLive) return;
    if (message.author === "visitor") {
      if (follow) this.toEnd();
      return;
    }
    this.#tell(message);
    if (follow) this.#showStart(element);
    else if (this.#reply !== before) this.#newButton.hidden = false;
  }

  /** A message of the visitor's that the server has not echoed yet, or its new state. */
  pending(item) {
    const known = this.#items.get(item.key);
    const element = this.#ownBubble(item.text, new Date().toISOString(), this.#state(item));
    if (known) known.replaceWith(element);
    else {
      this.#reply?.settle(item.text);
      this.#waiting.append(element);
    }
    this.#items.set(item.key, element);
    if (!known) this.toEnd();
    if (item.state === "not_sent" || item.state === "refused") announce(t(item.state));
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#newButton.hidden = true;
    this.#sticks = true;
  }

  toStart() {
    this.#scroller.scrollTop = 0;
    this.#sticks = false;
  }

  /** Something grew at the end: stay there if the reader was there. */
  follow() { if (this.#sticks) this.toEnd(); }

  #own(message, item) {
    this.#reply?.settle(message.text);
    this.#reply = null;
    if (item) {
      this.#items.get(item.key)?.remove();
      this.#items.delete(item.key);
    }
    const element = this.#ownBubble(message.text, message.at, item ? el("span", {}, t("sent")) : null);
    this.#said.append(element);
    return element;
  }

  #ownBubble(text, at, state) {
    return el(
      "article",
      { class: "group from-visitor", "aria-label": `${t("you")}, ${timeOf(at)}` },
      el("div", { class: "bubble" }, ...paragraphs(text)),
      el("p", { class: "by" }, el("span", { class: "visually-hidden" }, t("you")), el("time", { datetime: at }, timeOf(at)), state),
    );
  }

  #state({ state }) {
    if (state === "not_sent") {
      return el(
        "span", { class: "failed" },
        icon("alert"), t("not_sent"), " ",
        button({ class: "quiet", onclick: () => this.actions.retry() }, t("try_again")), " ",
        el("a", { href: clinic.phone_href }, t("or_call")),
      );
    }
    return el("span", { class: state === "refused" ? "failed" : "" }, t(state));
  }

  #answer(message) {
    if (this.#reply?.continues(message)) {
      this.#reply.add(message);
    } else {
      this.#reply?.settle();
      this.#reply = new Reply(message, this.actions);
      this.#said.append(this.#reply.element);
    }
    return this.#reply.element;
  }

  #tell(message) {
    const author = message.author === "staff" ? t("staff") : t("assistant");
    announceReply(author, message);
    if (preference("readAloud") && document.visibilityState === "visible") speak(this.#reply.spoken(), message.language ?? "en");
  }

  #dateLine(at) {
    if (!this.#lastAt || !sameDay(this.#lastAt, at)) this.#said.append(el("p", { class: "date" }, el("span", {}, dayOf(at))));
    this.#lastAt = at;
  }

  // At 400 % zoom the panel has no room for a scrolling part of its own; then the whole page scrolls.
  get #scroller() {
    return getComputedStyle(this.#log).overflowY === "visible" ? document.scrollingElement : this.#log;
  }

  #atEnd(slack = NEAR_END_PX) {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < slack;
  }

  #scrolled() {
    this.#sticks = this.#atEnd(4);
    if (this.#atEnd()) this.#newButton.hidden = true;
  }

  /** A long reply is read from its beginning: show that, rather than its end. */
  #showStart(element) {
    const scroller = this.#scroller;
    const top = element.getBoundingClientRect().top - (scroller === this.#log ? scroller.getBoundingClientRect().top : 0);
    const wanted = scroller.scrollTop + top - 12;
    scroller.scrollTop = Math.min(wanted, scroller.scrollHeight);
    this.#sticks = this.#atEnd(4);
  }
}
