//! A server of TLS in this process, with certificates that the test makes.

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use config::Config;

/// An authority, and what it is known by.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    roots: Arc<RootCertStore>,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    Authority { issuer: Issuer::new(params, key), roots: Arc::new(roots) }
}

/// A server that shows a certificate for `name`, good until that day; gives its address.
async fn server(authority: &Authority, name: &str, (year, month, day): (i32, u8, u8)) -> String {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year, month, day));
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = format!("https://localhost:{}/health", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // Whoever does not like what is shown hangs up.
            tokio::spawn(async move { acceptor.accept(connection).await.map(drop) });
        }
    });
    address
}

fn fetcher(address: &str) -> Fetcher {
    let host = address.trim_start_matches("https://").trim_end_matches("/health");
    let toml = format!("[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n");
    Fetcher::new(&Config::parse(&toml).unwrap().runbook)
}

async fn asked(address: &str, authority: &Authority) -> Result<Timestamp, String> {
    fetcher(address).certificate_of(address, Arc::clone(&authority.roots)).await
}

#[tokio::test]
async fn it_says_when_it_runs_out_and_when_it_ran_out() {
    let own = authority();
    for (day, until) in [((2126, 11, 6), "2126-11-06T00:00:00Z"), ((2024, 2, 29), "2024-02-29T00:00:00Z")] {
        let address = server(&own, "localhost", day).await;
        assert_eq!(asked(&address, &own).await, Ok(until.parse().unwrap()));
    }
}

#[tokio::test]
async fn somebody_elses_says_nothing() {
    let (own, other) = (authority(), authority());
    let address = server(&own, "localhost", (2126, 1, 1)).await;
    let why = asked(&address, &other).await.unwrap_err();
    assert!(why.contains("its certificate is not good"), "{why}");
    // One of another name, and one of another name that ran out too.
    for day in [(2126, 1, 1), (2024, 1, 1)] {
        let address = server(&own, "other.example", day).await;
        let why = asked(&address, &own).await.unwrap_err();
        assert!(why.contains("its certificate is not good"), "{why}");
    }
}

#[tokio::test]
async fn what_shows_none_says_so() {
    let own = authority();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}/health", listener.local_addr().unwrap().port());
    let hangs_up = async {
        let (connection, _) = listener.accept().await.unwrap();
        drop(connection);
    };
    let why = tokio::join!(asked(&address, &own), hangs_up).0.unwrap_err();
    assert!(why.contains("the handshake failed"), "{why}");
    drop(listener);
    let why = asked(&address, &own).await.unwrap_err();
    assert!(why.contains("cannot be reached"), "{why}");
    let why = fetcher("https://elsewhere:443").certificate_of(&address, own.roots).await.unwrap_err();
    assert!(why.contains("is not among [runbook] hosts"), "{why}");
}
