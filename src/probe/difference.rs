//! Two answers compared line by line as they came, so that a secret that changed counts as changed; told without secrets.

use std::time::{Duration, Instant};

use regex::Regex;
use sha2::{Digest, Sha256};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};

use domain::run::difference::{Difference, Line};
use redact::NOT_SHOWN;

/// Lines that are the same and stand around those that differ.
const AROUND: usize = 1;
/// Most lines that are told, and their characters together: those who approve read it on a phone.
const LINES_MOST: usize = 30;
const CHARS_MOST: usize = 1_200;
/// Longest line, in characters.
const LONGEST: usize = 120;
/// After this the rest is compared less finely.
const WITHIN: Duration = Duration::from_secs(1);
/// What Helm writes before each part of a manifest: which file it is of.
const SOURCE: &str = "# Source: ";

/// One of the two, as it came and as it may be shown.
pub struct Side<'t> {
    pub raw: &'t str,
    pub shown: &'t str,
}

/// A line as it is compared, and as it is shown.
struct Pair {
    key: String,
    shown: String,
}

/// What makes `then` of `now`; what `ignore` finds, regular expressions, is the same.
pub fn compared<'t>(now_side: &Side<'t>, then_side: &Side<'t>, ignore: &[String]) -> Difference {
    // A file with one that is none was refused when it was read.
    let ignore: Vec<Regex> = ignore.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
    let (now, then) = (pairs(now_side, &ignore), pairs(then_side, &ignore));
    let ops = ops(&keys(&now), &keys(&then));
    if ops.iter().all(|op| matches!(op, DiffOp::Equal { .. })) {
        let line = |side: &Side<'t>| side.raw.lines().map(str::trim_end).collect::<Vec<_>>();
        return if line(now_side) == line(then_side) { Difference::Nothing } else { Difference::Ignored };
    }
    told(all(&now, &then, ops))
}

fn ops(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    capture_diff_slices_deadline(Algorithm::Patience, old, new, Instant::now().checked_add(WITHIN))
}

fn keys(pairs: &[Pair]) -> Vec<&str> {
    pairs.iter().map(|pair| pair.key.as_str()).collect()
}

/// Each line with what may be shown of it. Masks take whole lines out, such as a key's: those are not shown.
fn pairs(side: &Side<'_>, ignore: &[Regex]) -> Vec<Pair> {
    let (raw, shown): (Vec<&str>, Vec<&str>) = (side.raw.lines().collect(), side.shown.lines().collect());
    let mut pairs: Vec<Pair> =
        raw.iter().map(|line| Pair { key: key(line, ignore), shown: NOT_SHOWN.to_owned() }).collect();
    for op in ops(&raw, &shown) {
        let (old, new) = (op.old_range(), op.new_range());
        if old.len() == new.len() {
            let both = pairs.get_mut(old).into_iter().flatten().zip(shown.get(new).into_iter().flatten());
            both.for_each(|(pair, line)| pair.shown = line.chars().take(LONGEST).collect());
        }
    }
    pairs
}

/// Which image runs is never ignored.
fn key(line: &str, ignore: &[Regex]) -> String {
    let ignore = if line.to_lowercase().contains("image") { &[][..] } else { ignore };
    let key =
        ignore.iter().fold(line.to_owned(), |line, pattern| pattern.replace_all(&line, "").into_owned());
    key.trim_end().to_owned()
}

/// All that differs, with a little around it.
fn all(now: &[Pair], then: &[Pair], ops: Vec<DiffOp>) -> Vec<Line> {
    let line = |pairs: &[Pair], at: usize| pairs.get(at).map(|pair| pair.shown.clone()).unwrap_or_default();
    let mut all = Vec::new();
    let mut told_of = None;
    for group in group_diff_ops(ops, AROUND) {
        if !all.is_empty() {
            all.push(Line::Gap);
        }
        let source = group.first().and_then(|first| source(then, first.new_range().start));
        if source != told_of {
            all.extend(source.clone().map(Line::Stays));
            told_of = source;
        }
        for op in group {
            if let DiffOp::Equal { .. } = op {
                all.extend(op.new_range().map(|at| Line::Stays(line(then, at))));
                continue;
            }
            all.extend(op.old_range().map(|at| Line::Goes(line(now, at))));
            all.extend(op.new_range().map(|at| Line::Comes(line(then, at))));
        }
    }
    all
}

/// Which file of a manifest a line is of, where that does not stand there by itself.
fn source(then: &[Pair], at: usize) -> Option<String> {
    let before = then.get(..at).unwrap_or_default().iter().rev();
    before.map(|pair| &pair.shown).find(|line| line.starts_with(SOURCE)).cloned()
}

/// As much as those who approve read, and how much more there is.
fn told(all: Vec<Line>) -> Difference {
    let differs = |line: &&Line| matches!(line, Line::Goes(_) | Line::Comes(_));
    let changed = all.iter().filter(differs).count();
    let mut digest = Sha256::new();
    let mut room = CHARS_MOST;
    let mut lines = Vec::new();
    for line in &all {
        let (sign, text) = match line {
            Line::Goes(text) => ("-", text.as_str()),
            Line::Comes(text) => ("+", text.as_str()),
            Line::Stays(text) => (" ", text.as_str()),
            Line::Gap => ("", ""),
        };
        digest.update(format!("{sign}{text}\n"));
        let long = text.chars().count() + 3;
        if lines.len() < LINES_MOST && long <= room {
            room -= long;
            lines.push(line.clone());
        } else {
            // What follows a line that is left out would seem to follow the one before it.
            room = 0;
        }
    }
    while lines.last().is_some_and(|last| !differs(&last)) && lines.len() < all.len() {
        lines.pop();
    }
    let more = changed - lines.iter().filter(differs).count();
    Difference::Changes { lines, more, sign: hex::encode(digest.finalize()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(difference: &Difference) -> String {
        let Difference::Changes { lines, more, .. } = difference else { return format!("{difference:?}") };
        let line = |line: &Line| match line {
            Line::Goes(text) => format!("-{text}"),
            Line::Comes(text) => format!("+{text}"),
            Line::Stays(text) => format!(" {text}"),
            Line::Gap => "…".to_owned(),
        };
        let more = if *more > 0 { format!("|{more} more") } else { String::new() };
        lines.iter().map(line).collect::<Vec<_>>().join("|") + &more
    }

    #[test]
    fn what_differs_is_told_and_what_is_masked_differs_by_what_it_was() {
        // What it is about; what came and what is shown of it, now and then; what is ignored; what is told.
        type Row =
            (&'static str, [&'static str; 2], [&'static str; 2], &'static [&'static str], &'static str);
        let table: [Row; 12] = [
            ("the same", ["a\nb\n"; 2], ["a\nb"; 2], &[], "Nothing"),
            ("one line", ["a\nb\nc\nd\n"; 2], ["a\nB\nc\nd\n"; 2], &[], " a|-b|+B| c"),
            ("one more", ["a\n"; 2], ["a\nb\n"; 2], &[], " a|+b"),
            ("one less", ["a\nb\n"; 2], ["b\n"; 2], &[], "-a| b"),
            ("far apart", ["a\n1\n2\n3\n4\nb"; 2], ["A\n1\n2\n3\n4\nB"; 2], &[], "-a|+A| 1|…| 4|-b|+B"),
            (
                "a secret that changed",
                ["KEY: old\nx", "KEY: [secret]\nx"],
                ["KEY: new\nx", "KEY: [secret]\nx"],
                &[],
                "-KEY: [secret]|+KEY: [secret]| x",
            ),
            (
                "a secret of several lines, of which a mask leaves one",
                ["k: BEGIN\nold\nEND\nx", "k: [secret]\nx"],
                ["k: BEGIN\nnew\nEND\nx", "k: [secret]\nx"],
                &[],
                " (not shown)|-(not shown)|+(not shown)| (not shown)",
            ),
            ("a number that is no difference", ["rev #1\na"; 2], ["rev #2\na"; 2], &["rev #\\d+"], "Ignored"),
            ("nothing that is ignored", ["rev #1\na"; 2], ["rev #1\na"; 2], &["rev #\\d+"], "Nothing"),
            ("an image", ["Image: a:v8"; 2], ["Image: a:v9"; 2], &["a:v\\d"], "-Image: a:v8|+Image: a:v9"),
            (
                "beside one that is",
                ["rev #1 web:1"; 2],
                ["rev #2 web:2"; 2],
                &["rev #\\d+"],
                "-rev #1 web:1|+rev #2 web:2",
            ),
            (
                "of a manifest, which file",
                ["---\n# Source: t/web.yaml\nkind: A\nspec:\n  replicas: 2\nx\n---\n# Source: t/b.yaml\nb";
                    2],
                ["---\n# Source: t/web.yaml\nkind: A\nspec:\n  replicas: 3\nx\n---\n# Source: t/b.yaml\nb";
                    2],
                &[],
                " # Source: t/web.yaml| spec:|-  replicas: 2|+  replicas: 3| x",
            ),
        ];
        for (about, now, then, ignore, expected) in table {
            let ignore: Vec<String> = ignore.iter().map(|one| (*one).to_owned()).collect();
            let side = |[raw, shown]: [&'static str; 2]| Side { raw, shown };
            assert_eq!(words(&compared(&side(now), &side(then), &ignore)), expected, "{about}");
        }
    }

    #[test]
    fn a_long_difference_is_cut_and_counted_and_its_sign_is_of_all_of_it() {
        let text = |last: usize| {
            (0..200).map(|n| format!("line {n}{}\n", if n == 199 { last } else { 0 })).collect::<String>()
        };
        let of = |last| {
            let then = text(last);
            compared(&Side { raw: "", shown: "" }, &Side { raw: &then, shown: &then }, &[])
        };
        let Difference::Changes { lines, more, sign } = of(1) else { panic!() };
        assert_eq!((lines.len(), more), (LINES_MOST, 170));
        let Difference::Changes { lines: same, sign: other, .. } = of(2) else { panic!() };
        assert!(lines == same && sign != other, "what is cut off counts as well");
        let long = "x".repeat(5_000);
        let Difference::Changes { lines, more, .. } =
            compared(&Side { raw: "", shown: "" }, &Side { raw: &long, shown: &long }, &[])
        else {
            panic!()
        };
        assert!(more == 0 && lines == [Line::Comes("x".repeat(LONGEST))]);
    }

    proptest::proptest! {
        /// Nothing is told that the masks took out, and "alike" only of what is the same.
        #[test]
        fn only_what_may_be_shown_is_told(
            now in proptest::collection::vec("[abk]{1,2}", 0..12),
            then in proptest::collection::vec("[abk]{1,2}", 0..12),
        ) {
            let masked = |lines: &[String]| {
                lines.iter().map(|line| if line.contains('k') { NOT_SHOWN } else { line.as_str() }).collect::<Vec<_>>().join("\n")
            };
            let (raw, shown) = ([now.join("\n"), then.join("\n")], [masked(&now), masked(&then)]);
            let side = |at: usize| Side { raw: &raw[at], shown: &shown[at] };
            let difference = compared(&side(0), &side(1), &[]);
            proptest::prop_assert_eq!(difference == Difference::Nothing, now == then);
            let told = words(&difference);
            proptest::prop_assert!(!told.contains('k') || told == "Nothing", "{}", told);
        }
    }
}
