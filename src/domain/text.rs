//! Text from people, made safe to keep: plain, visible, and of a known length.

/// Longest title, in characters; a declaration's headline must fit a header block (150) with its lead.
pub const TITLE_MOST: usize = 120;
/// Longest free text (update, impact, note, root cause), in characters; Slack's inputs take 3,000.
pub const TEXT_MOST: usize = 2_500;

/// Keeps what can be seen: control characters become spaces, marks that reorder or hide text are dropped, lines
/// are kept, outer space goes.
pub fn clean(text: &str) -> String {
    let visible: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !reorders_or_hides(*c))
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    visible.trim().to_owned()
}

/// [`clean`], on one line with single spaces.
pub fn clean_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bidirectional controls, zero-width characters, the byte order mark and Unicode tags. The zero-width joiner
/// stays, for emoji are made with it.
fn reorders_or_hides(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// At most `most` characters, the last an ellipsis where something was cut.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}
