// Small helpers to build elements. Text always goes in as text, never as HTML, so nothing a visitor or an answer
// contains can become markup.

export const byId = (id) => document.getElementById(id);

/** An element: `el("button", { class: "quiet", onclick: send }, "Send")`. Properties starting with "on" are listeners. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A button that never submits the form around it by accident. */
export const button = (properties, ...children) => el("button", { type: "button", ...properties }, ...children);

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite in chat.html; always beside a text or in a labelled button. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

const LINK = /(https:\/\/[^\s<>"]+[^\s<>".,;:!?)])|([\w.+-]+@[\w-]+\.[\w.-]*\w)/g;

/** Paragraphs of `text`, with web addresses, e-mail addresses and the given `numbers` (text → tel: link) to tap on. */
export function paragraphs(text, numbers = {}) {
  return text.trim().split(/\n{2,}/).map((part) => el("p", { dir: "auto" }, ...linked(part, numbers)));
}

function linked(text, numbers) {
  const known = Object.keys(numbers).filter((number) => number && numbers[number]);
  const escaped = known.map((number) => number.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp([LINK.source, ...escaped.map((number) => `(?<!\\d)${number}(?!\\d)`)].join("|"), "g");
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    pieces.push(text.slice(end, found.index), link(found, numbers));
    end = found.index + found[0].length;
  }
  pieces.push(text.slice(end));
  return pieces.filter(Boolean);
}

function link([whole, address, mail], numbers) {
  if (address) return outwardLink(address, address);
  return el("a", { href: mail ? `mailto:${mail}` : numbers[whole] }, whole);
}

/** A link to another site, in a new tab so that the chat stays open; no address but https: is followed. */
export function outwardLink(address, text) {
  if (!/^https:\/\//.test(address)) return text;
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}
