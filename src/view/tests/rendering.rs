//! Blocks as a person would read them, for snapshots.

use serde_json::Value;
use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::Message;

pub fn message(message: &Message) -> String {
    format!("{}\n  ---- text\n{}", blocks(&message.blocks), indented(&message.text))
}

pub fn view(view: &SlackView) -> String {
    let view = serde_json::to_value(view).unwrap();
    let buttons = format!("[{}] [{}]", string(&view["submit"]["text"]), string(&view["close"]["text"]));
    let names = format!("callback {} remembers {}", view["callback_id"], view["private_metadata"]);
    let body: Vec<String> = view["blocks"].as_array().unwrap().iter().map(block).collect();
    format!("  == {} ==\n{}\n  {buttons}\n  {names}", string(&view["title"]["text"]), body.join("\n"))
}

/// A Home tab has nothing but blocks.
pub fn home(view: &SlackView) -> String {
    let view = serde_json::to_value(view).unwrap();
    view["blocks"].as_array().unwrap().iter().map(block).collect::<Vec<_>>().join("\n")
}

pub fn blocks(blocks: &[SlackBlock]) -> String {
    blocks.iter().map(|part| block(&serde_json::to_value(part).unwrap())).collect::<Vec<_>>().join("\n")
}

fn block(block: &Value) -> String {
    let text = match block["type"].as_str().unwrap() {
        "header" => format!("# {}", string(&block["text"]["text"])),
        "rich_text" => list(&block["elements"], rich, "\n"),
        "actions" => list(&block["elements"], button, "  "),
        "input" => input(block),
        _ => block.to_string(),
    };
    indented(&text)
}

fn rich(element: &Value) -> String {
    let inner = &element["elements"];
    match element["type"].as_str().unwrap() {
        "rich_text_section" => list(inner, leaf, ""),
        "rich_text_list" => list(inner, |item| format!("• {}", list(&item["elements"], leaf, "")), "\n"),
        "rich_text_preformatted" => format!("```{}```", list(inner, leaf, "")),
        _ => element.to_string(),
    }
}

fn leaf(part: &Value) -> String {
    let bare = match part["type"].as_str().unwrap() {
        "text" => string(&part["text"]),
        "user" => format!("@{}", string(&part["user_id"])),
        "usergroup" => format!("@@{}", string(&part["usergroup_id"])),
        "channel" => format!("#{}", string(&part["channel_id"])),
        "broadcast" => format!("@{}", string(&part["range"])),
        "date" => format!("⟨{}⟩", string(&part["fallback"])),
        _ => part.to_string(),
    };
    let styles = [("bold", "**"), ("strike", "~~"), ("code", "`")];
    let on = styles.iter().filter(|(style, _)| part["style"][*style] == true);
    on.fold(bare, |text, (_, mark)| format!("{mark}{text}{mark}"))
}

fn button(button: &Value) -> String {
    let style = button["style"].as_str().map(|style| format!(" ({style})")).unwrap_or_default();
    let confirm = match button["confirm"].as_object() {
        Some(confirm) => format!(" asks: {}", string(&confirm["text"]["text"])),
        None => String::new(),
    };
    format!(
        "[{}]{style}{confirm} {}={}",
        string(&button["text"]["text"]),
        string(&button["action_id"]),
        string(&button["value"])
    )
}

fn input(block: &Value) -> String {
    let element = &block["element"];
    let needed = if block["optional"] == true { " (optional)" } else { "" };
    let mut text = format!("{}{needed} <{}>", string(&block["label"]["text"]), string(&block["block_id"]));
    if let Some(options) = element["options"].as_array() {
        for option in options {
            let chosen = element["initial_option"]["value"] == option["value"];
            let mark = if chosen { "(x)" } else { "( )" };
            let more =
                option["description"]["text"].as_str().map(|more| format!(" {more}")).unwrap_or_default();
            text += &format!(
                "\n  {mark} {}{more} ={}",
                string(&option["text"]["text"]),
                string(&option["value"])
            );
        }
    } else {
        let lines = if element["multiline"] == true { "lines" } else { "line" };
        let value = element["initial_value"].as_str().unwrap_or_default();
        text += &format!("\n  [{value}] {lines} up to {}", element["max_length"]);
    }
    if let Some(hint) = block["hint"]["text"].as_str() {
        text += &format!("\n  hint: {hint}");
    }
    text
}

fn list(items: &Value, show: impl Fn(&Value) -> String, between: &str) -> String {
    items.as_array().unwrap().iter().map(show).collect::<Vec<_>>().join(between)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
