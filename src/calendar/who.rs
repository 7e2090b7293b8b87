//! Whose an entry is: what a calendar calls people, matched to the people we know.

use std::collections::BTreeMap;

use super::Shift;
use super::invited::Attendee;
use super::read::Entry;
use super::take::LEFT_OUT;

/// How many pieces of a text are looked at.
const MOST_PIECES: usize = 24;

/// Somebody who can be on call.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// What a shift names them by.
    pub id: String,
    /// `maya`, without the `@`.
    pub handle: String,
    pub name: String,
    pub mail: Option<String>,
    /// The name was typed by whoever imports: it answers a question, and needs no asking again.
    pub is_typed: bool,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// The person's id.
    One(String),
    /// The ids of those who fit equally well.
    Several(Vec<String>),
    /// Nobody; the id of whoever is called most nearly so.
    Nobody { nearest: Option<String> },
    /// The person's id, who is invited and has declined.
    Declined(String),
}

/// Entries that name nobody, or more than one, by what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// The summary; may be empty.
    pub text: String,
    /// Without those who declined.
    pub invited: Vec<Attendee>,
    pub declined: Vec<Attendee>,
    /// The first event that says so.
    pub line: usize,
    /// How many shifts have no holder for it.
    pub shifts: usize,
    /// Not [`Match::One`].
    pub found: Match,
}

impl Unnamed {
    /// What names these entries before an `=`; `None` where other entries say the same.
    pub fn typed(&self) -> Option<String> {
        match (self.invited.as_slice(), self.declined.as_slice()) {
            ([], []) => Some(self.text.clone()),
            ([], _) => None,
            (invited, _) => Some(mails(invited)),
        }
    }
}

/// Entries with people in place of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub shifts: Vec<Shift>,
    /// For each shift the line where its event begins.
    pub lines: Vec<usize>,
    /// By text, then by who is invited.
    pub unnamed: Vec<Unnamed>,
}

/// Gives each entry its person. What cannot be given is listed, never guessed.
pub fn name(entries: &[Entry], people: &[Person]) -> Named {
    let mut named = Named::default();
    let mut unnamed: BTreeMap<(String, String), Unnamed> = BTreeMap::new();
    // All occurrences of an event say the same.
    let mut known: BTreeMap<usize, Match> = BTreeMap::new();
    for entry in entries {
        match known.entry(entry.line).or_insert_with(|| whose(entry, people)).clone() {
            Match::One(person) => {
                named.shifts.push(shift(entry, person));
                named.lines.push(entry.line);
            }
            found => {
                let first = || Unnamed {
                    text: entry.summary.clone(),
                    invited: entry.attendees.clone(),
                    declined: entry.declined.clone(),
                    line: entry.line,
                    shifts: 0,
                    found,
                };
                let says = (entry.summary.clone(), mails(&entry.attendees));
                let unnamed = unnamed.entry(says).or_insert_with(first);
                unnamed.shifts += 1;
                unnamed.line = unnamed.line.min(entry.line);
            }
        }
    }
    named.unnamed = unnamed.into_values().collect();
    named
}

/// One person's own calendar: every entry is theirs, whatever it says. GoAlert exports such, without a name in them.
pub fn all_theirs(entries: &[Entry], person: &str) -> Vec<Shift> {
    entries.iter().map(|entry| shift(entry, person.to_owned())).collect()
}

fn shift(entry: &Entry, person: String) -> Shift {
    Shift { person, from: entry.from, until: entry.until, why: why(entry) }
}

fn mails(invited: &[Attendee]) -> String {
    invited.iter().map(|one| one.mail.as_str()).collect::<Vec<_>>().join(", ")
}

/// The description without the line about the backup.
fn why(entry: &Entry) -> Option<String> {
    let lines = entry.description.as_deref()?.lines().filter(|line| !line.starts_with(super::write::BACKUP));
    let why = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    (!why.is_empty()).then_some(why)
}

/// Who is meant: the exact name first, then in any case, then as a part; each in the summary first, then among those
/// invited. The first that fits decides, also where it fits several. What was typed for the event's line, or for the whole
/// summary of one that invites nobody, goes before all that; what was typed for all who are invited together answers where
/// that names nobody or several.
pub fn whose(entry: &Entry, people: &[Person]) -> Match {
    let typed = |name: &str| people.iter().find(|one| one.is_typed && one.name.eq_ignore_ascii_case(name));
    let whole = || typed(&entry.summary).filter(|_| entry.attendees.is_empty());
    if let Some(person) = typed(&format!("line {}", entry.line)).or_else(whole) {
        return Match::One(person.id.clone());
    }
    let found = called(entry, people);
    let together = || typed(&mails(&entry.attendees)).filter(|_| !entry.attendees.is_empty());
    match found {
        Match::One(_) => found,
        _ => together().map_or(found, |person| Match::One(person.id.clone())),
    }
}

fn called(entry: &Entry, people: &[Person]) -> Match {
    let summary = pieces(&entry.summary);
    let invited = texts(&entry.attendees);
    for is_called in [is_exactly, is_in_any_case, is_within, shares_a_word] {
        for texts in [&summary, &invited] {
            let fits = |person: &&Person| texts.iter().any(|text| is_called(person, text));
            let mut fit: Vec<&Person> = people.iter().filter(fits).collect();
            // Whoever is left out leaves the others who are named there.
            if fit.iter().any(|person| person.id != LEFT_OUT) {
                fit.retain(|person| person.id != LEFT_OUT);
            }
            fit.dedup_by_key(|person| &person.id);
            match fit.as_slice() {
                [] => {}
                [one] if has_declined(entry, one) => return Match::Declined(one.id.clone()),
                [one] => return Match::One(one.id.clone()),
                _ => return Match::Several(fit.iter().map(|person| person.id.clone()).collect()),
            }
        }
    }
    // A mail is often somebody's name at another company.
    let local: Vec<&str> = invited.iter().filter_map(|text| Some(text.split_once('@')?.0)).collect();
    Match::Nobody { nearest: nearest(summary.iter().chain(&invited).chain(&local), people) }
}

fn texts(invited: &[Attendee]) -> Vec<&str> {
    invited.iter().flat_map(|one| [Some(one.mail.as_str()), one.name.as_deref()]).flatten().collect()
}

fn has_declined(entry: &Entry, person: &Person) -> bool {
    !person.is_typed && texts(&entry.declined).iter().any(|text| is_in_any_case(person, text))
}

/// The whole text, and what stands between its dashes, colons, commas and brackets: "[L1] maya", "On Call - Maya
/// Chen - Primary", "On call: Maya".
fn pieces(summary: &str) -> Vec<&str> {
    let mut pieces = Vec::from([summary.trim()]);
    for part in
        summary.split(" - ").flat_map(|part| part.split([',', ':', ';', '(', ')', '[', ']', '|', '/', '\n']))
    {
        let bare = part.trim();
        pieces.extend([bare, bare.trim_start_matches('@')]);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces.truncate(MOST_PIECES);
    pieces
}

fn names(person: &Person) -> impl Iterator<Item = &str> {
    let all = [person.id.as_str(), &person.handle, &person.name].into_iter().chain(person.mail.as_deref());
    all.filter(|name| !name.is_empty())
}

fn is_exactly(person: &Person, text: &str) -> bool {
    names(person).any(|name| name == text)
}

fn is_in_any_case(person: &Person, text: &str) -> bool {
    names(person).any(|name| name.to_lowercase() == text.to_lowercase())
}

/// One of the names stands in the text as whole words.
fn is_within(person: &Person, text: &str) -> bool {
    let text = words(text);
    names(person).map(words).any(|name| !name.is_empty() && text.windows(name.len()).any(|part| part == name))
}

/// A word of the real name of three letters or more stands in the text: "Maya on call".
fn shares_a_word(person: &Person, text: &str) -> bool {
    let text = words(text);
    words(&person.name).iter().any(|word| word.chars().count() > 2 && text.contains(word))
}

fn words(text: &str) -> Vec<String> {
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '\'' | '@' | '+');
    let words = text.split(|c| !is_inside(c)).map(|word| word.trim_matches(['.', '-', '\'', '@']));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whoever's name is like one of the texts; nobody's, where none is.
fn nearest<'t>(texts: impl Iterator<Item = &'t &'t str>, people: &[Person]) -> Option<String> {
    const LIKE: f64 = 0.8;
    let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
    let mut best: Option<(f64, &Person)> = None;
    for person in people {
        let first = person.name.split_whitespace().next();
        for name in names(person).chain(first).map(str::to_lowercase) {
            for text in &texts {
                let like = strsim::jaro_winkler(text, &name);
                if like >= LIKE && best.is_none_or(|(most, _)| like > most) {
                    best = Some((like, person));
                }
            }
        }
    }
    best.map(|(_, person)| person.id.clone())
}
