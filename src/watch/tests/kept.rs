//! Keeping values reading by reading, with nothing in memory in between, comes to what all of them at once would be.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::history::{History, Row, RowKey};
use crate::kept::Kept;

/// 2023-11-14 00:00 UTC.
const DAY: i64 = 1_699_920_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).unwrap()
}

/// The rows of one watch, as a store has them.
#[derive(Default)]
struct Disk {
    rows: BTreeMap<RowKey, Row>,
    last: Option<Timestamp>,
    written: usize,
}

impl Disk {
    /// One reading, by a howler that knows nothing but what is stored.
    fn reading(&mut self, at: Timestamp, number: f64) {
        let mut kept = Kept::after(self.last.replace(at));
        for key in kept.missing(at) {
            kept.know(key, self.rows.get(&key).cloned().unwrap_or_default());
        }
        assert!(kept.missing(at).is_empty());
        let rows = kept.keep(at, number);
        let begins = Kept::begins(&rows);
        self.written += rows.len();
        self.rows.extend(rows);
        if begins {
            self.rows.retain(|key, _| !key.is_out(at));
        }
    }
}

#[test]
fn a_reading_writes_one_row_and_a_coarser_one_when_its_bucket_is_over() {
    let mut disk = Disk::default();
    for minute in 0..1_440 {
        disk.reading(at(minute * 60 + 7), 1.0);
    }
    assert_eq!(disk.written, 1_440 + 287 + 23);
}

#[test]
fn forty_days_stay_in_their_rows() {
    let mut disk = Disk::default();
    for minute in (0..40 * 1_440).step_by(7) {
        disk.reading(at(minute * 60), 1.0);
    }
    assert!(disk.rows.len() <= 49 + 57 + 16, "{}", disk.rows.len());
}

proptest::proptest! {
    /// Gaps of any length, and a clock that is set back a little or a lot.
    #[test]
    fn it_is_what_all_at_once_would_be(
        steps in proptest::collection::vec((0..4_u8, 1..400_i64, -1_000..1_000_i32), 1..250),
    ) {
        let (mut disk, mut whole, mut second) = (Disk::default(), History::default(), 0);
        for (kind, step, number) in steps {
            second += match kind {
                0 => step * 60,
                1 => step * 600,
                2 if step % 40 == 0 => -step * 10,
                _ => step,
            };
            disk.reading(at(second), f64::from(number));
            whole.keep(at(second), f64::from(number));
        }
        let mut found = History::load(disk.rows);
        // What is too far behind or ahead of the last one is dropped by rows there, and by buckets here.
        found.prune(at(second));
        whole.prune(at(second));
        let kept = |history: &History| {
            let count = |key: RowKey| history.row(key).iter().map(|bucket| bucket.count).sum::<u32>();
            history.keys().into_iter().map(|key| (key, count(key))).collect::<BTreeMap<_, _>>()
        };
        proptest::prop_assert_eq!(kept(&found), kept(&whole));
        proptest::prop_assert_eq!(found, whole);
    }
}
