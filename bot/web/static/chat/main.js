// The chat page, and how its parts work together.

import { Composer } from "./composer.js";
import { Conversation, history, rate, status } from "./conversation.js";
import { button, byId, choose, clinic, el, icon, lang, momentOf, onChoice, outward, page, paragraphs, preferences, query, strings, t } from "./page.js";
import { choices, disclaimerLine, hush, SAY, Transcript } from "./transcript.js";

const CALM_MS = 60000;
const WORRIED_MS = 10000;
const BLINK_MS = 4000;
const LONGEST_QUESTION = 500;
const ROOM_REM = 33; // less, and the parts that stay put fill the screen

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

function fit() {
  const room = window.innerHeight - byId("helper").offsetHeight;
  const isCramped = room < ROOM_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
  if (isCramped !== classList.contains("cramped")) transcript.keepPlace(() => classList.toggle("cramped", isCramped));
}

fit();
onChoice(fit);
window.addEventListener("resize", fit);
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
  const show = () => {
    isConnected = isUp;
    drawProblem();
  };
  if (!isUp) blink ||= setTimeout(show, BLINK_MS); // not anew each time
  else {
    blink = clearTimeout(blink);
    show();
  }
}

/* The menu */

const answersLink = (text) => el("a", { href: `/answers?lang=${lang}`, target: "_blank", rel: "noopener" }, text);

const dialog = byId("dialog");
let opener = null;

dialog.addEventListener("close", () => opener?.focus());
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());

function show(title, ...content) {
  const close = button("icon-button", () => dialog.close(), icon("close"));
  close.ariaLabel = t("dialog_close");
  const heading = el("h2", { id: "dialog-title", tabindex: -1 }, title);
  dialog.replaceChildren(el("div", { class: "sheet" }, el("div", { class: "sheet-top" }, heading, close), ...content, el("p", { class: "error", role: "alert" })));
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  heading.focus();
}

const act = (kind, label, doing) => button(kind, () => doing().catch(() => {
  dialog.querySelector("[role=alert]").textContent = t("failed");
}), t(label));
const buttons = (...list) => el("div", { class: "buttons" }, ...list);
const closing = (label, first = () => {}) => button("", () => {
  first();
  dialog.close();
}, t(label));
const section = (title, ...content) => el("section", {}, el("h3", {}, t(title)), ...content);

function openMenu() {
  const { session } = conversation;
  const items = session ? [
    act("", "download_text", () => download(session, "txt", asText)),
    act("", "download_data", () => download(session, "json", (whole) => JSON.stringify(whole, null, 2))),
    act("", "print", async () => print(session)),
    act("", "start_over", async () => askStartOver()),
    act("danger-line", "delete", async () => askDelete()),
  ] : [el("p", { class: "hint" }, t("nothing_yet"))];
  show(
    t("menu_title"),
    section("rights", el("div", { class: "items" }, act("", "stored", () => showStored(session)), ...items)),
    section("display", ...settings()),
    section("clinic_facts", ...facts()),
  );
}

async function download(session, ending, write) {
  save(write(await history(session)), ending);
}

function save(text, ending, name = t("title")) {
  const href = URL.createObjectURL(new Blob([text]));
  el("a", { href, download: `${name}-${new Date().toISOString().slice(0, 10)}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
}

function asText({ messages }) {
  const parts = messages.map((message) => [
    `${momentOf(message.at)}  ${t({ visitor: "you", staff: "staff", system: "clinic_note" }[message.author] ?? "assistant")}:`,
    message.heading, message.text.trim(), message.disclaimer,
    ...message.sources.map(({ title, publisher, year, link }) => `- ${[title, publisher, year, link].filter(Boolean).join(", ")}`),
  ].filter(Boolean).join("\n"));
  return [`${clinic.name}, ${clinic.phone}`, ...parts].join("\n\n");
}

/** By POST, so that no address holds the key. */
function print({ id, token }) {
  const fields = Object.entries({ id, token }).map(([name, value]) => el("input", { type: "hidden", name, value }));
  const form = el("form", { method: "post", action: `/chat/print?lang=${lang}`, target: "_blank" }, ...fields);
  document.body.append(form);
  form.submit();
  form.remove();
}

async function showStored(session) {
  const points = [
    t("stored_server", { version: page.notice_version }), t("stored_request"), t("stored_browser"), t("stored_others"), t("stored_days"), t("stored_shared"),
  ];
  if (session) {
    const { id, created_at: since, messages } = await history(session);
    points.push(t("stored_code", { code: id, when: momentOf(since), count: messages.length }));
  }
  show(t("stored_title"), el("ul", {}, ...points.map((point) => el("li", {}, point))), buttons(closing("done")));
}

const removal = (label) => act("danger", label, async () => {
  const { receipt, deleted_at: at } = await conversation.remove();
  const text = t("deleted_text", { receipt, when: momentOf(at) });
  const keep = button("", () => save(`${clinic.name}\n${t("deleted_title")}\n${text}`, "txt", "receipt"), t("receipt_save"));
  show(t("deleted_title"), el("p", {}, text), buttons(closing("done"), keep));
});

function askDelete() {
  show(t("delete_title"), el("p", {}, t("delete_text")), buttons(removal("delete_yes"), closing("delete_no")));
}

function askStartOver() {
  const leave = closing("start_keep", () => conversation.leave());
  show(t("start_title"), el("p", {}, t("start_text")), buttons(removal("start_delete"), leave, closing("cancel")));
}

function settings() {
  return [
    oneOf("text_size", "text", { normal: "text_normal", large: "text_large", larger: "text_larger" }),
    oneOf("theme", "theme", { auto: "theme_auto", light: "theme_light", dark: "theme_dark" }),
    toggle("large_targets", "targets"),
    toggle("full_answers", "fullAnswers"),
    toggle("read_aloud", "readAloud"),
    toggle("enter_sends", "enterSends"),
    choice("other_language", page.languages.map(({ code, name }) => {
      const address = new URLSearchParams(query);
      address.set("lang", code);
      return el("a", { class: "segment", lang: code, href: `?${address}`, "aria-current": code === lang }, el("span", {}, name));
    })),
  ];
}

const choice = (title, options) => el("fieldset", {}, el("legend", {}, t(title)), el("div", { class: "segments" }, ...options));

function oneOf(title, name, options) {
  return choice(title, Object.entries(options).map(([value, label]) => {
    const radio = el("input", { type: "radio", name, onchange: () => choose({ [name]: value }) });
    radio.checked = preferences[name] === value;
    return el("label", { class: "segment" }, radio, el("span", {}, t(label)));
  }));
}

function toggle(title, name) {
  const box = el("input", { type: "checkbox", onchange: () => choose({ [name]: box.checked }) });
  box.checked = preferences[name];
  return el("label", { class: "toggle" }, t(title), box);
}

function facts() {
  const opening = !clinic.open_now && clinic.next_opening && t("opens", { when: clinic.next_opening });
  const rows = [
    ["contact", el("a", { href: clinic.phone_href }, clinic.phone), clinic.email && el("br"), outward(clinic.email)],
    ["hours", clinic.hours, opening && ` ${opening}`],
    ["holidays", clinic.holidays],
  ].filter(([, fact]) => fact);
  return [
    el("dl", {}, ...rows.flatMap(([name, ...values]) => [el("dt", {}, t(name)), el("dd", {}, ...values)])),
    el("p", { class: "hint" }, t("hand_off")),
    el("p", {}, answersLink(t("all_answers"))),
  ];
}

/* The first screen. Nothing is stored or sent before the visitor agrees. */

function showNotice(reason, question) {
  const failed = el("p", { class: "error", role: "alert" });
  const agree = button("main", () => {
    failed.textContent = "";
    conversation.begin().catch(() => { failed.textContent = t("failed"); });
  }, t("notice_agree"));
  agree.id = "agree";
  byId("notice").replaceChildren(...[
    reason && el("p", { class: "reason" }, reason),
    el("h2", {}, t("notice_title")),
    el("ul", {}, ...["notice_bot", "notice_advice", "notice_stored"].map((point) => el("li", {}, t(point)))),
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
    // After a tap, that would pull up the phone's keyboard over the answer.
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
  const { author, asks, text, response } = detail.message;
  const isReply = author !== "visitor";
  if (isReply) transcript.typing(false); // first, so that the reply takes its place
  transcript.add(detail.message, detail);
  if (/^utter_invalid/.test(response)) composer.complain(text);
  else if (isReply) {
    composer.ask(asks);
    fit();
  }
  if (isReply && detail.isLive && isPutAway) tellHost("unread", (unread += 1));
});

on("ready", (isNew) => {
  byId("notice").hidden = true;
  composer.show(true);
  if (!conversation.messages.length) greet();
  else transcript.toEnd();
  if (conversation.messages.at(-1)?.author === "visitor") awaitReply();
  if (pressed) conversation.send(pressed);
  else if (isNew) (classList.contains("cramped") ? byId("log") : composer).focus({ preventScroll: true });
  pressed = "";
});

on("ended", ({ reason, unsent }) => {
  hush();
  transcript.clear();
  composer.ask("");
  composer.value = unsent.join("\n") || (reason === "expired" ? composer.value : "");
  showConnection(true);
  if (reason !== "deleted") dialog.close();
  showNotice({ gone: t("gone"), expired: t("expired") }[reason]);
});

byId("person-button").addEventListener("click", (event) => say(SAY.person, event));
byId("menu-button").addEventListener("click", openMenu);
byId("close-button").hidden = !host;
byId("close-button").addEventListener("click", () => tellHost("close"));
document.addEventListener("keydown", ({ key, defaultPrevented }) => {
  if (key === "Escape" && !defaultPrevented && !dialog.open) tellHost("close");
});
document.addEventListener("visibilitychange", watchService);
for (const change of ["online", "offline"]) window.addEventListener(change, watchService);

if (!conversation.resume()) showNotice();
putIntoField(query.get("q") ?? new URLSearchParams(location.hash.slice(1)).get("q"));
watchService();
tellHost("ready");
