//! What stands on GitHub: read as a whole, and inert whatever people typed.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::rendering;
use super::samples::{self, Story, Texts};
use crate::IssueText;
use crate::markdown::{inert, inert_title};
use config::Mentions;
use domain::Severity;
use domain::effect::{CardPlace, Issue};
use domain::incident::event::EventKind;
use domain::text::{TEXT_MOST, TITLE_MOST};

const MARK: &str = "18f-2a-17";

fn shown(story: &Story) -> String {
    let IssueText { title, body } = view::issue_text(&story.incident(), MARK);
    format!("{title}\n\n{body}\n\n==== comment\n{}", view::comment_text(&story.entries(), MARK))
}

fn told_on_github() -> Story {
    let issue = |url: &str| Issue { repository: "o/r".into(), number: 3, url: url.into() };
    Story::new(&Texts::calm(), Severity::P1)
        .then("02:02", None, EventKind::BackupDue { due: samples::at("02:02"), late: None })
        .then("02:03", None, EventKind::BackupDue { due: samples::at("02:02"), late: Some(samples::late()) })
        .then("02:03", None, EventKind::BackupOpened { issue: issue("javascript:alert(1)") })
        .then("02:03", None, EventKind::BackupOpened { issue: issue("https://github.com/o/r/issues/3") })
}

#[test]
fn an_open_incident() {
    assert_snapshot!(shown(&samples::long_story(&Texts::calm())));
}

#[test]
fn a_resolved_incident() {
    let nasty =
        Texts { title: "@maya `x` #12 <b>".into(), text: "fixes #12, see www.x.com\n# and *more*".into() };
    assert_snapshot!(shown(&samples::resolved_story(&nasty)));
}

#[test]
fn slack_knows_the_issue() {
    let story = told_on_github();
    let card = view::card(&story.incident(), CardPlace::Emergencies, &Mentions::default());
    let answer = domain::answer::Private::Timeline {
        incident: story.incident().summary(),
        entries: story.entries(),
        page: 1,
        pages: 1,
    };
    let timeline = view::private(&answer, view::Via::Slash);
    assert_snapshot!(format!("{}\n\n{}", rendering::message(&card), rendering::message(&timeline)));
}

#[test]
fn what_github_would_make_something_of_is_inert() {
    for (typed, shown) in [
        ("@maya", "@\u{2060}maya"),
        ("fixes #12", "fixes #\u{2060}12"),
        ("o/r#12 GH-12", "o/r#\u{2060}12 GH-\u{2060}12"),
        ("a@b.example", "a@\u{2060}b.\u{2060}example"),
        ("https://x.example www.x", "https:\u{2060}//x.\u{2060}example www.\u{2060}x"),
        ("<img src=x> & co", "&lt;img src=x&gt; &amp; co"),
        ("*a* _b_ ~~c~~ `d`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"),
        ("![x](y) [z]", "\\!\\[x\\](y) \\[z\\]"),
        ("a\n# b", "a<br>#\u{2060} b"),
        (":tada: at 12:30", ":\u{2060}tada: at 12:30"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("see 1a2b3c4d5e, not abcdefg or 1234567", "see 1\u{2060}a2b3c4d5e, not abcdefg or 1234567"),
    ] {
        assert_eq!(inert(typed), shown, "{typed}");
    }
    assert_eq!(inert_title("`x` @maya #1 :tada:"), "ˋxˋ @\u{2060}maya #\u{2060}1 :\u{2060}tada:");
}

#[test]
fn the_longest_texts_fit() {
    let texts = Texts { title: "<".repeat(TITLE_MOST), text: "<&>\n".repeat(TEXT_MOST / 4) };
    let story = samples::resolved_story(&texts);
    let IssueText { title, body } = view::issue_text(&story.incident(), MARK);
    let entries: Vec<_> = std::iter::repeat_n(story.entries(), 60).flatten().collect();
    let comment = view::comment_text(&entries, MARK);
    assert!(title.chars().count() <= 256);
    for text in [body, comment] {
        assert!(text.chars().count() <= 65_536, "{}", text.chars().count());
        assert!(view::carries(&text, MARK) && !view::carries(&text, "18f-2a-1"));
    }
}

proptest! {
    #[test]
    fn nothing_typed_is_a_mention_a_reference_or_html(text in "[@#<>&a-z0-9 \n.:/-]{0,40}") {
        let shown = inert(&text).replace("<br>", " ");
        prop_assert!(!shown.contains(['<', '>', '\n']), "{shown}");
        for sign in ['@', '#'] {
            for (_, after) in shown.match_indices(sign).map(|(at, _)| shown.split_at(at + 1)) {
                prop_assert!(after.starts_with('\u{2060}'), "{shown}");
            }
        }
        prop_assert!(!shown.contains("://"), "{shown}");
    }
}
