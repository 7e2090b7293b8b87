//! Values that are secrets by what they are called: `PGPASSWORD=...`, `"api_key": "..."`, Kubernetes' `name` and `value`, a flag, a
//! role's password in SQL (research 2b, rule 8).

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::TAKEN_OUT;

/// What a secret is called. Digits too: `OAUTH2_TOKEN`.
const NAME: &str = r"[a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|(?:api|access|private|encryption|signing)[_-]?key|_pass)";

/// What a variable is called that holds one: `DB_PWD`, `STRIPE_KEY`, `BASIC_AUTH_USERS`. In capitals alone: a key of a map is no secret.
const VARIABLE: &str = r"(?-i:(?:[A-Z0-9]+_)+(?:PWD|PW|PASS|PAT|KEY|AUTH|CREDENTIALS?)(?:_[A-Z0-9_]+)?|(?:AUTH|KEY|CREDENTIALS?)_[A-Z0-9_]+)";

/// In quotes to their end, whatever is between; else one word. The quotes may be written out, in a log that quotes JSON.
const VALUE: &str = r#"(?:\\"[^"\\\n]{4,}|"(?:[^"\\\n]|\\.){4,}|'[^'\n]{4,}|[^\s"',;\]}\\][^\s"',;\]}]{3,})"#;

static PAIRS: LazyLock<Option<Vec<Regex>>> = LazyLock::new(|| {
    let patterns = [
        r#"(?i)\b(NAME)(\\?["']?\s*[=:]\s*)(VALUE)"#,
        r#"(?i)\b(name["']?\s*:\s*["']?(?:NAME))(["']?\s*,?\s*["']?value["']?\s*:\s*)(VALUE)"#,
        r"(?i)(--(?:NAME))(\s+)([^\s<\[-]\S{3,})",
        r"(?i)\b(password)(\s+)('[^'\n]+)",
        r#"(?i)\b(VARIABLE)(\\?["']?\s*[=:]\s*)(VALUE)"#,
        r#"(?i)\b(name["']?\s*:\s*["']?(?:VARIABLE))(["']?\s*,?\s*["']?value["']?\s*:\s*)(VALUE)"#,
        // Signed addresses, and the strings by which databases are reached.
        r"(?i)([?&;](?:sig|signature|code|key|auth|pwd|pass))(=)([^\s&;\x22']{4,})",
        r"\b(Pwd)(=)([^\s&;\x22']{3,})",
    ];
    let built = |pattern: &str| {
        Regex::new(&pattern.replace("VARIABLE", VARIABLE).replace("NAME", NAME).replace("VALUE", VALUE)).ok()
    };
    patterns.into_iter().map(built).collect()
});

/// The text without them.
pub fn taken_out(text: &str) -> String {
    let Some(pairs) = PAIRS.as_ref() else { return TAKEN_OUT.to_owned() };
    pairs.iter().fold(text.to_owned(), |text, pair| pair.replace_all(&text, shown).into_owned())
}

fn shown(found: &Captures<'_>) -> String {
    let [name, between, value] = [1, 2, 3].map(|group| found.get(group).map_or("", |part| part.as_str()));
    let quote = ["\\\"", "\"", "'"].into_iter().find(|quote| value.starts_with(quote)).unwrap_or_default();
    let stays = quote.is_empty() && says_no_secret(between, value);
    let value = if stays { value } else { TAKEN_OUT };
    format!("{name}{between}{}{value}", if stays { "" } else { quote })
}

/// JSON's own words, without which it would be no JSON, and what programs print in a secret's place.
fn says_no_secret(between: &str, value: &str) -> bool {
    let is_number = between.contains("\":") && value.parse::<f64>().is_ok();
    // A key of YAML: what is called a secret is a block, and not this.
    let is_key =
        value.strip_suffix(':').is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_alphabetic()));
    is_number
        || (is_key && between.contains('\n'))
        // What was taken out before it is no value, and ends before its bracket.
        || TAKEN_OUT.trim_end_matches(']') == value
        // kubectl's `<set to the key ...>` and Terraform's `(sensitive value)`; the type of a flag in a program's help.
        || matches!(value, "true" | "false" | "null" | "<set" | "<none>" | "<nil>" | "(sensitive" | "(known" | "string")
}
