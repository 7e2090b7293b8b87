// Short notices of what went wrong. They stand in the top layer, so a modal does not hide them.

import { h } from "./dom.js";

const box = document.getElementById("toasts");

export function toast(message) {
  const node = h("div", { class: "toast", "data-testid": "toast" }, h("span", {}, message));
  const close = () => {
    node.remove();
    if (!box.childElementCount && box.matches(":popover-open")) box.hidePopover();
  };
  node.append(h("button", { type: "button", class: "toast-close", "aria-label": "Dismiss", onclick: close }, "×"));
  box.append(node);
  // Shown anew each time, to come above a modal that was opened after the last one.
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
  setTimeout(close, 7000);
}
