use super::*;
use domain::home::{MyPhone, OnCallNow};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn ian() -> UserId {
    "U0IAN".into()
}

fn home(more_open: usize) -> Home {
    Home {
        person: ian(),
        on_call: OnCallNow::default(),
        barred: None,
        waits: Vec::new(),
        more_waits: 0,
        open: Vec::new(),
        more_open,
        turns: Vec::new(),
        phone: MyPhone::Off,
        no_way: None,
    }
}

#[test]
fn an_opened_home_waits_until_it_is_published_and_is_followed_for_an_hour() {
    let homes = Homes::default();
    assert_eq!(homes.waiting(at(0)), None);
    homes.opened(&ian(), Some("1.a".into()), at(0));
    assert_eq!(homes.waiting(at(0)), Some(ian()));
    let due = homes.due(&ian(), at(0)).unwrap();
    assert_eq!((due.opened, due.hash.as_deref()), (true, Some("1.a")));
    homes.published(&due, home(0), Some("2.b".into()));
    assert_eq!(homes.waiting(at(1)), None);
    assert!(homes.stands(&home(0)) && !homes.stands(&home(1)));
    assert_eq!(homes.due(&ian(), at(1)).unwrap().hash.as_deref(), Some("2.b"));
    assert_eq!(homes.followed(at(3_599)), [ian()]);
    assert!(homes.followed(at(3_600)).is_empty());
    assert!(homes.due(&ian(), at(3_600)).is_none(), "it is forgotten");
}

#[test]
fn one_that_is_opened_again_while_it_is_published_is_published_once_more() {
    let homes = Homes::default();
    homes.opened(&ian(), None, at(0));
    let due = homes.due(&ian(), at(0)).unwrap();
    homes.used(&ian(), at(1));
    homes.published(&due, home(0), Some("2.b".into()));
    assert_eq!(homes.waiting(at(1)), Some(ian()));
}

#[test]
fn a_failure_is_tried_again_later_and_not_for_ever() {
    let homes = Homes::default();
    homes.opened(&ian(), None, at(0));
    let mut now = at(0);
    let mut waits = Vec::new();
    while homes.failed(&ian(), now) {
        assert_eq!((homes.waiting(now), homes.due(&ian(), now)), (None, None));
        let next = homes.next(now).unwrap();
        waits.push(next.duration_since(now).as_secs());
        now = next;
        assert_eq!(homes.waiting(now), Some(ian()));
    }
    assert_eq!(waits, [5, 10, 20, 40, 80]);
    assert!(homes.followed(now).is_empty(), "until it is opened again");
    homes.opened(&ian(), None, now);
    assert_eq!(homes.waiting(now), Some(ian()));
}

#[test]
fn slacks_limit_is_waited_for_and_is_no_failure() {
    let homes = Homes::default();
    homes.opened(&ian(), None, at(0));
    homes.hold(&ian(), at(30));
    assert_eq!((homes.waiting(at(29)), homes.next(at(0))), (None, Some(at(30))));
    assert_eq!(homes.waiting(at(30)), Some(ian()));
}

#[test]
fn a_hundred_are_followed_and_the_longest_unopened_goes() {
    let homes = Homes::default();
    let person = |n: i64| UserId(format!("U{n:03}"));
    for n in 0..=100 {
        homes.opened(&person(n), None, at(n));
    }
    let followed = homes.followed(at(101));
    assert_eq!(followed.len(), 100);
    assert!(!followed.contains(&person(0)) && followed.contains(&person(100)));
}
