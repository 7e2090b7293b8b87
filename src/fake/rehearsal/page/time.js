// Instants as people read them. Slack's `ts` is seconds since 1970 with a counter behind the dot.

const cache = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!cache.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
    }
    cache.set(key, made);
  }
  return cache.get(key);
}

export const tsDate = (ts) => new Date(Number.parseFloat(ts) * 1000);

export const hhmm = (date, zone) => format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
export const hhmmss = (date, zone) =>
  format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(date);
export const shortDay = (date, zone) => format(zone, { weekday: "short", day: "numeric", month: "short" }).format(date);
export const longDay = (date, zone) =>
  format(zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date);
const mediumDay = (date, zone) => format(zone, { day: "numeric", month: "short", year: "numeric" }).format(date);
const isoDay = (date, zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(date);

export const utc = (date) => `${isoDay(date, "UTC")} ${hhmmss(date, "UTC")} UTC`;
export const sameDay = (a, b, zone) => isoDay(a, zone) === isoDay(b, zone);

/** "Berlin" of "Europe/Berlin". */
export const city = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

function near(date, now, zone) {
  const day = 86_400_000;
  if (sameDay(date, now, zone)) return "Today";
  if (sameDay(date, new Date(now.getTime() - day), zone)) return "Yesterday";
  if (sameDay(date, new Date(now.getTime() + day), zone)) return "Tomorrow";
  return null;
}

export const dayName = (date, now, zone) => near(date, now, zone) ?? longDay(date, zone);

/** "12 min", "1 h 5 min", "40 s": how long from `a` to `b`. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

/** Slack's own date format strings, in the reader's zone. */
export function slackDate(template, date, now, zone) {
  const lower = (word) => word?.toLowerCase();
  const tokens = {
    date_num: () => isoDay(date, zone),
    date: () => mediumDay(date, zone),
    date_short: () => mediumDay(date, zone),
    date_long: () => longDay(date, zone),
    date_pretty: () => lower(near(date, now, zone)) ?? mediumDay(date, zone),
    date_short_pretty: () => lower(near(date, now, zone)) ?? mediumDay(date, zone),
    date_long_pretty: () => lower(near(date, now, zone)) ?? longDay(date, zone),
    day_divider_pretty: () => near(date, now, zone) ?? longDay(date, zone),
    time: () => hhmm(date, zone),
    time_secs: () => hhmmss(date, zone),
    ago: () => (date > now ? `in ${span(date - now)}` : `${span(now - date)} ago`),
  };
  return template.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.() ?? whole);
}
