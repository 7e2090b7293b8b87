//! Messages about being on call.

use super::paging::pages;
use super::review::digest;
use super::*;
use config::Config;
use domain::credential::line::Week;
use domain::effect::PostKey;
use domain::oncall::answer::{OncallAnswer, ReportRow, TestStep, Who};
use domain::oncall::change::Moved;
use domain::oncall::confirm::Change;
use domain::oncall::duty::{Call, Skipped, Unreachable};
use domain::oncall::event::SwapEnd;
use domain::oncall::path::Called;
use domain::oncall::reach::NoWay;
use domain::oncall::rota::{Rota, Shift, Summons, Swap, SwapOutcome};
use domain::oncall::swap::{Given, Proposal};
use domain::oncall::tell::{Brief, Tell};
use domain::oncall::{Holding, OtherHalf, Overload, Override, OverrideKind, Segment, Why};

pub(super) fn day(day: i8) -> Timestamp {
    format!("2026-12-{day:02}T00:00:00Z").parse().unwrap()
}

fn offer() -> Proposal {
    let given = |from, until, giver, taker| Given { from: day(from), until: day(until), giver, taker };
    Proposal { named: given(6, 13, ian(), bea()), exchange: given(13, 20, bea(), ian()) }
}

fn moved() -> Vec<Moved> {
    vec![
        Moved { from: day(6), until: day(13), was: Some(ian()), is: Some(bea()) },
        Moved { from: day(13), until: day(20), was: Some(bea()), is: None },
    ]
}

pub(super) fn calls() -> Vec<Call> {
    let call = |to, called| Call { to, called };
    vec![
        call(To::Person(ian()), Called::Primary),
        call(To::Phone(ian()), Called::PrimaryPhone),
        call(To::OnCall, Called::OnCallChannel),
    ]
}

pub(super) fn skipped() -> Vec<Skipped> {
    let skipped = |called, why| Skipped { called, why };
    vec![
        skipped(Called::Primary, Unreachable::NobodyOnCall),
        skipped(Called::Backup, Unreachable::NoBackup),
        skipped(Called::BackupPhone, Unreachable::NoPhone(bea())),
        skipped(Called::Primary, Unreachable::OnlyBackup(bea())),
    ]
}

fn late() -> Lateness {
    let outage = Some(Outage { from: at("02:25"), until: at("02:41") });
    Lateness { due: at("02:30"), outage }
}

fn tells(texts: &Texts) -> Vec<(&'static str, Tell)> {
    let handed_over = |to: Option<UserId>, fallback, why| Tell::HandedOver {
        since: at("00:00"),
        from: Some(bea()),
        to,
        backup: Some(bea()),
        until: Some(day(6)),
        why,
        fallback,
        late: None,
    };
    let brief = Brief {
        no_way: vec![(bea(), NoWay::Left)],
        not_heard: vec![ian()],
        untried: vec![bea()],
        since: at("00:00"),
        until: Some(day(6)),
        from: Some(bea()),
        backup: Some(bea()),
        open: vec![long_story(texts).incident().summary()],
        more_open: 3,
        unanswered: (1..8).map(|number| (IncidentId(number), Severity::P1)).collect(),
        paged: 5,
        paged_at_night: 2,
        review: 4,
        alerts: Some(Box::new(digest(texts, true))),
        secrets: Week {
            due: vec![
                ("VERCEL_TOKEN".into(), "2026-11-27".parse().unwrap(), Some(ian())),
                ("MAIL_KEY".into(), "2026-11-29".parse().unwrap(), None),
            ],
            unknown: 2,
        },
        next: vec![(bea(), day(6)), (ian(), day(13))],
        unreachable: vec![bea()],
        phones: true,
        taken: false,
        owed: Some((5, 2)),
        pages_unknown: false,
    };
    let quiet = Brief {
        from: None,
        backup: None,
        open: Vec::new(),
        more_open: 0,
        unanswered: Vec::new(),
        paged: 0,
        paged_at_night: 0,
        review: 0,
        alerts: None,
        secrets: Week::default(),
        next: Vec::new(),
        unreachable: Vec::new(),
        phones: false,
        taken: true,
        owed: None,
        pages_unknown: true,
        until: None,
        ..brief.clone()
    };
    let summons = |call, late| Tell::Summons {
        number: 3,
        by: bea().into(),
        reason: texts.text.clone(),
        at: at("02:30"),
        call,
        late,
    };
    let mut nobody = handed_over(None, false, None);
    if let Tell::HandedOver { backup, .. } = &mut nobody {
        *backup = None;
    }
    let mut all = vec![
        ("hand-over", handed_over(Some(ian()), false, Some(Why::Rotation))),
        ("howler cannot save", Tell::CannotSave { since: at("02:30"), gone: false }),
        ("howler's folder is gone", Tell::CannotSave { since: at("02:30"), gone: true }),
        ("howler saves again", Tell::SavesAgain { since: at("02:30") }),
        ("hand-over, standing in", handed_over(Some(ian()), false, Some(Why::PausedFor(bea())))),
        ("hand-over, fallback", handed_over(Some(ian()), true, None)),
        ("only the backup", handed_over(None, false, None)),
        ("nobody on call", nobody),
        ("brief", Tell::Brief(Box::new(brief))),
        ("brief, quiet", Tell::Brief(Box::new(quiet))),
        ("outgoing", Tell::Outgoing { to: ian(), since: at("00:00") }),
        ("relieved", Tell::Relieved { to: ian(), at: at("00:10"), backup: true }),
        (
            "unconfirmed",
            Tell::Unconfirmed { to: ian(), from: Some(bea()), since: at("00:00"), late: Some(late()) },
        ),
        (
            "summons, answered, told",
            Tell::SummonsAnswered { by: ian().into(), reason: texts.text.clone(), at: at("02:30") },
        ),
        (
            "rotation changed",
            Tell::Changed { by: bea().into(), change: Some(Change::Add { person: ian() }), moved: moved() },
        ),
        ("swap asked", Tell::SwapAsked { number: 2, by: ian().into(), offer: offer(), paused: paused() }),
        (
            "swap declined",
            Tell::SwapEnded { with: bea(), offer: offer(), how: SwapOutcome::Ended(SwapEnd::Declined) },
        ),
        ("summons", summons(1, None)),
        ("summons again, late", summons(2, Some(late()))),
        (
            "summons unanswered",
            Tell::SummonsUnanswered {
                whom: ian(),
                reason: texts.text.clone(),
                at: at("02:30"),
                skipped: skipped(),
            },
        ),
        ("group repaired", Tell::GroupRepaired),
    ];
    all.extend(asked::missed());
    all.extend(drills::drills(texts));
    all
}

fn rota(texts: &Texts) -> Rota {
    let shift = Shift {
        since: at("00:00"),
        from: Some(bea()),
        to: Some(ian()),
        why: Some(Why::Rotation),
        fallback: false,
        confirmed: Some(at("00:05")),
        backup_told: false,
    };
    let swap =
        Swap { number: 2, asked_by: ian(), with: bea(), offer: offer(), ended: Some(SwapOutcome::Agreed) };
    let summons = Summons {
        number: 3,
        whom: ian(),
        by: bea().into(),
        reason: texts.text.clone(),
        at: at("02:30"),
        calls: 1,
        open: Vec::new(),
        answered: Some((ian().into(), at("02:31"))),
        given_up: false,
    };
    Rota { shift: Some(shift), swaps: vec![swap], summons: vec![summons], ..Rota::default() }
}

/// Every message that is told about being on call.
pub fn oncall(texts: &Texts) -> Vec<Named> {
    let config = Config::default();
    let mut messages = pages(texts);
    messages.extend(tells(texts).into_iter().map(|(name, tell)| (name, view::tell(&tell, &config))));
    let rota = rota(texts);
    let keys = [
        ("brief, confirmed", PostKey::Brief { since: at("00:00") }),
        ("swap, over", PostKey::Swap { number: 2 }),
        ("summons, answered", PostKey::Summons { number: 3, seq: 1, to: To::Person(ian()) }),
    ];
    messages.extend(keys.map(|(name, key)| (name, view::retold(&key, &rota).unwrap())));
    messages.push(("on call now, nobody", view::oncall_now(&rota, at("02:00"))));
    messages
}

fn held(person: UserId, why: Why) -> Holding {
    Holding { person, since: at("00:00"), until: Some(day(6)), why }
}

fn by_override() -> Why {
    Why::Override { id: 3, kind: OverrideKind::Asked, by: bea().into() }
}

fn who(primary: Option<Holding>) -> Who {
    Who {
        unreachable: vec![(bea(), NoWay::Number)],
        at: at("02:00"),
        is_now: true,
        unset: false,
        primary,
        backup: Some(bea()),
        fallback: None,
        outgoing: None,
        next: Some((bea(), day(6))),
        again: None,
    }
}

fn paused() -> Vec<(UserId, Timestamp)> {
    vec![(bea(), day(8))]
}

fn half_taken_back(passed_until: Option<Timestamp>) -> OncallAnswer {
    let kind = OverrideKind::Swap { with: ian() };
    let half = Override {
        id: 4,
        person: bea(),
        from: day(6),
        until: day(13),
        kind,
        by: bea().into(),
        at: at("02:00"),
    };
    OncallAnswer::Proposed {
        change: Change::Cancel { number: 5 },
        seen: 3,
        moved: moved(),
        beaten: Vec::new(),
        again: false,
        paused: Vec::new(),
        other_half: Some(OtherHalf { half, passed_until }),
    }
}

fn calendar(key: Option<&str>, replaces: bool) -> OncallAnswer {
    OncallAnswer::Calendar { of: key.map(|_| ian()), key: key.map(str::to_owned), at: None, replaces }
}

/// Every private answer about being on call.
pub fn oncall_answers() -> Vec<(&'static str, OncallAnswer)> {
    let who_is = |who| OncallAnswer::Who(Box::new(who));
    let unsure = Who { outgoing: Some(bea()), ..who(Some(held(ian(), Why::Rotation))) };
    let then = Who { is_now: false, again: Some(at("03:00")), ..who(Some(held(ian(), by_override()))) };
    let fallback = Who { fallback: Some(ian()), ..who(None) };
    let unset = Who { unset: true, next: None, backup: None, ..who(None) };
    let segment = |from, until, held| Segment { from: day(from), until: day(until), held };
    let beaten = Override {
        id: 3,
        person: ian(),
        from: day(6),
        until: day(8),
        kind: OverrideKind::Asked,
        by: bea().into(),
        at: at("02:00"),
    };
    let order = Change::Order { people: vec![bea(), ian()] };
    let overridden = Change::Override { person: bea(), from: day(6), until: day(13) };
    vec![
        ("who", who_is(who(Some(held(ian(), Why::Rotation))))),
        ("who, not confirmed", who_is(unsure)),
        ("who, then", who_is(then)),
        ("who, fallback", who_is(fallback)),
        ("who, only the backup", who_is(who(None))),
        ("who, nobody", who_is(Who { backup: None, ..who(None) })),
        ("who, not set up", who_is(unset)),
        (
            "schedule",
            OncallAnswer::Schedule {
                me: Some(bea()),
                unreachable: vec![(bea(), NoWay::Unknown)],
                weeks: 4,
                zone: "Europe/Berlin".into(),
                segments: vec![
                    segment(6, 13, Some((ian(), Why::Rotation))),
                    segment(13, 15, Some((bea(), by_override()))),
                    segment(
                        15,
                        16,
                        Some((bea(), Why::Override { id: 4, kind: OverrideKind::Cover, by: bea().into() })),
                    ),
                    segment(16, 20, None),
                ],
                heavy: vec![
                    Overload::OnEnd { person: ian(), from: day(6), until: day(27), turns: 3 },
                    Overload::Overlap { wins: 4, loses: 3, from: day(6), until: day(7) },
                ],
                order: vec![ian(), bea()],
            },
        ),
        (
            "proposed",
            OncallAnswer::Proposed {
                change: overridden,
                seen: 3,
                moved: moved(),
                beaten: vec![beaten],
                again: true,
                paused: vec![(bea(), day(8))],
                other_half: None,
            },
        ),
        ("proposed, a half of a swap", half_taken_back(None)),
        ("proposed, a half of a swap whose other half runs", half_taken_back(Some(day(10)))),
        ("proposed, a half of a swap whose other half is over", half_taken_back(Some(day(13)))),
        (
            "proposed, moves nothing",
            OncallAnswer::Proposed {
                change: order.clone(),
                seen: 3,
                moved: Vec::new(),
                beaten: Vec::new(),
                again: false,
                paused: Vec::new(),
                other_half: None,
            },
        ),
        ("changed", OncallAnswer::Changed { change: order, moved: moved() }),
        ("covering", OncallAnswer::Covering { until: at("04:00"), instead_of: Some(bea()) }),
        (
            "handed over",
            OncallAnswer::HandedOver {
                to: bea(),
                until: Some(day(6)),
                from: Some(ian()),
                paused: Some(day(8)),
            },
        ),
        (
            "swap asked of",
            OncallAnswer::SwapAsked { number: 2, with: bea(), offer: offer(), paused: paused() },
        ),
        ("swap agreed", OncallAnswer::SwapAgreed { offer: offer(), paused: Vec::new() }),
        ("swap withdrawn", OncallAnswer::SwapWithdrawn),
        ("yours", OncallAnswer::Yours { until: Some(day(6)) }),
        ("paging", OncallAnswer::Paging { number: 3, whom: ian(), calls: calls(), skipped: skipped() }),
        ("page answered", OncallAnswer::PageAnswered),
        (
            "report",
            OncallAnswer::Report {
                from: day(1),
                until: day(29),
                zone: "UTC".into(),
                rows: vec![ReportRow {
                    person: ian(),
                    hours: 336,
                    weekend_hours: 96,
                    night_hours: 112,
                    pages: 5,
                    pages_at_night: 2,
                }],
            },
        ),
        (
            "test p1",
            OncallAnswer::Test {
                severity: Severity::P1,
                steps: vec![
                    TestStep { at: at("02:00"), after_seconds: 0, calls: calls(), skipped: Vec::new() },
                    TestStep { at: at("02:05"), after_seconds: 300, calls: calls(), skipped: skipped() },
                ],
                breach: Some(at("02:15")),
                everybody: true,
                again: Some(SignedDuration::from_mins(15)),
            },
        ),
        (
            "test p1, nobody",
            OncallAnswer::Test {
                severity: Severity::P1,
                steps: vec![TestStep {
                    at: at("02:00"),
                    after_seconds: 0,
                    calls: vec![Call { to: To::OnCall, called: Called::OnCallChannel }],
                    skipped: skipped(),
                }],
                breach: Some(at("02:15")),
                everybody: true,
                again: Some(SignedDuration::from_mins(15)),
            },
        ),
        (
            "test p4",
            OncallAnswer::Test {
                severity: Severity::P4,
                steps: Vec::new(),
                breach: None,
                everybody: false,
                again: None,
            },
        ),
        ("phone gone", OncallAnswer::PhoneSet { number: None }),
        ("calendar", calendar(Some("0f3a"), false)),
        ("calendar again", calendar(Some("0f3a"), true)),
        ("calendar revoked", calendar(None, false)),
        ("help", OncallAnswer::Help),
    ]
}
