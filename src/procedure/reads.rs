//! Commands that only read: what checks and plans may run before anybody has approved anything. What is not known to read is
//! refused, however harmless it looks.

use crate::domain::procedure::Command;

/// Flags with which `psql` still only reads one statement.
const PSQL: [&str; 9] = [
    "--no-psqlrc",
    "--no-password",
    "--tuples-only",
    "--no-align",
    "--csv",
    "--quiet",
    "--command",
    "--set=ON_ERROR_STOP=1",
    "--expanded",
];

/// Those of the `get-` commands of `aws` that procedures may use: others give secrets away (`get-secret-value`,
/// `get-login-password`) or write files (`get-object`).
const AWS_GETS: [&str; 5] = [
    "get-caller-identity",
    "get-health-check-status",
    "get-log-events",
    "get-metric-data",
    "get-metric-statistics",
];

/// Why what a command prints would be secrets, which then stand in a channel (research 2a, secrets in chat).
pub fn tells_secrets(command: &Command) -> Option<String> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    let has = |flags: &[&str]| all.iter().any(|word| flags.contains(word));
    let is_secret = |word: &&str| {
        let kinds = word.split('/').next().unwrap_or_default().to_lowercase();
        kinds.split(',').any(|kind| matches!(kind.split('.').next(), Some("secret" | "secrets")))
    };
    let tells = match (command.program(), all.as_slice()) {
        ("kubectl", ["get", ..]) => all.iter().any(is_secret),
        ("helm", ["get", what, ..]) => !["metadata", "notes"].contains(what),
        ("terraform", ["output" | "show", ..]) => has(&["-json", "-raw"]),
        ("terraform", ["state", "pull", ..]) => true,
        _ => false,
    };
    tells.then(|| {
        format!(
            "`{} {}` prints secrets",
            command.program(),
            all.iter().take(2).copied().collect::<Vec<_>>().join(" ")
        )
    })
}

/// Why a command is not known to read.
pub fn changes(command: &Command) -> Option<String> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    let words: Vec<&str> = all.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let dry = |flags: &[&str]| all.iter().any(|word| flags.contains(word));
    let reads = match (command.program(), words.as_slice()) {
        ("kubectl", ["get" | "logs" | "describe" | "top" | "version" | "explain" | "events", ..]) => true,
        ("kubectl", ["rollout", "status" | "history", ..]) => true,
        ("kubectl", _) => dry(&["--dry-run=client", "--dry-run=server"]),
        ("helm", ["history" | "status" | "list" | "get" | "version" | "diff", ..]) => true,
        ("helm", _) => dry(&["--dry-run", "--dry-run=client", "--dry-run=server"]),
        ("terraform", ["plan", ..]) => !all.iter().any(|word| word.starts_with("-out")),
        ("terraform", ["show" | "output" | "version" | "validate", ..] | ["state", "list" | "show", ..]) => {
            true
        }
        ("aws", ["s3", "ls", ..]) => true,
        ("aws", [_, verb, ..]) => {
            AWS_GETS.contains(verb) || ["describe-", "list-"].iter().any(|start| verb.starts_with(start))
        }
        ("gh", ["run" | "workflow" | "pr" | "release", "list" | "view", ..]) => true,
        ("vercel", ["ls" | "list" | "inspect" | "logs", ..] | ["env", "ls", ..]) => true,
        ("pg_isready", _) => true,
        ("pg_restore", _) => dry(&["--list"]),
        ("psql", _) => return psql(&all),
        _ => false,
    };
    let shown = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    (!reads).then(|| {
        format!("`{} {shown}` is not known to read only, and nobody has approved it yet", command.program())
    })
}

/// Functions with which a `select` changes something, or reads files and other databases, by how their names begin.
const PSQL_DOES: [&str; 22] = [
    "pg_terminate_",
    "pg_cancel_",
    "pg_reload_",
    "pg_rotate_",
    "pg_promote",
    "pg_switch_",
    "pg_drop_",
    "pg_create_",
    "pg_copy_",
    "pg_replication_origin_",
    "pg_advisory_",
    "pg_try_advisory_",
    "pg_read_",
    "pg_ls_",
    "pg_notify",
    "pg_sleep",
    "lo_",
    "dblink",
    "setval",
    "nextval",
    "set_config",
    "query_to_xml",
];

/// One statement that begins with `select` and calls nothing that changes something, and flags that are known.
fn psql(all: &[&str]) -> Option<String> {
    if let Some(flag) = all.iter().find(|word| word.starts_with('-') && !PSQL.contains(word)) {
        return Some(format!("`psql {flag}` is not known to read only"));
    }
    let mut statements = all.iter().filter(|word| !word.starts_with('-'));
    let selects = |statement: &&str| {
        let lower = statement.trim().to_lowercase();
        let mut names = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let does = names.any(|name| PSQL_DOES.iter().any(|start| name.starts_with(start)));
        lower.starts_with("select ") && !lower.contains(';') && !lower.contains(" into ") && !does
    };
    let wrong = statements.find(|statement| !selects(statement));
    wrong.map(|_| "`psql` asks one `select` that changes nothing, in a check or a plan".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_read_is_refused() {
        for (line, reads) in [
            ("kubectl get pods -o json", true),
            ("kubectl rollout status deployment/web --watch=false", true),
            ("kubectl rollout undo deployment/web --to-revision=3 --dry-run=client", true),
            ("kubectl rollout undo deployment/web --to-revision=3", false),
            ("kubectl delete pod web-1", false),
            ("kubectl scale deployment/web --replicas=0", false),
            ("helm history web", true),
            ("helm rollback web 3 --dry-run", true),
            ("helm rollback web 3", false),
            ("terraform plan -detailed-exitcode", true),
            ("terraform plan -out=plan", false),
            ("terraform apply", false),
            ("aws rds describe-db-instances", true),
            ("aws s3 ls s3://backups/", true),
            ("aws s3 rm s3://backups/x", false),
            ("aws rds delete-db-instance", false),
            ("aws cloudwatch get-metric-data", true),
            ("aws s3api get-object --bucket b --key k file", false),
            ("aws secretsmanager get-secret-value --secret-id x", false),
            ("gh run list", true),
            ("gh workflow run x.yml", false),
            ("vercel ls", true),
            ("vercel rollback x", false),
            ("pg_isready --timeout=5", true),
            ("pg_restore --list dump", true),
            ("pg_restore dump", false),
            ("psql --no-psqlrc --command", true),
            ("psql -ofile --command", false),
            ("psql --outp=file --command", false),
        ] {
            let command = Command(line.split(' ').map(str::to_owned).collect());
            assert_eq!(changes(&command).is_none(), reads, "{line}: {:?}", changes(&command));
        }
        for (line, tells) in [
            ("kubectl get secret/db -o json", true),
            ("kubectl get pods,secrets -o yaml", true),
            ("kubectl get Secrets.v1 -o yaml", true),
            ("kubectl get pods -l app=secret-keeper -o json", false),
            ("kubectl describe secret db", false),
            ("helm get values web", true),
            ("helm get notes web", false),
            ("terraform output -json", true),
            ("terraform show", false),
        ] {
            let command = Command(line.split(' ').map(str::to_owned).collect());
            assert_eq!(tells_secrets(&command).is_some(), tells, "{line}");
        }
        for (statement, reads) in [
            ("select count(*) from pg_index", true),
            ("SELECT 1", true),
            ("drop table users", false),
            ("select 1; drop table users", false),
            ("select * into copy from users", false),
            ("copy users to program 'sh'", false),
            ("select pg_terminate_backend(pid) from pg_stat_activity", false),
            ("select SETVAL('users_id_seq', 1)", false),
            ("select pg_read_file('/etc/passwd')", false),
            ("select * from dblink('host=elsewhere', 'select 1') as t(x int)", false),
            ("select setting from pg_settings where name = 'data_checksums'", true),
            ("select pid, state from pg_stat_activity where state = 'active'", true),
        ] {
            let command = Command(["psql", "--command", statement].map(str::to_owned).to_vec());
            assert_eq!(changes(&command).is_none(), reads, "{statement}");
        }
    }
}
