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
