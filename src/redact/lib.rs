//! Secrets taken out of what others print and of reasons that people type: values that are known, in the forms in which they
//! travel, then patterns, then what looks like one (research 2b, rule 8).

mod entropy;
mod json;
mod named;
mod plan;
mod template;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use regex::{Captures, Regex};

use domain::secret::Secret;
use domain::text::clean;
pub use plan::{NOT_SHOWN, manifest_without_values, without_values};

/// What stands in a secret's place.
const TAKEN_OUT: &str = "[secret]";
/// Shorter values would be found in ordinary words.
const SHORTEST: usize = 6;

/// What may stand before a token in a line that has its ends of lines written out: `\\n` is no part of it.
const BEFORE: &str = r"(?:\b|\\[nrt])";

/// Tokens of Slack, GitHub and AWS, private keys, passwords in addresses, JSON web tokens.
static PATTERNS: LazyLock<Option<Vec<(Regex, &'static str)>>> = LazyLock::new(|| {
    let patterns: [(&str, &str); 7] = [
        (r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", TAKEN_OUT),
        (r"BEFORE(xox[a-z]|xapp)-[A-Za-z0-9-]{8,}", TAKEN_OUT),
        (r"BEFORE(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})", TAKEN_OUT),
        (r"BEFORE(AKIA|ASIA)[A-Z0-9]{16}\b", TAKEN_OUT),
        (r"BEFOREeyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", TAKEN_OUT),
        (r"([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/]+@", "$1:[secret]@"),
        // One with a slash, which should have been written otherwise: what comes first is no port.
        (
            r#"([a-z][a-z0-9+.-]*://[^\s:/@\[]*):[^\s/@"'?#]*[^\s/@"'?#0-9][^\s/@"'?#]*/[^\s@"'?#<>]*@"#,
            "$1:[secret]@",
        ),
    ];
    let built = |pattern: &str| Regex::new(&pattern.replace("BEFORE", BEFORE)).ok();
    patterns.into_iter().map(|(pattern, with)| Some((built(pattern)?, with))).collect()
});

/// `Basic` and `Bearer` with what follows them: a credential, or a word of a sentence.
static SCHEMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before = r#"(authorization\\?["']?\s*[=:]\s*\\?["']?)?"#;
    Regex::new(&format!(r"(?i){before}\b(bearer|basic)(\s+)([A-Za-z0-9+/=._~-]{{8,}})")).ok()
});

static ESCAPES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])").ok());

/// What a variable is called that holds a secret, by the words of its name.
const SECRET_WORDS: [&str; 13] = [
    "PASS",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PWD",
    "PW",
    "SECRET",
    "TOKEN",
    "KEY",
    "AUTH",
    "CREDENTIAL",
    "CREDENTIALS",
    "PAT",
];
/// And what it may hold in the middle of a word: `PGPASSWORD`, `APIKEY`.
const SECRET_PARTS: [&str; 5] = ["PASSW", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL"];
/// The last word of a name whose value is where something is.
const PLACES: [&str; 5] = ["FILE", "PATH", "DIR", "SOCK", "SOCKET"];

/// Whether a variable holds a secret, by its name, or by a password in the address that it holds.
pub fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_uppercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_place = words.last().is_some_and(|last| PLACES.contains(last)) || name == "PGPASSFILE";
    let by_name = words.iter().any(|word| SECRET_WORDS.contains(word))
        || SECRET_PARTS.iter().any(|part| name.contains(part));
    let address = value.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    let by_value = address.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    (by_name && !is_place) || by_value
}

/// Takes secrets out of texts.
pub struct Redactor(Vec<String>);

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({})", self.0.len())
    }
}

impl Redactor {
    pub fn new(secrets: impl Iterator<Item = Secret>) -> Self {
        let long = secrets.filter(|secret| secret.reveal().len() >= SHORTEST);
        // Programs print line by line, and indent.
        let lines = |secret: &str| -> Vec<String> {
            let whole = [secret.to_owned()].into_iter();
            let lines =
                secret.lines().map(|line| line.trim().to_owned()).filter(|line| line.len() >= SHORTEST);
            whole.chain(lines).flat_map(|part| forms(&part)).collect()
        };
        let mut needles: Vec<String> = long.flat_map(|secret| lines(secret.reveal())).collect();
        // The longest first: a part of one may be another.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self(needles)
    }

    /// The text as it may be shown: no secrets, no signs that steer a terminal or hide. JSON stays JSON: each of its texts is
    /// looked at as it reads, for written out a secret may follow a `\\n` at once.
    pub fn shown(&self, text: &str) -> String {
        // Hidden signs first: with one in its middle a secret would not be known for one.
        let plain = clean(&without_escapes(text));
        match json::redacted(self, &plain) {
            // Guesses are over: one more would take a sign that JSON needs.
            Some(json) => self.without_known(&json),
            None => self.redact(&json::lines_redacted(self, &plain)),
        }
    }

    /// The text without secrets.
    pub fn redact(&self, text: &str) -> String {
        self.redact_named(text, "")
    }

    /// The same, of a text that is called `name` where it stands.
    pub fn redact_named(&self, text: &str, name: &str) -> String {
        entropy::taken_out(&self.without_known(text), name)
    }

    /// The text without values that are known and without what patterns tell; guesses aside, so that long ids stay.
    pub fn without_known(&self, text: &str) -> String {
        let known = self.0.iter().fold(text.to_owned(), |text, needle| match text.contains(needle) {
            true => text.replace(needle, TAKEN_OUT),
            false => text,
        });
        // Where a pattern cannot be built nothing is shown: one that is missing would be missed by nobody.
        let (Some(patterns), Some(schemes)) = (PATTERNS.as_ref(), SCHEMES.as_ref()) else {
            return TAKEN_OUT.to_owned();
        };
        let plain = patterns
            .iter()
            .fold(known, |text, (pattern, with)| pattern.replace_all(&text, *with).into_owned());
        named::taken_out(&schemes.replace_all(&plain, after_a_scheme))
    }
}

/// "basic constraints" and "Bearer authentication" say what is wrong, and are no credentials.
fn after_a_scheme(found: &Captures<'_>) -> String {
    let [header, scheme, between, value] =
        [1, 2, 3, 4].map(|group| found.get(group).map_or("", |part| part.as_str()));
    let is_word = value.bytes().skip(1).all(|byte| byte.is_ascii_lowercase() || byte == b'.');
    let shown = if header.is_empty() && is_word { value } else { TAKEN_OUT };
    format!("{header}{scheme}{between}{shown}")
}

/// The forms in which a value travels.
fn forms(value: &str) -> Vec<String> {
    let percent: String = value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let json = serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_owned();
    let mut forms = vec![value.to_owned(), percent.to_lowercase(), percent, json, hex::encode(value)];
    forms.extend([STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|form| form.encode(value)));
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

/// Without the signs that colour a terminal: a secret that they cut in two is whole again.
pub fn without_escapes(text: &str) -> String {
    let plain = ESCAPES.as_ref().map_or_else(|| text.into(), |escapes| escapes.replace_all(text, ""));
    // A bare carriage return begins the line anew, as the bars of progress do.
    let plain = plain.replace("\r\n", "\n").replace('\r', "\n");
    plain.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
