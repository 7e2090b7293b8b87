use proptest::prelude::*;

use super::*;

#[test]
fn wire_text_becomes_what_people_saw() {
    let cases = [
        ("", ""),
        ("plain", "plain"),
        ("  outer space goes \n", "outer space goes"),
        ("two\r\nlines", "two\nlines"),
        ("ask <@U1|ian>", "ask @ian"),
        ("ask <@U1>", "ask @U1"),
        ("ask <@U1|>", "ask @U1"),
        ("ask <@W0X|@ian smith>", "ask @ian smith"),
        ("in <#C1|general>", "in #general"),
        ("in <#C1>", "in #C1"),
        ("in <#C1|>", "in #C1"),
        ("<!channel> help", "@channel help"),
        ("<!here|@here> help", "@here help"),
        ("<!everyone>", "@everyone"),
        ("<!subteam^S1|@oncall>", "@oncall"),
        ("<!subteam^S1|oncall>", "@oncall"),
        ("<!subteam^S1>", "@S1"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        ("<https://x.io/a?b=1&amp;c=2>", "https://x.io/a?b=1&c=2"),
        ("<https://x.io|label>", "label (https://x.io)"),
        ("<http://x.io|x.io>", "x.io"),
        ("<https://x.io/|https://x.io>", "https://x.io"),
        ("<https://evil.io|bank.io>", "bank.io (https://evil.io)"),
        ("<mailto:a@b.io|a@b.io>", "a@b.io"),
        ("<mailto:a@b.io|Ann>", "Ann (mailto:a@b.io)"),
        ("<tel:+441|+441>", "+441"),
        ("<tel:+4930901820|+49 30 901820>", "+49 30 901820"),
        ("<tel:+4930901820|call me>", "call me (tel:+4930901820)"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;", "&lt;"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("&lt;@U1&gt;", "<@U1>"),
        ("&nbsp; &", "&nbsp; &"),
        ("a < b > c", "a < b > c"),
        ("a <b", "a <b"),
        ("<> <@> <#> <!>", "<> <@> <#> <!>"),
        ("<<@U1>>", "<@U1>"),
        ("<@U1", "<@U1"),
        ("if (a<b) then c>d", "if (a<b) then c>d"),
        ("rtl \u{202e}gnp.exe", "rtl gnp.exe"),
        ("bell\u{7}here", "bell here"),
        ("🐒 on fire", "🐒 on fire"),
    ];
    for (wire, wanted) in cases {
        assert_eq!(plain(wire), wanted, "{wire:?}");
    }
}

#[test]
fn a_person_is_a_mention_and_nothing_else() {
    let cases = [
        ("<@U1|ian>", Some("U1")),
        ("<@U1>", Some("U1")),
        (" <@U1> ", Some("U1")),
        ("<@U1> please", None),
        ("@ian", None),
        ("<@>", None),
        ("<@U1|ian", None),
        ("<#C1>", None),
        ("<@U1><@U2>", None),
        ("", None),
    ];
    for (wire, wanted) in cases {
        assert_eq!(person(wire).as_ref().map(UserId::as_str), wanted, "{wire:?}");
    }
}

#[test]
fn a_mention_is_found_where_it_stands() {
    let cases = [
        ("<@UBOT> list", Some("UBOT"), Some((0, 7))),
        ("hey <@UBOT|howler> list", Some("UBOT"), Some((4, 18))),
        ("<@U1> and <@UBOT> list", Some("UBOT"), Some((10, 17))),
        ("<@U1> and <@UBOT> list", None, Some((0, 5))),
        ("<@ <@UBOT> list", Some("UBOT"), Some((3, 10))),
        ("<@U1> list", Some("UBOT"), None),
        ("list", None, None),
        ("<@UBOT", None, None),
    ];
    for (wire, of, wanted) in cases {
        assert_eq!(mention(wire, of), wanted, "{wire:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(wire in "(\\PC|[<>@#!&|^:;]|&lt;|<@U1|[\u{0}-\u{1f}]){0,60}") {
        let plain = plain(&wire);
        prop_assert!(!plain.chars().any(|c| c.is_control() && c != '\n'));
        let _ = person(&wire);
        let _ = mention(&wire, Some("U1"));
    }

    #[test]
    fn text_that_was_escaped_comes_back(text in "\\PC{0,40}") {
        let wire = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        prop_assert_eq!(plain(&wire), text::clean(&text));
    }
}
