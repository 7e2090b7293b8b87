// The bar that shows the rehearsal's time and moves it ahead.

import { busy, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { city, hhmm, hhmmss, sameDay, shortDay, span } from "./time.js";

export class ClockBar {
  constructor(app, node) {
    this.app = app;
    this.day = h("span", { class: "clock-day" });
    this.time = h("strong", { class: "clock-time", "data-testid": "clock" });
    this.local = h("span", { class: "clock-local" });
    this.next = h("span", { class: "clock-next", "data-testid": "next-timer" });
    const button = (id, label, to, title) =>
      h("button", { type: "button", class: "clock-button", "data-testid": id, title, onclick: (event) => this.forward(event.currentTarget, to) }, label);
    this.buttons = [
      button("forward-1", "+1 min", { minutes: 1 }, "Move the clock one minute ahead"),
      button("forward-30", "+30 min", { minutes: 30 }, "Move the clock half an hour ahead; everything due on the way happens"),
      button("forward-next", "To next timer", { next: true }, "Move the clock to the next thing howler waits for"),
      button("forward-hand-over", "To hand-over", { hand_over: true }, "Move the clock to the next time somebody else is on call"),
    ];
    this.menu = h("button", {
      type: "button", class: "menu", "data-testid": "menu", "aria-label": "Channels", "aria-controls": "sidebar", onclick: () => app.toggleSidebar(),
    }, icon("menu"), h("span", { class: "menu-dot", hidden: true }));
    fill(node, this.menu,
      h("div", { class: "clock-now" }, h("span", { class: "clock-utc" }, this.day, " ", this.time), this.local),
      this.next,
      h("div", { class: "clock-buttons", role: "group", "aria-label": "Move the clock ahead" }, this.buttons));
  }

  tick() {
    const { app } = this;
    const now = app.now();
    this.day.textContent = shortDay(now, "UTC");
    this.time.textContent = `${hhmmss(now, "UTC")} UTC`;
    const { zone } = app.names;
    const day = shortDay(now, zone) !== shortDay(now, "UTC") ? `${shortDay(now, zone)} ` : "";
    this.local.textContent = `${day}${hhmm(now, zone)} in ${city(zone)}`;
    const due = app.nextTimer;
    this.buttons[2].disabled = !due;
    if (!due) this.next.textContent = "No timer is running";
    else {
      const left = due - now;
      const on = sameDay(due, now, "UTC") ? "" : `${shortDay(due, "UTC")} `;
      this.next.textContent = `next: ${on}${hhmm(due, "UTC")} UTC, ${left > 1000 ? `in ${span(left)}` : "now"}`;
    }
  }

  unread(any) {
    this.menu.lastElementChild.hidden = !any;
    this.menu.setAttribute("aria-label", any ? "Channels, some unread" : "Channels");
  }

  async forward(pressed, to) {
    // One move at a time: a second would start from a time nobody has seen.
    if (this.buttons.some((button) => button.getAttribute("aria-busy") === "true")) return;
    await busy(pressed, async () => {
      const answer = await this.app.post("forward", to);
      if (answer) this.app.setTime(answer);
    });
  }
}
