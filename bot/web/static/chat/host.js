// Talking with the page that shows the chat in a frame. Both sides name the other's origin and ignore everything else.

import { page, query } from "./page.js";

// The loader tells where it stands. Lying would only cut off the liar: frame-ancestors decides who may show us at all.
const origin = query.get("host");
const isFramed = page.embed && window.parent !== window && /^https?:\/\/[^/]+$/.test(origin ?? "");

/** Tell the page around us: "ready", "close", or "unread" with a count. */
export function tellHost(type, more = {}) {
  if (isFramed) window.parent.postMessage({ nerveline: 1, type, ...more }, origin);
}

/** `opened({ question, greeting })` when the visitor opens the panel; `closed()` when it is put away. */
export function onHost({ opened, closed }) {
  if (!isFramed) return;
  window.addEventListener("message", ({ data, source, origin: from }) => {
    if (source !== window.parent || from !== origin || data?.nerveline !== 1) return;
    if (data.type === "open") opened({ question: short(data.question), greeting: short(data.greeting) });
    if (data.type === "closed") closed();
  });
}

const short = (text) => (typeof text === "string" ? text.slice(0, 500) : "");
