//! What Kubernetes' own controllers do with a deployment: replica sets and their revisions, pods, and what they say of how they are.

use std::collections::BTreeMap;

use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How pods of an image fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fares {
    Well,
    /// The image is not there.
    NoImage,
    /// It ends again and again.
    Crashes,
    /// Killed for its memory ten minutes ago, and again just now for the first time.
    OutOfMemory,
    FirstKill,
    /// What prepares the pod fails.
    HeldUp,
    /// It runs, and its readiness probe fails.
    NotReady,
    /// No machine has room for it.
    Unschedulable,
}

/// One deployment and what follows from it.
pub struct Town {
    pub deployment: Value,
    sets: Vec<Value>,
    pub autoscalers: Vec<Value>,
    /// Releases of Helm are kept in such.
    pub secrets: Vec<Value>,
    /// By image; what is not named fares well.
    fares: BTreeMap<String, Fares>,
    /// Pods that lie around, beside those that follow from the deployment.
    pub others: Vec<Value>,
    /// The rollout is over its time.
    pub is_late: bool,
    pub log: String,
}

fn ago(minutes: i64) -> Timestamp {
    Clock::system().now() - SignedDuration::from_mins(minutes)
}

impl Town {
    /// Deployed with each of `images`, one after the other.
    pub fn of(name: &str, images: &[&str]) -> Self {
        let labels = json!({ "app": name });
        let deployment = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": name,
                "namespace": super::cluster::NAMESPACE,
                "uid": format!("uid-of-{name}"),
                "resourceVersion": "1204",
                "generation": 0,
                "creationTimestamp": ago(90_000),
                "labels": labels,
                "annotations": {},
                "managedFields": [
                    { "manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1" },
                    { "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1", "subresource": "status" },
                ],
            },
            "spec": {
                "replicas": 3,
                "selector": { "matchLabels": labels },
                "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
                "progressDeadlineSeconds": 600,
                "template": {
                    "metadata": { "labels": labels },
                    "spec": { "containers": [{
                        "name": "app",
                        "image": "",
                        "resources": {},
                        "env": [{ "name": "REDIS_URL", "value": "redis://:planted-password@redis:6379" }],
                    }] },
                },
            },
            "status": {},
        });
        let mut town = Self {
            deployment,
            sets: Vec::new(),
            autoscalers: Vec::new(),
            secrets: Vec::new(),
            fares: BTreeMap::new(),
            others: Vec::new(),
            is_late: false,
            log: "INFO 1204 witnesses\n".into(),
        };
        for image in images {
            town.ship(image);
        }
        town
    }

    pub fn name(&self) -> String {
        self.deployment["metadata"]["name"].as_str().unwrap().to_owned()
    }

    /// Somebody deploys another image.
    pub fn ship(&mut self, image: &str) {
        self.deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image.into();
        self.follow();
    }

    /// How pods of the present image fare.
    pub fn fare(&mut self, fares: Fares) {
        self.fares.insert(self.image().to_owned(), fares);
    }

    pub fn image(&self) -> &str {
        self.deployment["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap()
    }

    pub fn replicas(&self) -> u64 {
        self.deployment["spec"]["replicas"].as_u64().unwrap()
    }

    fn current(&self) -> &Value {
        let revision = |set: &Value| revision(set);
        self.sets.iter().max_by_key(|set| revision(set)).unwrap()
    }

    /// What the deployment controller does once something is changed.
    fn follow(&mut self) {
        let generation = self.deployment["metadata"]["generation"].as_u64().unwrap() + 1;
        self.deployment["metadata"]["generation"] = generation.into();
        if self.deployment["spec"]["paused"] == true {
            return;
        }
        let template = self.deployment["spec"]["template"].clone();
        let last = self.sets.iter().map(revision).max().unwrap_or(0);
        match self.sets.iter_mut().find(|set| plain(&set["spec"]["template"]) == plain(&template)) {
            Some(set) if revision(set) < last => {
                let annotations = &mut set["metadata"]["annotations"];
                let before = annotations["deployment.kubernetes.io/revision"].as_str().unwrap().to_owned();
                let history = annotations["deployment.kubernetes.io/revision-history"].as_str();
                let history = history.map_or(before.clone(), |history| format!("{history},{before}"));
                annotations["deployment.kubernetes.io/revision-history"] = history.into();
                annotations["deployment.kubernetes.io/revision"] = (last + 1).to_string().into();
            }
            Some(_) => {}
            None => {
                let set = self.set(last + 1, template);
                self.sets.push(set);
            }
        }
        let revision = revision(self.current()).to_string();
        self.deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = revision.into();
    }

    /// Its revisions were made so many days ago.
    pub fn made_before(&mut self, days: i64) {
        for (set, number) in self.sets.iter_mut().zip(0..) {
            set["metadata"]["creationTimestamp"] = json!(ago(days * 24 * 60 - number));
        }
    }

    fn set(&self, revision: u64, mut template: Value) -> Value {
        let (name, hash) = (self.name(), format!("hash{revision}"));
        template["metadata"]["labels"]["pod-template-hash"] = hash.clone().into();
        json!({
            "metadata": {
                "name": format!("{name}-{hash}"),
                "namespace": super::cluster::NAMESPACE,
                "uid": format!("uid-{hash}"),
                "creationTimestamp": ago(10 * 60 - i64::try_from(revision).unwrap()),
                "labels": { "app": name, "pod-template-hash": hash },
                "annotations": { "deployment.kubernetes.io/revision": revision.to_string() },
                "ownerReferences": [{
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": name,
                    "uid": self.deployment["metadata"]["uid"],
                    "controller": true,
                    "blockOwnerDeletion": true,
                }],
            },
            "spec": { "replicas": 0, "selector": { "matchLabels": { "app": name, "pod-template-hash": hash } }, "template": template },
            "status": { "replicas": 0 },
        })
    }

    /// All pods are of the newest replica set: what this town looks at is what it has become, and not the way there.
    fn pods(&self) -> Vec<Value> {
        let fares = self.fares.get(self.image()).copied().unwrap_or(Fares::Well);
        let hash = self.current()["metadata"]["labels"]["pod-template-hash"].clone();
        let pods = (0..self.replicas()).map(|number| pod(&self.name(), &hash, number, self.image(), fares));
        pods.chain(self.others.iter().cloned()).collect()
    }

    fn status(&self) -> Value {
        let fares = self.fares.get(self.image()).copied().unwrap_or(Fares::Well);
        let wanted = self.replicas();
        let ready = if matches!(fares, Fares::Well | Fares::OutOfMemory) { wanted } else { 0 };
        let condition = |kind: &str, is: bool, reason: &str| json!({ "type": kind, "status": if is { "True" } else { "False" }, "reason": reason, "lastUpdateTime": ago(5) });
        let available = match ready == wanted {
            true => condition("Available", true, "MinimumReplicasAvailable"),
            false => condition("Available", false, "MinimumReplicasUnavailable"),
        };
        let progressing = match (self.is_late, ready == wanted) {
            (true, _) => condition("Progressing", false, "ProgressDeadlineExceeded"),
            (_, true) => condition("Progressing", true, "NewReplicaSetAvailable"),
            (_, false) => condition("Progressing", true, "ReplicaSetUpdated"),
        };
        let mut status = json!({
            "observedGeneration": self.deployment["metadata"]["generation"],
            "conditions": [available, progressing],
        });
        // What is nought is left out.
        for (name, count) in [
            ("replicas", wanted),
            ("updatedReplicas", wanted),
            ("readyReplicas", ready),
            ("availableReplicas", ready),
            ("unavailableReplicas", wanted - ready),
        ] {
            if count > 0 {
                status[name] = count.into();
            }
        }
        status
    }

    pub fn list(&self, resource: &str) -> Vec<Value> {
        match resource {
            "deployments" => {
                let mut shown = self.deployment.clone();
                shown["status"] = self.status();
                vec![shown]
            }
            "replicasets" => self.sets.clone(),
            "pods" => self.pods(),
            "horizontalpodautoscalers" => self.autoscalers.clone(),
            "secrets" => self.secrets.clone(),
            _ => Vec::new(),
        }
    }

    /// A secret that is made, or takes the place of the one of its name.
    pub fn keep(&mut self, secret: Value) {
        self.secrets.retain(|known| known["metadata"]["name"] != secret["metadata"]["name"]);
        self.secrets.push(secret);
    }

    pub fn log(&self, _pod: &str) -> String {
        self.log.clone()
    }

    pub fn scale(&self) -> Value {
        json!({
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": { "name": self.name(), "namespace": super::cluster::NAMESPACE },
            "spec": { "replicas": self.replicas() },
            "status": { "replicas": self.replicas() },
        })
    }

    pub fn scale_to(&mut self, patch: &Value) -> Result<(), String> {
        let wanted = patch["spec"]["replicas"].as_u64().ok_or("spec.replicas: Required value")?;
        self.deployment["spec"]["replicas"] = wanted.into();
        self.follow();
        Ok(())
    }

    /// A strategic merge: of maps it is as every merge is, and lists are merged by keys that this town does not know.
    pub fn merge(&mut self, patch: &Value) -> Result<Value, String> {
        fn into(to: &mut Value, patch: &Value) -> Result<(), String> {
            let (Some(patch), true) = (patch.as_object(), to.is_object() || to.is_null()) else {
                return Err("only maps are merged here".into());
            };
            for (name, value) in patch {
                match value {
                    Value::Object(_) => into(&mut to[name], value)?,
                    Value::Array(_) => return Err(format!("{name}: lists are not merged here")),
                    plain => to[name] = plain.clone(),
                }
            }
            Ok(())
        }
        into(&mut self.deployment, patch)?;
        self.follow();
        Ok(self.deployment.clone())
    }

    /// RFC 6902: what is replaced must be there.
    pub fn json_patch(&mut self, patch: &Value) -> Result<Value, String> {
        let mut changed = self.deployment.clone();
        for step in patch.as_array().ok_or("a JSON patch is a list")? {
            let (op, path) = (&step["op"], step["path"].as_str().unwrap_or_default());
            let place = changed.pointer_mut(path).filter(|_| op == "replace");
            *place.ok_or_else(|| format!("{op} {path}: it is not there"))? = step["value"].clone();
        }
        self.deployment = changed;
        self.follow();
        Ok(self.deployment.clone())
    }
}

fn revision(set: &Value) -> u64 {
    let annotation = &set["metadata"]["annotations"]["deployment.kubernetes.io/revision"];
    annotation.as_str().unwrap().parse().unwrap()
}

/// A template as it is compared: without the replica set's own label, and without what is empty.
fn plain(template: &Value) -> Value {
    fn tidy(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let kept = map.iter().filter(|(name, _)| *name != "pod-template-hash");
                let kept = kept.map(|(name, one)| (name.clone(), tidy(one)));
                let is_empty =
                    |one: &Value| one.is_null() || one.as_object().is_some_and(serde_json::Map::is_empty);
                Value::Object(kept.filter(|(_, one)| !is_empty(one)).collect())
            }
            Value::Array(list) => list.iter().map(tidy).collect(),
            plain => plain.clone(),
        }
    }
    tidy(template)
}

fn pod(name: &str, hash: &Value, number: u64, image: &str, fares: Fares) -> Value {
    let running = json!({ "running": { "startedAt": ago(60) } });
    let waiting = |reason: &str| json!({ "waiting": { "reason": reason, "message": "as the kubelet says" } });
    let killed = |minutes| json!({ "terminated": { "exitCode": 137, "reason": "OOMKilled", "finishedAt": ago(minutes), "startedAt": ago(60) } });
    let (phase, state, last) = match fares {
        Fares::Well | Fares::NotReady => ("Running", running, json!({})),
        Fares::NoImage => ("Pending", waiting("ImagePullBackOff"), json!({})),
        Fares::Crashes => {
            let ended = json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": ago(1), "startedAt": ago(1) } });
            ("Running", waiting("CrashLoopBackOff"), ended)
        }
        Fares::OutOfMemory => ("Running", running, killed(10)),
        Fares::FirstKill => ("Running", killed(0), json!({})),
        Fares::HeldUp => ("Pending", waiting("PodInitializing"), json!({})),
        Fares::Unschedulable => ("Pending", Value::Null, json!({})),
    };
    let is_ready = matches!(fares, Fares::Well | Fares::OutOfMemory);
    let mut status = json!({ "phase": phase, "startTime": ago(61), "conditions": [{ "type": "PodScheduled", "status": "True" }] });
    if fares == Fares::Unschedulable {
        status = json!({ "phase": phase, "conditions": [{
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/4 nodes are available: 4 Insufficient memory.",
        }] });
    } else {
        status["containerStatuses"] = json!([{
            "name": "app",
            "image": image,
            "ready": is_ready,
            "restartCount": 0,
            "state": state,
            "lastState": last,
        }]);
    }
    if fares == Fares::HeldUp {
        status["initContainerStatuses"] = json!([{ "name": "migrate", "ready": false, "state": waiting("CrashLoopBackOff"), "lastState": {} }]);
    }
    json!({
        "metadata": {
            "name": format!("{name}-{}-{number}", hash.as_str().unwrap()),
            "namespace": super::cluster::NAMESPACE,
            "labels": { "app": name, "pod-template-hash": hash },
            "ownerReferences": [{
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": format!("{name}-{}", hash.as_str().unwrap()),
                "uid": format!("uid-{}", hash.as_str().unwrap()),
                "controller": true,
                "blockOwnerDeletion": true,
            }],
        },
        "spec": { "containers": [{ "name": "app", "image": image }] },
        "status": status,
    })
}
