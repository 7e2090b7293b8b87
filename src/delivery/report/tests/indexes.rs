use super::*;

const FILE: &str = "2026-11-29-inc-7-event-stream-down.md";

fn row(text: &str) -> IndexRow {
    IndexRow {
        lead: "# Incidents".into(),
        head: "| Incident | Title |\n|---|---|".into(),
        file: FILE.into(),
        row: format!("| [INC-7]({FILE}) | {text} |"),
        wrote: Default::default(),
    }
}

fn other() -> IndexRow {
    IndexRow { file: "other.md".into(), row: "| [INC-8](other.md) | Other |".into(), ..row("") }
}

fn became(merged: &Merged) -> &'static str {
    word(merged.sections.values().next().unwrap())
}

fn wrote(mut row: IndexRow, merged: &Merged) -> IndexRow {
    row.wrote = merged.wrote.0[&row.file].clone();
    row
}

#[test]
fn each_row_is_merged_by_itself() {
    let first = merge_index(None, &row("Down"));
    assert_eq!(
        first.text,
        format!(
            "# Incidents\n\n<!-- howler:incidents -->\n| Incident | Title |\n|---|---|\n| [INC-7]({FILE}) | Down |\n<!-- /howler:incidents -->\n"
        )
    );
    let both = merge_index(Some(&first.text), &other());
    assert_eq!((became(&both), both.text.lines().nth(5)), ("written", Some("| [INC-8](other.md) | Other |")));
    let renamed = merge_index(Some(&both.text), &wrote(row("Event stream down"), &first));
    assert_eq!(renamed.text, both.text.replace("Down", "Event stream down"));
    let by_hand = both.text.replace("| Other |", "| Other, by hand |");
    let again = merge_index(Some(&by_hand), &wrote(row("Newer"), &first));
    assert_eq!(again.text, by_hand.replace("Down", "Newer"), "the other row's words stay");
    for (row, done, expected) in [
        (wrote(other(), &both), by_hand.clone(), "kept"),
        (
            wrote(IndexRow { row: "| [INC-8](other.md) | New |".into(), ..other() }, &both),
            by_hand.clone(),
            "conflict",
        ),
        (wrote(other(), &both), both.text.replace("| [INC-8](other.md) | Other |\n", ""), "missing"),
        (wrote(other(), &both), both.text.replace("<!-- /howler:incidents -->", ""), "torn"),
        (wrote(other(), &both), "# Mine".into(), "missing"),
        (other(), both.text.clone(), "unchanged"),
    ] {
        let merged = merge_index(Some(&done), &row);
        assert_eq!((became(&merged), &merged.text), (expected, &done));
    }
}

#[test]
fn an_index_of_peoples_is_kept() {
    let theirs = "# Our incidents\r\n\r\n| Date | What |\r\n|---|---|\r\n| 2020 | Fire |";
    let merged = merge_index(Some(theirs), &row("Down"));
    assert!(
        merged.text.starts_with(&format!("{theirs}\r\n\r\n<!-- howler:incidents -->\r\n")),
        "{}",
        merged.text
    );
    let once = merge_index(Some(&merged.text), &wrote(row("Down"), &merged));
    assert_eq!((became(&once), &once.text), ("unchanged", &merged.text));
    let headless = merged.text.replace("| Incident | Title |\r\n|---|---|\r\n", "");
    let more = merge_index(Some(&headless), &other());
    assert_eq!(more.text, headless.replace("<!-- /h", "| [INC-8](other.md) | Other |\r\n<!-- /h"));
}

#[test]
fn a_row_is_one_line() {
    let merged = merge_index(None, &row("a\r\n<!-- /howler:incidents -->\nb"));
    assert_eq!(merged.text.lines().count(), 7, "{}", merged.text);
    assert_eq!(standing_row(&merged.text, FILE), merged.wrote.0[FILE].first().cloned());
}
