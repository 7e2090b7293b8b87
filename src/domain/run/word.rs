//! Whether what a person types says the opposite of what it is typed after: `approve RUN-7 3fa9c1 no, not this one`, `seen it is fine again`.
//! It is asked back then. A reason that is asked back in vain costs a second; an approval that was none is not taken back.

/// What begins a reason that is a no.
const NO: [&str; 25] = [
    "no",
    "nope",
    "nah",
    "not",
    "don't",
    "dont",
    "don’t",
    "never",
    "stop",
    "wait",
    "hold",
    "abort",
    "cancel",
    "denied",
    "deny",
    "reject",
    "rejected",
    "disapprove",
    "disapproved",
    "refuse",
    "veto",
    "negative",
    "isn't",
    "cannot",
    "can't",
];
/// What comes before it and says nothing.
const BEFORE: [&str; 13] =
    ["please", "pls", "sorry", "oh", "hey", "hm", "hmm", "uh", "um", "ah", "well", "guys", "team"];
/// `no` before these is none.
const NONE: [&str; 8] =
    ["one", "other", "choice", "alternative", "doubt", "objection", "objections", "problem"];
/// What says that nothing is wrong, unless `not` or the like is there too.
const WELL: [&str; 16] = [
    "up",
    "fine",
    "works",
    "working",
    "ok",
    "okay",
    "back",
    "recovered",
    "healthy",
    "good",
    "resolved",
    "fixed",
    "well",
    "answers",
    "normal",
    "green",
];
/// What turns that round.
const ILL: [&str; 24] = [
    "not", "no", "isn't", "isnt", "never", "nothing", "neither", "nor", "hardly", "cannot", "can't", "won't",
    "doesn't", "don't", "down", "still", "broken", "fails", "failing", "dead", "stopped", "blank", "error",
    "errors",
];

fn words(typed: &str) -> Vec<String> {
    let bare =
        |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).replace('’', "'").to_lowercase();
    typed.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// Whether a reason is a no, or a question.
pub fn says_no(reason: &str) -> bool {
    let words = words(reason);
    let mut said = words.iter().map(String::as_str).skip_while(|word| BEFORE.contains(word));
    let no = match (said.next(), said.next()) {
        (Some("no"), Some(next)) => !NONE.contains(&next),
        (Some("do"), Some("not")) => true,
        (Some(first), _) => NO.contains(&first),
        (None, _) => false,
    };
    no || reason.trim_end().ends_with('?')
}

/// Whether words about what somebody sees say that it is well. `up` in `ups fail` is no word of its own.
pub fn says_well(seen: &str) -> bool {
    let words = words(seen);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&WELL) && !has(&ILL)
}

#[cfg(test)]
mod tests {
    use super::{says_no, says_well};

    #[test]
    fn a_reason_that_is_a_no_is_known_and_no_other() {
        for typed in [
            "no, do not do this, it is the release",
            "No!",
            "nope",
            "don't",
            "don’t do it",
            "please do not",
            "Sorry, not yet",
            "stop",
            "wait for maya",
            "hold on",
            "are you sure?",
            "cancel this",
        ] {
            assert!(says_no(typed), "{typed}");
        }
        for typed in [
            "the log says so",
            "nobody is awake",
            "no one is awake",
            "no other way",
            "why not",
            "do it",
            "it does not start, go on",
            "notes are read",
            "waited ten minutes",
            "go, nothing else helps",
            "",
        ] {
            assert!(!says_no(typed), "{typed}");
        }
    }

    #[test]
    fn what_is_seen_to_be_well_is_not_seen_to_fail() {
        for typed in
            ["it is up again, all fine", "works for me", "OK", "it's back", "recovered", "site is healthy"]
        {
            assert!(says_well(typed), "{typed}");
        }
        for typed in [
            "502 at the gate",
            "it is not up",
            "still down",
            "page doesn't come up",
            "blank page",
            "back end errors",
            "frozen",
            "",
        ] {
            assert!(!says_well(typed), "{typed}");
        }
    }
}
