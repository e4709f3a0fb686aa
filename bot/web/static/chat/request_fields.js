// Fields for the steps of a request, so that phones show the right keyboard, browsers fill in what they know, and
// days are picked instead of typed. Each gives { field, helper }; both may be missing.

import { announce } from "./announcer.js";
import { button, el } from "./dom.js";
import { t } from "./page.js";

const line = (properties) => el("input", { type: "text", enterkeyhint: "send", ...properties });

const FIELDS = {
  visitor_name: () => ({ field: line({ autocomplete: "name", autocapitalize: "words" }) }),
  contact: contactField,
  times: (tools) => ({ helper: dayPicker(tools, ["morning", "afternoon", "any_time"]) }),
  appointment: (tools) => ({ helper: dayPicker(tools, []) }),
};

/** `tools`: place(field) exchanges the field; plain() goes back to free writing; fill(text) adds to the text. */
export function fieldFor(slot, tools) {
  return FIELDS[slot]?.(tools) ?? {};
}

function contactField({ place, plain }) {
  const kinds = {
    by_phone: () => line({ type: "tel", inputmode: "tel", autocomplete: "tel" }),
    by_email: () => line({ type: "email", inputmode: "email", autocomplete: "email", autocapitalize: "none" }),
  };
  const choices = Object.keys(kinds).map((name) => button({ "aria-pressed": name === "by_phone", onclick: (event) => choose(name, event.currentTarget) }, t(name)));
  const choose = (name, pressed) => {
    const field = kinds[name]();
    place(field);
    choices.forEach((choice) => choice.setAttribute("aria-pressed", choice === pressed));
    field.focus();
  };
  const helper = el("div", { class: "segments", role: "group", "aria-label": t("ask_contact") }, ...choices, button({ onclick: plain }, t("by_text")));
  return { field: kinds.by_phone(), helper };
}

/** A native date field; the buttons put "2026-11-26, morning" into the text, where it can still be changed. */
function dayPicker({ fill }, parts) {
  const day = el("input", { id: "day", type: "date", min: today() });
  const add = (said) => () => {
    if (!day.value) {
      day.setAttribute("aria-invalid", "true");
      announce(t("pick_date"));
      missing.hidden = false;
      return day.focus();
    }
    day.removeAttribute("aria-invalid");
    missing.hidden = true;
    const text = [day.value, said].filter(Boolean).join(", ");
    announce(text);
    return fill(text);
  };
  const missing = el("p", { id: "day-missing", class: "error", hidden: true }, t("pick_date"));
  day.setAttribute("aria-describedby", "day-missing");
  // Said in English in every language: the assistant and the staff read it.
  const said = { morning: "morning", afternoon: "afternoon", any_time: "any time" };
  const choices = parts.length
    ? parts.map((part) => button({ class: "plain", onclick: add(said[part]) }, t(part)))
    : [button({ class: "plain", onclick: add("") }, t("add_date"))];
  return el("div", { class: "day" }, el("label", { for: "day" }, t("date")), day, missing, el("div", { class: "buttons" }, ...choices));
}

function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}
