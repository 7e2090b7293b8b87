//! What is counted of the log, which is the process's and not one howler's.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

use crate::logs;

#[derive(Debug)]
pub(super) struct Log;

impl Collector for Log {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> std::fmt::Result {
        let help = "Log lines that were dropped, for nobody read them or they could not be written";
        let dropped = ConstCounter::new(logs::dropped());
        dropped.encode(to.encode_descriptor("log_lines_dropped", help, None, MetricType::Counter)?)
    }
}
