//! A title as part of a file's name.

/// Longest slug, in characters; a file's name of 255 bytes has room for the date and the number.
const MOST: usize = 60;
/// Where a title has nothing that could stand in one.
const NONE: &str = "incident";

/// `Event stream down: can't publish` becomes `event-stream-down-can-t-publish`: small ASCII letters, digits, and single
/// `-` between them, the same on every file system and in every address. Never empty.
pub fn slug(title: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in title.chars() {
        let plain = plain(c);
        match (plain.is_empty(), words.last_mut()) {
            (false, Some(word)) => word.push_str(&plain),
            (true, Some(word)) if !word.is_empty() => words.push(String::new()),
            _ => {}
        }
    }
    let mut slug = String::new();
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        if slug.is_empty() {
            slug = word.chars().take(MOST).collect();
        } else if slug.len() + 1 + word.len() <= MOST {
            slug = format!("{slug}-{word}");
        } else {
            break;
        }
    }
    if slug.is_empty() { NONE.to_owned() } else { slug }
}

/// A character in small ASCII; nothing where it has no such letters, and where it parts words.
fn plain(c: char) -> String {
    let small = c.to_lowercase().next().unwrap_or(c);
    if small.is_ascii_alphanumeric() {
        return small.to_string();
    }
    let letters = match small {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    };
    letters.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::slug;

    #[test]
    fn titles_become_names_of_files() {
        for (title, expected) in [
            ("Event stream down: can't publish", "event-stream-down-can-t-publish"),
            ("", "incident"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "incident"),
            ("a\\b/c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"),
            ("日本語だけ", "incident"),
            ("Größe der Änderung: naïve Œuvre, İstanbul", "groesse-der-aenderung-naive-oeuvre-istanbul"),
            ("--- 500s on /api/v2 ---", "500s-on-api-v2"),
            ("CON", "con"),
            ("🔥 fire 🔥", "fire"),
            ("a\0b\nc", "a-b-c"),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
        assert_eq!(slug(&"word ".repeat(60)), ["word"; 12].join("-"));
        assert_eq!(slug(&"w".repeat(300)), "w".repeat(60));
    }

    proptest! {
        #[test]
        fn any_title_is_a_safe_name(title in "\\PC{0,300}|[./\\\\ -]{0,40}|.{0,300}") {
            let slug = slug(&title);
            prop_assert!((1..=60).contains(&slug.len()), "{slug}");
            prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{slug}");
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug}");
            prop_assert_eq!(super::slug(&slug), slug.clone(), "twice is the same as once");
        }
    }
}
