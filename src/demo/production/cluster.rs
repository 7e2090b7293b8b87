//! A deployment of the rehearsal's cluster, and what `kubectl` says of it.

use serde_json::{Value, json};

use super::said;
use crate::domain::procedure::Heard;

/// The pods with which it does not run out of memory.
const ENOUGH: u32 = 4;

#[derive(Debug)]
pub struct Deployment {
    pub name: &'static str,
    /// Revisions and whether each works; the last one runs. Rolling back gives an older one a new number, as Kubernetes does.
    revisions: Vec<(u32, bool)>,
    replicas: u32,
    /// Counts changes of the deployment.
    generation: u32,
    /// A restart helps.
    pub hangs: bool,
    /// More pods help, as long as they are there.
    pub lacks_memory: bool,
}

impl Deployment {
    pub fn new(name: &'static str, revision: u32) -> Self {
        let revisions = (revision.saturating_sub(2).max(1)..=revision).map(|number| (number, true)).collect();
        Self { name, revisions, replicas: 3, generation: revision, hangs: false, lacks_memory: false }
    }

    pub fn is_well(&self) -> bool {
        self.works() && !self.hangs && !self.runs_out_of_memory()
    }

    fn runs_out_of_memory(&self) -> bool {
        self.lacks_memory && self.replicas < ENOUGH
    }

    fn works(&self) -> bool {
        self.revisions.last().is_some_and(|(_, works)| *works)
    }

    fn current(&self) -> u32 {
        self.revisions.last().map_or(0, |(number, _)| *number)
    }

    /// Somebody ships a new version.
    pub fn release(&mut self, works: bool) {
        self.revisions.push((self.current() + 1, works));
        self.generation += 1;
    }

    pub fn log(&self) -> String {
        let trouble = match (self.works(), self.hangs) {
            (false, _) => "ERROR cannot read property of undefined: event.witness\n",
            (true, true) => "ERROR no heartbeat from the broker for 60 s\n",
            (true, false) => "",
        };
        format!("INFO connected to redis\nINFO 1204 witnesses\n{trouble}")
    }

    pub fn replica_sets(&self) -> String {
        let one = |(number, _): &(u32, bool)| json!({ "metadata": { "annotations": { "deployment.kubernetes.io/revision": number.to_string() } } });
        json!({ "items": self.revisions.iter().map(one).collect::<Vec<Value>>() }).to_string()
    }

    pub fn pods(&self) -> String {
        let last = match self.runs_out_of_memory() {
            true => json!({ "terminated": { "reason": "OOMKilled" } }),
            false => json!({}),
        };
        let pod = json!({ "status": { "containerStatuses": [{ "lastState": last }] } });
        json!({ "items": vec![pod; self.replicas as usize] }).to_string()
    }

    pub fn object(&self) -> String {
        let status = match self.is_well() {
            true => json!({ "availableReplicas": self.replicas }),
            false => json!({ "unavailableReplicas": self.replicas }),
        };
        json!({
            "metadata": { "name": self.name, "generation": self.generation, "labels": {}, "annotations": {} },
            "spec": { "replicas": self.replicas },
            "status": status,
        })
        .to_string()
    }

    pub fn status(&self) -> String {
        format!("deployment \"{}\" successfully rolled out\n", self.name)
    }

    /// `rollout restart`, `rollout undo` and `scale`, as `kubectl` would answer; `changes` where it is done.
    pub fn change(&mut self, words: &[&str], changes: bool) -> Heard {
        let value = |flag: &str| words.iter().find_map(|word| word.strip_prefix(flag)?.parse::<u32>().ok());
        let dry = if changes { "" } else { " (dry run)" };
        let (name, verb) = (self.name, (words.first(), words.get(1)));
        match (verb, value("--to-revision="), value("--replicas=")) {
            ((Some(&"rollout"), Some(&"restart")), _, _) => {
                if changes {
                    (self.hangs, self.generation) = (false, self.generation + 1);
                }
                said(0, format!("deployment.apps/{name} restarted{dry}\n"))
            }
            ((Some(&"rollout"), Some(&"undo")), Some(revision), _) => self.roll_back(revision, changes, dry),
            ((Some(&"scale"), _), _, Some(replicas)) => {
                if changes {
                    (self.replicas, self.generation) = (replicas, self.generation + 1);
                }
                said(0, format!("deployment.apps/{name} scaled{dry}\n"))
            }
            _ => said(1, "error: unknown command\n".to_owned()),
        }
    }

    fn roll_back(&mut self, revision: u32, changes: bool, dry: &str) -> Heard {
        let Some(at) = self.revisions.iter().position(|(number, _)| *number == revision) else {
            return said(1, format!("error: unable to find specified revision {revision} in history\n"));
        };
        if at + 1 == self.revisions.len() {
            return said(0, format!("deployment.apps/{} skipped rollback (current already)\n", self.name));
        }
        if changes {
            let (_, works) = self.revisions.remove(at);
            self.revisions.push((self.current() + 1, works));
            self.generation += 1;
        }
        said(0, format!("deployment.apps/{} rolled back{dry}\n", self.name))
    }
}
