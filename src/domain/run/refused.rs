//! Whether a program says that nothing came of what it asked: it was refused, or never connected. A request that was lost, or that took
//! too long, may still be carried out, long after the program gave up.

/// How `kubectl` and `helm` say that the answer was no, in small letters.
const NO: [&str; 21] = [
    "(forbidden)",
    "(notfound)",
    "(conflict)",
    "(alreadyexists)",
    "(invalid)",
    "(badrequest)",
    "(methodnotallowed)",
    "(unauthorized)",
    " is forbidden:",
    " is invalid:",
    " denied the request",
    "can't be restarted because it is paused",
    "cannot rollback a paused deployment",
    "unable to find specified revision",
    "unable to find the specified revision",
    "no rollout history found",
    "another operation (install/upgrade/rollback) is in progress",
    "error: release: not found",
    "error: unknown flag",
    "error: unknown command",
    "no context exists with the name",
];
/// How they say that there was never a connection. `dial` is Go's word for making one.
const NEVER: [&str; 5] = [
    ": dial tcp",
    "the connection to the server ",
    "tls: failed to verify certificate",
    "x509: certificate ",
    "kubernetes cluster unreachable: the server has asked for the client to provide credentials",
];
/// What leaves it open, wherever else it stands.
const OPEN: [&str; 14] = [
    "timeout",
    "timed out",
    "deadline exceeded",
    "eof",
    "connection reset",
    "broken pipe",
    "connection lost",
    "internal error",
    "(internalerror)",
    "(serviceunavailable)",
    "(toomanyrequests)",
    "etcdserver",
    "canceled",
    "goaway",
];

/// Whether what `program` printed before it failed leaves no doubt. A service of another program's may do later what it is asked now.
pub(super) fn is_refused(program: &str, output: &str) -> bool {
    if !["kubectl", "helm"].contains(&program) {
        return false;
    }
    let output = output.to_lowercase();
    let has = |line: &str, words: &[&str]| words.iter().any(|word| line.contains(word));
    // A server that could not reach its webhook was reached itself.
    let never = |line: &str| has(line, &NEVER) && !line.contains("error from server");
    let is_open = output.lines().any(|line| !never(line) && has(line, &OPEN));
    !is_open && output.lines().any(|line| never(line) || has(line, &NO))
}

#[cfg(test)]
mod tests {
    use super::is_refused;

    /// As `kubectl` 1.32 and Helm 3 print it.
    #[test]
    fn only_a_clear_no_and_a_connection_that_never_was_say_that_nothing_came_of_it() {
        let url =
            "Patch \"https://10.0.0.1:6443/apis/apps/v1/namespaces/monkeytown/deployments/event-stream\"";
        for (program, output, expected) in [
            ("kubectl", "Error from server (Forbidden): deployments.apps \"event-stream\" is forbidden: User \"a\" cannot patch".to_owned(), true),
            ("kubectl", "Error from server (NotFound): deployments.apps \"event-stream\" not found".to_owned(), true),
            ("kubectl", "Error from server (Conflict): Operation cannot be fulfilled on deployments.apps \"event-stream\"".to_owned(), true),
            ("kubectl", "The Deployment \"event-stream\" is invalid: spec.replicas: Invalid value: -1".to_owned(), true),
            ("kubectl", "Error from server: admission webhook \"policy.example.com\" denied the request: not now".to_owned(), true),
            ("kubectl", "error: deployments.apps \"event-stream\" can't be restarted because it is paused (run rollout resume first)".to_owned(), true),
            ("kubectl", "error: You must be logged in to the server (Unauthorized)".to_owned(), true),
            ("kubectl", "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?".to_owned(), true),
            ("kubectl", "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout".to_owned(), true),
            ("kubectl", "Unable to connect to the server: dial tcp: lookup api.monkeytown.ai: no such host".to_owned(), true),
            ("kubectl", "Error from server (Timeout): Timeout: request did not complete within requested timeout - context deadline exceeded".to_owned(), false),
            ("kubectl", "Error from server (InternalError): an error on the server (\"\") has prevented the request from succeeding".to_owned(), false),
            ("kubectl", "Error from server (ServiceUnavailable): the server is currently unable to handle the request".to_owned(), false),
            ("kubectl", "Error from server (InternalError): Internal error occurred: failed calling webhook: Post \"https://hook:443\": dial tcp 10.0.0.2:443: connect: connection refused".to_owned(), false),
            ("kubectl", "Error from server (Forbidden): a\nUnable to connect to the server: unexpected EOF".to_owned(), false),
            ("kubectl", format!("Unable to connect to the server: {url}: net/http: request canceled (Client.Timeout exceeded while awaiting headers)"), false),
            ("kubectl", format!("error: {url}: read tcp 10.0.0.9:40112->10.0.0.1:6443: read: connection reset by peer"), false),
            ("kubectl", "Unable to connect to the server: net/http: TLS handshake timeout".to_owned(), false),
            ("kubectl", String::new(), false),
            ("helm", "Error: query: failed to query with labels: secrets is forbidden: User \"a\" cannot list resource \"secrets\"".to_owned(), true),
            ("helm", "Error: Kubernetes cluster unreachable: Get \"https://10.0.0.1:6443/version\": dial tcp 10.0.0.1:6443: connect: connection refused".to_owned(), true),
            ("helm", "Error: another operation (install/upgrade/rollback) is in progress".to_owned(), true),
            ("helm", "Error: context deadline exceeded".to_owned(), false),
            ("helm", "Error: timed out waiting for the condition".to_owned(), false),
            ("aws", "An error occurred (Forbidden) when calling the RestoreDBInstance operation".to_owned(), false),
        ] {
            assert_eq!(is_refused(program, &output), expected, "{program}: {output}");
        }
    }
}
