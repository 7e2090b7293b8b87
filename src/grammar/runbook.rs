//! The text after `/runbook`.

use super::parts::{split_word, without_manners};
use super::words::nearest_of;
use crate::slack_text;
use domain::id::RunId;
use domain::run::approve::Vote;
use domain::run::decide::Start;
use domain::runbook::{RunAsk, RunbookLine};
use domain::text;

/// The word that begins a diagnosis, for those who mistype it.
const DIAGNOSE: &[&str] = &["diagnose"];
/// Longest name of a procedure that is looked for, in characters.
const NAME_MOST: usize = 80;
/// Longest value of a parameter that is taken on to be refused.
const VALUE_MOST: usize = 200;
/// Most parameters of one line; the rest is ignored with them.
const MOST: usize = 20;
/// Longest reason, in characters.
const WHY_MOST: usize = 500;

/// Reads a line about the runbook. A bare `/runbook` lists the procedures; what is no word of it is taken for a procedure's
/// name, which is what people type half asleep.
pub fn parse(text: &str) -> RunbookLine {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    match bare.as_str() {
        "" | "list" | "ls" | "help" => RunbookLine::List,
        "show" | "read" | "open" | "run" if rest.is_empty() => RunbookLine::List,
        "diagnose" | "diag" if rest.is_empty() => RunbookLine::Fitting,
        "show" | "read" | "open" => RunbookLine::Show { name: name(rest) },
        "diagnose" | "diag" | "check" => begin(start(rest), "diagnose"),
        "run" => begin(Start { proposes: true, ..start(rest) }, "run"),
        "logs" | "log" => logs(rest),
        "health" => RunbookLine::Start(start(&format!("health {rest}"))),
        "status" | "runs" => RunbookLine::Status,
        "abort" | "stop" | "cancel" => of(rest, RunAsk::Abort),
        "next" | "skip" => of(rest, RunAsk::Step),
        "unskip" | "back" => of(rest, RunAsk::Unskip),
        "again" => of(rest, RunAsk::LookAgain),
        "seen" | "see" => seen(rest),
        "propose" | "request" => of(rest, RunAsk::Propose),
        "undo" => of(rest, RunAsk::Undo { key: None }),
        "approve" => vote(rest, |comment| Some(Vote::Approve { comment }), &bare),
        "deny" | "reject" => vote(rest, |why| Some(Vote::Deny { why }), &bare),
        "break-glass" | "breakglass" => vote(rest, |why| Some(Vote::BreakGlass { why: why? }), &bare),
        "freeze" => freeze(first, rest),
        "unfreeze" | "thaw" => unfreeze(first, rest),
        "release" => release(rest, bare),
        "reviewed" | "review" => reviewed(rest, bare),
        // It only looks, so what was meant need not be typed once more.
        near if !rest.is_empty() && nearest_of(near, [DIAGNOSE]).is_some() => begin(start(rest), "diagnose"),
        _ => RunbookLine::Show { name: name(text) },
    }
}

fn name(typed: &str) -> String {
    text::shorten(&text::clean_line(&slack_text::plain(typed)), NAME_MOST)
}

/// Puts a procedure to work, where one is named.
fn begin(start: Start, word: &str) -> RunbookLine {
    match start.name.is_empty() {
        true => RunbookLine::Short { word: word.to_owned(), takes: "event-stream-failure".into() },
        false => RunbookLine::Start(start),
    }
}

/// A procedure's name, and `tail=200` after it or before. A telephone writes `Tail = 200`.
fn start(typed: &str) -> Start {
    let plain = slack_text::plain(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.replace(" =", "=").replace("= ", "=");
    let (given, words): (Vec<&str>, Vec<&str>) =
        plain.split_whitespace().partition(|word| word.contains('='));
    let pair = |word: &str| {
        let (name, value) = word.split_once('=')?;
        Some((text::shorten(name, NAME_MOST).to_lowercase(), text::shorten(value, VALUE_MOST)))
    };
    let typed = given.into_iter().take(MOST).filter_map(pair).collect();
    Start { name: name(without_articles(&words.join(" "))), typed, only: None, proposes: false }
}

/// `the event stream please` is the event stream.
fn without_articles(words: &str) -> &str {
    let words = without_manners(words.trim_start_matches([':', ',', '-', ' ']));
    let (first, rest) = split_word(words);
    let says_nothing = ["the", "our", "my", "for", "on"].iter().any(|word| first.eq_ignore_ascii_case(word));
    if says_nothing && !rest.is_empty() { without_articles(rest) } else { words }
}

/// `logs web tail=50`: one check of the logs; all of them where none is named.
fn logs(typed: &str) -> RunbookLine {
    let Start { name: which, typed, .. } = start(typed);
    let only = (!which.is_empty()).then_some(which);
    RunbookLine::Start(Start { name: "logs".into(), typed, only, proposes: false })
}

/// A run's number, if one is given.
fn of(rest: &str, ask: RunAsk) -> RunbookLine {
    let (first, _) = split_word(rest);
    let named = run(first);
    let line = RunbookLine::Of { run: named, ask };
    match named.is_none() && !first.is_empty() {
        // Whatever was meant, it is not the one run that happens to be open.
        true => RunbookLine::Short { word: line.word().to_owned(), takes: "RUN-7".into() },
        false => line,
    }
}

/// `RUN-7 health it answers 502 at the gate`: the run, the check where it is named, and what was seen.
fn seen(rest: &str) -> RunbookLine {
    let (first, after) = split_word(rest);
    let (run, rest) = match run(first) {
        Some(run) => (Some(run), after),
        None => (None, rest),
    };
    let (first, after) = split_word(rest);
    // A check's name is one word, as the card has it; "it is down" is none.
    let names = first.strip_suffix(':').map(|name| name.to_owned());
    let (check, says) = if names.is_some() { (names, why(after)) } else { (None, why(rest)) };
    RunbookLine::Of { run, ask: RunAsk::See { check, says } }
}

fn run(word: &str) -> Option<RunId> {
    RunId::typed(word)
}

/// `RUN-7 3fa9c1 because the log says so`: the run, the code of the request that was read, and why. The code is six digits of
/// sixteen, so a run's number is one only with its name before it.
fn vote(rest: &str, vote: impl Fn(Option<String>) -> Option<Vote>, word: &str) -> RunbookLine {
    let (first, after) = split_word(rest);
    let (run, rest) = match run(first).filter(|_| !is_code(first)) {
        Some(run) => (Some(run), after),
        None => (None, rest),
    };
    let (first, after) = split_word(rest);
    let (key, rest) = if is_code(first) { (Some(first.to_lowercase()), after) } else { (None, rest) };
    match vote(why(rest)) {
        Some(vote) => RunbookLine::Of { run, ask: RunAsk::Vote { key, vote } },
        None => RunbookLine::Short { word: word.to_owned(), takes: "RUN-7 3fa9c1 and why".into() },
    }
}

/// What after `freeze` speaks of its end, or of one that there is.
const NO_FREEZE: [&str; 19] = [
    "off", "over", "on", "none", "no", "not", "end", "ends", "ended", "stop", "stopped", "done", "lifted",
    "lift", "is", "was", "status", "remove", "removed",
];
/// What after `unfreeze` says nothing else than that.
const ALL: [&str; 8] = ["all", "everything", "it", "changes", "again", "them", "now", "please"];

/// `the auditors are here`: why. `freeze is over` and `freeze? what does it do` begin none.
fn freeze(first: &str, rest: &str) -> RunbookLine {
    let Some(why) = why(rest) else {
        return match first.contains('?') {
            true => doubtful(),
            false => RunbookLine::Short { word: "freeze".into(), takes: "why".into() },
        };
    };
    let said = bare(&why);
    let speaks_of_one = said.first().is_some_and(|word| NO_FREEZE.contains(&word.as_str()))
        // `turned off`, `now over`: of longer reasons the end is another thing's.
        || said.len() <= 3 && said.last().is_some_and(|word| ["off", "over", "ended", "lifted"].contains(&word.as_str()));
    match speaks_of_one || first.contains('?') || why.ends_with('?') {
        true => doubtful(),
        false => RunbookLine::Freeze { why },
    }
}

/// Whatever stands after it may take it back: `not yet`.
fn unfreeze(first: &str, rest: &str) -> RunbookLine {
    let plain = slack_text::plain(rest);
    let is_plain = bare(without_manners(&plain)).iter().all(|word| ALL.contains(&word.as_str()));
    match is_plain && !first.contains('?') && !plain.contains('?') {
        true => RunbookLine::Unfreeze,
        false => doubtful(),
    }
}

fn doubtful() -> RunbookLine {
    RunbookLine::Doubtful { could: vec!["freeze why".into(), "unfreeze".into()] }
}

/// The words, in small letters, without signs around them.
fn bare(words: &str) -> Vec<String> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    words.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// `RUN-7 it was right`
fn reviewed(rest: &str, word: String) -> RunbookLine {
    let (first, after) = split_word(rest);
    match (run(first), why(after)) {
        (Some(run), Some(note)) => RunbookLine::Reviewed { run, note },
        _ => RunbookLine::Short { word, takes: "RUN-7 and what you found".into() },
    }
}

/// `RUN-7 nothing of it runs`, or a target's name in place of the run.
fn release(rest: &str, word: String) -> RunbookLine {
    let (what, after) = split_word(rest);
    match (name(what), why(after)) {
        (what, Some(why)) if !what.is_empty() => RunbookLine::Release { what, why },
        _ => RunbookLine::Short { word, takes: "RUN-7 and why nothing of it can still run".into() },
    }
}

fn is_code(word: &str) -> bool {
    // A code begins with a digit, so that words such as "facade" are none.
    word.len() == 6
        && word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_hexdigit())
}

fn why(typed: &str) -> Option<String> {
    let plain = text::shorten(&text::clean_line(&slack_text::plain(typed)), WHY_MOST);
    (!plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_begins_and_ends_only_where_that_is_what_is_typed() {
        for text in [
            "freeze off",
            "freeze is over",
            "freeze none",
            "freeze: no",
            "freeze? what does it do",
            "freeze?",
            "freeze turned off",
            "freeze on",
            "freeze why is it?",
            "unfreeze not yet",
            "unfreeze?",
            "unfreeze tomorrow",
            "unfreeze, please?",
            "unfreeze when maya is back",
            "thaw no",
        ] {
            assert_eq!(parse(text), doubtful(), "{text}");
        }
        for text in [
            "freeze audit week",
            "freeze until the audit is over",
            "Freeze: bad deploy",
            "freeze nobody deploys",
        ] {
            assert!(matches!(parse(text), RunbookLine::Freeze { .. }), "{text}");
        }
        for text in [
            "unfreeze",
            "Unfreeze!",
            "unfreeze please",
            "unfreeze now, thanks!",
            "unfreeze everything",
            "thaw",
        ] {
            assert_eq!(parse(text), RunbookLine::Unfreeze, "{text}");
        }
    }

    fn started(name: &str, typed: &[(&str, &str)], only: Option<&str>) -> RunbookLine {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        RunbookLine::Start(Start { name: name.into(), typed, only: only.map(str::to_owned), proposes: false })
    }

    #[test]
    fn what_people_type() {
        let show = |name: &str| RunbookLine::Show { name: name.into() };
        let of = |run: Option<u64>, ask| RunbookLine::Of { run: run.map(RunId), ask };
        let vote = |key: Option<&str>, vote| RunAsk::Vote { key: key.map(str::to_owned), vote };
        for (text, line) in [
            ("", RunbookLine::List),
            ("list", RunbookLine::List),
            ("Help!", RunbookLine::List),
            ("show", RunbookLine::List),
            ("diagnose", RunbookLine::Fitting),
            ("run", RunbookLine::List),
            ("propose RUN-7", of(Some(7), RunAsk::Propose)),
            ("undo RUN-7", of(Some(7), RunAsk::Undo { key: None })),
            ("undo it", RunbookLine::Short { word: "undo".into(), takes: "RUN-7".into() }),
            (
                "approve RUN-7 3FA9C1 the log",
                of(Some(7), vote(Some("3fa9c1"), Vote::Approve { comment: Some("the log".into()) })),
            ),
            ("approve 3fa9c1", of(None, vote(Some("3fa9c1"), Vote::Approve { comment: None }))),
            ("approve 123456", of(None, vote(Some("123456"), Vote::Approve { comment: None }))),
            (
                "approve 7 looks good",
                of(Some(7), vote(None, Vote::Approve { comment: Some("looks good".into()) })),
            ),
            ("deny RUN-7 3fa9c1", of(Some(7), vote(Some("3fa9c1"), Vote::Deny { why: None }))),
            (
                "break-glass RUN-7 3fa9c1 alone",
                of(Some(7), vote(Some("3fa9c1"), Vote::BreakGlass { why: "alone".into() })),
            ),
            (
                "break-glass RUN-7 3fa9c1",
                RunbookLine::Short { word: "break-glass".into(), takes: "RUN-7 3fa9c1 and why".into() },
            ),
            ("freeze audit week", RunbookLine::Freeze { why: "audit week".into() }),
            ("unfreeze", RunbookLine::Unfreeze),
            (
                "reviewed RUN-7 it was right",
                RunbookLine::Reviewed { run: RunId(7), note: "it was right".into() },
            ),
            (
                "release RUN-7 it is gone",
                RunbookLine::Release { what: "RUN-7".into(), why: "it is gone".into() },
            ),
            (
                "release deployment/queue it is gone",
                RunbookLine::Release { what: "deployment/queue".into(), why: "it is gone".into() },
            ),
            (
                "release RUN-7",
                RunbookLine::Short {
                    word: "release".into(),
                    takes: "RUN-7 and why nothing of it can still run".into(),
                },
            ),
            ("show event-stream-failure", show("event-stream-failure")),
            ("event stream", show("event stream")),
            ("Diagnose event-stream tail=200", started("event-stream", &[("tail", "200")], None)),
            ("diagnose event-stream Tail = 200", started("event-stream", &[("tail", "200")], None)),
            ("diagnse web rollback", started("web rollback", &[], None)),
            (
                "diagnose tail=200",
                RunbookLine::Short { word: "diagnose".into(), takes: "event-stream-failure".into() },
            ),
            ("diagnose tail=200 a b x==y", started("a b", &[("tail", "200"), ("x", "=y")], None)),
            ("health", started("health", &[], None)),
            ("logs", started("logs", &[], None)),
            ("logs web", started("logs", &[], Some("web"))),
            ("status", RunbookLine::Status),
            ("abort", of(None, RunAsk::Abort)),
            ("abort RUN-7", of(Some(7), RunAsk::Abort)),
            ("stop #7 now", of(Some(7), RunAsk::Abort)),
            ("again 7", of(Some(7), RunAsk::LookAgain)),
            ("seen", of(None, RunAsk::See { check: None, says: None })),
            ("seen RUN-7", of(Some(7), RunAsk::See { check: None, says: None })),
            (
                "seen RUN-7 it is down",
                of(Some(7), RunAsk::See { check: None, says: Some("it is down".into()) }),
            ),
            (
                "seen 7 site: 502",
                of(Some(7), RunAsk::See { check: Some("site".into()), says: Some("502".into()) }),
            ),
            ("abort RUN-12, please", of(Some(12), RunAsk::Abort)),
            ("abort web-rollback", RunbookLine::Short { word: "abort".into(), takes: "RUN-7".into() }),
            (
                "approve RUN-7 facade is down",
                of(Some(7), vote(None, Vote::Approve { comment: Some("facade is down".into()) })),
            ),
            ("next", of(None, RunAsk::Step)),
            ("skip RUN-7", of(Some(7), RunAsk::Step)),
            ("unskip", of(None, RunAsk::Unskip)),
            ("diagnose the event stream", started("event stream", &[], None)),
            ("diagnose our event-stream, please!", started("event-stream", &[], None)),
            ("show &lt;!channel&gt;\n*x*", show("<!channel> *x*")),
        ] {
            assert_eq!(parse(text), line, "{text:?}");
        }
    }
}
