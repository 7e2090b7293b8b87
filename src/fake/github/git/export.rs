//! Into a repository of git's own, so that git reads what was pushed here.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Git;

impl Git {
    /// Writes objects and refs into a bare repository in `folder`, which git makes. Git names each object anew.
    ///
    /// # Errors
    /// When git is not there, takes something not, or names an object otherwise than this fake does.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        run(folder, &["init", "--quiet", "--bare", "--initial-branch", &self.default_branch], b"")?;
        for (oid, object) in &self.objects {
            let kind = object.kind.word();
            let named = run(folder, &["hash-object", "-w", "-t", kind, "--stdin"], &object.bytes)?;
            if named.trim() != oid.to_string() {
                return Err(io::Error::other(format!("{kind} {oid} is {named} to git")));
            }
        }
        for (name, oid) in &self.refs {
            run(folder, &["update-ref", name, &oid.to_string()], b"")?;
        }
        Ok(())
    }
}

/// What git prints.
///
/// # Errors
/// When git ends otherwise than well, with its words.
pub fn run(folder: &Path, args: &[&str], input: &[u8]) -> io::Result<String> {
    let mut git = Command::new("git")
        .args(args)
        .current_dir(folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null"), ("GIT_DIR", ".")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Taken, so that it is closed and git sees the end.
    if let Some(mut stdin) = git.stdin.take() {
        stdin.write_all(input)?;
    }
    let done = git.wait_with_output()?;
    if !done.status.success() {
        return Err(io::Error::other(format!("git {args:?}: {}", String::from_utf8_lossy(&done.stderr))));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
