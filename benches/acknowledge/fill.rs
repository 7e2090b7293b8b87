//! A data folder as it is after a long time, made through the store itself.

use std::path::Path;
use std::sync::Arc;

use config::Config;
use domain::aggregate::Aggregate;
use domain::effect::{CardPlace, PostKey};
use domain::id::{IncidentId, MessageTs};
use domain::incident::event::{Event, EventKind, UpdateFacts};
use domain::incident::{Declaration, Incident, Place, declare};
use domain::{Severity, Status};
use jiff::{SignedDuration, Timestamp};
use store::{Changes, Store};

use crate::Result;

/// Incidents that one commit holds.
const AT_ONCE: u64 = 250;

fn declared(number: u64, severity: Severity, config: &Config, at: Timestamp) -> Result<(Incident, Event)> {
    let title = format!("Benchmark number{number}");
    let declaration = Declaration { title, severity, impact: None, action: None, eta: None, began: None };
    let place = Place { channel: "C0EMERG".into(), thread: None };
    let decision = declare(IncidentId(number), declaration, &place, &config.severity);
    let kind = decision.events.into_iter().next().ok_or("a declaration declares")?;
    let event = Event { seq: 1, at, by: "U0BENCH".into(), from_shell: false, call: None, kind };
    let incident = Incident::declared(IncidentId(number), &event).ok_or("it is declared")?;
    Ok((incident, event))
}

fn commit(data: &Path, count: u64, mut made: impl FnMut(u64, &mut Changes) -> Result<()>) -> Result<()> {
    let store = Store::open(&data.join("data"), "benchmark")?;
    for first in (1..=count).step_by(AT_ONCE as usize) {
        let mut changes = Changes::default();
        for number in first..=count.min(first + AT_ONCE - 1) {
            made(number, &mut changes)?;
            changes.next.incident = number + 1;
        }
        store.commit(&changes, Timestamp::now())?;
    }
    Ok(())
}

/// `count` open incidents of P3, declared evenly over the minute that ends now, each with an update's and a response's
/// timer.
pub fn open(data: &Path, count: u64, config: &Config) -> Result<()> {
    let now = Timestamp::now();
    commit(data, count, |number, changes| {
        let ago = i64::try_from((count - number) * 60_000 / count)?;
        let at = Timestamp::from_millisecond(now.as_millisecond() - ago)?;
        let (incident, event) = declared(number, Severity::P3, config, at)?;
        changes.timers_set.extend(incident.timer_rows());
        changes.kinds.incidents.events.push((incident.id, event));
        changes.kinds.incidents.rows.push(Arc::new(incident));
        Ok(())
    })
}

/// `count` resolved incidents of a hundred events each.
pub fn closed(data: &Path, count: u64) -> Result<()> {
    let (config, began) = (Config::default(), Timestamp::now() - SignedDuration::from_hours(24 * 365));
    commit(data, count, |number, changes| {
        let at = began + SignedDuration::from_mins(i64::try_from(number)?);
        let (mut incident, event) = declared(number, Severity::P1, &config, at)?;
        changes.kinds.incidents.events.push((incident.id, event));
        for seq in 2..=100 {
            let at = at + SignedDuration::from_secs(i64::from(seq));
            let event = Event {
                seq,
                at,
                by: "U0BENCH".into(),
                from_shell: false,
                call: None,
                kind: happened(number, seq),
            };
            incident.apply(&event);
            changes.kinds.incidents.events.push((incident.id, event));
        }
        changes.kinds.incidents.rows.push(Arc::new(incident));
        Ok(())
    })
}

/// Twenty updates, forty notes, twenty changes of the impact, nineteen edits of a message; then the end.
fn happened(number: u64, seq: u32) -> EventKind {
    let text = format!("number{number} event{seq}: the broker's credentials had expired, rotating them");
    match seq % 5 {
        _ if seq == 100 => EventKind::Resolved {
            root_cause: format!("Credentials of broker{number} had expired"),
            impact: None,
            data_loss: None,
            from: Status::Mitigating,
            missed: 0,
            cancelled: None,
        },
        0 => {
            let facts = UpdateFacts { text: Some(text), ..UpdateFacts::default() };
            EventKind::Updated { facts, in_time: true, missed: 0 }
        }
        1 | 2 => EventKind::Noted { text },
        3 => EventKind::ImpactSet { text },
        _ => EventKind::Posted {
            key: PostKey::Card(CardPlace::Emergencies),
            channel: "C0EMERG".into(),
            message: MessageTs(format!("{number}.{seq}")),
        },
    }
}
