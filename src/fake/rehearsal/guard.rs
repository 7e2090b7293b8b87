//! Keeps other web pages from reading or driving the rehearsal in the browser of the person who runs it.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Refusal;

pub(super) async fn guard(request: Request, next: Next) -> Response {
    match check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = text(headers, header::HOST).unwrap_or_default();
    if !local(host) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Open the rehearsal by its number, such as http://127.0.0.1, or as localhost.",
        ));
    }
    if *method == Method::GET || *method == Method::HEAD {
        return Ok(());
    }
    let kind = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The rehearsal takes JSON only."));
    }
    // Browsers always say where a request that changes something comes from; other clients need not.
    let foreign = match text(headers, header::ORIGIN) {
        Some(origin) => origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(host)),
        None => {
            text(headers, HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site != "same-origin")
        }
    };
    if foreign {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "Another web page tried to use this rehearsal."));
    }
    Ok(())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a host is named in a way nobody outside can point at this machine: a number, or a name that public DNS
/// does not answer. Otherwise a foreign page could give its own name this address, and be of the same origin.
fn local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok()
        || (!name.is_empty() && !name.contains('.'))
        || name.ends_with(".localhost")
        || name.ends_with(".local")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(pairs: &[(&'static str, &'static str)]) -> Result<(), StatusCode> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        check(&Method::POST, &headers).map_err(|refusal| refusal.0)
    }

    #[test]
    fn its_own_page_may_act() {
        let own = [
            ("host", "127.0.0.1:4000"),
            ("content-type", "application/json"),
            ("origin", "http://127.0.0.1:4000"),
        ];
        assert_eq!(post(&own), Ok(()));
        assert_eq!(post(&own[..2]), Ok(()));
    }

    #[test]
    fn another_page_may_not() {
        let json = ("content-type", "application/json");
        let host = ("host", "localhost:4000");
        assert_eq!(post(&[host, json, ("origin", "http://evil.example")]), Err(StatusCode::FORBIDDEN));
        assert_eq!(post(&[host, json, ("origin", "http://localhost:5000")]), Err(StatusCode::FORBIDDEN));
        assert_eq!(post(&[host, json, ("origin", "null")]), Err(StatusCode::FORBIDDEN));
        assert_eq!(post(&[host, json, ("sec-fetch-site", "cross-site")]), Err(StatusCode::FORBIDDEN));
        assert_eq!(post(&[host, ("content-type", "text/plain")]), Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }

    #[test]
    fn a_name_the_outside_can_point_here_is_refused() {
        for host in ["127.0.0.1:80", "localhost", "[::1]:4000", "192.168.1.7:4000", "desk.local:4000"] {
            assert!(local(host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:4000", ""] {
            assert!(!local(host), "{host}");
        }
    }
}
