// Says each new message once to screen readers. The visible transcript is not live: a live history is read again and
// again when it changes.

import { byId, el } from "./dom.js";

const GATHER_MS = 350; // parts of one reply come one by one; they are said together
const CLEAR_MS = 4000; // below 100 ms some readers miss it; left standing it would be found by browsing

const waiting = [];
let timer = 0;

export function announce(text) {
  if (!text) return;
  waiting.push(text);
  clearTimeout(timer);
  timer = setTimeout(sayAll, GATHER_MS);
}

/** A reply with its disclaimer at the end, said once even when several parts carry the same. */
export function announceReply(author, message) {
  if (message.disclaimer) {
    const same = waiting.indexOf(message.disclaimer);
    if (same >= 0) waiting.splice(same, 1);
  }
  const isFirst = !waiting.length;
  if (isFirst) waiting.push(`${author}:`);
  announce([message.heading, message.text].filter(Boolean).join(". "));
  announce(message.disclaimer);
}

function sayAll() {
  const said = el("p", {}, waiting.splice(0).join(" "));
  byId("announcer").append(said);
  setTimeout(() => said.remove(), CLEAR_MS);
}
