//! A person's phone number. It is shown to nobody but its owner: it prints as its last two digits.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Most digits of an international number (ITU-T E.164, 6.1).
const DIGITS_MOST: usize = 15;
/// Fewer than these, country code included, reach nobody abroad.
const DIGITS_LEAST: usize = 7;

/// A number in E.164's form, `+14155550123`. `Debug` and `Display` show `…23`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

/// Why a text is no phone number. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    #[error("a phone number starts with + and the country's code, such as +14155550123")]
    NoCountry,
    #[error("a phone number has digits only, such as +14155550123")]
    NotDigits,
    #[error("a phone number has 7 to 15 digits with its country's code, such as +14155550123")]
    Length,
}

impl PhoneNumber {
    /// Reads a number as people write it: spaces, dots, dashes, slashes and brackets are left out, 00 is the +, and the zero
    /// of `+49 (0)30` is dialled at home only.
    ///
    /// # Errors
    /// When it is none in E.164's form.
    pub fn parse(text: &str) -> Result<Self, NotANumber> {
        let bare: String = text.replace("(0)", "").chars().filter(|c| !is_between_digits(*c)).collect();
        let bare = bare.strip_prefix("00").map_or_else(|| bare.clone(), |rest| format!("+{rest}"));
        let digits = bare.strip_prefix('+').ok_or(NotANumber::NoCountry)?;
        if !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(NotANumber::NotDigits);
        }
        if !(DIGITS_LEAST..=DIGITS_MOST).contains(&digits.len()) {
            return Err(NotANumber::Length);
        }
        // No country's code starts with 0: that is a number without its country.
        if digits.starts_with('0') { Err(NotANumber::NoCountry) } else { Ok(Self(bare)) }
    }

    /// The whole number, for the provider and for its owner alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn is_between_digits(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", &self.0[self.0.len() - 2..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, read) in [
            ("+14155550123", Ok("+14155550123")),
            (" +1 (415) 555-0123 ", Ok("+14155550123")),
            ("+49/30.1234567", Ok("+49301234567")),
            ("+290 1234", Ok("+2901234")),
            ("+123456789012345", Ok("+123456789012345")),
            ("+1234567890123456", Err(NotANumber::Length)),
            ("+123456", Err(NotANumber::Length)),
            ("+", Err(NotANumber::Length)),
            ("4155550123", Err(NotANumber::NoCountry)),
            ("004915550123", Ok("+4915550123")),
            ("00 49 (30) 901820", Ok("+4930901820")),
            ("+49 (0)30 901820", Ok("+4930901820")),
            ("\u{202a}+49\u{a0}30\u{2011}901820\u{202c}", Ok("+4930901820")),
            ("030 901820", Err(NotANumber::NoCountry)),
            ("+04155550123", Err(NotANumber::NoCountry)),
            ("+1415CALLME", Err(NotANumber::NotDigits)),
            ("+1415555+0123", Err(NotANumber::NotDigits)),
            ("+1415555012\u{663}", Err(NotANumber::NotDigits)),
            ("", Err(NotANumber::NoCountry)),
        ] {
            assert_eq!(PhoneNumber::parse(text).as_ref().map(PhoneNumber::expose), read.as_deref(), "{text}");
        }
    }

    #[test]
    fn it_goes_through_json_whole_and_is_checked_on_the_way_back() {
        let number = PhoneNumber::parse("+14155550123").unwrap();
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(json, "\"+14155550123\"");
        assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
        let error = serde_json::from_str::<PhoneNumber>("\"5550123\"").unwrap_err().to_string();
        assert!(error.contains("+14155550123") && !error.contains("5550123\""), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_never_prints_more_than_two_digits(digits in "[1-9][0-9]{6,14}") {
            let number = PhoneNumber::parse(&format!("+{digits}")).unwrap();
            for shown in [format!("{number}"), format!("{number:?}"), format!("{:#?}", Some(&number))] {
                prop_assert_eq!(shown.chars().filter(char::is_ascii_digit).count(), 2);
                prop_assert!(shown.contains(&digits[digits.len() - 2..]));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(number.expose()), Ok(number.clone()));
            }
        }
    }
}
