// "Helpful? Yes / No" under an answer, and after a "No" an optional word why.

import { button, el } from "./dom.js";
import { t } from "./page.js";

const LONGEST_NOTE = 500;
let count = 0;

/** `judge(helpful, note)` sends it and gives a promise. */
export function askHelpful(judge) {
  const box = el("div", { class: "helpful", role: "group", "aria-label": t("helpful") });
  const status = el("span", { role: "status" });
  const answer = (helpful) => async () => {
    for (const [index, choice] of [yes, no].entries()) choice.setAttribute("aria-pressed", (index === 0) === helpful);
    box.querySelector("form")?.remove();
    status.textContent = t("thanks");
    judge(helpful, "").catch(() => { status.textContent = t("comment_failed"); });
    if (!helpful) box.append(reason(judge, status));
  };
  const yes = button({ class: "quiet", "aria-pressed": "false", onclick: answer(true) }, t("answer_yes"));
  const no = button({ class: "quiet", "aria-pressed": "false", onclick: answer(false) }, t("answer_no"));
  box.append(el("span", {}, t("helpful")), yes, no, status);
  return box;
}

function reason(judge, status) {
  count += 1;
  const id = `why-${count}`;
  const field = el("input", { id, type: "text", maxlength: LONGEST_NOTE, autocomplete: "off" });
  const form = el("form", { class: "why" }, el("label", { for: id }, t("why")), field, el("button", { type: "submit", class: "plain" }, t("why_send")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    try {
      await judge(false, field.value.trim());
      const heldFocus = form.contains(document.activeElement);
      if (heldFocus) form.parentElement.querySelector("button").focus();
      form.remove();
      status.textContent = t("thanks");
    } catch {
      status.textContent = t("comment_failed");
    }
  });
  return form;
}
