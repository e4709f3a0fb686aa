// Times and dates in the visitor's own zone and the page's language.

import { lang, t } from "./page.js";

const clock = new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(lang, { weekday: "long", month: "long", day: "numeric" });
const whole = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" });
const dateOnly = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" });

export const timeOf = (at) => clock.format(new Date(at));
export const momentOf = (at) => whole.format(new Date(at));
export const sameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

export function dayOf(at) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (sameDay(at, new Date())) return t("today");
  return sameDay(at, yesterday) ? t("yesterday") : day.format(new Date(at));
}

/** A bare date such as 2026-11-23, which has no zone. */
export function dateOf(text) {
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? text : dateOnly.format(date);
}
