//! What a rollback left as bad. Vercel tells it of its last change alone, so howler keeps in mind what it left itself: nobody goes back
//! to that.

use super::Run;

/// So many are kept in mind.
const MOST: usize = 50;

impl Run {
    /// A change was made: what it left is not gone back to, and what it brought back was not left.
    pub(super) fn leaves(&mut self, did: &[String], undo: Option<&[String]>) {
        let Some(brought) = brings(did) else { return };
        self.left.retain(|left| left != brought);
        let served = undo.and_then(brings);
        if let (Some("rollback"), Some(served)) = (did.get(1).map(String::as_str), served) {
            self.left.retain(|left| left != served);
            self.left.push(served.to_owned());
        }
    }
}

/// The deployment that a command of Vercel's puts into service.
fn brings(argv: &[String]) -> Option<&str> {
    match argv {
        [program, verb, deployment, ..] if program == "vercel" => {
            ["rollback", "promote"].contains(&verb.as_str()).then_some(deployment)
        }
        _ => None,
    }
}

/// What `runs`, the last one first, left. Each began with what those before it had left.
pub fn left<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for run in runs {
        let new = run.left.iter().rev().filter(|left| !all.contains(left)).cloned();
        all.extend(new.collect::<Vec<_>>());
    }
    all.truncate(MOST);
    all.reverse();
    all
}
