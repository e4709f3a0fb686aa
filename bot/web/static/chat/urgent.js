// Emergencies: a card in place of the answer, with the numbers to tap before anything else, and the same numbers
// pinned at the top so that they stay in view however far one scrolls.

import { byId, el, icon, paragraphs } from "./dom.js";
import { clinic, lang, page, t } from "./page.js";

export const isUrgent = (message) => message.kind === "emergency" || message.kind === "crisis";

const CRISIS_NUMBER = clinic.crisis_call_href.replace("tel:", "");

function links({ kind, response = "" }) {
  const emergency = line(clinic.emergency_href, "phone", t("call_emergency"));
  const crisis = [
    clinic.crisis_call_href && line(clinic.crisis_call_href, "phone", t("call_crisis", { number: CRISIS_NUMBER })),
    clinic.crisis_text_href && line(clinic.crisis_text_href, "text", t("text_crisis", { number: CRISIS_NUMBER })),
  ];
  if (kind === "crisis") return [...crisis, emergency].filter(Boolean);
  const poison = /overdose|poison/.test(response) && clinic.poison_href && line(clinic.poison_href, "phone", t("call_poison"));
  return [emergency, poison].filter(Boolean);
}

const line = (href, name, text) => el("a", { class: "call", href }, icon(name), el("span", {}, text));

/** The card that stands in the transcript. */
export function urgentCard(message, numbers) {
  const disclaimer = lang === "en" ? "" : t("urgent");
  return el(
    "div",
    { class: "urgent-card" },
    el("h3", {}, icon("alert"), t(`${message.kind}_title`)),
    el("div", { class: "calls" }, ...links(message)),
    t(`${message.kind}_text`) ? el("p", {}, t(`${message.kind}_text`)) : null,
    el("div", { lang: message.language ?? "en" }, ...paragraphs(message.text, { ...numbers, [clinic.emergency_number]: clinic.emergency_href })),
    el("p", { class: "disclaimer", lang: disclaimer ? lang : "en" }, disclaimer || message.disclaimer || page.disclaimer.urgent),
  );
}

/** Pin the numbers; the newest emergency decides which come first. */
export function pinUrgent(message) {
  const pinned = byId("urgent");
  pinned.replaceChildren(el("p", {}, icon("alert"), t(`${message.kind}_title`)), el("div", { class: "calls" }, ...links(message)));
  pinned.hidden = false;
}

export function unpinUrgent() {
  byId("urgent").hidden = true;
  byId("urgent").replaceChildren();
}
