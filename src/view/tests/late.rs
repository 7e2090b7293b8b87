//! Messages that stand in Slack long after they were decided.

use insta::assert_snapshot;

use super::rendering;
use super::samples::{self, Texts, at};
use crate::{HeldUp, Message};
use domain::effect::Say;

fn noted() -> Message {
    let note = Say::Noted { text: "It began at 01:50".into(), by: samples::ian().into() };
    view::say(&note, &samples::about(), &samples::named(), samples::at("02:03"))
}

#[test]
fn late_posts_say_their_own_time() {
    let late = |decided, now, held_up| rendering::message(&view::posted_late(noted(), decided, now, held_up));
    assert_snapshot!(
        [
            late(at("02:31"), at("02:45"), HeldUp::Slack),
            late(at("02:31"), at("02:33"), HeldUp::Otherwise),
            late("2026-11-23T23:59:00Z".parse().unwrap(), at("00:05"), HeldUp::Slack),
        ]
        .join("\n\n")
    );
}

#[test]
fn a_mention_that_is_made_good_calls_and_says_why() {
    assert_snapshot!(rendering::message(&view::mention_made_good("S0ONCALL")));
}

#[test]
fn up_to_a_minute_is_on_time() {
    for (decided, now) in [(at("02:31"), at("02:31")), (at("02:31"), at("02:32")), (at("02:32"), at("02:31"))]
    {
        assert_eq!(view::posted_late(noted(), decided, now, HeldUp::Slack), noted());
    }
}

#[test]
fn the_longest_message_still_fits() {
    let longest = Texts { title: "t".repeat(120), text: "x".repeat(2_500) };
    for (name, message) in samples::announcements(&longest) {
        let late = view::posted_late(message, at("02:00"), at("03:00"), HeldUp::Otherwise);
        assert!(late.text.chars().count() < 4_000 && late.blocks.len() <= 50, "{name}");
    }
}

#[test]
fn what_is_told_elsewhere_says_why() {
    assert_snapshot!(rendering::message(&view::posted_instead(noted(), "#nowhere does not exist")));
}
