//! The machine's certificate authorities. Reading them takes far longer than a question, so they are read now and then, and not for each.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper_rustls::ConfigBuilderExt;
use rustls::ClientConfig;

/// One that was added to the machine is trusted after this long at the latest.
const READ_EVERY: Duration = Duration::from_secs(600);

static READ: Mutex<Option<(Instant, ClientConfig)>> = Mutex::new(None);

/// Whom to trust.
///
/// # Errors
/// When the machine trusts nobody.
pub fn trusted() -> io::Result<ClientConfig> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, config)) = read.as_ref()
        && at.elapsed() < READ_EVERY
    {
        return Ok(config.clone());
    }
    let config = ClientConfig::builder().with_native_roots()?.with_no_client_auth();
    *read = Some((Instant::now(), config.clone()));
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not measured as such: the second time is without the disk.
    #[test]
    fn they_are_read_once_for_many_questions() {
        let Ok(_) = trusted() else { return };
        let at = || READ.lock().unwrap().as_ref().map(|(at, _)| *at);
        let before = at();
        (0..100).for_each(|_| drop(trusted()));
        assert_eq!(at(), before);
    }
}
