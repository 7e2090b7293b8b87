//! The machine's certificate authorities. Reading them takes far longer than a question, so they are read now and then, and not for each.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::{ClientConfig, RootCertStore};

/// One that was added to the machine is trusted after this long at the latest.
const READ_EVERY: Duration = Duration::from_secs(600);

static READ: Mutex<Option<(Instant, Arc<RootCertStore>, ClientConfig)>> = Mutex::new(None);

/// Whom to trust.
///
/// # Errors
/// When the machine trusts nobody.
pub fn trusted() -> io::Result<ClientConfig> {
    read().map(|(_, config)| config)
}

/// The authorities themselves.
///
/// # Errors
/// When the machine trusts nobody.
pub fn authorities() -> io::Result<Arc<RootCertStore>> {
    read().map(|(roots, _)| roots)
}

fn read() -> io::Result<(Arc<RootCertStore>, ClientConfig)> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, roots, config)) = read.as_ref()
        && at.elapsed() < READ_EVERY
    {
        return Ok((Arc::clone(roots), config.clone()));
    }
    let mut roots = RootCertStore::empty();
    // One that cannot be read takes nothing from the others.
    let (good, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if good == 0 {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no certificate authority"));
    }
    let roots = Arc::new(roots);
    let config = ClientConfig::builder().with_root_certificates(Arc::clone(&roots)).with_no_client_auth();
    *read = Some((Instant::now(), Arc::clone(&roots), config.clone()));
    Ok((roots, config))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not measured as such: the second time is without the disk.
    #[test]
    fn they_are_read_once_for_many_questions() {
        let Ok(_) = trusted() else { return };
        let at = || READ.lock().unwrap().as_ref().map(|(at, ..)| *at);
        let before = at();
        (0..100).for_each(|_| drop(trusted()));
        assert_eq!(at(), before);
    }
}
