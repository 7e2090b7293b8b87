// Where a person types: a message, or a slash command when the text begins with `/`.

import { busy, fill, freshId, h } from "./dom.js";
import { suggestions } from "./hints.js";

export class Composer {
  /** `thread()` gives the ts of the thread to answer in, or null. */
  constructor(app, { thread, testid, send }) {
    this.app = app;
    this.thread = thread;
    this.drafts = new Map();
    this.key = null;
    this.items = [];
    this.chosen = 0;
    const listId = freshId("hints");
    this.hints = h("div", { class: "hints", id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
    this.input = h("textarea", {
      id: testid, class: "composer-input", "data-testid": testid, rows: 1, autocomplete: "off", autocapitalize: "off", spellcheck: "true",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, enterkeyhint: "send",
    });
    this.button = h("button", { type: "submit", class: "button primary send", "data-testid": send, "aria-label": "Send" }, "Send");
    this.form = h("form", { class: "composer" }, this.hints, h("div", { class: "composer-row" }, this.input, this.button));
    this.closed = h("p", { class: "composer-closed", hidden: true });
    this.node = h("div", { class: "composer-box" }, this.form, this.closed);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.offer([]), 150));
    this.typed();
  }

  /** Turns to a conversation; each keeps its own draft. */
  show(key, placeholder, closed) {
    this.closed.hidden = !closed;
    this.closed.textContent = closed ?? "";
    this.form.hidden = Boolean(closed);
    if (key === this.key) return;
    if (this.key) this.drafts.set(this.key, this.input.value);
    this.key = key;
    this.input.value = this.drafts.get(key) ?? "";
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    this.typed();
    this.offer([]);
  }

  typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 180)}px`;
    this.button.disabled = this.input.value.trim() === "";
    this.input.classList.toggle("command", this.input.value.startsWith("/"));
    const { selectionStart: cursor, value } = this.input;
    if (!this.app.names || cursor !== this.input.selectionEnd || document.activeElement !== this.input || !value) return this.offer([]);
    const { start, items } = suggestions(value.slice(0, cursor), this.app.names);
    this.start = start;
    this.offer(items);
  }

  offer(items) {
    this.items = items;
    this.chosen = 0;
    this.hints.hidden = !items.length;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    fill(this.hints, items.map((item, index) =>
      h("div", {
        class: "hint-row", role: "option", id: `${this.hints.id}-${index}`,
        // Before the input loses its focus, which would take the list away.
        onpointerdown: (event) => {
          event.preventDefault();
          this.complete(index);
        },
      },
      h("span", { class: "hint-show" }, item.show, item.argument ? h("em", {}, ` ${item.argument}`) : null),
      h("span", { class: "hint-about" }, item.about))));
    this.mark();
  }

  mark() {
    [...this.hints.children].forEach((row, index) => {
      row.setAttribute("aria-selected", String(index === this.chosen));
      if (index === this.chosen) row.scrollIntoView({ block: "nearest" });
    });
    if (this.items.length) this.input.setAttribute("aria-activedescendant", `${this.hints.id}-${this.chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  complete(index) {
    const { value, selectionStart: cursor } = this.input;
    const { insert } = this.items[index];
    this.input.value = value.slice(0, this.start) + insert + value.slice(cursor);
    const end = this.start + insert.length;
    this.input.setSelectionRange(end, end);
    this.moved = false;
    this.typed();
  }

  pressed(event) {
    // Enter that ends the composition of a character is not meant to send.
    if (event.isComposing) return;
    if (this.items.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.moved = true;
        this.chosen = (this.chosen + step + this.items.length) % this.items.length;
        return this.mark();
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        return this.offer([]);
      }
      if (event.key === "Tab" && !event.shiftKey) {
        event.preventDefault();
        return this.complete(this.chosen);
      }
      // A line that is a command already is sent, unless a suggestion was picked on purpose.
      const unfinished = !/^\/\w+\s+\S/.test(this.input.value);
      if (event.key === "Enter" && !event.shiftKey && (this.moved || unfinished)) {
        event.preventDefault();
        return this.complete(this.chosen);
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  async send() {
    const text = this.input.value.trim();
    if (!text || !this.app.channel) return;
    const channel = this.app.channel.id;
    const key = this.key;
    this.offer([]);
    this.moved = false;
    // Emptied at once, as in any chat, and given back if it was refused.
    this.input.value = "";
    this.typed();
    const sent = await busy(this.button, () =>
      text.startsWith("/")
        ? this.app.post("command", { channel, line: text })
        : this.app.post("say", { channel, thread: this.thread(), text }));
    if (sent) return;
    if (this.key === key && !this.input.value) {
      this.input.value = text;
      this.typed();
    } else if (!this.drafts.get(key)) this.drafts.set(key, text);
  }
}
