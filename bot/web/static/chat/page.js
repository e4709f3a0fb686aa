// What the server put into the page, and how elements are built from it. Text goes in as text, never as HTML, so
// nothing that a visitor or an answer contains can become markup.

export const byId = (id) => document.getElementById(id);
export const page = JSON.parse(byId("page").textContent);
export const { clinic, lang, strings } = page;
export const query = new URLSearchParams(location.search);
export const CONTENT_LANG = "en"; // of curated answers

// What our own buttons say to the assistant, which understands English only.
export const SAY = { person: "Talk to a person", more: "Tell me more", wrongTopic: "That's not what I meant" };

/** The text `key` in the page's language; {names} are filled from `values`, then from the clinic's facts. */
export const t = (key, values = {}) => strings[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? clinic[name] ?? whole);

/** An element: `el("a", { href, onclick }, "text")`. Missing properties and children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export const button = (kind, onclick, ...children) => el("button", { type: "button", class: kind, onclick }, ...children);

/** A decoration from the sprite in chat.html. */
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

/** Paragraphs of `text`, in which addresses and the clinic's numbers can be tapped. */
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

/** A link that leaves the chat open; only https and mail addresses are followed. */
export function outward(address, text = address) {
  if (/^https:/.test(address)) return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
  return address.includes("@") ? el("a", { href: `mailto:${address}` }, text) : text;
}

const format = (options) => {
  const made = new Intl.DateTimeFormat(lang, options);
  return (at) => made.format(new Date(at));
};
export const timeOf = format({ hour: "numeric", minute: "2-digit" });
export const momentOf = format({ dateStyle: "long", timeStyle: "short" });
export const dateOf = format({ dateStyle: "long", timeZone: "UTC" }); // of a bare date, which has no zone
const weekday = format({ weekday: "long", month: "long", day: "numeric" });

export const sameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

export function dayOf(at) {
  if (sameDay(at, Date.now())) return t("today");
  return sameDay(at, Date.now() - 864e5) ? t("yesterday") : weekday(at);
}
