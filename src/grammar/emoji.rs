//! Slack sends an emoji as its code (`:fire:`), and shows codes as such in the blocks that howler posts. The usual ones become the
//! signs themselves, on GitHub, at a shell and in a call too. A workspace's own ones, which have no sign, stay codes.

/// What people put into titles and notes, by Slack's names.
const SIGNS: [(&str, &str); 92] = [
    ("+1", "👍"),
    ("-1", "👎"),
    ("thumbsup", "👍"),
    ("thumbsdown", "👎"),
    ("ok_hand", "👌"),
    ("ok", "🆗"),
    ("pray", "🙏"),
    ("clap", "👏"),
    ("wave", "👋"),
    ("raised_hands", "🙌"),
    ("muscle", "💪"),
    ("point_right", "👉"),
    ("point_up", "☝️"),
    ("eyes", "👀"),
    ("fire", "🔥"),
    ("fire_engine", "🚒"),
    ("firefighter", "🧑‍🚒"),
    ("rotating_light", "🚨"),
    ("warning", "⚠️"),
    ("no_entry", "⛔"),
    ("no_entry_sign", "🚫"),
    ("octagonal_sign", "🛑"),
    ("construction", "🚧"),
    ("sos", "🆘"),
    ("boom", "💥"),
    ("collision", "💥"),
    ("bomb", "💣"),
    ("skull", "💀"),
    ("skull_and_crossbones", "☠️"),
    ("x", "❌"),
    ("negative_squared_cross_mark", "❎"),
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("ballot_box_with_check", "☑️"),
    ("exclamation", "❗"),
    ("heavy_exclamation_mark", "❗"),
    ("bangbang", "‼️"),
    ("question", "❓"),
    ("interrobang", "⁉️"),
    ("red_circle", "🔴"),
    ("large_orange_circle", "🟠"),
    ("large_yellow_circle", "🟡"),
    ("large_green_circle", "🟢"),
    ("large_blue_circle", "🔵"),
    ("white_circle", "⚪"),
    ("black_circle", "⚫"),
    ("arrow_up", "⬆️"),
    ("arrow_down", "⬇️"),
    ("arrow_right", "➡️"),
    ("arrow_left", "⬅️"),
    ("chart_with_upwards_trend", "📈"),
    ("chart_with_downwards_trend", "📉"),
    ("rocket", "🚀"),
    ("snail", "🐌"),
    ("turtle", "🐢"),
    ("bug", "🐛"),
    ("beetle", "🐞"),
    ("monkey", "🐒"),
    ("monkey_face", "🐵"),
    ("see_no_evil", "🙈"),
    ("hourglass", "⌛"),
    ("hourglass_flowing_sand", "⏳"),
    ("alarm_clock", "⏰"),
    ("lock", "🔒"),
    ("unlock", "🔓"),
    ("key", "🔑"),
    ("wrench", "🔧"),
    ("hammer", "🔨"),
    ("gear", "⚙️"),
    ("mag", "🔍"),
    ("bell", "🔔"),
    ("no_bell", "🔕"),
    ("telephone_receiver", "📞"),
    ("phone", "☎️"),
    ("pager", "📟"),
    ("mega", "📣"),
    ("loudspeaker", "📢"),
    ("pushpin", "📌"),
    ("memo", "📝"),
    ("moneybag", "💰"),
    ("credit_card", "💳"),
    ("earth_africa", "🌍"),
    ("cloud", "☁️"),
    ("zap", "⚡"),
    ("tada", "🎉"),
    ("sob", "😭"),
    ("cry", "😢"),
    ("scream", "😱"),
    ("sweat_smile", "😅"),
    ("thinking_face", "🤔"),
    ("facepalm", "🤦"),
    ("sleeping", "😴"),
];

/// A text with the usual codes as signs.
pub fn signs(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(':') {
        shown.push_str(before);
        let name = after.split_once(':').map_or("", |(name, _)| name);
        // A clock and an address hold colons too.
        let apart = !shown.ends_with(|c: char| c.is_alphanumeric());
        let left = after.get(name.len() + 1..).unwrap_or_default();
        let sign = SIGNS.iter().find(|(known, _)| *known == name).filter(|_| apart && !begins_a_word(left));
        match sign {
            Some((_, sign)) => {
                let (tone, left) = tone(left);
                shown.push_str(sign.trim_end_matches('\u{fe0f}'));
                shown.push_str(tone.unwrap_or(if sign.ends_with('\u{fe0f}') { "\u{fe0f}" } else { "" }));
                rest = left;
            }
            None => {
                shown.push(':');
                rest = after;
            }
        }
    }
    shown.push_str(rest);
    shown
}

fn begins_a_word(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
}

/// `:skin-tone-2:` behind a code.
fn tone(text: &str) -> (Option<&'static str>, &str) {
    const TONES: [(&str, &str); 5] = [
        (":skin-tone-2:", "🏻"),
        (":skin-tone-3:", "🏼"),
        (":skin-tone-4:", "🏽"),
        (":skin-tone-5:", "🏾"),
        (":skin-tone-6:", "🏿"),
    ];
    let found = TONES.iter().find_map(|(code, tone)| Some((*tone, text.strip_prefix(code)?)));
    found.map_or((None, text), |(tone, left)| (Some(tone), left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_codes_become_signs_and_everything_else_stays() {
        for (typed, shown) in [
            (":fire: payments are down :fire:", "🔥 payments are down 🔥"),
            (":rotating_light::fire:", "🚨🔥"),
            ("on it :+1::skin-tone-4:", "on it 👍🏽"),
            (":warning: slow", "⚠️ slow"),
            ("(:x:)", "(❌)"),
            (":monkeytown: down", ":monkeytown: down"),
            ("10:30:45", "10:30:45"),
            ("redis:fire:6379", "redis:fire:6379"),
            (":fire:6379", ":fire:6379"),
            ("a: b: c", "a: b: c"),
            (":", ":"),
            ("::fire:", ":🔥"),
            (":fire", ":fire"),
            ("https://x.example/:x:y", "https://x.example/:x:y"),
        ] {
            assert_eq!(signs(typed), shown, "{typed}");
        }
    }
}
