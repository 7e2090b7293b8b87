use super::*;
use proptest::prelude::*;

#[test]
fn titles_become_names_of_files() {
    for (title, expected) in [
        ("Event stream down: can't publish", "event-stream-down-can-t-publish"),
        ("", "incident"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "incident"),
        ("a\\b/c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"),
        ("日本語だけ", "incident"),
        ("Größe der Änderung: naïve Œuvre, İstanbul", "groesse-der-aenderung-naive-oeuvre-istanbul"),
        ("--- 500s on /api/v2 ---", "500s-on-api-v2"),
        ("CON", "con"),
        ("🔥 fire 🔥", "fire"),
        ("a\0b\nc", "a-b-c"),
    ] {
        assert_eq!(slug(title), expected, "{title}");
    }
    assert_eq!(slug(&"word ".repeat(60)), ["word"; 12].join("-"));
    assert_eq!(slug(&"w".repeat(300)), "w".repeat(60));
}

proptest! {
    #[test]
    fn any_title_is_a_safe_name(title in "\\PC{0,300}|[./\\\\ -]{0,40}|.{0,300}") {
        let slug = slug(&title);
        prop_assert!((1..=60).contains(&slug.len()), "{slug}");
        prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{slug}");
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug}");
        prop_assert_eq!(super::super::slug(&slug), slug.clone(), "twice is the same as once");
    }
}
