//! What comes over the socket, bytes first.

use proptest::prelude::*;

use super::wire::{is_id, read, write};
use super::{Question, Reply, WireError};

fn question() -> Question {
    Question {
        id: "0123456789abcdef".into(),
        command: "incident".into(),
        line: "p1 Event\nstream \"down\"".into(),
        file: None,
    }
}

#[tokio::test]
async fn what_is_written_is_read() {
    let mut line = Vec::new();
    write(&mut line, &question()).await.unwrap();
    assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(read::<Question>(line.as_slice()).await.unwrap(), question());
    let mut line = Vec::new();
    write(&mut line, &Reply::Refused("no".into())).await.unwrap();
    assert_eq!(line, b"{\"refused\":\"no\"}\n");
}

#[tokio::test]
async fn a_line_that_was_cut_off_is_not_carried_out() {
    let mut line = Vec::new();
    write(&mut line, &question()).await.unwrap();
    for most in 0..line.len() - 1 {
        let read = read::<Question>(line.get(..most).unwrap()).await;
        assert!(matches!(read, Err(WireError::Gone)), "{most} bytes: {read:?}");
    }
}

#[tokio::test]
async fn a_line_without_an_end_fills_no_memory() {
    let read = read::<Question>(tokio::io::repeat(b'x')).await;
    assert!(matches!(read, Err(WireError::TooLong)), "{read:?}");
}

#[test]
fn ids_are_long_enough_to_be_ones_own() {
    for (id, good) in [
        ("0123456789abcdef", true),
        ("01234567-89ab", true),
        ("", false),
        ("1", false),
        ("a:b:c:d:e:f", false),
        (&"x".repeat(65), false),
    ] {
        assert_eq!(is_id(id), good, "{id:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut bytes = bytes;
        bytes.push(b'\n');
        let read = runtime.block_on(read::<Question>(bytes.as_slice()));
        prop_assert!(matches!(read, Ok(_) | Err(WireError::Foreign)));
    }
}
