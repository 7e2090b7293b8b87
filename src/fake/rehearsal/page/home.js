// The app's Home tab, in the middle in place of a channel.

import { fill, h } from "./dom.js";
import { blocks } from "./blocks.js";

export class HomePane {
  constructor(app, node) {
    this.app = app;
    this.head = h("div", { class: "pane-head" }, h("div", { class: "pane-words" },
      h("h1", { class: "pane-title" }, h("img", { class: "avatar tiny", src: "howler.svg", alt: "" }),
        h("span", { class: "pane-name" }, "howler"), h("span", { class: "badge" }, "HOME"))));
    this.body = h("div", { class: "home-body", "data-testid": "home", tabindex: "0", "aria-label": "Home" });
    this.node = h("div", { class: "home-pane", hidden: true }, this.head, this.body);
    node.append(this.node);
    this.drawn = null;
  }

  show(home) {
    const signature = JSON.stringify([home, this.app.names.signature]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    if (!home) return fill(this.body, h("p", { class: "muted" }, "howler has put nothing here yet."));
    const { app } = this;
    const ctx = {
      names: app.names,
      now: app.now,
      openChannel: app.openChannel,
      openLink: app.openLink,
      act: ({ action_id, value }) => app.post("click-home", { action_id, value: value ?? null }),
    };
    const top = this.body.scrollTop;
    fill(this.body, h("div", { class: "home-blocks" }, blocks(home.blocks, ctx)));
    this.body.scrollTop = top;
  }
}
