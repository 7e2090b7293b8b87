//! What somebody says to a page. A short closed list of words takes it; after everything else howler goes on calling, for a wrong
//! yes would leave an incident to nobody.

use serde::{Deserialize, Serialize};

use crate::id::UserId;

/// What somebody said to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// They are on it.
    Yes,
    /// They cannot take it, or want the next one called.
    Cannot,
    /// They want this one called instead.
    Call(Whom),
    Question,
    /// None of these.
    Unclear,
}

/// Somebody as they were named, and who that is in Slack, where it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    pub name: String,
    pub person: Option<UserId>,
}

/// They say "I am on it" whatever is said beside them: "phone died, I'm on it".
const CLEAR: [&str; 30] = [
    "on it",
    "all over it",
    "i have it",
    "have it",
    "i got it",
    "ive got it",
    "ive got this",
    "i got this",
    "taking it",
    "taking this",
    "i take it",
    "ill take it",
    "ill take this",
    "taking a look",
    "having a look",
    "ill have a look",
    "ill take a look",
    "looking",
    "looking into it",
    "looking at it",
    "looking now",
    "checking",
    "checking it",
    "on my way",
    "omw",
    "mine",
    "ack",
    "acked",
    "acknowledge",
    "acknowledged",
];

/// They mean yes where nothing else is said: "ok, call kofi" is no yes.
const ALONE: [&str; 27] = [
    "ok", "okay", "k", "kk", "yes", "yep", "yup", "yeah", "ya", "y", "sure", "roger", "copy", "noted",
    "got it", "gotcha", "will do", "👍", "👌", "✅", "✔", "👀", "🫡", "🏃", "here", "awake", "im up",
];

/// Words that change nothing beside a yes.
const FILLERS: [&str; 24] = [
    "i", "im", "am", "ill", "we", "we're", "now", "just", "already", "and", "then", "thanks", "thx", "thank",
    "you", "ty", "please", "hey", "hi", "guys", "all", "team", "right", "sorry",
];

/// Words that say no, wherever they stand.
const NO: [&str; 45] = [
    "no",
    "nope",
    "nah",
    "not",
    "cannot",
    "cant",
    "dont",
    "wont",
    "isnt",
    "aint",
    "couldnt",
    "wouldnt",
    "unable",
    "busy",
    "wrong",
    "stop",
    "later",
    "else",
    "sick",
    "ill",
    "vacation",
    "holiday",
    "never",
    "skip",
    "pass",
    "escalate",
    "next",
    "decline",
    "declined",
    "unavailable",
    "driving",
    "hospital",
    "doctor",
    "flight",
    "plane",
    "train",
    "airport",
    "funeral",
    "asleep",
    "drunk",
    "away",
    "offline",
    "👎",
    "instead",
    "somebody",
];

/// Words that ask, at the beginning.
const ASKS: [&str; 11] =
    ["who", "what", "why", "when", "where", "which", "how", "is", "are", "can", "should"];

/// Words that ask for somebody: "call kofi", "get zoe on it".
const CALLS: [&str; 14] = [
    "call", "ask", "page", "try", "wake", "ping", "get", "text", "ring", "phone", "contact", "tell", "take",
    "use",
];

/// Words after those that name nobody.
const NOBODY: [&str; 34] = [
    "me", "him", "her", "them", "somebody", "someone", "anybody", "anyone", "else", "the", "a", "an", "it",
    "us", "you", "up", "to", "for", "next", "backup", "again", "back", "in", "on", "off", "out", "later",
    "my", "your", "this", "that", "over", "now", "died",
];

/// What `text` says, as it came on the wire.
pub fn heard(text: &str) -> Heard {
    let named = call_for(text);
    let (text, asks) = (plain(text), text.contains('?') || text.contains('？'));
    let words: Vec<&str> =
        text.split(|c: char| is_end(c) || c.is_whitespace()).filter(|it| !it.is_empty()).collect();
    let asks = asks || words.first().is_some_and(|first| ASKS.contains(first));
    if let Some(whom) = named {
        return Heard::Call(whom);
    }
    // "i'll" is "ill" here, and whoever says it first is not sick.
    let says_no =
        |(at, word): (usize, &&str)| NO.contains(word) && !(*word == "ill" && is_i_will(&words, at));
    if words.iter().enumerate().any(says_no) {
        return Heard::Cannot;
    }
    let takes = || says(ALONE.iter().chain(&CLEAR), &words);
    let clause = |clause: &str| says(CLEAR.iter(), &clause.split_whitespace().collect::<Vec<_>>());
    if !asks && (takes() || text.split(is_end).any(clause)) {
        return Heard::Yes;
    }
    if asks { Heard::Question } else { Heard::Unclear }
}

/// "I'll take it", against "I am ill".
fn is_i_will(words: &[&str], at: usize) -> bool {
    words.get(at + 1).is_some_and(|next| ["take", "have", "look", "check", "do", "be"].contains(next))
}

/// Whether `words` are some of these phrases and fillers, and nothing else.
fn says<'p>(phrases: impl Iterator<Item = &'p &'static str> + Clone, words: &[&str]) -> bool {
    let (mut rest, mut said) = (words, false);
    while let Some((first, after)) = rest.split_first() {
        let longest = phrases
            .clone()
            .map(|phrase| phrase.split(' ').collect::<Vec<_>>())
            .filter(|phrase| rest.starts_with(phrase))
            .map(|phrase| phrase.len())
            .max();
        match longest {
            Some(length) => (rest, said) = (rest.get(length..).unwrap_or_default(), true),
            None if FILLERS.contains(first) => rest = after,
            None => return false,
        }
    }
    said
}

/// Lower case, apostrophes left out, emoji by themselves.
fn plain(text: &str) -> String {
    let mut plain = text.to_lowercase();
    for (code, emoji) in EMOJI {
        plain = plain.replace(code, emoji);
    }
    // A skin's tone and the like say nothing.
    let tone = |c: char| {
        ('\u{1F3FB}'..='\u{1F3FF}').contains(&c) || matches!(c, '\u{FE0F}' | '\u{200D}' | '♂' | '♀')
    };
    let silent = |c: &char| {
        !tone(*c) && !matches!(c, '\'' | '’' | '‘' | '`' | '´' | '*' | '_' | '~' | '"' | '“' | '”')
    };
    let mut spaced = String::with_capacity(plain.len());
    for c in plain.chars().filter(silent) {
        let stands_alone = ALONE.iter().chain(&NO).any(|sign| sign.chars().eq([c])) && !c.is_alphanumeric();
        if stands_alone {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    spaced
}

/// Slack's codes for the emoji that say something.
const EMOJI: [(&str, &str); 19] = [
    (":skin-tone-2:", ""),
    (":skin-tone-3:", ""),
    (":skin-tone-4:", ""),
    (":skin-tone-5:", ""),
    (":skin-tone-6:", ""),
    (":+1:", "👍"),
    (":thumbsup:", "👍"),
    (":thumbs_up:", "👍"),
    (":-1:", "👎"),
    (":thumbsdown:", "👎"),
    (":ok_hand:", "👌"),
    (":ok:", "ok"),
    (":white_check_mark:", "✅"),
    (":heavy_check_mark:", "✔"),
    (":eyes:", "👀"),
    (":saluting_face:", "🫡"),
    (":salute:", "🫡"),
    (":runner:", "🏃"),
    (":running:", "🏃"),
];

fn is_end(c: char) -> bool {
    matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '\n' | '(' | ')' | '—' | '–' | '…' | '/')
}

/// Whom a sentence asks to be called: "call kofi instead", "ask <@U0ZOE>", "kofi has it".
fn call_for(wire: &str) -> Option<Whom> {
    let words: Vec<&str> = wire.split_whitespace().collect();
    let mut pairs = words.iter().zip(words.iter().skip(1));
    let asked = pairs.find_map(|(verb, name)| {
        let verb = plain(verb);
        let verb = verb.trim_matches(is_end);
        CALLS.contains(&verb).then(|| whom(name))?
    });
    // "kofi instead", "@zoe can".
    let first = || {
        let rest = plain(&words.get(1..)?.join(" "));
        let rest = rest.trim_matches(is_end).trim().to_owned();
        let for_them =
            ["instead", "can", "can take it", "has it", "should", "should take it", "is on call", "is on it"];
        for_them.contains(&rest.as_str()).then(|| whom(words.first()?))?
    };
    asked.or_else(first)
}

/// Somebody's mention, or a word that may be a name.
fn whom(word: &str) -> Option<Whom> {
    if let Some(inside) =
        word.strip_prefix("<@").and_then(|rest| rest.split_once('>')).map(|(inside, _)| inside)
    {
        let (id, name) = inside.split_once('|').unwrap_or((inside, inside));
        return Some(Whom { name: name.to_owned(), person: Some(UserId::from(id)) });
    }
    let is_typed = word.starts_with('@');
    let name = word.trim_start_matches('@').trim_matches(|c: char| !c.is_alphanumeric());
    let name = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
    let is_name = name.chars().next().is_some_and(char::is_alphabetic)
        && name.chars().count() >= 2
        && !NOBODY.contains(&name.to_lowercase().as_str())
        && !["i", "ill", "im"].contains(&plain(name).as_str());
    (is_typed || is_name)
        .then(|| Whom { name: name.to_owned(), person: None })
        .filter(|whom| !whom.name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str) -> Heard {
        Heard::Call(Whom { name: name.into(), person: None })
    }

    #[test]
    fn the_yes_words_and_nothing_else_take_a_page() {
        for yes in [
            "on my way",
            "ok",
            "OK!",
            "Ok.",
            "k",
            "omw",
            "Looking",
            "got it",
            "👍",
            "👍🏽",
            ":+1:",
            ":+1::skin-tone-3:",
            ":thumbsup: :eyes:",
            "yes",
            "I have it",
            "i’ve got it",
            "noted",
            "ack",
            "Mine.",
            "phone died, I am on it",
            "phone died, I'm on it",
            "yep, looking now, thanks",
            "on it — give me a sec",
            "I'll take it",
            "i'm looking into it",
            "Sorry, on it now!",
            "*on it*",
            "✅",
            "ok 👍",
        ] {
            assert_eq!(heard(yes), Heard::Yes, "{yes}");
        }
    }

    /// What tired people type at three in the morning, none of it a yes.
    #[test]
    fn a_tired_sentence_that_is_no_yes_ends_no_page() {
        for (said, expected) in [
            ("call kofi instead", call("kofi")),
            ("ask zoe", call("zoe")),
            ("pls ping Zoe, I just landed", call("Zoe")),
            ("can you try maya?", call("maya")),
            ("get kofi on it", call("kofi")),
            ("kofi instead", call("kofi")),
            ("zoe has it", call("zoe")),
            ("take @zoe.", call("zoe")),
            ("ok call kofi", call("kofi")),
            ("escalate", Heard::Cannot),
            ("skip me", Heard::Cannot),
            ("next pls", Heard::Cannot),
            ("sorry, driving", Heard::Cannot),
            ("in hospital with my kid", Heard::Cannot),
            ("i am ill", Heard::Cannot),
            ("ok but I can't look before 7", Heard::Cannot),
            ("can’t, no laptop", Heard::Cannot),
            ("👎", Heard::Cannot),
            (":-1:", Heard::Cannot),
            ("not on it", Heard::Cannot),
            ("no idea what that is", Heard::Cannot),
            ("call somebody else", Heard::Cannot),
            ("on a plane, boarding closes now", Heard::Cannot),
            ("hi", Heard::Unclear),
            ("", Heard::Unclear),
            ("ugh", Heard::Unclear),
            ("phone 030 901820", Heard::Unclear),
            ("on my way to bed", Heard::Unclear),
            ("mine is broken", Heard::Unclear),
            ("ok so the kid has a fever", Heard::Unclear),
            ("thanks", Heard::Unclear),
            ("looking like rain", Heard::Unclear),
            ("wtf", Heard::Unclear),
            ("know about it", Heard::Unclear),
            ("ok?", Heard::Question),
            ("who is this", Heard::Question),
            ("is kofi on it?", Heard::Question),
            ("what happened", Heard::Question),
        ] {
            assert_eq!(heard(said), expected, "{said}");
        }
    }

    #[test]
    fn a_mention_names_its_person() {
        for (said, name, id) in
            [("call <@U0KOFI>", "U0KOFI", "U0KOFI"), ("ask <@U0ZOE|zoe> pls", "zoe", "U0ZOE")]
        {
            let whom = Whom { name: name.into(), person: Some(id.into()) };
            assert_eq!(heard(said), Heard::Call(whom), "{said}");
        }
    }
}
