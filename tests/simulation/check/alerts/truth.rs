//! How alerts are, reckoned from what the machines said, by their own clocks.

use std::collections::{BTreeMap, BTreeSet};

use domain::Severity;
use domain::actor::Actor;
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::signal::{Said, Source};
use jiff::{SignedDuration, Timestamp};

use super::Told;
use crate::simulation::machines::{SILENT, Sent};
use crate::simulation::world::{SavedAlerts, World};

/// All that was said of one alert's key.
pub struct Known {
    pub source: Source,
    key: String,
    pub severity: Severity,
    /// In the order of the source.
    says: Vec<(Timestamp, Said)>,
    /// When a person said last that it is over.
    closed: Option<Timestamp>,
}

impl Known {
    fn fires(&self) -> bool {
        let mut turns = self.says.iter().filter(|(_, said)| *said != Said::Acknowledged);
        turns.next_back().is_some_and(|(_, said)| *said == Said::Firing)
    }

    /// Whether its source speaks of it after a person said that it is over; what it says before is about the one that is over, and what
    /// it repeats counts some minutes later.
    fn is_sure(&self) -> bool {
        let mut turns = self.says.iter().filter(|(_, said)| *said != Said::Acknowledged);
        let last = turns.next_back().map(|(at, _)| *at);
        let speaks = |closed: &Timestamp| last.is_some_and(|at| at > *closed + REPEATS);
        self.closed.as_ref().is_none_or(speaks)
    }

    /// Whether it was ever resolved after it fired.
    pub fn ends(&self) -> bool {
        let first = self.says.iter().position(|(_, said)| *said == Said::Firing);
        first.is_some_and(|at| self.says[at..].iter().any(|(_, said)| *said == Said::Resolved))
    }

    /// Whether it fired at least once for less than a monitor's down must last. What fires in the end has done so for longer.
    pub fn is_short(&self) -> bool {
        let mut since = None;
        for (at, said) in &self.says {
            match (said, since) {
                (Said::Firing, None) => since = Some(*at),
                (Said::Resolved, Some(from)) if at.duration_since(from) < SignedDuration::from_mins(5) => {
                    return true;
                }
                (Said::Resolved, _) => since = None,
                _ => {}
            }
        }
        false
    }
}

/// What a source repeats within this of a person's word is about what is over.
const REPEATS: SignedDuration = SignedDuration::from_mins(5);

pub struct Truth {
    known: Vec<Known>,
    sent: Vec<Sent>,
    /// Whether somebody was told that something is silent from now on.
    silences: bool,
    beats: Option<bool>,
}

/// A source as `/alerts why` names it.
fn named(source: Source) -> &'static str {
    match source {
        Source::GitHub => "GitHub",
        Source::Vercel => "Vercel",
        Source::UptimeRobot => "Uptime Robot",
        Source::Alertmanager => "Alertmanager",
        Source::Grafana => "Grafana",
        Source::PagerDuty => "PagerDuty's events",
        Source::Events => "events",
        Source::Heartbeat => "a heartbeat",
        Source::Watch => "a watch",
    }
}

impl Truth {
    pub fn of(world: &World, saved: Option<&SavedAlerts>) -> Self {
        let sent = world.line.sent();
        let mut known: BTreeMap<(Source, String), Known> = BTreeMap::new();
        for one in &sent {
            for said in &one.says {
                // Without a time it stands where howler heard of it; the next thing was said after that.
                let Some(at) = said.at.or(one.taken.last().copied()) else { continue };
                let key = (said.source, said.key.clone());
                let (source, severity) = (said.source, said.severity);
                let new =
                    || Known { source, key: said.key.clone(), severity, says: Vec::new(), closed: None };
                known.entry(key).or_insert_with(new).says.push((at, said.said));
            }
        }
        let mut known: Vec<Known> = known.into_values().collect();
        for one in &mut known {
            one.says.sort_by_key(|(at, _)| *at);
            let all = saved.iter().flat_map(|saved| &saved.alerts);
            let closed = all
                .filter(|(alert, _)| (alert.source, &alert.key) == (one.source, &one.key))
                .flat_map(|(_, events)| events)
                .filter(|event| matches!(event.kind, AlertEventKind::Closed { .. }));
            one.closed = closed.map(|event| event.at).max();
        }
        let silences = world.deeds.lock().unwrap().iter().any(|deed| deed.line.contains("silence"));
        Self { known, sent, silences, beats: beats(world) }
    }

    /// What is known of a key; nothing where it never fired.
    pub fn of_key(&self, source: &str, key: &str) -> Option<&Known> {
        self.known.iter().find(|known| named(known.source) == source && known.key == key)
    }

    pub fn fires(&self, alert: &Alert) -> bool {
        match alert.source {
            Source::Heartbeat => alert.ended.is_none(),
            source => self
                .of_key(named(source), &alert.key)
                .is_some_and(|known| if known.is_sure() { known.fires() } else { alert.ended.is_none() }),
        }
    }

    /// Whether anything could ever have held it back.
    pub fn was_silent(&self, _: &Known) -> bool {
        self.silences
    }

    /// Whether a silence that is not over fits.
    pub fn is_silent(&self, alert: &Alert, saved: &SavedAlerts) -> bool {
        let live = saved.silences.iter().filter(|silence| silence.ended.is_none());
        live.map(|silence| &silence.matcher).any(|matcher| {
            matcher.source.is_none_or(|source| source == alert.source)
                && matcher.key.as_ref().is_none_or(|key| *key == alert.key)
                && matcher.labels.iter().all(|(name, value)| alert.told.facts.get(name) == Some(value))
        })
    }

    /// The newest alert of each key is as its source says, and each that ever fired is there.
    pub fn compared(&self, newest: &BTreeMap<(String, String), Told>) -> Vec<String> {
        let mut wrong = Vec::new();
        for known in &self.known {
            let told = newest.get(&(named(known.source).to_owned(), known.key.clone()));
            let fired = known.says.iter().any(|(_, said)| *said == Said::Firing);
            match told {
                None if fired => wrong.push(format!("no alert of {:?} {}", known.source, known.key)),
                // A person said so, whatever the source says.
                Some(told) if !told.is_open() && told.now.contains(" by <@") => {}
                Some(told) if told.is_open() != known.fires() => wrong.push(format!(
                    "{:?} {} fires: {}, and is told as: {}; {:?}",
                    known.source,
                    known.key,
                    known.fires(),
                    told.now,
                    known.says
                )),
                _ => {}
            }
        }
        let beat = newest.get(&("a heartbeat".to_owned(), "backup".to_owned()));
        let silent = beat.is_some_and(Told::is_open);
        if self.beats.is_some_and(|beats| beats == silent) {
            wrong.push(format!("the heartbeat beats: {:?}, and counts as silent: {silent}", self.beats));
        }
        wrong
    }

    /// Each thing that was said counts once, or as often as it was sent where nothing names the delivery.
    pub fn counted(&self, saved: &SavedAlerts) -> Vec<String> {
        let mut wrong = Vec::new();
        let sources: BTreeSet<Source> = self.sent.iter().map(|sent| sent.source).collect();
        for source in sources {
            let (mut names, mut least, mut most, mut deliveries) = (BTreeSet::new(), 0, 0, [0, 0]);
            for sent in self.sent.iter().filter(|sent| sent.source == source) {
                let fires = sent.says.iter().filter(|one| one.said == Said::Firing).count() as u64;
                let (taken, tried) = match (sent.once, names.insert(sent.name())) {
                    (true, new) => (u64::from(new), u64::from(new)),
                    (false, _) => (sent.taken.len() as u64, u64::from(sent.tried)),
                };
                (least, most) = (least + fires * taken, most + fires * tried);
                deliveries = [deliveries[0] + taken, deliveries[1] + tried];
            }
            let rows = saved.alerts.iter().filter(|(alert, _)| alert.source == source);
            let counted: u64 = rows.map(|(alert, _)| alert.count).sum();
            let ear = saved.ears.iter().find(|ear| ear.source == source);
            let (heard, late, misread) = ear.map_or((0, 0, 0), |ear| (ear.deliveries, ear.late, ear.misread));
            if counted > most || counted + late < least {
                wrong.push(format!("{source:?}: {least} to {most} firings, {counted} counted, {late} late"));
            }
            if heard < deliveries[0] || heard > deliveries[1] {
                wrong.push(format!("{source:?}: {deliveries:?} deliveries were taken, {heard} are counted"));
            }
            let of_source = self.sent.iter().filter(|sent| sent.source == source && sent.nonsense);
            let nonsense = of_source.map(Sent::name).collect::<BTreeSet<_>>().len() as u64;
            if misread != nonsense {
                wrong.push(format!("{source:?}: {nonsense} were nonsense, {misread} are told as that"));
            }
        }
        wrong
    }
}

/// Whether the heartbeat beats, where that is sure.
fn beats(world: &World) -> Option<bool> {
    let beaten = world.line.beaten();
    let now = world.now();
    let answered = beaten.iter().filter(|(_, taken)| *taken).map(|(at, _)| *at).max();
    let tried = beaten.iter().map(|(at, _)| *at).max();
    // howler's own downtime is not the program's silence.
    let outages = world.outages.iter().map(|outage| outage.until.duration_since(outage.from));
    let patience = outages.fold(SILENT + SignedDuration::from_secs(10), SignedDuration::saturating_add);
    match (answered, tried) {
        (Some(answered), _) if now.duration_since(answered) < SILENT => Some(true),
        (_, Some(tried)) if now.duration_since(tried) > patience => Some(false),
        _ => None,
    }
}

/// What people were told that they did is done.
pub fn lines(world: &World, saved: &SavedAlerts) -> Vec<String> {
    let mut wrong = Vec::new();
    let deeds = world.deeds.lock().unwrap().clone();
    for deed in deeds.iter().filter(|deed| deed.line.contains(": /alerts ") && !deed.answer.is_empty()) {
        let person = Actor::Slack(
            format!("U0{}", deed.line.split(':').next().unwrap_or("").to_uppercase()).as_str().into(),
        );
        let Some(number) = after(&deed.line, "A-") else { continue };
        let of = saved.alerts.iter().find(|(alert, _)| alert.id.0 == number);
        let events = of.map_or(&[][..], |(_, events)| events);
        let has = |fits: &dyn Fn(&AlertEventKind) -> bool| {
            events.iter().any(|event| event.by == person && fits(&event.kind))
        };
        let incident = after(&deed.answer, "INC-").unwrap_or(0);
        let done = match deed.answer.as_str() {
            // Whoever says so of what somebody has already, it or another one of its message, is on its incident.
            answer if answer.contains("👀 You have A-") && answer.contains("You are on INC-") => {
                let group = of.and_then(|(alert, _)| alert.group);
                let acked =
                    saved.groups.iter().filter(|it| it.acked.is_some()).any(|it| Some(it.id) == group);
                acked || events.iter().any(|event| event.kind == AlertEventKind::Acked)
            }
            answer if answer.contains("👀 You have A-") => has(&|kind| *kind == AlertEventKind::Acked),
            answer
                if answer.contains(" is declared, and A-")
                    || answer.contains(" belongs to INC-") && answer.contains("✅ A-") =>
            {
                // Of what is merged the answer names the whole, and the alert is the part's that was named.
                let named = deed.line.split(" to ").nth(1).and_then(|number| number.trim().parse().ok());
                let theirs = |own: u64| own == incident || Some(own) == named;
                has(&|kind| matches!(kind, AlertEventKind::Attached { incident: own } if theirs(own.0)))
            }
            answer if answer.contains(" any more.") && answer.contains("does not belong to") => {
                has(&|kind| *kind == AlertEventKind::Detached)
            }
            answer if answer.contains("🔕 S-") && answer.contains("Silent until") => {
                saved.silences.iter().filter(|silence| silence.why.contains(&deed.word)).count() == 1
            }
            answer if answer.contains("🔔 S-") => {
                let number = after(answer, "S-");
                saved.silences.iter().any(|silence| Some(silence.id.0) == number && silence.ended.is_some())
            }
            _ => true,
        };
        if !done {
            wrong.push(format!("told as done, and it is not: {}: {}", deed.line, deed.answer));
        }
    }
    wrong
}

/// The number behind the first `lead`.
fn after(text: &str, lead: &str) -> Option<u64> {
    let (_, rest) = text.split_once(lead)?;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}
