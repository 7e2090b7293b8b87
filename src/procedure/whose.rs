//! What an action's commands are about: its `target`, or what the action itself made of that. Another object is changed by nobody's
//! approval.

use super::parsed::{plain_words as words, slot};
use domain::procedure::{
    Action, Check, Choices, Command, Expected, Extract, Param, Probe, Procedure, Target,
};

/// A change of AWS by its verb: the flag that names what it is about, and the one that names what it makes.
type About = (&'static str, Option<&'static str>, Option<&'static str>);

const AWS: [About; 11] = [
    (
        "restore-db-instance-to-point-in-time",
        Some("--source-db-instance-identifier"),
        Some("--target-db-instance-identifier"),
    ),
    ("restore-db-instance-from-db-snapshot", None, Some("--db-instance-identifier")),
    (
        "restore-db-cluster-to-point-in-time",
        Some("--source-db-cluster-identifier"),
        Some("--db-cluster-identifier"),
    ),
    ("create-db-snapshot", Some("--db-instance-identifier"), None),
    ("create-db-cluster-snapshot", Some("--db-cluster-identifier"), None),
    ("reboot-db-instance", Some("--db-instance-identifier"), None),
    ("start-db-instance", Some("--db-instance-identifier"), None),
    ("failover-db-cluster", Some("--db-cluster-identifier"), None),
    ("delete-db-instance", Some("--db-instance-identifier"), None),
    ("delete-db-cluster", Some("--db-cluster-identifier"), None),
    ("update-service", Some("--service"), None),
];
/// What is removed is none that was there before.
const REMOVES: [&str; 2] = ["delete-db-instance", "delete-db-cluster"];
/// Flags of reads that name one object.
const AWS_READS: [&str; 4] =
    ["--db-instance-identifier", "--db-cluster-identifier", "--services", "--service-name"];

/// Which commands of an action are about another object than it says: the `target`, and Helm's and AWS's than what the action changes
/// or makes.
pub fn elsewhere(procedure: &Procedure, action: &Action) -> Vec<String> {
    let Some(Target { object, cluster, .. }) = &procedure.target else { return Vec::new() };
    let undo = action.undo.command().map(|undo| &undo.run);
    let against = action.against.as_ref().map(|against| &against.run);
    let all = [Some(&action.run), action.plan.as_ref(), against, undo].into_iter().flatten();
    let name = object.split_once('/').map_or(object.as_str(), |(_, name)| name);
    let wrong = all.filter_map(|command| match command.program() {
        "kubectl" => {
            let other = words(command).into_iter().find(|word| word.contains('/') && word != object);
            other.map(|other| format!("`{other}` is not the `target`"))
        }
        "helm" => of_helm(procedure, action, object, command),
        "aws" => of_aws(command, &action.run, name).or_else(|| of_ecs(command, cluster.as_deref())),
        "vercel" => of_vercel(procedure, command, name),
        "gh" => of_github(command, name),
        _ => None,
    });
    wrong.collect()
}

fn of_helm(procedure: &Procedure, action: &Action, object: &str, command: &Command) -> Option<String> {
    let named = release(command)?;
    if command.arguments().first().is_none_or(|verb| verb != "rollback") {
        let changed = release(&action.run).filter(|changed| *changed != named);
        return changed.map(|_| format!("`{named}` is not the release that `run` changes"));
    }
    (!is_release(procedure, action, object, named)).then(|| {
        format!(
            "`{named}` is not known to be the release of the `target`: name that `release/{named}`, or let a check pass that \
             asks the `target` for its release's name"
        )
    })
}

/// Where a deployment says which release of Helm it is of.
const RELEASE: &str = "meta.helm.sh/release-name";

/// Whether the target is the release, or is seen to belong to it wherever the action is offered.
fn is_release(procedure: &Procedure, action: &Action, object: &str, release: &str) -> bool {
    let says = |name: &String| procedure.checks.get(name).is_some_and(|check| names(check, object, release));
    let is_it =
        |named: &String| procedure.actions.get(named).is_some_and(|named| std::ptr::eq(named, action));
    let mut leads = procedure.rungs.iter().filter(|rung| rung.action.as_ref().is_some_and(is_it)).peekable();
    ["release", "helm"].iter().any(|kind| object == format!("{kind}/{release}"))
        || action.require.iter().any(says)
        || (leads.peek().is_some() && leads.all(|rung| rung.when.pass.iter().any(says)))
}

/// Whether a check asks `object`, and passes only where that is of `release`.
fn names(check: &Check, object: &str, release: &str) -> bool {
    let Probe::Run(command) = &check.probe else { return false };
    let asks =
        command.program() == "kubectl" && command.arguments().starts_with(&["get".into(), object.into()]);
    let pointer = format!("/metadata/annotations/{}", RELEASE.replace('/', "~1"));
    let line = format!("\"{RELEASE}\": \"{release}\"");
    let expects = |(part, expected): &(Extract, Expected)| match (part, expected) {
        (Extract::Json(part), Expected::Equals(name)) => *part == pointer && name.as_str() == Some(release),
        (Extract::Count(text), Expected::Range(range)) => {
            *text == line && range.min.is_some_and(|least| least >= 1.0)
        }
        _ => false,
    };
    asks && check.expect.iter().any(expects)
}

/// A service's name is one of its cluster's only.
fn of_ecs(command: &Command, cluster: Option<&str>) -> Option<String> {
    let is_it = words(command).starts_with(&["ecs", "update-service"]);
    (is_it && (cluster.is_none() || value(command, "--cluster") != cluster)).then(|| {
        "`aws ecs update-service` needs --cluster, and the `target` names that as its `cluster`".into()
    })
}

/// `helm rollback RELEASE 3`, `helm get manifest RELEASE`
fn release(command: &Command) -> Option<&str> {
    match (command.program(), words(command).as_slice()) {
        ("helm", ["get", _, release, ..] | ["rollback" | "history" | "status", release, ..]) => Some(release),
        _ => None,
    }
}

/// `--flag value`, or `--flag=value`.
fn value<'c>(command: &'c Command, flag: &str) -> Option<&'c str> {
    let mut words = command.arguments().iter();
    let found = words.find_map(|word| match word.split_once('=') {
        Some((name, value)) if name == flag => Some(Some(value)),
        _ => (word == flag).then_some(None),
    })?;
    found.or_else(|| words.next().map(String::as_str))
}

fn of_aws(command: &Command, run: &Command, name: &str) -> Option<String> {
    let known = |command: &Command| {
        let verb = *words(command).get(1)?;
        AWS.iter().find(|(known, ..)| *known == verb).copied()
    };
    let made = known(run).and_then(|(.., makes)| value(run, makes?));
    let Some((verb, of, makes)) = known(command) else {
        let mut named = AWS_READS.iter().filter_map(|flag| value(command, flag));
        let other = named.find(|object| *object != name && Some(*object) != made);
        return other.map(|other| format!("`{other}` is neither the `target` nor what `run` makes"));
    };
    if let Some(makes) = makes {
        let new = value(command, makes);
        if new.is_none_or(|new| new == name || new.contains('{')) {
            return Some(format!("`aws … {verb}` needs {makes}, with a name that is not the `target`'s"));
        }
    }
    let flag = of?;
    match value(command, flag) {
        None => Some(format!("`aws … {verb}` needs {flag}, which says what it is about")),
        Some(object) if REMOVES.contains(&verb) => (Some(object) != made)
            .then(|| format!("`{object}` is not what `run` made: nothing else is removed")),
        Some(object) => (object != name).then(|| format!("`{object}` is not the `target`")),
    }
}

/// Which deployment it is, Vercel told of the project.
fn of_vercel(procedure: &Procedure, command: &Command, name: &str) -> Option<String> {
    if let Some(project) = value(command, "--project").filter(|project| *project != name) {
        return Some(format!("`{project}` is not the `target`"));
    }
    let words = words(command);
    let ["rollback" | "promote", deployment, ..] = words.as_slice() else { return None };
    let fact = slot(deployment).map(|slot| match procedure.params.get(slot) {
        Some(Param::OneOf { of: Choices::Fact(fact), .. }) => fact.as_str(),
        Some(_) => "",
        None => slot,
    });
    let check = fact.and_then(|fact| fact.split_once('.')).and_then(|(check, _)| procedure.checks.get(check));
    let is_told = check.is_some_and(|check| matches!(check.probe, Probe::Vercel(_)));
    (!is_told).then(|| format!("`{deployment}` is none of those that a `vercel` check tells of the project"))
}

/// `gh workflow run FILE`
fn of_github(command: &Command, name: &str) -> Option<String> {
    match words(command).as_slice() {
        ["workflow", _, file, ..] if *file != name => Some(format!("`{file}` is not the `target`")),
        _ => None,
    }
}
