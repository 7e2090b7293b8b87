//! The time after an incident: its report, what is owed, and what is said of it.

use super::*;
use domain::incident::after::deadline::{Deadline, Done as DoneBy, Next, PutOff, Step};
use domain::incident::after::due::{Row, Whose};
use domain::incident::after::event::{AfterNews, Owed, Section};
use domain::incident::after::follow_up::{FollowUp, Tag};
use domain::incident::after::line::{AfterAnswer, AfterProblem, NotOwed};
use domain::incident::after::publication::{
    Came, Conflict, How, NoReports, Part, Place, Publication, Pull, PullState,
};
use domain::incident::after::{AfterSaid, Reminder};
use domain::incident::report::{Report, report};
use domain::oncall::when::WhenProblem;
use domain::refusal::Unfit;
use domain::run::announce::RunNote;

fn deadline(owner: Option<UserId>) -> Deadline {
    let next = Next { step: Step::Half, at: at("14:40") };
    let (from, due) = (at("02:40"), "2026-11-25T02:40:00Z".parse().unwrap());
    Deadline { owner: owner.map(Actor::from), from, due, next, done: None, put_off: None }
}

fn done(owner: UserId) -> Deadline {
    Deadline { done: Some(DoneBy { by: ian().into(), at: at("16:00") }), ..deadline(Some(owner)) }
}

fn follow_up(number: u32, texts: &Texts, deadline: Deadline) -> FollowUp {
    let (tag, text) = (Tag::Monitoring, texts.title.clone());
    FollowUp {
        number,
        tag,
        text,
        by: ian().into(),
        deadline,
        issue: None,
        repository: None,
        issue_closed: false,
    }
}

fn after(news: AfterNews) -> EventKind {
    EventKind::After(Box::new(news))
}

/// A P1 that was taken, understood, rolled back and resolved, with what people wrote afterwards.
pub fn after_story(texts: &Texts) -> Story {
    publishing(texts, until_written(texts))
}

/// What became of its publication.
fn publishing(texts: &Texts, story: Story) -> Story {
    let issue = domain::effect::Issue {
        repository: "anomalyco/monkeytown".into(),
        number: 14,
        url: "https://github.com/anomalyco/monkeytown/issues/14".into(),
    };
    let seen = |closed, turned| AfterNews::IssueSeen { number: 1, issue: issue.clone(), closed, turned };
    let came = Came {
        branch: "howler/inc-7".into(),
        pull: Some(pull(PullState::Open)),
        conflicts: [(Part::RootCause, conflict(texts))].into(),
        ..Came::default()
    };
    let next = Next { step: Step::Due, at: at("14:40") };
    let asked = AfterNews::PublishAsked { place: place(How::PullRequest), anew: true };
    let told = [
        (Some(ian()), asked),
        (None, AfterNews::Published(Box::new(came))),
        (Some(bea()), AfterNews::Settled { part: Part::RootCause, ours: false }),
        (None, seen(false, false)),
        (None, seen(true, true)),
        (None, AfterNews::Done { owed: Owed::FollowUp(1) }),
        (None, seen(false, true)),
        (None, AfterNews::Undone { owed: Owed::FollowUp(1), next }),
        (None, AfterNews::PullSeen { pull: pull(PullState::Merged) }),
    ];
    told.into_iter().fold(story, |story, (by, news)| story.then("02:55", by, after(news)))
}

fn until_written(texts: &Texts) -> Story {
    let run = domain::id::RunId(3);
    let noted = |note: RunNote| EventKind::Runbook { run, note: Box::new(note) };
    let asked = RunNote::Asked {
        step: texts.title.clone(),
        command: vec!["kubectl".into(), "rollout".into(), "undo".into(), texts.text.clone()],
        undo: None,
    };
    Story::new(texts, Severity::P1)
        .then("02:04", Some(bea()), EventKind::Acknowledged)
        .then("02:06", Some(bea()), EventKind::Noted { text: texts.text.clone() })
        .then(
            "02:10",
            Some(bea()),
            EventKind::StatusChanged { from: Status::Investigating, to: Status::Identified },
        )
        .then("02:15", Some(bea()), noted(asked))
        .then("02:16", Some(ian()), noted(RunNote::Approved { comment: texts.some() }))
        .then("02:17", None, noted(RunNote::Acting { step: texts.title.clone(), audit: "7aaaaa".into() }))
        .then("02:20", None, noted(RunNote::Helped))
        .then(
            "02:40",
            Some(bea()),
            EventKind::Resolved {
                root_cause: texts.text.clone(),
                impact: texts.some(),
                data_loss: None,
                from: Status::Mitigating,
                missed: 0,
                cancelled: None,
            },
        )
        .then(
            "02:40",
            None,
            after(AfterNews::Begun {
                report: Some(Box::new(deadline(Some(bea())))),
                retro: Some(Box::new(deadline(None))),
            }),
        )
        .then(
            "02:50",
            Some(ian()),
            after(AfterNews::Written { section: Section::Lessons, text: texts.text.clone() }),
        )
        .then(
            "02:51",
            Some(ian()),
            after(AfterNews::Added {
                follow_ups: vec![
                    follow_up(1, texts, deadline(Some(ian()))),
                    follow_up(2, texts, done(bea())),
                    follow_up(3, texts, deadline(None)),
                ],
            }),
        )
}

impl Story {
    pub fn report(&self) -> Report {
        report(&self.incident(), &self.0, &[], at("23:00"))
    }
}

/// One with nothing in it but its declaration, and one with more lines than anybody reads.
pub fn reports(texts: &Texts) -> Vec<(&'static str, Report)> {
    let bare = Story::new(texts, Severity::P3);
    let mut long = after_story(texts);
    for _ in 0..60 {
        long = long.then("03:00", Some(ian()), EventKind::Noted { text: texts.text.clone() });
    }
    vec![
        ("report", after_story(texts).report()),
        ("report of an open one", bare.report()),
        ("report, many lines", long.report()),
        ("report, being published", published(texts, |publication| publication.came = None)),
        ("report, in a pull request", published(texts, |_| {})),
        (
            "report, committed",
            published(texts, |publication| {
                let came = publication.came.as_mut().unwrap();
                (came.pull, came.branch) = (None, "main".into());
                (came.conflicts, came.left) = Default::default();
            }),
        ),
        (
            "report, closed",
            published(texts, |publication| {
                publication.came.as_mut().unwrap().pull = Some(pull(PullState::Closed));
            }),
        ),
    ]
}

fn place(how: How) -> Place {
    let (repository, folder) = ("anomalyco/monkeytown".into(), ".monkeytown/decisions/incidents".into());
    Place { repository, how, folder, file: "2026-11-24-inc-7-event-stream-down.md".into() }
}

fn pull(state: PullState) -> Pull {
    let url = "https://github.com/anomalyco/monkeytown/pull/12".into();
    Pull { number: 12, url, state, branch: "howler/inc-7".into() }
}

fn conflict(texts: &Texts) -> Conflict {
    let (theirs, ours) = (texts.text.clone(), texts.text.clone());
    Conflict {
        theirs: theirs.chars().take(300).collect(),
        ours: ours.chars().take(300).collect(),
        seen: "1".into(),
        wanted: "2".into(),
    }
}

/// One that is published, with all that can be asked about it.
fn published(texts: &Texts, change: impl FnOnce(&mut Publication)) -> Report {
    let came = Came {
        commit: Some("3484a3fb816e0859fd6e1cea078d76385ff50625".into()),
        branch: "howler/inc-7".into(),
        pull: Some(pull(PullState::Open)),
        conflicts: [(Part::RootCause, conflict(texts)), (Part::Row, conflict(texts))].into(),
        left: [Part::Impact, Part::Lessons].into(),
        ..Came::default()
    };
    let (place, by, at) = (place(How::PullRequest), bea().into(), at("03:00"));
    let mut publication = Publication { place, by, at, anew: false, came: Some(Box::new(came)) };
    change(&mut publication);
    Report { publication: Some(Box::new(publication)), ..after_story(texts).report() }
}

pub fn after_answers(texts: &Texts) -> Vec<(&'static str, Private)> {
    let now: Timestamp = "2026-11-26T02:40:00Z".parse().unwrap();
    let row = |owed, what, deadline| Row { incident: ID, title: texts.title.clone(), owed, what, deadline };
    let work = || Some((Tag::Action, texts.title.clone()));
    let put_off = PutOff { by: ian().into(), until: now, why: texts.text.clone() };
    let rows = vec![
        row(Owed::Report, None, deadline(Some(bea()))),
        row(Owed::Retro, None, Deadline { put_off: Some(put_off), ..deadline(None) }),
        row(Owed::FollowUp(2), work(), deadline(Some(ian()))),
    ];
    let many = std::iter::repeat_with(|| rows.clone()).take(10).flatten().collect();
    let late = Some(minutes(90));
    let summary = after_story(texts).incident().summary();
    let due = |whose, rows, others| AfterAnswer::Due { whose, rows, others, now };
    let publishes = |how, anew| AfterAnswer::Publishes {
        incident: ID,
        place: place(how),
        anew,
        not_known: if anew { Vec::new() } else { vec![Section::Witnesses] },
    };
    let report =
        reports(texts).into_iter().map(|(name, report)| (name, AfterAnswer::Report(Box::new(report))));
    let answers = vec![
        (
            "retro",
            AfterAnswer::Retro {
                incident: Box::new(summary.clone()),
                deadline: Box::new(deadline(Some(bea()))),
            },
        ),
        ("retro held", AfterAnswer::Retro { incident: Box::new(summary), deadline: Box::new(done(bea())) }),
        ("section written", AfterAnswer::Written { incident: ID, section: Section::RootCause }),
        ("file comes", AfterAnswer::FileComes { incident: ID }),
        ("publishes", publishes(How::PullRequest, false)),
        ("publishes anew", publishes(How::PullRequest, true)),
        ("publishes as a commit", publishes(How::Commit, false)),
        ("settled", AfterAnswer::Settled { incident: ID, part: Part::RootCause, ours: true }),
        ("settled, theirs", AfterAnswer::Settled { incident: ID, part: Part::Row, ours: false }),
        (
            "report done",
            AfterAnswer::Done { incident: ID, owed: Owed::Report, late, not_known: vec![Section::Witnesses] },
        ),
        ("undone", AfterAnswer::Undone { incident: ID, owed: Owed::FollowUp(2), due: now }),
        (
            "put off",
            AfterAnswer::PutOff { incident: ID, owed: Owed::Report, until: now, limited: true, due: now },
        ),
        ("given", AfterAnswer::Given { incident: ID, owed: Owed::Report, to: bea(), due: now }),
        ("moved", AfterAnswer::Moved { incident: ID, number: 2, due: now }),
        (
            "follow-up added",
            AfterAnswer::Added { incident: ID, follow_ups: vec![follow_up(3, texts, deadline(Some(bea())))] },
        ),
        ("follow-ups", AfterAnswer::FollowUps { of: None, rows: rows.split_off_last(), done: 0, now }),
        ("no follow-ups", AfterAnswer::FollowUps { of: Some(ID), rows: Vec::new(), done: 2, now }),
        ("due, mine", due(Whose::Mine, rows.clone(), 4)),
        ("due, nothing", due(Whose::All, Vec::new(), 0)),
        ("due, many", due(Whose::All, many, 0)),
        ("nothing overdue", due(Whose::Overdue, Vec::new(), 3)),
    ];
    let problems =
        after_problems(texts).into_iter().map(|problem| ("refused", AfterAnswer::Refused(problem)));
    let all = report.chain(answers).chain(problems);
    all.map(|(name, answer)| (name, Private::After(Box::new(answer)))).collect()
}

trait Last {
    fn split_off_last(&self) -> Self;
}

impl Last for Vec<Row> {
    fn split_off_last(&self) -> Self {
        self.last().cloned().into_iter().collect()
    }
}

fn after_problems(texts: &Texts) -> Vec<AfterProblem> {
    let not_owed = |owed, why| AfterProblem::NotOwed { incident: ID, owed, why };
    vec![
        AfterProblem::NoText,
        AfterProblem::NoOwner { text: texts.title.clone(), oncall: false },
        AfterProblem::NoOwner { text: texts.title.clone(), oncall: true },
        AfterProblem::NotADay {
            words: "31 feb".into(),
            problem: WhenProblem::NoSuchDate { month: 2, day: 31, year: None },
        },
        AfterProblem::OutOfReach { at: at("01:00") },
        AfterProblem::NoSuchPart { words: texts.title.clone() },
        AfterProblem::NoSuchFollowUp { incident: ID, number: 3, most: 2 },
        AfterProblem::NoSuchFollowUp { incident: ID, number: 3, most: 0 },
        not_owed(Owed::Report, NotOwed::Open),
        not_owed(Owed::Retro, NotOwed::Severity),
        not_owed(Owed::Retro, NotOwed::NoSprint),
        AfterProblem::AlreadyDone { incident: ID, owed: Owed::Report, deadline: Box::new(done(bea())) },
        AfterProblem::NotDone { incident: ID, owed: Owed::Report },
        AfterProblem::AlreadyTheirs { incident: ID, owed: Owed::Report, owner: bea() },
        AfterProblem::NoReason { incident: ID, owed: Owed::Report },
        AfterProblem::NoIncident { incident: ID, of: None },
        AfterProblem::NoIncident { incident: ID, of: Some(IncidentId(3)) },
        AfterProblem::Part { incident: ID, of: IncidentId(3) },
        AfterProblem::WrittenMeanwhile {
            incident: ID,
            section: Section::RootCause,
            stands: texts.text.clone(),
            sent: texts.text.clone(),
        },
        AfterProblem::Unfit { person: bea(), why: Unfit::Left },
        AfterProblem::NothingNew { incident: ID, section: Section::Summary },
        AfterProblem::HasDefaults { incident: ID },
        AfterProblem::NotPublished { incident: ID, why: NoReports::Off },
        AfterProblem::NotPublished { incident: ID, why: NoReports::NoToken },
        AfterProblem::NoConflict { incident: ID, part: Part::Timeline },
    ]
}

pub fn after_messages(texts: &Texts) -> Vec<Named> {
    let message = |said| view::say(&Say::After(Box::new(said)), &about(), &mapped(), at("03:00"));
    after_said(texts).into_iter().map(|(name, said)| (name, message(said))).collect()
}

/// What the owner, the commander and everybody are told.
pub fn after_said(texts: &Texts) -> Vec<(&'static str, AfterSaid)> {
    let due = "2026-11-25T02:40:00Z".parse().unwrap();
    let work = || Some((Tag::Action, texts.title.clone()));
    let reminder = |owed, what, step, late| {
        AfterSaid::Reminder(Box::new(Reminder {
            title: texts.title.clone(),
            severity: Severity::P1,
            owed,
            what,
            step,
            due,
            owner: Some(bea().into()),
            not_known: if owed == Owed::Report {
                vec![Section::Witnesses, Section::Lessons]
            } else {
                Vec::new()
            },
            late,
        }))
    };
    let stands = |how, pull: Option<Pull>, not_known| AfterSaid::Published {
        title: texts.title.clone(),
        place: place(how),
        commit: Some("3484a3fb816e0859fd6e1cea078d76385ff50625".into()),
        pull,
        not_known,
    };
    let asked = |part, pull| AfterSaid::Conflict {
        title: texts.title.clone(),
        part,
        conflict: conflict(texts),
        place: place(How::PullRequest),
        pull,
    };
    let missing = || vec![Section::Witnesses];
    vec![
        ("in a pull request", stands(How::PullRequest, Some(pull(PullState::Open)), missing())),
        ("merged", stands(How::PullRequest, Some(pull(PullState::Merged)), missing())),
        ("not merged", stands(How::PullRequest, Some(pull(PullState::Closed)), missing())),
        ("committed", stands(How::Commit, None, missing())),
        ("both sides changed it", asked(Part::RootCause, Some(pull(PullState::Open)))),
        ("both sides changed the list", asked(Part::Row, None)),
        (
            "the report is begun",
            AfterSaid::Begun {
                title: texts.title.clone(),
                severity: Severity::P1,
                report: due,
                retro: Some(due),
                not_known: vec![Section::Witnesses, Section::Lessons],
            },
        ),
        ("reminder at half time", reminder(Owed::Report, None, Step::Half, None)),
        ("reminder of a retrospective", reminder(Owed::Retro, None, Step::Near, None)),
        ("reminder, due and late", reminder(Owed::Report, None, Step::Due, Some(late()))),
        ("reminder of a follow-up, days late", reminder(Owed::FollowUp(2), work(), Step::Daily(2), None)),
        ("reminder, weeks late", reminder(Owed::Report, None, Step::Weekly(1), None)),
        (
            "given to somebody",
            AfterSaid::Yours {
                title: texts.title.clone(),
                owed: Owed::FollowUp(2),
                what: work(),
                due,
                by: ian().into(),
            },
        ),
    ]
}
