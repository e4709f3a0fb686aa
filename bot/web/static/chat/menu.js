// The menu: rights over the conversation, settings, the clinic's facts. In the browser's own modal <dialog>.

import { history } from "./conversation.js";
import { button, byId, choose, clinic, el, icon, lang, momentOf, outward, page, preferences, query, t } from "./page.js";

export const answersLink = (text) => el("a", { href: `/answers?lang=${lang}`, target: "_blank", rel: "noopener" }, text);

const dialog = byId("dialog");
let opener = null;

dialog.addEventListener("close", () => opener?.focus());
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // the dimmed part around it

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

/** A button; when what it does fails, the dialog says so. */
const act = (kind, label, doing, failure = "failed") => button(kind, () => doing().catch(() => {
  dialog.querySelector("[role=alert]").textContent = t(failure);
}), t(label));
const buttons = (...list) => el("div", { class: "buttons" }, ...list);
const closing = (label, first = () => {}) => button("", () => {
  first();
  dialog.close();
}, t(label));
const section = (title, ...content) => el("section", {}, el("h3", {}, t(title)), ...content);

export function openMenu(conversation) {
  const { session } = conversation;
  const items = session ? [
    act("", "download_text", () => download(session, "txt", asText)),
    act("", "download_data", () => download(session, "json", (whole) => JSON.stringify(whole, null, 2))),
    act("", "print", async () => print(session)),
    act("", "start_over", async () => askStartOver(conversation)),
    act("danger-line", "delete", async () => askDelete(conversation)),
  ] : [el("p", { class: "hint" }, t("nothing_yet"))];
  show(
    t("menu_title"),
    section("rights", el("div", { class: "items" }, act("", "stored", () => showStored(session)), ...items)),
    section("display", ...settings()),
    section("clinic_facts", ...facts()),
  );
}

export const closeMenu = () => dialog.close();

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

export async function showStored(session) {
  const points = [
    t("stored_server", { version: page.notice_version }), t("stored_request"), t("stored_browser"), t("stored_others"),
    page.retention_days ? t("stored_days", { days: page.retention_days }) : t("stored_default"), t("stored_shared"),
  ];
  if (session) {
    const { id, created_at: since, messages } = await history(session);
    points.push(t("stored_code", { code: id }), t("stored_since", { when: momentOf(since) }), t("stored_count", { count: messages.length }));
  }
  show(t("stored_title"), el("ul", {}, ...points.map((point) => el("li", {}, point))), buttons(closing("done")));
}

const removal = (conversation, label) => act("danger", label, async () => {
  const { receipt, deleted_at: at } = await conversation.remove();
  const lines = [t("deleted_text", { receipt }), t("deleted_at", { when: momentOf(at) })];
  const keep = button("", () => save([clinic.name, t("deleted_title"), ...lines].join("\n"), "txt", t("receipt_file")), t("receipt_save"));
  show(t("deleted_title"), ...lines.map((line) => el("p", {}, line)), buttons(closing("done"), keep));
}, "delete_failed");

function askDelete(conversation) {
  show(t("delete_title"), el("p", {}, t("delete_text")), buttons(removal(conversation, "delete_yes"), closing("delete_no")));
}

function askStartOver(conversation) {
  const leave = closing("start_keep", () => conversation.leave());
  show(t("start_title"), el("p", {}, t("start_text")), buttons(removal(conversation, "start_delete"), leave, closing("cancel")));
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
    ["contact", el("a", { href: clinic.phone_href }, clinic.phone), el("br"), outward(clinic.email)],
    ["hours", clinic.hours, opening && ` ${opening}`],
    ["holidays", clinic.holidays],
  ].filter(([, fact]) => fact);
  return [
    el("dl", {}, ...rows.flatMap(([name, ...values]) => [el("dt", {}, t(name)), el("dd", {}, ...values)])),
    el("p", { class: "hint" }, t("hand_off")),
    el("p", {}, answersLink(t("all_answers"))),
  ];
}
