// What visitors may do with their conversation: take it away, print it, see what is stored, delete it, begin again.

import * as api from "./api.js";
import { closeDialog, showDialog } from "./dialog.js";
import { button, byId, el } from "./dom.js";
import { clinic, page, t } from "./page.js";
import { momentOf } from "./times.js";

/** Run something that needs the server; a failure is said in the dialog, with the phone number. */
export async function attempt(act, failure = "failed") {
  const said = byId("dialog").querySelector(".failure") ?? el("p", { class: "error failure", role: "alert" });
  byId("dialog").querySelector(".sheet")?.append(said);
  said.textContent = "";
  try {
    await act();
  } catch {
    said.textContent = t(failure);
    said.scrollIntoView({ block: "nearest" });
  }
}

export async function downloadData({ session }) {
  const whole = await api.history(session);
  save(JSON.stringify(whole, null, 2), "application/json", "json");
}

export async function downloadText({ session }) {
  const { messages } = await api.history(session);
  save([`${clinic.name}, ${clinic.phone}`, ...messages.map(asText)].join("\n\n"), "text/plain;charset=utf-8", "txt");
}

function asText(message) {
  const author = { visitor: t("you"), staff: t("staff"), system: t("clinic_note") }[message.author] ?? t("assistant");
  const sources = message.sources.map(({ title, publisher, year, link }) => `- ${[title, publisher, year, link].filter(Boolean).join(", ")}`);
  return [
    `${momentOf(message.at)}  ${author}:`,
    message.heading,
    message.text.trim(),
    message.disclaimer && `[${message.disclaimer}]`,
    sources.length ? `${t("sources")}:\n${sources.join("\n")}` : "",
  ].filter(Boolean).join("\n");
}

function save(text, type, ending, name = t("title")) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: `${name} ${new Date().toISOString().slice(0, 10)}.${ending}`.toLowerCase().replace(/ /g, "-") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000); // long enough for the browser to have read it
}

/** A form sent by POST: the key must not stand in an address, where histories and logs would keep it. */
export function print({ session }) {
  const fields = Object.entries({ id: session.id, token: session.token, lang: document.documentElement.lang });
  const form = el(
    "form", { method: "post", action: `/chat/print?lang=${document.documentElement.lang}`, target: "_blank", hidden: true },
    ...fields.map(([name, value]) => el("input", { type: "hidden", name, value })),
  );
  document.body.append(form);
  form.submit();
  form.remove();
}

export async function showStored({ session }, options) {
  const points = ["stored_server", "stored_request", "stored_browser", "stored_others"].map((key) => t(key, { version: page.notice_version }));
  points.push(page.retention_days ? t("stored_days", { days: page.retention_days }) : t("stored_default"), t("stored_shared"));
  const list = el("ul", {}, ...points.map((point) => el("li", {}, point)));
  const facts = session ? await countStored(session) : [];
  showDialog(t("stored_title"), [el("div", { class: "text" }, list, ...facts.map((fact) => el("p", {}, fact)))], options);
}

async function countStored(session) {
  const { id, created_at: createdAt, messages } = await api.history(session);
  return [t("stored_code", { code: id }), t("stored_since", { when: momentOf(createdAt) }), t("stored_count", { count: messages.length })];
}

const again = (conversation) => ({ onclick: () => attempt(() => removeAndShow(conversation), "delete_failed") });

export function askDelete(conversation, options) {
  showDialog(t("delete_title"), [
    el("div", { class: "text" }, el("p", {}, t("delete_text"))),
    el(
      "div", { class: "buttons" },
      button({ class: "danger", ...again(conversation) }, t("delete_yes")),
      button({ class: "plain", onclick: closeDialog }, t("delete_no")),
    ),
  ], options);
}

export function askStartOver(conversation, options) {
  const leave = () => {
    conversation.leave();
    closeDialog();
  };
  showDialog(t("start_title"), [
    el("div", { class: "text" }, el("p", {}, t("start_text"))),
    el(
      "div", { class: "buttons" },
      button({ class: "danger", ...again(conversation) }, t("start_delete")),
      button({ class: "plain", onclick: leave }, t("start_keep")),
      button({ class: "plain", onclick: closeDialog }, t("cancel")),
    ),
  ], options);
}

async function removeAndShow(conversation) {
  const { receipt, deleted_at: deletedAt } = await conversation.remove();
  const lines = [t("deleted_text", { receipt }), t("deleted_at", { when: momentOf(deletedAt) })];
  showDialog(t("deleted_title"), [
    el("div", { class: "text receipt" }, ...lines.map((line) => el("p", {}, line))),
    el(
      "div", { class: "buttons" },
      button({ class: "main", onclick: closeDialog }, t("done")),
      button({ class: "plain", onclick: () => save([clinic.name, t("deleted_title"), ...lines].join("\n"), "text/plain;charset=utf-8", "txt", t("receipt_file")) }, t("receipt_save")),
    ),
  ]);
}
