// Who and what the ids in a world stand for, as seen by the person acted as.

const TINTS = 8;

export class Names {
  constructor(world, me) {
    this.world = world;
    this.bot = world.bot;
    this.people = new Map(world.people.map((person) => [person.id, person]));
    this.groups = new Map(world.usergroups.map((group) => [group.id, group]));
    this.channels = new Map(world.channels.map((channel) => [channel.id, channel]));
    this.known = new Map((world.known_channels ?? []).map((channel) => [channel.id, channel]));
    this.me = this.people.get(me);
    this.zone = this.me?.tz || "UTC";
    // Part of what a drawn message depends on besides itself.
    this.signature = JSON.stringify([me, world.people, world.usergroups, [...this.channels.values()].map((c) => c.name), world.known_channels]);
  }

  isBot(id) {
    return id === this.bot.user_id || id === this.bot.bot_id;
  }

  name(id) {
    if (this.isBot(id)) return this.bot.name;
    const person = this.people.get(id);
    return person ? person.name : id;
  }

  realName(id) {
    if (this.isBot(id)) return this.bot.name;
    const person = this.people.get(id);
    return person ? person.real_name || person.name : id;
  }

  initials(id) {
    const words = this.realName(id).trim().split(/\s+/);
    const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
    return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
  }

  /** The same colour for the same person, every time. */
  tint(id) {
    let sum = 7;
    for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
    // Low bits of such a sum follow the last letter; the middle ones spread better.
    return (sum >>> 4) % TINTS;
  }

  channelName(channel) {
    if (!channel) return "unknown";
    return channel.is_im ? this.bot.name : channel.name;
  }

  inGroup(id) {
    return this.groups.get(id)?.users?.includes(this.me?.id) ?? false;
  }
}

/** Replies of every thread and the messages that stand in the channel itself. */
export function threads(channel) {
  const roots = [];
  const replies = new Map();
  for (const message of channel.messages) {
    if (message.thread_ts && message.thread_ts !== message.ts) {
      if (message.deleted) continue;
      if (!replies.has(message.thread_ts)) replies.set(message.thread_ts, []);
      replies.get(message.thread_ts).push(message);
      if (message.subtype === "thread_broadcast") roots.push(message);
    } else {
      roots.push(message);
    }
  }
  const shown = roots.filter((message) => !message.deleted || replies.has(message.ts));
  return { roots: shown, replies };
}
