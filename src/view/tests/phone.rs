//! What a phone shows of a message at 360 pixels: so many lines before the first button.

use serde_json::Value;

use super::samples::{self, Story, Texts};
use crate::Message;
use domain::Severity;
use domain::effect::CardPlace;

/// Characters of a line, of text and of a headline.
const TEXT: usize = 38;
const HEADLINE: usize = 30;
/// Lines of the first screen, below the channel's head and above the composer.
const SCREEN: usize = 18;

/// The message's lines above its first buttons.
pub fn before_the_buttons(message: &Message) -> usize {
    let blocks: Vec<Value> =
        message.blocks.iter().map(|block| serde_json::to_value(block).unwrap()).collect();
    blocks.iter().take_while(|block| block["type"] != "actions").map(lines).sum()
}

fn lines(block: &Value) -> usize {
    let (text, most) = match block["type"].as_str() {
        Some("header") => (block["text"]["text"].as_str().unwrap().to_owned(), HEADLINE),
        _ => (shown(block), TEXT),
    };
    text.lines().map(|line| line.chars().count().div_ceil(most).max(1)).sum()
}

/// The words of a rich text, with names as long as names are.
fn shown(value: &Value) -> String {
    match value["type"].as_str() {
        Some("text") => value["text"].as_str().unwrap().to_owned(),
        Some("date") => {
            "today at 05:17".chars().take(if value["format"] == "{time}" { 5 } else { 14 }).collect()
        }
        Some("user" | "usergroup" | "channel") => "@monkeytown".to_owned(),
        _ => {
            let parts = value["elements"].as_array().into_iter().flatten().map(shown);
            let between = if value["type"] == "rich_text_list" { "\n" } else { "" };
            parts.collect::<Vec<_>>().join(between)
        }
    }
}

#[test]
fn the_buttons_of_a_declaration_stand_within_the_first_screen() {
    for (severity, most) in [(Severity::P1, 10), (Severity::P3, 9)] {
        let fresh = Story::new(&Texts::calm(), severity).incident();
        let card = view::card(&fresh, CardPlace::Emergencies, &samples::named());
        let lines = before_the_buttons(&card);
        assert!(lines <= most, "{severity}: {lines} lines");
    }
    let long = samples::long_story(&Texts::calm()).incident();
    let card = view::card(&long, CardPlace::Emergencies, &samples::named());
    assert!(before_the_buttons(&card) <= SCREEN, "{}", before_the_buttons(&card));
}
