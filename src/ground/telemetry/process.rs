//! What the system says of this process, under the names that Prometheus' own libraries use. Read when it is asked for;
//! where `/proc` does not tell, the line is missing.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Linux shows times to programs in hundredths of a second, whatever the kernel uses.
const TICKS: f64 = 100.0;
/// The size of a page of memory, where `/proc` counts in pages; the same on every machine that howler is built for.
const PAGE: u64 = 4_096;

/// A view of `/proc/self`.
#[derive(Debug)]
pub(super) struct Process;

/// `/proc/self/stat`, as far as it is shown.
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    /// After the machine's start.
    started_seconds: f64,
    resident_bytes: u64,
}

impl Stat {
    /// Fields are counted from the command's closing bracket: the command may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            cpu_seconds: (number(11)? + number(12)?) as f64 / TICKS,
            started_seconds: number(19)? as f64 / TICKS,
            resident_bytes: number(21)? * PAGE,
        })
    }
}

/// When the machine started, in seconds since 1970.
fn boot(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

fn write(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    metric: &(impl EncodeMetric + ?Sized),
    kind: MetricType,
) -> std::fmt::Result {
    metric.encode(to.encode_descriptor(name, help, unit, kind)?)
}

impl Collector for Process {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> std::fmt::Result {
        let stat = fs::read_to_string("/proc/self/stat").ok().and_then(|text| Stat::parse(&text));
        let boot = fs::read_to_string("/proc/stat").ok().and_then(|text| boot(&text));
        let (counter, gauge) = (MetricType::Counter, MetricType::Gauge);
        let (seconds, bytes) = (Some(&Unit::Seconds), Some(&Unit::Bytes));
        if let Some(stat) = &stat {
            let cpu = ConstCounter::new(stat.cpu_seconds);
            write(&mut to, "process_cpu", "Processor time used", seconds, &cpu, counter)?;
            let resident = ConstGauge::new(whole(stat.resident_bytes));
            write(&mut to, "process_resident_memory", "Resident memory", bytes, &resident, gauge)?;
        }
        if let Some((stat, boot)) = stat.zip(boot) {
            let started = ConstGauge::new(boot + stat.started_seconds);
            write(&mut to, "process_start_time", "Start since 1970 in UTC", seconds, &started, gauge)?;
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            let open = ConstGauge::new(whole(files.count() as u64));
            write(&mut to, "process_open_fds", "Open files", None, &open, gauge)?;
        }
        Ok(())
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Stat, boot};

    #[test]
    fn proc_is_read_whatever_the_command_is_called() {
        let line = "42 (a (b) c 9) S 1 42 42 0 -1 4194304 5 0 0 0 150 50 0 0 20 0 4 0 700 1000000 256 184467";
        let read = Stat { cpu_seconds: 2.0, started_seconds: 7.0, resident_bytes: 1_048_576 };
        assert_eq!(Stat::parse(line), Some(read));
        assert_eq!(Stat::parse("42 (a) S 1"), None);
        assert_eq!(boot("cpu 1 2\nbtime 1764000000\nprocesses 5\n"), Some(1_764_000_000.0));
        assert_eq!(boot("cpu 1 2\n"), None);
    }

    #[test]
    fn this_process_is_seen() {
        let text = std::fs::read_to_string("/proc/self/stat").expect("a stat");
        let stat = Stat::parse(&text).expect("read");
        assert!(stat.resident_bytes > 1_000_000 && stat.started_seconds > 0.0, "{stat:?}");
    }
}
