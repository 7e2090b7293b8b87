mod alerts;
mod asked;
mod expiries;
mod merging;
mod put_off;
mod silenced;
mod touched;
mod unsaved;
mod values;
mod watch;
mod whose;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::Draft;
use crate::state::State;
use config::Config;
use domain::Severity;
use domain::actor::Actor;
use domain::aggregate::Cause;
use domain::alert::AlertId;
use domain::command::{Command, Line};
use domain::effect::{EffectKind, EffectState, Outcome, Receipt};
use domain::id::{DeliveryId, IncidentId};
use domain::incident::{Declaration, Incident};
use domain::oncall::confirm::Change;
use domain::oncall::line::Oncall;
use domain::oncall::said::Heard;
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::refusal::Refusal;
use domain::request::{Ask, Place, ReplyPath, Request};
use domain::run::signed::Keys;
use domain::timer::{Timer, TimerKind};
use ground::clock::Clock;
use store::{Changes, Disk, MemoryDisk, Store};

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_795_485_600).unwrap() + SignedDuration::from_hours(hour)
}

struct Scene {
    disk: MemoryDisk,
    store: Store,
    config: Config,
    state: State,
    _folder: TempDir,
}

impl Scene {
    /// A rota, an open incident, a resolved one with a channel of its own, and people who were called.
    fn new() -> Self {
        let toml = "[rotation]\nturn = \"daily\"\nhandoff = \"03:00\"\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
        let config = Config::parse(toml).unwrap();
        let folder = TempDir::new().unwrap();
        let disk = MemoryDisk::new(Clock::standing_at(at(0)));
        let store = Store::open_on(Disk::Memory(disk.clone()), folder.path(), "one").unwrap();
        let state = State::loaded(store.load().unwrap(), &Keys::default());
        let mut scene = Self { disk, store, config, state, _folder: folder };
        scene.decide(at(0), |draft| draft.tend_rota().unwrap());
        for line in [
            line(None, Command::Declare { severity: Severity::P1, title: "First".into() }),
            line(None, Command::Declare { severity: Severity::P2, title: "Second".into() }),
            line(Some(1), Command::Resolve { root_cause: "a cause".into() }),
        ] {
            scene.decide(at(0), |draft| drop(draft.handle(&line).unwrap()));
        }
        scene
    }

    fn draft(&self, now: Timestamp) -> Draft<'_> {
        Draft::new(&self.state, &self.store, &self.config, now, None)
    }

    fn decide<T>(&mut self, now: Timestamp, work: impl FnOnce(&mut Draft<'_>) -> T) -> T {
        let mut draft = self.draft(now);
        let worked = work(&mut draft);
        let changes = draft.finish();
        self.store.commit(&changes, now).unwrap();
        self.state.take(changes, &self.store);
        worked
    }

    /// Does `work` with each of its reads failing in turn: either it is done whole, or nothing is left of it. Gives how
    /// often it was refused, and how often it was done all the same.
    fn with_each_read_failing<T>(
        &self,
        now: Timestamp,
        work: impl Fn(&mut Draft<'_>) -> Result<T, store::StoreError>,
    ) -> (usize, usize) {
        let (mut refused, mut done) = (0, 0);
        for reads in 0.. {
            self.disk.fail_read_after(Some(reads));
            let mut draft = self.draft(now);
            // What was decided before stays.
            draft.count_pages(IncidentId(9), Severity::P1, &paged());
            let before = format!("{:?}", draft.whole_state());
            let worked = work(&mut draft);
            let failed = self.disk.has_failed_a_read();
            self.disk.fail_read_after(None);
            if !failed {
                worked.map(drop).unwrap();
                return (refused, done);
            }
            match worked {
                Ok(_) => done += 1,
                Err(_) => {
                    refused += 1;
                    assert_eq!(format!("{:?}", draft.whole_state()), before, "after {reads} reads");
                }
            }
        }
        (refused, done)
    }
}

impl Draft<'_> {
    fn whole_state(&self) -> (Changes, Vec<String>) {
        let maps = [
            format!("{:?}", self.parts),
            format!("{:?}", *self.effects),
            format!("{:?}", *self.seen),
            format!("{:?} {:?} {:?}", *self.ears, *self.known, self.misread),
            format!("{:?} {:?}", *self.beats, *self.asking),
            format!("{:?} {:?} {:?}", *self.watched, *self.values, *self.kept),
            format!("{:?} {:?} {:?}", *self.vendors, *self.expiries, *self.finished),
            format!("{:?}", self.ledger),
        ];
        (self.changes.clone(), maps.to_vec())
    }
}

fn paged() -> domain::incident::event::Event {
    let kind = domain::incident::event::EventKind::Noted { text: "x".into() };
    domain::incident::event::Event {
        seq: 1,
        at: at(0),
        by: Actor::Howler,
        from_shell: false,
        call: None,
        kind,
    }
}

fn request(number: u32, reply: ReplyPath, ask: Ask) -> Request {
    Request {
        delivery: DeliveryId(format!("d{number}")),
        by: "U0IAN".into(),
        place: Place { channel: "C9".into(), thread: Some("1.2".into()) },
        reply,
        ask,
    }
}

fn line(incident: Option<u64>, command: Command) -> Request {
    let number = incident.unwrap_or(0) as u32 + 10 * command.word().len() as u32;
    let title = match &command {
        Command::Declare { title, .. } => title.len() as u32 * 1_000,
        _ => 0,
    };
    let line = Line { incident: incident.map(IncidentId), command };
    request(number + title, ReplyPath::Inline, Ask::Line(line))
}

#[test]
fn a_request_whose_read_fails_leaves_nothing_behind() {
    let scene = Scene::new();
    let confirm =
        |change| Command::Oncall(Box::new(Oncall::Confirm { change, seen: scene.state.rota.version }));
    let requests = [
        line(None, Command::Declare { severity: Severity::P1, title: "Third one".into() }),
        line(Some(2), Command::Ack),
        line(Some(1), Command::Reopen),
        line(Some(1), Command::Note { text: "seen".into() }),
        line(None, Command::Note { text: "which".into() }),
        line(None, confirm(Change::Cover { long: SignedDuration::from_hours(2) })),
        line(None, confirm(Change::Add { person: "U0IAN".into() })),
        line(None, Command::Oncall(Box::new(Oncall::Page { whom: "U0KOFI".into(), reason: "help".into() }))),
        line(
            None,
            Command::Oncall(Box::new(Oncall::PageSeverity { severity: Severity::P1, reason: "help".into() })),
        ),
        request(90, ReplyPath::Ephemeral, Ask::Said { refusal: Refusal::OtherApp, heard: Heard::Unclear }),
        request(91, ReplyPath::Ephemeral, Ask::Pin { message: "1.2".into(), author: None, added: true }),
        request(92, ReplyPath::Ephemeral, Ask::Unclear(Refusal::OtherApp)),
    ];
    for asked in requests {
        let (refused, _) = scene.with_each_read_failing(at(1), |draft| draft.handle(&asked));
        assert!(refused > 0, "nothing of it was read: {asked:?}");
    }
}

#[test]
fn a_timer_or_a_report_whose_read_fails_leaves_nothing_behind() {
    let scene = Scene::new();
    let timers: Vec<Timer> = scene.state.timers.iter().copied().collect();
    assert!(timers.len() > 3, "{timers:?}");
    for timer in timers {
        scene.with_each_read_failing(timer.due, |draft| draft.fire(timer));
    }
    let effects: Vec<_> = scene.state.outbox.iter().map(|effect| effect.id).collect();
    let mut refused = 0;
    for effect in effects {
        let done = Receipt::Message { channel: "C1".into(), message: "1.1".into() };
        let report = |draft: &mut Draft<'_>| draft.report(effect, Outcome::Done(done.clone()));
        refused += scene.with_each_read_failing(at(1), report).0;
    }
    assert!(refused > 0, "some are of an incident that is resolved, and read from the disk");
}

/// Sunday's hand-over is not lost for a count that cannot be read: it is made, and says so.
#[test]
fn a_hand_over_goes_out_without_the_pages_that_cannot_be_read() {
    let scene = Scene::new();
    let hand_over = scene.state.timers.iter().find(|timer| timer.kind == TimerKind::HandOver).copied();
    let hand_over = hand_over.expect("a rota hands over");
    let (refused, done) = scene.with_each_read_failing(hand_over.due, |draft| draft.fire(hand_over));
    assert_eq!((refused, done), (0, 2), "the week's pages, and what is owed after incidents");
    for (unreadable, expected) in [(None, [false, false]), (Some(0), [true, false]), (Some(1), [false, true])]
    {
        scene.disk.fail_read_after(unreadable);
        let mut draft = scene.draft(hand_over.due);
        draft.fire(hand_over).unwrap();
        scene.disk.fail_read_after(None);
        let changes = draft.finish();
        let unknown = changes.effects.iter().find_map(|effect| match &effect.kind {
            EffectKind::Tell { tell, .. } => match tell.as_ref() {
                Tell::Brief(brief) => Some([brief.pages_unknown, brief.owed.is_none()]),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(unknown, Some(expected), "{unreadable:?}");
        let next = |timer: &&Timer| timer.kind == TimerKind::HandOver;
        assert!(changes.timers_set.iter().any(|timer| next(&timer)), "the next one is set");
        assert!(changes.timers_gone.contains(&hand_over));
        assert_eq!(changes.kinds.rota.rows.len(), 1);
    }
}

/// People react to everything, and what is no page's message is none of howler's business.
#[test]
fn a_reaction_on_any_message_leaves_nothing() {
    let scene = Scene::new();
    let mut draft = scene.draft(at(1));
    let asked = request(93, ReplyPath::Ephemeral, Ask::Reacted { message: "1.2".into() });
    draft.handle(&asked).unwrap();
    assert!(draft.finish().is_empty());
}

/// A limit is a number of seconds: what waits for its end waits no hour longer because the clock was set back by one.
#[test]
fn what_waits_for_a_limit_goes_back_with_the_clock() {
    let mut scene = Scene::new();
    let effect = scene.state.outbox.iter().next().unwrap().id;
    let limit = at(2) + SignedDuration::from_secs(30);
    scene.state.outbox.hold(effect, limit, "Slack asked howler to slow down".into());
    scene.state.outbox.set_back(SignedDuration::from_hours(2));
    let state = &scene.state.outbox.get(effect).unwrap().state;
    let expected = at(0) + SignedDuration::from_secs(30);
    assert!(matches!(state, EffectState::Later { at, .. } if *at == expected), "{state:?}");
}

/// No person asked for it: the incident is there all the same, with its clocks, and is read back from the disk as it was.
#[test]
fn an_alert_and_howler_itself_declare() {
    for by in [Actor::Alert(AlertId(12)), Actor::Howler] {
        let mut scene = Scene::new();
        let (title, severity) = ("Monitor says that api is down".to_owned(), Severity::P1);
        let began = Some(at(1) - SignedDuration::from_mins(20));
        let declaration = Declaration { title, severity, impact: None, action: None, eta: None, began };
        let cause = Cause::earlier(by.clone());
        scene.decide(at(1), |draft| drop(draft.declare_by(&cause, &Place::howler(), declaration).unwrap()));
        let is_it = |incident: &Incident| incident.declared_by == by && incident.began == began;
        let declared = scene.state.open.values().find(|incident| is_it(incident)).unwrap();
        let own = |timer: &&Timer| timer.owner == Owner::Incident(declared.id);
        let response = scene.state.timers.iter().filter(own).find(|timer| timer.kind == TimerKind::Response);
        let response = *response.expect("its response time runs");
        assert!(response.due < at(1), "and was over when howler heard of it");
        scene.decide(at(1), |draft| draft.fire(response).unwrap());
        let read = State::loaded(scene.store.load().unwrap(), &Keys::default());
        let read = read.open.values().find(|incident| is_it(incident)).unwrap();
        assert!(read.response_missed.is_some() && read.acknowledged.is_none(), "{read:?}");
    }
}
