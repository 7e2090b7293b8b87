//! What may be run and asked: programs by name, without interpreters and without the doors that some programs have to one
//! (research: an allowed program that is itself a shell is the class's most common hole).

use reqwest::Url;

use super::may;
use super::parsed::arguments;
use domain::procedure::Command;

/// Programs that a procedure may run. Where they are is the machine's configuration.
pub const PROGRAMS: [&str; 9] =
    ["aws", "gh", "helm", "kubectl", "pg_isready", "pg_restore", "psql", "terraform", "vercel"];
/// They run what they are given.
const INTERPRETERS: [&str; 16] = [
    "sh", "bash", "dash", "zsh", "env", "xargs", "python", "python3", "perl", "ruby", "node", "npx",
    "docker", "ssh", "sudo", "eval",
];
/// Ways out of a program: the program, and a word of its arguments.
const HATCHES: [(&str, &[&str]); 5] = [
    ("gh", &["alias", "api", "auth", "codespace", "extension"]),
    (
        "kubectl",
        &[
            "exec",
            "cp",
            "proxy",
            "attach",
            "debug",
            "run",
            "edit",
            "port-forward",
            "plugin",
            "--raw",
            "--kubeconfig",
            "--as",
            "--as-group",
            "--as-uid",
            "--as-user-extra",
        ],
    ),
    ("psql", &["-f", "--file", "-o", "--output", "-v", "--variable"]),
    ("helm", &["plugin", "--post-renderer", "--kubeconfig", "--kube-as-user", "--kube-as-group"]),
    ("terraform", &["console", "-chdir"]),
];
/// Flags that aim a program: howler puts them in, from the procedure's target, and the last one would count.
const AIMS: [(&str, &[&str]); 3] = [
    ("kubectl", &["--context", "--cluster", "--server", "-s", "--namespace", "-n", "--user"]),
    ("helm", &["--kube-context", "--kube-apiserver", "--kube-token", "--kube-ca-file", "--namespace", "-n"]),
    ("aws", &["--endpoint-url", "--profile"]),
];
/// Flags whose value would be a secret, for everybody on the machine to read.
const SECRETS: [&str; 5] = ["--token", "--password", "--secret", "--api-key", "--access-key"];
/// What a shell would act on; here it would be an argument, so it is a mistake.
const SIGNS: [&str; 9] = ["|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"];

/// Questions to GitHub.
pub const GITHUB: [&str; 8] = [
    "schedule",
    "workflow runs",
    "failing step",
    "rate limit",
    "token permissions",
    "hooks",
    "secret names",
    "audit log",
];
/// Questions to Vercel.
pub const VERCEL: [&str; 4] = ["deployments", "build errors", "environment names", "quota"];

/// What is wrong with a command.
pub fn command(command: &Command) -> Vec<String> {
    let program = command.program();
    let mut wrong = Vec::new();
    if program.is_empty() {
        return vec!["the command is empty".into()];
    }
    if INTERPRETERS.contains(&program.rsplit('/').next().unwrap_or(program)) {
        return vec![format!("`{program}` runs whatever it is given, so no procedure may run it")];
    }
    if !PROGRAMS.contains(&program) {
        return vec![format!(
            "`{program}` is not a program that procedures run: there are {}",
            PROGRAMS.join(", ")
        )];
    }
    let hatches = HATCHES.iter().filter(|(known, _)| *known == program).flat_map(|(_, words)| *words);
    for word in hatches {
        let is_it = |part: &String| part == word || part.starts_with(&format!("{word}="));
        if command.arguments().iter().any(is_it) {
            wrong.push(format!("`{program} {word}` is a way to run or read anything else"));
        }
    }
    let aims = AIMS.iter().filter(|(known, _)| *known == program).flat_map(|(_, flags)| *flags);
    for flag in aims {
        let is_it = |part: &String| part == flag || part.starts_with(&format!("{flag}="));
        if command.arguments().iter().any(is_it) {
            wrong.push(format!(
                "`{program} {flag}` would ask somebody else: the procedure's `target` says whom"
            ));
        }
    }
    if command.arguments().iter().any(|part| part == "--") {
        wrong.push("nothing follows `--`: what stands there is no flag any more".into());
    }
    for part in command.arguments() {
        if SIGNS.contains(&part.as_str()) || ["$(", "${", "`"].iter().any(|sign| part.contains(sign)) {
            wrong.push(format!("`{part}` is a shell's sign; there is no shell"));
        }
        if part.starts_with('$') {
            wrong.push(format!("`{part}` is not replaced; secrets reach a program by its environment"));
        }
        // A file of this machine, or somebody else's: `file:///etc/passwd`, `go-template-file=`, a chart by its address.
        let reads_file = ["file://", "fileb://", "-file="].iter().any(|sign| part.contains(sign));
        let fetches = ["http://", "https://", "oci://"].iter().any(|sign| part.contains(sign));
        if reads_file || (fetches && ["aws", "helm", "kubectl"].contains(&program)) {
            wrong.push(format!("`{part}` would read what lies elsewhere"));
        }
        if SECRETS.iter().any(|flag| part == flag || part.starts_with(&format!("{flag}="))) {
            wrong.push(format!("`{part}` would show a secret to everybody on the machine"));
        }
    }
    wrong.extend(repeatable(command));
    wrong
}

/// Flags and words by which data is gone for good, by program; a flag counts from its first signs on, for some programs take it so.
const DESTROYS: [(&str, &[&str]); 4] = [
    (
        "aws",
        &[
            "--skip-final-snapshot",
            "--skip-f",
            "--delete-automated-backups",
            "--delete-a",
            "--force-delete-without-recovery",
            "delete-db-snapshot",
            "delete-db-cluster-snapshot",
            "rb",
        ],
    ),
    ("kubectl", &["--force", "pvc", "pv", "persistentvolumeclaim", "persistentvolume", "namespace", "ns"]),
    ("terraform", &["destroy", "-destroy"]),
    ("pg_restore", &["-c", "--clean"]),
];

/// Why nothing of what a command removes would be left. That is no step of a night.
pub fn destroys(command: &Command) -> Vec<String> {
    let words = DESTROYS.iter().filter(|(program, _)| *program == command.program());
    let destroys = |part: &&String| {
        let name = part.split(['=', '/']).next().unwrap_or_default();
        words.clone().flat_map(|(_, words)| *words).any(|word| match word.starts_with("--") {
            true => name.starts_with(word),
            false => name == *word,
        })
    };
    let mut wrong: Vec<String> = command
        .arguments()
        .iter()
        .filter(destroys)
        .map(|part| format!("`{} … {part}` leaves nothing to go back to", command.program()))
        .collect();
    let has = |word: &str| command.arguments().iter().any(|part| part == word);
    if (has("delete-db-instance") || has("delete-db-cluster")) && !has("--final-db-snapshot-identifier") {
        wrong.push("`aws … delete-db-instance` needs --final-db-snapshot-identifier".into());
    }
    wrong
}

/// A rollback without a number undoes itself when it is repeated, and a second click brings the bad version back.
fn repeatable(command: &Command) -> Option<String> {
    let arguments = arguments(command);
    if may::revision(command)
        .is_some_and(|revision| !revision.starts_with('{') && !may::is_revision(revision))
    {
        return Some("revision 0 is whatever ran before: a repeat brings the bad version back".into());
    }
    let undoes = command.program() == "kubectl" && arguments.starts_with(&["rollout", "undo"]);
    if undoes && !arguments.iter().any(|part| part.starts_with("--to-revision=")) {
        return Some(
            "`kubectl rollout undo` needs --to-revision: without it a repeat brings the bad version back"
                .into(),
        );
    }
    let rolls_back = command.program() == "helm" && arguments.first() == Some(&"rollback");
    let words = arguments.iter().filter(|part| !part.starts_with('-')).count();
    if rolls_back && words < 3 {
        return Some(
            "`helm rollback` needs a release and a revision: without it a repeat brings the bad version back"
                .into(),
        );
    }
    let meta = command.program() == "psql" && arguments.iter().any(|part| part.contains('\\'));
    meta.then(|| "psql's own commands (\\!, \\copy) run programs and read files".into())
}

/// What is wrong with the address of an HTTP check.
pub fn address(address: &str) -> Vec<String> {
    match Url::parse(address) {
        Err(_) => vec![format!("`{address}` is no address")],
        Ok(_) if address.contains('{') => {
            vec![format!("`{address}` holds a slot; only programs' arguments are filled")]
        }
        Ok(url) if url.scheme() != "https" => vec![format!("`{address}` must begin with https://")],
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            vec!["an address must hold no name or password".into()]
        }
        Ok(_) => Vec::new(),
    }
}

/// What is wrong with a TCP check's `host:port`.
pub fn host_and_port(address: &str) -> Vec<String> {
    let good =
        address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if good {
        Vec::new()
    } else {
        vec![format!("`{address}` must be a host and a port, such as redis.internal:6379")]
    }
}

/// Whether a question is one that is known. What follows a colon says of what: `workflow runs: architect.yml`.
pub fn asked(whom: &str, known: &[&str], asked: &str) -> Vec<String> {
    let (question, of) = match asked.split_once(':') {
        Some((question, of)) => (question.trim(), Some(of.trim())),
        None => (asked.trim(), None),
    };
    if !known.contains(&question) {
        return vec![format!("`{question}` cannot be asked of {whom}: there are {}", known.join(", "))];
    }
    let is_file = |of: &str| {
        [".yml", ".yaml"].iter().any(|ending| of.len() > ending.len() && of.ends_with(ending))
            && of.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let wrong = match (question, of) {
        ("schedule", Some(of)) if is_file(of) => return Vec::new(),
        ("schedule", _) => "a workflow's file, such as build.yml",
        (_, None) => return Vec::new(),
        ("workflow runs" | "failing step" | "token permissions", Some(of)) if is_file(of) => {
            return Vec::new();
        }
        ("workflow runs" | "failing step" | "token permissions", _) => "a workflow's file, such as build.yml",
        ("deployments", Some(of)) if of.parse().is_ok_and(|many: u32| (1..=100).contains(&many)) => {
            return Vec::new();
        }
        ("deployments", _) => "how many, from 1 to 100",
        _ => "nothing",
    };
    vec![format!("after `{question}:` comes {wrong}, and not `{}`", of.unwrap_or_default())]
}
