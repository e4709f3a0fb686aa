// The chat page: puts the parts together.

import { useAccent } from "./accent.js";
import * as api from "./api.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { button, byId, el, paragraphs } from "./dom.js";
import { onHost, tellHost } from "./host.js";
import { bindMenu } from "./menu.js";
import { Notice } from "./notice.js";
import { lang, page, query, SAY, strings, t } from "./page.js";
import { apply } from "./preferences.js";
import { showStored } from "./rights.js";
import { hush } from "./speech.js";
import { Transcript } from "./transcript.js";
import { Typing } from "./typing.js";
import { fitToKeyboard } from "./viewport.js";

apply();
useAccent(query.get("color"));
fitToKeyboard();

const conversation = new Conversation();
const banner = new Banner();
const typing = new Typing({ late: () => banner.ask(), shown: () => transcript.follow() });
const transcript = new Transcript({ say, rate, retry: () => conversation.outbox.retryNow() }, typing.element);
const composer = new Composer({ send: say });
const notice = new Notice({ agree: () => conversation.begin(), explain: () => showStored(conversation) });

let waitingText = ""; // pressed before agreeing, sent right after
let greeting = "";
let unread = 0;
let isPutAway = false;

bindMenu(conversation);

function say(text, event) {
  hush();
  if (!conversation.session) {
    waitingText = text;
    showNotice({ question: text });
    byId("agree").focus();
    return;
  }
  conversation.send(text);
  // A key press goes on to the field; after a tap that would pull up the phone's keyboard over the answer.
  if (event?.detail === 0) composer.focus();
}

function rate(seq, helpful, note) {
  return api.rate(conversation.session, seq, helpful, note);
}

conversation.addEventListener("pending", ({ detail: { item } }) => {
  transcript.pending(item);
  if (item.state === "sending" && !isWithStaff()) typing.start();
  if (item.state === "not_sent" || item.state === "refused") {
    typing.stop();
    banner.ask();
  }
});

conversation.addEventListener("message", ({ detail }) => {
  const { message, isLive } = detail;
  // Before it is added, so that the reply takes the sign's place.
  if (message.author !== "visitor") typing.stop();
  transcript.add(message, detail);
  if (message.author === "visitor") return;
  composer.ask(message.asks, message.text);
  if (isLive && (isPutAway || document.hidden)) tellHost("unread", { count: (unread += 1) });
});

conversation.addEventListener("ready", ({ detail: { isNew } }) => {
  notice.hide();
  composer.show(true);
  if (conversation.messages.length) transcript.toEnd();
  else greet();
  if (conversation.messages.at(-1)?.author === "visitor" && !isWithStaff()) typing.start();
  if (waitingText) conversation.send(waitingText);
  else if (isNew) composer.focus();
  waitingText = "";
});

conversation.addEventListener("connection", ({ detail: { isUp } }) => banner.connection(isUp));

conversation.addEventListener("ended", ({ detail: { reason, unsent } }) => {
  typing.stop();
  hush();
  transcript.clear();
  composer.ask("");
  composer.value = unsent.join("\n") || (reason === "expired" ? composer.value : "");
  banner.connection(true);
  showNotice({ reason: { gone: t("gone"), expired: t("expired") }[reason] });
});

/** Staff took over or were asked: a person needs longer than half a minute, so no sign pretends otherwise. */
function isWithStaff() {
  const last = conversation.messages.findLast((message) => message.author !== "visitor");
  return last?.author === "staff" || last?.kind === "waiting";
}

function showNotice(options) {
  composer.show(false);
  notice.show(options);
}

function greet() {
  const starts = strings.starts.map(({ label, text }) => button({ onclick: (event) => say(text, event) }, label));
  transcript.insert(el(
    "article", { class: "group from-assistant greeting" },
    el("p", { class: "by" }, t("assistant")),
    el(
      "div", { class: "bubble" },
      ...paragraphs([greeting, t("greeting"), t("language_note")].filter(Boolean).join("\n\n")),
      el("p", { class: "disclaimer", lang: t("general") ? lang : "en" }, t("general") || page.disclaimer.general),
      el("p", {}, t("start_hint")),
      el("div", { class: "choices", role: "group", "aria-label": t("next") }, ...starts),
    ),
  ));
  transcript.toStart();
}

byId("person-button").addEventListener("click", (event) => say(SAY.person, event));

byId("close-button").hidden = !page.embed;
byId("close-button").addEventListener("click", () => tellHost("close"));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) tellHost("close");
});

onHost({
  opened({ question, greeting: wanted }) {
    isPutAway = false;
    unread = 0;
    greeting = wanted;
    ask(question);
    if (conversation.session) composer.focus();
    else byId("agree")?.focus();
  },
  closed() {
    isPutAway = true;
    hush();
  },
});

/** A question that came with the link: put into the field, sent only by the visitor's own press. */
function ask(question) {
  if (!question) return;
  composer.value = question;
  if (!conversation.session) showNotice({ question });
}

if (!conversation.resume()) showNotice();
ask((query.get("q") ?? "").slice(0, 500));
tellHost("ready");
