// The form howler opened for the person acted as. A native dialog keeps the focus inside and knows Escape.

import { busy, freshId, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { toast } from "./toast.js";

export class Modal {
  constructor(app) {
    this.app = app;
    this.dialog = null;
    this.signature = null;
  }

  /** Shows `view`, or nothing. A view that did not change is left alone: somebody is typing in it. */
  show(view) {
    const signature = view && JSON.stringify([view.id, view.hash, view.title, view.blocks]);
    if (signature === this.signature) return;
    this.signature = signature;
    if (!view) return this.remove();
    const typed = this.view && this.view.id === view.id ? this.typedValues() : null;
    this.remove();
    this.view = view;
    this.draw(view);
    if (typed) this.giveBack(typed);
  }

  remove() {
    this.view = null;
    this.dialog?.remove();
    this.dialog = null;
    document.body.classList.remove("has-modal");
    this.before?.focus?.();
    this.before = null;
  }

  draw(view) {
    const { app } = this;
    this.form = new Map();
    const ctx = {
      names: app.names,
      now: app.now,
      openChannel: () => {},
      openLink: app.openLink,
      form: this.form,
      // The fake has no presses inside forms, and howler's forms have none.
      act: async () => toast("Buttons inside a form do nothing in the rehearsal."),
    };
    const title = freshId("modal");
    const close = () => this.close();
    this.submit = h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, textObject(view.submit, ctx) || "Submit");
    this.failure = h("p", { class: "error", role: "alert", hidden: true });
    const form = h("form", { method: "dialog", novalidate: true },
      h("div", { class: "dialog-head" },
        h("img", { class: "avatar small", src: "howler.svg", alt: "" }),
        h("h2", { id: title, class: "dialog-title" }, textObject(view.title, ctx)),
        h("button", { type: "button", class: "icon", "aria-label": "Close", "data-testid": "modal-x", onclick: close }, icon("close"))),
      h("div", { class: "dialog-body" }, blocks(view.blocks, ctx), this.failure),
      h("div", { class: "dialog-foot" },
        h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: close }, textObject(view.close, ctx) || "Cancel"),
        view.submit ? this.submit : null));
    this.dialog = h("dialog", { class: "dialog", "aria-labelledby": title, "data-testid": "modal", "data-callback-id": view.callback_id }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) this.send();
    });
    // howler is told first; the dialog goes when the view is gone.
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    this.before = document.activeElement;
    document.body.append(this.dialog);
    document.body.classList.add("has-modal");
    this.dialog.showModal();
    (this.dialog.querySelector("[autofocus]") ?? this.dialog.querySelector(".dialog-body :is(input, textarea, select)") ?? this.submit).focus();
  }

  async send() {
    const { view, form } = this;
    let first = null;
    for (const input of form.values()) {
      const wrong = input.wrong();
      input.show(wrong);
      if (wrong) first ??= input;
    }
    if (first) return first.focus();
    this.failure.hidden = true;
    const values = {};
    for (const input of form.values()) if (input.value() !== "") values[input.action] = input.value();
    const answer = await busy(this.submit, () => this.app.post("submit", { view: view.id, values }));
    if (!answer || this.view !== view) return;
    if (answer.closed) return this.show(null);
    for (const [block, message] of Object.entries(answer.errors ?? {})) {
      const input = form.get(block);
      if (input) {
        input.show(message);
        first ??= input;
      } else {
        this.failure.textContent = message;
        this.failure.hidden = false;
      }
    }
    first?.focus();
  }

  async close() {
    const { view } = this;
    const answer = await this.app.post("close", { view: view.id });
    // A server that does not answer must not keep anybody behind a dialog.
    if (this.view === view) answer ? this.show(null) : this.remove();
  }

  typedValues() {
    return [...this.dialog.querySelectorAll("[data-action-id]")].map((node) => [node.dataset.actionId, node.value, node.checked, node.type]);
  }

  giveBack(typed) {
    for (const [action, value, checked, type] of typed) {
      for (const node of this.dialog.querySelectorAll(`[data-action-id="${CSS.escape(action)}"]`)) {
        if (type === "radio" || type === "checkbox") {
          if (node.value === value) node.checked = checked;
        } else if ("value" in node && node.tagName !== "BUTTON") node.value = value;
      }
    }
  }
}
