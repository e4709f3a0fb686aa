// One modal window for menu, settings and questions. The browser's own <dialog> holds the focus and closes on Esc.

import { button, byId, el, icon } from "./dom.js";
import { t } from "./page.js";

const dialog = byId("dialog");
let opener = null;

dialog.addEventListener("close", () => {
  const back = opener;
  opener = null;
  if (back?.isConnected) back.focus();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.stopPropagation(); // closes the dialog, not the chat behind it
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // the dimmed part around it
});

/** Show `content` under `title`; `back` is what the back button does, if there is one. */
export function showDialog(title, content, { back } = {}) {
  const heading = el("h2", { id: "dialog-title", tabindex: "-1" }, title);
  dialog.replaceChildren(el(
    "div", { class: "sheet" },
    el(
      "div", { class: "sheet-top" },
      back ? button({ class: "icon-button", "aria-label": t("back"), onclick: back }, icon("back")) : null,
      heading,
      button({ class: "icon-button", "aria-label": t("dialog_close"), onclick: closeDialog }, icon("close")),
    ),
    ...content,
  ));
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  heading.focus();
}

export const closeDialog = () => dialog.close();
