// One reply of the assistant or of staff. Several topics in one reply each have their own heading; the disclaimer
// stands once below them, and then what one can do with the reply.

import { button, el, icon, outwardLink, paragraphs } from "./dom.js";
import { askHelpful } from "./helpful.js";
import { clinic, lang, page, SAY, t } from "./page.js";
import { onChoice, preference } from "./preferences.js";
import { canSpeak, hush, speak } from "./speech.js";
import { dateOf, timeOf } from "./times.js";
import { isUrgent, urgentCard } from "./urgent.js";

const NUMBERS = {
  [clinic.phone]: clinic.phone_href,
  [clinic.poison_line]: clinic.poison_href,
};
// Curated answers are written in English; a message may say otherwise.
const CONTENT_LANGUAGE = "en";

export class Reply {
  messages = [];
  #parts = el("div", { class: "parts" });
  #foot = el("div", { class: "foot" });

  /** `say(text)` sends a message; `rate(seq, helpful, note)` a judgement. */
  constructor(message, { say, rate }) {
    this.say = say;
    this.rate = rate;
    const author = message.author === "staff" ? message.name || t("staff") : t(message.author === "system" ? "clinic_note" : "assistant");
    const time = el("time", { datetime: message.at }, timeOf(message.at));
    this.element = el(
      "article",
      { class: `group from-${message.author} kind-${message.kind}`, "aria-label": `${author}, ${timeOf(message.at)}` },
      el("p", { class: "by" }, author, " ", time),
      el("div", { class: "bubble" }, this.#parts, this.#foot),
    );
    this.add(message);
  }

  /** Whether `message` is a further part of this reply. */
  continues(message) {
    const first = this.messages[0];
    return message.author === "assistant" && first.author === "assistant" && message.reply_to !== null
      && message.reply_to === first.reply_to && !isUrgent(message) && !isUrgent(first);
  }

  add(message) {
    this.messages.push(message);
    this.element.dataset.seq = message.seq;
    this.element.classList.toggle("several", this.messages.filter((one) => one.heading).length > 1);
    this.#parts.append(isUrgent(message) ? urgentCard(message, NUMBERS) : this.#part(message));
    this.#foot.replaceChildren(...this.#footer());
  }

  /** Later messages came: buttons that were not chosen step back, so that the newest question is the only one open. */
  settle(text) {
    this.element.classList.add("settled");
    for (const choice of this.element.querySelectorAll(".choices button")) {
      choice.setAttribute("aria-disabled", "true");
      if (choice.textContent === text) choice.classList.add("chosen");
    }
  }

  #part(message) {
    const { language = CONTENT_LANGUAGE } = message;
    const said = el("div", { class: "said", lang: language });
    if (message.heading) said.append(el("h3", { class: "topic" }, message.heading));
    said.append(...paragraphs(message.text, NUMBERS));
    const below = el("div", { class: "below" });
    const part = el("div", { class: "part" }, said);
    if (message.fuller) {
      const [text, toggle] = this.#fuller(message);
      part.append(text);
      below.append(toggle);
    } else if (message.more) {
      below.append(button({ class: "quiet more", onclick: (event) => this.say(SAY.more, event) }, t("more")));
    }
    if (message.sources.length || message.evidence) below.append(provenance(message));
    if (below.childElementCount) part.append(below);
    return part;
  }

  #fuller(message) {
    const text = el("div", { class: "fuller", lang: message.language ?? CONTENT_LANGUAGE }, ...paragraphs(message.fuller, NUMBERS));
    const toggle = button({ class: "quiet more", onclick: () => show(text.hidden) });
    const show = (isOpen) => {
      text.hidden = !isOpen;
      toggle.setAttribute("aria-expanded", isOpen);
      toggle.textContent = t(isOpen ? "less" : "more");
    };
    show(preference("fullAnswers"));
    onChoice((name, value) => { if (name === "fullAnswers") show(value); });
    return [text, toggle];
  }

  #footer() {
    const last = this.messages.at(-1);
    if (isUrgent(last)) return [];
    const answered = this.messages.filter((message) => message.topics.length && message.kind === "normal");
    const tools = el("div", { class: "tools" });
    if (answered.length) tools.append(askHelpful((helpful, note) => this.#judge(answered, helpful, note)));
    if (canSpeak && last.author !== "system") tools.append(listenButton(() => this.spoken(), last.language ?? CONTENT_LANGUAGE));
    if (answered.length) tools.append(button({ class: "quiet wrong", onclick: (event) => this.say(SAY.wrongTopic, event) }, t("wrong_topic")));
    return [
      ...this.#disclaimers(),
      tools.childElementCount ? tools : null,
      this.#choices(),
    ].filter(Boolean);
  }

  #disclaimers() {
    const texts = [...new Set(this.messages.map((message) => message.disclaimer).filter(Boolean))];
    return texts.map((text) => {
      const kind = Object.keys(page.disclaimer).find((one) => page.disclaimer[one] === text);
      const translated = kind && lang !== CONTENT_LANGUAGE ? t(kind) : "";
      return el("p", { class: "disclaimer", lang: translated ? lang : CONTENT_LANGUAGE }, translated || text);
    });
  }

  #choices() {
    const titles = [...new Set(this.messages.flatMap((message) => message.buttons))];
    if (!titles.length) return null;
    const asks = this.messages.at(-1).asks;
    const choices = titles.map((title) => button({ lang: CONTENT_LANGUAGE, onclick: (event) => this.#choose(event, title) }, title));
    return el("div", { class: "choices", role: "group", "aria-label": asks ? t(`ask_${asks}`) : t("next") }, ...choices);
  }

  #choose(event, title) {
    // A trembling finger taps twice; the first tap counts.
    if (event.currentTarget.getAttribute("aria-disabled")) return;
    this.settle(title);
    this.say(title, event);
  }

  #judge(answered, helpful, note) {
    return Promise.all(answered.map(({ seq }, place) => this.rate(seq, helpful, place ? "" : note)));
  }

  /** The whole reply as one text, for reading aloud. */
  spoken() {
    const parts = this.messages.map((message) => [message.heading, message.text].filter(Boolean).join(". "));
    return [...parts, ...new Set(this.messages.map((message) => message.disclaimer))].join(" ");
  }
}

function provenance({ sources, evidence, reviewed_on: reviewedOn }) {
  const level = evidence && t(`evidence_${evidence.replace(/ /g, "_")}`);
  return el(
    "details",
    { class: "sources" },
    el("summary", {}, t("sources")),
    el("ul", {}, ...sources.map(source)),
    level ? el("p", {}, t("evidence", { level })) : null,
    reviewedOn ? el("p", {}, t("reviewed", { date: dateOf(reviewedOn) })) : null,
  );
}

function source({ title, publisher, year, link }) {
  const from = [publisher, year].filter(Boolean).join(", ");
  return el("li", { lang: CONTENT_LANGUAGE }, outwardLink(link ?? "", title), from ? ` (${from})` : "");
}

function listenButton(text, language) {
  const label = el("span", {}, t("listen"));
  const stop = () => { label.textContent = t("listen"); };
  const toggle = () => {
    if (label.textContent === t("stop_listening")) return hush();
    speak(text(), language, stop);
    label.textContent = t("stop_listening");
    return undefined;
  };
  return button({ class: "quiet listen", onclick: toggle }, icon("listen"), label);
}
