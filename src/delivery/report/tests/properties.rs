//! Random edits of people, against a slow statement of the rule on what they did instead of on the text.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 3] = ["summary", "impact", "lessons"];
/// Texts that sections have, before people, by people, and as howler wants them next.
const TEXTS: [&str; 5] = ["## A\none", "## A\ntwo\n\n- three", "", "```\nopen code", "| a |\n|---|\n| `x` |"];

/// What people did to one section.
#[derive(Clone, Debug)]
enum Did {
    Nothing,
    Rewrote(usize),
    TookMarksAway,
    TookAllAway,
    TookOneMark(bool),
    Doubled,
    PutMarksInside,
}

fn did() -> impl Strategy<Value = Did> {
    prop_oneof![
        3 => Just(Did::Nothing),
        3 => (0..TEXTS.len()).prop_map(Did::Rewrote),
        1 => Just(Did::TookMarksAway),
        1 => Just(Did::TookAllAway),
        1 => any::<bool>().prop_map(Did::TookOneMark),
        1 => Just(Did::Doubled),
        1 => Just(Did::PutMarksInside),
    ]
}

/// Lines that people put between the sections.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("Words of people.\n".to_owned()),
        Just("See <!-- howler:summary --> there.\n".to_owned()),
        Just("    <!-- howler:impact -->\n".to_owned()),
        Just("```md\n<!-- howler:summary -->\n<!-- /howler:impact -->\n```\n".to_owned()),
        Just("~~~~\n```\n<!-- howler:lessons -->\n~~~\n~~~~\n".to_owned()),
        "[a-z #|<>!-]{0,20}\n",
    ]
}

fn lines(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

fn marked(name: &str, inside: &str) -> String {
    format!("<!-- howler:{name} -->\n{inside}<!-- /howler:{name} -->\n")
}

fn shown(name: &str, text: &str, did: &Did) -> String {
    let whole = marked(name, &lines(text));
    match did {
        Did::Nothing => whole,
        Did::Rewrote(to) => marked(name, &lines(TEXTS[*to])),
        Did::TookMarksAway => lines(text).replace("```", "code"),
        Did::TookAllAway => String::new(),
        Did::TookOneMark(true) => {
            whole.replace(&format!("<!-- howler:{name} -->\n"), "").replace("```", "code")
        }
        Did::TookOneMark(false) => whole.replace(&format!("<!-- /howler:{name} -->\n"), ""),
        Did::Doubled => format!("{whole}{whole}"),
        Did::PutMarksInside => {
            marked(name, &format!("{}{}", marked("other", ""), lines(text).replace("```", "code")))
        }
    }
}

/// The rule, by what people did; what stands afterwards in the section.
fn expected(old: &str, did: &Did, new: &str, knows: bool) -> (&'static str, Option<String>) {
    let stands = match did {
        Did::TookMarksAway | Did::TookAllAway => return (if knows { "missing" } else { "written" }, None),
        Did::TookOneMark(_) | Did::Doubled | Did::PutMarksInside => return ("torn", None),
        Did::Nothing => old,
        Did::Rewrote(to) => TEXTS[*to],
    };
    let word = if stands == new {
        "unchanged"
    } else if stands == old && knows {
        "written"
    } else if new == old && knows {
        "kept"
    } else {
        "conflict"
    };
    (word, Some(if word == "written" { new } else { stands }.to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn sections_are_merged_as_the_rule_says(
        olds in prop::array::uniform3(0..TEXTS.len()),
        news in prop::array::uniform3(0..TEXTS.len()),
        dids in prop::array::uniform3(did()),
        knows in prop::array::uniform3(any::<bool>()),
        between in prop::array::uniform4(words()),
        windows in any::<bool>(),
        (unended, bom) in (any::<bool>(), any::<bool>()),
    ) {
        // A half section takes what follows with it up to the next mark, and that is marked, so that code in it is no code.
        let half = dids.iter().any(|did| matches!(did, Did::TookOneMark(_)));
        let between = if half { std::array::from_fn(|_| String::new()) } else { between };
        let mut stands: String = between[0].clone();
        let mut wrote = Wrote::default();
        for at in 0..3 {
            stands += &shown(NAMES[at], TEXTS[olds[at]], &dids[at]);
            stands += &between[at + 1];
            if knows[at] {
                wrote.0.extend(Wrote::of(&sections(&[(NAMES[at], TEXTS[olds[at]])])).0);
            }
        }
        if windows {
            stands = stands.replace('\n', "\r\n");
        }
        if unended {
            stands.truncate(stands.trim_end_matches(['\r', '\n']).len());
        }
        if bom {
            stands.insert(0, '\u{FEFF}');
        }
        let wanted: Vec<Section> = (0..3).map(|at| Section::new(NAMES[at], TEXTS[news[at]])).collect();
        let merged = merge(&stands, &wrote, &wanted);

        let mut texts: BTreeMap<String, Digest> = standing(&merged.text);
        for at in 0..3 {
            let (became, text) = expected(TEXTS[olds[at]], &dids[at], TEXTS[news[at]], knows[at]);
            prop_assert_eq!(word(&merged.sections[NAMES[at]]), became, "{} in {}", NAMES[at], stands);
            let stands_now = texts.remove(NAMES[at]);
            if let Some(text) = text {
                prop_assert_eq!(stands_now, Some(Digest::of(&lines(&text))), "{} in {}", NAMES[at], merged.text);
            }
        }
        // The text that the rule comes to, made anew; what was put in where nothing stood is looked for by itself.
        let (mut model, mut put_in) = (between[0].clone(), Vec::new());
        for at in 0..3 {
            let became = word(&merged.sections[NAMES[at]]);
            let is_there = matches!(dids[at], Did::Nothing | Did::Rewrote(_));
            match (became, is_there) {
                ("written", true) => model += &marked(NAMES[at], &lines(TEXTS[news[at]])),
                _ => model += &shown(NAMES[at], TEXTS[olds[at]], &dids[at]),
            }
            if became == "written" && !is_there {
                put_in.push(said(&marked(NAMES[at], &lines(TEXTS[news[at]]))));
            }
            model += &between[at + 1];
        }
        let mut stands_now = said(&merged.text);
        for block in put_in {
            let at = stands_now.windows(block.len()).position(|lines| lines == block);
            prop_assert!(at.is_some(), "{:?} in {}", block, merged.text);
            stands_now.drain(at.unwrap_or_default()..at.unwrap_or_default() + block.len());
        }
        prop_assert_eq!(stands_now, said(&model), "of {}", stands);
        let again = merge(&merged.text, &merged.wrote, &wanted);
        prop_assert_eq!(&again.text, &merged.text, "twice is the same as once");
        if !windows {
            prop_assert_eq!(merged.text.contains('\r'), stands.contains('\r'));
        }
    }

    /// Any lines in any order: nothing outside of what was written is lost, and nothing is written twice.
    #[test]
    fn nothing_that_people_wrote_is_lost(
        picked in prop::collection::vec((0..14usize, "[a-z]{3}"), 0..30),
        knows in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let mut stands = String::new();
        for (at, (kind, word)) in picked.iter().enumerate() {
            let name = NAMES[kind % 3];
            let line = match kind {
                0..=2 => format!("<!-- howler:{name} -->"),
                3..=5 => format!("<!-- /howler:{name} -->"),
                6 => "```".to_owned(),
                7 => "~~~~ text".to_owned(),
                8 => "## A".to_owned(),
                9 => "one".to_owned(),
                10 => format!("<!-- howler:{name} --> {word}"),
                _ => format!("{word}{at}"),
            };
            stands += &line;
            stands += if ends { "\r\n" } else { "\n" };
        }
        let old = sections(&[("summary", "## A\none"), ("impact", "one"), ("lessons", "")]);
        let wanted = sections(&[("summary", "new 1"), ("impact", "new 2"), ("lessons", "new 3")]);
        let wrote = if knows { Wrote::of(&old) } else { Wrote::default() };
        let merged = merge(&stands, &wrote, &wanted);
        for line in stands.lines().filter(|line| !["## A", "one"].contains(line)) {
            let count = |text: &str| text.lines().filter(|other| *other == line).count();
            prop_assert!(count(&merged.text) >= count(&stands), "{line:?} lost of {stands:?} in {:?}", merged.text);
        }
        let written = merged.sections.values().filter(|became| **became == Became::Written).count();
        let new = merged.text.lines().filter(|line| line.starts_with("new ")).count();
        prop_assert_eq!(new, written, "{:?}", merged.text);
        for section in old.iter().filter(|_| written == 0) {
            prop_assert!(matches!(&merged.sections[&section.name], became if *became != Became::Written));
            prop_assert_eq!(&merged.text, &stands);
        }
    }
}

/// Lines that say something.
fn said(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{FEFF}').lines();
    lines.filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}
