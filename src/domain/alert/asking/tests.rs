use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::agenda::{Agenda, Came, EVERY, every};
use super::missed::{Attempt, Found, Listed, OfGitHub, reckon};
use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

fn outage(from: &str, until: &str) -> Outage {
    Outage { from: at(from), until: at(until) }
}

fn learned(found: Option<Found>) -> Learned {
    Learned { found, heard: true, ..Learned::of(Source::GitHub, Subject::Deliveries) }
}

fn listed(until: &str, missed: u32) -> Found {
    Found::Listed { until: at(until), listed: Listed { missed, here: missed, ..Listed::default() } }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[test]
fn an_outage_counts_once_and_none_that_was_told() {
    let mut asking = Asking::default();
    let down = outage("02:10:00", "02:55:00");
    asking.was_down(down);
    asking.was_down(down);
    asking.was_down(outage("02:55:00", "02:55:00"));
    asking.was_down(outage("02:55:00", "02:10:00"));
    assert_eq!(asking.down, [down]);
    assert_eq!(asking.learn(&learned(Some(Found::Waits)), &[], at("02:56:00")), None);
    assert_eq!(
        asking.learn(&learned(Some(listed("02:54:00", 3))), &[], at("02:56:00")),
        None,
        "not all of it"
    );
    let missed = asking.learn(&learned(Some(listed("02:57:00", 3))), &[], at("02:59:00")).unwrap();
    assert_eq!(missed.down, [down]);
    assert!(matches!(missed.github, Some(OfGitHub::Listed(Listed { missed: 3, .. }))));
    assert_eq!((asking.until, asking.told), (Some(at("02:57:00")), Some(at("02:55:00"))));
    asking.was_down(down);
    assert!(asking.down.is_empty(), "it was told");
    assert_eq!(asking.learn(&learned(Some(listed("03:07:00", 0))), &[], at("03:09:00")), None);
    // A second one before the first was told is told with it.
    let mut asking = Asking::default();
    asking.was_down(down);
    asking.was_down(outage("02:56:00", "02:57:00"));
    let missed = asking.learn(&learned(Some(listed("02:58:00", 1))), &[], at("03:00:00")).unwrap();
    assert_eq!(missed.down.len(), 2);
    for minute in 0..20 {
        let from = at("04:00:00") + minutes(2 * minute);
        asking.was_down(Outage { from, until: from + minutes(1) });
    }
    assert_eq!((asking.down.len(), asking.down[0].from), (8, at("04:00:00")), "bounded, and none is lost");
}

#[test]
fn what_is_told_of_an_outage() {
    let ear = |source| Ear::new(source, at("01:00:00"));
    let ears =
        [ear(Source::GitHub), ear(Source::Vercel), ear(Source::UptimeRobot), ear(Source::Alertmanager)];
    let cannot = |lasting| Found::Cannot { why: "no".into(), lasting };
    let (long, short) = (outage("02:10:00", "02:55:00"), outage("02:10:00", "02:10:20"));
    let (now, later) = ("02:57:00", "05:00:00");
    // What was down, what came, which sources spoke, when: whether it is told.
    for (number, (down, found, ears, when, told)) in [
        (Some(long), listed("02:56:00", 3), &ears[..1], now, true),
        (Some(short), listed("02:56:00", 3), &ears[..1], now, true),
        (None, listed("02:56:00", 3), &ears[..1], now, true),
        (Some(long), listed("02:56:00", 0), &ears[..2], now, false),
        (Some(long), listed("02:56:00", 0), &ears[..3], now, true),
        (Some(short), listed("02:56:00", 0), &ears[..3], now, false),
        (Some(long), cannot(true), &ears[..1], now, true),
        (Some(short), cannot(true), &ears[..1], now, false),
        (Some(long), cannot(false), &ears[..1], now, false),
        (Some(long), cannot(false), &ears[..1], later, true),
        (Some(long), Found::NoSource, &ears[1..2], now, false),
        (Some(long), Found::NoSource, &ears[1..3], now, true),
        (Some(long), Found::NoSource, &ears[3..], now, false),
        (None, cannot(true), &ears[..], now, false),
    ]
    .into_iter()
    .enumerate()
    {
        let mut asking = Asking::default();
        down.into_iter().for_each(|down| asking.was_down(down));
        let missed = asking.learn(&learned(Some(found)), ears, at(when));
        assert_eq!(missed.is_some(), told, "{number}: {missed:?}");
        if let Some(missed) = missed {
            let robot = ears.iter().any(|ear| ear.source == Source::UptimeRobot);
            assert_eq!(missed.unasked.contains(&Source::UptimeRobot), robot, "{number}");
        }
    }
}

#[test]
fn a_webhook_that_never_gets_through_is_told_once_in_a_while() {
    let mut asking = Asking::default();
    let mut told = |hour: i64, missed, here| {
        let now = at("00:00:00") + SignedDuration::from_hours(hour);
        let listed = Listed { missed, here, ..Listed::default() };
        let found = Found::Listed { until: now, listed };
        asking.learn(&learned(Some(found)), &[], now).is_some()
    };
    let all =
        [(1, 2, 0), (2, 1, 0), (3, 0, 0), (6, 1, 0), (7, 1, 0), (8, 1, 0), (9, 2, 1), (10, 1, 0), (11, 1, 0)];
    let told = all.map(|(hour, missed, here)| told(hour, missed, here));
    assert_eq!(told, [true, false, false, false, true, false, true, true, false]);
}

#[test]
fn what_cannot_be_told_is_kept_since_when_it_cannot() {
    let mut asking = Asking::default();
    let cannot = |why: &str| Learned { cannot: vec![why.into()], heard: false, ..learned(None) };
    asking.learn(&cannot("a"), &[], at("02:00:00"));
    asking.learn(&cannot("a"), &[], at("02:10:00"));
    assert_eq!(asking.of[0].cannot, [Cannot { why: "a".into(), since: at("02:00:00") }]);
    asking.learn(&cannot("b"), &[], at("02:20:00"));
    assert_eq!(asking.of[0].cannot[0].since, at("02:20:00"));
    asking.learn(&learned(None), &[], at("02:30:00"));
    let answered = asking.clone();
    assert_eq!((asking.of[0].at, asking.of[0].cannot.len()), (Some(at("02:30:00")), 0));
    asking.learn(&learned(None), &[], at("02:40:00"));
    assert_eq!(asking, answered, "the same again is no change for an hour");
    let many =
        Learned { cannot: (0..50).map(|n| format!("{n}{}", "x".repeat(900))).collect(), ..learned(None) };
    asking.learn(&many, &[], at("02:50:00"));
    assert_eq!(asking.of[0].cannot.len(), 10);
    assert!(asking.of[0].cannot.iter().all(|cannot| cannot.why.chars().count() <= 300));
}

/// Attempts: id, guid, when, howler's answer, whether it was sent again.
fn attempts(all: &[(u64, &str, &str, u16, bool)]) -> Vec<Attempt> {
    let one = |(id, guid, when, status, again): &(u64, &str, &str, u16, bool)| Attempt {
        id: *id,
        guid: (*guid).to_owned(),
        at: at(when),
        status: *status,
        again: *again,
    };
    all.iter().map(one).collect()
}

#[test]
fn what_was_missed_and_what_is_sent_again() {
    let list = attempts(&[
        (1, "before", "01:00:00", 502, false),
        (2, "fine", "02:11:00", 200, false),
        (4, "later", "02:13:00", 502, false),
        (3, "lost", "02:12:00", 502, false),
        (5, "back", "02:14:00", 503, false),
        (6, "back", "02:56:00", 202, true),
        (7, "tried", "02:15:00", 502, false),
        (8, "tried", "02:56:50", 401, true),
        (9, "middle", "02:20:00", 502, true),
        (10, "too soon", "02:56:30", 502, false),
        (11, "refused", "02:16:00", 500, false),
        (12, "refused", "02:17:00", 500, true),
        (13, "refused", "02:18:00", 500, true),
        (14, "refused", "02:19:00", 401, true),
        // A person sends again what had arrived.
        (15, "fine", "02:30:00", 500, true),
    ]);
    let found = reckon(&list, at("02:10:00"), at("02:55:00"), at("02:57:00"), &BTreeSet::new());
    let Listed { missed, here, between, left, .. } = &found.listed;
    assert_eq!((*missed, *here), (5, 1));
    assert_eq!(*between, Some((at("02:12:00"), at("02:16:00"))));
    assert_eq!(left.iter().collect::<Vec<_>>(), [(&401, &1)]);
    assert_eq!((found.again.as_slice(), found.waits), (&[3, 4][..], true), "the oldest first");
    let given_up = found.given_up("no".into());
    assert_eq!(given_up.listed.left.into_iter().collect::<Vec<_>>(), [(0, 3), (401, 1)]);
    assert!(given_up.again.is_empty() && !given_up.waits);
    // Whatever order the list has, it says the same.
    let mut turned = list.clone();
    turned.reverse();
    assert_eq!(
        reckon(&turned, at("02:10:00"), at("02:55:00"), at("02:57:00"), &BTreeSet::new()).again,
        reckon(&list, at("02:10:00"), at("02:55:00"), at("02:57:00"), &BTreeSet::new()).again
    );
    let nothing = reckon(&[], at("02:10:00"), at("02:55:00"), at("02:57:00"), &BTreeSet::new());
    assert_eq!(nothing, Default::default());
}

#[test]
fn what_cannot_be_sent_again_is_left_by_itself() {
    let list = attempts(&[(3, "lost", "02:12:00", 502, false), (4, "later", "02:13:00", 503, false)]);
    let reckoned = |gone: &[u64]| {
        reckon(&list, at("02:10:00"), at("02:55:00"), at("02:57:00"), &gone.iter().copied().collect())
    };
    let found = reckoned(&[3]);
    assert_eq!((found.again, found.in_hand), (vec![4], Some(at("02:13:00"))));
    assert_eq!(found.listed.left.into_iter().collect::<Vec<_>>(), [(502, 1)]);
    assert_eq!((reckoned(&[3, 4]).again, reckoned(&[3, 4]).in_hand), (vec![], None));
}

/// Where ever more is missed, what is settled is told all the same.
#[test]
fn nobody_waits_for_ever() {
    let list = attempts(&[
        (3, "back", "02:12:00", 502, false),
        (4, "back", "02:14:00", 200, true),
        (5, "new", "04:20:00", 502, false),
    ]);
    let reckoned = |until, now| reckon(&list, at("02:10:00"), until, now, &BTreeSet::new());
    let early = reckoned(at("04:05:00"), at("04:11:00"));
    assert_eq!(early.settled(at("04:11:00")), None, "nothing is in hand");
    let now = at("04:22:00");
    let found = reckoned(at("04:20:00"), now);
    assert_eq!(found.settled(at("04:11:59")), None, "that is waited for");
    let settled = found.settled(now).unwrap();
    assert!(settled < at("04:20:00") && settled > at("04:19:59"));
    let told = reckoned(settled, now);
    assert_eq!((told.listed.missed, told.listed.here, told.in_hand), (1, 1, None));
    // The oldest is in hand itself: nothing is settled.
    let list = attempts(&[(5, "new", "02:12:00", 502, false)]);
    assert_eq!(reckon(&list, at("02:10:00"), now, now, &BTreeSet::new()).settled(now), None);
}

#[test]
fn questions_are_few_and_ever_fewer_where_no_answer_comes() {
    let (alerts, deliveries) = ((Source::GitHub, Subject::Alerts), (Source::GitHub, Subject::Deliveries));
    let mut now = at("02:00:00");
    let mut agenda = Agenda::new([alerts, deliveries], now);
    assert_eq!(agenda.due(now), [alerts, deliveries]);
    agenda.came(alerts, Came::Nothing, now);
    agenda.came(deliveries, Came::Answer { next: EVERY }, now);
    assert_eq!((agenda.next(), agenda.due(now).len()), (Some(now + minutes(1)), 0));
    let mut waits = Vec::new();
    for _ in 0..8 {
        agenda.came(deliveries, Came::Passing, now);
        agenda.came(alerts, Came::Answer { next: minutes(600) }, now);
        let next = agenda.next().unwrap();
        waits.push(next.duration_since(now).as_mins());
        now = next;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    agenda.came(deliveries, Came::Lasting, now);
    assert_eq!(agenda.next(), Some(now + minutes(60)));
    agenda.came(deliveries, Came::Passing, now);
    assert_eq!(agenda.next(), Some(now + minutes(1)), "it begins anew");
    agenda.came(deliveries, Came::Answer { next: SignedDuration::ZERO }, now);
    assert_eq!(agenda.next(), Some(now + minutes(1)), "never in a circle");
    agenda.not_after(at("01:00:00"));
    assert_eq!(agenda.next(), Some(at("01:00:00")), "the clock was set back");
    assert_eq!((every(minutes(30)), every(minutes(360))), (minutes(10), minutes(60)));
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let mut asking = Asking::default();
    asking.was_down(outage("02:10:00", "02:55:00"));
    let cannot =
        Learned { cannot: vec!["a".into()], notes: vec!["b".into()], ..learned(Some(listed("01:00:00", 0))) };
    asking.learn(&cannot, &[], at("03:00:00"));
    let written = serde_json::to_string(&asking).unwrap();
    assert_eq!(serde_json::from_str::<Asking>(&written).unwrap(), asking);
    assert_eq!(serde_json::from_str::<Asking>("{}").unwrap(), Asking::default());
}
