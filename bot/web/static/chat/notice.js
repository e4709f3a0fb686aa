// The first screen: what this is, what is stored, and a button to agree. Nothing is sent before.

import { button, byId, el } from "./dom.js";
import { clinic, page, query, t } from "./page.js";

/** `agree()` begins the conversation and gives a promise; `explain()` shows what is stored. */
export class Notice {
  element = byId("notice");

  constructor({ agree, explain }) {
    this.agree = agree;
    this.explain = explain;
  }

  /** Show it, with `reason` (why an older conversation is gone) and the `question` that waits. */
  show({ reason = "", question = "" } = {}) {
    const kept = page.retention_days ? t("notice_kept", { days: page.retention_days }) : t("notice_kept_default");
    this.status = el("p", { class: "error", role: "alert" });
    const points = [t("notice_bot"), t("notice_advice"), `${t("notice_stored")} ${kept}`];
    this.element.replaceChildren(
      ...(reason ? [el("p", { class: "reason" }, reason)] : []),
      el("h2", {}, t("notice_title")),
      el("ul", {}, ...points.map((point) => el("li", {}, point))),
      ...(question ? [el("p", { class: "question" }, `${t("notice_question")}: `, el("q", {}, question))] : []),
      el("p", { class: "in-emergency" }, el("a", { href: clinic.emergency_href }, t("notice_urgent"))),
      this.status,
      el(
        "div", { class: "buttons" },
        button({ class: "main", id: "agree", onclick: (event) => this.#agreed(event.currentTarget) }, t("notice_agree")),
        button({ class: "plain", onclick: this.explain }, t("notice_more")),
      ),
      el("p", {}, el("a", { href: answersAddress(), target: page.embed ? "_blank" : null, rel: "noopener" }, t("notice_read"))),
    );
    this.element.hidden = false;
  }

  hide() { this.element.hidden = true; }

  async #agreed(pressed) {
    if (pressed.getAttribute("aria-disabled")) return;
    pressed.setAttribute("aria-disabled", "true");
    this.status.textContent = "";
    try {
      await this.agree();
    } catch {
      this.status.textContent = t("notice_failed");
    }
    pressed.removeAttribute("aria-disabled");
  }
}

export function answersAddress() {
  const language = query.get("lang");
  return `/answers${language ? `?lang=${encodeURIComponent(language)}` : ""}`;
}
