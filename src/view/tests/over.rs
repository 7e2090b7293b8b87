//! What is over, and what is not though its incident is.

use jiff::SignedDuration;

use super::samples;
use crate::announcement::figures;
use crate::{card, spoken_page};
use domain::Severity;
use domain::alert::AlertId;
use domain::effect::{CardPlace, Say};
use domain::id::IncidentId;
use domain::incident::alerts::{Named, Tally};
use domain::incident::event::Cancelled;
use domain::incident::figures::Figures;
use domain::incident::page::PageReason;
use domain::incident::severity::Status;
use domain::oncall::path::Called;

fn at(time: &str) -> jiff::Timestamp {
    format!("2026-11-24T{time}:00Z").parse().unwrap()
}

#[test]
fn a_phone_says_that_the_alert_is_over() {
    let page = |quiet| Say::Page {
        title: "API down".into(),
        severity: Severity::P1,
        status: Status::Investigating,
        impact: None,
        action: None,
        declared_at: at("02:00"),
        began: None,
        reason: PageReason::Unanswered,
        called: Called::PrimaryPhone,
        respond_by: None,
        quiet,
        calls: Vec::new(),
        skipped: Vec::new(),
        late: None,
        room: None,
        asked: None,
        with: None,
        had_it: None,
    };
    let says = |quiet| spoken_page(&page(quiet), IncidentId(7));
    let lead = "Nobody has answered. Monkeytown incident 7, severity P1: API down.";
    assert_eq!(says(None), lead);
    assert_eq!(says(Some((at("02:14"), 1))), format!("{lead} The alert ended at 02:14 UTC."));
    assert_eq!(says(Some((at("02:14"), 3))), format!("{lead} Its alerts ended at 02:14 UTC."));
}

#[test]
fn the_card_of_what_is_over_says_what_fired_at_its_end() {
    let mut incident = samples::long_story(&samples::Texts::calm()).incident();
    incident.status = Status::Resolved;
    incident.resolutions.last_mut().unwrap().undone = None;
    let named = |alert: u64, over| Named {
        alert: AlertId(alert),
        title: "Disk".into(),
        link: None,
        over,
        of: None,
        group: None,
    };
    incident.alerts.named = vec![named(12, false), named(13, true), named(14, false)];
    for (firing, told) in [
        (0, None),
        (1, Some("A-12 still fires (as of")),
        (2, Some("A-12, A-14 still fire (as of")),
        (6, Some("A-12, A-14 and 4 more still fire (as of")),
    ] {
        incident.alerts.tally = Tally { alerts: 9, groups: 1, firing, over: None };
        for place in [CardPlace::Emergencies, CardPlace::Room] {
            let text = card(&incident, place, &samples::named()).text.replace('*', "");
            assert_eq!(text.contains("still fire"), told.is_some(), "{text}");
            assert!(told.is_none_or(|told| text.contains(told)), "{text}");
        }
    }
    // A double's alerts go on elsewhere.
    let cancelled = Some(Cancelled { of: Some(IncidentId(3)) });
    incident.resolutions.last_mut().unwrap().cancelled = cancelled;
    assert!(!card(&incident, CardPlace::Emergencies, &samples::named()).text.contains("still fire"));
}

#[test]
fn an_acknowledgement_that_took_no_time_says_none() {
    let took = |seconds: i64| Figures {
        to_acknowledge: Some(SignedDuration::from_secs(seconds)),
        to_resolve: Some(SignedDuration::from_mins(7)),
        response_missed: false,
        updates_promised: 0,
        updates_kept: 0,
    };
    assert_eq!(figures(&took(0)), "Acknowledged at once, resolved after 7 min, no update was due");
    assert_eq!(figures(&took(9)), "Acknowledged after 9 s, resolved after 7 min, no update was due");
}
