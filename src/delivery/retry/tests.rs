use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;

fn refused(error: &str) -> Trouble {
    Trouble::Refused(Refusal { method: "chat.postMessage", error: error.to_owned(), ..Refusal::default() })
}

#[test]
fn every_name_has_its_class_and_its_words() {
    use Class::{Again, Never, Ours, Slow};
    let lost = Again { lost: true };
    for (error, class, words) in [
        ("not_in_channel", Never, "invite it there with /invite @howler"),
        ("is_archived", Never, "#ops is archived"),
        ("channel_not_found", Never, "#ops does not exist or howler cannot see it: create it"),
        ("missing_scope", Never, "lacks the scope"),
        ("restricted_action", Never, "ask an admin"),
        ("restricted_action_read_only_channel", Never, "ask an admin"),
        ("no_permission", Never, "no permission for this in #ops"),
        ("ekm_access_denied", Never, "#ops"),
        ("team_access_not_granted", Never, "grant"),
        ("not_allowed_token_type", Never, "xoxb-"),
        ("invalid_auth", Slow, "SLACK_BOT_TOKEN"),
        ("not_authed", Slow, "SLACK_BOT_TOKEN"),
        ("token_revoked", Slow, "`token_revoked`"),
        ("token_expired", Slow, "reinstall"),
        ("account_inactive", Slow, "reinstall"),
        ("internal_error", lost, "`internal_error`"),
        ("fatal_error", lost, "fault of its own"),
        ("service_unavailable", lost, "fault of its own"),
        ("request_timeout", lost, "fault of its own"),
        ("ratelimited", Again { lost: false }, "slow down"),
        ("message_limit_exceeded", Slow, "too many messages"),
        ("org_login_required", Slow, "moved"),
        ("user_not_found", Never, "does not know this person"),
        ("user_disabled", Never, "deactivated"),
        ("cannot_dm_bot", Never, "bot"),
        ("cant_invite", Never, "invited"),
        ("message_not_found", Never, "deleted"),
        ("edit_window_closed", Never, "edit"),
        ("name_taken", Never, "exists already"),
        ("invalid_blocks", Ours, "chat.postMessage: `invalid_blocks`"),
        ("invalid_name_specials", Ours, "fault in howler"),
        ("msg_too_long", Ours, "fault in howler"),
        ("metadata_too_large", Ours, "fault in howler"),
        ("unknown_method", Ours, "fault in howler"),
        ("brand_new_error", Never, "refused chat.postMessage with `brand_new_error`"),
    ] {
        let verdict = verdict(&refused(error), "#ops", ": create it");
        assert_eq!(verdict.class, class, "{error}");
        assert!(verdict.reason.contains(words), "{error}: {}", verdict.reason);
        assert!(!verdict.reason.contains(['{', '}']), "{error}: {}", verdict.reason);
    }
}

#[test]
fn a_missing_scope_is_named() {
    let refusal = Refusal {
        method: "conversations.join",
        error: "missing_scope".into(),
        needed: Some("channels:join".into()),
        ..Refusal::default()
    };
    assert!(verdict(&Trouble::Refused(refusal), "#ops", "").reason.contains("channels:join"));
}

#[test]
fn only_what_was_sent_can_have_happened() {
    let until = Timestamp::UNIX_EPOCH;
    for (trouble, class) in [
        (Trouble::Limited { until }, Class::At(until)),
        (Trouble::Unreached("connection refused".into()), Class::Again { lost: false }),
        (Trouble::Status { status: 407, error: None }, Class::Slow),
        (Trouble::Lost("no answer within 10 s".into()), Class::Again { lost: true }),
    ] {
        assert_eq!(verdict(&trouble, "#ops", "").class, class, "{trouble:?}");
    }
}

#[test]
fn waits_double_up_to_five_minutes_and_are_spread() {
    for (attempts, most) in [(0, 1), (1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (40, 300), (u32::MAX, 300)]
    {
        let most = SignedDuration::from_secs(most);
        let least = most * 4 / 5;
        let mut seen = std::collections::BTreeSet::new();
        for effect in 0..200 {
            let wait = backoff(EffectId(effect), attempts);
            assert!(least <= wait && wait <= most, "effect {effect} after {attempts}: {wait}");
            assert_eq!(wait, backoff(EffectId(effect), attempts));
            seen.insert(wait);
        }
        assert!(seen.len() > 50, "after {attempts}: only {} different waits", seen.len());
    }
    let wait = slow(EffectId(7), 3);
    assert!(SignedDuration::from_secs(48) <= wait && wait <= SignedDuration::from_secs(60), "{wait}");
}

#[test]
fn a_limit_is_obeyed_unless_it_is_absurd() {
    let now = Timestamp::UNIX_EPOCH;
    for (asked, seconds) in [(Some(0), 0), (Some(7), 7), (Some(u64::MAX), 3_600), (None, 30)] {
        let ends = limit_ends(now, asked.map(Duration::from_secs));
        assert_eq!(ends.duration_since(now), SignedDuration::from_secs(seconds), "{asked:?}");
    }
}

#[test]
fn metrics_know_the_names_that_have_words_and_no_others() {
    for error in ["not_in_channel", "missing_scope", "internal_error", "user_disabled", "msg_too_long"] {
        assert_eq!(refused(error).word(), error);
    }
    assert_eq!(refused("made_up_by_somebody").word(), "other");
    let words = ["ratelimited", "lost", "unreached", "http_status"];
    let troubles = [
        Trouble::Limited { until: Timestamp::UNIX_EPOCH },
        Trouble::Lost("x".into()),
        Trouble::Unreached("x".into()),
        Trouble::Status { status: 502, error: Some("x".into()) },
    ];
    assert_eq!(troubles.each_ref().map(Trouble::word), words);
}
