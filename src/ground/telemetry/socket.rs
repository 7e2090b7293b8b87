//! What is counted of Socket Mode.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{Kind, Why};

/// Clones count into the same place.
#[derive(Clone, Default)]
pub struct SocketMetrics {
    connections: Gauge,
    ended: Family<Why, Counter>,
    not_opened: Family<Why, Counter>,
    envelopes: Family<Kind, Counter>,
    unparsed: Counter,
}

impl SocketMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("socket_connections", "Socket Mode connections open", self.connections.clone());
        registry.register(
            "socket_reconnects",
            "Socket Mode connections that ended, or are about to, and are replaced",
            self.ended.clone(),
        );
        registry.register(
            "socket_failed_openings",
            "Socket Mode connections that did not come about",
            self.not_opened.clone(),
        );
        registry.register("socket_envelopes", "Envelopes received over Socket Mode", self.envelopes.clone());
        registry.register(
            "socket_unparsed_envelopes",
            "Envelopes that are not in Slack's form; they are not acknowledged",
            self.unparsed.clone(),
        );
    }

    /// A connection is open until the guard is dropped.
    pub fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    pub fn reconnects(&self, reason: &'static str) {
        self.ended.get_or_create(&Why { reason }).inc();
    }

    pub fn not_opened(&self, reason: &'static str) {
        self.not_opened.get_or_create(&Why { reason }).inc();
    }

    pub fn envelope(&self, kind: &'static str) {
        self.envelopes.get_or_create(&Kind { kind }).inc();
    }

    pub fn unparsed(&self) {
        self.unparsed.inc();
    }
}

/// Counts a connection for as long as it lives.
pub struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}
