// A list of messages that is redrawn only where something changed, so that a press, an open select or a reading
// position survives the next arrival.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { messageNode } from "./message.js";
import { dayName, sameDay, shortDay, tsDate } from "./time.js";

const GROUPED_FOR = 5 * 60; // seconds in which one author's messages stand under one name

export class Conversation {
  constructor(app, props) {
    this.app = app;
    this.inThread = Boolean(props.inThread);
    this.list = h("div", { class: "messages", role: "log", "aria-label": props.label, tabindex: "0" });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, "New messages ", icon("down"));
    this.node = h("div", { class: "messages-box" }, this.list, this.jump);
    this.drawn = new Map();
    this.key = null;
    this.sticks = true;
    this.list.addEventListener("scroll", () => {
      this.sticks = this.atEnd();
      if (this.sticks) this.jump.hidden = true;
    });
    // A growing composer or a keyboard on a phone must not cover the last message.
    new ResizeObserver(() => this.sticks && this.toEnd()).observe(this.list);
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.jump.hidden = true;
  }

  /** Shows `messages`; `key` names the conversation, `intro` stands above, `newAfter` is the last ts read. */
  show(key, channel, messages, { replies, intro, newAfter, breakAfterFirst }) {
    const fresh = key !== this.key;
    const follow = fresh || this.sticks;
    if (fresh) this.drawn.clear();
    this.key = key;
    const { names } = this.app;
    const focused = this.focusMark();
    // At midnight "today" becomes "yesterday".
    const today = shortDay(this.app.now(), names.zone);
    const kept = new Map();
    const rows = intro ? [intro] : [];
    let before = null;
    let marked = !newAfter;
    for (const [index, message] of messages.entries()) {
      const when = tsDate(message.ts);
      if (!this.inThread && (!before || !sameDay(tsDate(before.ts), when, names.zone))) {
        rows.push(h("div", { class: "rule" }, h("span", {}, dayName(when, this.app.now(), names.zone))));
        before = null;
      }
      if (!marked && message.ts > newAfter && message.user !== names.me.id) {
        rows.push(h("div", { class: "rule new" }, h("span", {}, "New")));
        marked = true;
        before = null;
      }
      if (breakAfterFirst && index === 1) {
        rows.push(h("div", { class: "rule" }, h("span", {}, messages.length === 2 ? "1 reply" : `${messages.length - 1} replies`)));
        before = null;
      }
      const pinned = channel.pins?.includes(message.ts) ?? false;
      const compact = Boolean(before) && !pinned && !message.only_for && !before.only_for &&
        (before.user ?? before.bot_id) === (message.user ?? message.bot_id) && message.ts - before.ts < GROUPED_FOR;
      const answers = replies?.get(message.ts);
      const signature = JSON.stringify([message, answers, pinned, compact, channel.is_archived, names.signature, today]);
      let drawn = this.drawn.get(message.ts);
      if (drawn?.signature !== signature) {
        const open = drawn?.node.classList.contains("open");
        drawn = { signature, node: messageNode(message, { app: this.app, channel, replies: answers, pinned, compact, inThread: this.inThread }) };
        drawn.node.classList.toggle("open", Boolean(open));
      }
      kept.set(message.ts, drawn);
      rows.push(drawn.node);
      before = message;
    }
    const arrived = !fresh && messages.some((message) => !this.drawn.has(message.ts));
    this.drawn = kept;
    this.place(rows);
    this.restoreFocus(focused);
    if (follow) this.toEnd();
    else if (arrived) this.jump.hidden = false;
  }

  /** Moves only what is out of place: taking a node out and back would drop its focus and close its select. */
  place(rows) {
    const wanted = new Set(rows);
    for (const node of [...this.list.children]) if (!wanted.has(node)) node.remove();
    rows.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
  }

  focusMark() {
    const active = document.activeElement;
    const message = active && this.list.contains(active) ? active.closest(".message") : null;
    if (!message) return null;
    return { active, ts: message.dataset.ts, actionId: active.dataset.actionId, tool: active.dataset.tool, emoji: active.dataset.emoji };
  }

  restoreFocus(mark) {
    if (!mark || document.contains(mark.active)) return;
    const message = this.drawn.get(mark.ts)?.node;
    if (!message) return;
    const same = [...message.querySelectorAll("[data-action-id], [data-tool], [data-emoji]")].find((node) =>
      node.dataset.actionId === mark.actionId && node.dataset.tool === mark.tool && node.dataset.emoji === mark.emoji);
    (same ?? message).focus({ preventScroll: true });
  }

  /** Brings one message into view and lights it up for a moment. */
  reveal(ts) {
    const node = this.drawn.get(ts)?.node;
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("lit");
    void node.offsetWidth; // restarts the animation
    node.classList.add("lit");
  }

  clear() {
    this.key = null;
    this.drawn.clear();
    fill(this.list);
  }
}
