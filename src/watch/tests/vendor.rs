use domain::alert::signal::Source;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::reading::Reason;
use crate::status_page::StatusPage;
use crate::vendor::{Brought, Vendor, VendorRow};

fn at(minute: i64) -> Timestamp {
    "2026-11-30T02:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_mins(minute)
}

fn vendor() -> Vendor {
    Vendor {
        name: "GitHub".to_owned(),
        url: "https://www.githubstatus.com".to_owned(),
        components: vec!["Actions".to_owned(), "hook-id".to_owned()],
        source: Some(Source::GitHub),
    }
}

/// A page on which Actions, Webhooks and Pages do like this, with these incidents: name, since, components.
fn page(states: [&str; 3], incidents: &[(&str, &str, &[&str])]) -> Brought {
    let component =
        |(name, id, state): (&str, &str, &str)| json!({ "id": id, "name": name, "status": state });
    let components =
        [("Actions", "a", states[0]), ("Webhooks", "hook-id", states[1]), ("Pages", "p", states[2])];
    let components = components.into_iter().filter(|(.., state)| *state != "gone").map(component);
    let incident = |(name, since, parts): &(&str, &str, &[&str])| {
        let parts: Vec<Value> = parts.iter().map(|part| json!({ "name": part })).collect();
        json!({
            "id": format!("id-{name}"), "name": name, "status": "investigating", "impact": "minor",
            "started_at": format!("2026-11-30T{since}:00Z"), "shortlink": format!("https://stspg.io/{name}"),
            "components": parts,
        })
    };
    let summary = json!({
        "page": { "name": "GitHub", "url": "https://www.githubstatus.com" },
        "components": components.collect::<Vec<_>>(),
        "incidents": incidents.iter().map(incident).collect::<Vec<_>>(),
    });
    Brought::Page(Box::new(StatusPage::read(summary.to_string().as_bytes(), 1 << 20).unwrap()))
}

const WELL: &str = "operational";

fn lines(row: &VendorRow, now: Timestamp) -> Vec<String> {
    row.troubles.iter().map(|trouble| trouble.line("GitHub", now)).collect()
}

/// One look by a row that knows nothing.
fn first(brought: &Brought) -> Vec<String> {
    let mut row = VendorRow::new(&vendor());
    assert!(row.take(&vendor(), brought, at(20)).is_empty());
    lines(&row, at(20))
}

#[test]
fn what_is_told_of_a_page() {
    let slow = "degraded_performance";
    for (brought, wanted) in [
        (page([WELL, WELL, "major_outage"], &[]), vec![]),
        (
            page([slow, WELL, WELL], &[]),
            vec!["GitHub says: Actions degraded since 02:20 UTC, https://www.githubstatus.com"],
        ),
        // Its incident tells since when, and where to read on.
        (
            page([slow, WELL, WELL], &[("Delays", "02:10", &["Actions"])]),
            vec!["GitHub says: Actions degraded since 02:10 UTC, https://stspg.io/Delays"],
        ),
        // By its id.
        (
            page([WELL, "major_outage", WELL], &[("Late", "01:50", &["Webhooks", "Pages"])]),
            vec!["GitHub says: Webhooks down since 01:50 UTC, https://stspg.io/Late"],
        ),
        // The component is said to be well, and an incident of it is open.
        (
            page([WELL, WELL, WELL], &[("Hooks", "02:10", &["Webhooks"])]),
            vec!["GitHub says: Hooks (investigating) since 02:10 UTC, https://stspg.io/Hooks"],
        ),
        (page([WELL, WELL, WELL], &[("Other", "02:10", &["Pages"])]), vec![]),
        (
            page([WELL, WELL, WELL], &[("Errors", "02:10", &[])]),
            vec![
                "GitHub says: Errors (investigating, of which part it does not say) since 02:10 UTC, https://stspg.io/Errors",
            ],
        ),
    ] {
        assert_eq!(first(&brought), wanted);
    }
}

#[test]
fn it_begins_once_and_is_over_once_and_what_cannot_be_read_changes_nothing() {
    let (vendor, mut row) = (vendor(), VendorRow::new(&vendor()));
    assert_eq!(row.cannot_tell(at(0)).as_deref(), Some("its page was not read yet"));
    let over = |row: &mut VendorRow, brought: &Brought, minute: i64| -> Vec<String> {
        row.take(&vendor, brought, at(minute)).iter().map(|over| over.over("GitHub", at(minute))).collect()
    };
    assert!(over(&mut row, &page([WELL; 3], &[]), 0).is_empty());
    assert!(row.troubles.is_empty() && row.cannot_tell(at(4)).is_none());
    assert_eq!(row.cannot_tell(at(6)).as_deref(), Some("its page was read last at 02:00 UTC"));
    assert!(over(&mut row, &page(["partial_outage", WELL, WELL], &[]), 10).is_empty());
    // It gets worse, and its incident is written later: it is the same trouble.
    let worse = page(["major_outage", WELL, WELL], &[("Down", "02:08", &["Actions"])]);
    assert!(over(&mut row, &worse, 11).is_empty());
    let line = "GitHub says: Actions down since 02:08 UTC, https://stspg.io/Down";
    assert_eq!(lines(&row, at(11)), [line]);
    for blind in [
        Brought::CannotTell(Reason::NotReached { why: "it answered 502".to_owned() }),
        Brought::Unchanged,
        page(["gone", WELL, WELL], &[]),
        page(["glowing", WELL, WELL], &[]),
    ] {
        assert!(over(&mut row, &blind, 12).is_empty(), "{blind:?}");
        assert_eq!(row.troubles.len(), 1, "{blind:?}");
        assert_eq!(row.cannot_tell(at(12)).is_none(), blind == Brought::Unchanged, "{blind:?}");
    }
    let stored: VendorRow = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
    assert_eq!(stored, row);
    assert_eq!(
        over(&mut row, &page([WELL; 3], &[]), 30),
        ["GitHub says that it is over: Actions down, since 02:08 UTC"]
    );
    assert!(row.troubles.is_empty() && row.cannot_tell(at(30)).is_none());
    assert!(over(&mut row, &page([WELL; 3], &[]), 31).is_empty());
}
