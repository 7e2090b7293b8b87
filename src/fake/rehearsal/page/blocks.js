// Block Kit as Slack shows it. A block this page does not know is visible, not dropped: a missing button in a
// rehearsal would teach the wrong thing.

import { h } from "./dom.js";
import { control } from "./controls.js";
import { inputBlock } from "./inputs.js";
import { link, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function blocks(list, ctx) {
  return (list ?? []).map((block) => {
    const node = one(block, ctx);
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

function one(block, ctx) {
  switch (block.type) {
    case "header":
      return h("h3", { class: "block header" }, textObject(block.text, ctx));
    case "section":
      return section(block, ctx);
    case "rich_text":
      return h("div", { class: "block" }, richText(block, ctx));
    case "context":
      return h("div", { class: "block context" }, (block.elements ?? []).map((element) =>
        element.type === "image" ? picture(element, ctx) : h("span", { class: "text" }, textObject(element, ctx))));
    case "divider":
      return h("hr", { class: "block" });
    case "actions":
      return h("div", { class: "block actions", role: "group", "aria-label": "Actions" },
        (block.elements ?? []).map((element) => control(element, ctx, block)));
    case "image":
      return h("div", { class: "block" }, block.title ? h("div", { class: "muted" }, textObject(block.title, ctx)) : "", picture(block, ctx));
    case "input":
      return inputBlock(block, ctx);
    default:
      return h("div", { class: "block placeholder" }, `A block this page cannot show: ${block.type}`);
  }
}

function section(block, ctx) {
  const words = h(
    "div",
    { class: "section-words" },
    block.text ? h("div", { class: "text" }, textObject(block.text, ctx)) : "",
    block.fields?.length
      ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, textObject(field, ctx))))
      : "",
  );
  if (!block.accessory) return h("div", { class: "block section" }, words);
  const accessory = block.accessory.type === "image" ? picture(block.accessory, ctx) : control(block.accessory, ctx, block);
  return h("div", { class: "block section with-accessory" }, words, h("div", { class: "accessory" }, accessory));
}

// A picture that Slack has is shown as Slack does. Others live on other machines, and a rehearsal asks no other machine for anything.
function picture(image, ctx) {
  const alt = image.alt_text || "Picture";
  if (image.slack_file?.id) {
    return h("img", { class: "picture", src: `rehearsal/file/${image.slack_file.id}`, alt, title: alt, loading: "lazy" });
  }
  return h("span", { class: "placeholder" }, "Picture: ", image.image_url ? link(image.image_url, alt, ctx) : plain(alt));
}
