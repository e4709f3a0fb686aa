// The writing field: draft, sending, suggestions, and the hint about private numbers. When a request asks for
// something, the field turns into the one that fits (see request_fields.js), but any text may still be sent.

import { announce } from "./announcer.js";
import { button, byId, el } from "./dom.js";
import { t } from "./page.js";
import { onChoice, preference } from "./preferences.js";
import { findPrivateNumber } from "./private_numbers.js";
import { fieldFor } from "./request_fields.js";
import { tab } from "./storage.js";
import { Suggestions } from "./suggestions.js";

const LONGEST = 2000;
const COUNT_FROM = 200; // characters left when the count begins to show

export class Composer {
  #form = byId("composer");
  #slot = byId("field-slot");
  #check = byId("check");
  #error = byId("field-error");
  #asks = "";
  #suggestions;

  /** `send(text)` takes a message; `edited()` is called on every change. */
  constructor({ send }) {
    this.send = send;
    this.#suggestions = new Suggestions((question) => this.#submit(question));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(this.value);
    });
    this.#form.addEventListener("input", () => this.#edited());
    this.#form.addEventListener("keydown", (event) => this.#key(event));
    onChoice(() => this.#hint());
    this.#place(textArea());
    this.value = tab.get("draft") ?? "";
    this.#hint();
  }

  get field() { return byId("field"); }
  get value() { return this.field.value; }

  set value(text) {
    this.field.value = text;
    this.#edited();
    this.#suggestions.hide();
  }

  /** Only after the visitor did something: never on arrival of a message. */
  focus() { this.field.focus(); }

  show(isShown) { this.#form.hidden = !isShown; }

  /** Fit the field to what the request asks for; "" for ordinary questions. `said` is the reply that asks. */
  ask(slot, said = "") {
    const again = slot && slot === this.#asks;
    this.#asks = slot;
    this.#complain(again ? said : "");
    if (!again) this.#change(slot);
    this.#hint();
  }

  #change(slot) {
    const draft = this.value;
    const heldFocus = this.#form.contains(document.activeElement);
    const { field, helper } = fieldFor(slot, {
      place: (other) => this.#place(other),
      plain: () => { this.#change(""); this.focus(); },
      fill: (text) => { this.value = [this.value.trim(), text].filter(Boolean).join("; "); },
    });
    byId("helper").replaceChildren(...(helper ? [helper] : []));
    byId("helper").hidden = !helper;
    byId("field-label").textContent = slot ? t(`ask_${slot}`) : t("field");
    byId("field-label").classList.toggle("visually-hidden", !slot);
    this.#place(field ?? textArea());
    this.value = draft;
    // The field was exchanged under the visitor's fingers: keep them in it.
    if (heldFocus && !this.#form.contains(document.activeElement)) this.focus();
  }

  #place(field) {
    field.id = "field";
    field.maxLength = LONGEST;
    field.setAttribute("aria-describedby", "field-error field-hint");
    this.#slot.replaceChildren(field);
  }

  /** The same thing is asked again: say why at the field, too. */
  #complain(text) {
    this.#error.textContent = text;
    this.#error.hidden = !text;
    if (text) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }

  #hint() {
    const keys = t(preference("enterSends") ? "field_keys" : "field_keys_off");
    byId("field-hint").replaceChildren(
      el("span", {}, t(this.#asks ? "field_hint_booking" : "field_hint")), " ",
      el("span", { class: "keys" }, this.field.tagName === "TEXTAREA" ? keys : ""),
    );
  }

  #edited() {
    tab.set("draft", this.value);
    this.#check.hidden = true;
    const { field } = this;
    if (field.tagName === "TEXTAREA") {
      field.style.height = "auto";
      field.style.height = `${field.scrollHeight + 2}px`; // CSS holds the upper bound
    }
    const left = LONGEST - this.value.length;
    byId("field-count").textContent = left <= COUNT_FROM ? t("characters_left", { count: left }) : "";
    if (this.#asks) this.#suggestions.hide();
    else this.#suggestions.look(this.value);
  }

  #key(event) {
    if (event.target !== this.field || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && this.field.tagName === "TEXTAREA" && preference("enterSends")) {
      event.preventDefault();
      this.#submit(this.value);
    } else if (event.key === "Escape" && this.#suggestions.hide()) {
      event.stopPropagation();
    } else if (event.key === "ArrowUp" && !this.value.slice(0, this.field.selectionStart).includes("\n") && this.#suggestions.focus()) {
      event.preventDefault();
    }
  }

  #submit(text) {
    const said = text.trim();
    if (!said) return this.focus();
    const found = findPrivateNumber(said);
    // A contact is asked for and may look like anything.
    if (found && this.#asks !== "contact") return this.#warn(said, found);
    return this.#go(said);
  }

  #warn(said, found) {
    const text = t("private_found", { kind: t(found.kind) });
    const edit = button({ class: "plain", onclick: () => { this.#check.hidden = true; this.focus(); } }, t("private_edit"));
    const remove = button({ class: "main", onclick: () => { this.value = found.cleaned(t("removed")); this.focus(); } }, t("private_remove"));
    const anyway = button({ class: "plain", onclick: () => { this.#go(said); this.focus(); } }, t("private_send"));
    this.#check.replaceChildren(el("p", {}, text), el("div", { class: "buttons" }, remove, edit, anyway));
    this.#check.hidden = false;
    announce(text);
    remove.focus(); // the visitor has just pressed send, so this is an answer and not an interruption
  }

  #go(text) {
    this.value = "";
    this.#complain("");
    this.send(text.slice(0, LONGEST));
  }
}

function textArea() {
  return el("textarea", { rows: 1, placeholder: t("field_placeholder"), enterkeyhint: "send", autocomplete: "off", spellcheck: "true" });
}
