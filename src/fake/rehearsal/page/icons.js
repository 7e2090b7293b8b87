// Drawn signs for what matters most: they look the same everywhere, also where no emoji font is installed.

const NS = "http://www.w3.org/2000/svg";
const circle = (fill) => [["circle", { cx: 10, cy: 10, r: 8, fill }]];
const square = (fill) => [["rect", { x: 2.5, y: 2.5, width: 15, height: 15, rx: 3, fill }]];
const stroke = (d, width = 1.8) => ["path", { d, fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const line = (d, color, width = 2.4) => ["path", { d, fill: "none", stroke: color, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];

const DRAWN = {
  red_circle: circle("#d93a2f"),
  large_orange_circle: circle("#ec8a1c"),
  large_yellow_circle: circle("#efc22f"),
  large_green_circle: circle("#3d9e4f"),
  large_blue_circle: circle("#3b82d6"),
  large_purple_circle: circle("#8a5cc4"),
  white_circle: [["circle", { cx: 10, cy: 10, r: 7.4, fill: "#f2f2ee", stroke: "#a9aea8", "stroke-width": 1.4 }]],
  black_circle: circle("#3a3f3d"),
  large_red_square: square("#d93a2f"),
  large_orange_square: square("#ec8a1c"),
  large_yellow_square: square("#efc22f"),
  large_green_square: square("#3d9e4f"),
  large_blue_square: square("#3b82d6"),
  white_check_mark: [...square("#3d9e4f"), line("M6 10.4l2.8 2.8L14.2 7", "#fff")],
  heavy_check_mark: [line("M4 10.8l4 4L16.2 5.5", "#3d9e4f", 3)],
  x: [line("M5 5l10 10M15 5L5 15", "#d93a2f", 3)],
  eyes: [
    ["ellipse", { cx: 5.9, cy: 10, rx: 3.9, ry: 5.8, fill: "#fff", stroke: "#5b625e", "stroke-width": 1.2 }],
    ["ellipse", { cx: 14.1, cy: 10, rx: 3.9, ry: 5.8, fill: "#fff", stroke: "#5b625e", "stroke-width": 1.2 }],
    ["circle", { cx: 4.8, cy: 11, r: 1.9, fill: "#2a2f2d" }],
    ["circle", { cx: 13, cy: 11, r: 1.9, fill: "#2a2f2d" }],
  ],
  pushpin: [line("M8.6 11.4L3.4 16.6", "#8d948f", 1.8), ["path", { d: "M11.4 2.4l6.2 6.2-2 .8-2.6 2.6.2 3.3-1.6 1.6-7.5-7.5 1.6-1.6 3.3.2L10.6 4.4z", fill: "#d93a2f" }]],
  warning: [["path", { d: "M10 2.3l8.2 14.7H1.8z", fill: "#f0bd2c", stroke: "#f0bd2c", "stroke-width": 1.6, "stroke-linejoin": "round" }], line("M10 7.6v4.4M10 14.6v.1", "#3b2f05", 2)],
  alarm_clock: [line("M3 5.6L5.8 3.2M17 5.6L14.2 3.2M5.8 16l-1.3 1.6M14.2 16l1.3 1.6", "#c4453a", 2), ["circle", { cx: 10, cy: 10.8, r: 6.3, fill: "#fff", stroke: "#c4453a", "stroke-width": 2 }], line("M10 7.6v3.4l2.2 1.3", "#2a2f2d", 1.5)],
  hourglass_flowing_sand: [line("M5 2.8h10M5 17.2h10M6.2 3v2.6c0 2 3.8 3 3.8 4.4s-3.8 2.4-3.8 4.4V17M13.8 3v2.6c0 2-3.8 3-3.8 4.4s3.8 2.4 3.8 4.4V17", "#a8741a", 1.7)],
  rotating_light: [["path", { d: "M5 14V9.6a5 5 0 0 1 10 0V14z", fill: "#e0473b" }], ["rect", { x: 3.2, y: 14, width: 13.6, height: 3.2, rx: 1, fill: "#5b625e" }], line("M10 1.2v1.6M3.4 3.6l1.1 1.1M16.6 3.6l-1.1 1.1", "#e0473b", 1.6)],
  fire: [["path", { d: "M10.6 1.8c.6 3.2 5.2 5 5.2 10a5.8 5.8 0 0 1-11.6 0c0-2.6 1.4-3.8 2-5.6 1 .6 1.6 1.4 1.8 2.6 1.6-1.6 2.6-4 2.6-7z", fill: "#ea6a20" }], ["path", { d: "M10 10c1.6 1.4 2.6 2.6 2.6 4.2a2.6 2.6 0 0 1-5.2 0c0-1.6 1.2-2.4 2.6-4.2z", fill: "#f6c945" }]],
  wave: [["path", { d: "M5.2 9.8l4.6 6.2c2 2.2 5 1.8 6.4-.4 1.2-2 .4-4.6.2-7.6 0-1-1.5-1.1-1.7 0l-.3 2-4.5-6.1c-.7-.9-2 0-1.4 1l-1.4-1.8c-.8-.9-2 .1-1.4 1l.9 1.3c-.9-.8-1.9.2-1.3 1.1l.9 1.3c-1-.6-1.7.3-1 1.2z", fill: "#f0bd2c" }]],
  bell: [["path", { d: "M10 2.2c-3.2 0-5 2.3-5 5.2v3.4L3.4 14h13.2L15 10.8V7.4c0-2.9-1.8-5.2-5-5.2zM8 15.2a2 2 0 0 0 4 0z", fill: "#e0a62b" }]],
  memo: [["rect", { x: 3.5, y: 2.5, width: 12, height: 15, rx: 1.6, fill: "#fff", stroke: "#8d948f", "stroke-width": 1.3 }], line("M6.5 7h6M6.5 10.2h6M6.5 13.4h3.5", "#8d948f", 1.3)],
  tada: [["path", { d: "M2.6 17.6l4-10.6 6.4 6.4z", fill: "#e0a62b" }], line("M10.4 6.6c.6-1.8.2-3-.4-4M13.6 9.6c1.8-.6 3-.2 4 .4M12.2 7.8l3.6-3.6", "#c4453a", 1.6)],
};

// The page's own signs take the colour of the text beside them.
const OWN = {
  pin: [stroke("M8.4 11.6L3.6 16.4M11 3l6 6-2 .7-2.4 2.4.2 2.9-1.3 1.3-6.6-6.6 1.3-1.3 2.9.2L10.3 5z", 1.5)],
  people: [stroke("M10 9.8a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM3.8 17c.4-3.2 3-5 6.2-5s5.8 1.8 6.2 5", 1.6)],
  reply: [stroke("M8 4.5L3.5 9 8 13.5M4 9h7.5a5 5 0 0 1 5 5v2")],
  lock: [stroke("M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9", 1.6)],
  menu: [stroke("M3 5.5h14M3 10h14M3 14.5h14", 2)],
  close: [stroke("M5 5l10 10M15 5L5 15")],
  down: [stroke("M10 4v11M5 10.5l5 5 5-5")],
};

function svg(shapes, kind, label) {
  const root = document.createElementNS(NS, "svg");
  root.setAttribute("viewBox", "0 0 20 20");
  root.setAttribute("class", kind);
  if (label) {
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", label);
    root.append(Object.assign(document.createElementNS(NS, "title"), { textContent: label }));
  } else root.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    root.append(shape);
  }
  return root;
}

export const icon = (name) => svg(OWN[name], "icon-svg");

/** The drawn sign of an emoji, or null. Names that mean the same share one. */
export function drawn(name) {
  const same = { thumbsup: "+1", orange_circle: "large_orange_circle", yellow_circle: "large_yellow_circle", green_circle: "large_green_circle", red_square: "large_red_square", pencil: "memo", round_pushpin: "pushpin" };
  const shapes = DRAWN[same[name] ?? name];
  return shapes ? svg(shapes, "emoji-svg", name.replaceAll("_", " ")) : null;
}
