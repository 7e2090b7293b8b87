// The left side: whom to act as, and where to go.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./message.js";
import { city, hhmm } from "./time.js";

export class Sidebar {
  constructor(app, node) {
    this.app = app;
    this.node = node;
    this.drawn = "";
    this.localTime = h("span", { class: "local-time" });
  }

  update() {
    const { app } = this;
    const { world, names } = app;
    const unread = world.channels.map((channel) => app.unread(channel));
    const signature = JSON.stringify([names.signature, world.channels.map((c) => [c.id, c.name, c.is_archived, c.is_private]), unread, app.channel?.id, app.atHome, app.shortcuts, world.team]);
    this.tick();
    if (signature === this.drawn) return;
    this.drawn = signature;

    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const byName = (a, b) => a.name.localeCompare(b.name);
    const live = world.channels.filter((channel) => !channel.is_im && !channel.is_archived).sort(byName);
    const archived = world.channels.filter((channel) => !channel.is_im && channel.is_archived).sort(byName);
    const direct = world.channels.filter((channel) => channel.is_im);
    const person = h("select", {
      class: "person-select", "data-testid": "person", "aria-label": "Acting as", onchange: (event) => app.actAs(event.target.value),
    }, world.people.filter((one) => !one.deleted && !names.isBot(one.id)).map((one) =>
      h("option", { value: one.id }, one.real_name || one.name)));
    person.value = names.me.id;
    fill(
      this.node,
      h("div", { class: "workspace" }, h("img", { src: "howler.svg", alt: "", class: "avatar" }),
        h("div", {}, h("strong", {}, teamName(world.team)), h("span", {}, "rehearsal workspace"))),
      h("div", { class: "acting" },
        h("span", { class: "side-title" }, "Acting as"),
        h("div", { class: "acting-row" }, avatar(names.me.id, names), person),
        this.localTime),
      h("section", { class: "side-group" }, h("h2", { class: "side-title" }, "App"), h("ul", {},
        h("li", {}, h("button", {
          type: "button", class: ["side-entry", app.atHome ? "current" : ""].join(" "), "data-testid": "open-home",
          "aria-current": app.atHome ? "page" : undefined, onclick: () => app.openHome(),
        }, h("img", { class: "avatar tiny", src: "howler.svg", alt: "" }), h("span", { class: "side-name" }, "howler: Home"))),
        app.shortcuts.filter((one) => one.type === "global").map((one) => h("li", {}, h("button", {
          type: "button", class: "side-entry", "data-testid": `shortcut-${one.callback_id}`, title: one.description,
          onclick: () => { app.toggleSidebar(false); app.post("shortcut", { callback_id: one.callback_id }); },
        }, h("span", { class: "hash", "aria-hidden": "true" }, "⚡"), h("span", { class: "side-name" }, one.name)))))),
      this.group("Channels", live, "You are in no channel."),
      this.group("Direct messages", direct, "howler has not written to you yet."),
      archived.length ? this.group("Archived", archived) : null,
    );
    if (focused) this.node.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  /** The person's own wall clock. */
  tick() {
    const { names } = this.app;
    this.localTime.textContent = `${hhmm(this.app.now(), names.zone)} for ${names.realName(names.me.id).split(" ")[0]} in ${city(names.zone)}`;
  }

  group(title, channels, empty) {
    return h("section", { class: "side-group" },
      h("h2", { class: "side-title" }, title),
      channels.length ? h("ul", {}, channels.map((channel) => h("li", {}, this.entry(channel)))) : h("p", { class: "side-empty" }, empty));
  }

  entry(channel) {
    const { app } = this;
    const count = app.unread(channel);
    const current = channel.id === app.channel?.id && !app.atHome;
    const name = app.names.channelName(channel);
    return h("button", {
      type: "button",
      class: ["side-entry", current ? "current" : "", count ? "unread" : "", channel.is_archived ? "archived" : ""].join(" "),
      "data-testid": `channel-${name}`,
      "data-channel": channel.id,
      "aria-current": current ? "page" : undefined,
      "aria-label": count ? `${name}, ${count} unread` : name,
      onclick: () => app.openChannel(channel.id),
    },
    channel.is_im ? h("img", { class: "avatar tiny", src: "howler.svg", alt: "" }) : h("span", { class: "hash", "aria-hidden": "true" }, channel.is_private ? icon("lock") : "#"),
    h("span", { class: "side-name" }, name),
    count ? h("span", { class: "dot", "aria-hidden": "true" }, count > 99 ? "99+" : count) : null);
  }
}

const teamName = (team) => (typeof team === "string" ? team : team?.name ?? "Workspace");
