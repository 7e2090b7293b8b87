//! Everything that is wrong with a `howler.toml`, not only the first thing.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;

/// What is wrong, a line each, with the number of its line in the file; none where howler can start with it and every
/// value makes sense.
pub fn problems(text: &str) -> Vec<String> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let line = |error: &toml::de::Error| match error.span() {
            Some(span) => format!("line {}: {}", line_of(text, span.start), one_line(error.message())),
            None => one_line(error.message()),
        };
        return errors.iter().map(line).collect();
    }
    let mut found = Vec::new();
    walk(text, &mut Vec::new(), table.get_ref(), &mut found);
    match Config::parse(text) {
        Ok(config) => found.extend(doubts(&config)),
        Err(message) if found.is_empty() => found.push(one_line(&message)),
        Err(_) => {}
    }
    found
}

/// Tries each key alone, so that one mistake does not hide the next. Keys do not depend on each other.
fn walk<'i>(text: &str, path: &mut Vec<&'i str>, table: &'i DeTable<'_>, found: &mut Vec<String>) {
    for (key, value) in table {
        path.push(key.get_ref());
        let line = line_of(text, key.span().start);
        match value.get_ref() {
            DeValue::Table(inner) => {
                // A table that does not belong there is one mistake, whatever is in it.
                let before = found.len();
                try_alone(path, "{}", line, found);
                if found.len() == before {
                    walk(text, path, inner, found);
                }
            }
            DeValue::Array(items) if is_list_of_tables(items) => each_alone(text, path, items, found),
            _ => try_alone(path, written(text, value), line, found),
        }
        path.pop();
    }
}

/// `[[heartbeat]]` and its like.
fn is_list_of_tables(items: &[Spanned<DeValue<'_>>]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item.get_ref(), DeValue::Table(_)))
}

/// Tries each table of a list alone, then all of them where each is well.
fn each_alone(text: &str, path: &[&str], items: &[Spanned<DeValue<'_>>], found: &mut Vec<String>) {
    let before = found.len();
    let mut all = Vec::new();
    for item in items {
        let DeValue::Table(table) = item.get_ref() else { continue };
        let first = table.iter().map(|(key, _)| key.span().start).min().unwrap_or(item.span().start);
        let pairs =
            table.iter().map(|(key, value)| format!("{:?} = {}", key.get_ref(), written(text, value)));
        let one = format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "));
        try_alone(path, &format!("[{one}]"), line_of(text, first), found);
        all.push(one);
    }
    if found.len() == before {
        let first = items.first().map_or(0, |item| item.span().start);
        try_alone(path, &format!("[{}]", all.join(", ")), line_of(text, first), found);
    }
}

fn written<'t>(text: &'t str, value: &Spanned<DeValue<'_>>) -> &'t str {
    text.get(value.span()).unwrap_or("{}")
}

fn try_alone(path: &[&str], value: &str, line: usize, found: &mut Vec<String>) {
    let quoted: Vec<String> = path.iter().map(|key| format!("{key:?}")).collect();
    let alone = format!("{} = {value}", quoted.join("."));
    if let Err(error) = toml::from_str::<Config>(&alone) {
        found.push(format!("line {line}: {}: {}", path.join("."), one_line(error.message())));
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Values that read well and cannot be meant.
fn doubts(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    for (name, channel) in config.channels.named() {
        if channel.trim().trim_start_matches('#').is_empty() {
            found.push(format!("channels.{name}: it is empty; write a name like `#incidents` or an id"));
        }
    }
    found.extend(config.phone.doubts().iter().map(ToString::to_string));
    found
}
