// One message: who, when, what, and what can be done with it.

import { h } from "./dom.js";
import { blocks } from "./blocks.js";
import { emojiNode } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { hhmm, tsDate, utc } from "./time.js";

const QUICK = [["white_check_mark", "React with a check mark"], ["eyes", "React with eyes"], ["pushpin", "React with a pushpin"]];

export function avatar(id, names, small) {
  const size = small ? "avatar small" : "avatar";
  if (names.isBot(id)) return h("img", { class: size, src: "howler.svg", alt: "" });
  return h("span", { class: `${size} tint-${names.tint(id)}`, "aria-hidden": "true" }, names.initials(id));
}

/** Where a message stands: {app, channel, replies, pinned, compact, inThread}. */
export function messageNode(message, place) {
  const { app, channel, compact } = place;
  const { names } = app;
  const author = message.user ?? message.bot_id;
  const when = tsDate(message.ts);
  const time = h("time", { class: "time", datetime: when.toISOString(), title: utc(when) }, hhmm(when, names.zone));
  const classes = ["message"];
  if (compact) classes.push("compact");
  if (message.only_for) classes.push("ephemeral");
  if (place.pinned) classes.push("pinned");
  const node = h("article", {
    class: classes.join(" "),
    "data-testid": "message",
    "data-ts": message.ts,
    "data-user": author,
    "aria-label": `${names.name(author)}, ${hhmm(when, names.zone)}`,
    tabindex: "-1",
  });
  const head = compact
    ? null
    : h("div", { class: "message-head" },
        h("span", { class: "author" }, names.realName(author)),
        names.isBot(author) ? h("span", { class: "badge" }, "APP") : null,
        time,
        // At the end of a card it would be a line of its own.
        message.edited && message.blocks?.length ? h("span", { class: "edited" }, "(edited)") : null);
  node.append(
    h("div", { class: "gutter" }, compact ? time : avatar(author, names)),
    h("div", { class: "message-main" },
      message.only_for ? h("div", { class: "note" }, "Only visible to you") : null,
      !place.inThread && message.subtype === "thread_broadcast" ? repliedTo(message, place) : null,
      place.pinned ? h("div", { class: "note pin-note" }, icon("pin"), " Pinned") : null,
      head,
      body(message, place, compact),
      message.deleted ? null : reactions(message, place),
      place.inThread ? null : threadLink(place.replies, message, place)),
  );
  if (!message.only_for && !message.deleted && !channel.is_archived) {
    node.append(tools(message, place));
    // Without a pointer that hovers, a tap on the text shows what hovering would.
    node.addEventListener("click", (event) => {
      if (event.target.closest("a, button, select, input, summary")) return;
      for (const other of document.querySelectorAll(".message.open")) if (other !== node) other.classList.remove("open");
      node.classList.toggle("open");
    });
  }
  return node;
}

function body(message, { app, channel }, compact) {
  if (message.deleted) return h("div", { class: "text muted" }, "This message was deleted.");
  const ctx = {
    names: app.names,
    now: app.now,
    openChannel: app.openChannel,
    openLink: app.openLink,
    act: ({ action_id, value }) => app.post("click", { channel: channel.id, ts: message.ts, action_id, value: value ?? null }),
  };
  const edited = message.edited ? h("span", { class: "edited" }, " (edited)") : null;
  const files = (message.files ?? []).map((file) => h("details", { class: "file" }, h("summary", {}, `📄 ${file.title}`), h("pre", { class: "code" }, file.text ?? "")));
  if (message.blocks?.length) return h("div", { class: "body" }, blocks(message.blocks, ctx), files, compact ? edited : null);
  return h("div", { class: "body text" }, mrkdwn(message.text ?? "", ctx), files, edited);
}

function reactions(message, { app, channel }) {
  if (!message.reactions?.length) return null;
  const me = app.names.me.id;
  return h("div", { class: "reactions" }, message.reactions.filter((one) => one.users.length).map(({ name, users }) => {
    const mine = users.includes(me);
    const who = users.map((id) => (id === me ? "you" : app.names.realName(id))).join(", ");
    return h("button", {
      type: "button",
      class: mine ? "chip mine" : "chip",
      "data-emoji": name,
      "aria-pressed": String(mine),
      "aria-label": `${name.replaceAll("_", " ")}, ${users.length}: ${who}`,
      title: `${who} reacted with :${name}:`,
      onclick: () => app.post(mine ? "unreact" : "react", { channel: channel.id, ts: message.ts, emoji: name }),
    }, emojiNode(name), ` ${users.length}`);
  }));
}

/** A reply that was sent to the channel too names what it answers, and opens its thread. */
function repliedTo(message, { app, channel }) {
  const root = channel.messages.find((one) => one.ts === message.thread_ts);
  const head = (root?.blocks ?? []).find((block) => block.type === "header")?.text?.text ?? root?.text ?? "";
  return h("button", { type: "button", class: "note replied-to", onclick: () => app.openThread(message.thread_ts) },
    `replied to a thread: ${head.split("\n")[0]}`);
}

function threadLink(replies, message, { app }) {
  if (!replies?.length) return null;
  const people = [...new Set(replies.map((reply) => reply.user ?? reply.bot_id))].slice(0, 4);
  const last = tsDate(replies.at(-1).ts);
  return h("button", { type: "button", class: "thread-link", "data-testid": "thread-link", onclick: () => app.openThread(message.ts) },
    h("span", { class: "thread-faces" }, people.map((id) => avatar(id, app.names, true))),
    h("strong", {}, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
    h("span", { class: "muted" }, `last at ${hhmm(last, app.names.zone)}`));
}

function tools(message, { app, channel, inThread }) {
  const me = app.names.me.id;
  return h("div", { class: "tools", role: "group", "aria-label": "Message actions" },
    QUICK.map(([name, label]) => {
      const mine = message.reactions?.some((one) => one.name === name && one.users.includes(me));
      return h("button", {
        type: "button", title: label, "aria-label": label, "aria-pressed": String(Boolean(mine)), "data-tool": name,
        onclick: () => app.post(mine ? "unreact" : "react", { channel: channel.id, ts: message.ts, emoji: name }),
      }, emojiNode(name));
    }),
    shortcuts(message, app, channel),
    inThread ? null : h("button", {
      type: "button", class: "tool-reply", title: "Reply in thread", "aria-label": "Reply in thread", "data-tool": "reply",
      onclick: () => app.openThread(message.ts, true),
    }, icon("reply"), " Reply"));
}

/** What Slack has in a message's menu of the app's. */
function shortcuts(message, app, channel) {
  const offered = app.shortcuts.filter((one) => one.type === "message");
  if (!offered.length) return null;
  const menu = h("select", { class: "tool-menu", "aria-label": "Shortcuts for this message", "data-tool": "shortcuts", "data-testid": "message-menu" },
    h("option", { value: "" }, "⚡"),
    offered.map((one) => h("option", { value: one.callback_id }, one.name)));
  menu.addEventListener("change", () => {
    const { value } = menu;
    menu.value = "";
    if (value) app.post("message-shortcut", { channel: channel.id, ts: message.ts, callback_id: value });
  });
  return menu;
}
