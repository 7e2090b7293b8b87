//! What is owed after an incident: deadlines, who is reminded when, and what people do about it. Times are minutes after the
//! declaration on Tuesday, 2026-11-24 02:00 UTC.

use super::*;
use crate::effect::{Say, To};
use crate::incident::after::AfterSaid;
use crate::incident::after::deadline::Step;
use crate::incident::after::event::{AfterNews, Owed, Section};
use crate::incident::after::follow_up::Tag;
use crate::incident::after::line::{AfterAnswer, AfterLine, AfterProblem, NotOwed, Wanted};
use crate::incident::after::rules::{Afterwards, Quiet, Sprint};
use crate::oncall::when::WhenText;
use crate::oncall::zone::Zone;
use crate::timer::Lateness;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Nobody sleeps, so that times are plain.
fn awake() -> Quiet {
    Quiet {
        from: jiff::civil::time(0, 0, 0, 0),
        until: jiff::civil::time(0, 0, 0, 0),
        weekends: false,
        ..Quiet::default()
    }
}

fn rules(quiet: Quiet) -> Severities {
    let mut rules = Severities::default();
    rules.set_afterwards(Afterwards { quiet, ..Afterwards::default() });
    rules
}

fn say(line: AfterLine) -> Command {
    Command::After(Box::new(line))
}

/// What somebody is told about the time after it.
fn told(world: &mut World, minute: i64, by: &str, line: AfterLine) -> AfterAnswer {
    match world.asks(at(minute), by, say(line)).unwrap() {
        Answer::Private(Private::After(answer)) => *answer,
        other => panic!("{other:?}"),
    }
}

fn problem(world: &mut World, minute: i64, by: &str, line: AfterLine) -> AfterProblem {
    match told(world, minute, by, line) {
        AfterAnswer::Refused(problem) => problem,
        other => panic!("{other:?}"),
    }
}

/// Resolved an hour after its declaration, and what follows by itself.
fn resolved(severity: Severity, rules: Severities) -> World {
    let mut world = World::with_rules(severity, rules);
    end(&mut world, HOUR);
    world
}

fn end(world: &mut World, minute: i64) {
    world
        .asks(at(minute), "U0IAN", Command::Resolve { root_cause: "Redis was out of memory".into() })
        .unwrap();
    let begun = after::begins(&world.incident, world.events.last().unwrap(), &world.rules);
    if let Some(begun) = begun {
        world.record(at(minute), None, begun);
    }
}

/// Fires what is due at each minute, and gives the reminders: minute, what, step.
fn reminders(world: &mut World, from: i64, until: i64) -> Vec<(i64, Owed, Step)> {
    let mut found = Vec::new();
    let mut minute = from;
    while minute <= until {
        for event in world.fires(at(minute), None) {
            let EventKind::After(news) = event else { continue };
            if let AfterNews::Reminded { owed, step, .. } = *news {
                found.push((minute, owed, step));
            }
        }
        minute += 1;
    }
    found
}

#[test]
fn a_resolution_begins_the_deadlines_of_its_severity() {
    let due = |severity| {
        let world = resolved(severity, rules(awake()));
        let at = |owed| world.incident.after.deadline(owed).map(|deadline| deadline.due);
        (at(Owed::Report), at(Owed::Retro))
    };
    assert_eq!(due(Severity::P1), (Some(at(HOUR + DAY)), Some(at(HOUR + 2 * DAY))));
    assert_eq!(due(Severity::P2), (Some(at(HOUR + DAY)), Some(at(HOUR + 7 * DAY))));
    assert_eq!(due(Severity::P3), (None, None), "nobody said when the next sprint is planned");
    assert_eq!(due(Severity::P4), (None, None));
}

#[test]
fn the_retrospective_of_a_p3_is_held_at_the_next_sprint_planning() {
    let sprint = Sprint {
        day: jiff::civil::date(2026, 11, 30),
        time: jiff::civil::time(10, 0, 0, 0),
        weeks: 2,
        zone: Zone::named("Europe/Berlin").unwrap(),
    };
    let mut rules = Severities::default();
    rules.set_afterwards(Afterwards { quiet: awake(), sprint: Some(sprint), ..Afterwards::default() });
    let world = resolved(Severity::P3, rules);
    let retro = world.incident.after.retro.as_ref().unwrap();
    assert_eq!(retro.due, "2026-11-30T09:00:00Z".parse().unwrap());
    assert!(world.incident.after.report.is_none());
}

#[test]
fn the_owner_is_reminded_at_half_time_two_hours_before_when_due_daily_and_then_weekly() {
    let mut world = resolved(Severity::P1, rules(awake()));
    told(&mut world, HOUR, "U0IAN", AfterLine::Done { owed: Owed::Retro });
    let due = HOUR + DAY;
    let mut expected = vec![(HOUR + DAY / 2, Step::Half), (due - 2 * HOUR, Step::Near), (due, Step::Due)];
    expected.extend((1..=6).map(|days| (due + i64::from(days) * DAY, Step::Daily(days))));
    expected.extend((1..=2).map(|weeks| (due + i64::from(weeks) * 7 * DAY, Step::Weekly(weeks))));
    let came: Vec<_> =
        reminders(&mut world, HOUR, due + 15 * DAY).into_iter().map(|(at, _, step)| (at, step)).collect();
    assert_eq!(came, expected);
}

#[test]
fn a_short_time_has_its_half_and_its_end() {
    let mut world = World::with_rules(Severity::P4, rules(awake()));
    let wanted = Wanted {
        tag: Tag::Action,
        text: "Look".into(),
        owner: Some("U0MAYA".into()),
        by: Some(WhenText::In(minutes(90))),
    };
    told(&mut world, 0, "U0IAN", AfterLine::FollowUp { wanted: vec![wanted] });
    let came = reminders(&mut world, 0, 90);
    assert_eq!(came, [(45, Owed::FollowUp(1), Step::Half), (90, Owed::FollowUp(1), Step::Due)]);
}

#[test]
fn nights_and_weekends_hold_reminders_back_and_not_the_deadline() {
    // A Friday at 21:00 in New York is Saturday in UTC; the report is due on Saturday night there.
    let zone = Zone::named("America/New_York").unwrap();
    let quiet = Quiet { zone, ..Quiet::default() };
    let mut world = World::with_rules(Severity::P1, rules(quiet));
    let friday = 4 * DAY;
    end(&mut world, friday);
    told(&mut world, friday, "U0IAN", AfterLine::Done { owed: Owed::Retro });
    let due = world.incident.after.report.as_ref().unwrap().due;
    assert_eq!(due, at(friday + DAY));
    // 08:00 on Monday in New York is 13:00 UTC. Half time, two hours before and the due time are said once.
    let monday = "2026-11-30T13:00:00Z".parse::<Timestamp>().unwrap();
    let minute = monday.duration_since(at(0)).as_mins();
    let came = reminders(&mut world, friday, minute);
    assert_eq!(came, [(minute, Owed::Report, Step::Daily(1))], "{:?}", world.incident.after.report);
}

#[test]
fn who_is_told_depends_on_how_late_it_is() {
    let mut world = World::with_rules(Severity::P1, rules(awake()));
    world.asks(at(1), "U0ZOE", Command::Take { role: crate::command::Role::Commander }).unwrap();
    end(&mut world, HOUR);
    let owner = |world: &World| world.incident.after.report.as_ref().unwrap().owner.clone();
    assert_eq!(owner(&world), Some("U0ZOE".into()), "the commander owes it");
    told(&mut world, HOUR, "U0ZOE", AfterLine::Give { owed: Owed::Report, to: "U0MAYA".into() });
    told(&mut world, HOUR, "U0ZOE", AfterLine::Done { owed: Owed::Retro });
    let to = |world: &mut World, step: Step, minute: i64| {
        world.effects.clear();
        let came = reminders(world, minute, minute);
        assert_eq!(came.first().map(|(_, _, step)| *step), Some(step));
        let place = |effect: &EffectKind| match effect {
            EffectKind::Say { to, say, .. } if matches!(say.as_ref(), Say::After(_)) => Some(to.clone()),
            _ => None,
        };
        world.effects.iter().filter_map(place).collect::<Vec<_>>()
    };
    let due = HOUR + DAY;
    let (maya, zoe) = (To::Person("U0MAYA".into()), To::Person("U0ZOE".into()));
    assert_eq!(to(&mut world, Step::Half, HOUR + DAY / 2), std::slice::from_ref(&maya));
    assert_eq!(to(&mut world, Step::Near, due - 2 * HOUR), std::slice::from_ref(&maya));
    assert_eq!(to(&mut world, Step::Due, due), std::slice::from_ref(&maya));
    assert_eq!(to(&mut world, Step::Daily(1), due + DAY), [maya, zoe]);
    reminders(&mut world, due + DAY + 1, due + 7 * DAY - 1);
    assert_eq!(to(&mut world, Step::Weekly(1), due + 7 * DAY), [To::Emergencies]);
}

#[test]
fn the_draft_is_announced_once_to_whoever_owes_it() {
    let mut world = resolved(Severity::P2, rules(awake()));
    let begun = |world: &World| {
        let is = |effect: &&EffectKind| matches!(effect, EffectKind::Say { say, .. } if matches!(say.as_ref(), Say::After(said) if matches!(**said, AfterSaid::Begun { .. })));
        world.effects.iter().filter(is).count()
    };
    assert_eq!(begun(&world), 1);
    let said = world.effects.iter().find_map(|effect| match effect {
        EffectKind::Say { to, say, .. } => match say.as_ref() {
            Say::After(said) => Some((to.clone(), said.as_ref().clone())),
            _ => None,
        },
        _ => None,
    });
    let (to, AfterSaid::Begun { not_known, .. }) = said.unwrap() else { panic!() };
    assert_eq!(to, To::Person("U0IAN".into()), "nobody was in command, so whoever resolved it");
    assert_eq!(not_known, [Section::Witnesses, Section::DataLoss, Section::Lessons]);
    reminders(&mut world, HOUR, 3 * DAY);
    assert_eq!(begun(&world), 1);
}

#[test]
fn a_reopening_stops_the_deadlines_and_the_next_resolution_begins_them_anew() {
    let mut world = resolved(Severity::P1, rules(awake()));
    world.asks(at(2 * HOUR), "U0IAN", Command::Reopen).unwrap();
    assert_eq!((&world.incident.after.report, &world.incident.after.retro), (&None, &None));
    assert!(reminders(&mut world, 2 * HOUR, 2 * HOUR).is_empty());
    let open = problem(&mut world, 2 * HOUR, "U0IAN", AfterLine::Done { owed: Owed::Report });
    assert!(matches!(open, AfterProblem::NotOwed { why: NotOwed::Open, .. }));
    end(&mut world, 5 * HOUR);
    assert_eq!(world.incident.after.report.as_ref().unwrap().due, at(5 * HOUR + DAY));
}

#[test]
fn what_was_no_incident_owes_nothing_and_has_no_report() {
    let mut world = World::with_rules(Severity::P1, rules(awake()));
    world
        .asks(at(5), "U0IAN", Command::Cancel { why: Some("Declared by mistake".into()), of: None })
        .unwrap();
    assert_eq!(after::begins(&world.incident, world.events.last().unwrap(), &world.rules), None);
    let none = problem(&mut world, 6, "U0IAN", AfterLine::ReportFile);
    assert_eq!(none, AfterProblem::NoIncident { incident: IncidentId(7), of: None });
    world.asks(at(7), "U0IAN", Command::Reopen).unwrap();
    end(&mut world, 8);
    assert!(world.incident.after.report.is_some(), "after all it was one");
}

#[test]
fn lateness_after_howlers_absence_is_admitted_and_what_was_missed_is_said_once() {
    let mut world = resolved(Severity::P1, rules(awake()));
    told(&mut world, HOUR, "U0IAN", AfterLine::Done { owed: Owed::Retro });
    let (half, back) = (HOUR + DAY / 2, HOUR + DAY + 30);
    let outage = Outage { from: at(half - 10), until: at(back) };
    let events = world.fires(at(back), Some(outage));
    let [EventKind::After(news)] = events.as_slice() else { panic!("{events:?}") };
    let AfterNews::Reminded { step, late, .. } = news.as_ref() else { panic!("{news:?}") };
    assert_eq!(*step, Step::Due);
    assert_eq!(*late, Some(Lateness { due: at(half), outage: Some(outage) }));
    assert_eq!(reminders(&mut world, back, HOUR + 2 * DAY).first().map(|it| it.2), Some(Step::Daily(1)));
}

#[test]
fn a_reminder_waits_only_with_a_reason_and_a_week_at_most() {
    let mut world = resolved(Severity::P1, rules(awake()));
    let off = |by: i64, why: Option<&str>| AfterLine::PutOff {
        owed: Owed::Report,
        by: minutes(by),
        why: why.map(str::to_owned),
    };
    let none = problem(&mut world, HOUR, "U0IAN", off(DAY, None));
    assert_eq!(none, AfterProblem::NoReason { incident: IncidentId(7), owed: Owed::Report });
    let answer = told(&mut world, HOUR, "U0IAN", off(30 * HOUR, Some("the vendor answers tomorrow")));
    assert!(matches!(answer, AfterAnswer::PutOff { limited: false, .. }));
    let report = world.incident.after.report.clone().unwrap();
    assert_eq!((report.due, report.next.at), (at(HOUR + DAY), at(31 * HOUR)));
    told(&mut world, HOUR, "U0IAN", AfterLine::Done { owed: Owed::Retro });
    // What was passed over meanwhile is not said; what is said is how it stands then.
    let came = reminders(&mut world, HOUR, 31 * HOUR);
    assert_eq!(came, [(31 * HOUR, Owed::Report, Step::Due)]);
    let answer = told(&mut world, 31 * HOUR, "U0IAN", off(30 * DAY, Some("never")));
    assert!(
        matches!(answer, AfterAnswer::PutOff { limited: true, until, .. } if until == at(31 * HOUR + 7 * DAY))
    );
}

#[test]
fn what_is_done_reminds_nobody_and_can_be_opened_again() {
    let mut world = resolved(Severity::P1, rules(awake()));
    for owed in [Owed::Report, Owed::Retro] {
        told(&mut world, 2 * HOUR, "U0ZOE", AfterLine::Done { owed });
        assert!(matches!(
            problem(&mut world, 2 * HOUR, "U0IAN", AfterLine::Done { owed }),
            AfterProblem::AlreadyDone { .. }
        ));
    }
    assert!(reminders(&mut world, 2 * HOUR, 4 * DAY).is_empty());
    told(&mut world, 4 * DAY, "U0IAN", AfterLine::Undone { owed: Owed::Report });
    let report = world.incident.after.report.as_ref().unwrap();
    assert_eq!(report.due, at(HOUR + DAY), "the deadline is what it was");
    assert!(report.next.at > at(4 * DAY));
    assert!(matches!(
        problem(&mut world, 4 * DAY, "U0IAN", AfterLine::Undone { owed: Owed::Report }),
        AfterProblem::NotDone { .. }
    ));
}

#[test]
fn follow_ups_have_an_owner_a_day_and_a_number() {
    let mut world = World::with_rules(Severity::P3, rules(awake()));
    let wanted = |text: &str, owner: Option<&str>, by: Option<&str>| Wanted {
        tag: Tag::Monitoring,
        text: text.into(),
        owner: owner.map(UserId::from),
        by: by.map(|by| WhenText::parse(by).unwrap()),
    };
    let add = |wanted: Vec<Wanted>| AfterLine::FollowUp { wanted };
    let none = problem(&mut world, 1, "U0IAN", add(vec![wanted("Watch", None, None)]));
    assert_eq!(none, AfterProblem::NoOwner { text: "Watch".into(), oncall: false });
    let over =
        problem(&mut world, 1, "U0IAN", add(vec![wanted("Watch", Some("U0MAYA"), Some("2026-11-20"))]));
    assert!(matches!(over, AfterProblem::OutOfReach { .. }));
    let far = problem(&mut world, 1, "U0IAN", add(vec![wanted("Watch", Some("U0MAYA"), Some("2028-11-20"))]));
    assert!(matches!(far, AfterProblem::OutOfReach { .. }));
    assert!(world.incident.after.follow_ups.is_empty(), "nothing of it was added");
    let both = vec![wanted("Watch", Some("U0MAYA"), Some("friday")), wanted("Look", Some("U0IAN"), None)];
    told(&mut world, 1, "U0IAN", add(both));
    let due: Vec<_> =
        world.incident.after.follow_ups.iter().map(|one| (one.number, one.deadline.due)).collect();
    let friday = "2026-11-27T17:00:00Z".parse().unwrap();
    assert_eq!(due, [(1, friday), (2, at(1 + 7 * DAY))], "a day is its evening, and no day is a week");
    let yours = |effect: &EffectKind| match effect {
        EffectKind::Say { to: To::Person(to), say, .. } => match say.as_ref() {
            Say::After(said) if matches!(**said, AfterSaid::Yours { .. }) => Some(to.clone()),
            _ => None,
        },
        _ => None,
    };
    let heard: Vec<UserId> = world.effects.iter().filter_map(yours).collect();
    assert_eq!(heard, [UserId::from("U0MAYA")], "whoever gives it to themselves knows");
    told(&mut world, 2, "U0IAN", AfterLine::Move { number: 2, to: WhenText::parse("12-01").unwrap() });
    assert_eq!(
        world.incident.after.follow_up(2).unwrap().deadline.due,
        "2026-12-01T17:00:00Z".parse().unwrap()
    );
    let missing = problem(&mut world, 2, "U0IAN", AfterLine::Done { owed: Owed::FollowUp(3) });
    assert_eq!(missing, AfterProblem::NoSuchFollowUp { incident: IncidentId(7), number: 3, most: 2 });
}

#[test]
fn the_runbooks_follow_ups_go_to_whoever_is_on_call_and_are_added_once() {
    let mut world = resolved(Severity::P1, rules(awake()));
    let none = problem(&mut world, HOUR, "U0IAN", AfterLine::FollowUpDefaults);
    assert_eq!(none, AfterProblem::NoOwner { text: "Add monitoring".into(), oncall: true });
    world.duty = Some(Duty { primary: Some("U0ZOE".into()), ..Duty::default() });
    told(&mut world, HOUR, "U0IAN", AfterLine::FollowUpDefaults);
    let all: Vec<_> = world
        .incident
        .after
        .follow_ups
        .iter()
        .map(|one| (one.tag, one.text.as_str(), one.deadline.owner.clone(), one.deadline.due))
        .collect();
    let zoe = || Some(Actor::from("U0ZOE"));
    assert_eq!(
        all,
        [
            (Tag::Monitoring, "Add monitoring", zoe(), at(HOUR + 7 * DAY)),
            (Tag::Action, "Update runbook", zoe(), at(HOUR + 3 * DAY)),
        ]
    );
    assert!(matches!(
        problem(&mut world, HOUR, "U0IAN", AfterLine::FollowUpDefaults),
        AfterProblem::HasDefaults { .. }
    ));
}

#[test]
fn a_section_that_somebody_else_wrote_meanwhile_is_not_written_over() {
    let mut world = resolved(Severity::P1, rules(awake()));
    let form = |world: &World| match after::decide(
        &world.incident,
        &AfterLine::Edit { section: Section::RootCause },
        &Asked { by: &"U0IAN".into(), place: &place(), now: at(HOUR), duty: &Duty::default() },
        &world.rules,
    )
    .answer
    {
        Answer::OpenForm(form) => form.context.section.unwrap().1,
        other => panic!("{other:?}"),
    };
    let shown = form(&world);
    let ours = "Redis was full, and nothing evicts";
    let theirs = after::write(&world.incident, Section::RootCause, "A deploy", shown);
    for kind in theirs.events {
        world.record(at(HOUR), Some("U0ZOE"), kind);
    }
    let late = after::write(&world.incident, Section::RootCause, ours, shown);
    assert!(late.events.is_empty());
    let Answer::Private(Private::After(answer)) = late.answer else { panic!() };
    let AfterAnswer::Refused(AfterProblem::WrittenMeanwhile { stands, sent, .. }) = *answer else { panic!() };
    assert_eq!((stands.as_str(), sent.as_str()), ("A deploy", ours));
    let again = after::write(&world.incident, Section::RootCause, ours, form(&world));
    assert_eq!(again.events.len(), 1);
}

#[test]
fn a_clock_that_was_ahead_takes_deadlines_back_with_it() {
    let mut world = resolved(Severity::P1, rules(awake()));
    let (by, now) = (minutes(30 * DAY), at(HOUR - 30 * DAY));
    let kind = set_back(&world.incident, by, now).expect("it is over, and its deadlines run ahead");
    world.record(now, None, kind);
    assert_eq!(world.incident.after.report.as_ref().unwrap().due, at(HOUR - 29 * DAY));
    assert_eq!(set_back(&world.incident, by, now), None);
}

#[test]
fn replaying_gives_the_same_and_a_row_without_any_of_it_reads() {
    let mut world = resolved(Severity::P1, rules(awake()));
    told(
        &mut world,
        HOUR,
        "U0IAN",
        AfterLine::Write { section: Section::Lessons, text: "Alert sooner".into() },
    );
    told(&mut world, HOUR, "U0IAN", AfterLine::Give { owed: Owed::Retro, to: "U0MAYA".into() });
    reminders(&mut world, HOUR, 2 * DAY);
    assert_eq!(Incident::replay(IncidentId(7), &world.events), Some(world.incident.clone()));
    let row = serde_json::to_string(&world.incident).unwrap();
    assert_eq!(serde_json::from_str::<Incident>(&row).unwrap(), world.incident);
    let plain = World::declared(Severity::P1).incident;
    assert!(!serde_json::to_string(&plain).unwrap().contains("\"after\""), "rows are as they ever were");
}
