//! The step against a slow reckoning that knows the whole list of readings and keeps nothing: random series with gaps, restarts, repeats,
//! clocks set back and forth, counters and their resets. Some hundreds in the usual run; `HOWLER_WATCH_SERIES=20000` for the long one,
//! `HOWLER_WATCH_SEED` for another one.

use jiff::{SignedDuration, Timestamp};

use crate::rate::Counter;
use crate::reading::{Reading, Reason};
use crate::standing::{Change, Level, Rules, Standing};
use crate::threshold::Threshold;

/// What the machine does: takes what was read, or looks at the clock.
#[derive(Clone, Debug)]
enum Event {
    Take(i64, Reading),
    Look(i64),
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// A reading that was accepted, with what can be said of it alone.
struct Seen {
    at: i64,
    /// Counted up whenever the clock was set back.
    epoch: usize,
    wrong: [bool; 2],
    clear: [bool; 2],
}

/// All that was accepted so far.
#[derive(Default)]
struct Book {
    seen: Vec<Seen>,
    heard: Option<i64>,
    epoch: usize,
    /// Whatever told nothing since the last reading that did, with the reason.
    misses: Vec<(i64, String)>,
    told_blind: bool,
    /// Since when a level is told.
    since: Option<i64>,
}

/// What is told about a list of events, by looking at all of it.
fn reckon(events: &[Event], rules: &Rules) -> Vec<(usize, Change)> {
    let (mut book, mut out) = (Book::default(), Vec::new());
    for (index, event) in events.iter().enumerate() {
        let (at, reading) = match event {
            Event::Take(at, reading) => (*at, Some(reading)),
            Event::Look(at) => (*at, None),
        };
        if !book.accepts(at, reading.is_some(), rules) {
            continue;
        }
        let changes = match book.number(at, reading, rules) {
            Ok(None) => Vec::new(),
            Ok(Some(number)) => book.see(number, at, rules),
            Err(reason) => book.miss(reason, at, rules),
        };
        out.extend(changes.into_iter().map(|change| (index, change)));
    }
    out
}

impl Book {
    fn accepts(&mut self, at: i64, is_reading: bool, rules: &Rules) -> bool {
        let set_back = self.heard.is_some_and(|heard| heard - at > rules.gap.as_secs());
        if self.heard.is_some_and(|heard| at <= heard) && !set_back {
            return false;
        }
        if set_back {
            self.epoch += 1;
            self.heard = Some(at);
            self.since = self.since.map(|since| since.min(at));
            for miss in &mut self.misses {
                miss.0 = miss.0.min(at);
            }
        }
        if is_reading {
            self.heard = Some(at);
        }
        true
    }

    /// The number, nothing, or why nobody can tell.
    fn number(&self, at: i64, reading: Option<&Reading>, rules: &Rules) -> Result<Option<f64>, String> {
        let last_seen = self.seen.last().filter(|last| last.epoch == self.epoch).map(|last| last.at);
        match reading {
            Some(Reading::Number(number)) if number.is_finite() => Ok(Some(*number)),
            Some(Reading::Number(number)) => {
                Err(format!("the value is {number}, which is no number to compare"))
            }
            Some(Reading::CannotTell(reason)) => Err(reason.to_string()),
            Some(Reading::State(_)) => unreachable!("the series have no words"),
            None if last_seen.is_none_or(|last| at - last > rules.gap.as_secs()) => Err(self
                .misses
                .last()
                .map_or_else(|| Reason::Silent.to_string(), |(_, reason)| reason.clone())),
            None => Ok(None),
        }
    }

    fn miss(&mut self, reason: String, at: i64, rules: &Rules) -> Vec<Change> {
        self.misses.push((at, reason.clone()));
        let begun = self.misses[0].0;
        if self.told_blind || at - begun < rules.absent_after.as_secs() {
            return Vec::new();
        }
        self.told_blind = true;
        vec![Change::Blind { since: instant(begun), reason }]
    }

    fn see(&mut self, number: f64, at: i64, rules: &Rules) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.told_blind {
            changes.push(Change::Seeing { since: instant(self.misses[0].0) });
        }
        (self.told_blind, self.misses) = (false, Vec::new());
        let before = self.seen.len().checked_sub(1).and_then(|last| level(&self.seen, last, rules));
        self.seen.push(look_at(number, at, self.epoch, rules));
        let last = self.seen.len() - 1;
        let now = level(&self.seen, last, rules);
        if let (None, Some(level)) = (before, now) {
            let run = |of: Level| run(&self.seen, last, rules, of, true).unwrap_or(at);
            self.since = Some(run(level).min(run(Level::Warning)));
        }
        let since = self.since.map_or(Timestamp::MIN, instant);
        changes.extend(match (before, now) {
            (None, Some(level)) => Some(Change::Began { level, since }),
            (Some(Level::Warning), Some(Level::Critical)) => Some(Change::Worsened { since }),
            (Some(Level::Critical), Some(Level::Warning)) => Some(Change::Eased { since }),
            (Some(level), None) => Some(Change::Ended { level, since }),
            _ => None,
        });
        changes
    }
}

fn look_at(number: f64, at: i64, epoch: usize, rules: &Rules) -> Seen {
    let mut seen = Seen { at, epoch, wrong: [false; 2], clear: [false; 2] };
    for level in Level::ALL {
        let Some(threshold) = rules.of(level) else { continue };
        let limit = threshold.limit().unwrap();
        // The series of this test go over a limit or under it, and no limit is a share.
        let over = threshold.to_string().starts_with('>');
        let far = if over { limit - number } else { number - limit };
        seen.wrong[level as usize] = far < 0.0;
        seen.clear[level as usize] = far >= limit.abs() * rules.margin * (1.0 - 1e-9);
    }
    seen
}

/// Since when all readings up to that one are on that side, with no gap between two.
fn run(seen: &[Seen], upto: usize, rules: &Rules, level: Level, wrong: bool) -> Option<i64> {
    let mut begun = None;
    let mut after: Option<&Seen> = None;
    for one in seen[..=upto].iter().rev() {
        let lasting = rules.of(level).map_or(0, |threshold| threshold.lasting.as_secs());
        let bears = rules.gap.as_secs().max(lasting / 10);
        let gap = after.is_some_and(|after| after.epoch != one.epoch || after.at - one.at > bears);
        if gap || one.wrong[level as usize] != wrong {
            break;
        }
        begun = Some(one.at);
        after = Some(one);
    }
    begun
}

/// Whether a level is breached after that reading: something began it, and nothing since ended it.
fn breached(seen: &[Seen], upto: usize, rules: &Rules, level: Level) -> bool {
    let Some(threshold) = rules.of(level) else { return false };
    let lasting = threshold.lasting.as_secs();
    for one in (0..=upto).rev() {
        let (at, clear) = (seen[one].at, seen[one].clear[level as usize]);
        let right = run(seen, one, rules, level, false);
        let settled = right.is_some_and(|right| at - right >= lasting.max(rules.settle.as_secs()));
        if clear || settled {
            return false;
        }
        let begins = run(seen, one, rules, level, true).is_some_and(|wrong| at - wrong >= lasting);
        if begins || level == Level::Warning && breached(seen, one, rules, Level::Critical) {
            return true;
        }
    }
    false
}

fn level(seen: &[Seen], upto: usize, rules: &Rules) -> Option<Level> {
    [Level::Critical, Level::Warning].into_iter().find(|level| breached(seen, upto, rules, *level))
}

/// The machine: one step at a time, stored and read again now and then.
fn stepped(events: &[Event], rules: &Rules, random: &mut fastrand::Rng) -> Vec<(usize, Change)> {
    let mut standing = Standing::default();
    let mut out = Vec::new();
    for (index, event) in events.iter().enumerate() {
        if random.u8(..8) == 0 {
            standing = serde_json::from_str(&serde_json::to_string(&standing).unwrap()).unwrap();
        }
        let changes = match event {
            Event::Take(at, reading) => standing.take(reading, instant(*at), rules),
            Event::Look(at) => standing.look(instant(*at), rules),
        };
        out.extend(changes.into_iter().map(|change| (index, change)));
    }
    out
}

fn rules(random: &mut fastrand::Rng) -> Rules {
    let lasting = |random: &mut fastrand::Rng| [0, 0, 60, 180, 300, 600, 1_800, 3_000][random.usize(..8)];
    let over = random.bool();
    let threshold = |number: i64, random: &mut fastrand::Rng| -> Threshold {
        let (side, lasting) = (if over { '>' } else { '<' }, lasting(random));
        let text =
            if lasting == 0 { format!("{side} {number}") } else { format!("{side} {number} for {lasting}s") };
        text.parse().unwrap()
    };
    let (mild, bad) = if over { (100, 200) } else { (100, 40) };
    let warning = (random.u8(..8) > 0).then(|| threshold(mild, random));
    let critical = (random.u8(..8) > 0).then(|| threshold(bad, random));
    let mut rules = Rules::every(SignedDuration::from_secs(60), warning, critical);
    rules.absent_after = SignedDuration::from_secs([180, 300, 600][random.usize(..3)]);
    rules.settle = SignedDuration::from_secs([120, 300][random.usize(..2)]);
    rules
}

fn events(random: &mut fastrand::Rng) -> Vec<Event> {
    let mut at = 0;
    let mut value = 100.0;
    // Some stay long where they are, so that long windows are filled too.
    let stays = [3, 12][random.usize(..2)];
    let length = random.usize(10..80);
    let mut events = Vec::new();
    while events.len() < length {
        at += match random.u8(..40) {
            0 => random.i64(150..900),
            1 => -random.i64(0..150),
            2 => -random.i64(150..4_000),
            3 => random.i64(3_000..10_000),
            4 => 0,
            5 => 150,
            6 => -150,
            7 => 151,
            _ => random.i64(55..70),
        };
        if random.u8(..stays) == 0 {
            value = [
                0.0, 37.9, 38.1, 40.0, 41.0, 42.1, 94.0, 95.0, 96.0, 100.0, 101.0, 105.0, 106.0, 189.0,
                190.0, 195.0, 200.0, 201.0, 400.0,
            ][random.usize(..19)];
        }
        events.push(match random.u8(..20) {
            0 | 1 => Event::Take(at, Reading::CannotTell(Reason::CutOff)),
            2 => Event::Take(at, Reading::CannotTell(Reason::Empty)),
            3 => Event::Take(at, Reading::Number(f64::NAN)),
            4..7 => Event::Look(at),
            _ => Event::Take(at, Reading::Number(value)),
        });
        // A source that is away for longer.
        if random.u8(..40) == 0 {
            for _ in 0..random.u8(3..14) {
                at += 60;
                events.push(if random.bool() {
                    Event::Look(at)
                } else {
                    Event::Take(at, Reading::CannotTell(Reason::Silent))
                });
            }
        }
    }
    events
}

/// The same list, its numbers being what was added to a counter that is reset now and then.
fn counted(events: &[Event], random: &mut fastrand::Rng) -> (Vec<Event>, Vec<Event>) {
    let gap = SignedDuration::from_secs(150);
    let (mut total, mut counter) = (0.0, Counter::default());
    let (mut by_counter, mut by_list) = (Vec::new(), Vec::new());
    let mut totals: Vec<(i64, f64)> = Vec::new();
    for event in events {
        let (by_step, by_all) = match event {
            Event::Take(at, Reading::Number(number)) if number.is_finite() => {
                total = if random.u8(..20) == 0 { 0.0 } else { total + number * 60.0 };
                counter = serde_json::from_str(&serde_json::to_string(&counter).unwrap()).unwrap();
                let by_step = counter.rate(Reading::Number(total), instant(*at), gap);
                (Event::Take(*at, by_step), Event::Take(*at, rate(&mut totals, *at, total)))
            }
            other => (other.clone(), other.clone()),
        };
        by_counter.push(by_step);
        by_list.push(by_all);
    }
    (by_counter, by_list)
}

/// What the list of totals tells of its last one.
fn rate(totals: &mut Vec<(i64, f64)>, at: i64, total: f64) -> Reading {
    let before = totals.last().copied();
    if before.is_some_and(|(then, _)| (0..=150).contains(&(then - at))) {
        return Reading::CannotTell(Reason::FirstOfTwo);
    }
    totals.push((at, total));
    match before {
        Some((then, last)) if then < at && at - then <= 150 && total >= last => {
            Reading::Number((total - last) / f64::from(i32::try_from(at - then).unwrap()))
        }
        Some((then, _)) if then < at && at - then > 150 => Reading::CannotTell(Reason::TooFarApart),
        Some((then, _)) if then < at => Reading::CannotTell(Reason::Reset),
        _ => Reading::CannotTell(Reason::FirstOfTwo),
    }
}

#[test]
fn the_step_tells_what_the_whole_list_tells() {
    let many = std::env::var("HOWLER_WATCH_SERIES").map_or(400, |many| many.parse().unwrap());
    let seed = std::env::var("HOWLER_WATCH_SEED").map_or(19, |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    let mut kinds = std::collections::BTreeMap::<&str, usize>::new();
    for series in 0..many {
        let rules = rules(&mut random);
        let list = events(&mut random);
        let (list, by_list) =
            if random.u8(..4) == 0 { counted(&list, &mut random) } else { (list.clone(), list) };
        assert_eq!(format!("{list:?}"), format!("{by_list:?}"), "series {series}: rates");
        let (by_step, by_all) = (stepped(&list, &rules, &mut random), reckon(&by_list, &rules));
        assert_eq!(by_step, by_all, "series {series} of seed {seed}: {rules:?}\n{list:#?}");
        for (_, change) in &by_all {
            *kinds
                .entry(match change {
                    Change::Began { .. } => "began",
                    Change::Worsened { .. } => "worsened",
                    Change::Eased { .. } => "eased",
                    Change::Ended { .. } => "ended",
                    Change::Blind { .. } => "blind",
                    Change::Seeing { .. } => "seeing",
                })
                .or_default() += 1;
        }
    }
    println!("{many} series, 0 differences, told: {kinds:?}");
    assert!(kinds.len() == 6 && kinds.values().all(|count| *count >= many / 40), "{kinds:?}");
}
