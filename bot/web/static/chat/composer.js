// The writing field. It becomes the one that fits what a request asks for (keyboard, autofill); any text may still be sent.

import { questions } from "./conversation.js";
import { button, byId, el, onChoice, preferences, t, tab } from "./page.js";
import { announce } from "./transcript.js";

const LONGEST = 2000;
const COUNT_FROM = 200;
const PAUSE_MS = 350;
const SHORTEST = 3;
const MOST = 3;
// Both found by trying typos and half words.
const ENOUGH = 0.5;
const KEYWORD_WEIGHT = 0.7; // key words come from the answer's text and are many

const textArea = () => el("textarea", { rows: 1, placeholder: t("field_placeholder"), autocomplete: "off" });
const FIELDS = {
  visitor_name: () => el("input", { autocomplete: "name", autocapitalize: "words" }),
  by_phone: () => el("input", { type: "tel", autocomplete: "tel" }),
  by_email: () => el("input", { type: "email", autocomplete: "email" }),
};
// Said in English in every language: assistant and staff read it.
const PARTS_OF_DAY = { morning: "morning", afternoon: "afternoon", any_time: "any time" };

export class Composer {
  #form = byId("composer");
  #check = byId("check");
  #suggested = byId("suggestions");
  #asks = "";
  #timer = 0;
  #known = null;

  constructor(send) {
    this.send = send;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(this.value);
    });
    this.#form.addEventListener("input", ({ target }) => target === this.field && this.#edited());
    this.#form.addEventListener("keydown", (event) => this.#key(event));
    onChoice(() => this.#hint());
    this.#place(textArea());
    this.value = tab.get("draft") ?? "";
  }

  get field() { return byId("field"); }
  get value() { return this.field.value; }

  set value(text) {
    this.field.value = text;
    this.#edited();
    this.#suggest([]);
  }

  focus(options) { this.field.focus(options); }

  show(isShown) { this.#form.hidden = !isShown; }

  /** Fit the field to what is asked for, "" for ordinary questions. */
  ask(slot) {
    if (slot !== this.#asks) this.#change(slot);
  }

  #change(slot) {
    this.#asks = slot;
    byId("field-label").textContent = t(slot ? `ask_${slot}` : "field");
    byId("field-label").className = slot ? "" : "visually-hidden";
    const helper = { contact: () => this.#contactKinds(), times: () => this.#dayPicker(PARTS_OF_DAY), appointment: () => this.#dayPicker({ add_date: "" }) }[slot];
    byId("helper").replaceChildren(helper?.() ?? "");
    this.#place((FIELDS[slot === "contact" ? "by_phone" : slot] ?? textArea)());
  }

  /** Exchange the field; text and focus stay. */
  #place(field) {
    const old = this.field;
    const hadFocus = old && document.activeElement === old;
    field.setAttribute("aria-describedby", "field-error field-hint");
    Object.assign(field, { id: "field", maxLength: LONGEST, enterKeyHint: "send", value: old?.value ?? "" });
    byId("field-slot").replaceChildren(field);
    if (hadFocus) this.focus({ preventScroll: true });
    this.#hint();
  }

  #contactKinds() {
    const kinds = ["by_phone", "by_email", "by_text"].map((kind, place) => {
      const choice = button("", () => {
        kinds.forEach((one) => { one.ariaPressed = one === choice; });
        this.#place((FIELDS[kind] ?? textArea)());
        this.focus();
      }, t(kind));
      choice.ariaPressed = !place;
      return choice;
    });
    return el("div", { class: "segments", role: "group", "aria-label": t("ask_contact") }, ...kinds);
  }

  /** The buttons put "2026-11-26, morning" into the text, where it can still be changed. */
  #dayPicker(parts) {
    const now = new Date();
    const today = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    const day = el("input", { type: "date", min: today, "aria-describedby": "day-missing" });
    const missing = el("p", { class: "error", id: "day-missing" });
    const add = ([part, said]) => button("", () => {
      const date = day.value;
      day.ariaInvalid = !date;
      missing.textContent = date ? "" : t("pick_date");
      announce(missing.textContent || `${date} ${t(part)}`);
      if (date) this.value = [this.value, [date, said].filter(Boolean).join(", ")].filter(Boolean).join("; ");
      else day.focus();
    }, t(part));
    return el("div", { class: "day" }, el("label", {}, t("date"), day), missing, el("div", { class: "buttons" }, ...Object.entries(parts).map(add)));
  }

  complain(text) {
    byId("field-error").textContent = text;
    this.field.ariaInvalid = text ? true : null;
  }

  #hint() {
    const keys = this.field.tagName === "TEXTAREA" ? t(preferences.enterSends ? "field_keys" : "field_keys_off") : "";
    byId("field-hint").replaceChildren(t(this.#asks ? "field_hint_booking" : "field_hint"), el("span", { class: "keys" }, ` ${keys}`));
  }

  #edited() {
    const { field, value } = this;
    tab.set("draft", value);
    this.#check.hidden = true;
    field.style.height = "auto";
    if (field.tagName === "TEXTAREA") field.style.height = `${field.scrollHeight + 2}px`;
    const count = LONGEST - value.length;
    byId("field-count").textContent = count <= COUNT_FROM ? t("characters_left", { count }) : "";
    clearTimeout(this.#timer);
    if (!this.#asks && value.trim().length >= SHORTEST) this.#timer = setTimeout(() => this.#lookUp(value), PAUSE_MS);
    else this.#suggest([]);
  }

  #key(event) {
    const { target, key, shiftKey, isComposing } = event;
    const choices = [...this.#suggested.querySelectorAll("button")];
    const place = choices.indexOf(target);
    const isTyping = target === this.field && !isComposing;
    const isFirstLine = isTyping && !this.value.slice(0, target.selectionStart).includes("\n");
    if (key === "Enter" && isTyping && !shiftKey && target.tagName === "TEXTAREA" && preferences.enterSends) this.#submit(this.value);
    else if (key === "ArrowUp" && choices.length && (place > 0 || isFirstLine)) (choices[place - 1] ?? choices.at(-1)).focus();
    else if (key === "ArrowDown" && place >= 0) (choices[place + 1] ?? this.field).focus();
    else if (key === "Escape" && choices.length) {
      this.#suggest([]);
      this.focus();
    } else return;
    event.preventDefault();
  }

  #submit(text) {
    const said = text.replace(/[^\P{Cc}\n\t]/gu, " ").trim(); // pasted control characters
    const found = this.#asks !== "contact" && findPrivateNumber(said);
    if (!said) this.focus();
    else if (found) this.#warn(said, found);
    else this.#go(said);
  }

  #warn(said, { kind, cleaned }) {
    const answer = (look, label, act) => button(look, () => {
      act();
      this.focus();
    }, t(label));
    const remove = answer("main", "private_remove", () => { this.value = cleaned(t("removed")); });
    const warning = t("private_found", { kind: t(kind) });
    this.#check.replaceChildren(el("p", {}, warning), el("div", { class: "buttons" }, remove, answer("", "private_send", () => this.#go(said))));
    this.#check.hidden = false;
    announce(warning);
    remove.focus();
  }

  #go(text) {
    this.value = "";
    this.complain("");
    this.send(text);
  }

  /** In a list fetched once: no keystroke leaves the page. */
  async #lookUp(text) {
    this.#known ??= await questions().then(prepare, () => null);
    if (this.value === text) this.#suggest(matches(text, this.#known ?? []));
  }

  #suggest(found) {
    clearTimeout(this.#timer);
    const isNew = this.#suggested.hidden && found.length;
    const choose = (question) => button("", () => {
      this.focus();
      this.#submit(question);
    }, question);
    this.#suggested.hidden = !found.length;
    this.#suggested.replaceChildren(el("p", {}, t("matches")), ...found.map(choose));
    if (isNew) announce(t("matches_count", { count: found.length }));
  }
}

const NOISE = /^(an?|and|are|at|be|but|can|do|does|for|from|get|have|how|if|in|is|it|me|my|of|on|or|so|that|the|there|this|to|was|what|when|where|which|who|why|will|with|would|you|your)$/;

const words = (text) => (text.toLowerCase().match(/[\p{L}\d]{2,}/gu) ?? []).filter((word) => !NOISE.test(word));

export const prepare = ({ questions: known }) => known.map(({ question, words: keys }) => ({ question, asked: words(question), keys: words(keys) }));

/** The questions that a half-typed text may mean, likeliest first. */
export function matches(text, entries) {
  const typed = words(text);
  const score = ({ asked, keys }) =>
    typed.reduce((sum, word) => sum + Math.max(best(word, asked), KEYWORD_WEIGHT * best(word, keys)), 0) / typed.length - asked.length / 100;
  return entries.map((entry) => [score(entry), entry.question]).filter(([sum]) => sum >= ENOUGH)
    .sort(([one], [other]) => other - one).slice(0, MOST).map(([, question]) => question);
}

const best = (word, others) => Math.max(0, ...others.map((other) => likeness(word, other)));

function likeness(word, other) {
  if (word === other) return 1;
  if (word.length >= SHORTEST && other.startsWith(word)) return 0.9;
  if (other.length > SHORTEST && word.startsWith(other)) return 0.85;
  const [some, others] = [pairs(word), pairs(other)];
  const shared = (2 * some.filter((pair) => others.includes(pair)).length) / (some.length + others.length);
  return shared >= 0.45 ? shared : 0;
}

const paired = {};

const pairs = (word) => (paired[word] ??= Array.from({ length: word.length + 1 }, (_, start) => ` ${word} `.slice(start, start + 2)));

/* Numbers that do not belong into a chat; phone numbers and dates do. */

const PRIVATE = [
  ["private_card", /(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)/g],
  ["private_insurance", /\b[1-9][a-z][a-z\d]\d-?[a-z][a-z\d]\d-?[a-z]{2}\d{2}\b/gi], // Medicare's pattern
  ["private_insurance", /(?<=\b(?:insurance|policy|member|group|plan|subscriber|medicare|medicaid)\b[^\d\n]{0,25})\d[\d-]{5,}/gi],
  ["private_id", /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])|(?<![\d+.-])\d{9}(?![\d-])/g],
  ["private_id", /(?<=\b(?:passport|licen[cs]e|ssn|social security|mrn|record)\b[^\d\n]{0,25})\d{5,}/gi],
];

export function findPrivateNumber(text) {
  const found = PRIVATE.find(([kind, pattern]) => text.match(pattern)?.some((number) => kind !== "private_card" || isCard(number)));
  return found && { kind: found[0], cleaned: (replacement) => PRIVATE.reduce((left, [, pattern]) => left.replace(pattern, replacement), text) };
}

/** Luhn's check digit. */
function isCard(number) {
  const digits = [...number.replace(/\D/g, "")].reverse().map(Number);
  return digits.reduce((sum, digit, place) => sum + (place % 2 ? (digit * 2) % 9 || digit : digit), 0) % 10 === 0;
}
