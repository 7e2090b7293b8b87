use crate::domain_name::DomainName;

fn domain() -> DomainName {
    DomainName { name: "monkeytown.ai".into(), rdap: "https://rdap.example/rdap".into() }
}

/// In the shape of RFC 9083, 5.3 and its example of a domain.
fn answer(class: &str, name: &str, events: &str) -> String {
    format!(
        r#"{{"rdapConformance":["rdap_level_0"],"objectClassName":"{class}","handle":"XXXX","ldhName":"{name}",
            "status":["client transfer prohibited"],"nameservers":[{{"objectClassName":"nameserver","ldhName":"ns1.example.com"}}],
            "secureDNS":{{"delegationSigned":false}},"events":[{events}],"entities":[]}}"#
    )
}

const REGISTERED: &str = r#"{"eventAction":"registration","eventDate":"1990-12-31T23:59:59Z"}"#;
const RUNS_OUT: &str =
    r#"{"eventAction":"expiration","eventDate":"2027-01-01T00:59:59+01:00","eventActor":"x"}"#;

#[test]
fn what_a_registry_answers() {
    assert_eq!(domain().address(), "https://rdap.example/rdap/domain/monkeytown.ai");
    let both = format!("{REGISTERED},{RUNS_OUT}");
    for (name, status, body, expected) in [
        ("it says when", 200, answer("domain", "MonkeyTown.AI.", &both), Ok("2026-12-31T23:59:59Z")),
        (
            "it says nothing of it",
            200,
            answer("domain", "monkeytown.ai", REGISTERED),
            Err("does not say when"),
        ),
        ("no events at all", 200, answer("domain", "monkeytown.ai", ""), Err("does not say when")),
        (
            "a time that is none",
            200,
            answer("domain", "monkeytown.ai", &RUNS_OUT.replace("2027-01-01", "2027-02-31")),
            Err("a time that is none"),
        ),
        ("another domain", 200, answer("domain", "monkeytown.dev", &both), Err("another domain")),
        ("another object", 200, answer("nameserver", "monkeytown.ai", &both), Err("not an answer")),
        ("a page for people", 200, "<html>".into(), Err("not an answer")),
        ("not known there", 404, answer("domain", "monkeytown.ai", &both), Err("another registry's")),
        ("elsewhere", 302, String::new(), Err("follows no redirect")),
        ("too many questions", 429, String::new(), Err("it answered 429")),
    ] {
        let read = domain().read(status, body.as_bytes());
        match expected {
            Ok(at) => assert_eq!(read, Ok(at.parse().unwrap()), "{name}"),
            Err(part) => assert!(read.as_ref().unwrap_err().contains(part), "{name}: {read:?}"),
        }
    }
}
