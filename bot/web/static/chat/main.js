// The chat page: what surrounds the chat, the first screen, and how the parts work together.

import { Composer } from "./composer.js";
import { Conversation, rate, status } from "./conversation.js";
import { answersLink, closeMenu, openMenu, showStored } from "./menu.js";
import { button, byId, choose, clinic, el, page, paragraphs, query, strings, t } from "./page.js";
import { choices, disclaimerLine, hush, SAY, Transcript } from "./transcript.js";

const CALM_MS = 60000;
const WORRIED_MS = 10000;
const BLINK_MS = 4000; // shorter interruptions are not worth a word
const LONGEST_QUESTION = 500;

const { style, classList } = document.documentElement;
const conversation = new Conversation();
const transcript = new Transcript({
  say,
  rate: (...judgement) => rate(conversation.session, ...judgement),
  retry: () => conversation.retry(),
  late: watchService,
});
const composer = new Composer(say);

let pressed = ""; // before agreeing; sent right after
let greeting = "";
let unread = 0;
let isPutAway = false;
let assistant = "ready";
let isConnected = true;
let problem = "";
let blink = 0;
let asking = 0;

choose({});

if (/^#[\da-f]{6}$/i.test(query.get("color"))) {
  style.setProperty("--brand", query.get("color"));
  classList.add("branded");
}

/* Phones lay their keyboard over the page: the panel stays above it. */

const view = window.visualViewport;
for (const change of ["resize", "scroll"]) {
  view?.addEventListener(change, () => {
    if (view.scale > 1.01) return; // zoomed in by the visitor's own fingers
    style.setProperty("--visible", `${Math.round(view.height)}px`);
    if (view.offsetTop) window.scrollTo(0, 0); // iOS pushes the header out of sight
  });
}

/* The page that frames the chat. The loader says where it stands; a lie cuts off the liar only, because frame-ancestors
   decides who may show us at all. */

const host = page.embed && window.parent !== window ? query.get("host") : null;

function tellHost(type, count) {
  if (host) window.parent.postMessage({ nerveline: 1, type, count }, host);
}

window.addEventListener("message", ({ data, source, origin }) => {
  if (source !== window.parent || origin !== host || data?.nerveline !== 1) return;
  isPutAway = data.type === "closed";
  if (isPutAway) hush();
  if (data.type !== "open") return;
  unread = 0;
  greeting = String(data.greeting ?? "").slice(0, LONGEST_QUESTION);
  putIntoField(data.question);
  if (conversation.session) composer.focus();
  else byId("agree").focus();
});

function drawProblem() {
  const now = !navigator.onLine ? "offline" : !isConnected ? "reconnecting" : assistant === "ready" ? "" : assistant;
  if (now !== problem) byId("banner").replaceChildren(...(now ? paragraphs(t(now)) : []));
  problem = now;
}

async function watchService() {
  clearTimeout(asking);
  if (document.hidden) return;
  const now = await status().catch(() => null);
  assistant = now?.assistant ?? assistant;
  if (now) byId("open-state").textContent = t(now.open_now ? "open_now" : "closed_now");
  drawProblem();
  asking = setTimeout(watchService, assistant === "ready" ? CALM_MS : WORRIED_MS);
}

function showConnection(isUp) {
  clearTimeout(blink);
  blink = setTimeout(() => {
    isConnected = isUp;
    drawProblem();
  }, isUp ? 0 : BLINK_MS);
}

/* The first screen. Nothing is stored or sent before the visitor agrees. */

function showNotice(reason, question) {
  const failed = el("p", { class: "error", role: "alert" });
  const agree = button("main", () => {
    failed.textContent = "";
    conversation.begin().catch(() => { failed.textContent = t("notice_failed"); });
  }, t("notice_agree"));
  agree.id = "agree";
  const kept = page.retention_days ? t("notice_kept", { days: page.retention_days }) : t("notice_kept_default");
  byId("notice").replaceChildren(...[
    reason && el("p", { class: "reason" }, reason),
    el("h2", {}, t("notice_title")),
    el("ul", {}, ...[t("notice_bot"), t("notice_advice"), `${t("notice_stored")} ${kept}`].map((point) => el("li", {}, point))),
    question && el("p", { class: "question" }, t("notice_question"), ": ", el("q", {}, question)),
    failed,
    el("div", { class: "buttons" }, agree, button("", () => showStored(), t("notice_more"))),
    el("p", {}, el("a", { class: "urgent-link", href: clinic.emergency_href }, t("notice_urgent"))),
    el("p", {}, answersLink(t("notice_read"))),
  ].filter(Boolean));
  byId("notice").hidden = false;
  composer.show(false);
}

function greet() {
  transcript.insert(el(
    "article", { class: "group from-assistant", "aria-label": t("assistant") },
    el("p", { class: "by" }, t("assistant")),
    el(
      "div", { class: "bubble" },
      ...[greeting, t("greeting"), t("language_note")].filter(Boolean).flatMap(paragraphs),
      disclaimerLine(page.disclaimer.general),
      el("p", {}, t("start_hint")),
      choices(strings.starts, say, t("next")),
    ),
  ));
}

/** A question from outside: only the visitor's own press sends it. */
function putIntoField(question) {
  if (!question) return;
  composer.value = String(question).slice(0, LONGEST_QUESTION);
  if (!conversation.session) showNotice("", composer.value);
}

function say(text, event) {
  hush();
  if (conversation.session) {
    conversation.send(text);
    // A key goes on to the field; after a tap, that would pull up the phone's keyboard over the answer.
    if (event?.detail === 0) composer.focus();
  } else {
    pressed = text;
    showNotice("", text);
    byId("agree").focus();
  }
}

/** Not with staff: they need longer than a sign may last. */
function awaitReply() {
  const last = conversation.messages.filter(({ author }) => author !== "visitor").at(-1);
  if (last?.author !== "staff" && last?.kind !== "waiting") transcript.typing(true);
}

const on = (type, react) => conversation.addEventListener(type, ({ detail }) => react(detail));

on("connection", showConnection);

on("pending", (item) => {
  transcript.pending(item);
  if (item.state === "sending") awaitReply();
  if (item.state === "not_sent" || item.state === "refused") {
    transcript.typing(false);
    watchService();
  }
});

on("message", (detail) => {
  const { author, asks, text } = detail.message;
  const isReply = author !== "visitor";
  if (isReply) transcript.typing(false); // first, so that the reply takes its place
  transcript.add(detail.message, detail);
  if (isReply) composer.ask(asks, text);
  if (isReply && detail.isLive && isPutAway) tellHost("unread", (unread += 1));
});

on("ready", (isNew) => {
  byId("notice").hidden = true;
  composer.show(true);
  if (!conversation.messages.length) greet();
  else transcript.toEnd();
  if (conversation.messages.at(-1)?.author === "visitor") awaitReply();
  if (pressed) conversation.send(pressed);
  else if (isNew) composer.focus();
  pressed = "";
});

on("ended", ({ reason, unsent }) => {
  hush();
  transcript.clear();
  composer.ask("");
  composer.value = unsent.join("\n") || (reason === "expired" ? composer.value : "");
  showConnection(true);
  if (reason !== "deleted") closeMenu();
  showNotice({ gone: t("gone"), expired: t("expired") }[reason]);
});

byId("person-button").addEventListener("click", (event) => say(SAY.person, event));
byId("menu-button").addEventListener("click", () => openMenu(conversation));
byId("close-button").hidden = !host;
byId("close-button").addEventListener("click", () => tellHost("close"));
document.addEventListener("keydown", ({ key, defaultPrevented }) => {
  if (key === "Escape" && !defaultPrevented && !byId("dialog").open) tellHost("close");
});
document.addEventListener("visibilitychange", watchService);
for (const change of ["online", "offline"]) window.addEventListener(change, watchService);

if (!conversation.resume()) showNotice();
putIntoField(query.get("q"));
watchService();
tellHost("ready");
