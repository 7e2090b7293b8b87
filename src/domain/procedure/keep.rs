//! The facts that a check keeps of an answer: what pipes to `jq` and `tail` are for in a shell.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Heard;
use super::backups::Backups;
use super::check::is_pattern;
use super::judge::{Kept, Since};
use super::part::{found, json, pointed, text_of};
use super::revisions::Revisions;

/// Most facts of one name.
const MOST: usize = 50;
/// Backups that are told.
const BACKUPS: usize = 5;
/// Longest text that is kept, in characters.
const LONGEST: usize = 20_000;
/// Longest line of it, in characters.
const LINE: usize = 2_000;

/// What `wanted` names in the answer.
///
/// # Errors
/// Why it is not there, in words.
pub fn keep(wanted: &str, heard: &Heard, since: Since) -> Result<Kept, String> {
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
    if wanted == "backups" {
        let told = Backups::before(&heard.text, since.at()).told(BACKUPS);
        return if told.is_empty() { Err(missing()) } else { Ok(Kept::Many(told)) };
    }
    if let Some(count) = last_lines(wanted) {
        return Ok(Kept::One(last(&heard.text, count)));
    }
    let json = json(heard)?;
    if let Some((wanted, owner)) = of_revisions(wanted) {
        let revisions = Revisions::read(&json, owner)?;
        let number = |found: Option<u64>| found.map(|found| Kept::One(found.to_string())).ok_or_else(missing);
        return match wanted {
            "revisions" => {
                let all = revisions.to_go_back_to();
                let all = all.get(all.len().saturating_sub(MOST)..).unwrap_or_default();
                Ok(Kept::Many(all.iter().map(ToString::to_string).collect()))
            }
            "current revision" => number(revisions.current()),
            _ => number(revisions.previous()),
        };
    }
    let one = |found: Option<String>| found.map(Kept::One).ok_or_else(missing);
    match wanted {
        "pod template" => one(json.pointer("/spec/template").map(template)),
        "urls that are ready" => Ok(Kept::Many(ready(&json).filter_map(url).collect())),
        "the current one" => one(current_one(&json).and_then(url)),
        "the ready one before the current" => one(before_the_current(&json)),
        _ => Err(format!("howler does not know what {wanted} is")),
    }
}

/// Whether a file may name it.
pub fn is_known(wanted: &str) -> bool {
    const NAMED: [&str; 5] = [
        "backups",
        "pod template",
        "urls that are ready",
        "the current one",
        "the ready one before the current",
    ];
    wanted.strip_prefix("json:").is_some_and(|pointer| pointer.starts_with('/'))
        || wanted.strip_prefix("regex:").is_some_and(is_pattern)
        || last_lines(wanted).is_some()
        || of_revisions(wanted).is_some()
        || NAMED.contains(&wanted)
}

/// The deployment that serves, in a list of Vercel's.
pub(super) fn current_one(json: &Value) -> Option<&Value> {
    list(json).iter().find(|one| is_current(one))
}

/// `previous revision`, or `previous revision of event-stream`: of a deployment by its name, where a label may be of several.
pub(super) fn of_revisions(wanted: &str) -> Option<(&str, Option<&str>)> {
    let (what, owner) = match wanted.split_once(" of ") {
        Some((what, owner)) => (what, Some(owner)),
        None => (wanted, None),
    };
    let known = ["revisions", "current revision", "previous revision"];
    (known.contains(&what) && owner != Some("")).then_some((what, owner))
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

/// A sign for what a deployment's pods are made of: it moves with whatever is shipped, restarted or rolled back, and neither with the
/// number of pods nor with what others write beside it.
fn template(template: &Value) -> String {
    hex::encode(Sha256::digest(template.to_string())).chars().take(12).collect()
}

fn list(json: &Value) -> &[Value] {
    json.as_array().map_or(&[], Vec::as_slice)
}

fn url(deployment: &Value) -> Option<String> {
    deployment.get("url").and_then(Value::as_str).map(str::to_owned)
}

fn is_current(deployment: &Value) -> bool {
    deployment.get("current").and_then(Value::as_bool) == Some(true)
}

/// Those that can be gone back to.
fn ready(json: &Value) -> impl Iterator<Item = &Value> {
    list(json).iter().filter(|one| is_ready(one))
}

/// It was built, and served once, as far as Vercel says, and no rollback left it: else it is no deployment to go back to.
fn is_ready(one: &Value) -> bool {
    let says = |part: &str, what: bool| one.get(part) == Some(&Value::Bool(what));
    one.get("state").is_some_and(|state| state == "READY") && !says("served", false) && !says("left", true)
}

/// The newest first, as Vercel lists them.
fn before_the_current(json: &Value) -> Option<String> {
    let mut after = list(json).iter().skip_while(|one| !is_current(one)).skip(1);
    after.find(|one| is_ready(one)).and_then(url)
}
