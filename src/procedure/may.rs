//! What actions and undos may change: by program, its words and its flags. What is not known to be a step of a night is refused, for
//! a file that is wrong is approved by somebody who is tired.

use super::parsed::{Flags, Odd, Parsed, arguments, parse, plain_words};
use domain::procedure::Command;

/// A change, by its first words, and the flags that it may have.
type Change = (&'static [&'static str], Flags);

const KUBECTL: [Change; 5] = [
    (&["rollout", "undo"], &["--to-revision="]),
    (&["rollout", "restart"], &[]),
    (&["rollout", "pause"], &[]),
    (&["rollout", "resume"], &[]),
    (&["scale"], &["--replicas=", "--current-replicas="]),
];
/// Without `--history-max`, which removes the revisions that an undo goes back to.
const HELM: [Change; 1] = [(&["rollback"], &["--wait", "--timeout=", "--no-hooks"])];
/// A run has a number of its own each time, so it is no object that a file can name.
const GH: [Change; 3] =
    [(&["workflow", "run"], &["--ref="]), (&["workflow", "enable"], &[]), (&["workflow", "disable"], &[])];
const VERCEL: [Change; 2] = [
    (&["rollback"], &["--scope=", "--project=", "--timeout=", "--yes"]),
    (&["promote"], &["--scope=", "--project=", "--timeout=", "--yes"]),
];
/// Beside what each of them needs.
const AWS_RESTORES: Flags = &[
    "--db-subnet-group-name=",
    "--vpc-security-group-ids=*",
    "--db-parameter-group-name=",
    "--db-cluster-parameter-group-name=",
    "--option-group-name=",
    "--db-instance-class=",
    "--availability-zone=",
    "--multi-az",
    "--no-publicly-accessible",
    "--auto-minor-version-upgrade",
    "--storage-type=",
    "--copy-tags-to-snapshot",
    "--deletion-protection",
    "--tags=*",
    "--restore-time=",
    "--use-latest-restorable-time",
];
/// What makes something new, begins it again, or removes it behind a last snapshot.
const AWS: [Change; 11] = [
    (
        &["rds", "restore-db-instance-to-point-in-time"],
        &["--source-db-instance-identifier=", "--target-db-instance-identifier="],
    ),
    (
        &["rds", "restore-db-instance-from-db-snapshot"],
        &["--db-instance-identifier=", "--db-snapshot-identifier="],
    ),
    (
        &["rds", "restore-db-cluster-to-point-in-time"],
        &["--source-db-cluster-identifier=", "--db-cluster-identifier=", "--restore-to-time="],
    ),
    (&["rds", "create-db-snapshot"], &["--db-instance-identifier=", "--db-snapshot-identifier=", "--tags=*"]),
    (
        &["rds", "create-db-cluster-snapshot"],
        &["--db-cluster-identifier=", "--db-cluster-snapshot-identifier=", "--tags=*"],
    ),
    (&["rds", "reboot-db-instance"], &["--db-instance-identifier=", "--force-failover"]),
    (&["rds", "start-db-instance"], &["--db-instance-identifier="]),
    (&["rds", "failover-db-cluster"], &["--db-cluster-identifier=", "--target-db-instance-identifier="]),
    (&["rds", "delete-db-instance"], &["--db-instance-identifier=", "--final-db-snapshot-identifier="]),
    (&["rds", "delete-db-cluster"], &["--db-cluster-identifier=", "--final-db-snapshot-identifier="]),
    (&["ecs", "update-service"], &["--cluster=", "--service=", "--desired-count=", "--force-new-deployment"]),
];
/// How it answers, which changes nothing.
const AWS_ALWAYS: Flags = &["--output=", "--no-cli-pager"];
/// How a plan says that nothing is done.
const DRY: Flags = &["--dry-run=client", "--dry-run=server"];

/// What follows the words of a change: how many more, and what they are.
const REST: [(&str, usize, &str); 5] = [
    ("kubectl", 1, "one object, as `deployment/name`"),
    ("helm", 2, "one release and one revision"),
    ("gh", 1, "one workflow's file"),
    ("vercel", 1, "one deployment"),
    ("aws", 0, "flags alone"),
];

/// Flags that choose what is changed, or with what.
const WHERE: [&str; 6] =
    ["--ref", "--scope", "--project", "--cluster", "--service", "--target-db-instance-identifier"];

/// Why a change is not known to be one that a procedure makes.
pub fn change(command: &Command) -> Option<String> {
    if ["terraform", "psql", "pg_restore", "pg_isready"].contains(&command.program()) {
        return Some(unknown(command));
    }
    parsed(command, &[]).err()
}

/// Why a plan is none of a change that procedures make, tried without doing it.
pub fn tried(command: &Command) -> Option<String> {
    let dry = match command.program() {
        "kubectl" => DRY,
        _ => &["--dry-run", "--dry-run=client", "--dry-run=server"],
    };
    match parsed(command, &[dry, &["--output=:name"]]) {
        Ok(Some(parsed)) if !parsed.has("--dry-run") => Some(format!(
            "`{} {}` is not known to read only, and nobody has approved it yet",
            command.program(),
            parsed.words.join(" ")
        )),
        Ok(_) => None,
        Err(wrong) => Some(format!("{wrong}: it is not known to read only")),
    }
}

fn unknown(command: &Command) -> String {
    let words = plain_words(command).iter().take(2).copied().collect::<Vec<_>>().join(" ");
    format!("`{} {words}` is not a change that procedures make", command.program())
}

/// The words and flags of a change that is known; none of a program that is no program, or only asks, which is named elsewhere.
fn parsed<'c>(command: &'c Command, also: &[Flags]) -> Result<Option<Parsed<'c>>, String> {
    let changes: &[Change] = match command.program() {
        "kubectl" => &KUBECTL,
        "helm" => &HELM,
        "gh" => &GH,
        "vercel" => &VERCEL,
        "aws" => &AWS,
        _ => return Ok(None),
    };
    let begins = |words: &[&str]| changes.iter().find(|(known, _)| words.starts_with(known));
    let (known, flags) = begins(&plain_words(command)).ok_or_else(|| unknown(command))?;
    let shown = format!("{} {}", command.program(), known.join(" "));
    let is_aws = command.program() == "aws";
    let restores = is_aws && known.iter().any(|word| word.starts_with("restore-"));
    let mut may = vec![*flags];
    may.extend(is_aws.then_some(AWS_ALWAYS));
    may.extend(restores.then_some(AWS_RESTORES));
    may.extend(also);
    let parsed = parse(&arguments(command), &may).map_err(|odd| match odd {
        Odd::Unknown(word) => format!("`{shown} … {word}` is not a flag that is known"),
        Odd::Twice(flag) => format!("`{shown} … {flag}` comes twice, and the last one would count"),
        Odd::NoValue(flag) => format!("`{shown} … {flag}` has no value"),
    })?;
    // What was taken for a verb may have been a flag's value.
    let rest = parsed.words.strip_prefix(*known).ok_or_else(|| unknown(command))?;
    let (_, many, what) = REST.iter().find(|(program, ..)| *program == command.program()).unwrap_or(&REST[4]);
    let is_object = |word: &&str| command.program() != "kubectl" || is_object(word);
    let is_literal =
        |(at, word): (usize, &&str)| at > 0 || command.program() == "vercel" || !word.contains('{');
    if rest.len() != *many || !rest.iter().all(is_object) || !rest.iter().enumerate().all(is_literal) {
        return Err(format!("`{shown}` takes exactly {what}, named in the file"));
    }
    let chosen = WHERE.iter().find(|flag| parsed.value(flag).is_some_and(|value| value.contains('{')));
    if let Some(flag) = chosen {
        return Err(format!("`{shown} … {flag}` says what is changed, so the file names it"));
    }
    Ok(Some(parsed))
}

/// `deployment/web`: one kind and one name.
fn is_object(word: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(['/', ',', '{']);
    word.split_once('/').is_some_and(|(kind, name)| is_part(kind) && is_part(name))
}

/// Whether a change goes back to what ran before.
pub fn goes_back(command: &Command) -> bool {
    matches!(
        (command.program(), plain_words(command).as_slice()),
        ("kubectl", ["rollout", "undo", ..]) | ("helm" | "vercel", ["rollback", ..])
    )
}

/// The revision that a change goes back to, as it is written.
pub fn revision(command: &Command) -> Option<&str> {
    let all = arguments(command);
    match (command.program(), plain_words(command).as_slice()) {
        ("kubectl", ["rollout", "undo", ..]) => {
            let rest = || all.iter().skip_while(|word| **word != "--to-revision").nth(1).copied();
            all.iter().find_map(|word| word.strip_prefix("--to-revision=")).or_else(rest)
        }
        ("helm", ["rollback", ..]) => match parse(&all, &[HELM[0].1, &["--dry-run"]]) {
            Ok(parsed) => parsed.words.get(2).copied(),
            Err(_) => plain_words(command).get(2).copied(),
        },
        _ => None,
    }
}

/// A number from 1, written as one.
pub fn is_revision(value: &str) -> bool {
    value.parse::<u32>().is_ok_and(|number| number > 0 && number.to_string() == value)
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
            // Exactly one object, and what is no flag is counted.
            ("kubectl rollout restart deployment", false),
            ("kubectl rollout restart deployments", false),
            ("kubectl rollout restart", false),
            ("kubectl rollout restart deployment/x,statefulset/y", false),
            ("kubectl rollout restart {c.x}", false),
            ("kubectl scale deployment/event-stream deployment/postgres --replicas=0", false),
            ("kubectl scale statefulset postgres --replicas=0", false),
            ("kubectl scale deployment postgres event-stream --replicas=0", false),
            ("kubectl scale deployment/event-stream {c.x} --replicas=5", false),
            ("kubectl scale --replicas 0 deployment/x", true),
            ("kubectl rollout undo deployment --to-revision=3", false),
            ("helm rollback {c.x} 3", false),
            ("helm rollback x 3 4", false),
            ("helm rollback x 3 --history-max=1", false),
            ("gh run cancel 123", false),
            ("gh workflow run x.yml --ref={c.x}", false),
            ("gh workflow run x.yml --ref=main", true),
            ("vercel promote {d.x} --scope={c.x}", false),
            ("gh workflow run x.yml y.yml", false),
            ("vercel rollback", false),
            ("vercel rollback x y", false),
            ("aws ecs update-service other --cluster c --service s", false),
            ("aws ecs update-service --cluster c d --service s", false),
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
