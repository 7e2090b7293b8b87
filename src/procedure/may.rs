//! What actions and undos may change: by program, its words and its flags. What is not known to be a step of a night is refused, for
//! a file that is wrong is approved by somebody who is tired.

use domain::procedure::{Action, Command};

/// A change, by its first words, and the flags that it may have.
type Change = (&'static [&'static str], &'static [&'static str]);

const KUBECTL: [Change; 5] = [
    (&["rollout", "undo"], &["--to-revision"]),
    (&["rollout", "restart"], &[]),
    (&["rollout", "pause"], &[]),
    (&["rollout", "resume"], &[]),
    (&["scale"], &["--replicas", "--current-replicas"]),
];
const HELM: [Change; 1] = [(&["rollback"], &["--wait", "--timeout", "--no-hooks", "--history-max"])];
const GH: [Change; 5] = [
    (&["workflow", "run"], &["--ref"]),
    (&["workflow", "enable"], &[]),
    (&["workflow", "disable"], &[]),
    (&["run", "rerun"], &["--failed"]),
    (&["run", "cancel"], &[]),
];
const VERCEL: [Change; 2] = [
    (&["rollback"], &["--scope", "--project", "--timeout", "--yes"]),
    (&["promote"], &["--scope", "--project", "--timeout", "--yes"]),
];
/// What makes something new, begins it again, or removes it behind a last snapshot. Their flags are many, and `safe` knows the bad ones.
const AWS: [&[&str]; 12] = [
    &["rds", "restore-db-instance-to-point-in-time"],
    &["rds", "restore-db-instance-from-db-snapshot"],
    &["rds", "restore-db-cluster-to-point-in-time"],
    &["rds", "create-db-snapshot"],
    &["rds", "create-db-cluster-snapshot"],
    &["rds", "reboot-db-instance"],
    &["rds", "start-db-instance"],
    &["rds", "failover-db-cluster"],
    &["rds", "delete-db-instance"],
    &["rds", "delete-db-cluster"],
    &["rds", "restart"],
    &["ecs", "update-service"],
];

/// Why a change is not known to be one that a procedure makes.
pub fn change(command: &Command) -> Option<String> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    let (changes, words): (&[Change], _) = match command.program() {
        "kubectl" => (&KUBECTL, words(&all)),
        "helm" => (&HELM, words(&all)),
        "gh" => (&GH, words(&all)),
        "vercel" => (&VERCEL, words(&all)),
        "aws" if AWS.iter().any(|known| words(&all).starts_with(known)) => return None,
        "aws" | "terraform" | "psql" | "pg_restore" => (&[], words(&all)),
        // One that is no program, or only asks, is named elsewhere.
        _ => return None,
    };
    let shown =
        || format!("{} {}", command.program(), words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let Some((_, flags)) = changes.iter().find(|(known, _)| words.starts_with(known)) else {
        return Some(format!("`{}` is not a change that procedures make", shown()));
    };
    let is_known = |flag: &str| flags.contains(&flag.split('=').next().unwrap_or_default());
    let odd = all.iter().find(|word| word.starts_with('-') && !is_known(word));
    odd.map(|flag| format!("`{} … {flag}` is not a flag that is known", shown()))
}

fn words<'a>(all: &[&'a str]) -> Vec<&'a str> {
    all.iter().copied().filter(|word| !word.starts_with('-')).collect()
}

/// Which commands of an action are about another object than it says: kubectl's than the `target`, and Helm's than what it changes.
pub fn elsewhere(action: &Action, target: &str) -> Vec<String> {
    let undo = action.undo.command().map(|undo| &undo.run);
    let against = action.against.as_ref().map(|against| &against.run);
    let all = [Some(&action.run), action.plan.as_ref(), against, undo].into_iter().flatten();
    let release = release(&action.run);
    let wrong = all.filter_map(|command| match command.program() {
        "kubectl" => {
            let object = command.arguments().iter().find(|word| !word.starts_with('-') && word.contains('/'));
            object.filter(|object| *object != target).map(|object| format!("`{object}` is not the `target`"))
        }
        "helm" => self::release(command)
            .filter(|other| release.is_some_and(|release| release != *other))
            .map(|other| format!("`{other}` is not the release that `run` changes")),
        _ => None,
    });
    wrong.collect()
}

/// `helm rollback RELEASE 3`, `helm get manifest RELEASE`
fn release(command: &Command) -> Option<&str> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    match (command.program(), words(&all).as_slice()) {
        ("helm", ["get", _, release, ..] | ["rollback" | "history" | "status", release, ..]) => Some(release),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_be_a_step_of_a_night_is_refused() {
        for (line, may) in [
            ("kubectl rollout undo deployment/x --to-revision=3", true),
            ("kubectl rollout restart deployment/x", true),
            ("kubectl scale deployment/x --replicas=3", true),
            ("kubectl scale deployment/x --replicas=3 --all", false),
            ("kubectl apply -f http://elsewhere", false),
            ("kubectl delete pods --all", false),
            ("kubectl drain n", false),
            ("helm rollback x 3 --wait --timeout=4m", true),
            ("helm rollback x 3 --force", false),
            ("helm uninstall x", false),
            ("terraform apply -replace=x -auto-approve", false),
            ("terraform state rm x", false),
            ("psql --command drop", false),
            ("psql --command truncate", false),
            ("pg_restore -d x y", false),
            ("gh workflow run x.yml", true),
            ("gh workflow run x.yml --repo else/where", false),
            ("gh repo delete x", false),
            ("vercel rollback x", true),
            ("vercel remove x", false),
            ("aws rds restore-db-instance-to-point-in-time --restore-time x", true),
            ("aws s3 rm s3://b --recursive", false),
            ("aws dynamodb delete-table --table-name x", false),
            ("aws ec2 terminate-instances", false),
        ] {
            let command = Command(line.split(' ').map(str::to_owned).collect());
            assert_eq!(change(&command).is_none(), may, "{line}: {:?}", change(&command));
        }
    }
}
