//! Whose a list is: a label may be of several deployments, such as a canary's, and what is wrong with theirs says nothing of this one.

use serde_json::Value;

use super::Heard;
use super::part::{json, pointed, text_of};
use super::revisions::REVISION;

/// How `of` names what runs now alone: pods that a rollout left behind say nothing of it.
pub const CURRENT: &str = "current revision of ";

/// Of a list that `kubectl` prints what belongs to one deployment: its replica sets, and their pods; of its current revision the pods
/// alone, which takes a list of both.
///
/// # Errors
/// When it is no list, or there is something in it and nothing of this deployment.
pub(super) fn of_deployment(heard: &Heard, of: &str) -> Result<Heard, String> {
    let mut json = json(heard)?;
    let (deployment, current) = match of.strip_prefix(CURRENT) {
        Some(deployment) => (deployment, Some(current_set(&json, deployment)?)),
        None => (of, None),
    };
    let items = json.get_mut("items").and_then(Value::as_array_mut).ok_or("the answer is no list")?;
    let all = items.len();
    items.retain(|item| match &current {
        Some(set) => is_of(item, deployment) && owned_by(item, "ReplicaSet", set),
        None => is_of(item, deployment),
    });
    match (all, items.len()) {
        (1.., 0) if current.is_some() => {
            Err(format!("no pod that came is of the current revision of {deployment}"))
        }
        (1.., 0) => Err(format!("{all} came, and none is of the deployment {deployment}")),
        _ => Ok(Heard { text: json.to_string(), ..heard.clone() }),
    }
}

/// The replica set that has the highest revision.
fn current_set(json: &Value, deployment: &str) -> Result<String, String> {
    let sets = pointed(json, "/items/*").into_iter().filter(|item| owned_by(item, "Deployment", deployment));
    let revision = |set: &&Value| set.pointer(REVISION).and_then(|one| text_of(one).parse::<u64>().ok());
    let newest = sets.filter(|set| revision(set).is_some()).max_by_key(revision);
    let name = newest.and_then(|set| set.pointer("/metadata/name")).map(text_of);
    name.ok_or_else(|| format!("no replica set of {deployment} came, so which pods run now is not known"))
}

fn owned_by(object: &Value, kind: &str, name: &str) -> bool {
    let is = |owner: &Value, part: &str, value: &str| owner.get(part).is_some_and(|one| one == value);
    pointed(object, "/metadata/ownerReferences/*")
        .into_iter()
        .any(|owner| is(owner, "kind", kind) && is(owner, "name", name))
}

fn is_of(object: &Value, deployment: &str) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    // A deployment names its replica sets by their template: what comes after the name of another one is not that.
    let hash = text(object.pointer("/metadata/labels/pod-template-hash"));
    let set = hash.map(|hash| format!("{deployment}-{hash}"));
    owners.into_iter().flatten().any(|owner| {
        let (kind, name) = (text(owner.get("kind")), text(owner.get("name")));
        match kind.as_deref() {
            Some("Deployment") => name.as_deref() == Some(deployment),
            Some("ReplicaSet") => name.is_some() && name == set,
            _ => false,
        }
    })
}
