//! Kinds that have nothing of their own in the store beside their rows: what a start loads, the numbers that come next, what is
//! exported, and what is missing, for each of one list.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::Engine;
use super::kinds::{self, Stored};
use super::{StoreError, codec};
use domain::aggregate::{Aggregate, Plain as _, for_each_plain_kind};
use domain::timer::Timer;

/// Rows by their keys.
type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Nobody has so many events; a row that says so is damaged.
const EVENTS_MOST: u32 = 100_000;

/// Where the rows of a plain kind are.
pub(super) trait PlainRows: Stored {
    const ROWS: &'static [u8];
    const EVENTS: &'static [u8];
    /// What stands under its prefixes: one, and several.
    const NAMES: [(u8, &'static str, &'static str); 3];

    fn of(number: u64) -> Self::Id;
}

/// Those that are live. One that this version cannot read stays where it is, and is told.
fn live<A: PlainRows>(engine: &Engine, folder: &Path, aside: &mut Vec<String>) -> Result<Vec<A>, StoreError> {
    kinds::live(engine, folder, |id, error| match error {
        StoreError::Row(why) => {
            let owner = A::owner_of(id);
            aside.push(format!(
                "{owner} is not over and this version of howler cannot read it ({why}): its time passes in silence. Its row is \
                 kept as it is; tell whoever runs howler"
            ));
            Ok(())
        }
        error => Err(error),
    })
}

/// Asks for all rows of the numbers that were given; `ask` gives a row's value, where it is there.
fn expected<A: PlainRows>(next: u64, ask: &mut impl FnMut(Vec<u8>) -> Option<Vec<u8>>) {
    for id in (1..next).map(A::of) {
        let events = ask(A::key(id)).and_then(|row| codec::decode::<A>(&row).ok());
        for seq in 1..=events.map_or(0, |one| one.events().min(EVENTS_MOST)) {
            ask([A::events_key(id), seq.to_be_bytes().to_vec()].concat());
        }
    }
}

/// What is not there of the numbers that were given, in words.
fn missing<A: PlainRows>(next: u64, rows: &Rows) -> Vec<String> {
    let mut lines = Vec::new();
    for id in (1..next).map(A::of) {
        let owner = A::owner_of(id);
        let Some(row) = rows.get(&A::key(id)) else {
            lines.push(format!("{owner} is missing: its number was given"));
            continue;
        };
        let Ok(one) = codec::decode::<A>(row) else { continue };
        let key = |seq: u32| [A::events_key(id), seq.to_be_bytes().to_vec()].concat();
        let many = one.events().min(EVENTS_MOST);
        let gone = (1..=many).filter(|seq| !rows.contains_key(&key(*seq))).count();
        if gone > 0 {
            lines.push(format!("{owner}: {gone} of its {many} events are missing"));
        }
        if A::mark_key(id).is_some_and(|mark| rows.contains_key(&mark) != one.is_live()) {
            lines.push(format!("{owner}: the mark that says whether it is over is wrong or missing"));
        }
    }
    lines
}

fn timers<A: PlainRows>(rows: &Rows) -> Vec<Timer> {
    let own = rows.range(A::ROWS.to_vec()..).take_while(|(key, _)| key.starts_with(A::ROWS));
    own.filter_map(|(_, row)| codec::decode::<A>(row).ok()).flat_map(|one| one.timer_rows()).collect()
}

macro_rules! plain {
    ($($name:ident: $kind:ty,)*) => {
        /// Those that are live, as a start finds them.
        #[derive(Debug, Default)]
        pub struct Plain {
            $(pub $name: Vec<$kind>,)*
        }

        impl Plain {
            pub(super) fn load(
                engine: &Engine,
                folder: &Path,
                aside: &mut Vec<String>,
            ) -> Result<Self, StoreError> {
                Ok(Self { $($name: live(engine, folder, aside)?,)* })
            }

            pub(super) fn timers(&self) -> Vec<Timer> {
                let mut timers = Vec::new();
                $(timers.extend(self.$name.iter().flat_map(Aggregate::timer_rows));)*
                timers
            }
        }

        /// The numbers that come next. Stores of older versions had none of these kinds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct PlainNumbers {
            $(#[serde(default = "super::changes::first")] pub $name: u64,)*
        }

        impl Default for PlainNumbers {
            fn default() -> Self {
                Self { $($name: super::changes::first(),)* }
            }
        }

        /// What is exported of a row, as JSON; `None` where it is no plain kind's.
        pub(super) fn facts(key: &[u8], value: &[u8]) -> Result<Option<String>, StoreError> {
            $(if key.starts_with(<$kind>::ROWS) {
                let one = codec::decode::<$kind>(value)?;
                let line = serde_json::to_string(&one.facts());
                return line.map(Some).map_err(|error| StoreError::Row(error.to_string()));
            })*
            Ok(None)
        }

        /// What rows of a prefix are: one, and several.
        pub(super) fn things(prefix: u8) -> Option<(&'static str, &'static str)> {
            let names = [$(<$kind>::NAMES),*];
            let (_, one, several) = names.iter().flatten().find(|(letter, ..)| *letter == prefix)?;
            Some((one, several))
        }

        /// Asks for every row that must be there.
        pub(super) fn ask_for_expected(
            next: &PlainNumbers,
            mut ask: impl FnMut(Vec<u8>) -> Option<Vec<u8>>,
        ) {
            $(expected::<$kind>(next.$name, &mut ask);)*
        }

        /// What is not there, in words.
        pub(super) fn lines(next: &PlainNumbers, rows: &Rows) -> Vec<String> {
            [$(missing::<$kind>(next.$name, rows)),*].concat()
        }

        /// The timers that follow from the rows.
        pub(super) fn timers_in(rows: &Rows) -> Vec<Timer> {
            [$(timers::<$kind>(rows)),*].concat()
        }
    };
}

for_each_plain_kind!(plain);
