// The page's facts and texts, its elements, and what this browser keeps. Text goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);
export const page = JSON.parse(byId("page").textContent);
export const { clinic, lang, strings } = page;
export const query = new URLSearchParams(location.search);
export const CONTENT_LANG = "en"; // of curated answers

/** The text `key`; {names} are filled from `values`, then from the clinic's facts. */
export const t = (key, values = {}) => strings[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? clinic[name] ?? whole);

/** `el("a", { href, onclick }, "text")`; empty properties and children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value || value === 0) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export const button = (kind, onclick, ...children) => el("button", { type: "button", class: kind, onclick }, ...children);

export function icon(name) {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

const NUMBERS = { [clinic.phone]: clinic.phone_href, [clinic.poison_line]: clinic.poison_href };
const escaped = Object.keys(NUMBERS).filter(Boolean).map((number) => number.replace(/[^\d ]/g, "\\$&"));
const TAPPABLE = new RegExp(["https://[^\\s<>]+[\\w/]", "[\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w", ...escaped].join("|"), "g");

export const paragraphs = (text) => text.trim().split(/\n{2,}/).map((part) => el("p", { dir: "auto" }, ...linked(part)));

function linked(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(TAPPABLE)) {
    pieces.push(text.slice(end, index), NUMBERS[found] ? el("a", { href: NUMBERS[found] }, found) : outward(found));
    end = index + found.length;
  }
  return [...pieces, text.slice(end)];
}

/** Only https and mail addresses become links. */
export function outward(address, text = address) {
  if (/^https:/.test(address)) return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
  return address.includes("@") ? el("a", { href: `mailto:${address}` }, text) : text;
}

const format = (options) => (at) => new Intl.DateTimeFormat(lang, options).format(new Date(at));
export const timeOf = format({ hour: "numeric", minute: "2-digit" });
export const momentOf = format({ dateStyle: "long", timeStyle: "short" });
export const dateOf = format({ dateStyle: "long", timeZone: "UTC" }); // a bare date has no zone
export const dayOf = format({ weekday: "long", month: "long", day: "numeric" });

/* Kept: the conversation's key and settings (all tabs), draft and unsent texts (this tab). Never a transcript. */

const PREFIX = `nerveline:${clinic.name}:`;

function shelf(name) {
  const kept = {};
  return {
    get(key) {
      try {
        return JSON.parse(window[name].getItem(PREFIX + key));
      } catch {
        return kept[key] ?? null;
      }
    },
    set(key, value) {
      kept[key] = value;
      try {
        window[name].setItem(PREFIX + key, JSON.stringify(value));
      } catch { /* forbidden or full */ }
    },
  };
}

export const browser = shelf("localStorage");
export const tab = shelf("sessionStorage");

export const onOtherTab = (key, changed) => window.addEventListener("storage", (event) => event.key === PREFIX + key && changed());

export const preferences = { text: "normal", theme: "auto", targets: false, enterSends: true, fullAnswers: false, readAloud: false, ...browser.get("preferences") };
const listeners = [];

export const onChoice = (listener) => listeners.push(listener);

export function choose(choice) {
  browser.set("preferences", Object.assign(preferences, choice));
  const { text, theme, targets } = preferences;
  Object.assign(document.documentElement.dataset, { text, theme, targets });
  listeners.forEach((listener) => listener());
}
