//! The report as a file: the runbook's template line by line, and what people wrote as text, with a real Markdown parser as the judge.

use insta::assert_snapshot;
use proptest::prelude::*;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::samples::{self, Texts};
use crate::Names;
use domain::incident::after::event::{AfterNews, Section};
use domain::incident::event::EventKind;

/// Runbook 6.1.
const TEMPLATE: &str = include_str!("fixtures/report-template.md");

fn file(texts: &Texts) -> String {
    view::report_file(&samples::after_story(texts).report(), &Names::default())
}

/// Headings, heads of tables, and the labels of lists: what is the same in every report.
fn skeleton(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let is_head = |at: usize| lines.get(at + 1).is_some_and(|next| next.starts_with("|--"));
    let kept = lines.iter().enumerate().filter_map(|(at, line)| match *line {
        line if line.starts_with("# ") => Some("# Incident Report:".to_owned()),
        line if line.starts_with("## ") || line.starts_with("|--") => Some(line.to_owned()),
        line if line.starts_with("| ") && is_head(at) => Some(line.to_owned()),
        line if line.starts_with("- ") => line.split_once(':').map(|(label, _)| format!("{label}:")),
        _ => None,
    });
    kept.collect()
}

#[test]
fn it_is_the_runbooks_template_line_by_line() {
    let mut story = samples::after_story(&Texts::calm());
    // The steps that ran are a list of their own where nobody wrote how it was resolved.
    let written = AfterNews::Written { section: Section::Resolution, text: "Rolled back".into() };
    story = story.then("02:55", Some(samples::ian()), EventKind::After(Box::new(written)));
    let text = view::report_file(&story.report(), &Names::default());
    assert_eq!(skeleton(&text), skeleton(TEMPLATE));
}

#[test]
fn as_a_file() {
    let mut names = Names::default();
    names.add("U0IAN", "ian");
    let text = view::report_file(&samples::after_story(&Texts::calm()).report(), &names);
    assert_snapshot!(text);
    let people: Vec<_> =
        view::people_in(&samples::after_story(&Texts::calm()).report()).into_iter().collect();
    assert_eq!(people, [samples::bea(), samples::ian()]);
}

#[test]
fn of_one_without_an_update_nothing_is_made_up() {
    let bare =
        samples::reports(&Texts::calm()).into_iter().find(|(name, _)| name.contains("open")).unwrap().1;
    assert_snapshot!(view::report_file(&bare, &Names::default()));
}

/// What a parser makes of it: its headings, how many tables with how many rows, and all text. Anything else that would be something is an
/// error.
fn parsed(text: &str) -> Result<(Vec<String>, Vec<usize>, String), String> {
    let (mut headings, mut tables, mut words) = (Vec::new(), Vec::new(), String::new());
    let mut heading = None;
    // GitHub turns no `--` into a dash, and a dollar sign between tags is no formula there (docs.github.com, "Writing mathematical expressions").
    let others = Options::ENABLE_SMART_PUNCTUATION | Options::ENABLE_MATH;
    for event in Parser::new_ext(text, Options::all() - others) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                let (level, text) = heading.take().ok_or("an end without a heading")?;
                let sign = if level == HeadingLevel::H1 { "#" } else { "##" };
                headings.push(format!("{sign} {text}"));
            }
            Event::Start(Tag::Table(_)) => tables.push(0),
            Event::Start(Tag::TableRow) => *tables.last_mut().ok_or("a row without a table")? += 1,
            Event::Text(said) => match &mut heading {
                Some((_, text)) => text.push_str(&said),
                None => words.push_str(&said),
            },
            // Ids, and the words of the file's own that are bold.
            Event::InlineHtml(tag) => match &*tag {
                "<code>" | "</code>" | "<b>" | "</b>" | "<del>" | "</del>" | "<span>" | "</span>" => {}
                "<br>" => words.push('\n'),
                tag => return Err(format!("HTML: {tag}")),
            },
            Event::HardBreak | Event::SoftBreak => words.push('\n'),
            // A follow-up's issue is howler's own link.
            Event::Start(Tag::Link { dest_url, .. })
                if &*dest_url == "https://github.com/anomalyco/monkeytown/issues/14" => {}
            Event::End(TagEnd::Link) => {}
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => {}
            Event::Start(Tag::Paragraph | Tag::TableHead | Tag::TableCell | Tag::List(None) | Tag::Item) => {
                words.push('\n');
            }
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Table
                | TagEnd::TableHead
                | TagEnd::TableRow
                | TagEnd::TableCell
                | TagEnd::List(false)
                | TagEnd::Item,
            ) => {}
            other => return Err(format!("{other:?}")),
        }
    }
    Ok((headings, tables, words.replace('\u{2060}', "")))
}

const HEADINGS: [&str; 8] = [
    "# Incident Report: INC-7",
    "## Summary",
    "## Timeline (UTC)",
    "## Root Cause",
    "## Impact",
    "## Resolution",
    "## Follow-up Actions",
    "## Lessons Learned",
];

fn check(texts: &Texts) -> Result<(), String> {
    let text = file(texts);
    let (headings, tables, words) = parsed(&text)?;
    if headings != HEADINGS {
        return Err(format!("{headings:?} in {text}"));
    }
    // Nine lines of the timeline, three follow-ups.
    if tables != [9, 3] {
        return Err(format!("{tables:?} in {text}"));
    }
    // Every line that people wrote is read as it stands.
    for line in domain::text::clean(&texts.text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !words.contains(line) {
            return Err(format!("{line:?} is not read in {words}"));
        }
    }
    Ok(())
}

const NASTY: [&str; 22] = [
    "# a heading\n## another\n- a list\n+ one\n* one\n1. one\n2) one",
    "===\n---\n***\n___\n```\ncode\n```\n~~~\n~~~",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a | b || c \\| d",
    "> quote\n>> again",
    "    indented code",
    "<script>alert(1)</script> <img src=x onerror=y> <!-- gone -->",
    "<details>\n<summary>x</summary>",
    "[a link](https://evil.example) ![a picture](x) [ref]: x",
    "[^1]: a note\n[x] a task\n- [ ] a task",
    "https://evil.example www.evil.example mailto:a@b.example",
    "@maya @anomalyco/team #12 GH-12 a1b2c3d4e5f6 fixes #3",
    "*bold* _it_ ~~gone~~ `code` ``x`` **b** __b__",
    "$x$ $$y$$ \\(z\\) \\[z\\]",
    "&amp; &lt;b&gt; &#35; &copy;",
    "\\# \\* \\\\ ends in a backslash\\",
    ":tada: :fire: 12:30",
    "a  \nb\\\nc<br>d",
    "term\n: definition",
    "---\ntitle: front matter\n---",
    "+++\ntoml\n+++",
    "{#id} {.class} ^up^ ~down~ ||hidden|| [[wiki]] > [!NOTE]",
];

#[test]
fn what_people_wrote_is_text_whatever_it_looks_like() {
    for text in NASTY {
        let title = domain::text::shorten(&domain::text::clean_line(text), 120);
        let checked = check(&Texts { title, text: text.to_owned() });
        assert_eq!(checked, Ok(()), "{text}");
    }
}

#[test]
fn two_thousand_lines_are_one_table() {
    let mut story = samples::after_story(&Texts::calm());
    for _ in 0..2_000 {
        story = story.then("03:00", None, EventKind::Noted { text: "a | b\n# c".into() });
    }
    let (headings, tables, _) = parsed(&view::report_file(&story.report(), &Names::default())).unwrap();
    assert_eq!((headings.len(), tables), (8, vec![2_009, 3]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_makes_another_document(text in "[-+=#>*_~`|<&\\[\\]()!.:@$^{}a-c0-9 \n\\\\]{1,60}") {
        let text = domain::text::clean(&text);
        let title = domain::text::clean_line(&text);
        prop_assume!(!text.is_empty());
        prop_assert_eq!(check(&Texts { title, text }), Ok(()));
    }
}
