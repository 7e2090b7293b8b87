// The page as a whole: which person, which channel, which thread; everything else draws what this knows.

import { follow, post, Refused } from "./api.js";
import { ChannelPane } from "./channel.js";
import { ClockBar } from "./clockbar.js";
import { HomePane } from "./home.js";
import { Modal } from "./modal.js";
import { Names } from "./names.js";
import { OnCall } from "./oncall.js";
import { Production } from "./production.js";
import { Sidebar } from "./sidebar.js";
import { ThreadPane } from "./threadpane.js";
import { toast } from "./toast.js";

const $ = (id) => document.getElementById(id);

class App {
  constructor() {
    const asked = new URLSearchParams(location.search);
    this.as = asked.get("as") ?? "";
    this.wanted = asked.get("in");
    this.atHome = asked.get("tab") === "home";
    this.thread = null;
    this.read = new Map(); // "person channel" -> ts of the last message seen
    this.newAfter = null;
    // Whoever has sent a command here needs no example of one.
    this.commanded = sessionStorage.getItem("commanded") === "yes";
    this.openChannel = this.openChannel.bind(this);
    this.openLink = this.openLink.bind(this);
    this.now = this.now.bind(this);
    this.start();
  }

  start() {
    this.stop?.();
    this.stop = follow(this.as, (answer) => this.seen(answer), (reachable) => ($("offline").hidden = reachable));
  }

  seen(answer) {
    const first = !this.world;
    this.setTime(answer);
    this.world = answer.world;
    this.view = answer.view;
    this.home = answer.home;
    this.shortcuts = answer.shortcuts ?? [];
    this.onCallNow = answer.on_call;
    this.production = answer.production;
    const switched = this.as !== answer.as || !this.names || this.names.me.id !== answer.as;
    this.as = answer.as;
    this.names = new Names(this.world, this.as);
    if (first) {
      this.clock = new ClockBar(this, $("clock"));
      this.sidebar = new Sidebar(this, $("sidebar"));
      this.channelPane = new ChannelPane(this, $("middle"));
      this.homePane = new HomePane(this, $("middle"));
      this.threadPane = new ThreadPane(this, $("thread"));
      this.modal = new Modal(this);
      this.onCall = new OnCall(this, $("on-call"));
      this.productionBar = new Production(this, $("production"));
      setInterval(() => this.tick(), 1000);
    }
    // What was there when the page came up is not news. A server started anew has a younger world: what was read
    // in the old one means nothing.
    if (this.boot !== answer.boot) {
      this.read.clear();
      this.floor = this.world.channels.map(latest).reduce((a, b) => (a > b ? a : b), "0");
    }
    this.boot = answer.boot;
    const current = this.world.channels.find((channel) => channel.id === (this.channel?.id ?? this.wanted));
    const opened = !this.channel || !current || switched;
    this.channel = current ?? this.firstChannel();
    if (opened) this.newAfter = this.channel && this.readUntil(this.channel);
    this.draw();
    // Whoever looks at it has opened it: a howler that was started anew publishes it again.
    if (this.atHome && (first || switched)) this.post("home", {});
    if (first) this.focusComposer();
  }

  /** Draws everything; each part looks for itself whether it changed. */
  draw() {
    document.body.classList.toggle("at-home", this.atHome);
    this.homePane.node.hidden = !this.atHome;
    this.homePane.show(this.home);
    if (this.channel && !document.hidden && !this.atHome) this.read.set(this.readKey(this.channel), latest(this.channel));
    this.channelPane.show(this.channel, this.newAfter);
    this.threadPane.show(this.channel, this.thread);
    this.sidebar.update();
    this.modal.show(this.view);
    this.onCall.show(this.onCallNow);
    this.productionBar.show(this.production);
    this.tick();
    const unread = this.world.channels.reduce((sum, channel) => sum + this.unread(channel), 0);
    this.clock.unread(unread > 0);
    const name = this.atHome ? "Home" : this.channel ? (this.channel.is_im ? this.names.bot.name : `#${this.channel.name}`) : "howler";
    document.title = `${unread ? `(${unread}) ` : ""}${name} - howler rehearsal`;
    const place = new URLSearchParams({ as: this.as, ...(this.channel ? { in: this.channel.id } : {}), ...(this.atHome ? { tab: "home" } : {}) });
    history.replaceState(null, "", `?${place}`);
  }

  tick() {
    this.clock.tick();
    this.sidebar.tick();
  }

  // The rehearsal's time runs on between two answers of the server.
  setTime(answer) {
    this.offset = Date.parse(answer.now) - performance.now();
    this.nextTimer = answer.next_timer ? new Date(answer.next_timer) : null;
    this.clock?.tick();
  }

  now() {
    return new Date(this.offset + performance.now());
  }

  readKey(channel) {
    return `${this.as} ${channel.id}`;
  }

  /** The ts of the last message this person has seen there. */
  readUntil(channel) {
    return this.read.get(this.readKey(channel)) ?? this.floor;
  }

  unread(channel) {
    const until = this.readUntil(channel);
    return channel.messages.filter((message) => message.ts > until && message.user !== this.as && !message.deleted).length;
  }

  firstChannel() {
    const open = this.world.channels.filter((channel) => !channel.is_im && !channel.is_archived);
    return open.find((channel) => /emergenc|incident/.test(channel.name)) ?? open[0] ?? this.world.channels[0] ?? null;
  }

  /** Opens the app's Home tab; howler hears of it, as it does from Slack. */
  openHome() {
    this.toggleSidebar(false);
    [this.atHome, this.thread] = [true, null];
    this.draw();
    this.post("home", {});
  }

  openChannel(id) {
    const channel = this.world.channels.find((one) => one.id === id);
    this.toggleSidebar(false);
    if (!channel) return toast("You are not in that channel.");
    this.atHome = false;
    if (channel.id !== this.channel?.id) {
      this.channel = channel;
      this.thread = null;
      this.newAfter = this.readUntil(channel);
    }
    this.draw();
    this.focusComposer();
  }

  openThread(ts, reply = false) {
    this.thread = ts;
    this.draw();
    const narrow = matchMedia("(max-width: 1100px)").matches;
    if (ts && (reply || !narrow)) this.threadPane.composer.input.focus();
    else if (!ts) this.focusComposer();
  }

  /** Shows one message where it stands. */
  reveal(message) {
    const inThread = message.thread_ts && message.thread_ts !== message.ts;
    if (inThread) this.openThread(message.thread_ts);
    (inThread ? this.threadPane : this.channelPane).conversation.reveal(message.ts);
  }

  /** A link to a message of this very workspace is followed here: there is no Slack behind it. */
  openLink(url, event) {
    const found = /(?:\/archives\/|app_redirect\?channel=)([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?/.exec(url);
    if (!found || !this.world.channels.some((channel) => channel.id === found[1])) return;
    event.preventDefault();
    this.openChannel(found[1]);
    const message = found[2] && this.channel.messages.find((one) => one.ts === `${found[2]}.${found[3]}`);
    if (message) this.reveal(message);
  }

  actAs(person) {
    this.as = person;
    this.thread = null;
    this.view = null;
    this.modal.show(null);
    this.start();
  }

  toggleSidebar(open = !document.body.classList.contains("side-open")) {
    document.body.classList.toggle("side-open", open);
    $("scrim").hidden = !open;
    document.querySelector(".menu")?.setAttribute("aria-expanded", String(open));
  }

  // On a touch screen the focus would bring up the keyboard over what should be read.
  focusComposer() {
    if (matchMedia("(hover: hover)").matches && !document.body.classList.contains("has-modal")) this.channelPane.composer.input.focus();
  }

  /** Does something as the person acted as; what went wrong is shown, and gives null. */
  async post(verb, body) {
    try {
      const answer = await post(verb, { as: this.as, ...body });
      if (verb === "command") {
        this.commanded = true;
        sessionStorage.setItem("commanded", "yes");
      }
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) $("offline").hidden = false;
      toast(error.message);
      return null;
    }
  }
}

const latest = (channel) => channel.messages.reduce((last, message) => (message.ts > last ? message.ts : last), "0");

const app = new App();
$("scrim").addEventListener("click", () => app.toggleSidebar(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && app.toggleSidebar(false));
document.addEventListener("visibilitychange", () => app.world && app.draw());
