//! What actions may change, and on what.

use super::{GOOD, faults, names};

#[test]
fn what_changes_something_else_or_for_good_is_named() {
    for row in [
        ("until = \"24h\"", "until = \"999999h\"", "`until` is 7 days at most"),
        ("--to-revision={revision}", "--to-revision=0", "revision 0 is whatever ran before"),
        ("--to-revision={history.current}", "--to-revision=0", "revision 0 is whatever ran before"),
        (
            "\"deployment/queue\", \"--to-revision={revision}\"",
            "\"deployment/other\", \"--to-revision={revision}\"",
            "is not the `target`",
        ),
        ("\"json\"", "\"go-template-file=/etc/passwd\"", "would read what lies elsewhere"),
        ("\"--since=10m\"", "\"file:///etc/passwd\"", "would read what lies elsewhere"),
        (
            "run = [\"kubectl\", \"rollout\", \"undo\", \"deployment/queue\", \"--to-revision={revision}\"]",
            "run = [\"helm\", \"uninstall\", \"queue\"]",
            "`helm uninstall queue` is not a change that procedures make",
        ),
    ] {
        names(GOOD, row, faults);
    }
}
