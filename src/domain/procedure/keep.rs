//! The facts that a check keeps of an answer: what pipes to `jq` and `tail` are for in a shell.

use serde_json::Value;

use super::Heard;
use super::check::is_pattern;
use super::judge::{Kept, found, pointed, text_of};

/// Where a deployment's revision is kept by Kubernetes.
const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
/// What a restart and Kubernetes write into a template, beside what somebody shipped.
const WRITTEN: [&str; 2] = ["kubectl.kubernetes.io/restartedAt", "pod-template-hash"];
/// Most facts of one name.
const MOST: usize = 50;
/// Longest text that is kept, in characters.
const LONGEST: usize = 20_000;
/// Longest line of it, in characters.
const LINE: usize = 2_000;

/// What `wanted` names in the answer.
///
/// # Errors
/// Why it is not there, in words.
pub fn keep(wanted: &str, heard: &Heard) -> Result<Kept, String> {
    if let Some(why) = heard.no_text() {
        return Err(why);
    }
    let missing = || format!("the answer has no {wanted}");
    if let Some(pointer) = wanted.strip_prefix("json:") {
        let json = json(heard)?;
        let found: Vec<String> = pointed(&json, pointer).into_iter().take(MOST).map(text_of).collect();
        return match pointer.contains('*') {
            true => Ok(Kept::Many(found)),
            false => found.into_iter().next().map(Kept::One).ok_or_else(missing),
        };
    }
    if let Some(pattern) = wanted.strip_prefix("regex:") {
        return found(pattern, &heard.text).next().map(|one| Kept::One(one.to_owned())).ok_or_else(missing);
    }
    if let Some(count) = last_lines(wanted) {
        return Ok(Kept::One(last(&heard.text, count)));
    }
    let json = json(heard)?;
    let one = |found: Option<String>| found.map(Kept::One).ok_or_else(missing);
    match wanted {
        "revisions" => {
            Ok(Kept::Many(revisions(&json).into_iter().map(|revision| revision.to_string()).collect()))
        }
        "current revision" => one(current_revision(&json).map(|revision| revision.to_string())),
        "previous revision" => one(previous_revision(&json).map(|revision| revision.to_string())),
        "urls that are ready" => Ok(Kept::Many(ready(&json).filter_map(url).collect())),
        "the current one" => one(list(&json).iter().find(|one| is_current(one)).and_then(url)),
        "the ready one before the current" => one(before_the_current(&json)),
        _ => Err(format!("howler does not know what {wanted} is")),
    }
}

/// Whether a file may name it.
pub fn is_known(wanted: &str) -> bool {
    const NAMED: [&str; 6] = [
        "revisions",
        "current revision",
        "previous revision",
        "urls that are ready",
        "the current one",
        "the ready one before the current",
    ];
    wanted.strip_prefix("json:").is_some_and(|pointer| pointer.starts_with('/'))
        || wanted.strip_prefix("regex:").is_some_and(is_pattern)
        || last_lines(wanted).is_some()
        || NAMED.contains(&wanted)
}

fn json(heard: &Heard) -> Result<Value, String> {
    serde_json::from_str(&heard.text).map_err(|_| "the answer is not the JSON that was expected".to_owned())
}

/// `last line`, `last 20 lines`.
fn last_lines(wanted: &str) -> Option<usize> {
    match wanted.split(' ').collect::<Vec<_>>().as_slice() {
        ["last", "line"] => Some(1),
        ["last", count, "lines"] => count.parse().ok().filter(|count| (1..=200).contains(count)),
        _ => None,
    }
}

fn last(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let kept = lines.get(lines.len().saturating_sub(count)..).unwrap_or_default();
    let kept = kept.iter().map(|line| shortened(line)).collect::<Vec<_>>().join("\n");
    let over = kept.chars().count().saturating_sub(LONGEST);
    kept.chars().skip(over).collect()
}

/// A line of a megabyte would push out all the others: its beginning and its end.
fn shortened(line: &str) -> String {
    let signs = line.chars().count();
    if signs <= LINE {
        return line.to_owned();
    }
    let (begin, end): (String, String) =
        (line.chars().take(LINE / 2).collect(), line.chars().skip(signs - LINE / 2).collect());
    format!("{begin} … {} characters left out … {end}", signs - LINE / 2 * 2)
}

fn list(json: &Value) -> &[Value] {
    json.as_array().map_or(&[], Vec::as_slice)
}

/// Of Kubernetes' replica sets, or of Helm's history: ascending.
fn revisions(json: &Value) -> Vec<u64> {
    let kubernetes = pointed(json, &format!("/items/*{REVISION}"));
    let helm = pointed(json, "/*/revision");
    let number = |value: &&Value| text_of(value).parse().ok();
    let mut found: Vec<u64> = kubernetes.iter().chain(&helm).filter_map(number).collect();
    found.sort_unstable();
    found.dedup();
    found.split_off(found.len().saturating_sub(MOST))
}

/// Kubernetes gives the current one the highest number; Helm says which one is deployed.
fn current_revision(json: &Value) -> Option<u64> {
    let deployed =
        list(json).iter().rfind(|one| one.get("status").is_some_and(|status| status == "deployed"));
    match deployed {
        Some(one) => one.get("revision").and_then(Value::as_u64),
        None => revisions(json).last().copied(),
    }
}

/// The one to go back to: the highest below the current, of Helm's only those that once ran. A restart makes a revision of the
/// same pods with Kubernetes: going back to the one before it would bring the same version again.
fn previous_revision(json: &Value) -> Option<u64> {
    let current = current_revision(json)?;
    let ran = |revision: &u64| {
        let helm =
            list(json).iter().find(|one| one.get("revision").and_then(Value::as_u64) == Some(*revision));
        helm.is_none_or(|one| one.get("status").is_some_and(|status| status == "superseded"))
    };
    let runs = pods(json, current);
    let differs = |revision: &u64| runs.is_none() || pods(json, *revision) != runs;
    revisions(json).into_iter().rfind(|revision| *revision < current && ran(revision) && differs(revision))
}

/// What a replica set's pods are, without what a restart and Kubernetes write into them; none where it does not say.
fn pods(json: &Value, revision: u64) -> Option<Value> {
    let set = pointed(json, "/items/*")
        .into_iter()
        .find(|set| set.pointer(REVISION).is_some_and(|found| text_of(found) == revision.to_string()));
    let mut pods = set?.pointer("/spec/template").cloned()?;
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
    Some(pods)
}

fn url(deployment: &Value) -> Option<String> {
    deployment.get("url").and_then(Value::as_str).map(str::to_owned)
}

fn is_current(deployment: &Value) -> bool {
    deployment.get("current").and_then(Value::as_bool) == Some(true)
}

fn ready(json: &Value) -> impl Iterator<Item = &Value> {
    list(json).iter().filter(|one| one.get("state").is_some_and(|state| state == "READY"))
}

/// The newest first, as Vercel lists them.
fn before_the_current(json: &Value) -> Option<String> {
    let mut after = list(json).iter().skip_while(|one| !is_current(one)).skip(1);
    after.find(|one| one.get("state").is_some_and(|state| state == "READY")).and_then(url)
}
