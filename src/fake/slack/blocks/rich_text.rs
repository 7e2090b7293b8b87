//! Rich text: sections, lists, quotes and preformatted text, made of inline pieces.

use serde_json::Value;

use super::check::{Check, Object};

pub(super) fn block(check: &mut Check, block: &Object, at: &str) {
    check.fields(block, at, &["elements"], &["block_id"]);
    for (i, value) in check.array(block, "elements", at, (1, usize::MAX)).iter().enumerate() {
        part(check, value, &format!("{at}/elements/{i}"));
    }
}

fn part(check: &mut Check, value: &Value, at: &str) {
    let Some(object) = check.object(value, at) else { return };
    let Some(kind) = check.kind(object, at) else { return };
    match kind {
        "rich_text_section" => check.fields(object, at, &["elements"], &[]),
        "rich_text_quote" => check.fields(object, at, &["elements"], &["border"]),
        "rich_text_preformatted" => check.fields(object, at, &["elements"], &["border", "language"]),
        "rich_text_list" => return list(check, object, at),
        other => return check.complain(&format!("{at}/type"), format!("unsupported type: {other}")),
    }
    check.number(object, "border", at, (0, 1));
    inline(check, object, at, kind == "rich_text_preformatted");
}

fn list(check: &mut Check, list: &Object, at: &str) {
    check.fields(list, at, &["style", "elements"], &["indent", "offset", "border"]);
    check.one_of(list, "style", at, &["bullet", "ordered"]);
    check.number(list, "indent", at, (0, 8));
    check.number(list, "offset", at, (0, i64::MAX));
    check.number(list, "border", at, (0, 1));
    for (i, value) in check.array(list, "elements", at, (1, usize::MAX)).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        match value.get("type").and_then(Value::as_str) {
            Some("rich_text_section") => part(check, value, &at),
            _ => check.complain(&format!("{at}/type"), "must be a valid enum value: rich_text_section"),
        }
    }
}

fn inline(check: &mut Check, holder: &Object, at: &str, preformatted: bool) {
    for (i, value) in check.array(holder, "elements", at, (0, usize::MAX)).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        let Some(piece) = check.object(value, &at) else { continue };
        let Some(kind) = check.kind(piece, &at) else { continue };
        if preformatted && !matches!(kind, "text" | "link") {
            check.complain(&format!("{at}/type"), format!("unsupported type: {kind}"));
            continue;
        }
        piece_fields(check, piece, &at, kind);
    }
}

fn piece_fields(check: &mut Check, piece: &Object, at: &str, kind: &str) {
    match kind {
        "text" => {
            check.fields(piece, at, &["text"], &["style"]);
            check.filled(piece, "text", at, usize::MAX - 1);
        }
        "link" => {
            check.fields(piece, at, &["url"], &["text", "unsafe", "style"]);
            check.filled(piece, "url", at, 3000);
            check.string(piece, "text", at, usize::MAX - 1);
            check.flag(piece, "unsafe", at);
        }
        "user" => id(check, piece, at, "user_id", &["U", "W"]),
        "usergroup" => id(check, piece, at, "usergroup_id", &["S"]),
        "channel" => id(check, piece, at, "channel_id", &["C", "G", "D"]),
        "team" => id(check, piece, at, "team_id", &["T", "E"]),
        "emoji" => {
            check.fields(piece, at, &["name"], &["unicode", "skin_tone", "style"]);
            check.filled(piece, "name", at, 255);
        }
        "broadcast" => {
            check.fields(piece, at, &["range"], &["style"]);
            check.one_of(piece, "range", at, &["here", "channel", "everyone"]);
        }
        "date" => {
            check.fields(piece, at, &["timestamp", "format"], &["url", "fallback", "style"]);
            check.number(piece, "timestamp", at, (0, i64::MAX));
            check.filled(piece, "format", at, 255);
        }
        "color" => {
            check.fields(piece, at, &["value"], &["style"]);
            check.filled(piece, "value", at, 7);
        }
        other => check.complain(&format!("{at}/type"), format!("unsupported type: {other}")),
    }
    style(check, piece, at, kind);
}

fn id(check: &mut Check, piece: &Object, at: &str, name: &str, begins: &[&str]) {
    check.fields(piece, at, &[name], &["style"]);
    let Some(value) = piece.get(name) else { return };
    if !value.as_str().is_some_and(|id| begins.iter().any(|letter| id.starts_with(letter))) {
        check.complain(&format!("{at}/{name}"), format!("must be a valid {name}"));
    }
}

fn style(check: &mut Check, piece: &Object, at: &str, kind: &str) {
    let Some(value) = piece.get("style") else { return };
    let at = format!("{at}/style");
    let Some(style) = check.object(value, &at) else { return };
    let known: &[&str] = match kind {
        "text" | "link" => &["bold", "italic", "strike", "underline", "code"],
        _ => &["bold", "italic", "strike", "underline", "highlight", "client_highlight", "unlink"],
    };
    check.fields(style, &at, &[], known);
    for name in known {
        check.flag(style, name, &at);
    }
}
