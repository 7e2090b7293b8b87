use crate::json::{Wants, check_pointer, read};
use crate::reading::{Reading, Reason};
use crate::value::{Kind, Unit};

const MOST: usize = 1_000;
const BODY: &str = r#"{"status":"healthy","ready":true,"p99":250,"text":" 12.5 ","slow":"1.2 s","big":1e400,
    "nothing":null,"list":[1,{"of":"more"}],"a/b":7,"empty":"","size":"2 KB"}"#;

#[test]
fn a_value_at_its_place() {
    let ms = Wants::Number(Unit::parse("ms").unwrap());
    let plain = Wants::Number(Unit::PLAIN);
    let body = BODY.replace("1e400", "1e300");
    for (pointer, wants, reading) in [
        ("/status", Wants::State, Reading::State("healthy".into())),
        ("/ready", Wants::State, Reading::State("true".into())),
        ("/p99", Wants::State, Reading::State("250".into())),
        ("/p99", ms, Reading::Number(0.25)),
        ("/text", plain, Reading::Number(12.5)),
        ("/text", ms, Reading::Number(0.0125)),
        ("/slow", ms, Reading::Number(1.2)),
        ("/list/0", plain, Reading::Number(1.0)),
        ("/list/1/of", Wants::State, Reading::State("more".into())),
        ("/a~1b", plain, Reading::Number(7.0)),
    ] {
        assert_eq!(read(body.as_bytes(), MOST, pointer, wants), reading, "{pointer}");
    }
    assert_eq!(read(b"42", MOST, "", plain), Reading::Number(42.0));
}

#[test]
fn what_cannot_be_told_says_why() {
    let plain = Wants::Number(Unit::PLAIN);
    let body = BODY.replace("1e400", "1e300");
    let holds = |pointer: &str, what: &str| Reason::Holds { pointer: pointer.into(), what: what.into() };
    let missing = |pointer: &str, near: &[&str]| {
        let near = near.iter().map(|name| (*name).to_owned()).collect();
        Reason::NothingThere { pointer: pointer.into(), near }
    };
    for (pointer, wants, reason) in [
        ("/state", Wants::State, missing("/state", &["status"])),
        ("/list/7", plain, missing("/list/7", &[])),
        ("/p99/deep", plain, missing("/p99/deep", &[])),
        ("/nothing", plain, holds("/nothing", "nothing (null)")),
        ("/list", plain, holds("/list", "a list")),
        ("/list/1", plain, holds("/list/1", "an object")),
        ("/ready", plain, holds("/ready", "true, which is no number")),
        ("/status", plain, holds("/status", "\"healthy\", which is no number")),
        ("/empty", Wants::State, holds("/empty", "an empty text")),
        ("/slow", plain, Reason::OtherUnit { has: Kind::Time, wants: Kind::Count }),
        ("/size", Wants::Number(Unit::SECONDS), Reason::OtherUnit { has: Kind::Bytes, wants: Kind::Time }),
    ] {
        assert_eq!(read(body.as_bytes(), MOST, pointer, wants), Reading::CannotTell(reason), "{pointer}");
    }
    let json = Reason::NotThis { what: "JSON".into() };
    for (body, reason) in
        [("<html>", json.clone()), (BODY, json), ("", Reason::Empty), (" \n", Reason::Empty)]
    {
        assert_eq!(read(body.as_bytes(), MOST, "/status", plain), Reading::CannotTell(reason), "{body}");
    }
    let long = read(&vec![b' '; MOST + 1], MOST, "", plain);
    assert_eq!(long, Reading::CannotTell(Reason::TooLong { most: MOST }));
}

#[test]
fn pointers() {
    for (pointer, good) in [("", true), ("/", true), ("/a/0", true), ("a", false), ("$.a", false)] {
        assert_eq!(check_pointer(pointer).is_ok(), good, "{pointer}");
    }
}
