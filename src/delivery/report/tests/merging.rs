use super::*;

const OLD: [(&str, &str); 2] = [("impact", "## Impact\n- none"), ("summary", "## Summary\nOld.")];

fn old() -> (String, Wrote) {
    let made = fresh("# Incident Report: INC-7\n", &sections(&[OLD[1], OLD[0]]));
    (made.text, made.wrote)
}

fn new() -> Vec<Section> {
    sections(&[("summary", "## Summary\nNew."), OLD[0]])
}

#[test]
fn a_new_file_has_its_sections_between_marks() {
    let expected = "# Incident Report: INC-7\n\n<!-- howler:summary -->\n## Summary\nOld.\n<!-- /howler:summary -->\n\n\
                    <!-- howler:impact -->\n## Impact\n- none\n<!-- /howler:impact -->\n";
    assert_eq!(old().0, expected);
}

/// What people did to the file, what becomes of the summary, and what stands afterwards where that is not what stood.
#[test]
fn howler_writes_only_what_it_wrote_itself() {
    let (text, wrote) = old();
    let written = text.replace("Old.", "New.");
    let twice = format!("{text}{}", &text[text.find("<!-- howler:summary").unwrap()..]);
    let nested = text.replace("Old.\n", "Old.\n<!-- howler:x -->\n<!-- /howler:x -->\n");
    let fenced = format!("```\n<!-- howler:summary -->\n<!-- /howler:summary -->\n```\n{text}");
    let indented = text.replace("<!-- howler:summary -->", "    <!-- howler:summary -->");
    let inline = text.replace("# Incident", "See <!-- howler:summary --> here\n# Incident");
    let windows = text.replace('\n', "\r\n");
    let open_code = text.replace("- none\n", "- none\n```\n");
    let unended = text.trim_end().to_owned();
    let rows: Vec<(&str, String, &str, Option<String>)> = vec![
        ("nothing", text.clone(), "written", Some(written.clone())),
        ("what howler wants", written.clone(), "unchanged", None),
        ("another text", text.replace("Old.", "Theirs."), "conflict", None),
        ("an empty line more", text.replace("Old.\n", "Old.\n\n"), "conflict", None),
        ("both marks gone", text.replace(&text[26..95], "## Summary\nTheirs.\n"), "missing", None),
        ("one mark gone", text.replace("<!-- /howler:summary -->\n", ""), "torn", None),
        ("the section doubled", twice, "torn", None),
        ("marks within", nested, "torn", None),
        ("marks in code", fenced.clone(), "written", Some(fenced.replace("Old.", "New."))),
        ("a mark in a sentence", inline.clone(), "written", Some(inline.replace("Old.", "New."))),
        ("a mark moved in", indented, "torn", None),
        ("line ends of Windows", windows.clone(), "written", Some(windows.replace("Old.", "New."))),
        (
            "code left open in another section",
            open_code.clone(),
            "written",
            Some(open_code.replace("Old.", "New.")),
        ),
        ("the last line's end gone", unended.clone(), "written", Some(unended.replace("Old.", "New."))),
        ("a byte order mark", format!("\u{FEFF}{text}"), "written", Some(format!("\u{FEFF}{written}"))),
    ];
    for (done, stands, became, expected) in rows {
        let merged = merge(&stands, &wrote, &new());
        assert_eq!(word(&merged.sections["summary"]), became, "{done}");
        assert_eq!(merged.text, expected.unwrap_or(stands), "{done}");
    }
}

#[test]
fn code_that_somebody_left_open_in_a_section_hides_no_other() {
    let (text, wrote) = old();
    let merged = merge(&text.replace("Old.", "```\nOld."), &wrote, &new());
    assert_eq!(words(&merged), [("impact", "unchanged"), ("summary", "conflict")]);
}

#[test]
fn a_byte_order_mark_stands_before_a_first_line_that_is_a_mark() {
    let made = fresh("", &sections(&[OLD[1]]));
    let merged = merge(&format!("\u{FEFF}{}", made.text), &made.wrote, &new()[..1]);
    assert_eq!(words(&merged), [("summary", "written")]);
    let before = merge(&format!("\u{FEFF}{}", made.text), &made.wrote, &sections(&[("first", "1"), OLD[1]]));
    assert!(
        before
            .text
            .starts_with("\u{FEFF}<!-- howler:first -->\n1\n<!-- /howler:first -->\n\n<!-- howler:summary")
    );
}

#[test]
fn a_conflict_shows_theirs_and_either_side_settles_it() {
    let (text, wrote) = old();
    let stands = text.replace("Old.", "Theirs.");
    let merged = merge(&stands, &wrote, &new());
    let Became::Conflict { theirs, seen } = &merged.sections["summary"] else { panic!("{merged:?}") };
    assert_eq!(theirs, "## Summary\nTheirs.\n");
    assert_eq!(merged.wrote, wrote, "howler wrote nothing");
    let mut take = wrote.clone();
    take.0.insert("summary".into(), [seen.clone()].into());
    assert_eq!(merge(&stands, &take, &new()).text, text.replace("Old.", "New."));
    assert_eq!(
        word(&merge(&text.replace("Old.", "Theirs 2."), &take, &new()).sections["summary"]),
        "conflict"
    );
    let mut keep = wrote;
    keep.0.insert("summary".into(), [new()[0].digest()].into());
    assert_eq!(word(&merge(&stands, &keep, &new()).sections["summary"]), "kept");
    let newer = sections(&[("summary", "## Summary\nNewer.")]);
    assert_eq!(word(&merge(&stands, &keep, &newer).sections["summary"]), "conflict", "asked again");
}

#[test]
fn what_howler_wrote_and_does_not_know_counts_as_peoples() {
    let (text, _) = old();
    assert_eq!(
        words(&merge(&text, &Wrote::default(), &new())),
        [("impact", "unchanged"), ("summary", "conflict")]
    );
    let mut unsure = old().1;
    unsure.or_maybe(&sections(&[("summary", "## Summary\nLost.")]));
    let lost = text.replace("Old.", "Lost.");
    let merged = merge(&lost, &unsure, &new());
    assert_eq!(merged.text, text.replace("Old.", "New."), "one of the two that it may have written");
    assert_eq!(merged.wrote.0["summary"], [new()[0].digest()].into());
}

#[test]
fn a_section_that_never_stood_there_comes_to_its_place() {
    let (text, wrote) = old();
    let between = sections(&[OLD[1], ("timeline", "## Timeline"), OLD[0], ("last", "## Last")]);
    let merged = merge(&text, &wrote, &between);
    let marks: Vec<&str> = merged.text.lines().filter(|line| line.starts_with("<!-- howler:")).collect();
    let expected = ["summary", "timeline", "impact", "last"].map(|name| format!("<!-- howler:{name} -->"));
    assert_eq!(marks, expected);
    assert_eq!(
        merged
            .text
            .replace("\n<!-- howler:timeline -->\n## Timeline\n<!-- /howler:timeline -->\n", "")
            .replace("\n<!-- howler:last -->\n## Last\n<!-- /howler:last -->\n", ""),
        text
    );
    let by_hand = "# By hand\r\n\r\nWords without an end";
    let merged = merge(by_hand, &Wrote::default(), &sections(&[OLD[1]]));
    assert_eq!(
        merged.text,
        format!(
            "{by_hand}\r\n\r\n<!-- howler:summary -->\r\n## Summary\r\nOld.\r\n<!-- /howler:summary -->\r\n"
        )
    );
}

#[test]
fn what_howler_writes_never_reads_as_a_mark() {
    let sly = sections(&[("summary", "a\n<!-- /howler:summary -->\n<!-- howler:impact -->\nb")]);
    let made = fresh("<!-- howler:summary -->", &sly);
    assert_eq!(standing(&made.text).into_keys().collect::<Vec<_>>(), ["summary"]);
    assert_eq!(words(&merge(&made.text, &made.wrote, &sly)), [("summary", "unchanged")]);
    assert!(made.text.contains("a\n&lt;!-- /howler:summary -->\n&lt;!-- howler:impact -->\nb\n"));
}

#[test]
fn a_file_of_three_megabytes_is_merged() {
    let line = "People write a long appendix here, with logs.\n".repeat(65_536);
    let (text, wrote) = old();
    let stands = format!("{line}{text}{line}");
    assert!(stands.len() > 3_000_000 * 2 - 100_000);
    assert_eq!(merge(&stands, &wrote, &new()).text, format!("{line}{}{line}", text.replace("Old.", "New.")));
}
