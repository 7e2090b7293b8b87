//! The first words: the ones the help names, and the ones people type instead.

/// What the first word asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Declare,
    Update,
    Status,
    Severity,
    Impact,
    Action,
    Eta,
    Note,
    Ack,
    Escalate,
    Page,
    Role,
    Take,
    Snooze,
    Resolve,
    Cancel,
    Duplicate,
    Merge,
    Split,
    Mistake,
    Report,
    Publish,
    Retro,
    FollowUp,
    Due,
    Rename,
    Invite,
    Join,
    Link,
    Reopen,
    Retract,
    List,
    Show,
    Timeline,
    Find,
    Doctor,
    Help,
}

/// The first of each row is the word that howler suggests.
const WORDS: [(Verb, &[&str]); 37] = [
    (Verb::Declare, &["declare", "new", "create", "raise"]),
    (Verb::Update, &["update", "updates"]),
    (Verb::Status, &["status", "state"]),
    (Verb::Severity, &["severity", "sev", "priority"]),
    (Verb::Impact, &["impact"]),
    (Verb::Action, &["action"]),
    (Verb::Eta, &["eta"]),
    (Verb::Note, &["note", "notes"]),
    (Verb::Ack, &["ack", "acknowledge", "acknowledged", "acked"]),
    (Verb::Escalate, &["escalate"]),
    (Verb::Page, &["page"]),
    (Verb::Role, &["role", "roles"]),
    (Verb::Take, &["take"]),
    (Verb::Snooze, &["snooze"]),
    (Verb::Resolve, &["resolve", "resolved", "close", "closed"]),
    (Verb::Cancel, &["cancel", "cancelled", "canceled"]),
    (Verb::Duplicate, &["duplicate", "dup", "dupe"]),
    (Verb::Merge, &["merge", "merged"]),
    (Verb::Split, &["split", "unmerge"]),
    (Verb::Mistake, &["mistake"]),
    (Verb::Report, &["report"]),
    (Verb::Publish, &["publish"]),
    (Verb::Retro, &["retro", "retrospective", "postmortem", "post-mortem"]),
    (Verb::FollowUp, &["follow-up", "follow-ups", "followup", "followups"]),
    (Verb::Due, &["due"]),
    (Verb::Rename, &["rename", "retitle"]),
    (Verb::Invite, &["invite"]),
    (Verb::Join, &["join"]),
    (Verb::Link, &["link"]),
    (Verb::Reopen, &["reopen", "re-open"]),
    (Verb::Retract, &["retract", "undo"]),
    (Verb::List, &["list", "ls", "incidents"]),
    (Verb::Show, &["show", "info", "card"]),
    (Verb::Timeline, &["timeline", "history"]),
    (Verb::Find, &["find", "search"]),
    (Verb::Doctor, &["doctor"]),
    (Verb::Help, &["help", "?", "--help", "-h"]),
];

/// Longer words are not compared: nobody mistypes that much.
const COMPARED_MOST: usize = 20;

/// The verb that `word` is, in any case.
pub fn verb(word: &str) -> Option<Verb> {
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .map(|(verb, _)| *verb)
}

/// The known word that `word` was probably meant to be: begun the same way, or within one slip for short words,
/// two for longer ones. A slip is a letter wrong, missing, too many, or swapped with its neighbour.
pub fn nearest(word: &str) -> Option<&'static str> {
    nearest_of(word, WORDS.iter().map(|(_, words)| *words))
}

/// [`nearest`] among other rows, the first of each being the word that is suggested.
pub fn nearest_of(
    word: &str,
    rows: impl IntoIterator<Item = &'static [&'static str]>,
) -> Option<&'static str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    if !(2..=COMPARED_MOST).contains(&length) {
        return None;
    }
    let slips_most = if length <= 4 { 1 } else { 2 };
    let candidates = rows.into_iter().filter_map(|words| {
        let main = words.first()?;
        let slips = words.iter().map(|known| slips(&word, known)).min()?;
        Some((slips, *main))
    });
    candidates.filter(|(slips, _)| *slips <= slips_most).min_by_key(|(slips, _)| *slips).map(|(_, main)| main)
}

fn slips(word: &str, known: &str) -> usize {
    let begun = word.len() >= 3 && known.starts_with(word);
    // Between two short words one slip says nothing ("is" is not "ls").
    match strsim::damerau_levenshtein(word, known) {
        slips if slips > 0 && known.len() <= 2 => slips + 1,
        slips if begun => slips.min(1),
        slips => slips,
    }
}
