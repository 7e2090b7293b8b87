//! When a domain runs out, by its registry's RDAP server (RFC 9083): one object in JSON, without an account.

use jiff::Timestamp;
use serde::Deserialize;

/// One `[[domain]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainName {
    /// In lower case, without a dot at its end.
    pub name: String,
    /// The registry's server, without the `/domain/...`; <https://data.iana.org/rdap/dns.json> lists them.
    pub rdap: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    #[serde(default)]
    object_class_name: String,
    #[serde(default)]
    ldh_name: String,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_action: String,
    #[serde(default)]
    event_date: String,
}

impl DomainName {
    /// The address that is asked.
    pub fn address(&self) -> String {
        format!("{}/domain/{}", self.rdap, self.name)
    }

    /// When it runs out, as the server answered.
    ///
    /// # Errors
    /// Why nobody can tell. A domain that the server does not know is one of it: another server may.
    pub fn read(&self, status: u16, body: &[u8]) -> Result<Timestamp, String> {
        match status {
            200 => {}
            404 => return Err(format!("{} knows no such domain: it may be another registry's", self.rdap)),
            300..400 => {
                return Err(format!(
                    "it answered {status}, and howler follows no redirect: name the server itself"
                ));
            }
            status => return Err(format!("it answered {status}")),
        }
        let no_rdap = || "it is not an answer about a domain by RDAP".to_owned();
        let object: Object = serde_json::from_slice(body).map_err(|_| no_rdap())?;
        if object.object_class_name != "domain" {
            return Err(no_rdap());
        }
        if !object.ldh_name.trim_end_matches('.').eq_ignore_ascii_case(&self.name) {
            return Err("it answers about another domain".to_owned());
        }
        let runs_out = |event: &&Event| event.event_action.eq_ignore_ascii_case("expiration");
        let event = object.events.iter().find(runs_out).ok_or("it does not say when the domain runs out")?;
        event.event_date.parse().map_err(|_| "it says a time that is none".to_owned())
    }
}
