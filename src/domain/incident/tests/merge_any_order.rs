//! Any order of merges, splits, ends and alerts leaves each alert with one incident, and each incident with the clocks it has a right to.

use proptest::prelude::*;

use super::merge::Town;
use super::*;
use crate::alert::AlertId;
use crate::incident::merge::Merged;

const IDS: [IncidentId; 4] = [IncidentId(1), IncidentId(2), IncidentId(3), IncidentId(4)];

#[derive(Clone, Debug)]
enum Deed {
    Merge(usize, usize),
    Split(usize),
    Resolve(usize),
    Reopen(usize),
    Ack(usize),
    Severity(usize, Severity),
    Alert(u64, usize, bool),
    Tick,
}

fn deed() -> impl Strategy<Value = Deed> {
    let one = 0..IDS.len();
    let severity = prop::sample::select(Severity::ALL.to_vec());
    prop_oneof![
        4 => (one.clone(), one.clone()).prop_map(|(it, into)| Deed::Merge(it, into)),
        3 => one.clone().prop_map(Deed::Split),
        1 => one.clone().prop_map(Deed::Resolve),
        1 => one.clone().prop_map(Deed::Reopen),
        1 => one.clone().prop_map(Deed::Ack),
        1 => (one.clone(), severity).prop_map(|(id, to)| Deed::Severity(id, to)),
        4 => (1u64..9, one, any::<bool>()).prop_map(|(alert, id, fires)| Deed::Alert(alert, id, fires)),
        2 => Just(Deed::Tick),
    ]
}

impl Town {
    /// Does it where it can be done.
    fn does(&mut self, minute: i64, deed: &Deed) {
        let command = |town: &mut Self, id: usize, command| {
            let _ = town.asks(IDS[id], at(minute), "U0IAN", command);
        };
        match deed {
            Deed::Merge(it, into) => {
                let calls = self.of(IDS[*it]).page_due().filter(|_| self.of(IDS[*it]).acknowledged.is_none());
                let (one, other) = (self.of(IDS[*it]), self.of(IDS[*into]));
                let worse = one.severity < other.severity && one.page_due().is_some();
                let worst = self.of(IDS[*it]).severity.min(self.of(IDS[*into]).severity);
                let calls_already = self.of(IDS[*into]).page_due().is_some();
                if self.merges(minute, "U0ZOE", IDS[*it], IDS[*into]).is_ok() {
                    let whole = self.of(IDS[*into]);
                    assert_eq!(whole.severity, worst, "no alarm is lowered");
                    // Who merges them has neither.
                    assert!(!worse || whole.acknowledged.is_none(), "nobody has what it is now");
                    assert!(!worse || whole.page_due().is_some(), "somebody is called until somebody has");
                    // A step that was due is called with the merge, or by the whole's own timer.
                    let called = self
                        .last_page(IDS[*into])
                        .is_some_and(|(when, calls)| when == minute && !calls.is_empty());
                    let owed = calls.is_some() && whole.acknowledged.is_none();
                    assert!(!owed || called || calls_already, "somebody is called for the whole");
                    let next = calls.filter(|_| whole.acknowledged.is_none() && !called);
                    let no_later = |due| whole.page_due().is_some_and(|next| next <= due);
                    assert!(
                        next.is_none_or(no_later),
                        "nobody is called later: {next:?} {:?}",
                        whole.page_due()
                    );
                }
            }
            Deed::Split(it) => {
                let whole = self.whole(IDS[*it]);
                let owed = self.owed_once_split(minute, IDS[*it]);
                if self.splits(minute, IDS[*it]).is_ok() {
                    self.has_its_clocks(minute, IDS[*it], owed);
                    let whole = self.of(whole);
                    let changes = self.incidents.values().flat_map(|it| &it.severity_changes);
                    let set = changes.into_iter().any(|change| change.merged.is_none());
                    let worst = whole.parts.values().map(|part| part.severity).min();
                    assert!(set || worst.is_none_or(|worst| whole.severity <= worst), "no alarm is lowered");
                }
            }
            Deed::Resolve(id) => command(self, *id, Command::Resolve { root_cause: "x".into() }),
            Deed::Reopen(id) => command(self, *id, Command::Reopen),
            Deed::Ack(id) => command(self, *id, Command::Ack),
            Deed::Severity(id, to) => command(self, *id, Command::Severity { to: *to, reason: None }),
            Deed::Alert(alert, id, fires) => {
                // An alert is first heard of as it fires, of an incident that somebody works on.
                let (alert, id) = (AlertId(*alert), IDS[*id]);
                let whole = self.whole(id);
                let known = self.alerts.get(&alert).map(|(whose, _)| self.whole(*whose));
                let open = known.map_or(*fires && self.of(whole).is_open(), |whole| self.of(whole).is_open());
                if open {
                    self.alert(minute, alert, id, *fires);
                }
            }
            Deed::Tick => self.fires(minute),
        }
    }

    /// All timers that are due.
    pub(super) fn fires(&mut self, minute: i64) {
        for id in self.incidents.keys().copied().collect::<Vec<_>>() {
            let due: Vec<TimerKind> =
                self.of(id).timers().filter(|(_, due)| *due <= at(minute)).map(|(kind, _)| kind).collect();
            for kind in due {
                let (rules, duty) = (self.rules.clone(), self.duty.clone());
                let fired = Fired { now: at(minute), outage: None, rules: &rules, duty: &duty };
                for event in fire(&self.of(id).clone(), kind, &fired) {
                    self.record(id, at(minute), Actor::Howler, event);
                }
            }
        }
    }

    /// When somebody will have to have it, were it split off now. Nobody gets more time by it than was lost.
    fn owed_once_split(&self, minute: i64, id: IncidentId) -> Option<Timestamp> {
        let it = self.of(id);
        let within =
            it.clocks.respond_within.filter(|_| it.acknowledged.is_none() && !it.missed_its_response())?;
        let anew = at(minute) + within;
        let mut own = it.response_from + within;
        let (mut above, mut told) = (it.merged().map(|merged| merged.into), false);
        let since = it.merged().map(|merged| merged.at);
        while let Some(one) = above.map(|id| self.of(id)) {
            let set_aside_later = one
                .set_aside
                .as_ref()
                .is_some_and(|before| one.parts.get(&id).is_none_or(|part| before.seq > part.seq + 1));
            let over = one.resolutions.iter().any(|resolution| Some(resolution.at) >= since);
            if one.acknowledged.is_some() || set_aside_later || over {
                return Some(anew);
            }
            told |= one.missed_its_response();
            above = one.merged().map(|merged| merged.into);
        }
        for part in it.parts.values().filter_map(|part| part.due) {
            own = own.min(part);
        }
        Some(own).filter(|own| !told || *own > at(minute))
    }

    /// What is split off promises anew, and calls where nobody has it.
    fn has_its_clocks(&self, minute: i64, id: IncidentId, owed: Option<Timestamp>) {
        let it = self.of(id);
        assert!(it.is_open() && it.merged().is_none());
        let wanted = it.clocks.update_every.map(|every| at(minute) + every);
        assert_eq!(it.update_due(), wanted, "its promise counts from now");
        assert_eq!(it.response_due(), owed);
        let calls = it.acknowledged.is_none() && self.rules.rule(it.severity).pages().pages();
        assert_eq!(it.page_due().is_some(), calls, "{:?}", it.paging);
    }

    fn holds(&self) {
        for (id, it) in &self.incidents {
            assert_eq!(Some(it), Incident::replay(*id, &self.events[id]).as_ref(), "events tell everything");
            if !it.is_open() {
                assert_eq!(it.timers().count(), 0, "{id} rests");
            }
            // The pointers of both sides are one picture.
            if let Some(Merged { into, whole, .. }) = it.merged() {
                let whole = self.of(whole.incident);
                assert!(whole.merged().is_none(), "who leads is a part of nothing");
                assert!(whole.parts.contains_key(id) && self.of(*into).parts.contains_key(id));
            }
            for part in it.parts.keys() {
                assert!(self.of(*part).merged().is_some());
                assert!(it.merged().is_some() || self.whole(*part) == *id, "{part} of {id}");
            }
            if it.merged().is_none() {
                let keys: Vec<_> = it.parts.keys().collect();
                assert_eq!(keys, it.alerts.lent.keys().collect::<Vec<_>>());
                assert_eq!(it.alerts.tally.alerts as usize, it.belongings().alone.len());
            }
        }
        for (alert, (whose, fires)) in &self.alerts {
            let leads = self.incidents.values().filter(|it| it.merged().is_none());
            let counted: Vec<IncidentId> =
                leads.filter(|it| it.belongings().alone.contains(alert)).map(|it| it.id).collect();
            assert_eq!(counted, [self.whole(*whose)], "{alert:?} is counted once, where it belongs");
            let whole = self.of(counted[0]);
            assert!(
                !whole.is_open() || !fires || whole.alerts.quiet.is_none(),
                "it fires, so it is not quiet"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_alert_is_counted_once_and_each_incident_has_its_clocks(
        deeds in prop::collection::vec((0i64..20, deed()), 1..60)
    ) {
        let severities = Severity::ALL;
        let mut town = Town::new();
        IDS.into_iter().zip(severities).for_each(|(id, severity)| town.declares(id, 0, severity));
        let mut minute = 0;
        for (later, deed) in deeds {
            minute += later;
            town.does(minute, &deed);
            town.holds();
        }
    }

    /// A merge that is taken back at once leaves both as a reopening would.
    #[test]
    fn a_merge_and_its_split_leave_what_was_there(
        (one, other) in (prop::sample::select(Severity::ALL.to_vec()), prop::sample::select(Severity::ALL.to_vec())),
        (first, then, back) in (0i64..90, 0i64..90, 0i64..90),
        acked in any::<bool>(),
    ) {
        let [old, young] = [IDS[0], IDS[1]];
        let mut town = Town::with(&[(old, 0, one), (young, first, other)]);
        if acked {
            town.asks(old, at(first), "U0ZOE", Command::Ack).unwrap();
        }
        let (severity, update) = (town.of(old).severity, town.of(old).update_due());
        let has_it = town.of(old).acknowledged.clone();
        town.merges(first + then, "U0ZOE", young, old).unwrap();
        let minute = first + then + back;
        let owed = town.owed_once_split(minute, young);
        town.splits(minute, young).unwrap();
        town.holds();
        town.has_its_clocks(minute, young, owed);
        prop_assert_eq!(town.of(old).severity, severity, "a raise is taken back with it");
        if one <= other {
            prop_assert_eq!(town.of(old).update_due(), update, "the one that leads never stopped");
        }
        prop_assert!(town.of(old).parts.is_empty());
        prop_assert_eq!(&town.of(old).acknowledged, &has_it, "who had it has it again");
        prop_assert!(has_it.is_none() || town.of(old).page_due().is_none());
    }
}
