//! Addresses that only a cluster knows: where howler runs outside of it, what asks them never can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;

use super::Line;
use config::Config;
use domain::procedure::{Probe, Runbook};

/// A name that is not found by then is not found in a check either.
const LIMIT: Duration = Duration::from_secs(3);

/// A line for each address of the procedures that has a name inside a cluster.
pub async fn lines(config: &Config) -> Vec<Line> {
    let runbook = procedure::load(config.runbook.folder.as_deref()).runbook;
    let asked = inside(&runbook).into_iter().map(async |(address, by)| {
        let found = tokio::time::timeout(LIMIT, tokio::net::lookup_host(&address)).await;
        let found = found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()));
        told(&address, &by, found, &config.runbook.private)
    });
    join_all(asked).await
}

/// Those addresses, each with the procedures that ask it.
fn inside(runbook: &Runbook) -> BTreeMap<String, BTreeSet<String>> {
    let mut inside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for procedure in runbook.all() {
        let addresses = procedure.checks.values().filter_map(|check| match &check.probe {
            Probe::Tcp(address) => Some(address.clone()),
            Probe::Http(address) => with_port(address),
            Probe::Run(_) | Probe::GitHub(_) | Probe::Vercel(_) => None,
        });
        for address in addresses.filter(|address| is_inside(address)) {
            inside.entry(address).or_default().insert(procedure.name.clone());
        }
    }
    inside
}

fn with_port(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let port = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
    Some(if host.contains(':') { host.to_owned() } else { format!("{host}:{port}") })
}

/// Kubernetes' names of services: `redis.monkeytown.svc`, with or without the cluster's domain behind it.
fn is_inside(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_end_matches('.');
    let host = host.to_ascii_lowercase();
    host.split('.').skip(1).any(|label| label == "svc") || host.ends_with(".cluster.local")
}

/// It is no fault where the name is not found: not everybody's howler runs in the cluster.
fn told(address: &str, by: &BTreeSet<String>, found: bool, private: &[String]) -> Line {
    let by = by.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let is_meant =
        private.iter().any(|one| one.eq_ignore_ascii_case(address) || one.eq_ignore_ascii_case(host));
    match (found, is_meant) {
        (true, true) => Line::ok(address, format!("its name is found from here ({by})")),
        (true, false) => Line::note(
            address,
            format!(
                "its name is found from here, and is inside a cluster; until it is named in [runbook] private its check could not tell ({by})"
            ),
        ),
        (false, _) => Line::note(
            address,
            format!(
                "a name inside a Kubernetes cluster, which this machine does not find: its check could not tell, and no step is offered \
                 on it ({by}). Copy the procedure's file into [runbook] folder, give its check an address that this machine reaches, and \
                 name that in [runbook] hosts, and in private where it is inside your network"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn names_inside_a_cluster_are_known_and_others_are_not() {
        for (address, expected) in [
            ("redis.monkeytown.svc:6379", true),
            ("redis.monkeytown.svc.cluster.local:6379", true),
            ("redis.monkeytown.svc.cluster.local.:6379", true),
            ("Redis.Monkeytown.SVC:6379", true),
            ("redis.monkeytown.svc.k8s.acme.io:6379", true),
            ("api.monkeytown.ai:443", false),
            ("svc.monkeytown.ai:443", false),
            ("redis.svcs.monkeytown.ai:6379", false),
            ("10.0.0.1:6379", false),
        ] {
            assert_eq!(is_inside(address), expected, "{address}");
        }
        assert_eq!(with_port("https://queue.jobs.svc/health").as_deref(), Some("queue.jobs.svc:443"));
    }

    #[test]
    fn the_shipped_address_inside_the_cluster_is_named_with_what_to_set() {
        let inside = inside(&procedure::load(None).runbook);
        let (address, by) = inside.iter().next().unwrap();
        assert_eq!((inside.len(), address.as_str()), (1, "redis.monkeytown.svc:6379"));
        let listed = ["redis.monkeytown.svc:6379".to_owned()];
        for (found, private, level, sets) in [
            (false, &listed[..0], Level::Note, "[runbook] folder"),
            (false, &listed[..], Level::Note, "[runbook] hosts"),
            (true, &listed[..0], Level::Note, "[runbook] private"),
            (true, &listed[..], Level::Ok, "found from here"),
        ] {
            let line = told(address, by, found, private);
            assert!(line.level == level && line.words.contains(sets), "{line:?}");
            assert!(line.words.contains("event-stream-failure"), "{line:?}");
        }
    }
}
