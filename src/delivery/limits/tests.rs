use jiff::{SignedDuration, Timestamp};

use super::{Limits, Turns};
use crate::domain::effect::Lane;
use crate::id::IncidentId;

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
        assert_eq!(limits.held(method, channel, at(now)), held.map(at), "{method} {channel:?} at {now}");
    }
}

#[test]
fn the_longer_limit_stays_and_old_ones_are_forgotten() {
    let limits = Limits::default();
    limits.hold("chat.update", Some("C1"), at(30), at(0));
    limits.hold("chat.update", Some("C1"), at(10), at(1));
    assert_eq!(limits.held("chat.update", Some("C1"), at(2)), Some(at(30)));
    limits.hold("chat.update", Some("C2"), at(60), at(31));
    assert_eq!(limits.0.lock().unwrap().len(), 1);
}

#[test]
fn behind_a_limit_everybody_gets_a_turn_and_a_page_does_not_wait_for_it() {
    let turns = Turns::default();
    let take = |lane: fn(IncidentId) -> Lane, channel: &str, until, now| {
        let turn = turns.take(&lane(IncidentId(1)), &channel.into(), at(until), at(now));
        turn.duration_since(at(0)).as_secs()
    };
    let announced: Vec<_> = (0..3).map(|_| take(Lane::Announce, "C1", 30, 0)).collect();
    assert_eq!(announced, [30, 31, 32]);
    let shown: Vec<_> = (0..3).map(|_| take(Lane::Show, "C1", 30, 0)).collect();
    assert_eq!(shown, [31, 32, 33]);
    for _ in 0..2 {
        assert_eq!(take(Lane::Page, "C1", 30, 0), 30, "pages wait for nobody");
    }
    assert_eq!(take(Lane::Announce, "C2", 30, 0), 30, "another channel has its own turns");
    assert_eq!(take(Lane::Announce, "C1", 60, 31), 60, "limited again before its turn came");
    assert_eq!(take(Lane::Announce, "C1", 60, 31), 61);
    assert_eq!(take(Lane::Announce, "C1", 90, 80), 90, "old turns are forgotten");
}
