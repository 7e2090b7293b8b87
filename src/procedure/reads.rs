//! Commands that only read: what checks and plans may run before anybody has approved anything. What is not known to read is
//! refused, however harmless it looks.

use domain::procedure::Command;

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

/// Flags with which `kubectl` still only reads what it is aimed at, each at most once.
const KUBECTL: [&str; 27] = [
    "--selector",
    "--output",
    "--tail",
    "--since",
    "--since-time",
    "--field-selector",
    "--chunk-size",
    "--show-managed-fields",
    "--show-labels",
    "--watch=false",
    "--timeout",
    "--request-timeout",
    "--all-namespaces",
    "--sort-by",
    "--container",
    "--containers",
    "--all-containers",
    "--prefix",
    "--previous",
    "--revision",
    "--no-headers",
    "--ignore-not-found",
    "--timestamps",
    "--limit-bytes",
    "--max-log-requests",
    "--client",
    "--events",
];
/// Those of a plan, beside `--dry-run`.
const KUBECTL_PLAN: [&str; 4] = ["--replicas", "--current-replicas", "--to-revision", "--output"];
const HELM: [&str; 9] = [
    "--output",
    "--max",
    "--revision",
    "--all",
    "--filter",
    "--short",
    "--deployed",
    "--failed",
    "--pending",
];
const HELM_PLAN: [&str; 6] =
    ["--wait", "--timeout", "--no-hooks", "--cleanup-on-fail", "--history-max", "--output"];
/// `vercel logs --follow` would not end, and `--token` shows it to everybody.
const VERCEL: [&str; 12] = [
    "--environment",
    "--level",
    "--since",
    "--until",
    "--limit",
    "--json",
    "--project",
    "--scope",
    "--source",
    "--status-code",
    "--deployment",
    "--no-color",
];
/// Of a plan that takes no lock, which somebody else may need at night, and writes no file.
const TERRAFORM: [&str; 9] = [
    "-detailed-exitcode",
    "-input=false",
    "-lock=false",
    "-no-color",
    "-refresh-only",
    "-compact-warnings",
    "-parallelism",
    "-json",
    "-raw",
];
/// `--repo` and `--hostname` would ask about another, and `--web` opens a browser.
const GH: [&str; 12] = [
    "--limit",
    "--json",
    "--jq",
    "--branch",
    "--status",
    "--workflow",
    "--event",
    "--log",
    "--log-failed",
    "--job",
    "--all",
    "--yaml",
];
const PG_ISREADY: [&str; 2] = ["--timeout", "--quiet"];
/// A flag by its one letter.
const SHORT: [(&str, &str); 6] = [
    ("-l", "--selector"),
    ("-o", "--output"),
    ("-c", "--container"),
    ("-p", "--previous"),
    ("-A", "--all-namespaces"),
    ("-a", "--all"),
];

/// What names, filters and shortens what `aws` reads. Whom it asks, and as whom, is not among them: `--endpoint-url`, `--profile`,
/// `--region`, `--ca-bundle`, `--no-verify-ssl`; nor is what reads a file (`--cli-input-json`), or does not end (`--follow`).
const AWS: [&str; 57] = [
    "--output",
    "--query",
    "--no-paginate",
    "--no-cli-pager",
    "--max-items",
    "--page-size",
    "--starting-token",
    "--filters",
    "--max-records",
    "--marker",
    "--db-instance-identifier",
    "--db-cluster-identifier",
    "--db-snapshot-identifier",
    "--db-cluster-snapshot-identifier",
    "--db-parameter-group-name",
    "--snapshot-type",
    "--source-identifier",
    "--source-type",
    "--event-categories",
    "--duration",
    "--resource-name",
    "--start-time",
    "--end-time",
    "--recursive",
    "--human-readable",
    "--summarize",
    "--since",
    "--format",
    "--filter-pattern",
    "--log-group-name",
    "--log-group-name-prefix",
    "--log-stream-names",
    "--log-stream-name",
    "--log-stream-name-prefix",
    "--limit",
    "--order-by",
    "--descending",
    "--start-from-head",
    "--alarm-names",
    "--alarm-name-prefix",
    "--state-value",
    "--namespace",
    "--metric-name",
    "--dimensions",
    "--period",
    "--statistics",
    "--unit",
    "--metric-data-queries",
    "--cluster",
    "--services",
    "--service-name",
    "--desired-status",
    "--tasks",
    "--health-check-id",
    "--target-group-arn",
    "--replication-group-id",
    "--names",
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
        // Environments in plain text, and what machines are started with.
        (
            "aws",
            ["ecs", "describe-task-definition", ..]
            | ["lambda", "list-functions", ..]
            | ["amplify", "list-apps" | "list-branches", ..]
            | ["ec2", "describe-instance-attribute" | "describe-launch-template-versions", ..],
        ) => true,
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

/// What Helm would send to the cluster: it holds secrets, and is no secret by itself.
pub fn is_manifest(command: &Command) -> bool {
    command.program() == "helm" && command.arguments().starts_with(&["get".to_owned(), "manifest".to_owned()])
}

/// Why a command is not known to read.
pub fn changes(command: &Command) -> Option<String> {
    let all: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    let words: Vec<&str> = all.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let program = command.program();
    let reads = match (program, words.as_slice()) {
        ("kubectl", ["get" | "logs" | "describe" | "top" | "version" | "explain" | "events", ..])
        | ("kubectl", ["rollout", "status" | "history", ..]) => return flags(program, &all, &KUBECTL, false),
        ("kubectl", _) => return flags(program, &all, &KUBECTL_PLAN, true),
        ("helm", ["history" | "status" | "list" | "get" | "version" | "diff", ..]) => {
            return flags(program, &all, &HELM, false);
        }
        ("helm", _) => return flags(program, &all, &HELM_PLAN, true),
        ("terraform", _) => return terraform(&all, &words),
        ("aws", ["s3", "ls", ..] | ["logs", "tail" | "filter-log-events", ..]) => {
            return flags(program, &all, &AWS, false);
        }
        ("aws", [_, verb, ..])
            if AWS_GETS.contains(verb)
                || ["describe-", "list-"].iter().any(|start| verb.starts_with(start)) =>
        {
            return flags(program, &all, &AWS, false);
        }
        ("gh", ["run" | "workflow" | "pr" | "release", "list" | "view", ..]) => {
            return flags(program, &all, &GH, false);
        }
        ("vercel", ["ls" | "list" | "inspect" | "logs", ..] | ["env", "ls", ..]) => {
            return flags(program, &all, &VERCEL, false);
        }
        ("pg_isready", _) => return flags(program, &all, &PG_ISREADY, false),
        ("pg_restore", _) => all.contains(&"--list"),
        ("psql", _) => return psql(&all),
        _ => false,
    };
    let shown = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    (!reads).then(|| format!("`{program} {shown}` is not known to read only, and nobody has approved it yet"))
}

/// Terraform takes each flag with one dash and with two.
fn terraform(all: &[&str], words: &[&str]) -> Option<String> {
    let one_dash =
        all.iter().map(|word| word.strip_prefix('-').filter(|_| word.starts_with("--")).unwrap_or(word));
    let all: Vec<&str> = one_dash.collect();
    match words {
        ["plan"] if !all.contains(&"-lock=false") => {
            Some("`terraform plan` needs -lock=false: whoever applies meanwhile would be held up".to_owned())
        }
        ["plan"] | ["show" | "output" | "version" | "validate", ..] | ["state", "list" | "show", ..] => {
            flags("terraform", &all, &TERRAFORM, false)
        }
        _ => Some(format!(
            "`terraform {}` is not known to read only, and nobody has approved it yet",
            words.iter().take(2).copied().collect::<Vec<_>>().join(" ")
        )),
    }
}

/// Why the flags are not those of a command that reads: each is known and comes once, and a plan has exactly one `--dry-run` that is
/// one. The last of several would count, and what follows `--` is no flag at all.
fn flags(program: &str, all: &[&str], known: &[&str], plans: bool) -> Option<String> {
    let mut seen = Vec::new();
    for word in all.iter().filter(|word| word.starts_with('-')) {
        let name = word.split('=').next().unwrap_or_default();
        let name = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
        let is_dry = plans && name == "--dry-run" && is_dry(program, word);
        if !is_dry && !known.contains(&name) && !known.contains(word) {
            return Some(format!("`{program} {word}` is not known to read only"));
        }
        if seen.contains(&name) {
            return Some(format!("`{program} {name}` comes twice, and the last one would count"));
        }
        seen.push(name);
    }
    (plans && !seen.contains(&"--dry-run")).then(|| {
        format!("`{program} {}` is not known to read only, and nobody has approved it yet", all.join(" "))
    })
}

fn is_dry(program: &str, word: &str) -> bool {
    word == "--dry-run=client" || word == "--dry-run=server" || (program == "helm" && word == "--dry-run")
}

/// Functions that only compute or look; all others are refused, for there are hundreds that do something.
const PSQL_FUNCTIONS: [&str; 38] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "left",
    "right",
    "length",
    "lower",
    "upper",
    "round",
    "abs",
    "now",
    "age",
    "extract",
    "date_trunc",
    "to_char",
    "string_agg",
    "array_agg",
    "json_agg",
    "row_number",
    "current_setting",
    "pg_size_pretty",
    "pg_database_size",
    "pg_relation_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_postmaster_start_time",
    "pg_blocking_pids",
    "pg_wal_lsn_diff",
];
/// Words of SQL before a bracket, and types that take one.
const PSQL_WORDS: [&str; 27] = [
    "in", "exists", "from", "join", "and", "or", "not", "select", "then", "else", "when", "as", "on",
    "where", "over", "filter", "case", "any", "all", "some", "by", "distinct", "union", "using", "numeric",
    "varchar", "lateral",
];

/// One statement that begins with `select` and calls nothing that is not known, and flags that are known.
fn psql(all: &[&str]) -> Option<String> {
    if let Some(flag) = all.iter().find(|word| word.starts_with('-') && !PSQL.contains(word)) {
        return Some(format!("`psql {flag}` is not known to read only"));
    }
    let statements = all.iter().filter(|word| !word.starts_with('-'));
    statements.map(|statement| statement.trim().to_lowercase()).find_map(|statement| selects(&statement))
}

/// Why a statement is not known to read.
fn selects(statement: &str) -> Option<String> {
    let without = outside_of_quotes(statement);
    let odd = ["\"", "$", "--", "/*", ";", " into "].iter().any(|sign| without.contains(sign));
    // `for update` and `for share` lock what they read.
    let locks = without.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "for");
    if !without.starts_with("select ") || locks || odd || without.matches('\'').count() % 2 == 1 {
        return Some("`psql` asks one `select` that changes nothing, in a check or a plan".to_owned());
    }
    let mut rest = without.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        let before = before.trim_end();
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        if !name.is_empty() && !PSQL_FUNCTIONS.contains(&name) && !PSQL_WORDS.contains(&name) {
            return Some(format!("`{name}()` is not known to read only, in a check or a plan"));
        }
        rest = after;
    }
    None
}

/// The statement with its texts left empty; a quote that does not end stays.
fn outside_of_quotes(statement: &str) -> String {
    let mut parts = statement.split('\'');
    let mut without = parts.next().unwrap_or_default().to_owned();
    while let Some(_text) = parts.next() {
        match parts.next() {
            Some(outside) => without.extend(["''", outside]),
            None => without.push('\''),
        }
    }
    without
}

#[cfg(test)]
mod tests;
