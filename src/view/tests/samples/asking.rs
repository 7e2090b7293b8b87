//! What howler answers.

use super::metrics::vendor_says;
use super::*;
use domain::alert::AlertId;
use domain::answer::{Called, HelpNow, StillCalling};
use domain::fault::{Fault, Saving};
use domain::id::DeliveryId;
use domain::incident::event::Cancelled;
use domain::oncall::duty::Call;
use domain::oncall::path::Called as OnPath;
use domain::oncall::said::{Heard, Whom};
use domain::refusal::{Doubt, Unfit};

pub fn summary(number: u64, texts: &Texts) -> Summary {
    let resolved = number.is_multiple_of(2);
    Summary {
        incident: IncidentId(number),
        title: texts.title.clone(),
        severity: Severity::ALL[usize::try_from(number % 4).unwrap()],
        overdue: number.is_multiple_of(5),
        merged: None,
        cancelled: false,
        with: if number == 9 { vec![IncidentId(12), IncidentId(14)] } else { Vec::new() },
        status: if resolved { Status::Resolved } else { Status::Investigating },
        commander: number.is_multiple_of(3).then(ian).map(Into::into),
        declared_at: at("02:00"),
        resolved_at: resolved.then(|| at("03:00")),
        update_due: (!resolved).then(|| at("02:30")),
    }
}

pub fn undone(count: u64, texts: &Texts) -> Vec<Undone> {
    let states = [
        EffectState::Waiting,
        EffectState::Later { at: at("02:41"), reason: "Slack asks howler to wait".into(), unknown: false },
        EffectState::Later { at: at("02:42"), reason: texts.text.clone(), unknown: true },
        EffectState::Failed {
            reason: "howler is not a member of #monkeytown-emergencies".into(),
            unknown: false,
        },
    ];
    let what = "the declaration in the emergencies channel";
    (1..=count)
        .zip(states.iter().cycle())
        .map(|(number, state)| Undone {
            effect: EffectId(number),
            incident: (number != 2).then_some(ID),
            what: what.into(),
            state: state.clone(),
            attempts: u32::try_from(number - 1).unwrap(),
            since: at("02:40"),
        })
        .collect()
}

/// Open and resolved ones by odd and even numbers.
pub fn summaries(count: u64, first: u64, texts: &Texts) -> Vec<Summary> {
    (0..count).map(|n| summary(first + 2 * n, texts)).collect()
}

pub fn answers(texts: &Texts) -> Vec<(&'static str, Private)> {
    let line = |command| Line { incident: None, command };
    let which = |count: u64, command| Private::WhichIncident {
        choices: summaries(count.min(10), 1, texts),
        more: usize::try_from(count.saturating_sub(10)).unwrap_or_default(),
        line: line(command),
        asked: Some(DeliveryId("cmd:1.2.x".into())),
    };
    let story = long_story(texts);
    let shown = |undone| Private::Show {
        incident: Box::new(story.incident()),
        undone,
        whole: None,
        vendors: vec![vendor_says(texts)],
    };
    let page = |page, pages| Private::Timeline {
        incident: summary(7, texts),
        entries: story.entries().into_iter().take(20).collect(),
        page,
        pages,
    };
    let title = || Some(texts.title.clone());
    vec![
        (
            "declared",
            Private::Declared {
                incident: ID,
                title: texts.title.clone(),
                severity: Severity::P1,
                own_channel: true,
                noted: None,
            },
        ),
        (
            "declared, mild",
            Private::Declared {
                incident: ID,
                title: texts.title.clone(),
                severity: Severity::P4,
                own_channel: false,
                noted: None,
            },
        ),
        ("which one, two open", which(2, Command::Ack)),
        ("which one, with a text", which(2, Command::Update { text: texts.text.clone() })),
        ("which one, fifteen open", which(15, Command::Resolve { root_cause: texts.text.clone() })),
        (
            "which one, forty open",
            which(40, Command::PinTo { channel: "C1".into(), message: "1.2".into(), author: None }),
        ),
        (
            "which one, long text",
            which(2, Command::Note { text: format!("{} {}", "long ".repeat(420), texts.text) }),
        ),
        (
            "offer of the declaration form",
            Private::OfferForm { incident: None, line: line(Command::DeclareForm { title: title() }) },
        ),
        (
            "offer of the update form",
            Private::OfferForm { incident: Some(summary(7, texts)), line: line(Command::UpdateForm) },
        ),
        (
            "offer of the resolution form",
            Private::OfferForm { incident: Some(summary(7, texts)), line: line(Command::ResolveForm) },
        ),
        ("list of nothing", Private::List { open: Vec::new(), more: 0, resolved: Vec::new(), unread: true }),
        (
            "list",
            Private::List {
                open: summaries(1, 7, texts),
                more: 0,
                resolved: summaries(2, 2, texts),
                unread: false,
            },
        ),
        (
            "long list",
            Private::List {
                open: summaries(20, 1, texts),
                more: 14,
                resolved: summaries(5, 2, texts),
                unread: false,
            },
        ),
        ("shown", shown(Vec::new())),
        ("shown, with undelivered messages", shown(undone(7, texts))),
        ("timeline, first page", page(1, 3)),
        ("timeline, last page", page(3, 3)),
        ("timeline, only page", page(1, 1)),
        ("found", Private::Found { words: texts.title.clone(), found: summaries(2, 2, texts), more: 14 }),
        ("found nothing", Private::Found { words: texts.title.clone(), found: Vec::new(), more: 0 }),
        ("board, empty", Private::Doctor { undone: Vec::new(), store: Vec::new(), saving: Saving::Well }),
        (
            "board, store damaged",
            Private::Doctor {
                undone: Vec::new(),
                store: vec![
                    "The data folder is damaged: 30 of 60 open incidents are missing: INC-4, INC-7".into(),
                ],
                saving: Saving::Well,
            },
        ),
        ("board", Private::Doctor { undone: undone(4, texts), store: Vec::new(), saving: Saving::Well }),
        (
            "full board",
            Private::Doctor { undone: undone(40, texts), store: Vec::new(), saving: Saving::Well },
        ),
        (
            "board, a save waits",
            Private::Doctor { undone: Vec::new(), store: Vec::new(), saving: Saving::Waits { seconds: 7 } },
        ),
        (
            "board, cannot save",
            Private::Doctor { undone: undone(1, texts), store: Vec::new(), saving: Saving::Impossible },
        ),
        (
            "board, folder gone",
            Private::Doctor { undone: Vec::new(), store: Vec::new(), saving: Saving::FolderGone },
        ),
        ("not certain", Private::Trouble(Fault::Uncertain)),
        ("not saved yet", Private::Trouble(Fault::NotSavedYet)),
        (
            "it was not saved",
            Private::Became {
                saved: false,
                line: Some(Box::new(Line {
                    incident: None,
                    command: Command::Declare { severity: Severity::P1, title: texts.title.clone() },
                })),
                answer: None,
            },
        ),
        (
            "it was saved after all",
            Private::Became {
                saved: true,
                line: None,
                answer: Some(Box::new(Private::Declared {
                    incident: IncidentId(7),
                    title: texts.title.clone(),
                    severity: Severity::P1,
                    own_channel: true,
                    noted: None,
                })),
            },
        ),
        (
            "answered, and still paged",
            Private::StillPaged {
                answered: Box::new(Private::Done {
                    incident: ID,
                    title: "Event stream down".into(),
                    what: Done::Acknowledged,
                }),
                incidents: summaries(2, 2, texts),
                pages: vec![(3, texts.text.clone())],
            },
        ),
        ("no yes, can't", still_calling(Heard::Cannot, texts)),
        ("no yes, somebody else", still_calling(called("bea", Some("U0BEA")), texts)),
        ("no yes, somebody unknown", still_calling(called("kofi", None), texts)),
        ("no yes, a question", still_calling(Heard::Question, texts)),
        (
            "no yes, to a page without an incident",
            Private::StillCalling(Box::new(StillCalling {
                heard: Heard::Unclear,
                about: Called::Page(3, texts.text.clone()),
                next: None,
                refusal: Some(Refusal::NotAPhoneNumber),
            })),
        ),
        ("help", Private::Help),
    ]
    .into_iter()
    .chain(help_now(texts))
    .collect()
}

/// What can be done, by what is open and by where it is asked.
fn help_now(texts: &Texts) -> Vec<(&'static str, Private)> {
    let part = Summary { merged: Some(IncidentId(1)), ..summary(7, texts) };
    [
        ("help, nothing open", None, false, 0),
        ("help, several open", None, false, 3),
        ("help, nobody has it", Some(summary(7, texts)), true, 1),
        ("help, somebody has it", Some(summary(3, texts)), false, 1),
        ("help, it is over", Some(summary(8, texts)), false, 0),
        ("help, a part of another one", Some(part), false, 2),
    ]
    .into_iter()
    .map(|(name, of, asks, open)| {
        (name, Private::HelpNow(Box::new(HelpNow { of, asks, numbered: open > 1, open })))
    })
    .collect()
}

fn called(name: &str, person: Option<&str>) -> Heard {
    Heard::Call(Whom { name: name.into(), person: person.map(Into::into) })
}

fn still_calling(heard: Heard, texts: &Texts) -> Private {
    let about = Called::Incident(Box::new(summaries(1, 2, texts).remove(0)));
    let call = Call { to: To::Person(bea()), called: OnPath::Backup };
    let next = Some((at("02:35"), vec![call]));
    Private::StillCalling(Box::new(StillCalling { heard, about, next, refusal: None }))
}

pub fn done() -> Vec<Done> {
    vec![
        Done::Updated { next_due: Some(at("02:50")) },
        Done::Updated { next_due: None },
        Done::Status(Status::Identified),
        Done::Severity(Severity::P2),
        Done::Impact,
        Done::Action,
        Done::Eta(Eta::At(at("03:10"))),
        Done::Eta(Eta::Words("before lunch".into())),
        Done::Noted,
        Done::Cancelled { of: None },
        Done::Cancelled { of: Some(IncidentId(7)) },
        Done::Renamed { title: "Event stream is slow".into() },
        Done::Invited { people: vec![ian(), bea()], channel: "C0ROOM".into() },
        Done::Acknowledged,
        Done::Answered,
        Done::Escalated,
        Done::Paging { whom: bea(), skipped: Vec::new() },
        Done::Role { role: Role::Comms, person: bea().into() },
        Done::Snoozed { until: at("02:45"), limited: false },
        Done::Snoozed { until: at("02:45"), limited: true },
        Done::Resolved,
        Done::EndedFiring { cancelled: false, firing: vec![AlertId(12)], more: 0 },
        Done::EndedFiring { cancelled: true, firing: vec![AlertId(12), AlertId(13)], more: 3 },
        Done::Reopened,
        Done::RetractedUpdate,
        Done::RetractedSeverity { back_to: Severity::P2 },
        Done::Pinned,
        Done::Unpinned,
    ]
}

pub fn refusals(word: &str) -> Vec<Refusal> {
    let (incident, word) = (ID, || word.to_owned());
    unsure(word())
        .into_iter()
        .chain(plain_refusals(&word()))
        .chain([
            Refusal::NoRoleFor { person: ian(), why: Unfit::Bot },
            Refusal::NoRoleFor { person: ian(), why: Unfit::Left },
            Refusal::NoRoom { incident },
            Refusal::ChangedMeanwhile { incident, field: "impact".into(), now: word() },
            Refusal::NotAnIncidentsChannel { channel: "C0GENERAL".into() },
        ])
        .collect()
}

/// Lines that are not carried out without a click.
fn unsure(word: String) -> Vec<Refusal> {
    let line = |command| Line { incident: None, command };
    let about = |command| Line { incident: Some(ID), command };
    let update = || Command::Update { text: word.clone() };
    let declare = || Command::Declare { severity: Severity::P1, title: word.clone() };
    let raise = Command::Severity { to: Severity::P1, reason: Some(word.clone()) };
    let same = Doubt::SameTitle { incident: ID, by: ian().into() };
    let anyway = Command::DeclareAnyway { severity: Severity::P1, title: word.clone(), note: None };
    let form = || Command::DeclareForm { title: None };
    vec![
        Refusal::unsure(Doubt::Sentence, [line(declare()), about(update())]),
        Refusal::unsure(Doubt::Mistyped { word: word.clone() }, [about(update())]),
        Refusal::unsure(Doubt::Several, [line(declare()), about(raise)]),
        Refusal::unsure(Doubt::Hesitant, [about(Command::ResolveForm)]),
        Refusal::unsure(Doubt::Aside, [about(Command::Ack)]),
        Refusal::unsure(Doubt::Edited, [line(declare())]),
        Refusal::unsure(Doubt::Older, [about(Command::ResolveForm)]),
        Refusal::unsure(Doubt::NoTitle, [line(declare()), line(form())]),
        Refusal::unsure(
            Doubt::Person { word: "@ian".into() },
            [about(Command::Role { role: Role::Comms, person: ian() })],
        ),
        Refusal::unsure(same, [about(Command::Join), line(anyway)]),
    ]
}

fn plain_refusals(word: &str) -> Vec<Refusal> {
    let (incident, word) = (ID, || word.to_owned());
    let missing = |command: &str| Refusal::TextMissing { command: command.into() };
    vec![
        Refusal::UnknownWord { word: word(), nearest: Some("update".into()) },
        Refusal::UnknownWord { word: word(), nearest: None },
        Refusal::UnknownSeverity { word: word() },
        Refusal::UnknownStatus { word: word() },
        Refusal::UnknownRole { word: word() },
        Refusal::NotAPerson { word: word() },
        Refusal::NotADuration { word: word() },
        Refusal::TooShortATime { word: word() },
        Refusal::EtaOutOfReach { at: at("02:12") },
        Refusal::NotAnIncidentNumber { word: word() },
        Refusal::OtherApp,
        Refusal::OtherWorkspace,
        Refusal::Visitor,
        Refusal::WorkspaceUnknown,
        Refusal::TitleMissing,
        missing("update"),
        missing("resolve"),
        missing("severity"),
        missing("role commander"),
        missing("find"),
        missing("rename"),
        missing("invite"),
        missing("link"),
        missing("duplicate"),
        missing("merge"),
        missing("eta"),
        Refusal::TooLong { what: "title".into(), length: 5_000, most: 120 },
        Refusal::NothingOpen,
        Refusal::NoOtherOpen { incident },
        Refusal::NothingMerged,
        Refusal::NoSuchIncident { incident },
        Refusal::AlreadyResolved { incident, at: at("03:05"), by: ian().into(), cancelled: None },
        already_cancelled(incident, None),
        already_cancelled(incident, Some(IncidentId(3))),
        Refusal::NotResolved { incident },
        Refusal::AlreadyAcknowledged { incident, at: at("02:04"), by: ian().into() },
        Refusal::AlreadyStatus { incident, status: Status::Identified },
        Refusal::AlreadySeverity { incident, severity: Severity::P2 },
        Refusal::AlreadyInRole { incident, role: Role::Commander, person: ian().into() },
        Refusal::NothingToRetract { incident, what: None },
        Refusal::NothingToRetract { incident, what: Some(Retractable::Update) },
        Refusal::NothingToRetract { incident, what: Some(Retractable::Severity) },
        Refusal::NothingToRetract { incident, what: Some(Retractable::Resolution) },
        Refusal::NoUpdateClock { incident, severity: Severity::P4 },
        Refusal::StaleReminder { incident, reminder: at("02:30") },
        Refusal::UnknownButton,
        Refusal::NoSuchEffect,
        Refusal::NoSuchPage { incident, pages: 3 },
        Refusal::NoSuchPage { incident, pages: 1 },
        Refusal::AlreadyPinned { incident },
    ]
}

/// Lines that are typed, and how they are shown.
pub fn lines() -> Vec<Line> {
    let line = |command| Line { incident: Some(ID), command };
    vec![
        Line {
            incident: None,
            command: Command::Declare { severity: Severity::P1, title: "Event stream down".into() },
        },
        Line { incident: None, command: Command::DeclareForm { title: Some("Event stream down".into()) } },
        Line { incident: None, command: Command::List },
        Line { incident: None, command: Command::Find { words: "redis".into() } },
        Line { incident: None, command: Command::Doctor },
        Line { incident: None, command: Command::Help },
        line(Command::Update { text: "Restarted".into() }),
        line(Command::UpdateForm),
        line(Command::Status { to: Status::Mitigating }),
        line(Command::Severity { to: Severity::P3, reason: Some("Better now".into()) }),
        line(Command::Impact { text: "Frozen page".into() }),
        line(Command::Action { text: "Restarting".into() }),
        line(Command::Eta { eta: EtaText::In(minutes(90)) }),
        line(Command::Eta { eta: EtaText::At("2026-11-24T03:10:00Z".parse().unwrap()) }),
        line(Command::Eta { eta: EtaText::Words("before lunch".into()) }),
        line(Command::Note { text: "Redis".into() }),
        line(Command::Ack),
        line(Command::Take { role: Role::Commander }),
        line(Command::Take { role: Role::Comms }),
        line(Command::Snooze { by: SignedDuration::from_secs(5_415), reminder: None }),
        line(Command::Resolve { root_cause: "Expired".into() }),
        line(Command::ResolveForm),
        line(Command::Reopen),
        line(Command::Retract { what: None }),
        line(Command::Retract { what: Some(Retractable::Merge) }),
        line(Command::Merge { into: IncidentId(3) }),
        line(Command::Split),
        line(Command::Retract { what: Some(Retractable::Severity) }),
        line(Command::Show),
        line(Command::Timeline { page: 1 }),
        line(Command::Timeline { page: 3 }),
        line(Command::Snooze { by: minutes(15), reminder: None }),
    ]
}

fn already_cancelled(incident: IncidentId, of: Option<IncidentId>) -> Refusal {
    let (at, by) = (at("03:05"), ian().into());
    Refusal::AlreadyResolved { incident, at, by, cancelled: Some(Cancelled { of }) }
}
