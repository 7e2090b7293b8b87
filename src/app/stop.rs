//! SIGTERM and Ctrl-C.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

/// Hears SIGTERM and Ctrl-C from the moment it is made. One that comes earlier ends the process as it ends any other, so it is
/// made before anything begins that has to be stopped with care.
pub struct StopSignals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
}

impl StopSignals {
    pub fn hear() -> Self {
        Self {
            terminate: heard(SignalKind::terminate(), "SIGTERM"),
            interrupt: heard(SignalKind::interrupt(), "Ctrl-C"),
        }
    }

    /// Returns when the process is asked to stop, at once where it has been already.
    pub async fn asked(mut self) {
        tokio::select! {
            () = received(&mut self.terminate) => {}
            () = received(&mut self.interrupt) => {}
        }
        info!("stopping");
    }
}

fn heard(kind: SignalKind, name: &str) -> Option<Signal> {
    signal(kind).inspect_err(|error| warn!(%error, "{name} cannot be heard")).ok()
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};

    use super::StopSignals;

    #[tokio::test]
    async fn a_signal_that_came_before_anybody_waited_is_not_lost() {
        let signals = StopSignals::hear();
        kill_process(getpid(), Signal::TERM).expect("it is this process");
        signals.asked().await;
    }
}
