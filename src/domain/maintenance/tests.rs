use jiff::{SignedDuration, Timestamp};

use super::decide::{done, meant, schedule};
use super::event::{MaintenanceEvent, MaintenanceEventKind};
use super::line::MaintenanceRefusal;
use super::*;
use crate::oncall::when::RangeText;
use crate::oncall::zone::Zone;
use crate::timer::Outage;

fn now() -> Timestamp {
    "2026-11-29T09:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn decided(others: &[Maintenance], range: &str, title: &str) -> Result<Maintenance, MaintenanceRefusal> {
    let range = RangeText::parse(range).unwrap();
    let kind = schedule(others, &range, title, now(), &Zone::utc())?;
    let number = others.len() as u64 + 1;
    let event = MaintenanceEvent { seq: 1, at: now(), by: "U0IAN".into(), kind };
    Ok(Maintenance::scheduled(MaintenanceId(number), &event).unwrap())
}

fn applied(one: &Maintenance, at: Timestamp, kind: MaintenanceEventKind) -> Maintenance {
    let mut after = one.clone();
    after.apply(&Maintenance::event(one.events + 1, at, &Cause::howler(), kind));
    after
}

#[test]
fn it_is_scheduled_from_now_or_at_a_time() {
    let one = decided(&[], "2h", "Redis").unwrap();
    assert_eq!((one.from, one.until, one.events), (now(), now() + hours(2), 1));
    let one = decided(&[], "tomorrow 09:00 for 3h", "Redis").unwrap();
    assert_eq!((one.from, one.until), (now() + hours(24), now() + hours(27)));
    assert_eq!(one.timers(), [(TimerKind::End, one.until)]);
    assert_eq!(one.timer_rows()[0].owner, Owner::Maintenance(MaintenanceId(1)));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let one = decided(&[], "2h", "Redis").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (others, range, refusal) in [
        (vec![], "yesterday 09:00 for 2h", MaintenanceRefusal::Past { from: at("2026-11-28T09:00:00Z") }),
        (vec![], "yesterday 09:00 for 48h", MaintenanceRefusal::Past { from: at("2026-11-28T09:00:00Z") }),
        (vec![], "200h", MaintenanceRefusal::TooLong { hours: 168 }),
        (vec![], "2028-12-01 for 1h", MaintenanceRefusal::TooFar { days: 366 }),
        (vec![one.clone()], "1h", MaintenanceRefusal::Twice { id: one.id, until: one.until }),
        (vec![one.clone(); 50], "3h to 4h", MaintenanceRefusal::TooMany { most: 50 }),
    ] {
        let title = if others.len() == 50 { "Other" } else { "redis" };
        let range = if others.len() == 50 { "1h" } else { range };
        assert_eq!(decided(&others, range, title), Err(refusal), "{range}");
    }
    assert!(decided(std::slice::from_ref(&one), "1h", "Postgres").is_ok());
    assert!(decided(&[one], "tomorrow 09:00 for 1h", "Redis").is_ok(), "another time");
}

#[test]
fn its_timer_ends_it_once_and_says_how_late() {
    let one = decided(&[], "2h", "Redis").unwrap();
    let at = |now, outage| Moment { now, outage };
    assert!(one.fire(TimerKind::End, at(now() + hours(1), None), &()).is_empty(), "not yet");
    assert!(one.fire(TimerKind::Update, at(now() + hours(3), None), &()).is_empty(), "another's timer");
    let outage = Outage { from: now() + hours(1), until: now() + hours(3) };
    let fired = one.fire(TimerKind::End, at(now() + hours(3), Some(outage)), &());
    let [MaintenanceEventKind::Over { late: Some(late) }] = fired.as_slice() else { panic!("{fired:?}") };
    assert_eq!((late.due, late.outage), (one.until, Some(outage)));
    let over = applied(&one, now() + hours(3), fired[0].clone());
    assert_eq!((over.is_live(), over.timers().len(), over.events), (false, 0, 2));
    assert!(over.fire(TimerKind::End, at(now() + hours(4), None), &()).is_empty());
    assert_eq!(done(&over), Err(MaintenanceRefusal::OverAlready { id: one.id, at: now() + hours(3) }));
}

#[test]
fn a_line_without_a_number_ends_the_only_one_that_it_can_mean() {
    let first = decided(&[], "2h", "Redis").unwrap();
    let planned = decided(std::slice::from_ref(&first), "tomorrow 09:00 for 1h", "Postgres").unwrap();
    let second = decided(&[first.clone(), planned.clone()], "3h", "Kafka").unwrap();
    assert_eq!(meant(&[], now()), Err(MaintenanceRefusal::NothingScheduled));
    assert_eq!(meant(std::slice::from_ref(&planned), now()), Ok(planned.id));
    assert_eq!(meant(&[first.clone(), planned.clone()], now()), Ok(first.id), "only one is under way");
    let all = vec![first, second, planned];
    assert_eq!(meant(&all, now()), Err(MaintenanceRefusal::Several { all: all.clone() }));
}
