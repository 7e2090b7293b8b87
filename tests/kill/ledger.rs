//! What howler has acknowledged, as the people who asked for it remember it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use fake::slack::Reply;
use regex::Regex;

/// Titles, updates and notes carry these, so that each is told apart wherever it is read: `K17`, `U4`, `N9`.
#[derive(Default)]
pub struct Ledger(Mutex<Entries>);

/// Everything that was answered with a yes.
#[derive(Clone, Default)]
pub struct Entries {
    numbers: u64,
    /// Incident by declaration.
    pub declared: BTreeMap<String, u64>,
    /// Declarations that get no channel of their own.
    pub roomless: BTreeSet<String>,
    /// Incident by update.
    pub updates: BTreeMap<String, u64>,
    /// Incident by note.
    pub notes: BTreeMap<String, u64>,
    /// Incidents whose buttons or forms were answered 200, with what must then be on the timeline.
    pub clicks: BTreeSet<(u64, &'static str)>,
    /// Every click that was answered 200.
    pub clicked: usize,
    pub resolved: BTreeSet<u64>,
    /// The message that got pushpins and how many, by incident.
    pub pinned: BTreeMap<u64, (String, usize)>,
    /// Deliveries that were answered with a no of howler's own, in words,
    pub refused: usize,
    /// and those among them that may be saved all the same.
    pub uncertain: usize,
    /// Deliveries that were sent again on purpose.
    pub repeated: usize,
}

static DECLARED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"INC-(\d+) (P\d).* is declared: (K\d+)").unwrap());

impl Ledger {
    pub fn look<T>(&self, look: impl FnOnce(&mut Entries) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    /// A token of its own for a text.
    pub fn token(&self, kind: char) -> String {
        self.look(|entries| {
            entries.numbers += 1;
            format!("{kind}{}", entries.numbers)
        })
    }

    /// Notes a declaration that howler answers for, if this is one.
    pub fn declared(&self, reply: &Reply) {
        let words = words(reply);
        if let Some(found) = DECLARED.captures(&words).filter(|_| reply.is_ok()) {
            let incident = found[1].parse().unwrap();
            self.look(|entries| {
                if &found[2] == "P3" {
                    entries.roomless.insert(found[3].to_owned());
                }
                entries.declared.insert(found[3].to_owned(), incident);
            });
        }
    }

    /// Notes a refusal for howler's own trouble, if this is one.
    pub fn refused(&self, reply: &Reply) {
        let words = words(reply);
        let uncertain = words.contains("could not confirm");
        if uncertain || words.contains("howler could not") || words.contains("howler is restarting") {
            self.look(|entries| {
                entries.refused += 1;
                entries.uncertain += usize::from(uncertain);
            });
        }
    }

    /// A click that was answered 200: `shows` must be on the incident's timeline.
    pub fn clicked(&self, incident: u64, shows: &'static str) {
        self.look(|entries| {
            entries.clicks.insert((incident, shows));
            entries.clicked += 1;
        });
    }

    /// An open incident among those that were declared last.
    pub fn recent(&self, pick: u64, most: usize) -> Option<(String, u64)> {
        self.look(|entries| {
            let mut open: Vec<_> =
                entries.declared.iter().filter(|(_, id)| !entries.resolved.contains(id)).collect();
            open.sort_by_key(|(_, id)| std::cmp::Reverse(**id));
            open.truncate(most);
            let at = usize::try_from(pick).unwrap() % open.len().max(1);
            open.get(at).map(|(token, id)| ((*token).clone(), **id))
        })
    }
}

/// The words of a private answer.
pub fn words(reply: &Reply) -> String {
    let text = reply.json().and_then(|body| Some(body.get("text")?.as_str()?.to_owned()));
    text.unwrap_or_default()
}

/// A small generator: the same seed, the same people and the same instants to be killed at.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most.max(1)
    }
}
