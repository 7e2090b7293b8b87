//! Being on call: whether everybody who has a turn in the next two weeks can be reached, and nobody's time is nobody's.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::Line;
use crate::data::{self, DataError};
use config::Config;
use config::secrets::Secrets;
use delivery::phone::Phones;
use delivery::{People, Survey};
use domain::id::UserId;
use domain::oncall::Segment;
use domain::oncall::rota::{Rota, TestRing};
use domain::oncall::schedule::Schedule;
use domain::refusal::Unfit;
use domain::run::identity::Names;
use ground::clock::Clock;

const WHAT: &str = "on call";
const PHONES: &str = "phones";
const ACTS_AS: &str = "acts as";
/// Whoever has a turn within this must be reachable.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 14);

pub async fn lines(config: &Config, secrets: &Secrets, data: &Path, clock: Clock) -> Vec<Line> {
    let now = clock.now();
    let rota = match data::rota(data, &clock).await {
        Ok(rota) => rota,
        Err(DataError::NoData(_)) => Rota::default(),
        Err(error) => {
            return vec![Line::note(WHAT, format!("not checked, because the store can't be read: {error}"))];
        }
    };
    let schedule = config.rotation.set_up(&rota, now).unwrap_or_else(|| rota.schedule.clone());
    let turns = turns(&schedule, now);
    let mut lines = whole(&turns);
    lines.extend(nameless(&turns, &config.runbook.acts_as));
    let phones = match Phones::new(&config.phone, &secrets.phone, None, clock.clone()) {
        Ok(phones) => phones,
        Err(error) => {
            lines.push(Line::fail(PHONES, error.to_string()));
            return lines;
        }
    };
    let (line, trial) = account(phones.as_ref()).await;
    lines.push(line);
    let survey = match Survey::new(secrets, clock) {
        Ok(survey) => survey,
        // Told beside Slack's address.
        Err(_) => return lines,
    };
    let look = Look { people: survey.people(), phones, trial, rota: &rota };
    for (person, first) in &turns.people {
        lines.push(look.person(person, *first).await);
    }
    lines
}

/// Who has a turn or is the backup of one, with its first instant; and when nobody has one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Turns {
    pub people: BTreeMap<UserId, Timestamp>,
    pub gaps: Vec<(Timestamp, Timestamp)>,
}

pub(super) fn turns(schedule: &Schedule, now: Timestamp) -> Turns {
    let mut turns = Turns::default();
    let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    for segment in schedule.segments(now, until) {
        let Segment { from, until, .. } = segment;
        let fallback = schedule.fallback.as_ref().filter(|_| segment.person().is_none());
        let has_it = segment.person().or(fallback);
        if has_it.is_none() {
            turns.gaps.push((from, until));
        }
        for person in has_it.into_iter().chain(schedule.backup(from)) {
            turns.people.entry(person.clone()).or_insert(from);
        }
    }
    turns
}

/// Whether every instant is somebody's.
pub(super) fn whole(turns: &Turns) -> Vec<Line> {
    if turns.people.is_empty() {
        let words =
            "nobody is in the rotation: type `/oncall add @name` in Slack, or name [rotation] members";
        return vec![Line::note(WHAT, words)];
    }
    let gap = |(from, until): &(Timestamp, Timestamp)| {
        let words = "see `/oncall schedule`, then fill it: `/oncall override @name ...`";
        Line::fail(WHAT, format!("nobody from {} to {}: {words}", minute(*from), minute(*until)))
    };
    let gaps: Vec<Line> = turns.gaps.iter().map(gap).collect();
    match gaps.is_empty() {
        true => {
            vec![Line::ok(WHAT, format!("the next two weeks are covered, by {} people", turns.people.len()))]
        }
        false => gaps,
    }
}

/// Who could not ask for an action in the cluster, where actions act under people's own names.
pub(super) fn nameless(turns: &Turns, names: &Names) -> Option<Line> {
    if names.is_empty() {
        return None;
    }
    let missing: Vec<&str> =
        turns.people.keys().filter(|person| !names.contains_key(*person)).map(UserId::as_str).collect();
    Some(match missing.as_slice() {
        [] => Line::ok(ACTS_AS, "everybody on call in the next two weeks has a name in the cluster"),
        missing => {
            let words = "cannot ask for an action of kubectl or helm, though they are on call in the next two weeks: give each a name in \
                         [runbook.acts_as]";
            Line::fail(ACTS_AS, format!("{} {words}", missing.join(", ")))
        }
    })
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Whether the provider takes howler; and whether its account reaches verified numbers only.
async fn account(phones: Option<&Phones>) -> (Line, bool) {
    let Some(phones) = phones else {
        let words =
            "off: pages come through Slack only, and a sleeping phone stays silent; see [phone] provider";
        return (Line::note(PHONES, words), false);
    };
    let from = "[phone] from";
    match phones.account().await {
        Ok(None) => (
            Line::note(PHONES, "PagerDuty calls its own on-call; only PagerDuty can tell whether it would"),
            false,
        ),
        Ok(Some(account)) if !account.calls => (
            Line::fail(PHONES, format!("{from} cannot call: it must be your number at Twilio, with voice")),
            account.trial,
        ),
        Ok(Some(account)) => {
            let trial = if account.trial {
                "a trial account, which calls verified numbers only"
            } else {
                "the account"
            };
            let texts = if account.texts { "calls and texts" } else { "calls, and cannot text" };
            (Line::ok(PHONES, format!("Twilio takes {trial}; {from} {texts}")), account.trial)
        }
        Err(trouble) => (Line::fail(PHONES, trouble.reason()), false),
    }
}

struct Look<'l> {
    people: People,
    phones: Option<Phones>,
    trial: bool,
    rota: &'l Rota,
}

impl Look<'_> {
    async fn person(&self, person: &UserId, first: Timestamp) -> Line {
        let what = format!("{WHAT}: {}", self.people.name(person).await);
        let turn = format!("first needed {}", minute(first));
        match self.people.fitness(person).await {
            Ok(None) => {}
            Ok(Some(unfit)) => {
                return Line::fail(
                    what,
                    format!("{}; {turn}: take them out with `/oncall remove`", why(unfit)),
                );
            }
            Err(reason) => {
                return Line::note(what, format!("Slack does not say whether they exist: {reason}"));
            }
        }
        let Some(phones) = self.phones.as_ref().filter(|phones| phones.needs_numbers()) else {
            return Line::ok(what, format!("Slack reaches them; {turn}"));
        };
        let Some(number) = self.rota.phones.get(person) else {
            let words = "no phone number: they DM howler `phone +49 30 901820`";
            return Line::fail(what, format!("{words}; {turn}"));
        };
        if self.trial {
            match phones.verified(number).await {
                Ok(true) => {}
                Ok(false) => {
                    let words = "Twilio's trial account can't call their number: verify it in Twilio's console, or upgrade";
                    return Line::fail(what, format!("{words}; {turn}"));
                }
                Err(trouble) => return Line::fail(what, trouble.reason()),
            }
        }
        if self.rota.no_call.contains_key(person) {
            let words =
                "the last call to their number was refused: they DM howler another, `phone +49 30 901820`";
            return Line::fail(what, format!("{words}; {turn}"));
        }
        let tried = match self.rota.rings.get(person) {
            Some(TestRing { heard: Some(true), at, .. }) => {
                format!("test call heard on {}", minute(*at))
            }
            Some(TestRing { heard: Some(false), at, .. }) => {
                let words = "they missed the test call of";
                return Line::fail(
                    what,
                    format!("{words} {}: try again with `/oncall ring me`; {turn}", minute(*at)),
                );
            }
            Some(TestRing { heard: None, .. }) | None => {
                "never tested: they type `/oncall ring me`".to_owned()
            }
        };
        Line::ok(what, format!("Slack reaches them, phone number known ({tried}); {turn}"))
    }
}

fn why(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::Left => "has left this Slack",
        Unfit::Bot => "is a bot, which can't be paged",
        Unfit::Unknown => "is unknown to Slack",
    }
}
