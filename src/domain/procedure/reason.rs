//! Why a tool failed, as it says itself. That is seldom its last line: `psql` ends with a question, Terraform with a frame, Node with
//! where in its code it was.

/// How lines begin that say why.
const BEGINS: [&str; 5] = ["error", "fatal", "panic:", "an error occurred", "err!"];
/// What stands in one that says why.
const SAYS: [&str; 17] = [
    "error",
    "fatal",
    "failed",
    "denied",
    "unable to",
    "could not",
    "couldn't",
    "cannot",
    "can't",
    "refused",
    "forbidden",
    "unauthorized",
    "not found",
    "timed out",
    "no such",
    "invalid",
    "expired",
];
/// The frame that Terraform draws.
const FRAME: [char; 4] = ['╷', '│', '╵', '─'];

/// The line that says why; none where nothing is said.
pub fn of(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(FRAME).trim()).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    // Python's last line is the error, and what is before it is where that was.
    let is_trace = lines.iter().any(|line| line.starts_with("Traceback (most recent"));
    let telling = || lines.iter().filter(|line| !is_noise(line));
    let first = || telling().find(|line| begins(line));
    let any = || telling().rfind(|line| SAYS.iter().any(|word| line.to_lowercase().contains(word)));
    let found = if is_trace { lines.last() } else { first().or_else(any).or_else(|| telling().next_back()) };
    found.or(lines.last()).map(|line| (*line).to_owned())
}

/// `psql: error: ...` begins with the program's name.
fn begins(line: &str) -> bool {
    let line = line.to_lowercase();
    let after = line.split_once(": ").filter(|(name, _)| !name.contains(' ')).map_or("", |(_, rest)| rest);
    BEGINS.iter().any(|begin| line.starts_with(begin) || after.starts_with(begin))
}

/// Where in its code a program was, and what a library of Kubernetes' writes before the tool itself says it.
fn is_noise(line: &str) -> bool {
    let bytes = line.as_bytes();
    let is_klog = matches!(bytes, [b'E' | b'W' | b'I', rest @ ..] if rest.len() > 4
        && rest.iter().take(4).all(u8::is_ascii_digit));
    is_klog
        || line.starts_with("at ")
        || line.starts_with("goroutine ")
        || line.to_lowercase().starts_with("usage:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_why_is_told() {
        for (printed, why) in [
            (
                "psql: error: connection to server at \"10.0.0.1\", port 5432 failed: Connection refused\n\tIs the server running on \
                 that host and accepting TCP/IP connections?\n",
                "psql: error: connection to server at \"10.0.0.1\", port 5432 failed: Connection refused",
            ),
            (
                "╷\n│ Error: No configuration files\n│ \n│ Plan requires configuration to be present.\n╵\n",
                "Error: No configuration files",
            ),
            (
                "E1129 03:00:00.1 1 memcache.go:265] couldn't get current server API group list: dial tcp: refused\nThe connection \
                 to the server localhost:8080 was refused - did you specify the right host or port?\n",
                "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
            ),
            (
                "Vercel CLI 60.0.0\nError: EACCES: permission denied, mkdir '/nonexistent'\n    at Object.mkdirSync (node:fs:1)\n    \
                 at main (index.js:1)\n",
                "Error: EACCES: permission denied, mkdir '/nonexistent'",
            ),
            (
                "\nAn error occurred (AccessDenied) when calling the DescribeDBInstances operation: no\n",
                "An error occurred (AccessDenied) when calling the DescribeDBInstances operation: no",
            ),
            (
                "Traceback (most recent call last):\n  File \"a.py\", line 1\nbotocore.exceptions.NoRegionError: You must specify a region.\n",
                "botocore.exceptions.NoRegionError: You must specify a region.",
            ),
            ("Error: release: not found\n", "Error: release: not found"),
            (
                "10%\n20%\nUnable to locate credentials. You can configure credentials by running \"aws configure\".\n",
                "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
            ),
            ("no telling\n", "no telling"),
        ] {
            assert_eq!(of(printed).as_deref(), Some(why), "{printed}");
        }
        assert_eq!(of(" \n\n"), None);
    }
}
