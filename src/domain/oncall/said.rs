//! Whether what somebody says to a page takes it. "omw", "k" and a thumb do; a no and a question must not, for nobody else would be
//! called.

/// Words that say no, wherever they stand.
const NO: [&str; 22] = [
    "no", "nope", "nah", "not", "cannot", "cant", "can't", "don't", "dont", "won't", "wont", "isn't",
    "unable", "busy", "wrong", "stop", "later", "else", "sick", "vacation", "holiday", "never",
];
/// Words that ask, at the beginning.
const ASKS: [&str; 9] = ["who", "what", "why", "when", "where", "which", "how", "is", "are"];

/// Whether it is a no or a question.
pub fn declines(text: &str) -> bool {
    let text = text.replace('’', "'").to_lowercase();
    let mut words =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).peekable();
    text.contains('?')
        || words.peek().is_some_and(|first| ASKS.contains(first))
        || words.any(|word| NO.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::declines;

    #[test]
    fn a_no_and_a_question_take_nothing() {
        for no in [
            "no",
            "No!",
            "can't",
            "I can’t right now",
            "cannot",
            "who is this",
            "what",
            "not me",
            "ok?",
            "ask somebody else",
        ] {
            assert!(declines(no), "{no}");
        }
        for yes in [
            "on my way",
            "ok",
            "k",
            "omw",
            "looking",
            "got it",
            "👍",
            "yes",
            "I have it",
            "noted",
            "know about it",
            "",
        ] {
            assert!(!declines(yes), "{yes}");
        }
    }
}
