//! Every message within Slack's limits, and inert, whatever people typed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use super::samples::{self, Texts};
use config::Config;
use domain::command::Line;
use domain::severities::Severities;
use domain::text::{TEXT_MOST, TITLE_MOST};

/// What Slack was seen to take in all text of a message's blocks.
const TEXT_OF_BLOCKS: usize = 9_600;

const NASTY: [&str; 14] = [
    "<!channel> <!here> <@U0IAN> <#C0EMERG>",
    "<!subteam^S0ONCALL> <!date^0^{time}|now>",
    "``` `code` ```",
    "*bold* _it_ ~gone~ snake_case",
    "<https://evil.example|ok> https://evil.example evil.example mailto:a@b.example",
    "&lt;!channel&gt; &amp; & < >",
    "> quote\n> again\n&gt; third",
    ":fire: :wave: 12:30",
    "\u{202E}desrever\u{202C} \u{200F}right \u{2067}isolated\u{2069}",
    "zero\u{200B}width \u{FEFF}mark \u{0007}bell",
    "\"quotes\" \\ back\\slash {\"incident\":1}",
    "line\nbreaks\r\nand\ttabs",
    "@channel #general",
    "|^~",
];

/// The only messages that call a whole channel, once each.
const CALLS_EVERYBODY: [&str; 4] =
    ["response missed", "nobody on call", "only the backup", "page, everybody"];

fn check_all(texts: &Texts) {
    for (name, message) in samples::all(texts) {
        let blocks = serde_json::to_value(&message.blocks).unwrap();
        let checked = limits(&message.text, &blocks)
            .and_then(|()| blocks_are_inert(&blocks))
            .and_then(|()| text_is_inert(&message.text));
        assert_eq!(checked, Ok(()), "{name}");
        let loud = CALLS_EVERYBODY.iter().any(|loud| name.starts_with(loud));
        assert_eq!(message.text.contains("<!channel>"), loud, "{name}");
    }
    for (name, form) in samples::forms(texts) {
        let view = serde_json::to_value(view::form(&form, &severities(&texts.title))).unwrap();
        let checked = form_limits(&view).and_then(|()| blocks_are_inert(&view));
        assert_eq!(checked, Ok(()), "{name}");
    }
}

/// Definitions come from the configuration file, and may be as long and strange as anything.
fn severities(definition: &str) -> Severities {
    let definition = serde_json::to_string(definition).unwrap().replace('\u{7f}', " ");
    Config::parse(&format!("[severity.P1]\ndefinition = {definition}"))
        .map(|config| config.severity)
        .unwrap_or_default()
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn limits(text: &str, blocks: &Value) -> Result<(), String> {
    let list = blocks.as_array().unwrap();
    ensure((1..=50).contains(&list.len()), "1 to 50 blocks")?;
    ensure(!text.trim().is_empty(), "a text")?;
    ensure(text.chars().count() <= 3_500, "the text is too long")?;
    let mut length = 0;
    walk(blocks, &mut |node| length += node["text"].as_str().map_or(0, |text| text.chars().count()));
    ensure(length <= TEXT_OF_BLOCKS, &format!("{length} characters in blocks"))?;
    list.iter().try_for_each(block_limits)
}

fn block_limits(block: &Value) -> Result<(), String> {
    match block["type"].as_str().unwrap() {
        "header" => ensure((1..=150).contains(&units(&block["text"]["text"])), "a header of 1 to 150"),
        "actions" => actions_limits(block),
        "rich_text" => {
            let mut empty = false;
            walk(block, &mut |node| empty |= node["type"] == "text" && node["text"] == "");
            ensure(!empty, "no empty text elements")?;
            ensure(!block["elements"].as_array().unwrap().is_empty(), "a rich text with elements")
        }
        other => Err(format!("unexpected block {other}")),
    }
}

fn actions_limits(block: &Value) -> Result<(), String> {
    let elements = block["elements"].as_array().unwrap();
    ensure((1..=25).contains(&elements.len()), "1 to 25 buttons")?;
    let mut ids = BTreeSet::new();
    for button in elements {
        let id = button["action_id"].as_str().unwrap();
        ensure(ids.insert(id), "action ids are used once")?;
        ensure((1..=75).contains(&units(&button["text"]["text"])), "a button's text of 1 to 75")?;
        if let Some(url) = button["url"].as_str() {
            ensure(units(&button["url"]) <= 3_000 && url.starts_with("https://"), "a button's address")?;
            ensure(button.get("value").is_none() && id == "open", "a link asks nothing")?;
            continue;
        }
        ensure(units(&button["value"]) <= 2_000, "a button's value")?;
        let line: Line =
            serde_json::from_str(button["value"].as_str().unwrap()).map_err(|error| error.to_string())?;
        ensure(
            id.split(':').next() == Some(line.command.word()),
            "the action id begins with the command's word",
        )?;
        if let Some(confirm) = button.get("confirm") {
            ensure(units(&confirm["title"]["text"]) <= 100, "a confirmation's title")?;
            ensure(units(&confirm["text"]["text"]) <= 300, "a confirmation's text")?;
            ensure(units(&confirm["confirm"]["text"]) <= 30, "a confirmation's button")?;
        }
    }
    Ok(())
}

fn form_limits(view: &Value) -> Result<(), String> {
    for button in ["title", "submit", "close"] {
        ensure((1..=24).contains(&units(&view[button]["text"])), button)?;
    }
    ensure(units(&view["private_metadata"]) <= 3_000, "what a form remembers")?;
    for block in view["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "input") {
        let element = &block["element"];
        ensure(block["block_id"] == element["action_id"], "one name for block and action")?;
        ensure(
            units(&block["label"]["text"]) <= 2_000 && units(&block["hint"]["text"]) <= 2_000,
            "label and hint",
        )?;
        if let Some(value) = element["initial_value"].as_str() {
            let most = usize::try_from(element["max_length"].as_u64().unwrap()).unwrap();
            ensure((1..=most).contains(&value.chars().count()), "a first value that fits")?;
        }
        for option in element["options"].as_array().into_iter().flatten() {
            ensure((1..=75).contains(&units(&option["text"]["text"])), "a choice's text")?;
            ensure(
                option.get("description").is_none_or(|text| (1..=75).contains(&units(&text["text"]))),
                "a description",
            )?;
        }
    }
    Ok(())
}

/// UTF-16 units, the strictest count.
fn units(text: &Value) -> usize {
    text.as_str().unwrap_or_default().encode_utf16().count()
}

/// No parsed text at all: only plain and rich text, mentions by id alone, and no mark that reorders.
pub(super) fn blocks_are_inert(blocks: &Value) -> Result<(), String> {
    let mut wrong = Vec::new();
    walk(blocks, &mut |node| {
        let kind = node["type"].as_str().unwrap_or_default();
        // Where a report stands on GitHub, under howler's own words.
        let own = kind == "link"
            && node["url"]
                .as_str()
                .is_some_and(|url| url.starts_with("https://github.com/anomalyco/monkeytown/"))
            && node["text"].as_str().is_some_and(|text| text == "pull request #12" || text == "3484a3fb81");
        if ["mrkdwn", "link", "emoji", "markdown"].contains(&kind) && !own {
            wrong.push(node.to_string());
        }
        if kind == "plain_text" && node["emoji"] != false {
            wrong.push(node.to_string());
        }
        if kind == "user" && !["U0IAN", "U0BEA"].contains(&node["user_id"].as_str().unwrap()) {
            wrong.push(node.to_string());
        }
        for shown in ["text", "initial_value"].iter().filter_map(|name| node[*name].as_str()) {
            wrong.extend(shown.chars().filter(|c| is_mark(*c)).map(|c| format!("{c:?} in {shown}")));
        }
    });
    ensure(wrong.is_empty(), &wrong.join("\n"))
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        || (c.is_control() && c != '\n')
}

static OWN: LazyLock<Regex> = LazyLock::new(|| {
    let date = r"!date\^\d+\^[-0-9a-z_{}():UTC ]+\|[-0-9: UTC]+";
    let link = r"https://github\.com/anomalyco/monkeytown/(?:pull/12\|pull request #12|commit/[0-9a-f]{40}\|3484a3fb81)";
    Regex::new(&format!(
        r"<(?:@U0(?:IAN|BEA)|!subteam\^S0(?:ONCALL|ENG)|#C[0-9A-Z]+|!channel|{date}|{link})>"
    ))
    .unwrap()
});
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("`([^`\n]+)`").unwrap());
static ENTITY: LazyLock<Regex> = LazyLock::new(|| Regex::new("&(?:amp|lt|gt);").unwrap());
static PARSED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)://|mailto:[a-z]|:fire:|:wave:|evil\.example|\b_|^&gt;").unwrap());

/// After howler's own mentions, dates and code nothing is left that Slack would parse.
fn text_is_inert(text: &str) -> Result<(), String> {
    let left = OWN.replace_all(text, "");
    let left = CODE.replace_all(&left, "$1");
    for sign in ['<', '>', '*', '~', '`'] {
        ensure(!left.contains(sign), sign.encode_utf8(&mut [0; 4]))?;
    }
    ensure(!ENTITY.replace_all(&left, "").contains('&'), "a bare &")?;
    ensure(!PARSED.is_match(&left), "mark-up")?;
    ensure(!left.chars().any(is_mark), "a mark that reorders")
}

fn walk(node: &Value, see: &mut impl FnMut(&Value)) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Object(fields) => {
            see(node);
            fields.values().for_each(|field| walk(field, see));
        }
        _ => {}
    }
}

fn filled(unit: &str, most: usize) -> String {
    unit.chars().cycle().take(most).collect()
}

#[test]
fn nasty_texts_do_nothing() {
    check_all(&Texts::calm());
    for text in NASTY {
        check_all(&Texts { title: filled(text, text.chars().count().min(TITLE_MOST)), text: text.into() });
    }
    let all = NASTY.concat();
    check_all(&Texts { title: filled(&all, TITLE_MOST), text: filled(&all, TEXT_MOST) });
}

#[test]
fn longest_texts_fit() {
    for unit in ["a", "👩‍🚒", "& ", "word ", "<\n"] {
        check_all(&Texts { title: filled(unit, TITLE_MOST), text: filled(unit, TEXT_MOST) });
    }
}

#[test]
fn what_people_typed_is_shown_as_they_typed_it() {
    let nasty = "<!channel> *x* `y` <https://evil.example|ok> :fire: & _z_";
    let texts = Texts { title: nasty.into(), text: nasty.into() };
    let shown = samples::announcements(&texts)
        .into_iter()
        .chain(samples::cards(&texts))
        .chain(samples::taken_back(&texts));
    for (name, message) in shown {
        let blocks = serde_json::to_value(&message.blocks).unwrap();
        let mut found = false;
        walk(&blocks, &mut |node| found |= node["text"].as_str().is_some_and(|text| text.contains(nasty)));
        assert!(found, "{name} does not show {nasty}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_inert_and_fits(title in "[<>&*_`~:.a \\PC]{1,120}", text in "[<>&*_`~:.a\n \\PC]{0,300}") {
        check_all(&Texts { title, text });
    }
}
