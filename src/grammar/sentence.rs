//! People's own sentences: a table of phrases, each with the lines that somebody who says it most likely wants. None of them is
//! carried out without a click, and each keeps the sentence as its argument.

use super::parts;
use super::{SNOOZE, here};
use crate::slack_text::plain;
use domain::Severity;
use domain::alert::line::AlertsLine;
use domain::command::{Command, Line, Role};
use domain::feature::FeatureLine;
use domain::id::IncidentId;
use domain::incident::severity::Status;
use domain::oncall::line::Oncall;
use domain::oncall::said::{Heard, heard};
use domain::refusal::{Doubt, Refusal};

/// Most buttons under one answer.
pub(super) const MOST: usize = 4;
/// How far a schedule looks for somebody's next turn.
pub(super) const WEEKS: u32 = 8;
/// How long somebody covers who says no time.
const COVER: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// What a sentence may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    WhoIsOnCall,
    MyTurns,
    HowItStands,
    Alerts,
    Help,
    FalseAlarm,
    StillBroken,
    Over,
    Broken,
    Quiet,
    CannotTake,
    Lead,
    Tell,
}

/// Phrases in lower case, without apostrophes and signs. The first rows come first among the buttons.
const PHRASES: [(Wish, &[&str]); 13] = [
    (Wish::Alerts, &["firing", "fires", "alerts", "alarms", "any alert", "any alarm"]),
    (
        Wish::MyTurns,
        &[
            "when am i on call",
            "when am i oncall",
            "am i on call",
            "my turn",
            "my turns",
            "my shift",
            "my shifts",
            "my week",
            "my next",
        ],
    ),
    (
        Wish::WhoIsOnCall,
        &[
            "on call",
            "oncall",
            "has the pager",
            "who should i call",
            "who do i call",
            "whom do i call",
            "who can i call",
        ],
    ),
    (
        Wish::HowItStands,
        &[
            "whats going on",
            "what is going on",
            "what goes on",
            "whats happening",
            "what is happening",
            "whats broken",
            "what is broken",
            "whats wrong",
            "what is wrong",
            "what happened",
            "any incident",
            "any incidents",
            "anything open",
            "whats open",
            "what is open",
            "whats the status",
            "what is the status",
            "how bad",
            "how is it going",
            "any news",
            "any update",
            "any updates",
            "where are we",
            "catch me up",
            "whats up",
            "is it down",
            "are we down",
            "is anything down",
            "whats the latest",
            "which incident",
        ],
    ),
    (Wish::Help, &["help me", "what can you do", "how do i", "how does this work", "what can i", "commands"]),
    (
        Wish::FalseAlarm,
        &[
            "false alarm",
            "false alert",
            "false positive",
            "wrong alarm",
            "never mind",
            "nevermind",
            "nvm",
            "not an incident",
            "no incident",
            "was a test",
            "just a test",
            "only a test",
            "by mistake",
            "by accident",
            "cancel",
            "abort",
            "ignore that",
            "ignore this",
        ],
    ),
    (
        Wish::StillBroken,
        &[
            "still broken",
            "still down",
            "still happening",
            "still failing",
            "not fixed",
            "isnt fixed",
            "not over",
            "broke again",
            "down again",
            "broken again",
            "back again",
            "happening again",
            "not working again",
            "came back",
        ],
    ),
    (
        Wish::Over,
        &[
            "done",
            "fixed",
            "solved",
            "resolved",
            "its over",
            "all good",
            "back up",
            "up again",
            "recovered",
            "works again",
            "working again",
            "is back",
            "are back",
            "all clear",
            "finished",
            "we are good",
            "were good",
            "healthy again",
            "back to normal",
            "its fine",
            "problem gone",
            "its gone",
        ],
    ),
    (
        Wish::Broken,
        &[
            "outage",
            "is down",
            "are down",
            "down",
            "broken",
            "not working",
            "doesnt work",
            "dont work",
            "does not work",
            "do not work",
            "stopped working",
            "crash",
            "crashed",
            "crashes",
            "crashing",
            "failing",
            "fails",
            "failed",
            "on fire",
            "unreachable",
            "timeout",
            "timeouts",
            "timing out",
            "errors",
            "500s",
            "502s",
            "503s",
            "cant log in",
            "cannot log in",
            "cant login",
            "cannot login",
            "emergency",
            "stuck",
            "hacked",
            "breach",
            "leak",
            "leaked",
            "a problem",
            "problems",
            "something is wrong",
            "somethings wrong",
            "alarm",
            "offline",
            "dead",
            "hangs",
            "hanging",
            "frozen",
            "very slow",
            "so slow",
            "is slow",
            "are slow",
            "data loss",
            "cant reach",
            "cannot reach",
            "no answer from",
        ],
    ),
    (
        Wish::Quiet,
        &[
            "pause",
            "quiet",
            "silence",
            "mute",
            "stop paging",
            "stop calling",
            "stop ringing",
            "stop it",
            "shut up",
            "be quiet",
            "leave me alone",
            "too loud",
            "remind me later",
            "later",
        ],
    ),
    (
        Wish::CannotTake,
        &[
            "i cant take",
            "cant take it",
            "i cant",
            "i cannot",
            "not me",
            "skip me",
            "someone else",
            "somebody else",
            "next person",
            "nobody answers",
            "no one answers",
            "nobody is answering",
            "nobody responds",
            "call the next",
            "need more people",
            "need help",
        ],
    ),
    (
        Wish::Lead,
        &[
            "ill lead",
            "i will lead",
            "i lead",
            "im commander",
            "i am commander",
            "im ic",
            "i am ic",
            "my incident",
            "ill command",
            "me commander",
            "take command",
            "taking command",
            "im leading",
        ],
    ),
    (
        Wish::Tell,
        &["tell everyone", "tell everybody", "tell people", "tell stakeholders", "let people know", "fyi"],
    ),
];

/// Words that turn a sentence round: what it names is what nobody should do.
const NOT: [&str; 5] = ["dont", "do not", "not yet", "please wait", "wait"];

/// A sentence of a known kind, with its buttons.
pub(super) fn known(text: &str) -> Option<Refusal> {
    let said = normal(text);
    let begins_not = NOT
        .iter()
        .any(|not| said.starts_with(&format!(" {not} ")) || said.contains(&format!(" please {not} ")));
    if begins_not {
        return unknown(None, text);
    }
    let mut lines: Vec<Line> = Vec::new();
    for command in wishes(&said).into_iter().flat_map(|wish| commands(wish, text, &said)) {
        let line = here(command);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if heard(text) == Heard::Yes {
        lines.insert(0, here(Command::Take { role: Role::Commander }));
        lines.insert(0, here(Command::Ack));
    }
    lines.truncate(MOST);
    (!lines.is_empty()).then(|| Refusal::unsure(Doubt::Sentence, lines))
}

/// Words of which howler knows nothing but that they are several: a title, or something to write down.
pub(super) fn unknown(incident: Option<IncidentId>, text: &str) -> Option<Refusal> {
    let words = plain(text);
    let several = words.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() > 1;
    if !several && incident.is_none() {
        return None;
    }
    let about = |command| Line { incident, command };
    let note = parts::optional_text("note", text).ok().flatten().map(|text| about(Command::Note { text }));
    let update =
        parts::optional_text("update", text).ok().flatten().map(|text| about(Command::Update { text }));
    let form = parts::headline(text).map(|(title, _)| here(Command::DeclareForm { title: Some(title) }));
    let lines = match incident {
        Some(_) => [update, note],
        None => [form, note],
    };
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| Refusal::unsure(Doubt::Sentence, lines))
}

/// What somebody may want who says something else after `/oncall`.
pub(super) fn about_oncall(text: &str, rest: &str) -> Option<Refusal> {
    let said = normal(text);
    let oncall = |line: Oncall| here(Command::Oncall(Box::new(line)));
    let (turns, who) = (Oncall::Schedule { weeks: WEEKS }, Oncall::Who { when: None });
    let has = |words: &[&str]| words.iter().any(|word| said.contains(&format!(" {word} ")));
    let lines = match () {
        () if has(&["next", "when", "turn", "turns", "shift", "mine", "my"]) => {
            vec![oncall(turns), oncall(who)]
        }
        () if has(&[
            "sick",
            "ill",
            "cant",
            "cannot",
            "unavailable",
            "instead",
            "give",
            "hand",
            "off",
            "out",
        ]) =>
        {
            vec![oncall(Oncall::Handoff { to: None }), oncall(turns), oncall(who)]
        }
        () if has(&["me", "i"]) && rest.is_empty() => {
            vec![oncall(turns), oncall(Oncall::Cover { long: COVER }), oncall(Oncall::Handoff { to: None })]
        }
        () if has(&["me", "i", "my"]) => vec![oncall(turns), oncall(Oncall::Cover { long: COVER })],
        () => return known(text),
    };
    Some(Refusal::unsure(Doubt::Sentence, lines))
}

fn wishes(said: &str) -> Vec<Wish> {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(&format!(" {phrase} ")));
    let mut wishes: Vec<Wish> =
        PHRASES.iter().filter(|(_, phrases)| says(phrases)).map(|(wish, _)| *wish).collect();
    // Who asks is not told to declare, and what is still broken is not over.
    for (stronger, weaker) in [
        (Wish::MyTurns, Wish::WhoIsOnCall),
        (Wish::HowItStands, Wish::Broken),
        (Wish::HowItStands, Wish::Over),
        (Wish::FalseAlarm, Wish::Broken),
        (Wish::StillBroken, Wish::Over),
        (Wish::Over, Wish::Broken),
        (Wish::Broken, Wish::CannotTake),
        (Wish::StillBroken, Wish::CannotTake),
    ] {
        if wishes.contains(&stronger) {
            wishes.retain(|wish| *wish != weaker);
        }
    }
    wishes
}

fn commands(wish: Wish, text: &str, said: &str) -> Vec<Command> {
    let oncall = |line| Command::Oncall(Box::new(line));
    let whole = || parts::optional_text("text", text).ok().flatten();
    let update = || whole().map(|text| Command::Update { text });
    let title = || parts::headline(text).map(|(title, _)| title);
    let words = said.split_whitespace().count();
    match wish {
        Wish::WhoIsOnCall => vec![oncall(Oncall::Who { when: None })],
        Wish::MyTurns => vec![oncall(Oncall::Schedule { weeks: WEEKS }), oncall(Oncall::Who { when: None })],
        Wish::HowItStands => vec![Command::Show, Command::List, Command::Timeline { page: 1 }],
        Wish::Alerts => vec![Command::Feature(Box::new(FeatureLine::Alerts(AlertsLine::List)))],
        Wish::Help => vec![Command::Help],
        Wish::FalseAlarm => {
            vec![Command::Cancel { why: whole(), of: None }]
        }
        Wish::StillBroken => {
            let declare = title().map(|title| Command::DeclareForm { title: Some(title) });
            [Some(Command::Reopen), update(), declare].into_iter().flatten().collect()
        }
        Wish::Over => {
            let resolve = match whole().filter(|_| words > 2) {
                Some(root_cause) => Command::Resolve { root_cause },
                None => Command::ResolveForm,
            };
            let mitigating = Command::Status { to: Status::Mitigating };
            [Some(resolve), update().filter(|_| words > 2), Some(mitigating)].into_iter().flatten().collect()
        }
        Wish::Broken => {
            let now = title().map(|title| Command::Declare { severity: Severity::P1, title });
            let form = title().map(|title| Command::DeclareForm { title: Some(title) });
            [now, form, update()].into_iter().flatten().collect()
        }
        Wish::Quiet => vec![Command::Ack, Command::Snooze { by: SNOOZE, reminder: None }],
        Wish::CannotTake => vec![Command::Escalate { why: whole() }],
        Wish::Tell => update().into_iter().chain(whole().map(|text| Command::Note { text })).collect(),
        Wish::Lead => vec![Command::Take { role: Role::Commander }],
    }
}

/// Lower case words between single spaces, with one at either end; apostrophes and signs are gone.
pub(super) fn normal(text: &str) -> String {
    let lower = plain(text).to_lowercase().replace(['\'', '’', '‘', '`'], "");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}
