use super::*;
use crate::timer::Outage;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_795_485_600 + minutes * 60).unwrap()
}

fn opened() -> (Group, GroupEvent) {
    let opened = GroupOpened {
        key: "k".into(),
        channel: Channel::Metrics,
        mention: true,
        severity: Severity::P2,
        first: AlertId(1),
        since: at(0),
        remind: Some(at(30)),
        due: Some(at(60)),
        respond: Some(SignedDuration::from_hours(1)),
        out_of: BTreeSet::new(),
    };
    let event = Group::event(1, at(0), &Cause::howler(), GroupEventKind::Opened(Box::new(opened)));
    (Group::opened(GroupId(1), &event).unwrap(), event)
}

fn then(group: &Group, minutes: i64, kind: GroupEventKind) -> Group {
    let mut after = group.clone();
    after.apply(&Group::event(group.events + 1, at(minutes), &Cause::howler(), kind));
    after
}

fn fires(group: &Group, minutes: i64, outage: Option<Outage>) -> Vec<GroupEventKind> {
    group.fire(TimerKind::AlertGroup, Moment { now: at(minutes), outage }, &())
}

#[test]
fn it_is_over_when_the_last_of_its_alerts_is() {
    let (group, _) = opened();
    let two =
        then(&group, 1, GroupEventKind::Joined { alert: AlertId(2), severity: Severity::P1, clock: None });
    assert_eq!((two.alerts, two.open, two.severity, two.joined), (2, 2, Severity::P1, at(1)));
    let one = then(&two, 2, GroupEventKind::Over { alert: AlertId(1), at: at(2) });
    assert_eq!((one.open, one.ended), (1, None));
    let over = then(&one, 3, GroupEventKind::Over { alert: AlertId(2), at: at(3) });
    assert_eq!((over.is_live(), over.ended, over.timers().len()), (false, Some(at(3)), 0));
    let again = then(&over, 4, GroupEventKind::Again { alert: AlertId(2) });
    assert_eq!((again.is_live(), again.open, again.alerts), (true, 1, 2));
}

#[test]
fn nobody_has_it_is_said_at_half_and_at_the_whole_of_the_response_time() {
    let (group, _) = opened();
    assert_eq!(group.timers(), [(TimerKind::AlertGroup, at(30))]);
    assert!(fires(&group, 29, None).is_empty());
    assert_eq!(fires(&group, 30, None), [GroupEventKind::Reminded { late: None }]);
    let reminded = then(&group, 30, GroupEventKind::Reminded { late: None });
    assert_eq!(reminded.timers(), [(TimerKind::AlertGroup, at(60))]);
    assert!(fires(&reminded, 59, None).is_empty());
    let breached = then(&reminded, 60, GroupEventKind::Breached { late: None });
    assert!(breached.timers().is_empty() && fires(&breached, 90, None).is_empty(), "once");
    // Missed both: the worse is said, and that it is late.
    let outage = Outage { from: at(20), until: at(90) };
    let fired = fires(&group, 90, Some(outage));
    let [GroupEventKind::Breached { late: Some(late) }] = fired.as_slice() else { panic!("{fired:?}") };
    assert_eq!((late.due, late.outage), (at(60), Some(outage)));
    assert!(then(&group, 90, fired[0].clone()).timers().is_empty());
}

#[test]
fn whoever_has_it_or_an_incident_ends_the_clocks() {
    let (group, _) = opened();
    for kind in [GroupEventKind::Acked, GroupEventKind::Attached { incident: IncidentId(7) }] {
        let taken = then(&group, 1, kind);
        assert!(taken.timers().is_empty() && fires(&taken, 90, None).is_empty());
    }
    let detached = then(
        &then(&group, 1, GroupEventKind::Attached { incident: IncidentId(7) }),
        2,
        GroupEventKind::Detached,
    );
    assert_eq!(detached.timers(), [(TimerKind::AlertGroup, at(30))]);
}

/// Minutes of the reminder and of the end of the response time.
fn clocks(group: &Group) -> (Option<i64>, Option<i64>) {
    let minutes = |due: Timestamp| due.duration_since(at(0)).as_mins();
    (group.remind.map(minutes), group.due.map(minutes))
}

#[test]
fn its_clock_begins_anew_each_time_that_its_incident_is_over() {
    let (group, _) = opened();
    let mut group = then(&group, 1, GroupEventKind::Attached { incident: IncidentId(7) });
    for (over, ack) in [(100, true), (300, false)] {
        let (seq, cause) = (group.events + 1, Cause::earlier("U0MAYA".into()));
        group.apply(&Group::event(seq, at(over - 1), &cause, GroupEventKind::Acked));
        group = then(&group, over, GroupEventKind::IncidentOver);
        assert_eq!((&group.acked, clocks(&group)), (&None, (Some(over + 30), Some(over + 60))));
        assert_eq!(fires(&group, over + 30, None), [GroupEventKind::Reminded { late: None }]);
        group = then(&group, over + 30, GroupEventKind::Reminded { late: None });
        if ack {
            group = then(&group, over + 31, GroupEventKind::Acked);
            assert!(group.timers().is_empty(), "whoever acknowledges now has it");
        }
        group = then(&group, over + 40, GroupEventKind::IncidentBack);
        assert!(group.timers().is_empty());
    }
}

/// It ends, which nobody noticed, and is acknowledged; each time the clock counts from where it fires again.
#[test]
fn its_clock_counts_from_the_last_time_that_it_fires_again() {
    let (mut group, _) = opened();
    for again in [100, 200, 300] {
        group = then(&group, again - 2, GroupEventKind::Acked);
        group = then(&group, again - 1, GroupEventKind::Over { alert: AlertId(1), at: at(again - 1) });
        group = then(&group, again, GroupEventKind::Again { alert: AlertId(1) });
        assert_eq!(clocks(&group), (Some(again + 30), Some(again + 60)));
    }
}

#[test]
fn a_message_that_became_worse_begins_its_clock() {
    let (group, _) = opened();
    let milder = Group { severity: Severity::P3, remind: None, due: None, respond: None, ..group };
    let clock = Some(Clock { from: at(10), within: SignedDuration::from_hours(1) });
    for (minute, wanted) in [(12, (Some(40), Some(70))), (50, (None, Some(70))), (90, (None, Some(90)))] {
        for kind in [
            GroupEventKind::Raised { severity: Severity::P2, clock },
            GroupEventKind::Joined { alert: AlertId(2), severity: Severity::P2, clock },
        ] {
            assert_eq!(clocks(&then(&milder, minute, kind)), wanted, "{minute}");
        }
    }
    let (group, _) = opened();
    let again = then(&group, 12, GroupEventKind::Raised { severity: Severity::P2, clock });
    assert_eq!(clocks(&again), (Some(30), Some(60)), "the first one counts");
}

#[test]
fn what_was_taken_out_is_known_until_it_is_put_back() {
    let (group, _) = opened();
    let seven = IncidentId(7);
    let group = then(&group, 1, GroupEventKind::Attached { incident: seven });
    let group = then(&group, 2, GroupEventKind::Detached);
    assert_eq!((group.incident, group.out_of.contains(&seven)), (None, true));
    let elsewhere = then(&group, 3, GroupEventKind::Attached { incident: IncidentId(8) });
    assert!(elsewhere.out_of.contains(&seven));
    let back = then(&group, 3, GroupEventKind::Attached { incident: seven });
    assert!(back.out_of.is_empty());
}

#[test]
fn its_message_follows_every_change_but_its_own_posting() {
    let (group, event) = opened();
    let card = |event: &GroupEvent, after: &Group| Group::effects(None, after, event, &());
    let effects = card(&event, &group);
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].kind, EffectKind::AlertCard { group: GroupId(1) });
    let posted = GroupEventKind::Posted { channel: "C1".into(), message: "1.1".into(), elsewhere: None };
    let posted = Group::event(2, at(1), &Cause::howler(), posted);
    assert!(card(&posted, &group).is_empty());
    let reminded = Group::event(2, at(30), &Cause::howler(), GroupEventKind::Reminded { late: None });
    let effects = card(&reminded, &group);
    assert!(
        matches!(&effects[0].kind, EffectKind::Notice { to: To::Source(Channel::Metrics), .. }),
        "{effects:?}"
    );
    assert_eq!(effects.len(), 2);
}
