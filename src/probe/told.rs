//! A service's answer as it is heard: without secrets in any of its texts, of a log its end, as JSON with a line for each part.

use serde_json::Value;

use domain::procedure::{Answer, Heard};
use domain::text::clean;
use redact::{Redactor, without_escapes};

/// Lines of a longer text, from its end: that is where it says what went wrong.
const LINES: usize = 40;
/// Characters of one, likewise.
const LONGEST: usize = 8_000;

/// Secrets are taken out of each text by itself and before it is cut: once it is JSON, escapes hide them, and half of one is not
/// known for one.
pub fn heard(answer: Value, redactor: &Redactor) -> Heard {
    let text = serde_json::to_string_pretty(&told("", answer, redactor)).unwrap_or_default();
    Heard { text, ..Heard::default() }
}

/// The same as it came, to be judged.
pub fn raw(answer: &Value) -> Heard {
    Heard { text: serde_json::to_string_pretty(answer).unwrap_or_default(), ..Heard::default() }
}

/// Of Vercel's deployments those that howler's own rollbacks left, told as such: Vercel tells it of its last change alone.
pub fn with_left(answer: Answer, left: &[String]) -> Answer {
    let Answer { raw, shown } = answer;
    Answer { raw: marked(raw, left), shown: marked(shown, left) }
}

fn marked(heard: Heard, left: &[String]) -> Heard {
    let Ok(Value::Array(mut all)) = serde_json::from_str::<Value>(&heard.text) else { return heard };
    let is_left = |one: &Value| one["url"].as_str().is_some_and(|url| left.iter().any(|left| left == url));
    // What serves was put into service again.
    let those = all.iter_mut().filter(|one| is_left(one) && one["current"] != true);
    let mut marked = 0;
    for one in those {
        one["left"] = true.into();
        marked += 1;
    }
    match marked {
        0 => heard,
        _ => Heard { text: self::raw(&Value::Array(all)).text, ..heard },
    }
}

fn told(name: &str, value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => end(&redactor.redact_named(&clean(&without_escapes(&text)), name)).into(),
        Value::Array(list) => list.into_iter().map(|one| told(name, one, redactor)).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, one)| {
                let one = told(&name, one, redactor);
                (name, one)
            })
            .collect(),
        plain => plain,
    }
}

fn end(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
    let over = kept.chars().count().saturating_sub(LONGEST);
    kept.chars().skip(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::procedure::judge::{Since, judge};

    /// Vercel tells of its last change alone: 7 was promoted, and rolled back from later.
    #[test]
    fn what_howler_left_itself_is_told_beside_what_vercel_tells() {
        let check = toml::from_str(
            "title = \"t\"\nvercel = \"deployments: 10\"\n\
             keep = { previous = \"the ready one before the current\", ready = \"urls that are ready\" }",
        )
        .unwrap();
        let deployment = |url: &str, current: bool| serde_json::json!({ "url": url, "state": "READY", "current": current, "served": true });
        let all = |current: &str| -> Value {
            ["8", "7", "6", "5"].iter().map(|url| deployment(url, *url == current)).collect()
        };
        let kept = |current: &str, left: &[&str]| {
            let left: Vec<String> = left.iter().map(|url| (*url).to_owned()).collect();
            let answer = with_left(Answer::from(raw(&all(current))), &left);
            let kept = judge(&check, &Ok(answer.raw), Since::Trouble(jiff::Timestamp::UNIX_EPOCH)).kept;
            ["previous", "ready"].map(|name| kept[name].short().unwrap())
        };
        assert_eq!(kept("7", &[]), ["6", "8, 7, 6, 5"]);
        assert_eq!(kept("7", &["6", "8"]), ["5", "7, 5"]);
        assert_eq!(kept("7", &["7"]), ["6", "8, 7, 6, 5"], "what serves was put into service again");
        assert_eq!(kept("7", &["elsewhere"]), ["6", "8, 7, 6, 5"]);
        let refused = Answer::from(Heard { text: "Bad credentials".into(), ..Heard::default() });
        assert_eq!(with_left(refused.clone(), &["6".into()]), refused);
    }
}
