// Slack's rich_text block, the form in which people's own messages arrive.

import { h } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { broadcast, channel, date, group, link, user } from "./mrkdwn.js";

const WRAP = { bold: "strong", italic: "em", strike: "s", code: "code" };

export function richText(block, ctx) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((element) => container(element, ctx)));
}

function container(element, ctx) {
  const parts = element.elements ?? [];
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "text" }, parts.map((part) => leaf(part, ctx)));
    case "rich_text_quote":
      return h("blockquote", {}, parts.map((part) => leaf(part, ctx)));
    case "rich_text_preformatted":
      return h("pre", { class: "code" }, parts.map((part) => part.text ?? part.url ?? ""));
    case "rich_text_list": {
      const tag = element.style === "ordered" ? "ol" : "ul";
      const indent = Math.min(element.indent ?? 0, 5);
      const start = tag === "ol" && element.offset ? element.offset + 1 : undefined;
      return h(tag, { class: `indent-${indent}`, start }, parts.map((item) => h("li", {}, container(item, ctx))));
    }
    default:
      return h("div", { class: "placeholder" }, `Part of a message this page cannot show: ${element.type}`);
  }
}

function leaf(part, ctx) {
  let node = bare(part, ctx);
  for (const [style, tag] of Object.entries(WRAP)) if (part.style?.[style]) node = h(tag, {}, node);
  return node;
}

function bare(part, ctx) {
  switch (part.type) {
    case "text": return document.createTextNode(part.text ?? "");
    case "link": return link(part.url ?? "", part.text || part.url || "", ctx);
    case "user": return user(part.user_id, ctx);
    case "usergroup": return group(part.usergroup_id, "", ctx);
    case "channel": return channel(part.channel_id, "", ctx);
    case "emoji": return emojiNode(part.name);
    case "date": return date(part.timestamp, part.format ?? "{date_short_pretty} at {time}", part.fallback, ctx);
    case "broadcast": return broadcast(part.range ?? "channel");
    case "color": return h("code", {}, part.value ?? "");
    default: return document.createTextNode(part.text ?? `[${part.type}]`);
  }
}
