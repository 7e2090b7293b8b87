//! Which revision runs, which one was tried last, and which one to go back to: of Kubernetes' replica sets, or of Helm's history.
//!
//! What was left once is not gone back to. Where somebody rolled back from 6 to 5, the revision 7 is 5 again: the one before it is 4,
//! and never 6, which was the bad one.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::part::{pointed, text_of};

/// Where a deployment's revision is kept by Kubernetes, and those that the same replica set had before.
pub(super) const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
const BEFORE: &str = "/metadata/annotations/deployment.kubernetes.io~1revision-history";
/// What a pod's container waits for where its revision does not run.
const FAILS: [&str; 9] = [
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
];
/// What was replaced sooner was hardly well.
const BRIEF: SignedDuration = SignedDuration::from_hours(1);
/// What a restart and Kubernetes write into a template, beside what somebody shipped.
const WRITTEN: [&str; 2] = ["kubectl.kubernetes.io/restartedAt", "pod-template-hash"];

/// What is known of a deployment's or a release's revisions, ascending.
pub struct Revisions(Vec<Revision>);

struct Revision {
    number: u64,
    /// The first number under which this very content ran.
    first: u64,
    /// It ran, and can be gone back to: Helm says of some that they failed.
    ran: bool,
    /// Helm says that it runs.
    deployed: bool,
    /// Helm went back with it, or tried to: to the revision of that content, where it says which.
    back: Option<Option<u64>>,
    /// When it was made.
    made: Option<Timestamp>,
    /// It is kept from its first number on: a replica set is, and is not made anew.
    kept: bool,
}

impl Revisions {
    /// Of a list of replica sets those that the deployment `owner` owns.
    ///
    /// # Errors
    /// When they are of several deployments, and nobody says which one is meant.
    pub fn read(json: &Value, owner: Option<&str>) -> Result<Self, String> {
        let mut all = match json.as_array() {
            Some(history) => of_helm(history),
            None => of_kubernetes(&owned(json, owner)?, &failing(json)),
        };
        all.sort_by_key(|revision| revision.number);
        Ok(Self(all))
    }

    /// Those that ran, beside what was tried last.
    pub fn to_go_back_to(&self) -> Vec<u64> {
        let before = self.0.split_last().map_or(&[][..], |(_, before)| before);
        before.iter().filter(|one| one.ran).map(|one| one.number).collect()
    }

    /// What was tried last, whatever became of it.
    pub fn current(&self) -> Option<u64> {
        self.0.last().map(|one| one.number)
    }

    /// When what was tried last ran for the first time: a restart, and going back to it, release nothing new.
    pub fn released(&self) -> Option<Timestamp> {
        let last = self.0.last()?;
        let same: Vec<&Revision> = self.0.iter().filter(|one| one.first == last.first).collect();
        // Helm forgets old revisions: without the one that was brought back nobody knows.
        let is_whole = last.kept || same.iter().any(|one| one.number == last.first);
        let made: Option<Vec<Timestamp>> = same.iter().map(|one| one.made).collect();
        made?.into_iter().min().filter(|_| is_whole)
    }

    /// Where the last try failed, what it was to go back to, or what still runs; else what ran before what runs now. None that was
    /// left since, also by a rollback that came to nothing; rather one that ran longer than an hour.
    pub fn previous(&self) -> Option<u64> {
        let (last, before) = self.0.split_last()?;
        let left = self.left();
        let well: Vec<&Revision> =
            before.iter().filter(|one| one.ran && !left.contains(&one.first)).collect();
        if !last.ran {
            let meant = last.back.flatten().and_then(|to| well.iter().rfind(|one| one.first == to));
            let still = meant.or_else(|| well.iter().rfind(|one| one.deployed));
            return still.copied().or_else(|| self.rather(&well)).map(|one| one.number);
        }
        let is_earlier = |one: &&Revision| one.first < last.first && one.number < last.first;
        let earlier: Vec<&Revision> = well.into_iter().filter(is_earlier).collect();
        self.rather(&earlier).map(|one| one.number)
    }

    /// The contents that a rollback left, or was to leave.
    fn left(&self) -> BTreeSet<u64> {
        let mut left = BTreeSet::new();
        for (at, one) in self.0.iter().enumerate() {
            let Some(to) = one.back else { continue };
            let earlier =
                || self.0.iter().take(at).filter(|earlier| earlier.ran).map(|earlier| earlier.first);
            match to {
                Some(to) => {
                    left.extend(earlier().filter(|content| *content > to));
                    left.remove(&to);
                }
                None => left.extend(earlier().next_back()),
            }
        }
        left
    }

    /// The last that was not itself replaced within the hour; the last at all where each was.
    fn rather<'r>(&self, of: &[&'r Revision]) -> Option<&'r Revision> {
        let of_long = of.iter().rfind(|one| !self.is_brief(one));
        of_long.or_else(|| of.last()).copied()
    }

    /// Whether what came next came within the hour. A replica set that runs again says when it was made at first.
    fn is_brief(&self, one: &Revision) -> bool {
        let next = self.0.iter().find(|next| next.number > one.number).and_then(|next| next.made);
        let ran = one.made.zip(next).map(|(made, next)| next.duration_since(made));
        one.first == one.number && ran.is_some_and(|ran| !ran.is_negative() && ran < BRIEF)
    }
}

/// Helm's history: `[{ revision, status, description }]`. A rollback is a revision of its own, whose description names the one that
/// it brought back.
fn of_helm(history: &[Value]) -> Vec<Revision> {
    let number = |one: &Value| one.get("revision").and_then(Value::as_u64);
    let brought_back = |one: &Value| {
        let description = one.get("description").and_then(Value::as_str)?;
        // `Rollback to 5`, and `Rollback "monkeytown" failed: timed out`.
        let to = description.strip_prefix("Rollback ")?.strip_prefix("to ").unwrap_or_default();
        Some(to.trim().parse::<u64>().ok())
    };
    let mut all: Vec<Revision> = Vec::new();
    let mut sorted: Vec<&Value> = history.iter().collect();
    sorted.sort_by_key(|one| number(one));
    for one in sorted {
        let Some(number) = number(one) else { continue };
        let rollback = brought_back(one);
        let back = rollback.flatten();
        // What it brought back may have been brought back itself.
        let known = back.and_then(|back| all.iter().find(|earlier| earlier.number == back));
        let first = known.map(|earlier| earlier.first).or(back).unwrap_or(number);
        let status = one.get("status").and_then(Value::as_str).unwrap_or_default();
        let (deployed, ran) = (status == "deployed", ["deployed", "superseded"].contains(&status));
        let made = one.get("updated").and_then(instant);
        let back = rollback.map(|to| to.map(|_| first));
        all.push(Revision { number, first, ran, deployed, back, made, kept: false });
    }
    all
}

/// The replica sets whose own pods, where the list has any, cannot start: nobody goes back to them.
fn failing(json: &Value) -> BTreeSet<String> {
    let waits = |pod: &&Value| {
        let kinds = ["initContainerStatuses", "containerStatuses"];
        let reasons =
            kinds.iter().flat_map(|kind| pointed(pod, &format!("/status/{kind}/*/state/waiting/reason")));
        reasons.into_iter().any(|reason| FAILS.contains(&text_of(reason).as_str()))
    };
    let pods = pointed(json, "/items/*").into_iter().filter(waits);
    pods.flat_map(|pod| pointed(pod, "/metadata/ownerReferences/*/name")).map(text_of).collect()
}

/// A replica set: its number, all that it had, what its pods are, whether they cannot start, and when it was made.
type Known = (u64, BTreeSet<u64>, Option<Value>, bool, Option<Timestamp>);

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// A replica set keeps the numbers that it had; what differs from another one in a restart alone is the same.
fn of_kubernetes(sets: &[&Value], failing: &BTreeSet<String>) -> Vec<Revision> {
    let numbers = |set: &Value| -> Option<(u64, BTreeSet<u64>)> {
        let number: u64 = set.pointer(REVISION).map(text_of)?.parse().ok()?;
        let before = set.pointer(BEFORE).map(text_of).unwrap_or_default();
        let mut all: BTreeSet<u64> = before.split(',').filter_map(|one| one.trim().parse().ok()).collect();
        all.insert(number);
        Some((number, all))
    };
    let known = sets.iter().filter_map(|set| {
        let (number, all) = numbers(set)?;
        let fails = set.pointer("/metadata/name").is_some_and(|name| failing.contains(&text_of(name)));
        let made = set.pointer("/metadata/creationTimestamp").and_then(instant);
        Some((number, all, pods(set), fails, made))
    });
    let known: Vec<Known> = known.collect();
    let newest = known.iter().map(|one| one.0).max();
    let revision = |(number, all, pods, fails, made): &Known| {
        let same = known.iter().filter(|(_, _, theirs, ..)| pods.is_some() && theirs == pods);
        let first = same.flat_map(|(_, all, ..)| all).chain(all).min().copied().unwrap_or_default();
        // What runs now is left, and is not gone back to, whatever its pods do.
        let ran = !fails || Some(*number) == newest;
        Revision { number: *number, first, ran, deployed: false, back: None, made: *made, kept: true }
    };
    known.iter().map(revision).collect()
}

/// The replica sets of one deployment.
fn owned<'v>(json: &'v Value, owner: Option<&str>) -> Result<Vec<&'v Value>, String> {
    let sets = pointed(json, "/items/*");
    let owner_of = |set: &Value| {
        let owners = pointed(set, "/metadata/ownerReferences/*");
        let deployment =
            owners.into_iter().find(|one| one.get("kind").is_some_and(|kind| kind == "Deployment"));
        deployment.and_then(|one| one.get("name")).map(text_of)
    };
    if let Some(owner) = owner {
        return Ok(sets.into_iter().filter(|set| owner_of(set).as_deref() == Some(owner)).collect());
    }
    let owners: BTreeSet<String> = sets.iter().filter_map(|set| owner_of(set)).collect();
    match owners.len() {
        0 | 1 => Ok(sets),
        _ => {
            Err(format!("the replica sets are of several deployments: {}", Vec::from_iter(owners).join(", ")))
        }
    }
}

/// What a replica set's pods are, without what a restart and Kubernetes write into them; none where it does not say.
fn pods(set: &Value) -> Option<Value> {
    let mut pods = set.pointer("/spec/template").cloned()?;
    let metadata = pods.get_mut("metadata").and_then(Value::as_object_mut);
    for (part, written) in metadata.into_iter().flat_map(|metadata| metadata.iter_mut()) {
        if let ("annotations" | "labels", Some(written)) = (part.as_str(), written.as_object_mut()) {
            written.retain(|name, _| !WRITTEN.contains(&name.as_str()));
        }
    }
    let none = |part: &Value| part.as_object().is_none_or(serde_json::Map::is_empty);
    if let Some(metadata) = pods.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|part, written| part != "creationTimestamp" && !none(written));
    }
    if pods.get("metadata").is_some_and(none) {
        pods.as_object_mut()?.remove("metadata");
    }
    Some(pods)
}
