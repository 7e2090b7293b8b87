//! TLS before something that speaks plain HTTP, with a certificate for `localhost` by an authority that nobody trusts, good until 2126; its key
//! is for tests alone.

use std::fs;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls");
/// Who vouches for it.
pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/authority.pem");

/// Ends TLS before what listens on `plain`; gives its port.
pub async fn before(plain: u16) -> u16 {
    let file = |name: &str| fs::read(format!("{TLS}/{name}")).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(&file("localhost.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&file("localhost.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not trust the certificate hangs up.
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let mut inside = TcpStream::connect(("127.0.0.1", plain)).await.unwrap();
                // A connection that is cut ends both halves, which is all that matters here.
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    port
}
