//! A deployment of the rehearsal's cluster, and what `kubectl` says of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::said;
use domain::procedure::Heard;

/// The pods with which it does not run out of memory.
const ENOUGH: u32 = 4;

#[derive(Debug)]
pub struct Deployment {
    pub name: &'static str,
    /// The last one runs. Rolling back gives an older one a new number, and a restart makes one more of the same version, as
    /// Kubernetes does.
    revisions: Vec<Revision>,
    replicas: u32,
    /// Counts changes of the deployment.
    generation: u32,
    /// A restart helps.
    pub hangs: bool,
    /// More pods help, as long as they are there.
    pub lacks_memory: bool,
}

#[derive(Clone, Copy, Debug)]
struct Revision {
    number: u32,
    version: u32,
    works: bool,
    /// So often was this version restarted.
    restarts: u32,
    made: Timestamp,
}

/// When the release was that has `newer` after it: one a day, and the last some hours ago, so that it may be what broke.
pub fn released_before(now: Timestamp, newer: usize) -> Timestamp {
    let days = i64::try_from(newer).unwrap_or(i64::MAX);
    now.checked_sub(SignedDuration::from_hours(days.saturating_mul(24).saturating_add(5))).unwrap_or(now)
}

impl Deployment {
    pub fn new(name: &'static str, revision: u32, now: Timestamp) -> Self {
        let made = |number: u32| released_before(now, usize::try_from(revision - number).unwrap_or(0));
        let shipped =
            |number| Revision { number, version: number, works: true, restarts: 0, made: made(number) };
        let revisions = (revision.saturating_sub(2).max(1)..=revision).map(shipped).collect();
        Self { name, revisions, replicas: 3, generation: revision, hangs: false, lacks_memory: false }
    }

    pub fn is_well(&self) -> bool {
        self.works() && !self.hangs && !self.runs_out_of_memory()
    }

    fn runs_out_of_memory(&self) -> bool {
        self.lacks_memory && self.replicas < ENOUGH
    }

    fn works(&self) -> bool {
        self.revisions.last().is_some_and(|last| last.works)
    }

    fn current(&self) -> u32 {
        self.revisions.last().map_or(0, |last| last.number)
    }

    /// Somebody ships a new version.
    pub fn release(&mut self, works: bool, now: Timestamp) {
        let number = self.current() + 1;
        self.revisions.push(Revision { number, version: number, works, restarts: 0, made: now });
        self.generation += 1;
    }

    fn restart(&mut self, now: Timestamp) {
        let number = self.current() + 1;
        let last = self.revisions.last().copied();
        let again = |last: Revision| Revision { number, restarts: last.restarts + 1, made: now, ..last };
        self.revisions.extend(last.map(again));
        (self.hangs, self.generation) = (false, self.generation + 1);
    }

    pub fn log(&self) -> String {
        let trouble = match (self.works(), self.hangs) {
            (false, _) => "ERROR cannot read property of undefined: event.witness\n",
            (true, true) => "ERROR no heartbeat from the broker for 60 s\n",
            (true, false) => "",
        };
        format!("INFO connected to redis\nINFO 1204 witnesses\n{trouble}")
    }

    /// The replica sets and the pods, as `kubectl` lists both.
    pub fn replica_sets_and_pods(&self, now: Timestamp) -> String {
        let items = self.replica_sets().into_iter().chain(self.pods(now)).collect::<Vec<Value>>();
        json!({ "items": items }).to_string()
    }

    fn replica_sets(&self) -> Vec<Value> {
        let one = |revision: &Revision| {
            let owner = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": self.name, "controller": true });
            let hash = format!("5c{}d{}", revision.version, revision.restarts);
            json!({
                "kind": "ReplicaSet",
                "metadata": {
                    "name": format!("{}-{hash}", self.name),
                    "creationTimestamp": revision.made,
                    "labels": { "app": self.name, "pod-template-hash": hash },
                    "annotations": { "deployment.kubernetes.io/revision": revision.number.to_string() },
                    "ownerReferences": [owner],
                },
                "spec": { "template": self.template(revision) },
            })
        };
        self.revisions.iter().map(one).collect()
    }

    fn template(&self, revision: &Revision) -> Value {
        let Revision { version, restarts, .. } = revision;
        let restarted = json!({ "kubectl.kubernetes.io/restartedAt": restarts.to_string() });
        let annotations = if *restarts > 0 { restarted } else { json!({}) };
        let image = format!("monkeytown/{}:{version}", self.name);
        json!({ "metadata": { "annotations": annotations }, "spec": { "containers": [{ "image": image }] } })
    }

    fn pods(&self, now: Timestamp) -> Vec<Value> {
        let last = match self.runs_out_of_memory() {
            true => json!({ "terminated": { "reason": "OOMKilled", "finishedAt": now } }),
            false => json!({}),
        };
        let container = json!({ "name": self.name, "state": { "running": {} }, "lastState": last });
        let hash = self.revisions.last().map(|last| format!("5c{}d{}", last.version, last.restarts));
        let set = format!("{}-{}", self.name, hash.as_deref().unwrap_or_default());
        let pod = |number: u32| {
            json!({
                "kind": "Pod",
                "metadata": {
                    "name": format!("{set}-{number}"),
                    "labels": { "app": self.name, "pod-template-hash": hash },
                    "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": set, "controller": true }],
                },
                "status": { "containerStatuses": [container] },
            })
        };
        (0..self.replicas).map(pod).collect()
    }

    pub fn object(&self) -> String {
        let (count, reason) = match self.is_well() {
            true => ("availableReplicas", "MinimumReplicasAvailable"),
            false => ("unavailableReplicas", "MinimumReplicasUnavailable"),
        };
        let status = json!({
            "observedGeneration": self.generation,
            "readyReplicas": self.replicas,
            count: self.replicas,
            "conditions": [{ "type": "Available", "reason": reason }],
        });
        json!({
            "metadata": { "name": self.name, "generation": self.generation, "labels": {}, "annotations": {} },
            "spec": { "replicas": self.replicas, "template": self.revisions.last().map(|last| self.template(last)) },
            "status": status,
        })
        .to_string()
    }

    pub fn status(&self) -> String {
        format!("deployment \"{}\" successfully rolled out\n", self.name)
    }

    /// A revision's pods, as `kubectl` describes them.
    pub fn history(&self, number: &str) -> Heard {
        let Some(revision) = self.revisions.iter().find(|one| one.number.to_string() == number) else {
            return said(1, "error: unable to find the specified revision\n".to_owned());
        };
        let (name, Revision { number, version, restarts, .. }) = (self.name, revision);
        let restarted = format!("  Annotations:\tkubectl.kubernetes.io/restartedAt: {restarts}\n");
        let restarted = if *restarts > 0 { restarted } else { String::new() };
        said(
            0,
            format!(
                "deployment.apps/{name} with revision #{number}\nPod Template:\n  Labels:\tapp={name}\n\
                 \tpod-template-hash=5c{version}d{restarts}\n{restarted}  Containers:\n   {name}:\n    \
                 Image:\tmonkeytown/{name}:{version}\n    Port:\t<none>\n    Environment:\n      \
                 LOG_LEVEL:\tinfo\n    Mounts:\t<none>\n  Volumes:\t<none>\n"
            ),
        )
    }

    /// `rollout restart`, `rollout undo` and `scale`, as `kubectl` would answer; `changes` where it is done.
    pub fn change(&mut self, words: &[&str], changes: bool, now: Timestamp) -> Heard {
        let value = |flag: &str| words.iter().find_map(|word| word.strip_prefix(flag)?.parse::<u32>().ok());
        let dry = if changes { "" } else { " (dry run)" };
        let (name, verb) = (self.name, (words.first(), words.get(1)));
        match (verb, value("--to-revision="), value("--replicas=")) {
            ((Some(&"rollout"), Some(&"restart")), _, _) => {
                if changes {
                    self.restart(now);
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
        let Some(at) = self.revisions.iter().position(|one| one.number == revision) else {
            return said(1, format!("error: unable to find specified revision {revision} in history\n"));
        };
        if at + 1 == self.revisions.len() {
            return said(0, format!("deployment.apps/{} skipped rollback (current already)\n", self.name));
        }
        if changes {
            let number = self.current() + 1;
            let back = self.revisions.remove(at);
            self.revisions.push(Revision { number, ..back });
            self.generation += 1;
        }
        said(0, format!("deployment.apps/{} rolled back{dry}\n", self.name))
    }
}
