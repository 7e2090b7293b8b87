// The rehearsal's production: how its parts stand, and what can be broken.

import { busy, fill, h } from "./dom.js";

export class Production {
  constructor(app, node) {
    this.app = app;
    this.node = node;
    this.open = false;
    this.drawn = "";
  }

  show(now) {
    this.node.hidden = !now?.parts?.length;
    if (this.node.hidden) return;
    const drawn = JSON.stringify([now, this.open]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.node, this.line(now), this.open && this.breaks(now));
  }

  line(now) {
    const part = ({ name, well }) => h("span", { class: well ? "" : "on-call-note", "data-well": String(well) }, `${well ? "🟢" : "🔴"} ${name}`);
    const toggle = h("button", {
      type: "button", class: "on-call-button", "data-testid": "break", "aria-expanded": String(this.open),
      onclick: () => { this.open = !this.open; this.show(this.app.production); },
    }, this.open ? "Hide" : "Break something");
    return h("div", { class: "on-call-line", "data-testid": "production" }, h("strong", {}, "Pretend production"), now.parts.map(part), toggle);
  }

  breaks(now) {
    const button = (word, words) => h("button", {
      type: "button", class: "phone-button", "data-testid": `break-${word}`,
      onclick: (event) => busy(event.currentTarget, () => this.app.post("break", { what: word })),
    }, words);
    return h("div", { class: "production-breaks" }, now.breaks.map(({ word, words }) => button(word, words)), button("mend", "Mend everything"));
  }
}
