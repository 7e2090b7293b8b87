use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::decide::{configured, list, named, rotated, seen, undone, week};
use super::event::CredentialEventKind as Kind;
use super::line::{CredentialRefusal, On};
use super::plan::{Every, Lives, Plan};
use super::*;
use crate::oncall::zone::Zone;
use crate::timer::Outage;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn plan(name: &str, every: Every, rotated: Option<&str>) -> Plan {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let (lives, owner) = (Lives::GitHub, Some("U0IAN".into()));
    Plan { name: name.into(), lives, every, owner, variable: None, rotated: rotated.map(day), zone }
}

fn known(number: u64, plan: Plan, now: Timestamp) -> Credential {
    let kind = Kind::Listed(Box::new(plan));
    let event = Credential::event(1, now, &Cause::howler(), kind);
    Credential::listed(CredentialId(number), &event).unwrap()
}

impl Credential {
    fn takes(&mut self, now: Timestamp, by: &str, kind: Kind) -> Vec<Intent> {
        let cause = if by.is_empty() { Cause::howler() } else { Cause::earlier(by.into()) };
        let event = Self::event(self.events + 1, now, &cause, kind);
        let before = self.clone();
        self.apply(&event);
        Self::effects(Some(&before), self, &event, &Around { on_call: Some("U0MAYA".into()) })
    }

    fn fires(&mut self, now: Timestamp, outage: Option<Outage>) -> Vec<Kind> {
        let around = Around { on_call: None };
        let kinds = self.fire(TimerKind::Rotation, Moment { now, outage }, &around);
        for kind in &kinds {
            self.takes(now, "", kind.clone());
        }
        kinds
    }
}

#[test]
fn it_is_due_on_a_day_and_reminds_at_nine_in_the_rotas_zone() {
    let one = known(1, plan("A", Every::Months(3), Some("2026-11-30")), at("2026-12-01T00:00:00Z"));
    assert_eq!(one.due(), Some(day("2027-02-28")), "the end of a shorter month");
    let berlin: Vec<String> =
        one.plan.reminders(day("2027-03-29")).take(5).map(|at| at.to_string()).collect();
    // Summer time begins on 28 March 2027.
    let hours = [
        "2027-03-15T08:00:00Z",
        "2027-03-26T08:00:00Z",
        "2027-03-29T07:00:00Z",
        "2027-04-05T07:00:00Z",
        "2027-04-12T07:00:00Z",
    ];
    assert_eq!(berlin, hours);
    assert_eq!(one.timers(), [(TimerKind::Rotation, at("2027-02-14T08:00:00Z"))]);
}

#[test]
fn of_what_nobody_recorded_nobody_can_tell() {
    let mut never = known(1, plan("A", Every::Months(3), None), at("2026-11-30T00:00:00Z"));
    let automatic = known(2, plan("B", Every::Automatic, Some("2020-01-01")), at("2026-11-30T00:00:00Z"));
    assert_eq!(
        (never.due(), never.timers().len(), automatic.due(), automatic.timers().len()),
        (None, 0, None, 0)
    );
    let now = at("2026-11-30T12:00:00Z");
    let all = [automatic.clone(), never.clone()];
    let stands: Vec<_> = list(&all, now).into_iter().map(|one| (one.name, one.days)).collect();
    assert_eq!(stands, [("A".to_owned(), None), ("B".to_owned(), None)]);
    assert_eq!((week(&all, now).unknown, week(&all, now).due.len()), (1, 0));
    assert_eq!(rotated(&automatic, On::Now, now), Err(CredentialRefusal::Automatic { name: "B".into() }));
    // Its first date is no news, and is what it counts from.
    let kind = seen(&never, &Lives::GitHub, at("2026-11-01T10:00:00Z"), now).unwrap();
    assert!(never.takes(now, "", kind).is_empty());
    assert_eq!(never.due(), Some(day("2027-02-01")));
    let kind = seen(&never, &Lives::GitHub, at("2026-11-30T10:00:00Z"), now).unwrap();
    assert_eq!(never.takes(now, "", kind).len(), 1, "the second one is told");
}

#[test]
fn what_people_record_is_held_against_what_is_known() {
    let now = at("2026-11-30T12:00:00Z");
    let mut one = known(1, plan("VERCEL_TOKEN", Every::Months(6), Some("2026-05-01")), now);
    let name = || "VERCEL_TOKEN".to_owned();
    assert_eq!(
        rotated(&one, On::Day(day("2026-12-01")), now),
        Err(CredentialRefusal::Future { name: name() })
    );
    let older = CredentialRefusal::Older { name: name(), known: day("2026-05-01") };
    assert_eq!(rotated(&one, On::Day(day("2026-04-30")), now), Err(older));
    assert_eq!(undone(&one), Err(CredentialRefusal::NothingToUndo { name: name(), configured: true }));
    let kind = rotated(&one, On::Day(day("2026-11-20")), now).unwrap();
    one.takes(now, "U0IAN", kind);
    assert_eq!((one.rotated(), one.due()), (Some(day("2026-11-20")), Some(day("2027-05-20"))));
    let again = rotated(&one, On::Day(day("2026-11-20")), now);
    assert!(
        matches!(again, Err(CredentialRefusal::Again { by: Some(ref by), .. }) if by.by == Actor::from("U0IAN"))
    );
    // What its source says later, once; and not again where somebody says that it was none.
    let changed = at("2026-11-25T10:00:00Z");
    let kind = seen(&one, &Lives::GitHub, changed, now).unwrap();
    one.takes(now, "", kind);
    assert_eq!(seen(&one, &Lives::GitHub, changed, now), None);
    let kind = undone(&one).unwrap();
    one.takes(now, "U0IAN", kind);
    assert_eq!((one.rotated(), seen(&one, &Lives::GitHub, changed, now)), (Some(day("2026-11-20")), None));
    assert!(seen(&one, &Lives::GitHub, changed + SignedDuration::from_hours(24), now).is_some());
    for (said, on) in [(Lives::Vercel, changed), (Lives::GitHub, at("2027-01-01T00:00:00Z"))] {
        assert_eq!(seen(&one, &said, on, now), None, "another source, or a clock that is ahead");
    }
    let all = [one];
    let near = |typed: &str| named(&all, typed).map(|one| one.plan.name.clone());
    assert_eq!(near("vercel_token"), Ok(name()));
    assert_eq!(near("VERCEL_TOKN"), Err(CredentialRefusal::NoSuch { near: vec![name()] }));
    assert_eq!(near("hunter2"), Err(CredentialRefusal::NoSuch { near: Vec::new() }));
    assert_eq!(named(&[], "A"), Err(CredentialRefusal::None));
}

#[test]
fn the_configuration_is_taken_over_and_what_it_leaves_out_keeps_its_days() {
    let now = at("2026-11-30T12:00:00Z");
    let plans = [plan("A", Every::Days(30), Some("2026-11-20")), plan("B", Every::Months(3), None)];
    let (new, changed) = configured(&plans, &[]);
    assert_eq!((new.len(), changed.len()), (2, 0));
    let mut all = [known(1, plans[0].clone(), now), known(2, plans[1].clone(), now)];
    assert_eq!(configured(&plans, &all), (Vec::new(), Vec::new()));
    let (new, changed) = configured(&plans[1..], &all);
    assert_eq!((new.len(), changed.len(), &changed[0].1), (0, 1, &Kind::Unlisted));
    all[0].takes(now, "", Kind::Unlisted);
    assert_eq!((all[0].timers().len(), list(&all, now).len()), (0, 1));
    let other = Plan { every: Every::Days(60), ..plans[0].clone() };
    let (new, changed) = configured(&[other.clone(), plans[1].clone()], &all);
    assert_eq!((new.len(), changed.len()), (0, 1));
    let kind = changed[0].1.clone();
    all[0].takes(now, "", kind);
    assert_eq!(all[0].due(), Some(day("2027-01-19")));
}

#[test]
fn a_reminder_that_comes_up_at_night_waits_and_says_how_late_it_is() {
    let mut one = known(1, plan("A", Every::Days(30), Some("2026-11-01")), at("2026-11-02T12:00:00Z"));
    let due = at("2026-11-17T08:00:00Z");
    assert_eq!(one.reminds_at(), Some(due));
    let outage =
        Outage { from: due - SignedDuration::from_hours(1), until: due + SignedDuration::from_hours(15) };
    let night = outage.until;
    let [Kind::Held { until, late: Some(late) }] = one.fires(night, Some(outage))[..] else {
        panic!("{one:?}")
    };
    assert_eq!((until, late.due, late.outage), (at("2026-11-18T08:00:00Z"), due, Some(outage)));
    assert_eq!(one.reminds_at(), Some(until));
    assert!(one.fires(until - SignedDuration::from_secs(1), Some(outage)).is_empty());
    let [Kind::Reminded { late: Some(told), at: of, .. }] = one.fires(until, None)[..] else {
        panic!("{one:?}")
    };
    assert_eq!((told, of), (late, due));
    assert_eq!(one.reminds_at(), Some(at("2026-11-28T08:00:00Z")));
}

/// The reminders of a due day that is known since an instant: what was before it is one at the next nine o'clock.
fn expected(plan: &Plan, due: Date, since: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let all = by_hand(plan, due, until);
    let (before, mut later): (Vec<_>, Vec<_>) = all.into_iter().partition(|at| *at < since);
    if !before.is_empty() {
        let today = plan.zone.civil(since).date();
        let nine = [today, today.tomorrow().unwrap()]
            .map(|day| day.at(9, 0, 0, 0).to_zoned(plan.zone.time_zone().clone()).unwrap().timestamp());
        let next = nine.into_iter().find(|at| *at > since).unwrap();
        if next <= until && !later.contains(&next) {
            later.insert(0, next);
        }
    }
    later
}

/// Days of reminders, counted by hand.
fn by_hand(plan: &Plan, due: Date, until: Timestamp) -> Vec<Timestamp> {
    let mut days = Vec::new();
    let mut today = due.checked_sub(jiff::Span::new().days(14)).unwrap();
    loop {
        let left = today.until(due).unwrap().get_days();
        if matches!(left, 14 | 3) || left <= 0 && left % 7 == 0 {
            let hour = today.at(9, 0, 0, 0).to_zoned(plan.zone.time_zone().clone()).unwrap();
            if hour.timestamp() > until {
                return days;
            }
            days.push(hour.timestamp());
        }
        today = today.tomorrow().unwrap();
    }
}

/// A year of secrets: outages of minutes and of days, rotations at any time. Each reminder is told once, those that were missed in one,
/// none at night, and each that is late says so.
#[test]
fn a_year_of_secrets_reminds_once_each_and_never_at_night() {
    let mut all = 0;
    for seed in 0..30 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let begin = at("2026-11-30T12:34:00Z");
        let mut one = known(1, plan("A", Every::Days(dice.u32(10..120)), Some("2026-11-30")), begin);
        let (mut now, mut told, mut awaited, mut late_ones) = (begin, Vec::new(), Vec::new(), 0);
        let mut outages: Vec<Outage> = Vec::new();
        // Since when the day on which it is due is what it is.
        let mut since = begin;
        while now < begin + SignedDuration::from_hours(24 * 365) {
            let down = dice.u8(..40) == 0;
            let step = if down { dice.i64(1..4_000) } else { dice.i64(1..300) };
            let from = now;
            let until = now + SignedDuration::from_mins(step);
            let outage = down.then_some(Outage { from, until });
            outages.extend(outage);
            // howler looks at each timer when it is due; where it is down, at the end of it.
            while let Some(due) = one.reminds_at().map(|at| at.max(now)).filter(|at| *at <= until) {
                now = if down { until } else { due };
                for kind in one.fires(now, outage) {
                    if let Kind::Reminded { at: of, late, .. } = kind {
                        assert!((7..22).contains(&one.plan.zone.civil(now).hour()), "{now}");
                        let admits = late.is_some();
                        let is_late = now.duration_since(of) > SignedDuration::from_secs(10);
                        assert!(admits || !is_late, "{seed}: {of} came at {now}");
                        told.push(of);
                        late_ones += usize::from(admits);
                    }
                }
                if down && one.reminds_at().is_some_and(|at| at > until) {
                    break;
                }
            }
            now = until;
            // A howler that begins anew has what it saved.
            let saved = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<Credential>(&saved).unwrap(), one);
            if dice.u16(..1_500) == 0 && rotated(&one, On::Now, now).is_ok() {
                awaited.extend(expected(&one.plan, one.due().unwrap(), since, now));
                let kind = rotated(&one, On::Now, now).unwrap();
                one.takes(now, "U0IAN", kind);
                since = now;
            }
        }
        awaited.extend(expected(&one.plan, one.due().unwrap(), since, now));
        // Each that was told is one of them, in order and once, and what lies between two was missed together.
        assert!(told.windows(2).all(|two| two[0] < two[1]), "{seed}: {told:?}");
        let unknown: Vec<_> = told.iter().filter(|of| !awaited.contains(of)).collect();
        assert!(unknown.is_empty(), "{seed}: {unknown:?} of {awaited:?}");
        // What was not told by itself was missed, and the next one speaks for it.
        let missed = |of: &Timestamp| outages.iter().any(|outage| outage.from <= *of && *of <= outage.until);
        let lost: Vec<_> = awaited.iter().filter(|of| !told.contains(of) && !missed(of)).collect();
        assert!(lost.is_empty(), "{seed}: {lost:?}");
        assert!(late_ones <= outages.len(), "{seed}: {late_ones} came late in {} outages", outages.len());
        all += told.len();
    }
    assert!(all > 300, "{all} reminders in thirty years");
}
