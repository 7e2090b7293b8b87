use proptest::prelude::*;

use crate::probe::process::Kept;

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
        prop_assert_eq!(whole.text(), pieces.text());
    }
}
