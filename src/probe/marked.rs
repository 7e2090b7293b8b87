//! The processes of an action: those of its group, and those that carry its mark in their environment, in whatever group and
//! session they are, and whichever howler began them.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{interval, timeout};

/// The variable that carries the mark.
pub const VARIABLE: &str = "HOWLER_ACT";
/// How often it is looked whether they are gone.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What belongs to one action.
#[derive(Clone, Debug)]
pub struct Marked {
    /// Known to the howler that began it.
    pub group: Option<Pid>,
    mark: Vec<u8>,
}

impl Marked {
    pub fn new(mark: &str, group: Option<Pid>) -> Self {
        Self { group, mark: format!("{VARIABLE}={mark}").into_bytes() }
    }

    /// Those that live. One that has ended and waits for its parent does not.
    fn alive(&self) -> Vec<Pid> {
        let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
        let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        numbers.filter(|number| self.owns(*number)).filter_map(Pid::from_raw).collect()
    }

    fn owns(&self, number: i32) -> bool {
        // Fields after the name, which may hold anything and ends with the last bracket: state, parent, group (proc(5)).
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        if matches!(fields.next(), None | Some("Z" | "X")) {
            return false;
        }
        let group = fields.nth(1).and_then(|group| group.parse().ok()).and_then(Pid::from_raw);
        let environment = || std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        (self.group.is_some() && group == self.group)
            || environment().split(|byte| *byte == 0).any(|variable| variable == self.mark)
    }

    pub fn is_gone(&self) -> bool {
        self.alive().is_empty()
    }

    fn signal(&self, signal: Signal) {
        for process in self.alive() {
            // One that has just ended needs no signal.
            let _ = kill_process(process, signal);
        }
    }

    /// Returns when none of them lives.
    pub async fn gone(&self) {
        let mut looks = interval(LOOK_EVERY);
        while !self.is_gone() {
            looks.tick().await;
        }
    }

    /// Asks them to end, and kills those that have not after `grace`. Whether none of them lives.
    pub async fn end(&self, grace: Duration) -> bool {
        self.signal(Signal::TERM);
        if timeout(grace, self.gone()).await.is_ok() {
            return true;
        }
        let killed = async {
            let mut looks = interval(LOOK_EVERY);
            while !self.is_gone() {
                self.signal(Signal::KILL);
                looks.tick().await;
            }
        };
        timeout(LAST, killed).await.is_ok()
    }
}

/// What is killed is gone within this, or cannot be killed.
const LAST: Duration = Duration::from_secs(2);
