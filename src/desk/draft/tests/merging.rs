//! Merges and splits as the desk carries them out: several rows in one commit, and memory that equals the disk.

use super::alerts::{delivery, says};
use super::*;
use crate::book::Book;
use domain::alert::line::AlertsLine;
use domain::alert::signal::Said;
use domain::answer::{Answer, Private};
use domain::command::Retractable;
use domain::feature::FeatureLine;
use domain::refusal::Doubt;

fn merge(into: u64) -> Command {
    Command::Merge { into: IncidentId(into) }
}

/// A-1 belongs to this incident.
fn attach(incident: u64) -> Command {
    let attach = AlertsLine::Attach { alert: AlertId(1), incident: IncidentId(incident) };
    Command::Feature(Box::new(FeatureLine::Alerts(attach)))
}

/// A scene with INC-2 to INC-5 open; INC-1 is resolved.
fn scene() -> Scene {
    let mut scene = Scene::new();
    for (number, title) in [(500, "Proxy is slow"), (501, "Queue stuck"), (502, "Login fails")] {
        let command = Command::Declare { severity: Severity::P3, title: title.into() };
        scene.asks(number, None, command);
    }
    scene
}

impl Scene {
    fn asks(&mut self, number: u32, incident: Option<u64>, command: Command) {
        let line = Line { incident: incident.map(IncidentId), command };
        let asked = request(number, ReplyPath::Inline, Ask::Line(line));
        self.decide(at(1), |draft| drop(draft.handle(&asked).unwrap()));
    }

    /// Who leads each of the incidents, by what is in memory and by a start.
    fn leads(&mut self) -> Vec<(u64, u64)> {
        let known = self.state.merged.clone();
        let whole = |scene: &Self| {
            let book =
                Book { state: &scene.state, ahead: None, round: None, store: &scene.store, now: at(2) };
            let whole = |id: u64| book.whole(IncidentId(id)).unwrap().unwrap().id.0;
            (1..=5).map(|id| (id, whole(id))).filter(|(id, whole)| id != whole).collect::<Vec<_>>()
        };
        let before = whole(self);
        self.state = State::loaded(self.store.load().unwrap(), &Keys::default());
        assert_eq!(self.state.merged, known, "memory equals the disk");
        assert_eq!(whole(self), before);
        before
    }
}

#[test]
fn who_leads_is_the_same_after_a_start() {
    let mut scene = scene();
    scene.asks(600, Some(5), merge(4));
    assert_eq!(scene.leads(), [(5, 4)]);
    scene.asks(601, Some(4), merge(2));
    assert_eq!(scene.leads(), [(4, 2), (5, 2)]);
    scene.asks(602, Some(2), Command::Resolve { root_cause: "x".into() });
    assert!(scene.state.merged.is_empty(), "what is over takes no memory");
    assert_eq!(scene.leads(), [(4, 2), (5, 2)]);
    scene.asks(603, Some(2), Command::Reopen);
    assert_eq!(scene.leads(), [(4, 2), (5, 2)]);
    scene.asks(604, Some(5), Command::Split);
    assert_eq!(scene.leads(), [(4, 2)]);
    scene.asks(605, Some(2), Command::Retract { what: Some(Retractable::Merge) });
    assert_eq!(scene.leads(), []);
}

#[test]
fn a_merge_or_a_split_whose_read_fails_leaves_nothing_behind() {
    let mut scene = scene();
    let asked = |number, incident, command| {
        request(number, ReplyPath::Inline, Ask::Line(Line { incident: Some(IncidentId(incident)), command }))
    };
    let (refused, _) = scene.with_each_read_failing(at(1), |draft| draft.handle(&asked(700, 5, merge(4))));
    assert!(refused > 0);
    scene.asks(701, Some(5), merge(4));
    scene.asks(702, Some(4), merge(2));
    for (number, incident, command) in
        [(703, 4, Command::Split), (704, 5, Command::Ack), (705, 2, Command::Retract { what: None })]
    {
        let asked = asked(number, incident, command);
        let (refused, _) = scene.with_each_read_failing(at(1), |draft| draft.handle(&asked));
        assert!(refused > 1, "what is merged is read from the disk: {asked:?}");
    }
}

/// What is over hears nothing; where an alert is now counts all the same.
#[test]
fn what_was_taken_elsewhere_meanwhile_does_not_come_back_with_a_split() {
    let mut scene = scene();
    let first = delivery("d1", vec![says(Said::Firing, "disk/1", 1)]);
    scene.decide(at(1), |draft| draft.hear(&first).unwrap().unwrap());
    scene.asks(900, None, attach(5));
    scene.asks(901, Some(5), merge(4));
    scene.asks(902, Some(4), Command::Resolve { root_cause: "x".into() });
    scene.asks(903, None, attach(3));
    scene.asks(904, Some(5), Command::Split);
    let count = |id| scene.store.incident(IncidentId(id)).unwrap().unwrap().alerts.tally.alerts;
    assert_eq!((count(3), count(5)), (1, 0));
}

/// Twice the same merge in one round, and an alert of the part in it.
#[test]
fn a_round_sees_its_own_merges() {
    let mut scene = scene();
    let first = delivery("d1", vec![says(Said::Firing, "disk/1", 1)]);
    scene.decide(at(1), |draft| draft.hear(&first).unwrap().unwrap());
    scene.asks(800, None, attach(5));
    let asked = |number, incident, command| {
        request(number, ReplyPath::Inline, Ask::Line(Line { incident: Some(IncidentId(incident)), command }))
    };
    let second = delivery("d2", vec![says(Said::Resolved, "disk/1", 2)]);
    scene.decide(at(2), |draft| {
        drop(draft.handle(&asked(801, 5, merge(4))).unwrap());
        drop(draft.handle(&asked(802, 5, merge(4))).unwrap());
        draft.hear(&second).unwrap().unwrap();
    });
    let incident = |scene: &Scene, id| scene.store.incident(IncidentId(id)).unwrap().unwrap();
    let (four, five) = (incident(&scene, 4), incident(&scene, 5));
    assert_eq!(five.merges.len(), 1, "the second is refused");
    assert_eq!((four.alerts.tally.alerts, four.alerts.tally.firing), (1, 0));
    scene.decide(at(2), |draft| {
        drop(draft.handle(&asked(803, 5, Command::Split)).unwrap());
        drop(draft.handle(&asked(804, 5, merge(2))).unwrap());
    });
    assert_eq!((incident(&scene, 4).alerts.tally.alerts, incident(&scene, 2).alerts.tally.alerts), (0, 1));
    assert_eq!(scene.leads(), [(5, 2)]);
}

/// A line for which no other incident can be meant says why, and is not about the only one.
#[test]
fn nothing_is_merged_into_itself_by_a_short_line() {
    let mut scene = scene();
    let answer = |scene: &mut Scene, number: u32, command: Command| {
        let line = Line { incident: None, command };
        let asked = request(number, ReplyPath::Inline, Ask::Line(line));
        let mut answer = None;
        scene.decide(at(3), |draft| answer = Some(draft.handle(&asked).unwrap()));
        answer.unwrap()
    };
    let refused = |refusal| Answer::Private(Private::Refused(refusal));
    assert_eq!(answer(&mut scene, 700, Command::Split), refused(Refusal::NothingMerged));
    let both = [3, 4].map(|id| Line { incident: Some(IncidentId(id)), command: Command::Split });
    let unsure = Ask::Unclear(Refusal::unsure(Doubt::Several, both));
    let asked = request(701, ReplyPath::Inline, unsure);
    scene.decide(at(3), |draft| assert_eq!(draft.handle(&asked).unwrap(), refused(Refusal::NothingMerged)));
    for id in 3..=5 {
        scene.asks(700 + id, Some(u64::from(id)), Command::Resolve { root_cause: "Restarted".into() });
    }
    let double = Command::Cancel { why: None, of: Some(IncidentId(2)) };
    for (number, command) in [(710, merge(2)), (711, double)] {
        let alone = Refusal::NoOtherOpen { incident: IncidentId(2) };
        assert_eq!(answer(&mut scene, number, command), refused(alone));
    }
    scene.asks(712, Some(2), Command::Resolve { root_cause: "Restarted".into() });
    assert_eq!(answer(&mut scene, 713, Command::Split), refused(Refusal::NothingOpen));
}
