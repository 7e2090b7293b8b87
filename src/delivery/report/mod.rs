//! A report's file in Markdown, shared with people: pure. howler owns what stands between its marks, and only where nobody
//! changed it since howler wrote it.
//!
//! ```text
//! # Incident Report: INC-7
//!
//! <!-- howler:summary -->
//! ## Summary
//! ...
//! <!-- /howler:summary -->
//! ```

mod index;
mod marks;
mod merge;

#[cfg(test)]
mod tests;

pub use index::{IndexRow, merge_index, standing_row, without_row};
pub use merge::{Became, Digest, Merged, Section, Wrote, fresh, merge, standing};
