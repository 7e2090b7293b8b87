use serde_json::{Value, json};

use crate::reading::Reason;
use crate::status_page::{ComponentState, Impact, StatusPage};

const MOST: usize = 1_000_000;

/// The shape of Statuspage's documented example.
fn statuspage() -> Value {
    json!({
        "page": { "id": "kctbh9vrtdwd", "name": "GitHub", "url": "https://www.githubstatus.com", "time_zone": "Etc/UTC", "updated_at": "2026-11-30T02:20:00Z" },
        "status": { "description": "Partial System Outage", "indicator": "major" },
        "components": [
            { "id": "8l4ygp009s5s", "name": "Git Operations", "status": "operational", "position": 1, "description": null,
              "showcase": false, "group": false, "group_id": null, "page_id": "kctbh9vrtdwd", "only_show_if_degraded": false },
            { "id": "br0l2tvcx85d", "name": "Actions", "status": "degraded_performance", "position": 7 },
            { "id": "4230lsnqdsld", "name": "Webhooks", "status": "major_outage", "position": 2 },
            { "id": "x1", "name": "Webhooks", "status": "operational" },
            { "id": "x2", "name": "Pages", "status": "glowing" }
        ],
        "incidents": [{
            "id": "cp306tmzcl0y", "name": "Unplanned Database Outage", "status": "identified", "impact": "critical",
            "created_at": "2026-11-30T02:12:22.012Z", "started_at": "2026-11-30T02:10:00.012Z", "resolved_at": null,
            "monitoring_at": null, "page_id": "kctbh9vrtdwd", "shortlink": "https://stspg.io/4f7ltd0",
            "incident_updates": [{ "body": "Our master database has ham sandwiches flying out of the rack", "status": "identified" }],
            "components": [{ "id": "br0l2tvcx85d", "name": "Actions", "status": "degraded_performance" }]
        }, {
            "id": "old", "name": "Over", "status": "resolved", "impact": "minor", "resolved_at": "2026-11-29T00:00:00Z", "components": []
        }],
        "scheduled_maintenances": [{
            "id": "w1zdr745wmfy", "name": "Electrical Work", "status": "scheduled", "impact": "none",
            "scheduled_for": "2026-12-07T22:00:00.000-05:00", "scheduled_until": "2026-12-08T03:00:00Z",
            "shortlink": "http://stspg.io/Q0F", "components": []
        }, { "id": "m2", "name": "Done", "status": "completed" }]
    })
}

fn read(value: &Value) -> Result<StatusPage, Reason> {
    StatusPage::read(value.to_string().as_bytes(), MOST)
}

#[test]
fn a_page_of_statuspage() {
    let page = read(&statuspage()).unwrap();
    assert_eq!((page.name.as_str(), page.indicator), ("GitHub", Impact::Major));
    let incident = &page.incidents[0];
    assert_eq!((page.incidents.len(), incident.title.as_str()), (1, "Unplanned Database Outage"));
    assert_eq!(incident.impact, Impact::Critical);
    assert_eq!(incident.since.unwrap().to_string(), "2026-11-30T02:10:00.012Z");
    assert_eq!(incident.link.as_deref(), Some("https://stspg.io/4f7ltd0"));
    assert_eq!(incident.components, ["Actions"]);
    let maintenance = &page.maintenances[0];
    assert_eq!((page.maintenances.len(), maintenance.under_way), (1, false));
    assert_eq!(maintenance.from.unwrap().to_string(), "2026-12-08T03:00:00Z");
    for (wanted, state) in [
        ("actions", ComponentState::DegradedPerformance),
        ("br0l2tvcx85d", ComponentState::DegradedPerformance),
        (" Git Operations ", ComponentState::Operational),
        // Two have this name: the worse one counts.
        ("Webhooks", ComponentState::MajorOutage),
    ] {
        assert_eq!(page.component(wanted).unwrap().state, state, "{wanted}");
    }
    let missing = Reason::NoSuchComponent { name: "Action".into(), near: vec!["Actions".into()] };
    assert_eq!(page.component("Action"), Err(missing));
    assert!(matches!(page.component("Pages"), Err(Reason::NotThis { .. })));
    assert!(ComponentState::UnderMaintenance.is_trouble() && !ComponentState::Unknown.is_trouble());
    assert_eq!(serde_json::from_str::<StatusPage>(&serde_json::to_string(&page).unwrap()).unwrap(), page);
}

/// status.openai.com: a part of the components, ids of another kind, incidents that say nothing of components.
#[test]
fn a_page_of_incident_io() {
    let summary = json!({
        "page": { "id": "01JMDK9XYN61GDJA4QZ0PH7JKB", "name": "OpenAI", "url": "https://status.openai.com", "updated_at": "2026-11-30T02:20:00Z" },
        "status": { "description": "All Systems Operational", "indicator": "none" },
        "components": [
            { "id": "01A", "name": "Conversations", "status": "operational" },
            { "id": "01C", "name": "Login", "status": "under_maintenance" },
        ],
        "incidents": [{ "id": "01I", "name": "Elevated Errors with Login", "status": "investigating", "impact": "minor",
                        "created_at": "2026-11-30T02:00:00Z", "components": [] }],
        "scheduled_maintenances": [{ "id": "01M", "name": "Moving", "status": "maintenance_in_progress", "components": null }]
    });
    let page = read(&summary).unwrap();
    // An open incident beside "all is well".
    assert_eq!((page.indicator, page.incidents.len()), (Impact::None, 1));
    assert!(page.maintenances[0].under_way);
    assert!(page.component("Codex API").is_err());
    let components = json!({ "page": {}, "components": [
        { "id": "01A", "name": "Conversations", "status": "partial_outage" },
        { "id": "01B", "name": "Codex API", "status": "full_outage" },
    ]});
    let page = page.with_components(components.to_string().as_bytes(), MOST).unwrap();
    assert_eq!(page.component("codex api").unwrap().state, ComponentState::MajorOutage);
    assert_eq!(page.component("01A").unwrap().state, ComponentState::PartialOutage);
    // One that only the summary has stays.
    assert_eq!(page.component("Login").unwrap().state, ComponentState::UnderMaintenance);
    assert_eq!(page.components.len(), 3);
}

#[test]
fn what_is_no_page_cannot_be_told() {
    let without = |key: &str| {
        let mut page = statuspage();
        page.as_object_mut().unwrap().remove(key);
        page.to_string()
    };
    let whole = statuspage().to_string();
    for body in [
        "<!doctype html><title>Moved</title>".to_owned(),
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        without("page"),
        // No list is no evidence that all is well.
        without("incidents"),
        without("components"),
    ] {
        let reason = Reason::NotThis { what: "a status page's summary".into() };
        assert_eq!(StatusPage::read(body.as_bytes(), MOST), Err(reason), "{body}");
    }
    for key in ["status", "scheduled_maintenances"] {
        assert!(StatusPage::read(without(key).as_bytes(), MOST).is_ok(), "{key}");
    }
    assert_eq!(StatusPage::read(whole.as_bytes(), 100), Err(Reason::TooLong { most: 100 }));
    let page = read(&statuspage()).unwrap();
    assert!(page.with_components(b"<html>", MOST).is_err());
}

#[test]
fn hostile_texts_come_plain_and_short() {
    let long = "\u{202e}x\n<!channel> \u{0}".repeat(4_000);
    let mut page = statuspage();
    page["page"]["name"] = json!(long);
    page["page"]["url"] = json!("javascript:alert(1)");
    page["components"][0]["name"] = json!(long);
    page["components"][0]["id"] = json!(long);
    page["components"][0]["status"] = json!(long);
    page["incidents"][0]["name"] = json!(long);
    page["incidents"][0]["status"] = json!(long);
    page["incidents"][0]["started_at"] = json!(long);
    page["incidents"][0]["shortlink"] = json!("https://stspg.io/a|<!channel>");
    page["incidents"][0]["components"][0]["name"] = json!(long);
    let page = read(&page).unwrap();
    let stored = serde_json::to_string(&page).unwrap();
    assert!(stored.len() < 4_000, "{}", stored.len());
    assert!(!stored.contains('\u{202e}') && !stored.contains("\\u0000") && !stored.contains("\\n"));
    assert_eq!((page.link, page.incidents[0].link.clone()), (None, None));
    assert_eq!(page.components[0].state, ComponentState::Unknown);
    // What was created is the next best beginning.
    assert_eq!(page.incidents[0].since.unwrap().to_string(), "2026-11-30T02:12:22.012Z");
    let mut many = statuspage();
    many["components"] = (0..1_001).map(|id| json!({ "id": id.to_string(), "name": "x" })).collect();
    assert!(matches!(read(&many), Err(Reason::NotThis { .. })));
}
