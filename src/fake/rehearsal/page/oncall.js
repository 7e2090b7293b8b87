// Who is on call, the weeks ahead, and the phones that ring.

import { busy, fill, h } from "./dom.js";
import { hhmm, shortDay } from "./time.js";

export class OnCall {
  constructor(app, node) {
    this.app = app;
    this.node = node;
    this.open = false;
    this.drawn = "";
  }

  show(now) {
    this.node.hidden = !now?.people;
    if (this.node.hidden) return;
    const drawn = JSON.stringify([now, this.open, this.app.as]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.node, this.line(now), this.calls(now), this.open && this.weeks(now));
  }

  name(id) {
    return id ? (this.app.world.people.find((person) => person.id === id)?.name ?? id) : "nobody";
  }

  when(text) {
    const at = new Date(text);
    return `${shortDay(at, "UTC")} ${hhmm(at, "UTC")} UTC`;
  }

  line(now) {
    const parts = [
      h("strong", { "data-testid": "on-call-now" }, now.primary ? `📟 ${this.name(now.primary)} is on call` : "🚨 Nobody is on call"),
      now.outgoing && h("span", { class: "on-call-note" }, `not confirmed yet: ${this.name(now.outgoing)} is called too`),
      h("span", {}, `backup ${this.name(now.backup)}`),
      h("span", { class: now.group_agrees ? "" : "on-call-note" }, now.group_agrees ? "the user group is in sync" : "the user group has somebody else"),
    ];
    const toggle = h("button", {
      type: "button", class: "on-call-button", "data-testid": "schedule", "aria-expanded": String(this.open),
      onclick: () => { this.open = !this.open; this.show(this.app.onCallNow); },
    }, this.open ? "Hide weeks" : "Weeks ahead");
    return h("div", { class: "on-call-line" }, parts, toggle);
  }

  weeks(now) {
    const row = (week) => h("li", {}, h("span", {}, `${this.when(week.from)} to ${this.when(week.until)}`), " ", h("strong", {}, this.name(week.person)));
    return h("ol", { class: "on-call-weeks", "data-testid": "weeks" }, now.weeks.map(row));
  }

  calls(now) {
    const shown = [...now.calls, ...now.texts];
    if (!shown.length) return null;
    return h("ul", { class: "phones", "data-testid": "phones" }, now.calls.map((call) => this.call(call)), now.texts.map((text) => this.text(text)));
  }

  call(call) {
    const act = (deed, label, strong) => h("button", {
      type: "button", class: strong ? "phone-button strong" : "phone-button", "data-testid": `phone-${deed}`,
      onclick: (event) => busy(event.currentTarget, () => this.app.post("phone", { call: call.sid, deed })),
    }, label);
    const deeds = {
      ringing: [act("pick_up", "Pick up", true), act("ring_out", "Let it ring out")],
      "in-progress": [act("press", "Press 1", true), act("hang_up", "Hang up")],
    }[call.state] ?? [];
    const rings = call.state === "ringing";
    return h("li", { class: rings ? "phone rings" : "phone", role: rings ? "alert" : null, "data-state": call.state },
      h("strong", {}, `${rings ? "📳" : "📱"} ${this.name(call.person)}'s phone`), " ",
      h("span", { class: "phone-state" }, rings ? "rings" : call.state.replaceAll("-", " ")), " ",
      h("span", { class: "phone-words" }, call.words), h("span", { class: "phone-deeds" }, deeds));
  }

  text(text) {
    return h("li", { class: "phone" }, h("strong", {}, `✉️ A text to ${this.name(text.person)}`), " ", h("span", { class: "phone-words" }, text.words));
  }
}
