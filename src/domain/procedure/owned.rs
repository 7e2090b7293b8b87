//! Whose a list is: a label may be of several deployments, such as a canary's, and what is wrong with theirs says nothing of this one.

use serde_json::Value;

use super::Heard;
use super::part::json;

/// Of a list that `kubectl` prints what belongs to one deployment: its replica sets, and their pods.
///
/// # Errors
/// When it is no list, or there is something in it and nothing of this deployment.
pub(super) fn of_deployment(heard: &Heard, deployment: &str) -> Result<Heard, String> {
    let mut json = json(heard)?;
    let items = json.get_mut("items").and_then(Value::as_array_mut).ok_or("the answer is no list")?;
    let all = items.len();
    items.retain(|item| is_of(item, deployment));
    match (all, items.len()) {
        (1.., 0) => Err(format!("{all} came, and none is of the deployment {deployment}")),
        _ => Ok(Heard { text: json.to_string(), ..heard.clone() }),
    }
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
