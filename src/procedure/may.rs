//! What actions and undos may change: by program, its words and its flags. What is not known to be a step of a night is refused, for
//! a file that is wrong is approved by somebody who is tired.

use domain::procedure::Command;

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
/// Beside what each of them needs.
const AWS_RESTORES: [&str; 16] = [
    "--db-subnet-group-name",
    "--vpc-security-group-ids",
    "--db-parameter-group-name",
    "--db-cluster-parameter-group-name",
    "--option-group-name",
    "--db-instance-class",
    "--availability-zone",
    "--multi-az",
    "--no-publicly-accessible",
    "--auto-minor-version-upgrade",
    "--storage-type",
    "--copy-tags-to-snapshot",
    "--deletion-protection",
    "--tags",
    "--restore-time",
    "--use-latest-restorable-time",
];
/// What makes something new, begins it again, or removes it behind a last snapshot.
const AWS: [Change; 11] = [
    (
        &["rds", "restore-db-instance-to-point-in-time"],
        &["--source-db-instance-identifier", "--target-db-instance-identifier"],
    ),
    (
        &["rds", "restore-db-instance-from-db-snapshot"],
        &["--db-instance-identifier", "--db-snapshot-identifier"],
    ),
    (
        &["rds", "restore-db-cluster-to-point-in-time"],
        &["--source-db-cluster-identifier", "--db-cluster-identifier", "--restore-to-time"],
    ),
    (&["rds", "create-db-snapshot"], &["--db-instance-identifier", "--db-snapshot-identifier", "--tags"]),
    (
        &["rds", "create-db-cluster-snapshot"],
        &["--db-cluster-identifier", "--db-cluster-snapshot-identifier", "--tags"],
    ),
    (&["rds", "reboot-db-instance"], &["--db-instance-identifier", "--force-failover"]),
    (&["rds", "start-db-instance"], &["--db-instance-identifier"]),
    (&["rds", "failover-db-cluster"], &["--db-cluster-identifier", "--target-db-instance-identifier"]),
    (&["rds", "delete-db-instance"], &["--db-instance-identifier", "--final-db-snapshot-identifier"]),
    (&["rds", "delete-db-cluster"], &["--db-cluster-identifier", "--final-db-snapshot-identifier"]),
    (&["ecs", "update-service"], &["--cluster", "--service", "--desired-count", "--force-new-deployment"]),
];
/// How it answers, which changes nothing.
const AWS_ALWAYS: [&str; 2] = ["--output", "--no-cli-pager"];

/// Why a change is not known to be one that a procedure makes.
pub fn change(command: &Command) -> Option<String> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    let changes: &[Change] = match command.program() {
        "kubectl" => &KUBECTL,
        "helm" => &HELM,
        "gh" => &GH,
        "vercel" => &VERCEL,
        "aws" => &AWS,
        "terraform" | "psql" | "pg_restore" => &[],
        // One that is no program, or only asks, is named elsewhere.
        _ => return None,
    };
    let words = words(&all);
    let shown =
        || format!("{} {}", command.program(), words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let Some((known, flags)) = changes.iter().find(|(known, _)| words.starts_with(known)) else {
        return Some(format!("`{}` is not a change that procedures make", shown()));
    };
    let is_aws = command.program() == "aws";
    let restores = is_aws && known.iter().any(|word| word.starts_with("restore-"));
    let is_known = |flag: &str| {
        flags.contains(&flag)
            || (is_aws && AWS_ALWAYS.contains(&flag))
            || (restores && AWS_RESTORES.contains(&flag))
    };
    let mut seen = Vec::new();
    for word in all.iter().filter(|word| word.starts_with('-')) {
        let flag = word.split('=').next().unwrap_or_default();
        if !is_known(flag) {
            return Some(format!("`{} … {word}` is not a flag that is known", shown()));
        }
        if seen.contains(&flag) {
            return Some(format!("`{} … {flag}` comes twice, and the last one would count", shown()));
        }
        seen.push(flag);
    }
    None
}

/// Whether a change goes back to what ran before.
pub fn goes_back(command: &Command) -> bool {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    matches!(
        (command.program(), words(&all).as_slice()),
        ("kubectl", ["rollout", "undo", ..]) | ("helm" | "vercel", ["rollback", ..])
    )
}

pub fn words<'a>(all: &[&'a str]) -> Vec<&'a str> {
    all.iter().copied().filter(|word| !word.starts_with('-')).collect()
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
            ("aws rds reboot-db-instance --db-instance-identifier x", true),
            ("aws rds reboot-db-instance --db-instance-identifier=x --output json", true),
            ("aws rds reboot-db-instance --db-instance-identifier x --db-instance-identifier y", false),
            ("aws rds reboot-db-instance --db-instance-identifier=x --db-instance-identifier y", false),
            ("aws rds reboot-db-instance --db-instance x", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --region eu-west-1", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --profile other", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --prof other", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --endpoint-url=https://elsewhere", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --cli-input-json {}", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --no-verify-ssl", false),
            ("aws rds reboot-db-instance --db-instance-identifier x --debug", false),
            ("aws rds restore-db-instance-to-point-in-time --restore-time x --no-publicly-accessible", true),
            ("aws rds restore-db-instance-to-point-in-time --restore-time x --publicly-accessible", false),
            ("aws rds create-db-snapshot --db-instance-identifier x --restore-time y", false),
            ("aws rds restart", false),
            ("aws ecs update-service --service s --task-definition other", false),
            ("kubectl rollout undo deployment/x --to-revision=3 --to-revision=0", false),
            ("vercel rollback x --scope=a --scope=b", false),
        ] {
            let command = Command(line.split(' ').map(str::to_owned).collect());
            assert_eq!(change(&command).is_none(), may, "{line}: {:?}", change(&command));
        }
    }
}
