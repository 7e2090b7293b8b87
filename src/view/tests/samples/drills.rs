//! What drills found.

use std::collections::BTreeMap;

use super::*;
use domain::oncall::tell::Tell;
use domain::procedure::drill::{Drilled, Gap};

pub fn drills(texts: &Texts) -> Vec<(&'static str, Tell)> {
    let whole = Drilled { at: at("10:00"), checks: 6, could: 6, actions: 2, ready: 2, gaps: Vec::new() };
    let gap = |what: &str| Gap { what: what.into(), why: texts.text.clone() };
    let silent = Drilled { could: 5, gaps: vec![gap("redis")], ..whole.clone() };
    let unready = Drilled { could: 3, ready: 1, gaps: ["a", "b", "c"].map(gap).into(), ..whole.clone() };
    let not_begun = Drilled::not_begun(at("10:00"), texts.text.clone());
    let told = |found: Vec<(&str, &Drilled)>| {
        let found: BTreeMap<String, Drilled> =
            found.into_iter().map(|(name, drilled)| (name.to_owned(), drilled.clone())).collect();
        Tell::Drilled(found)
    };
    vec![
        ("drill, one", told(vec![("queue", &whole)])),
        ("drill, all", told(vec![("queue", &whole), ("redis", &whole)])),
        (
            "drill, gaps",
            told(vec![("logs", &not_begun), ("queue", &silent), ("redis", &unready), ("web", &whole)]),
        ),
    ]
}
