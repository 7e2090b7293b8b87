//! The engine answers some kinds of damage with a panic. It is caught here and said as damage; nobody reads the panic's
//! own text but who asks the log for it.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

use tracing::debug;

use super::StoreError;

thread_local! {
    /// The engine is at work on this thread.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Threads of the engine's own begin with this.
const ITS_THREADS: &str = "sled-";

/// Does `work` of the engine's; a panic becomes damage, found while `doing`.
///
/// # Errors
/// When it panicked.
pub(super) fn caught<T>(path: &Path, doing: &str, work: impl FnOnce() -> T) -> Result<T, StoreError> {
    let folder = path.parent().unwrap_or(path);
    caught_quietly(work).map_err(|_| {
        StoreError::damaged(
            folder,
            &format!("{doing} it broke off at a place that cannot be what was written"),
        )
    })
}

/// [`caught`], where nobody is told.
pub(super) fn caught_quietly<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    silence();
    let before = INSIDE.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(before);
    done
}

/// Takes the engine's panics from the hook that prints; all others go on to it.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            let its_own = std::thread::current().name().is_some_and(|name| name.starts_with(ITS_THREADS));
            if INSIDE.get() || its_own {
                debug!(%panic, "the engine broke off");
            } else {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_is_damage_in_words() {
        let broken = caught(Path::new("data/store"), "reading", || -> u8 { panic!("corrupted pagetable") });
        let words = broken.unwrap_err().to_string();
        assert!(words.contains("damaged") && words.contains("reading it broke off"), "{words}");
        assert!(!words.contains("pagetable"), "{words}");
        assert!(!INSIDE.get());
    }
}
