// Builds elements. Data only ever becomes text nodes and attributes, never markup, so a title of
// `<img onerror=...>` stays a title.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces all children, ignoring empty ones. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
}

/** Runs `work` with `control` shown as busy, and never twice at once. */
export async function busy(control, work) {
  if (control.getAttribute("aria-busy") === "true") return;
  control.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

let lastId = 0;
export const freshId = (prefix) => `${prefix}-${++lastId}`;
