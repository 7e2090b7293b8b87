// The question before a step that is hard to take back.

import { freshId, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Asks; resolves to whether the person agreed. Escape and the backdrop mean no. */
export function confirmed(question, ctx) {
  return new Promise((resolve) => {
    const title = freshId("confirm");
    const yes = h(
      "button",
      { type: "button", class: `button ${question.style === "danger" ? "danger" : "primary"}`, "data-testid": "confirm-yes" },
      textObject(question.confirm, ctx) || "Yes",
    );
    const no = h(
      "button",
      { type: "button", class: "button", "data-testid": "confirm-no", autofocus: true },
      textObject(question.deny, ctx) || "Cancel",
    );
    const dialog = h(
      "dialog",
      { class: "dialog small", "aria-labelledby": title, "data-testid": "confirm" },
      h("h2", { id: title, class: "dialog-title" }, textObject(question.title, ctx)),
      h("div", { class: "dialog-body text" }, textObject(question.text, ctx)),
      h("div", { class: "dialog-foot" }, no, yes),
    );
    let agreed = false;
    yes.addEventListener("click", () => {
      agreed = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(agreed);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
