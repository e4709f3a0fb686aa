// The visible conversation. It never scrolls away from a reader, and never moves the focus.

import { button, byId, clinic, CONTENT_LANG, dateOf, dayOf, el, icon, lang, onChoice, outward, page, paragraphs, preferences, t, timeOf } from "./page.js";

// What our own buttons say; the assistant understands English only.
export const SAY = { person: "Talk to a person", more: "Tell me more", wrongTopic: "That's not what I meant" };

const NEAR_END_PX = 80;
const TYPING_MS = 400;
const STILL_MS = 5000;
const LATE_MS = 30000;
const GATHER_MS = 350; // parts of one reply are announced together
const CLEAR_MS = 4000; // some screen readers miss what is cleared at once
const LONGEST_NOTE = 500;

export class Transcript {
  #log = byId("log");
  #said = el("div", { class: "messages" });
  #waiting = el("div", { class: "messages" });
  #typing = el("div", { class: "typing" });
  #newButton = byId("new-messages");
  #items = new Map();
  #timers = [];
  #day = "";
  #reply = null;
  #sticks = true;

  /** `actions`: say(text, event), rate(seq, helpful, note), retry(), late(). */
  constructor(actions) {
    this.actions = actions;
    this.#log.append(this.#said, this.#waiting, this.#typing);
    this.#newButton.addEventListener("click", () => {
      this.toEnd();
      this.#log.focus({ preventScroll: true });
    });
    for (const scrolling of [this.#log, document]) scrolling.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#scroller === this.#log && this.#follow()).observe(this.#log); // the phone's keyboard came or went
  }

  clear() {
    for (const part of [this.#said, this.#waiting]) part.replaceChildren();
    this.#day = "";
    this.#reply = null;
    this.#newButton.hidden = true;
    this.typing(false);
    pinUrgent(null);
  }

  insert(...content) {
    this.#said.append(...content);
    this.#scroller.scrollTop = 0;
  }

  add(message, { mine, isLive }) {
    const wasAtEnd = this.#distance() < NEAR_END_PX;
    const before = this.#reply;
    const day = dayOf(message.at);
    if (day !== this.#day) this.#said.append(el("p", { class: "date" }, day === dayOf(Date.now()) ? t("today") : day));
    this.#day = day;
    if (message.author === "visitor") {
      this.#reply?.settle(message.text);
      this.#reply = null;
      this.#items.get(mine?.key)?.remove();
      this.#said.append(ownMessage(message.text, message.at, mine && el("span", {}, t("sent"))));
      if (isLive && wasAtEnd) this.toEnd();
      return;
    }
    if (isUrgent(message)) pinUrgent(message);
    this.#answer(message);
    if (!isLive) return;
    announce(this.#reply !== before && `${authorOf(message)}:`, message.heading, message.text, message.disclaimer);
    if (preferences.readAloud && !document.hidden) speak(this.#reply);
    if (wasAtEnd) this.#showStart(this.#reply.element);
    else if (this.#reply !== before) this.#newButton.hidden = false;
  }

  pending({ key, text, state }) {
    const known = this.#items.get(key);
    const element = ownMessage(text, Date.now(), this.#state(state));
    this.#items.set(key, element);
    if (known) known.replaceWith(element);
    else {
      this.#reply?.settle(text);
      this.#waiting.append(element);
      this.toEnd();
    }
    if (state === "not_sent" || state === "refused") announce(t(state));
  }

  /** A reply is coming: not for quick ones, never endless. */
  typing(isOn) {
    this.#timers.forEach(clearTimeout);
    this.#typing.replaceChildren();
    const show = (...content) => {
      this.#typing.replaceChildren(...content);
      this.#follow();
    };
    const sign = (text) => () => show(el("p", {}, el("span", { class: "dots" }, el("i"), el("i"), el("i")), t(text)));
    const late = () => {
      show(...paragraphs(t("late")));
      announce(t("late"));
      this.actions.late();
    };
    this.#timers = isOn ? [setTimeout(sign("typing"), TYPING_MS), setTimeout(sign("still_working"), STILL_MS), setTimeout(late, LATE_MS)] : [];
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#scrolled();
  }

  /** What is read stays where it is. */
  keepPlace(arrange) {
    const { top } = this.#typing.getBoundingClientRect();
    arrange();
    this.#scroller.scrollTop += this.#typing.getBoundingClientRect().top - top;
    this.#scrolled();
  }

  #answer(message) {
    if (this.#reply?.continues(message)) return this.#reply.add(message);
    this.#reply?.settle();
    this.#reply = new Reply(message, this.actions);
    return this.#said.append(this.#reply.element);
  }

  #state(state) {
    if (state !== "not_sent") return el("span", {}, t(state));
    const again = button("quiet", () => this.actions.retry(), t("try_again"));
    return el("span", { class: "failed" }, icon("alert"), t(state), again, el("a", { href: clinic.phone_href }, t("or_call")));
  }

  // At 400 % zoom the whole page scrolls.
  get #scroller() { return getComputedStyle(this.#log).overflowY === "visible" ? document.scrollingElement : this.#log; }

  #distance() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #follow() { if (this.#sticks) this.toEnd(); }

  #scrolled() {
    this.#sticks = this.#distance() < 4;
    if (this.#distance() < NEAR_END_PX) this.#newButton.hidden = true;
  }

  /** A long reply is read from its beginning. */
  #showStart(element) {
    const frame = this.#scroller === this.#log ? this.#log.getBoundingClientRect().top : byId("urgent").offsetHeight;
    this.#scroller.scrollTop += element.getBoundingClientRect().top - frame - 8;
    this.#scrolled();
  }
}

function ownMessage(text, at, state) {
  return el(
    "article", { class: "group from-visitor", "aria-label": `${t("you")}, ${timeOf(at)}` },
    el("div", { class: "bubble" }, ...paragraphs(text)),
    el("p", { class: "by" }, el("time", {}, timeOf(at)), state),
  );
}

const authorOf = ({ author, name }) => name || t({ staff: "staff", system: "clinic_note" }[author] ?? "assistant");
const isUrgent = ({ kind }) => kind === "emergency" || kind === "crisis";

/** One reply. Several topics have a heading each; the disclaimer stands once below them. */
class Reply {
  #messages = [];
  #parts = el("div");
  #foot = el("div");

  constructor(message, actions) {
    this.actions = actions;
    this.element = el(
      "article", { class: `group from-${message.author} kind-${message.kind}`, "aria-label": `${authorOf(message)}, ${timeOf(message.at)}` },
      el("p", { class: "by" }, authorOf(message), el("span", {}, timeOf(message.at))),
      el("div", { class: "bubble" }, this.#parts, this.#foot),
    );
    this.add(message);
  }

  continues(message) {
    const [first] = this.#messages;
    const isPart = ({ author, kind, reply_to: number }) => author === "assistant" && number && ["normal", "booking"].includes(kind);
    return isPart(first) && isPart(message) && message.reply_to === first.reply_to;
  }

  add(message) {
    this.#messages.push(message);
    this.element.classList.toggle("several", this.#messages.filter(({ heading }) => heading).length > 1);
    if (isUrgent(message)) this.#parts.append(...urgentCard(message));
    else {
      this.#parts.append(this.#part(message));
      this.#foot.replaceChildren(...this.#below());
    }
  }

  /** Later messages came: only the newest question stays open. */
  settle(text) {
    this.element.classList.add("settled");
    for (const choice of this.element.querySelectorAll(".choices button")) {
      choice.ariaDisabled = "true";
      if (choice.textContent === text) choice.classList.add("chosen");
    }
  }

  get text() { return [...this.#messages.map(({ heading, text }) => `${heading} ${text}`), ...this.#all("disclaimer")].join(" "); }

  #all(field) { return [...new Set(this.#messages.flatMap((message) => message[field]))].filter(Boolean); }

  #part(message) {
    const { heading, text, fuller, more, sources, evidence } = message;
    return el(
      "div", { class: "part" },
      el("div", { lang: message.lang ?? CONTENT_LANG }, heading && el("h2", {}, heading), ...paragraphs(text)),
      el(
        "div", { class: "foldout" },
        ...fuller ? fullText(message) : more ? [button("quiet", (event) => this.actions.say(SAY.more, event), t("more"))] : [],
        (sources.length || evidence) && provenance(message),
      ),
    );
  }

  #below() {
    const answers = this.#messages.filter(({ topics, kind }) => topics.length && kind === "normal");
    // The note goes along once: it may be a cry for help.
    const judge = (helpful, note) => Promise.all(answers.map(({ seq }, place) => this.actions.rate(seq, helpful, place ? "" : note)));
    const { asks } = this.#messages.at(-1);
    return [
      ...this.#all("disclaimer").map(disclaimerLine),
      el(
        "div", { class: "tools" },
        answers.length && askHelpful(judge),
        window.speechSynthesis && listenButton(this),
        answers.length && button("quiet wrong", (event) => this.actions.say(SAY.wrongTopic, event), t("wrong_topic")),
      ),
      choices(this.#all("buttons").map((text) => ({ label: text, text })), (text, event) => {
        this.settle(text);
        this.actions.say(text, event);
      }, t(asks ? `ask_${asks}` : "next")),
    ];
  }
}

/** Buttons that say `text`. The first tap counts: a trembling finger taps twice. */
export function choices(options, say, label) {
  const one = ({ label: title, text }) => button("", (event) => event.currentTarget.ariaDisabled || say(text, event), title);
  return options.length ? el("div", { class: "choices", role: "group", "aria-label": label }, ...options.map(one)) : "";
}

export function disclaimerLine(text) {
  const kind = Object.keys(page.disclaimer).find((name) => page.disclaimer[name] === text);
  const translated = kind && t(kind);
  return el("p", { class: "disclaimer", lang: translated ? lang : CONTENT_LANG }, translated || text);
}

function fullText({ fuller }) {
  const full = el("div", { class: "fuller", lang: CONTENT_LANG }, ...paragraphs(fuller));
  const show = (isShown) => {
    full.hidden = !isShown;
    toggle.ariaExpanded = isShown;
    toggle.textContent = t(isShown ? "less" : "more");
  };
  const toggle = button("quiet", () => show(full.hidden));
  show(preferences.fullAnswers);
  onChoice(() => preferences.fullAnswers && show(true));
  return [full, toggle];
}

function provenance({ sources, evidence, reviewed_on: checked }) {
  const list = sources.map(({ title, publisher, year, link }) =>
    el("li", { lang: CONTENT_LANG }, outward(link, title), ` (${[publisher, year].filter(Boolean).join(", ")})`));
  return el(
    "details", {},
    el("summary", {}, t("sources")),
    el("ul", {}, ...list),
    evidence && el("p", {}, t("evidence", { level: t(`evidence_${evidence.replace(" ", "_")}`) })),
    checked && el("p", {}, t("reviewed", { date: dateOf(checked) })),
  );
}

function askHelpful(judge) {
  const status = el("span", { role: "status" });
  const send = (...judgement) => judge(...judgement).then(() => t("thanks"), () => t("comment_failed")).then((said) => { status.textContent = said; });
  const answers = [true, false].map((helpful) => button("quiet", ({ currentTarget }) => {
    answers.forEach((one) => { one.ariaPressed = one === currentTarget; });
    why.hidden = helpful;
    send(helpful, "");
  }, t(helpful ? "answer_yes" : "answer_no")));
  answers.forEach((one) => { one.ariaPressed = false; });
  const field = el("input", { maxlength: LONGEST_NOTE, autocomplete: "off" });
  const submit = (event) => {
    event.preventDefault();
    answers[1].focus();
    why.hidden = true;
    send(false, field.value);
  };
  const why = el("form", { class: "why", hidden: true, onsubmit: submit }, el("label", {}, t("why"), field), el("button", {}, t("why_send")));
  return el("div", { class: "helpful", role: "group", "aria-label": t("helpful") }, t("helpful"), ...answers, status, why);
}

/* Emergencies: a card, and its numbers pinned at the top. */

function calls({ kind, response }) {
  const emergency = [clinic.emergency_href, t("call_emergency")];
  const lines = kind === "crisis"
    ? [[clinic.crisis_call_href, t("call_crisis")], [clinic.crisis_text_href, t("text_crisis")], emergency]
    : [emergency, /overdose|poison/.test(response) ? [clinic.poison_href, t("call_poison")] : []];
  // A Map: in some regions two are one number.
  const links = [...new Map(lines)].filter(([href]) => href).map(([href, text]) => el("a", { class: "call", href }, text));
  return el("div", { class: "calls" }, ...links);
}

const alarm = (tag, { kind }) => el(tag, {}, icon("alert"), t(`${kind}_title`));

function urgentCard(message) {
  const ours = t(`${message.kind}_text`);
  return [
    alarm("h2", message), calls(message), ...ours ? [el("p", {}, ours)] : [],
    el("div", { lang: message.lang ?? CONTENT_LANG }, ...paragraphs(message.text)), disclaimerLine(message.disclaimer),
  ];
}

function pinUrgent(message) {
  byId("urgent").hidden = !message;
  if (message) byId("urgent").replaceChildren(alarm("p", message), calls(message));
}

let silence = () => {};

export function hush() {
  window.speechSynthesis?.cancel();
  silence();
}

function speak(reply, ended = () => {}) {
  hush();
  silence = ended;
  const spoken = Object.assign(new SpeechSynthesisUtterance(reply.text), { lang: CONTENT_LANG, rate: 0.95, onend: ended });
  window.speechSynthesis.speak(spoken);
}

function listenButton(reply) {
  const label = el("span", {}, t("listen"));
  let isSpeaking = false;
  const show = (speaks) => {
    isSpeaking = speaks;
    label.textContent = t(speaks ? "stop_listening" : "listen");
  };
  return button("quiet", () => {
    if (isSpeaking) return hush();
    speak(reply, () => show(false));
    return show(true);
  }, icon("listen"), label);
}

let unsaid = [];
let timer = 0;

/** Say something once to screen readers. The log itself is not live: a live history is read again and again. */
export function announce(...texts) {
  // A shared disclaimer is said once, at the end.
  unsaid = [...unsaid.filter((text) => !texts.includes(text)), ...texts.filter(Boolean)];
  clearTimeout(timer);
  timer = setTimeout(() => {
    const said = el("p", {}, unsaid.join(" "));
    unsaid = [];
    byId("announcer").append(said);
    setTimeout(() => said.remove(), CLEAR_MS);
  }, GATHER_MS);
}
