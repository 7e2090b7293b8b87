//! Uptime Robot's webhooks: the fields of its help page on web-hook alert contacts, in the address, in a form or in JSON, as whoever set
//! it up wrote them. Placeholders come in two styles (`*monitorID*`, `$monitorID`); one that does not apply arrives as it was written.

use serde_json::{Map, Value};

use super::json::single;
use super::text::{facts, links, title, without_entities};
use super::{Body, Read, Reading, name, time};
use domain::alert::signal::{Heard, Said, Signal, Source, Trouble};

/// What the delivery says. There is no id in it, so monitor, type and time name it; without a time each counts.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Read {
    let fields = match body.fields() {
        Ok(fields) => Fields(fields),
        Err(why) => return Read::not_understood(why, None),
    };
    let (Some(monitor), Some(kind)) = (fields.monitor(), fields.kind()) else {
        let what = match (fields.monitor(), fields.kind()) {
            (None, None) => "neither a monitor nor an alert's type is named",
            (None, _) => "no monitor is named",
            _ => "its `alertType` is neither down, up nor expiry",
        };
        return Read::not_understood(what, None);
    };
    let when = fields.get("alertDateTime");
    let (code, said, trouble) = match kind {
        Kind::Down => ("1", Said::Firing, Trouble::Down),
        Kind::Up => ("2", Said::Resolved, Trouble::Down),
        Kind::Expires => ("3", Said::Firing, Trouble::Expires),
    };
    let id = when.as_ref().map(|when| {
        format!("uptimerobot:{}", name::hash([monitor.as_bytes(), code.as_bytes(), when.as_bytes()]))
    });
    let heard =
        Heard { signals: vec![signal(reading, &fields, &monitor, said, trouble)], ..Heard::default() };
    Read { heard, id }
}

enum Kind {
    Down,
    Up,
    Expires,
}

struct Fields(Map<String, Value>);

impl Fields {
    /// A field's text; nothing where it is blank or still the placeholder.
    fn get(&self, name: &str) -> Option<String> {
        let value = self.0.get(name).or_else(|| {
            let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value)
        });
        let text = without_entities(single(value?)?.trim());
        (!text.trim().is_empty() && !is_placeholder(&text)).then_some(text)
    }

    /// What names the monitor: its id, or what is there of it.
    fn monitor(&self) -> Option<String> {
        ["monitorID", "monitorURL", "monitorFriendlyName"].into_iter().find_map(|name| self.get(name))
    }

    fn kind(&self) -> Option<Kind> {
        let code = self.get("alertType").map(|code| code.trim().to_owned());
        let word =
            self.get("alertTypeFriendlyName").or_else(|| code.clone()).unwrap_or_default().to_lowercase();
        match code.as_deref() {
            Some("1") => Some(Kind::Down),
            Some("2") => Some(Kind::Up),
            Some("3") => Some(Kind::Expires),
            _ if word == "down" => Some(Kind::Down),
            _ if word == "up" => Some(Kind::Up),
            _ if ["ssl", "expir"].iter().any(|part| word.contains(part)) => Some(Kind::Expires),
            _ => None,
        }
    }
}

/// `*sslExpiryDate*` or `$sslExpiryDate`.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let starred = text.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
    let inner = starred.or_else(|| text.strip_prefix('$'));
    inner.is_some_and(|inner| {
        !inner.is_empty()
            && inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn signal(reading: Reading<'_>, fields: &Fields, monitor: &str, said: Said, trouble: Trouble) -> Signal {
    let Reading { redactor, now } = reading;
    let named = fields.get("monitorFriendlyName").or_else(|| fields.get("monitorURL"));
    let named = named.unwrap_or_else(|| format!("monitor {monitor}"));
    let details = fields.get("alertDetails");
    let days = fields.get("sslExpiryDaysLeft");
    let words = match (trouble, said) {
        (Trouble::Expires, _) => match (fields.get("domainExpireDate"), &days) {
            (_, Some(days)) => format!("{named}: the certificate expires in {days} days"),
            (Some(_), None) => format!("{named}: the domain expires"),
            (None, None) => format!("{named}: the certificate or the domain expires"),
        },
        (_, Said::Resolved) => format!("{named} is up"),
        _ => match &details {
            Some(details) => format!("{named} is down: {details}"),
            None => format!("{named} is down"),
        },
    };
    // Not `monitorAlertContacts`: it holds people's addresses and numbers.
    let pairs = [
        ("monitor", Some(named.clone())),
        ("address", fields.get("monitorURL")),
        ("details", details),
        (
            "lasted",
            fields
                .get("alertFriendlyDuration")
                .or_else(|| Some(format!("{} s", fields.get("alertDuration")?))),
        ),
        ("status", fields.get("httpStatusCode").or_else(|| fields.get("httpStatus"))),
        ("regions", fields.get("regions")),
        ("tags", fields.get("monitorTags").or_else(|| fields.get("tags"))),
        ("certificate expires", fields.get("sslExpiryDate")),
        ("days left", days),
        ("domain expires", fields.get("domainExpireDate")),
    ];
    let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let key = if trouble == Trouble::Expires { format!("{monitor} ssl") } else { monitor.to_owned() };
    let shown = [("Monitor", fields.get("dashboardUrl")), ("What is watched", fields.get("monitorURL"))];
    Signal {
        source: Source::UptimeRobot,
        key: name::key(redactor, &key),
        said,
        trouble,
        severity: None,
        title: title(redactor, &words),
        facts: facts(redactor, pairs).0,
        links: links(redactor, shown),
        at: fields.get("alertDateTime").and_then(|when| time::read(&Value::String(when), now)),
        order: None,
    }
}
