//! What runs out: a domain, from its registry's answer to an alert and its end.

use domain::Severity;

use crate::harness::World;
use crate::watches::{Place, metrics, minutes, open};

/// A domain is looked at twice a day, at its registry, and stands beside the certificates.
#[tokio::test]
async fn a_domain_that_runs_out_is_told_and_its_renewal_ends_it() {
    let place = Place::open().await;
    let registry = |until: &str| {
        let events = format!("[{{\"eventAction\":\"expiration\",\"eventDate\":\"{until}\"}}]");
        let body =
            format!("{{\"objectClassName\":\"domain\",\"ldhName\":\"MONKEYTOWN.AI\",\"events\":{events}}}");
        place.says("/rdap/domain/monkeytown.ai", &body);
    };
    registry("2026-12-12T02:00:00Z");
    let host = &place.host;
    let world = World::with_config(&format!(
        "[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n\
         [[domain]]\nname = \"monkeytown.ai\"\nrdap = \"http://{host}/rdap\"\n"
    ))
    .await;
    minutes(&world, 1).await;
    let title = "The domain monkeytown.ai runs out within 21 days, on 2026-12-12".to_owned();
    assert_eq!(open(&world), [("domain:monkeytown.ai".to_owned(), Severity::P3, title)]);
    let said = metrics(&world, "").await;
    assert!(
        said.contains("Certificates and domains") && said.contains("monkeytown.ai: 17 days left"),
        "{said}"
    );
    registry("2027-12-12T02:00:00Z");
    minutes(&world, 60).await;
    assert_eq!(open(&world).len(), 1, "it is looked at twice a day");
    world.forward(60 * 11).await;
    world.watched().await;
    assert_eq!(open(&world), []);
    assert_eq!(place.asked("/rdap/domain/monkeytown.ai"), 2);
}
