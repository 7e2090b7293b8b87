use jiff::{SignedDuration, Timestamp};

use super::Limits;

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
