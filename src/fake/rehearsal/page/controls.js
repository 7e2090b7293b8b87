// What can be pressed or chosen in a block. `ctx.act(action, control)` sends it to howler.

import { busy, h } from "./dom.js";
import { confirmed } from "./confirm.js";
import { textObject } from "./mrkdwn.js";

const label = (object) => object?.text ?? "";

/** The choices of a select as {value, label, group}. */
export function choices(element, ctx) {
  switch (element.type) {
    case "users_select":
    case "multi_users_select":
      return [...ctx.names.people.values()]
        .filter((person) => !person.deleted)
        .map((person) => ({ value: person.id, label: `${person.real_name || person.name} (@${person.name})` }));
    case "conversations_select":
    case "channels_select":
      return [...ctx.names.channels.values()]
        .filter((channel) => !channel.is_im && !channel.is_archived)
        .map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
    default: {
      const one = (group) => (option) => ({ value: option.value, label: label(option.text), option, group });
      if (element.option_groups) {
        return element.option_groups.flatMap((group) => group.options.map(one(label(group.label))));
      }
      return (element.options ?? []).map(one(""));
    }
  }
}

/** The value a select starts with. */
export function initial(element) {
  return (
    element.initial_option?.value ?? element.initial_user ?? element.initial_conversation ?? element.initial_channel ?? ""
  );
}

/** A native select: it works with a keyboard, a screen reader and a thumb. */
export function select(element, ctx, props) {
  const empty = label(element.placeholder) || (element.type === "overflow" ? "More" : "Choose");
  const node = h("select", { ...props, "data-action-id": element.action_id });
  node.append(h("option", { value: "" }, empty));
  const groups = new Map([["", node]]);
  for (const choice of choices(element, ctx)) {
    if (!groups.has(choice.group ?? "")) {
      const group = h("optgroup", { label: choice.group });
      groups.set(choice.group, group);
      node.append(group);
    }
    groups.get(choice.group ?? "").append(h("option", { value: choice.value }, choice.label));
  }
  node.value = initial(element);
  return node;
}

export function control(element, ctx, block) {
  const send = async (node, value, undo) => {
    if (element.confirm && !(await confirmed(element.confirm, ctx))) return undo?.();
    await busy(node, () => ctx.act({ block_id: block.block_id, action_id: element.action_id, value }, node));
  };
  switch (element.type) {
    case "button": {
      const node = h(
        element.url ? "a" : "button",
        {
          class: `button ${element.style ?? ""}`,
          "data-action-id": element.action_id,
          "data-value": element.value,
          "aria-label": element.accessibility_label,
          ...(element.url
            ? { href: /^https?:/i.test(element.url) ? element.url : undefined, target: "_blank", rel: "noopener noreferrer" }
            : { type: "button" }),
        },
        h("span", { class: "button-text" }, textObject(element.text, ctx)),
      );
      node.addEventListener("click", (event) => {
        if (element.url) ctx.openLink?.(element.url, event);
        send(node, element.value);
      });
      return node;
    }
    case "static_select":
    case "users_select":
    case "conversations_select":
    case "channels_select":
    case "overflow": {
      const name = label(element.placeholder) || label(block.text) || "Choose";
      const node = select(element, ctx, { class: "select", "aria-label": name });
      let before = node.value;
      node.addEventListener("change", async () => {
        if (node.value === "") return void (node.value = before);
        await send(node, node.value, () => (node.value = before));
        if (element.type === "overflow") node.value = "";
        before = node.value;
      });
      return node;
    }
    case "datepicker":
    case "timepicker": {
      const node = h("input", {
        class: "field",
        type: element.type === "datepicker" ? "date" : "time",
        value: element.initial_date ?? element.initial_time ?? "",
        "aria-label": label(element.placeholder) || "Choose a date",
        "data-action-id": element.action_id,
      });
      node.addEventListener("change", () => node.value && send(node, node.value));
      return node;
    }
    default:
      return h("span", { class: "placeholder" }, `A control this page cannot show: ${element.type}`);
  }
}
