//! What programs print of what they would do, with the names of its values alone: they are the pods', and may be secrets that nobody
//! called so (research 2b, rule 8).

use super::template::template_without_values;

/// What stands in a value's place.
pub const NOT_SHOWN: &str = "(not shown)";

/// Keys of a manifest whose values say what runs and how much of it. What is not known to be no secret is not shown.
const SHOWN: [&str; 45] = [
    "apiVersion",
    "app",
    "app.kubernetes.io/name",
    "app.kubernetes.io/version",
    "averageUtilization",
    "claimName",
    "clusterIP",
    "concurrencyPolicy",
    "containerPort",
    "cpu",
    "ephemeral-storage",
    "failureThreshold",
    "helm.sh/chart",
    "host",
    "hostPort",
    "image",
    "imagePullPolicy",
    "initialDelaySeconds",
    "kind",
    "maxReplicas",
    "maxSurge",
    "maxUnavailable",
    "memory",
    "minAvailable",
    "minReplicas",
    "mountPath",
    "name",
    "namespace",
    "number",
    "parallelism",
    "periodSeconds",
    "port",
    "protocol",
    "replicas",
    "restartPolicy",
    "revisionHistoryLimit",
    "schedule",
    "secretName",
    "serviceAccountName",
    "storage",
    "suspend",
    "targetPort",
    "terminationGracePeriodSeconds",
    "timeoutSeconds",
    "type",
];
/// Maps of which nothing but the names is shown.
const DATA: [&str; 3] = ["data", "stringData", "binaryData"];

/// A plan: what describes a pod's template without what may be a secret; others say of themselves what they would do.
pub fn without_values(plan: &str) -> String {
    match plan.contains("Pod Template:") {
        true => template_without_values(plan),
        false => plan.to_owned(),
    }
}

/// A manifest as `helm` prints it: of each line what it is called, and the value where that is known to be no secret. Its lines stay
/// as many.
pub fn manifest_without_values(manifest: &str) -> String {
    // How far in that stands of which nothing is shown.
    let mut data: Option<usize> = None;
    let mut lines = Vec::new();
    for line in manifest.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        // Helm's own words between two documents.
        if text.is_empty() || line == "---" || line.starts_with("# Source: ") {
            lines.push(line.to_owned());
            continue;
        }
        data = data.filter(|at| indent > *at);
        let (key, value) = pair(text);
        let is_hidden = data.is_some() || !SHOWN.contains(&key.trim_start_matches("- "));
        // Nor is anything of a text of several lines, whatever it looks like.
        if (value.is_empty() && DATA.contains(&key)) || value.starts_with(['|', '>']) {
            data = data.or(Some(indent));
        }
        lines.push(match (key, value) {
            ("", _) => format!("{}{NOT_SHOWN}", " ".repeat(indent)),
            (_, "") => line.to_owned(),
            (key, _) if is_hidden => format!("{}{key}: {NOT_SHOWN}", " ".repeat(indent)),
            _ => line.to_owned(),
        });
    }
    lines.join("\n")
}

/// A key of a map and what follows it on its line; no key where the line is a part of a value, or an element of a list.
fn pair(text: &str) -> (&str, &str) {
    let is_key = |key: &str| {
        let key = key.trim_start_matches("- ");
        // A quote that goes on behind the colon makes all of it a value.
        let key = match key.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').unwrap_or_default(),
            None => key,
        };
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    };
    let (key, value) = match text.split_once(": ") {
        Some((key, value)) => (key, value.trim()),
        None => (text.strip_suffix(':').unwrap_or_default(), ""),
    };
    if is_key(key) { (key, value) } else { ("", text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_manifest_only_what_is_known_to_be_no_secret_is_shown() {
        for (line, expected) in [
            ("          image: web:2", "          image: web:2"),
            ("  replicas: 4", "  replicas: 4"),
            ("# Source: town/templates/web.yaml", "# Source: town/templates/web.yaml"),
            ("            - name: REDIS_URL", "            - name: REDIS_URL"),
            ("              value: redis://u:p@db", "              value: (not shown)"),
            ("              value: \"hunter22\"", "              value: (not shown)"),
            ("          args: [\"--key=hunter22\"]", "          args: (not shown)"),
            ("            - --key=hunter22", "            (not shown)"),
            ("            - \"hunter22: x\"", "            (not shown)"),
            ("            hunter22", "            (not shown)"),
            ("    checksum/config: 0af765", "    checksum/config: (not shown)"),
            ("      env:", "      env:"),
            ("---", "---"),
            ("  note: # hunter22", "  note: (not shown)"),
            ("  # hunter22", "  (not shown)"),
        ] {
            assert_eq!(manifest_without_values(line), expected, "{line}");
        }
        let script = "  run: |\n    image: hunter22\n  image: web:2";
        assert_eq!(
            manifest_without_values(script),
            "  run: (not shown)\n    image: (not shown)\n  image: web:2"
        );
        let secret = "kind: Secret\ndata:\n  image: aHVudGVyMjI=\n  note: |\n    replicas: 22\n\n    name: hunter22\nmetadata:\n  name: web";
        let shown = manifest_without_values(secret);
        assert_eq!(
            shown,
            "kind: Secret\ndata:\n  image: (not shown)\n  note: (not shown)\n    replicas: (not shown)\n\n    name: (not shown)\nmetadata:\n  name: web"
        );
        assert_eq!(shown.lines().count(), secret.lines().count());
    }
}
