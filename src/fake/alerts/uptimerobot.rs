//! Uptime Robot's webhooks, after its help page on web-hook alert contacts: the address as it was set up, the fields behind it or in
//! the body. Placeholders that do not apply stay as they were written; texts have HTML's signs written out.

use jiff::Timestamp;

use super::Post;

/// An alert contact of the kind web-hook.
#[derive(Clone, Debug)]
pub struct UptimeRobot {
    pub token: String,
    pub style: Style,
}

/// How the contact was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Everything behind the address; howler is asked by GET.
    Query,
    /// "Send default variables as POST parameters".
    Form,
    /// A template of one's own with `*placeholders*`, sent as JSON.
    Json,
    /// The same with `$placeholders`.
    DollarJson,
}

/// A monitor.
#[derive(Clone, Debug)]
pub struct Monitor {
    pub id: u64,
    pub name: String,
    pub url: String,
}

impl UptimeRobot {
    pub fn down(&self, monitor: &Monitor, details: &str, at: Timestamp) -> Post {
        self.post(monitor, ("1", "Down"), details, &[], at)
    }

    /// `after`: seconds that it was down.
    pub fn up(&self, monitor: &Monitor, after: u64, at: Timestamp) -> Post {
        let lasted = [
            ("alertDuration", after.to_string()),
            ("alertFriendlyDuration", format!("{} mins and {} secs", after / 60, after % 60)),
        ];
        self.post(monitor, ("2", "Up"), "HTTP 200 - OK", &lasted, at)
    }

    pub fn certificate(&self, monitor: &Monitor, days: u32, at: Timestamp) -> Post {
        let fields = [("sslExpiryDate", "2026-12-24".to_owned()), ("sslExpiryDaysLeft", days.to_string())];
        self.post(monitor, ("3", "SSL expiry"), "SSL certificate is about to expire", &fields, at)
    }

    fn post(
        &self,
        monitor: &Monitor,
        kind: (&str, &str),
        details: &str,
        more: &[(&str, String)],
        at: Timestamp,
    ) -> Post {
        let mut fields = vec![
            ("monitorID", monitor.id.to_string()),
            ("monitorURL", monitor.url.clone()),
            ("monitorFriendlyName", monitor.name.clone()),
            ("alertType", kind.0.to_owned()),
            ("alertTypeFriendlyName", kind.1.to_owned()),
            ("alertDetails", details.replace('&', "&amp;").replace('\'', "&#39;").replace('<', "&lt;")),
            ("alertDateTime", at.as_second().to_string()),
            ("monitorAlertContacts", "457;2;maya@monkeytown.ai".to_owned()),
        ];
        let may_be_missing = ["alertDuration", "alertFriendlyDuration", "sslExpiryDate", "sslExpiryDaysLeft"];
        for name in may_be_missing {
            let given = more.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
            let left = match self.style {
                Style::DollarJson => format!("${name}"),
                _ => format!("*{name}*"),
            };
            fields.push((name, given.unwrap_or(left)));
        }
        let path = format!("/hooks/uptimerobot/{}", self.token);
        let form = serde_urlencoded::to_string(&fields).unwrap_or_default();
        let posted = |kind: &str, body: String| {
            let headers = vec![("content-type", kind.to_owned())];
            Post { method: "POST", path: path.clone(), headers, body }
        };
        match self.style {
            Style::Query => Post {
                method: "GET",
                path: format!("{path}?{form}"),
                headers: Vec::new(),
                body: String::new(),
            },
            Style::Form => posted("application/x-www-form-urlencoded", form),
            Style::Json | Style::DollarJson => {
                let object: serde_json::Map<_, _> =
                    fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
                posted("application/json", serde_json::Value::Object(object).to_string())
            }
        }
    }
}
