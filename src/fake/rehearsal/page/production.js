// The rehearsal's production: how its parts stand, what can be broken, and what its sources of alerts can send.

import { busy, fill, h } from "./dom.js";

export class Production {
  constructor(app, node) {
    this.app = app;
    this.node = node;
    this.open = "";
    this.drawn = "";
  }

  show(now) {
    this.node.hidden = !now?.parts?.length;
    if (this.node.hidden) return;
    const drawn = JSON.stringify([now, this.open]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.node, this.line(now), this.open === "break" && this.breaks(now), this.open === "alert" && this.alerts(now));
  }

  line(now) {
    const part = ({ name, well }) => h("span", { class: well ? "" : "on-call-note", "data-well": String(well) }, `${well ? "🟢" : "🔴"} ${name}`);
    const toggle = (what, words) => h("button", {
      type: "button", class: "on-call-button", "data-testid": what, "aria-expanded": String(this.open === what),
      onclick: () => { this.open = this.open === what ? "" : what; this.show(this.app.production); },
    }, this.open === what ? "Hide" : words);
    const toggles = [toggle("break", "Break something"), now.alerts?.length && toggle("alert", "Send an alert")];
    return h("div", { class: "on-call-line", "data-testid": "production" }, h("strong", {}, "Pretend production"), now.parts.map(part), toggles);
  }

  breaks(now) {
    return h("div", { class: "production-breaks" }, now.breaks.map((one) => this.button("break", one)), this.button("break", { word: "mend", words: "Mend everything" }));
  }

  alerts(now) {
    return h("div", { class: "production-breaks" }, now.alerts.map((one) => this.button("alert", one)));
  }

  button(verb, { word, words }) {
    return h("button", {
      type: "button", class: "phone-button", "data-testid": `${verb}-${word}`,
      onclick: (event) => busy(event.currentTarget, () => this.app.post(verb, { what: word })),
    }, words);
  }
}
