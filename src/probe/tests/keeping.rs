use proptest::prelude::*;

use crate::kept::{Kept, Printed};

proptest! {
    /// However a stream comes in pieces, what is kept of it is the same.
    #[test]
    fn pieces_do_not_matter(text in "[a-z\n]{0,200}", cuts in proptest::collection::vec(0_usize..200, 0..8)) {
        let mut whole = Kept::default();
        whole.push(text.as_bytes());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Kept::default();
        let mut from = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            pieces.push(&text.as_bytes()[from..cut]);
            from = cut;
        }
        prop_assert_eq!(whole.printed(), pieces.printed());
    }
}

fn printed(bytes: &[u8]) -> Printed {
    let mut kept = Kept::default();
    for piece in bytes.chunks(7_919) {
        kept.push(piece);
    }
    kept.printed()
}

fn text(bytes: &[u8]) -> (String, bool) {
    match printed(bytes) {
        Printed::Text(text, cut) => (text, cut),
        Printed::Bytes(bytes) => panic!("{bytes} bytes that are no text"),
    }
}

#[test]
fn of_many_lines_the_first_and_the_last_are_kept_and_the_others_counted() {
    let lines: String = (1..=50_000).map(|number| format!("{number}\n")).collect();
    let (kept, cut) = text(lines.as_bytes());
    assert!(cut && kept.starts_with("1\n2\n") && kept.ends_with("\n49999\n50000"));
    assert!(kept.contains("\n10000\n… 30000 lines left out …\n40001\n"), "{}", kept.lines().count());
    let few: String = (1..=20_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(text(few.as_bytes()), (few, false));
}

#[test]
fn of_many_bytes_whole_lines_are_kept_and_the_others_counted() {
    let line = "x".repeat(999);
    let lines: String = (10_000..15_000).map(|number| format!("{number}{line}\n")).collect();
    let (kept, cut) = text(lines.as_bytes());
    let out = kept.lines().find(|line| line.starts_with('…')).unwrap();
    let number: usize = out.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(cut && number + kept.lines().count() - 1 == 5_000, "{out} of {}", kept.lines().count());
    assert!(
        kept.lines().filter(|line| !line.starts_with('…')).all(|line| line.len() == 1_004),
        "whole lines"
    );
}

#[test]
fn json_is_kept_whole_for_a_part_of_it_is_none() {
    let json = format!("[{}\n1]", "1,\n".repeat(30_000));
    assert_eq!(text(json.as_bytes()), (json, false));
}

#[test]
fn one_line_of_megabytes_is_left_out_and_counted() {
    let line = "x".repeat(1 << 20);
    assert_eq!(text(line.as_bytes()), (line.clone(), false), "a megabyte is kept");
    let lines = format!("first\n{}\nlast\n", "x".repeat(5 << 20));
    assert_eq!(text(lines.as_bytes()), ("first\n… 1 line left out …\nlast".to_owned(), true));
    let mut kept = Kept::default();
    kept.push(line.as_bytes());
    assert_eq!(kept.end(64 << 10), "… a line of more than 65535 bytes is left out …\n");
    kept.push(b"\nlast\n");
    assert_eq!(kept.end(64 << 10), "last\n");
}

#[test]
fn what_is_no_text_is_counted_and_not_kept() {
    let archive: Vec<u8> = (0..40_960_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(printed(&archive), Printed::Bytes(40_960));
    assert_eq!(printed(b"a\0b"), Printed::Bytes(3));
    let mut wide: Vec<u8> = "an ordinary line\n".bytes().flat_map(|byte| [byte, 0]).collect();
    assert_eq!(printed(&wide), Printed::Bytes(34), "another encoding is no text either");
    wide.truncate(0);
    // One crash of a pod leaves a zero in its log, and an old program speaks Latin-1.
    let log = format!("{}\0\n", "an ordinary line\n".repeat(100));
    assert!(matches!(printed(log.as_bytes()), Printed::Text(..)));
    assert_eq!(text(b"Datenbank nicht verf\xfcgbar\n").0, "Datenbank nicht verf\u{fffd}gbar\n");
    let mut kept = Kept::default();
    kept.push(&archive);
    assert_eq!(kept.end(64 << 10), "… 40960 bytes that are no text …\n");
}
