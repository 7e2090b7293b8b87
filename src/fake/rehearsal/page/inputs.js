// Input blocks of a modal. `ctx.form` (a Map of block id to reader) is filled as they are drawn, so that the
// modal can ask each for its value.

import { freshId, h } from "./dom.js";
import { choices, initial, select } from "./controls.js";
import { textObject } from "./mrkdwn.js";

export function inputBlock(block, ctx) {
  const id = freshId("input");
  const made = field(block.element, ctx, id);
  const error = h("p", { class: "error", id: `${id}-error`, role: "alert", hidden: true, "data-testid": "error" });
  const hint = block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint, ctx)) : null;
  const described = [`${id}-error`, hint ? `${id}-hint` : ""].join(" ").trim();
  for (const node of made.focusable) node.setAttribute("aria-describedby", described);
  const name = [
    textObject(block.label, ctx),
    block.optional ? h("span", { class: "optional" }, " (optional)") : h("span", { class: "required", title: "Required" }, " *"),
  ];
  const node = made.group
    ? h("fieldset", { class: "block input" }, h("legend", { class: "label" }, name), made.node, error, hint)
    : h("div", { class: "block input" }, h("label", { class: "label", for: id }, name), made.node, error, hint);

  const show = (message) => {
    error.hidden = !message;
    error.textContent = message ?? "";
    node.classList.toggle("wrong", Boolean(message));
    for (const control of made.focusable) control.setAttribute("aria-invalid", String(Boolean(message)));
  };
  node.addEventListener("input", () => show(null));
  ctx.form?.set(block.block_id, {
    action: block.element.action_id,
    value: made.value,
    show,
    focus: () => made.focusable[0]?.focus(),
    // What Slack itself refuses before the app is asked.
    wrong: () => {
      if (made.value() === "") return block.optional ? null : "Please complete this required field.";
      return made.wrong?.() ?? null;
    },
  });
  return node;
}

function field(element, ctx, id) {
  switch (element.type) {
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return text(element, id);
    case "static_select":
    case "users_select":
    case "conversations_select":
    case "channels_select": {
      const node = select(element, ctx, { class: "field", id });
      return { node, focusable: [node], value: () => node.value };
    }
    case "radio_buttons":
      return ticks(element, ctx, id, "radio", initial(element) ? [initial(element)] : []);
    case "checkboxes":
    case "multi_static_select":
    case "multi_users_select":
      return ticks(element, ctx, id, "checkbox",
        element.initial_users ?? (element.initial_options ?? []).map((option) => option.value));
    case "datepicker":
    case "timepicker": {
      const type = element.type === "datepicker" ? "date" : "time";
      const node = h("input", { class: "field short", type, id, "data-action-id": element.action_id,
        value: element.initial_date ?? element.initial_time ?? "" });
      return { node, focusable: [node], value: () => node.value };
    }
    default:
      return { node: h("div", { class: "placeholder" }, `A control this page cannot show: ${element.type}`), focusable: [], value: () => "" };
  }
}

const TYPES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

function text(element, id) {
  const limit = element.max_length ?? (element.type === "plain_text_input" ? 3000 : 0);
  const props = {
    class: "field",
    id,
    placeholder: element.placeholder?.text,
    "data-action-id": element.action_id,
    value: element.initial_value ?? "",
    maxlength: limit || undefined,
    inputmode: TYPES[element.type],
    autocomplete: "off",
    autofocus: element.focus_on_load,
  };
  const node = element.multiline ? h("textarea", { ...props, rows: 4 }) : h("input", { ...props, type: "text" });
  // A counter from the start is noise; it is wanted where the room is short or nearly used up.
  const counter = h("span", { class: "counter", "aria-hidden": "true" });
  const count = () => {
    const left = limit - node.value.length;
    counter.hidden = !limit || (!element.max_length && left > 200);
    counter.textContent = String(left);
    counter.classList.toggle("low", left < 20);
  };
  node.addEventListener("input", count);
  count();
  const least = element.min_length ?? 0;
  return {
    node: h("div", { class: "counted" }, node, counter),
    focusable: [node],
    value: () => node.value.trim() && node.value,
    wrong: () => (node.value.length < least ? `Please write at least ${least} characters.` : null),
  };
}

function ticks(element, ctx, id, type, chosen) {
  const boxes = choices(element, ctx).map((choice) => {
    const box = h("input", { type, name: id, value: choice.value, "data-action-id": element.action_id });
    box.checked = chosen.includes(choice.value);
    const about = choice.option?.description;
    return { box, node: h("label", { class: "tick" }, box, h("span", {},
      choice.option ? textObject(choice.option.text, ctx) : choice.label,
      about ? h("span", { class: "tick-about" }, textObject(about, ctx)) : "")) };
  });
  return {
    group: true,
    node: h("div", { class: boxes.length > 8 ? "ticks long" : "ticks" }, boxes.map(({ node }) => node)),
    focusable: boxes.map(({ box }) => box),
    value: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value).join(","),
  };
}
