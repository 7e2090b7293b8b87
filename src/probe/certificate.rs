//! When the certificate of an https address runs out: a handshake at one of the very addresses that were looked at, and nothing asked
//! beyond it. Only one that is good, or would be but for its time, says when: anybody can show another.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::fetch::Fetcher;
use super::http::targets;
use super::trust::authorities;
use super::validity::not_after;

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Looks at what is shown, and lets it pass where it is only too old.
#[derive(Debug)]
struct Looks {
    judge: Arc<WebPkiServerVerifier>,
    /// What was found of the one that was judged.
    found: Mutex<Option<Result<Timestamp, String>>>,
}

impl Looks {
    fn keep(&self, found: Result<Timestamp, String>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }
}

impl ServerCertVerifier for Looks {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let until = not_after(end_entity).ok_or_else(|| "its certificate says no time".to_owned());
        let judged = self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp, now);
        let judged = match judged {
            // Good in everything but its time: its time is asked for.
            Err(Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )) => until.as_ref().ok().and_then(|until| {
                let then = u64::try_from(until.as_second().saturating_sub(1)).ok()?;
                let then = UnixTime::since_unix_epoch(Duration::from_secs(then));
                Some(self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp, then))
            }),
            judged => Some(judged),
        };
        match judged {
            Some(Ok(verified)) => {
                self.keep(until);
                Ok(verified)
            }
            Some(Err(error)) => {
                self.keep(Err(format!("its certificate is not good: {error}")));
                Err(error)
            }
            None => {
                self.keep(Err("its certificate says no time".to_owned()));
                Err(Error::InvalidCertificate(CertificateError::BadEncoding))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

impl Fetcher {
    /// When the certificate at `address` runs out, or ran out.
    ///
    /// # Errors
    /// Why nobody can tell.
    pub async fn certificate(&self, address: &str) -> Result<Timestamp, String> {
        let roots = authorities().map_err(|_| "this machine trusts no certificate authority".to_owned())?;
        self.certificate_of(address, roots).await
    }

    async fn certificate_of(&self, address: &str, roots: Arc<RootCertStore>) -> Result<Timestamp, String> {
        let late = || format!("{address} did not answer within {} s", LIMIT.as_secs());
        let asked = async {
            let targets = targets(self.hosts(), address).await.map_err(|cannot| cannot.0)?;
            shown(address, &targets, roots).await
        };
        timeout(LIMIT, asked).await.unwrap_or_else(|_| Err(late()))
    }
}

async fn shown(
    address: &str,
    targets: &[SocketAddr],
    roots: Arc<RootCertStore>,
) -> Result<Timestamp, String> {
    let cannot = |why: &str| format!("{address}: {why}");
    let url = Url::parse(address).map_err(|_| cannot("is no address"))?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|_| cannot("its host is no name"))?;
    let provider = Arc::new(ring::default_provider());
    let looks = looks(roots, &provider).map_err(|why| cannot(&why))?;
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| cannot(&error.to_string()))?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Looks>::clone(&looks);
    let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let mut last = "took no connection".to_owned();
    for target in targets {
        let connection = match TcpStream::connect(target).await {
            Ok(connection) => connection,
            Err(error) => {
                last = format!("cannot be reached: {error}");
                continue;
            }
        };
        let shaken = connector.connect(name.clone(), connection).await;
        let found = looks.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        return match (found, shaken) {
            // Whoever cannot sign with its key showed somebody else's.
            (Some(Ok(until)), Ok(_)) => Ok(until),
            (Some(Err(why)), _) => Err(cannot(&why)),
            (_, Err(error)) => Err(cannot(&format!("the handshake failed: {error}"))),
            (None, Ok(_)) => Err(cannot("the handshake showed no certificate")),
        };
    }
    Err(cannot(&last))
}

fn looks(roots: Arc<RootCertStore>, provider: &Arc<CryptoProvider>) -> Result<Arc<Looks>, String> {
    let judge = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
    let judge = judge.map_err(|error| error.to_string())?;
    Ok(Arc::new(Looks { judge, found: Mutex::new(None) }))
}

#[cfg(test)]
mod tests;
