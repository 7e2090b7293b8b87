//! Two incidents that become one, and two again.

use std::collections::BTreeMap;

use super::paging::{duty, person, phone};
use super::*;
use crate::alert::AlertId;
use crate::alert::signal::Source;
use crate::answer::Done;
use crate::command::Retractable;
use crate::effect::{Say, To};
use crate::incident::alerts::{AlertNews, AlertWhat, Tally};
use crate::incident::merge::{Apart, Back, Face, Likeness, Merging, alike, merge, split, undone_by_retract};
use crate::refusal::MergeProblem;

pub(super) const OLD: IncidentId = IncidentId(7);
pub(super) const YOUNG: IncidentId = IncidentId(9);

/// Several incidents, and alerts that belong to them.
pub(super) struct Town {
    pub incidents: BTreeMap<IncidentId, Incident>,
    pub events: BTreeMap<IncidentId, Vec<Event>>,
    pub said: Vec<(IncidentId, EffectKind)>,
    pub duty: Duty,
    pub rules: Severities,
    /// Whose each alert is, were nothing merged, and whether it fires.
    pub alerts: BTreeMap<AlertId, (IncidentId, bool)>,
}

impl Town {
    pub fn new() -> Self {
        let (incidents, events, said, alerts) = Default::default();
        Self { incidents, events, said, duty: duty(), rules: Severities::default(), alerts }
    }

    /// With these incidents, each declared at its minute.
    pub fn with(declared: &[(IncidentId, i64, Severity)]) -> Self {
        let mut town = Self::new();
        declared.iter().for_each(|(id, minute, severity)| town.declares(*id, *minute, *severity));
        town
    }

    pub fn declares(&mut self, id: IncidentId, minute: i64, severity: Severity) {
        let declaration = Declaration {
            title: format!("Stream {} down", id.0),
            severity,
            impact: None,
            action: None,
            eta: None,
            began: None,
        };
        let kind = declare(id, declaration, &place(), &self.rules).events.remove(0);
        let event = Event { seq: 1, at: at(minute), by: "U0IAN".into(), from_shell: false, call: None, kind };
        self.incidents.insert(id, Incident::declared(id, &event).unwrap());
        self.events.insert(id, vec![event.clone()]);
        self.follows(id, &event);
    }

    pub fn of(&self, id: IncidentId) -> &Incident {
        &self.incidents[&id]
    }

    pub fn record(&mut self, id: IncidentId, when: Timestamp, by: Actor, kind: EventKind) {
        let before = self.of(id).clone();
        let event = Event { seq: before.events + 1, at: when, by, from_shell: false, call: None, kind };
        let mut after = before.clone();
        after.apply(&event);
        let said = consequences(Some(&before), &after, &event);
        self.said.extend(said.into_iter().map(|intent| (id, intent.kind)));
        self.incidents.insert(id, after);
        self.events.get_mut(&id).unwrap().push(event.clone());
        self.follows(id, &event);
    }

    fn follows(&mut self, id: IncidentId, event: &Event) {
        let path = self.rules.rule(self.of(id).severity).pages();
        if let Some(next) = follows(self.of(id), event, path, &self.duty.clone()) {
            self.record(id, event.at, Actor::Howler, next);
        }
    }

    pub fn asks(
        &mut self,
        id: IncidentId,
        when: Timestamp,
        by: &str,
        command: Command,
    ) -> Result<Answer, Refusal> {
        let (by, place) = (Actor::from(by), place());
        let asked = Asked { by: &by, place: &place, now: when, duty: &self.duty };
        let decision = decide(self.of(id), &command, &asked, &self.rules)?;
        decision.events.into_iter().for_each(|kind| self.record(id, when, by.clone(), kind));
        Ok(decision.answer)
    }

    fn carry_out(&mut self, when: Timestamp, by: &Actor, merging: Merging) -> Done {
        for (id, kinds) in merging.events {
            kinds.into_iter().for_each(|kind| self.record(id, when, by.clone(), kind));
        }
        done(Ok(merging.answer))
    }

    pub fn merges(
        &mut self,
        minute: i64,
        by: &str,
        it: IncidentId,
        into: IncidentId,
    ) -> Result<Done, Refusal> {
        let (who, place, duty) = (Actor::from(by), place(), self.duty.clone());
        let asked = Asked { by: &who, place: &place, now: at(minute), duty: &duty };
        let mut all = self.of(into).belongings().alone;
        all.extend(self.of(it).belongings().alone);
        let merging = merge(self.of(it), self.of(into), self.tally(all), &asked, &self.rules)?;
        Ok(self.carry_out(at(minute), &who, merging))
    }

    pub fn splits(&mut self, minute: i64, it: IncidentId) -> Result<Done, Refusal> {
        let mut above = Vec::new();
        let mut next = self.of(it).merged().map(|merged| merged.into);
        while let Some(id) = next {
            above.push(self.of(id));
            next = self.of(id).merged().map(|merged| merged.into);
        }
        let (back, left) = above.last().map(|whole| self.apart(it, whole)).unwrap_or_default();
        let merging = split(self.of(it), Apart { above: &above, back, left, now: at(minute) })?;
        Ok(self.carry_out(at(minute), &"U0IAN".into(), merging))
    }

    /// What the desk reads for it.
    fn apart(&self, it: IncidentId, whole: &Incident) -> (Back, Tally) {
        let lent = |id: &IncidentId| whole.alerts.lent.get(id).cloned().unwrap_or_default();
        let mut back = Back { own: lent(&it), ..Back::default() };
        back.lent = self.of(it).parts.keys().map(|part| (*part, lent(part))).collect();
        let mine: BTreeSet<AlertId> =
            back.lent.values().chain([&back.own]).flat_map(|part| part.alone.clone()).collect();
        back.tally = self.tally(mine.clone());
        let left = whole.belongings().alone.difference(&mine).copied().collect();
        (back, self.tally(left))
    }

    pub fn tally(&self, alerts: BTreeSet<AlertId>) -> Tally {
        let firing = alerts.iter().filter(|alert| self.alerts[alert].1).count() as u32;
        Tally { alerts: alerts.len() as u32, groups: 0, firing, over: None }
    }

    /// The one that leads `id`.
    pub fn whole(&self, id: IncidentId) -> IncidentId {
        self.of(id).merged().map_or(id, |merged| merged.whole.incident)
    }

    /// An alert of `id` comes, goes, or comes again.
    pub fn alert(&mut self, minute: i64, alert: AlertId, id: IncidentId, fires: bool) {
        let known = self.alerts.insert(alert, (id, fires));
        let (whose, title) = (known.map_or(id, |(whose, _)| whose), format!("alert {}", alert.0));
        self.alerts.insert(alert, (whose, fires));
        let whole = self.whole(whose);
        if !self.of(whole).is_open() || known.is_some_and(|(_, fired)| fired == fires) {
            return;
        }
        let of = Some(whose).filter(|whose| *whose != whole);
        let joins = !self.of(whole).belongings().alone.contains(&alert);
        let what = match (joins, fires) {
            (true, _) => {
                AlertWhat::Joined { alert, title, source: Source::Grafana, group: None, link: None, of }
            }
            (false, true) => AlertWhat::Again { alert, title },
            (false, false) => AlertWhat::Cleared { alert, title },
        };
        let mut all = self.of(whole).belongings().alone;
        all.insert(alert);
        let news = AlertNews::of(what, self.tally(all));
        self.record(whole, at(minute), Actor::Howler, EventKind::Alerts(Box::new(news)));
    }

    /// When each clock of an incident is due, in minutes.
    pub fn clocks(&self, id: IncidentId) -> Vec<(TimerKind, i64)> {
        let minute = |due: Timestamp| due.duration_since(at(0)).as_secs() / 60;
        self.of(id).timers().map(|(kind, due)| (kind, minute(due))).collect()
    }

    pub fn due(&self, id: IncidentId, kind: TimerKind) -> Option<i64> {
        self.clocks(id).into_iter().find(|(known, _)| *known == kind).map(|(_, due)| due)
    }

    /// Whom the last page of an incident called, and at which minute.
    pub fn last_page(&self, id: IncidentId) -> Option<(i64, Vec<To>)> {
        let pages = self.events[&id].iter().rev().find_map(|event| match &event.kind {
            EventKind::Paged(paged) => {
                Some((event.at, paged.calls.iter().map(|call| call.to.clone()).collect()))
            }
            _ => None,
        });
        pages.map(|(when, calls)| (when.duration_since(at(0)).as_secs() / 60, calls))
    }
}

fn problem(result: Result<Done, Refusal>) -> MergeProblem {
    match result {
        Err(Refusal::Merge { problem, .. }) => problem,
        other => panic!("not refused: {other:?}"),
    }
}

use Severity::{P1, P2, P3};

#[test]
fn what_cannot_be_merged_or_split_says_why() {
    let third = IncidentId(3);
    let mut town = Town::with(&[(third, 0, P2), (OLD, 0, P2), (YOUNG, 1, P2)]);
    assert_eq!(problem(town.merges(2, "U0IAN", YOUNG, YOUNG)), MergeProblem::Itself);
    assert_eq!(problem(town.splits(2, YOUNG)), MergeProblem::NotMerged);
    town.merges(2, "U0IAN", OLD, third).unwrap();
    let elsewhere = MergeProblem::IntoAPart { into: OLD, whole: third };
    assert_eq!(problem(town.merges(3, "U0IAN", YOUNG, OLD)), elsewhere);
    assert_eq!(problem(town.merges(3, "U0IAN", OLD, YOUNG)), MergeProblem::Part { into: third });
    let round = MergeProblem::IntoAPart { into: OLD, whole: third };
    assert_eq!(problem(town.merges(3, "U0IAN", third, OLD)), round, "no circle");
    town.asks(third, at(4), "U0IAN", Command::Resolve { root_cause: "x".into() }).unwrap();
    let over = MergeProblem::IntoResolved { into: third, at: at(4), cancelled: None };
    assert_eq!(problem(town.merges(5, "U0IAN", YOUNG, third)), over);
    let resolved = town.merges(5, "U0IAN", third, YOUNG);
    assert!(matches!(resolved, Err(Refusal::AlreadyResolved { incident, .. }) if incident == third));
}

#[test]
fn while_it_is_merged_it_owes_nothing_and_refuses_with_the_number_that_leads() {
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 1, P2)]);
    let before = town.clocks(OLD);
    let done = town.merges(2, "U0ZOE", YOUNG, OLD).unwrap();
    let (title, along) = ("Stream 7 down".to_owned(), Vec::new());
    assert_eq!(done, Done::Merged { into: OLD, title, raised: None, taken: None, yours: false, along });
    assert_eq!(town.clocks(YOUNG), []);
    assert_eq!(town.clocks(OLD), before, "roles and clocks are the older one's");
    assert!(town.of(YOUNG).open_pages.is_empty() && !town.of(OLD).open_pages.is_empty());
    let merged = Refusal::Merge { incident: YOUNG, problem: MergeProblem::Part { into: OLD } };
    for command in [
        Command::Update { text: "x".into() },
        Command::Resolve { root_cause: "x".into() },
        Command::Reopen,
        Command::Status { to: Status::Identified },
        Command::Take { role: Role::Commander },
        Command::UpdateForm,
    ] {
        assert_eq!(town.asks(YOUNG, at(3), "U0IAN", command.clone()), Err(merged.clone()), "{command:?}");
    }
    town.asks(YOUNG, at(3), "U0IAN", Command::Note { text: "seen here".into() }).unwrap();
    town.asks(OLD, at(4), "U0IAN", Command::Resolve { root_cause: "x".into() }).unwrap();
    assert!(town.of(YOUNG).resolutions.is_empty(), "it has no end of its own");
    town.asks(OLD, at(5), "U0IAN", Command::Reopen).unwrap();
    assert!(town.of(OLD).is_open() && !town.of(YOUNG).is_open());
}

#[test]
fn a_worse_one_raises_what_it_is_merged_into_and_nobody_is_called_later_than_before() {
    // A P1 calls its phone at once, the backup after 5 minutes, and everybody after 15.
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    assert_eq!(town.due(OLD, TimerKind::Page), None, "a P3 calls nobody");
    let done = town.merges(63, "U0ZOE", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { raised: Some(P1), taken: None, .. }), "{done:?}");
    assert_eq!(town.of(OLD).severity, P1);
    let (minute, called) = town.last_page(OLD).unwrap();
    assert_eq!(minute, 63, "whoever was called for the one is called for the whole");
    assert!(called.contains(&phone("U0MAYA")) && called.contains(&person("U0MAYA")), "{called:?}");
    assert_eq!(town.due(OLD, TimerKind::Page), Some(65), "the next step keeps its time");
    assert_eq!(town.due(OLD, TimerKind::Response), Some(75), "and so does the response");
    let done = town.splits(70, YOUNG).unwrap();
    assert_eq!(done, Done::SplitOff { from: OLD, back_to: Some(P3) });
    assert_eq!((town.of(OLD).severity, town.of(YOUNG).severity), (P3, P1));
    assert_eq!(town.due(YOUNG, TimerKind::Response), Some(75), "nobody had it, so its response time goes on");
    assert_eq!(town.last_page(YOUNG).unwrap().0, 70);
    assert_eq!(town.due(OLD, TimerKind::Page), None);
}

#[test]
fn steps_that_were_called_already_are_called_at_once_for_the_whole() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.merges(66, "U0ZOE", YOUNG, OLD).unwrap();
    let (_, called) = town.last_page(OLD).unwrap();
    assert!(called.contains(&phone("U0MAYA")) && called.contains(&phone("U0KOFI")), "{called:?}");
}

#[test]
fn who_cannot_take_the_one_is_not_called_for_the_whole() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
    town.asks(YOUNG, at(61), "U0MAYA", Command::Pass).unwrap();
    town.merges(62, "U0ZOE", YOUNG, OLD).unwrap();
    let (_, called) = town.last_page(OLD).unwrap();
    assert!(called.contains(&phone("U0KOFI")) && !called.contains(&phone("U0MAYA")), "{called:?}");
    town.asks(OLD, at(63), "U0KOFI", Command::Ack).unwrap();
    assert!(town.of(OLD).passed.is_empty());
}

/// The whole's path is over, and nobody has it.
#[test]
fn a_path_that_is_over_begins_anew_with_what_is_still_called_for() {
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 100, P2)]);
    let paging = town.incidents.get_mut(&OLD).unwrap().paging.as_mut().unwrap();
    paging.next = None;
    town.merges(110, "U0ZOE", YOUNG, OLD).unwrap();
    assert_eq!(town.last_page(OLD).unwrap().0, 110);
    assert_eq!(town.due(OLD, TimerKind::Page), Some(130), "the younger one's next step");
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 0, P2)]);
    town.incidents.get_mut(&OLD).unwrap().paging.as_mut().unwrap().next = Some((1, at(50)));
    town.merges(10, "U0ZOE", YOUNG, OLD).unwrap();
    assert_eq!(town.due(OLD, TimerKind::Page), Some(30), "the sooner of the two");
    assert_eq!(town.last_page(OLD).unwrap().0, 0, "no second page");
}

#[test]
fn what_was_merged_before_goes_along_and_comes_back() {
    let eight = IncidentId(8);
    let mut town = Town::with(&[(OLD, 0, P2), (eight, 1, P2), (YOUNG, 2, P2)]);
    town.alert(2, AlertId(1), eight, true);
    town.alert(2, AlertId(2), YOUNG, true);
    town.merges(3, "U0ZOE", eight, YOUNG).unwrap();
    let done = town.merges(4, "U0ZOE", YOUNG, OLD).unwrap();
    assert!(matches!(done, Done::Merged { along, .. } if along == [eight]));
    assert_eq!((town.whole(eight), town.whole(YOUNG)), (OLD, OLD));
    assert_eq!(town.of(OLD).alerts.tally.alerts, 2);
    town.alert(5, AlertId(3), eight, true);
    town.alert(5, AlertId(1), eight, false);
    town.splits(6, YOUNG).unwrap();
    assert_eq!((town.whole(eight), town.of(OLD).parts.len()), (YOUNG, 0));
    let tally = |alerts, firing| Tally { alerts, groups: 0, firing, over: None };
    assert_eq!((town.of(OLD).alerts.tally, town.of(YOUNG).alerts.tally), (tally(0, 0), tally(3, 2)));
    // From the middle it leaves everything above.
    town.merges(7, "U0ZOE", YOUNG, OLD).unwrap();
    town.splits(8, eight).unwrap();
    assert_eq!((town.whole(eight), town.whole(YOUNG)), (eight, OLD));
    assert_eq!((town.of(OLD).alerts.tally, town.of(eight).alerts.tally), (tally(1, 1), tally(2, 1)));
    assert_eq!(town.of(YOUNG).parts.len(), 0);
}

#[test]
fn both_ends_are_said_where_people_read_them() {
    let mut town = Town::with(&[(OLD, 0, P2), (YOUNG, 1, P2)]);
    town.merges(2, "U0ZOE", YOUNG, OLD).unwrap();
    let says = |town: &Town, id| town.said.iter().filter(|(of, kind)| *of == id && says_merge(kind)).count();
    assert_eq!(
        (says(&town, YOUNG), says(&town, OLD)),
        (1 + 1 + 1, 1),
        "stakeholders, the channel and who is asked about it; the channel"
    );
    town.splits(3, YOUNG).unwrap();
    assert_eq!((says(&town, YOUNG), says(&town, OLD)), (3 + 2, 2));
    let amends =
        town.said.iter().filter(|(of, kind)| *of == YOUNG && matches!(kind, EffectKind::Amend { .. }));
    assert_eq!(amends.count(), 2, "what was announced says that it was taken back");
    assert!(town.of(YOUNG).is_taken_back(town.of(YOUNG).merges[0].seq));
}

fn says_merge(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::Say { say, .. } if matches!(say.as_ref(), Say::Merge(_)))
}

#[test]
fn retract_takes_back_a_merge_where_nothing_came_after_it() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 1, P1)]);
    let merge_only = Some(Retractable::Merge);
    assert_eq!(undone_by_retract(town.of(OLD), None), None);
    town.asks(OLD, at(2), "U0IAN", Command::Update { text: "before".into() }).unwrap();
    town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    for id in [OLD, YOUNG] {
        assert_eq!(undone_by_retract(town.of(id), None), Some(YOUNG), "its raise goes with it");
        assert_eq!(undone_by_retract(town.of(id), Some(Retractable::Update)), None);
    }
    town.asks(OLD, at(4), "U0IAN", Command::Update { text: "after".into() }).unwrap();
    assert_eq!(undone_by_retract(town.of(OLD), None), None, "the update is the last");
    assert_eq!(undone_by_retract(town.of(OLD), merge_only), Some(YOUNG));
    town.splits(5, YOUNG).unwrap();
    assert_eq!(undone_by_retract(town.of(OLD), merge_only), None);
}

#[test]
fn a_whole_is_no_double_of_its_part() {
    let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 1, P1)]);
    town.merges(3, "U0IAN", YOUNG, OLD).unwrap();
    let double = town.asks(OLD, at(4), "U0IAN", Command::Cancel { why: None, of: Some(YOUNG) });
    assert!(matches!(double, Err(Refusal::Merge { incident: YOUNG, .. })) && town.of(OLD).is_open());
}

#[test]
fn two_look_alike_where_something_says_so() {
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    let face = |title, minute, known: &[&str]| Face { title, declared_at: at(minute), alerts: keys(known) };
    let title = |one, other, minutes| alike(&face(one, 0, &[]), &face(other, minutes, &[]));
    for (one, other, minutes, same) in [
        ("Event stream down", "event stream is down again", 10, true),
        ("Event stream down", "Event stream down", 60, true),
        ("Event stream down", "Event stream down", 61, false),
        ("Event stream down", "Login slow for witnesses", 1, false),
        ("Down", "Down", 1, false),
        ("Redis", "redis!", 1, false),
        ("", "", 1, false),
        ("the of on", "the of on", 1, false),
        ("Disk full on node 17", "Disk full on node 18", 1, false),
        ("Disk full on node 17", "Disk is full on node 17", 1, true),
        ("Disk full on node", "Disk full on node 17", 1, true),
        ("503 504", "503 504", 1, false),
    ] {
        let wanted = same.then_some(Likeness::Title);
        assert_eq!(title(one, other, minutes), wanted, "{one:?} {other:?}");
        assert_eq!(title(other, one, -minutes), wanted, "either way: {one:?} {other:?}");
    }
    let alerts = |one, other| alike(&face("Redis", 0, one), &face("Postgres", 600, other));
    assert_eq!(alerts(&["github main"], &["github main", "x"]), Some(Likeness::Alert), "however long ago");
    assert_eq!(alerts(&["github main"], &["github dev"]), None);
    assert_eq!(alerts(&[], &[]), None, "nothing is no evidence");
}
