// The right side: one message and its replies.

import { fill, h } from "./dom.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { icon } from "./icons.js";

export class ThreadPane {
  constructor(app, node) {
    this.app = app;
    this.node = node;
    this.where = h("span", { class: "muted" });
    this.conversation = new Conversation(app, { label: "Thread", inThread: true });
    this.composer = new Composer(app, { thread: () => app.thread, testid: "thread-composer", send: "thread-send" });
    fill(node,
      h("div", { class: "pane-head" },
        h("div", { class: "pane-words" }, h("h2", { class: "pane-title" }, "Thread"), this.where),
        h("button", { type: "button", class: "icon", "aria-label": "Close thread", "data-testid": "thread-close", onclick: () => app.openThread(null) }, icon("close"))),
      this.conversation.node, this.composer.node);
    node.addEventListener("keydown", (event) => event.key === "Escape" && app.openThread(null));
  }

  show(channel, ts) {
    const root = channel?.messages.find((message) => message.ts === ts);
    this.node.hidden = !root;
    document.body.classList.toggle("has-thread", Boolean(root));
    if (!root) return this.conversation.clear();
    const { names } = this.app;
    this.where.textContent = channel.is_im ? names.bot.name : `#${channel.name}`;
    const replies = channel.messages.filter((message) => message.thread_ts === ts && message.ts !== ts && !message.deleted);
    const key = `${names.me.id} ${channel.id} ${ts}`;
    this.conversation.show(key, channel, [root, ...replies], { breakAfterFirst: true });
    this.composer.show(key, "Reply in the thread", channel.is_archived ? "This channel is archived." : null);
  }
}
