//! A pod's template as `kubectl` describes it. Its arguments, commands, probes, annotations and variables are whatever somebody wrote,
//! and may be secrets: what is not known to be harmless is not shown (research 2b, rule 8).

use super::NOT_SHOWN;

/// What is told of a container and a volume in one value.
const SHOWN: [&str; 30] = [
    "Image",
    "Port",
    "Ports",
    "Host Port",
    "Host Ports",
    "SeccompProfile",
    "Service Account",
    "Limits",
    "Requests",
    "cpu",
    "memory",
    "ephemeral-storage",
    "nvidia.com/gpu",
    "Mounts",
    "Volumes",
    "Type",
    "Name",
    "SecretName",
    "ClaimName",
    "Optional",
    "ReadOnly",
    "Medium",
    "SizeLimit",
    "Priority Class Name",
    "Node-Selectors",
    "Tolerations",
    "Topology Spread Constraints",
    "Environment",
    "Environment Variables from",
    "Annotations",
];
/// Labels that say what something is.
const LABELS: [&str; 8] = ["app", "chart", "component", "heritage", "release", "tier", "track", "version"];
/// Those of Kubernetes and Helm themselves.
const LABELS_OF: [&str; 2] = ["app.kubernetes.io/", "helm.sh/"];
const HASH: &str = "pod-template-hash";
/// What a restart writes.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";
const PROBES: [&str; 3] = ["Liveness", "Readiness", "Startup"];
/// What stands after a probe's question.
const TIMES: [&str; 5] = ["delay=", "timeout=", "period=", "#success=", "#failure="];

/// What the lines below a heading are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Labels,
    Annotations,
    /// `Command:` and `Args:`
    Hidden,
    Variables,
    /// `Mounts:` and where variables are from: names and paths.
    Names,
}

/// Of each line what it is called, and the value where that is known to be no secret. Its lines stay as many.
pub fn template_without_values(text: &str) -> String {
    let mut within: Option<(Part, usize)> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        if within.is_some_and(|within| is_over(within, depth(line), words)) {
            within = None;
        }
        let (key, value) = words.split_once(':').unwrap_or((words, ""));
        let (line, value) = (line.trim_end(), value.trim());
        if within.is_none() {
            within = heading(key).map(|part| (part, depth(line)));
            let shown = match within {
                // What they are stands on the same line already.
                Some((Part::Labels | Part::Annotations, _)) if !value.is_empty() => {
                    let of = if key == "Labels" { Part::Labels } else { Part::Annotations };
                    format!("{}{}", line.strip_suffix(value).unwrap_or_default(), below(of, value))
                }
                Some((Part::Hidden, _)) if !value.is_empty() => {
                    format!("{}{key}: {NOT_SHOWN}", &line[..indent])
                }
                _ => plain(line, key, value, indent),
            };
            lines.push(shown);
            continue;
        }
        let part = within.map_or(Part::Hidden, |(part, _)| part);
        lines.push(match words {
            "" => line.to_owned(),
            _ => format!("{}{}", &line[..indent], below(part, words)),
        });
    }
    lines.join("\n")
}

/// How far in a line stands: `kubectl` writes the second label behind a tab alone.
fn depth(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 8 } else { 1 }).sum()
}

fn heading(key: &str) -> Option<Part> {
    match key {
        "Labels" => Some(Part::Labels),
        "Annotations" => Some(Part::Annotations),
        "Command" | "Args" => Some(Part::Hidden),
        "Environment" => Some(Part::Variables),
        "Mounts" | "Environment Variables from" => Some(Part::Names),
        _ => None,
    }
}

/// A variable of several lines may look like anything else: what `kubectl` prints after the variables ends them, and nothing sooner.
fn is_over((part, at): (Part, usize), indent: usize, words: &str) -> bool {
    match part {
        Part::Variables => indent == at && words.starts_with("Mounts:"),
        _ => indent <= at && !words.is_empty(),
    }
}

/// A line by itself.
fn plain(line: &str, key: &str, value: &str, indent: usize) -> String {
    let lead = &line[..indent];
    let is_title = ["with revision #", "Pod Template:", "(dry run)"].iter().any(|sign| line.contains(sign));
    if PROBES.contains(&key) {
        let times = value.split_whitespace().filter(|word| TIMES.iter().any(|time| word.starts_with(time)));
        let times: Vec<&str> = times.filter(|word| word.len() < 20).collect();
        return format!("{lead}{key}: {NOT_SHOWN} {}", times.join(" ")).trim_end().to_owned();
    }
    match value {
        _ if line.trim().is_empty() || SHOWN.contains(&key) || (is_title && indent < 2) => line.to_owned(),
        "" if line.trim_end().ends_with(':') => line.to_owned(),
        "" => format!("{lead}{NOT_SHOWN}"),
        _ => format!("{lead}{key}: {NOT_SHOWN}"),
    }
}

/// A line below a heading.
fn below(part: Part, words: &str) -> String {
    let hidden = || NOT_SHOWN.to_owned();
    if words == "<none>" {
        return words.to_owned();
    }
    match part {
        Part::Names => words.to_owned(),
        Part::Hidden => hidden(),
        Part::Labels => match words.split_once('=') {
            Some((name, _)) if is_plain_label(name) => words.to_owned(),
            Some((name, _)) => format!("{name}={NOT_SHOWN}"),
            None => hidden(),
        },
        Part::Annotations => match words.split_once(": ") {
            Some((RESTARTED, _)) => words.to_owned(),
            Some((name, _)) if is_name(name) => format!("{name}: {NOT_SHOWN}"),
            _ => hidden(),
        },
        Part::Variables => match words.split_once(':') {
            Some((_, value)) if is_reference(value.trim()) => words.to_owned(),
            Some((name, _)) if is_name(name) => format!("{name}: {NOT_SHOWN}"),
            _ => hidden(),
        },
    }
}

fn is_plain_label(name: &str) -> bool {
    name == HASH || LABELS.contains(&name) || LABELS_OF.iter().any(|of| name.starts_with(of))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
}

/// `<set to the key 'url' in secret 'db'>  Optional: false` is no value.
fn is_reference(value: &str) -> bool {
    let end = value.rsplit_once("Optional:").map_or(value, |(before, _)| before).trim_end();
    value.starts_with("<set to the key '") && end.ends_with("'>") && end.matches(['<', '>']).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `kubectl rollout history` prints it, which lines it up with spaces.
    fn shown(container: &str) -> String {
        template_without_values(&format!(
            "deployment.apps/web with revision #8\nPod Template:\n  Labels:       app=web\n        pin=walrus\n  \
             Annotations:  pw: plumtree\n                kubectl.kubernetes.io/restartedAt: 2026-11-24T02:00:00Z\n  \
             Service Account:  web\n  Containers:\n   web:\n    Image:      web:8\n    Port:       80/TCP\n{container}    \
             Environment:\n      GREETING:   blue-moon\n      DB:  <set to the key 'url' in secret 'db'>  Optional: false\n      \
             SLY:  <hunter>\n    Mounts:\n      /data from data (rw)\n  Volumes:\n   data:\n    Type:  EmptyDir\n  \
             Node-Selectors:  <none>"
        ))
    }

    #[test]
    fn of_a_template_only_what_is_known_to_be_no_secret_is_shown() {
        for (written, secret) in [
            ("    Args:\n      -psecretpw\n", "secretpw"),
            ("    Args:\n      --user=root:tiger\n", "tiger"),
            ("    Args:\n      --auth\n      bearer zebra\n", "zebra"),
            ("    Args:\n      --cookie\n      sess=giraffe\n", "giraffe"),
            ("    Command:\n      sh\n      -c\n      Image: lemur\n", "lemur"),
            ("    Liveness:   exec [mysqladmin -plionking] delay=0s timeout=1s\n", "lionking"),
            ("    Readiness:  http-get http://:80/h%3Fsig=opensesame delay=0s period=10s\n", "opensesame"),
            ("    Startup:    http-get http://:80/h%3Fcode=opensesame delay=0s\n", "opensesame"),
            ("    Something New:  ocelot\n", "ocelot"),
        ] {
            let shown = shown(written);
            for secret in [secret, "plumtree", "walrus", "blue-moon", "hunter"] {
                assert!(!shown.contains(secret), "{secret}: {shown}");
            }
        }
        let shown = shown("    Liveness:   exec [x] delay=3s timeout=1s period=10s #success=1 #failure=3\n");
        for part in [
            "web with revision #8",
            "app=web",
            "pin=(not shown)",
            "pw: (not shown)",
            "restartedAt: 2026-11-24T02:00:00Z",
            "Image:      web:8",
            "80/TCP",
            "Liveness: (not shown) delay=3s timeout=1s period=10s #success=1 #failure=3",
            "GREETING: (not shown)",
            "<set to the key 'url' in secret 'db'>",
            "/data from data (rw)",
            "Type:  EmptyDir",
            "Node-Selectors:  <none>",
        ] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
    }

    #[test]
    fn what_stands_behind_a_tab_alone_is_below_its_heading() {
        let text = "Pod Template:\n  Labels:\tapp=web\n\tpod-template-hash=b8\n\tpin=walrus\n  Annotations:\tpw: plumtree\n\t\
                    kubectl.kubernetes.io/restartedAt: now\n\tImage: lemur\n  Containers:\n   web:\n    Image:\tweb:1";
        assert_eq!(
            template_without_values(text),
            "Pod Template:\n  Labels:\tapp=web\n\tpod-template-hash=b8\n\tpin=(not shown)\n  Annotations:\tpw: (not shown)\n\t\
             kubectl.kubernetes.io/restartedAt: now\n\tImage: (not shown)\n  Containers:\n   web:\n    Image:\tweb:1"
        );
    }

    #[test]
    fn a_variable_of_several_lines_does_not_end_what_is_hidden() {
        let shown = shown("    Args:\n      a\n\n      Image: lemur\n");
        assert!(!shown.contains("lemur"), "{shown}");
        let text = "Pod Template:\n  Containers:\n   web:\n    Environment:\n      KEY:  first\nImage: lemur\n    Mounts:  <none>";
        let shown = template_without_values(text);
        assert!(!shown.contains("lemur") && !shown.contains("first"), "{shown}");
        assert_eq!(shown.lines().count(), text.lines().count());
    }
}
