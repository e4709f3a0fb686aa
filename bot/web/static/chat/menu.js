// The menu: the visitor's rights over the conversation, reading and typing settings, and the clinic's facts.

import { button, byId, el } from "./dom.js";
import { closeDialog, showDialog } from "./dialog.js";
import { answersAddress } from "./notice.js";
import { clinic, lang, page, query, t } from "./page.js";
import { choose, preference } from "./preferences.js";
import * as rights from "./rights.js";

export function openMenu(conversation) {
  const again = { back: () => openMenu(conversation) };
  const rightsItems = [
    ["download_text", () => rights.downloadText(conversation)],
    ["download_data", () => rights.downloadData(conversation)],
    ["print", () => rights.print(conversation)],
    ["start_over", () => rights.askStartOver(conversation, again)],
    ["delete", () => rights.askDelete(conversation, again)],
  ];
  const stored = item("stored", () => rights.showStored(conversation, again));
  showDialog(t("menu_title"), [
    section("rights", conversation.session
      ? el("div", { class: "items" }, stored, ...rightsItems.map(([name, act]) => item(name, act)))
      : el("div", { class: "items" }, stored, el("p", { class: "hint" }, t("nothing_yet")))),
    section("display", ...settings()),
    section("clinic_facts", ...facts()),
  ]);
}

const section = (name, ...content) => el("section", {}, el("h3", {}, t(name)), ...content);

function item(name, act) {
  return button({ class: `item item-${name}`, onclick: () => rights.attempt(act) }, t(name));
}

function settings() {
  return [
    choiceOf("text_size", "text", [["normal", "text_normal"], ["large", "text_large"], ["larger", "text_larger"]]),
    choiceOf("theme", "theme", [["auto", "theme_auto"], ["light", "theme_light"], ["dark", "theme_dark"]]),
    toggle("large_targets", "largeTargets"),
    toggle("full_answers", "fullAnswers"),
    ..."speechSynthesis" in window ? [toggle("read_aloud", "readAloud")] : [],
    toggle("enter_sends", "enterSends"),
    languages(),
  ];
}

function choiceOf(title, name, options) {
  const radios = options.map(([value, label]) => {
    const radio = el("input", { type: "radio", name: `choice-${name}`, value, onchange: () => choose(name, value) });
    radio.checked = preference(name) === value;
    return el("label", { class: "segment" }, radio, el("span", {}, t(label)));
  });
  return el("fieldset", {}, el("legend", {}, t(title)), el("div", { class: "segments" }, ...radios));
}

function toggle(title, name) {
  const box = el("input", { type: "checkbox", onchange: () => choose(name, box.checked) });
  box.checked = preference(name);
  return el("label", { class: "toggle" }, el("span", {}, t(title)), box);
}

function languages() {
  const links = page.languages.map(({ code, name }) => {
    const address = new URLSearchParams(query);
    address.set("lang", code);
    return el("a", { class: "segment", lang: code, href: `?${address}`, "aria-current": code === lang ? "true" : null }, el("span", {}, name));
  });
  return el("fieldset", {}, el("legend", {}, t("other_language")), el("div", { class: "segments" }, ...links));
}

function facts() {
  const rows = [
    [t("contact"), el("span", {}, el("a", { href: clinic.phone_href }, clinic.phone), el("br"), el("a", { href: `mailto:${clinic.email}` }, clinic.email))],
    [t("hours"), el("span", {}, clinic.hours, ...(clinic.next_opening && !clinic.open_now ? [" ", t("opens", { when: clinic.next_opening })] : []))],
    ...(clinic.holidays ? [[t("holidays"), el("span", {}, clinic.holidays)]] : []),
  ];
  return [
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("p", { class: "hint" }, t("hand_off")),
    el("p", {}, el("a", { href: answersAddress(), target: page.embed ? "_blank" : null, rel: "noopener" }, t("all_answers"))),
  ];
}

export function bindMenu(conversation) {
  byId("menu-button").addEventListener("click", () => openMenu(conversation));
  conversation.addEventListener("ended", ({ detail }) => {
    if (detail.reason !== "deleted") closeDialog(); // what stood in it is no longer true
  });
}
