// The middle: a channel's header, its messages and the composer.

import { fill, h } from "./dom.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { threads } from "./names.js";
import { hhmm, shortDay, tsDate } from "./time.js";

const EXAMPLE = "/incident p1 Event stream down";

export class ChannelPane {
  constructor(app, node) {
    this.app = app;
    this.head = h("div", { class: "pane-head" });
    this.pins = h("div", { class: "popover", popover: "auto", id: "pins", "data-testid": "pins" });
    this.members = h("div", { class: "popover", popover: "auto", id: "members" });
    this.conversation = new Conversation(app, { label: "Messages" });
    this.composer = new Composer(app, { thread: () => null, testid: "composer", send: "send" });
    this.drawn = "";
    // Below the header, wherever a notice above has pushed it.
    for (const popover of [this.pins, this.members]) {
      popover.addEventListener("beforetoggle", () => {
        const { bottom, right } = this.head.getBoundingClientRect();
        popover.style.top = `${bottom + 4}px`;
        popover.style.right = `${Math.max(12, innerWidth - right + 12)}px`;
      });
    }
    this.newcomer = h("p", { class: "newcomer" },
      "Try ", h("button", { type: "button", class: "try", onclick: () => this.tryOut() }, EXAMPLE),
      h("span", { class: "newcomer-more" }, ", then move the clock ahead to live through it in minutes."));
    fill(node, this.head, this.conversation.node, this.composer.node, this.newcomer, this.pins, this.members);
  }

  show(channel, newAfter) {
    const { app } = this;
    if (!channel) return this.showNothing();
    const { roots, replies } = threads(channel);
    this.drawHead(channel);
    this.conversation.show(`${app.names.me.id} ${channel.id}`, channel, roots, {
      replies, newAfter, intro: roots.length < 6 ? this.intro(channel, roots.length) : null,
    });
    const name = channel.is_im ? app.names.bot.name : `#${channel.name}`;
    const closed = channel.is_archived ? `${name} is archived. Nothing more can be said here.` : null;
    this.newcomer.hidden = Boolean(closed) || app.commanded;
    this.composer.show(`${app.names.me.id} ${channel.id}`, `Message ${name}`, closed);
  }

  showNothing() {
    fill(this.head, h("h1", { class: "pane-title" }, "No channel"));
    this.drawn = "";
    this.conversation.clear();
    this.composer.show("none", "Message", `${this.app.names.realName(this.app.names.me.id)} is in no channel yet.`);
  }

  intro(channel, count) {
    const { names } = this.app;
    const name = channel.is_im ? names.bot.name : `#${channel.name}`;
    const signature = JSON.stringify([channel.id, name, count === 0]);
    // The same node as long as it says the same: a new one would be read out again.
    if (this.introSignature !== signature) {
      this.introSignature = signature;
      this.introNode = h("div", { class: "intro" },
        h("h2", {}, channel.is_im ? `${name} writes to you here` : `This is ${name}`),
        h("p", {}, channel.is_im ? "Reminders and pages for you alone arrive here." : "The beginning of the channel."));
    }
    return this.introNode;
  }

  tryOut() {
    const { input } = this.composer;
    input.value = EXAMPLE;
    input.focus();
    this.composer.typed();
  }

  drawHead(channel) {
    const { app } = this;
    const { names } = app;
    const pinned = (channel.pins ?? []).map((ts) => channel.messages.find((message) => message.ts === ts)).filter(Boolean);
    const signature = JSON.stringify([names.signature, channel.id, channel.name, channel.topic, channel.members, channel.is_archived, pinned]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    const topic = topicText(channel.topic);
    const ctx = { names, now: app.now, openChannel: app.openChannel, openLink: app.openLink };
    const count = channel.members?.length ?? 0;
    fill(this.head,
      h("div", { class: "pane-words" },
        h("h1", { class: "pane-title" },
          channel.is_im ? h("img", { class: "avatar tiny", src: "howler.svg", alt: "" }) : h("span", { class: "hash" }, channel.is_private ? icon("lock") : "#"),
          h("span", { class: "pane-name" }, names.channelName(channel)),
          channel.is_im ? h("span", { class: "badge" }, "APP") : null,
          channel.is_archived ? h("span", { class: "badge" }, "ARCHIVED") : null),
        topic ? h("p", { class: "topic", "data-testid": "topic" }, mrkdwn(topic, ctx)) : null),
      pinned.length ? h("button", { type: "button", class: "head-button", popovertarget: "pins", "data-testid": "pins-button", "aria-label": `${pinned.length} pinned` }, icon("pin"), ` ${pinned.length}`) : null,
      channel.is_im ? null : h("button", { type: "button", class: "head-button", popovertarget: "members", "aria-label": `${count} members` }, icon("people"), ` ${count}`));
    fill(this.pins, h("h2", { class: "popover-title" }, "Pinned"), pinned.map((message) => this.pinRow(message)));
    fill(this.members, h("h2", { class: "popover-title" }, "Members"),
      h("ul", { class: "member-list" }, (channel.members ?? []).map((id) =>
        h("li", {}, names.realName(id), names.isBot(id) ? h("span", { class: "badge" }, "APP") : h("span", { class: "muted" }, ` @${names.name(id)}`)))));
  }

  pinRow(message) {
    const { app } = this;
    const when = tsDate(message.ts);
    const text = h("span", { class: "pin-text" });
    text.append(mrkdwn(message.text ?? "", { names: app.names, now: app.now, openChannel: app.openChannel }));
    return h("button", { type: "button", class: "pin-row", onclick: () => {
      this.pins.hidePopover();
      app.reveal(message);
    } }, h("strong", {}, app.names.realName(message.user ?? message.bot_id)),
    h("span", { class: "muted" }, ` ${shortDay(when, app.names.zone)} ${hhmm(when, app.names.zone)}`), text);
  }
}

const topicText = (topic) => (typeof topic === "string" ? topic : topic?.value ?? "");
