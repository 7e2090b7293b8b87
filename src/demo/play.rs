//! `howler demo --play`: an incident that people declare and one that an alert declares, in the terminal, for people without a browser.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};

use super::alerts::Sources;
use super::{DemoError, Rehearsal, scratch_folder, start};
use crate::app;
use fake::slack::World;
use fake::slack::world::{Channel, Message};
use ground::clock::Clock;
use ground::terminal::{complain, say};

const EMERGENCIES: &str = "#monkeytown-emergencies";
const ROOM: &str = "#inc-1-event-stream-down";

/// Plays the script and prints what each step shows. The failure code when a step did not do what it should.
///
/// # Errors
/// When the rehearsal does not start.
pub async fn play() -> Result<ExitCode, DemoError> {
    let folder = scratch_folder();
    // 2026-11-24 02:12 UTC, the hour that howler is made for.
    let night = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_486_320);
    let clock = Clock::standing_at(night);
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let rehearsal = start(anywhere, &folder, false, clock.clone(), Vec::new()).await?;
    let played = Stage::new(rehearsal, clock).play().await;
    std::fs::remove_dir_all(&folder)?;
    match played {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(reason) => {
            complain(format!("howler: the rehearsal did not go as it should: {reason}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

struct Stage {
    rehearsal: Rehearsal,
    clock: Clock,
    /// Texts that were printed, by channel and message.
    shown: BTreeMap<(String, String), String>,
}

impl Stage {
    fn new(rehearsal: Rehearsal, clock: Clock) -> Self {
        Self { rehearsal, clock, shown: BTreeMap::new() }
    }

    async fn play(mut self) -> Result<(), String> {
        let Rehearsal { app, slack, phones, listener, .. } = self.rehearsal;
        let router = app.router.clone().merge(slack.api()).merge(phones.twilio_api());
        let server = tokio::spawn(app::serve(listener, router, std::future::pending()));
        tell("A rehearsal: howler, a Slack of its own, and a clock that can be moved. Times are UTC.");
        let sources = Sources::new(self.clock.clone(), app.router.clone());
        let steps: [Step; 17] = [
            Step::Types("ian", EMERGENCIES, "/incident p1 Event stream down"),
            Step::Waits(4, "Maya wakes up"),
            Step::Types("maya", ROOM, "/incident take"),
            Step::Says("ian", ROOM, "@howler impact No witness sees live updates"),
            Step::Waits(26, "nobody posts an update"),
            Step::Types("maya", ROOM, "/incident update Redis credentials had expired, rotating them"),
            Step::Types("maya", ROOM, "/incident status mitigating"),
            Step::Waits(12, "the new credentials are rolled out"),
            Step::Types("maya", ROOM, "/incident resolve Redis credentials had expired"),
            Step::Types("ian", ROOM, "/incident timeline 1"),
            Step::Waits(66, "the night goes on"),
            Step::Sends("down", "Uptime Robot tells howler that the site is down"),
            Step::Waits(5, "it lasts, so it counts"),
            Step::Types("maya", EMERGENCIES, "/incident 2 ack"),
            Step::Waits(4, "a full disk is emptied"),
            Step::Sends("up", "Uptime Robot tells howler that the site is up again"),
            Step::Types("maya", EMERGENCIES, "/incident 2 resolve The disk of web-1 was full"),
        ];
        for step in steps {
            tell(format!("\n{} {step}", self.clock.now().strftime("%H:%M")));
            match step {
                Step::Types(person, channel, line) => {
                    let reply =
                        slack.command(person, channel, line).await.map_err(|error| error.to_string())?;
                    if reply.status != 200 {
                        return Err(format!("{line} was answered with {}", reply.status));
                    }
                }
                Step::Says(person, channel, text) => {
                    slack.say(person, channel, None, text).await.map_err(|error| error.to_string())?;
                }
                Step::Sends(what, _) => sources.send(what).await?,
                Step::Waits(minutes, _) => {
                    let target = self.clock.now() + SignedDuration::from_mins(minutes);
                    app.desk.forward(target).await;
                }
            }
            app.desk.settled().await;
            slack.look(|world| show(world, &mut self.shown));
        }
        let resolved = slack.look(|world| {
            let texts = world.channels.iter().flat_map(|channel| &channel.messages);
            texts.filter(|message| message.text.contains(", resolved by ")).count()
        });
        server.abort();
        app.stop().await;
        if resolved == 4 {
            Ok(())
        } else {
            Err(format!("{resolved} resolutions were announced instead of 4"))
        }
    }
}

enum Step {
    Types(&'static str, &'static str, &'static str),
    Says(&'static str, &'static str, &'static str),
    /// A source of alerts.
    Sends(&'static str, &'static str),
    Waits(i64, &'static str),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Types(person, channel, line) => write!(f, "{person} types in {channel}: {line}"),
            Self::Says(person, channel, text) => write!(f, "{person} says in {channel}: {text}"),
            Self::Sends(_, why) => write!(f, "{why}"),
            Self::Waits(minutes, why) => write!(f, "{minutes} minutes pass: {why}"),
        }
    }
}

/// The rehearsal goes on where nobody reads it: its exit code says how it went.
fn tell(words: impl std::fmt::Display) {
    drop(say(words));
}

/// Lines of an edited message that are printed again.
const EDITED_LINES: usize = 4;

/// Prints messages of howler's that are new or were edited. Lanes run side by side, so within a step the order is not
/// howler's: the same rehearsal prints the same text.
fn show(world: &World, shown: &mut BTreeMap<(String, String), String>) {
    let mut changed = Vec::new();
    let howlers = |message: &&Message| message.bot_id.is_some() && message.subtype.is_none();
    for channel in &world.channels {
        for message in channel.messages.iter().filter(howlers) {
            let key = (channel.id.clone(), message.ts.clone());
            let before = shown.insert(key, message.text.clone());
            if before.as_ref() != Some(&message.text) {
                let edited = before.is_some();
                changed.push((edited, message.only_for.is_none(), heading(world, channel), &message.text));
            }
        }
    }
    changed.sort();
    for (edited, public, heading, text) in changed {
        let text = plain(world, text);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let (note, most) = match (edited, public) {
            (true, _) => (" edited:", EDITED_LINES),
            (false, true) => ("", usize::MAX),
            (false, false) => (" for one person's eyes:", usize::MAX),
        };
        tell(format!("  [{heading}]{note}"));
        lines.take(most).for_each(|line| tell(format!("    {line}")));
        if edited {
            tell("    ...");
        }
    }
}

fn heading(world: &World, channel: &Channel) -> String {
    match &channel.im_user {
        Some(user) => format!("direct message to {}", plain(world, &format!("<@{user}>"))),
        None => format!("#{}", channel.name),
    }
}

/// Slack's mark-up as a terminal can show it: names for ids, UTC for dates.
fn plain(world: &World, text: &str) -> String {
    let name = |token: &str| -> Option<String> {
        let (body, label) = token.split_once('|').map_or((token, None), |(body, label)| (body, Some(label)));
        if let Some(user) = body.strip_prefix('@') {
            let person = world.people.iter().find(|person| person.id == user);
            return person.map(|person| format!("@{}", person.name));
        }
        if let Some(id) = body.strip_prefix('#') {
            let channel = world.channels.iter().find(|channel| channel.id == id);
            return channel.map(|channel| format!("#{}", channel.name));
        }
        if let Some(group) = body.strip_prefix("!subteam^") {
            let group = world.usergroups.iter().find(|known| known.id == group);
            return group.map(|group| format!("@{}", group.handle));
        }
        label.map(str::to_owned)
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let (token, after) = after.split_once('>').unwrap_or((after, ""));
        let shown = name(token).unwrap_or_else(|| token.to_owned());
        // An instant in the reader's zone, with UTC behind it, is the same twice here.
        rest = after.strip_prefix(&format!(" ({shown})")).unwrap_or(after);
        out.push_str(&shown);
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
