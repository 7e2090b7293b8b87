// Slack's mrkdwn and plain text as DOM nodes. `ctx` carries {names, now(), openChannel, openLink}.

import { h } from "./dom.js";
import { emojiNode, isEmoji } from "./emoji.js";
import { slackDate, utc } from "./time.js";

const decode = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function plain(text) {
  const out = document.createDocumentFragment();
  const parts = text.split(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/);
  parts.forEach((part, index) => {
    if (index % 2 === 0) out.append(decode(part));
    else out.append(isEmoji(part) ? emojiNode(part) : `:${part}:`);
  });
  return out;
}

/** A text object of Block Kit. */
export function textObject(object, ctx) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "", ctx) : plain(object.text ?? "");
}

export function mrkdwn(text, ctx) {
  const out = document.createDocumentFragment();
  text.split("```").forEach((part, index, parts) => {
    // A fence that is never closed is just three backticks.
    const fenced = index % 2 === 1;
    if (fenced && index < parts.length - 1) {
      out.append(h("pre", { class: "code" }, decode(part.replace(/^\n/, "").replace(/\n$/, ""))));
    } else {
      let rest = fenced ? "```" + part : part;
      if (index > 0 && !fenced) rest = rest.replace(/^\n/, "");
      if (index < parts.length - 2) rest = rest.replace(/\n$/, "");
      quotes(rest, ctx, out);
    }
  });
  return out;
}

function quotes(text, ctx, out) {
  let plainLines = [];
  let quoted = [];
  const flush = (lines, parent) => {
    if (lines.length) inline(lines.join("\n"), ctx, parent);
  };
  const endPlain = () => {
    flush(plainLines, out);
    plainLines = [];
  };
  const endQuote = () => {
    if (!quoted.length) return;
    const block = h("blockquote");
    flush(quoted, block);
    out.append(block);
    quoted = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      endPlain();
      quoted.push(quote[1]);
    } else {
      endQuote();
      plainLines.push(line);
    }
  }
  endQuote();
  endPlain();
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const word = (letter) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);

function inline(text, ctx, out) {
  let from = 0;
  let at = 0;
  const flush = (until) => {
    if (until > from) out.append(decode(text.slice(from, until)));
  };
  const take = (length, node) => {
    flush(at);
    out.append(node);
    at += length;
    from = at;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const letter = text[at];
    let found;
    if (letter === "<" && (found = match(/<([^<>\n]+)>/y))) {
      take(found[0].length, special(found[1], ctx, at === 0));
    } else if (letter === "`" && (found = match(/`([^`\n]+)`/y))) {
      take(found[0].length, h("code", {}, decode(found[1])));
    } else if (letter === ":" && (found = match(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y)) && isEmoji(found[1])) {
      take(found[0].length, emojiNode(found[1]));
    } else if (letter === "h" && !word(text[at - 1]) && (found = match(/https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"*_~]/y))) {
      take(found[0].length, link(decode(found[0]), decode(found[0]), ctx));
    } else if (letter in STYLES && !word(text[at - 1])) {
      const end = closing(text, at);
      if (end) {
        const node = h(STYLES[letter]);
        inline(text.slice(at + 1, end), ctx, node);
        take(end + 1 - at, node);
      } else at++;
    } else at++;
  }
  flush(at);
}

/** Where the style opened at `at` closes on its line, skipping links and code; 0 if nowhere. */
function closing(text, at) {
  const mark = text[at];
  if (!text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === mark) return 0;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "<" || text[i] === "`") {
      const end = text.indexOf(text[i] === "<" ? ">" : "`", i + 1);
      if (end > 0) i = end;
    } else if (text[i] === mark && i > at + 1 && !/\s/.test(text[i - 1]) && !word(text[i + 1])) return i;
  }
  return 0;
}

function special(body, ctx, first) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : decode(body.slice(bar + 1));
  if (target.startsWith("@")) return user(target.slice(1), ctx);
  if (target.startsWith("#")) return channel(target.slice(1), label, ctx);
  if (target.startsWith("!subteam^")) return group(target.slice(9), label, ctx);
  if (target.startsWith("!date^")) return dateToken(target, label, ctx, first);
  if (target.startsWith("!")) return broadcast(target.slice(1));
  if (!OPENS.test(target)) return document.createTextNode(`<${decode(body)}>`);
  return link(decode(target), label || decode(target).replace(/^mailto:/, ""), ctx);
}

function dateToken(target, fallback, ctx, first) {
  const [, unix, template, url] = target.split("^");
  const date = new Date(Number(unix) * 1000);
  if (!template || Number.isNaN(date.getTime())) return document.createTextNode(fallback);
  let shown = slackDate(decode(template), date, ctx.now(), ctx.names.zone);
  if (first) shown = shown.charAt(0).toUpperCase() + shown.slice(1);
  const node = h("time", { datetime: date.toISOString(), title: utc(date) }, shown);
  return url ? link(decode(url), node, ctx) : node;
}

export const date = (unix, template, fallback, ctx) => dateToken(`!date^${unix}^${template}`, fallback ?? "", ctx, false);

export function user(id, ctx) {
  const { names } = ctx;
  const mine = id === names.me?.id;
  return h("span", { class: mine ? "mention me" : "mention", title: names.realName(id) }, `@${names.name(id)}`);
}

export function group(id, label, ctx) {
  const handle = ctx.names.groups.get(id)?.handle ?? label.replace(/^@/, "") ?? id;
  return h("span", { class: ctx.names.inGroup(id) ? "mention me" : "mention" }, `@${handle || id}`);
}

export const broadcast = (range) => h("span", { class: "mention me" }, `@${range.split("|")[0]}`);

export function channel(id, label, ctx) {
  const name = ctx.names.channels.get(id)?.name ?? ctx.names.known.get(id)?.name ?? (label || "private channel");
  if (!ctx.names.channels.has(id)) return h("span", { class: "mention" }, `#${name}`);
  return h("button", { type: "button", class: "mention link", onclick: () => ctx.openChannel(id) }, `#${name}`);
}

// Only what a chat would open; `javascript:` and the like stay text.
const OPENS = /^(https?:\/\/|mailto:|tel:)/i;

export function link(url, label, ctx) {
  if (!OPENS.test(url)) return document.createTextNode(typeof label === "string" ? label : url);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", title: url, onclick: (event) => ctx.openLink?.(url, event) },
    label,
  );
}
