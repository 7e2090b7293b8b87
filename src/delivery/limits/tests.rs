use jiff::{SignedDuration, Timestamp};

use super::{Edits, Limits, Turns};
use crate::job::Urgency;
use domain::effect::Lane;
use domain::id::{EffectId, IncidentId};

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

#[test]
fn a_limit_holds_its_method_and_channel_alone() {
    let limits = Limits::default();
    limits.hold("chat.postMessage", Some("C1"), at(30), at(0));
    for (method, channel, now, held) in [
        ("chat.postMessage", Some("C1"), 0, Some(30)),
        ("chat.postMessage", Some("C1"), 29, Some(30)),
        ("chat.postMessage", Some("C1"), 30, None),
        ("chat.postMessage", Some("C2"), 0, None),
        ("chat.postMessage", None, 0, None),
        ("chat.update", Some("C1"), 0, None),
    ] {
        assert_eq!(
            limits.enter(method, channel, at(now)).err(),
            held.map(at),
            "{method} {channel:?} at {now}"
        );
    }
}

#[test]
fn the_longer_limit_stays_and_old_ones_are_forgotten() {
    let limits = Limits::default();
    limits.hold("chat.update", Some("C1"), at(30), at(0));
    limits.hold("chat.update", Some("C1"), at(10), at(1));
    assert_eq!(limits.enter("chat.update", Some("C1"), at(2)), Err(at(30)));
    limits.hold("chat.update", Some("C2"), at(60), at(41));
    assert_eq!(limits.0.lock().unwrap().until.len(), 1);
}

/// A limit is a number of seconds, and not an hour on the clock.
#[test]
fn a_clock_that_is_set_back_makes_no_limit_longer() {
    const HOUR: i64 = 3_600;
    let limits = Limits::default();
    limits.hold("chat.postMessage", Some("C1"), at(HOUR + 30), at(HOUR));
    assert_eq!(limits.enter("chat.postMessage", Some("C1"), at(10)), Err(at(40)), "at most what Slack said");
    assert_eq!(limits.enter("chat.postMessage", Some("C1"), at(40)), Ok(()));
    let (turns, channel) = (Turns::default(), "C1".into());
    let usual = (&Lane::Announce(IncidentId(1)), Urgency::Usual);
    let [first, second] = [1, 2].map(|id| turns.take(EffectId(id), usual, &channel, at(HOUR + 30), at(HOUR)));
    assert_eq!((first, second), (at(HOUR + 30), at(HOUR + 31)));
    assert_eq!(turns.early(EffectId(1), at(10)), Some(at(40)));
    assert_eq!(turns.early(EffectId(1), at(40)), None);
    let edits = Edits::default();
    while edits.take(at(HOUR), false).is_ok() {}
    let free = edits.take(at(0), false).unwrap_err();
    assert!(free <= at(2), "{free}");
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

#[test]
fn behind_a_limit_everybody_gets_a_turn_and_a_page_does_not_wait_for_it() {
    let turns = Turns::default();
    let take = |id, lane: fn(IncidentId) -> Lane, channel: &str, until, now| {
        let lane = lane(IncidentId(1));
        let urgency = if matches!(lane, Lane::Page(_)) { Urgency::Page } else { Urgency::Usual };
        seconds(turns.take(EffectId(id), (&lane, urgency), &channel.into(), at(until), at(now)))
    };
    let announced: Vec<_> = (0..3).map(|id| take(id, Lane::Announce, "C1", 30, 0)).collect();
    assert_eq!(announced, [30, 31, 32]);
    let shown: Vec<_> = (10..13).map(|id| take(id, Lane::Show, "C1", 30, 0)).collect();
    assert_eq!(shown, [31, 32, 33]);
    for id in 20..22 {
        assert_eq!(take(id, Lane::Page, "C1", 30, 0), 30, "pages wait for nobody");
    }
    assert_eq!(take(30, Lane::Announce, "C2", 30, 0), 30, "another channel has its own turns");
    assert_eq!(take(40, Lane::Announce, "C1", 230, 200), 230, "who did not come back is forgotten");
}

#[test]
fn who_is_limited_again_keeps_the_place_and_the_others_stay_behind() {
    let turns = Turns::default();
    let lane = Lane::Announce(IncidentId(1));
    let take = |id, until, now| {
        seconds(turns.take(EffectId(id), (&lane, Urgency::Usual), &"C1".into(), at(until), at(now)))
    };
    let early = |id, now| turns.early(EffectId(id), at(now)).map(seconds);
    assert_eq!((0..4).map(|id| take(id, 30, 0)).collect::<Vec<_>>(), [30, 31, 32, 33]);
    assert_eq!(early(0, 30), None, "its turn has come");
    assert_eq!(take(0, 60, 30), 60, "limited again, and still the first");
    // The others were told a time before the limit's new end.
    assert_eq!([early(1, 31), early(2, 32), early(3, 33)], [Some(61), Some(62), Some(63)]);
    assert_eq!(take(9, 60, 40), 64, "a new one is behind them all");
    assert_eq!(early(0, 60), None);
    // As places become free, nobody goes before their second, and nobody waits beyond it.
    assert_eq!([early(1, 61), early(2, 62), early(3, 63), early(9, 64)], [None; 4]);
    assert_eq!(early(77, 64), None, "who was never limited does not wait");
}

#[test]
fn after_a_limit_one_call_a_second_is_made() {
    let limits = Limits::default();
    limits.hold("chat.postMessage", Some("C1"), at(30), at(0));
    let enter = |now| limits.enter("chat.postMessage", Some("C1"), at(now)).map_err(seconds);
    assert_eq!([enter(30), enter(30), enter(30)], [Ok(()), Err(31), Err(31)]);
    assert_eq!([enter(31), enter(31)], [Ok(()), Err(32)]);
    assert_eq!([enter(42), enter(42)], [Ok(()), Ok(())], "nobody called for a while: the crowd is gone");
}

#[test]
fn many_who_were_told_the_same_second_do_not_call_in_it() {
    let turns = Turns::default();
    let lane = Lane::Announce(IncidentId(1));
    // Their calls were under way side by side, and the last comes back first.
    let told = (0..200)
        .rev()
        .map(|id| turns.take(EffectId(id), (&lane, Urgency::Usual), &"C1".into(), at(30), at(29)));
    assert!(told.map(seconds).all(|told| told == 30));
    let mut waiting: Vec<u64> = (0..200).collect();
    for now in 30..40 {
        let before = waiting.len();
        waiting.retain(|id| turns.early(EffectId(*id), at(now)).is_some());
        assert_eq!(before - waiting.len(), 1, "at {now}");
    }
    assert_eq!(waiting[0], 10, "in the order in which they came to be");
}

#[test]
fn news_of_a_p1_goes_before_thousands_and_a_page_before_that() {
    let turns = Turns::default();
    let take = |id, lane: fn(IncidentId) -> Lane, urgency| {
        seconds(turns.take(EffectId(id), (&lane(IncidentId(1)), urgency), &"C1".into(), at(30), at(0)))
    };
    // Reminders stand in the lane of pages.
    let reminders: Vec<_> = (0..1_000).map(|id| take(id, Lane::Page, Urgency::Usual)).collect();
    assert_eq!(reminders, (30..1_030).collect::<Vec<_>>());
    assert_eq!(take(1_000, Lane::Announce, Urgency::Pressing), 30);
    assert_eq!(take(1_001, Lane::Room, Urgency::Pressing), 31);
    assert_eq!(take(1_002, Lane::Page, Urgency::Page), 30);
    let early = |id, now| turns.early(EffectId(id), at(now));
    let soon = |now| Some(at(now) + SignedDuration::from_millis(100));
    assert_eq!([early(0, 30), early(1_000, 30)], [soon(30); 2]);
    assert_eq!(early(1_002, 30), None);
    assert_eq!([early(0, 30), early(1_000, 30)], [soon(30), None]);
    assert_eq!([early(0, 31), early(1_001, 31)], [soon(31), None]);
    assert_eq!(early(0, 32), None);
}

#[test]
fn edits_of_run_cards_stay_within_slacks_limit_in_any_minute() {
    let edits = Edits::default();
    let start = Timestamp::from_second(1_795_485_600).unwrap();
    let mut taken: Vec<i64> = Vec::new();
    // Twenty runs ask ten times a second for three minutes.
    for tick in 0..1_800 {
        let now = start + SignedDuration::from_millis(100 * tick);
        taken.extend((0..20).filter(|_| edits.take(now, false).is_ok()).map(|_| 100 * tick));
    }
    let most =
        taken.iter().map(|from| taken.iter().filter(|at| (*from..from + 60_000).contains(*at)).count());
    assert!(most.max().unwrap() <= 50, "{taken:?}");
    assert!(taken.len() >= 3 * 36, "{}", taken.len());
    assert_eq!(taken.iter().filter(|at| **at == 0).count(), 12);
}

#[test]
fn what_programs_print_leaves_edits_to_news() {
    let (edits, now) = (Edits::default(), at(1_795_485_600));
    let ticks = (0..20).filter(|_| edits.take(now, true).is_ok()).count();
    let news = (0..20).filter(|_| edits.take(now, false).is_ok()).count();
    assert_eq!((ticks, news), (6, 6));
}

#[test]
fn what_calls_twice_in_one_attempt_does_not_wait_for_itself() {
    let limits = Limits::default();
    let (limited, over) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(1).unwrap());
    for method in ["conversations.invite", "chat.postMessage"] {
        limits.hold(method, Some("C1"), over, limited);
        assert_eq!(limits.enter(method, Some("C1"), over), Ok(()), "{method}");
    }
    assert_eq!(limits.enter("conversations.invite", Some("C1"), over), Ok(()));
    assert_eq!(limits.enter("chat.postMessage", Some("C1"), over), Err(Timestamp::from_second(2).unwrap()));
}
