use super::typed::{rich_text, to_wire};
use crate::slack::monkeytown;

#[test]
fn typed_text_becomes_slacks_tokens() {
    let world = monkeytown::world(None, jiff::Timestamp::UNIX_EPOCH);
    for (typed, command, message) in [
        ("@ian", "<@U0IAN|ian>", "<@U0IAN>"),
        ("ask @ian.", "ask <@U0IAN|ian>.", "ask <@U0IAN>."),
        ("@howler", "<@U0HOWLER|howler>", "<@U0HOWLER>"),
        ("#general", "<#C0GENERAL|general>", "<#C0GENERAL|general>"),
        ("@monkeytown-oncall!", "<!subteam^S0ONCALL|@monkeytown-oncall>!", "<!subteam^S0ONCALL>!"),
        ("@channel", "<!channel>", "<!channel>"),
        ("@nobody #nowhere", "@nobody #nowhere", "@nobody #nowhere"),
        ("me@ian.example", "me@ian.example", "me@ian.example"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel>", "&lt;!channel&gt;", "&lt;!channel&gt;"),
        (
            "see https://x.dev/?a=1&b=2.",
            "see <https://x.dev/?a=1&amp;b=2>.",
            "see <https://x.dev/?a=1&amp;b=2>.",
        ),
        ("über @zoe", "über <@U0ZOE|zoe>", "über <@U0ZOE>"),
    ] {
        assert_eq!(to_wire(&world, typed, true), command);
        assert_eq!(to_wire(&world, typed, false), message);
    }
}

#[test]
fn typed_text_carries_a_rich_text_block_that_slack_would_take() {
    let block = rich_text("<@U0IAN> &lt;3 <#C0GENERAL|general> <https://x.dev> <!here> <!subteam^S0ENG>");
    let kinds: Vec<&str> = block["elements"][0]["elements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["type"].as_str().unwrap())
        .collect();
    let expected = ["user", "text", "channel", "text", "link", "text", "broadcast", "text", "usergroup"];
    assert_eq!(kinds, expected);
    assert!(crate::slack::blocks::check_message(&[block]).is_empty());
}
