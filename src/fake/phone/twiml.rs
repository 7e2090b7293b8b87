//! TwiML as Twilio reads it: what is said, and where a key goes.

use roxmltree::{Document, Node};

/// Longest TwiML in a request, in characters.
const MOST: usize = 4_000;

/// What a phone does.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub words: Vec<String>,
    /// Where a key goes.
    pub action: Option<String>,
}

/// `None` where Twilio would not take it.
pub fn read(text: &str) -> Option<Script> {
    let document = (text.chars().count() <= MOST).then(|| Document::parse(text).ok()).flatten()?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return None;
    }
    let mut script = Script::default();
    for verb in root.children().filter(Node::is_element) {
        match verb.tag_name().name() {
            "Say" => script.words.push(said(verb)?),
            "Hangup" | "Pause" | "Message" => {}
            "Gather" => {
                let digits = verb.attribute("numDigits").unwrap_or("1");
                digits.parse::<u32>().ok().filter(|digits| *digits > 0)?;
                script.action = Some(verb.attribute("action")?.to_owned());
                for inner in verb.children().filter(Node::is_element) {
                    match inner.tag_name().name() {
                        "Say" => script.words.push(said(inner)?),
                        "Pause" => {}
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
    }
    Some(script)
}

/// The text alone: nothing is nested in what is said.
fn said(say: Node<'_, '_>) -> Option<String> {
    if say.children().any(|child| child.is_element()) {
        return None;
    }
    Some(say.text().unwrap_or_default().to_owned())
}
