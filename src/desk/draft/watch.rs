//! Heartbeats, and sources that should speak: each beat is kept, its timer moves, and its silence is heard as an alert.

use domain::alert::hear::Delivery;
use domain::alert::signal::{Said, Signal, Source, Trouble};
use domain::alert::source_word;
use domain::alert::watch::{Beat, Expected};
use domain::timer::{Outage, Timer};
use store::StoreError;

use super::Draft;
use super::week::WEEK;

impl Draft<'_> {
    /// Takes over what the configuration expects now, and how long howler did not listen: it was not there, or was `deaf`.
    pub fn tend_watches(&mut self, deaf: Option<Outage>) {
        let expected = self.config.expected();
        let gone: Vec<Beat> = self
            .state
            .alerts
            .beats
            .values()
            .filter(|beat| beat.key != WEEK && expected.iter().all(|one| one.key != beat.key))
            .cloned()
            .collect();
        for beat in gone {
            let old: Vec<Timer> = beat.due.map(|due| beat.timer(due)).into_iter().collect();
            self.move_timers(&old, &[]);
            self.beats.insert(beat.key, None);
        }
        for one in &expected {
            let beat = self.beat_of(&one.key).unwrap_or_else(|| Beat::at(&one.key, self.now));
            let beat = beat.set_back(self.now);
            let beat = self.outage.into_iter().chain(deaf).fold(beat, Beat::deaf_during);
            self.keep_beat(beat, one);
        }
        self.tend_week();
        self.tend_watched();
        self.tend_vendors();
        self.tend_expiries();
        self.tend_credentials();
    }

    /// What a delivery tells of who lives. A source that was told as silent is heard again.
    pub(super) fn beats(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let expected = self.config.expected();
        if expected.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = match delivery.source {
            Source::Heartbeat => delivery
                .heard
                .signals
                .iter()
                .filter(|signal| is_beat(signal))
                .map(|signal| signal.key.clone())
                .collect(),
            source => vec![format!("source:{}", source_word(source))],
        };
        for one in expected.iter().filter(|one| keys.contains(&one.key)) {
            let before = self.beat_of(&one.key).unwrap_or_else(|| Beat::at(&one.key, self.now));
            self.keep_beat(before.again(self.now), one);
            if before.told {
                for signal in &one.beat(self.now).signals {
                    self.hear_signal(signal, None)?;
                }
            }
        }
        Ok(())
    }

    /// The end of what something may be silent for.
    pub(super) fn watch_fired(&mut self, timer: Timer) -> Result<(), StoreError> {
        if let Some(beat) =
            self.beat_of(WEEK).filter(|beat| beat.due.map(|due| beat.timer(due)) == Some(timer))
        {
            return self.week_fired(beat);
        }
        let expected = self.config.expected();
        let whose = expected.iter().find_map(|one| {
            let beat = self.beat_of(&one.key)?;
            (beat.due.map(|due| beat.timer(due)) == Some(timer)).then_some((one, beat))
        });
        let Some((one, beat)) = whose else {
            self.changes.timers_gone.push(timer);
            return Ok(());
        };
        match beat.silence(one, self.now) {
            Some(delivery) => {
                self.hear_it(&delivery)?;
                self.keep_beat(Beat { told: true, ..beat }, one);
            }
            // It may be silent for longer now.
            None => self.keep_beat(beat, one),
        }
        Ok(())
    }

    pub(super) fn beat_of(&self, key: &str) -> Option<Beat> {
        match self.beats.get(key) {
            Some(beat) => beat.clone(),
            None => self.state.alerts.beats.get(key).cloned(),
        }
    }

    /// Keeps it with its timer, where either differs from what is known.
    fn keep_beat(&mut self, beat: Beat, expected: &Expected) {
        let due = beat.silent_at(expected);
        let [old, new] =
            [beat.due, due].map(|due| due.map(|due| beat.timer(due)).into_iter().collect::<Vec<_>>());
        self.move_timers(&old, &new);
        let beat = Beat { due, ..beat };
        if self.beat_of(&beat.key).as_ref() != Some(&beat) {
            self.beats.insert(beat.key.clone(), Some(beat));
        }
    }
}

/// A heartbeat's own word, and no silence.
pub(super) fn is_beat(signal: &Signal) -> bool {
    signal.source == Source::Heartbeat && signal.trouble == Trouble::Silent && signal.said == Said::Resolved
}
