//! What is kept of a stream, however long it is: its beginning and its end, whole lines of them, as text (research 2b, rule 7).

use serde::de::IgnoredAny;

/// Bytes kept of the beginning of each stream, and as many of its end.
const HALF: usize = 512 << 10;
/// Lines of a longer text that are kept of its beginning, and as many of its end. JSON is kept whole: a part of it is none.
const LINES: usize = 10_000;
/// A text has no more zero bytes than one in so many.
const ZEROS: usize = 1_000;
/// And no more bytes that are not UTF-8: some programs print another alphabet.
const STRAY: usize = 10;

/// The beginning and the end of a stream.
#[derive(Debug, Default)]
pub struct Kept {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Bytes and ends of lines that came.
    bytes: usize,
    ends: usize,
}

/// A stream as it may be looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Printed {
    /// The text, and whether its middle is missing. Where it is, whole lines are: half a secret would not be known for one.
    Text(String, bool),
    /// So many bytes that are no text.
    Bytes(usize),
}

impl Kept {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        self.ends += bytes.iter().filter(|byte| **byte == b'\n').count();
        let room = HALF.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        self.tail.extend_from_slice(rest);
        // In one move now and then, and not with each byte.
        if self.tail.len() > 2 * HALF {
            self.tail.drain(..self.tail.len() - HALF);
        }
    }

    /// Whether bytes between the beginning and the end are gone.
    fn has_gap(&self) -> bool {
        self.head.len() + self.tail.len() < self.bytes
    }

    /// The last `most` bytes, from the beginning of a line on. What is no text is told in a word.
    pub fn end(&self, most: usize) -> String {
        if !self.is_text() {
            return format!("… {} bytes that are no text …\n", self.bytes);
        }
        let (head, tail) = (self.head.len(), self.tail.len());
        let from_tail = tail.saturating_sub(most);
        let from_head = head.saturating_sub(most.saturating_sub(tail));
        let gap = self.has_gap() && from_tail == 0 && tail > 0;
        let first =
            if tail >= most || gap { &[][..] } else { self.head.get(from_head..).unwrap_or_default() };
        let bytes = [first, self.tail.get(from_tail..).unwrap_or_default()].concat();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if head + tail <= most && !self.has_gap() {
            return text;
        }
        match text.split_once('\n') {
            Some((_, lines)) if !lines.trim().is_empty() => lines.to_owned(),
            _ => format!("… a line of more than {} bytes is left out …\n", text.len().saturating_sub(1)),
        }
    }

    /// What is kept of it.
    pub fn printed(&self) -> Printed {
        if !self.is_text() {
            return Printed::Bytes(self.bytes);
        }
        let over = self.tail.len().saturating_sub(HALF);
        let tail = self.tail.get(over..).unwrap_or_default();
        if over == 0 && !self.has_gap() {
            let text = String::from_utf8_lossy(&[&self.head, tail].concat()).into_owned();
            return match self.ends <= 2 * LINES || serde_json::from_str::<IgnoredAny>(&text).is_ok() {
                true => Printed::Text(text, false),
                false => self.without_middle(text.lines().collect(), text.lines().collect()),
            };
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(tail));
        let head = head.rsplit_once('\n').map_or("", |(lines, _)| lines);
        let tail = tail.split_once('\n').map_or("", |(_, lines)| lines);
        self.without_middle(head.lines().collect(), tail.lines().collect())
    }

    fn without_middle(&self, head: Vec<&str>, tail: Vec<&str>) -> Printed {
        let head = head.get(..LINES).unwrap_or(&head);
        let tail = tail.get(tail.len().saturating_sub(LINES)..).unwrap_or_default();
        let ends_open = self.tail.last().or(self.head.last()).is_some_and(|byte| *byte != b'\n');
        let all = self.ends + usize::from(ends_open);
        let lines = all.saturating_sub(head.len() + tail.len());
        let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        let (head, tail) = (head.join("\n"), tail.join("\n"));
        Printed::Text(format!("{head}\n… {lines} left out …\n{tail}"), true)
    }

    fn is_text(&self) -> bool {
        let (mut zeros, mut stray) = (0, 0);
        for part in [&self.head, &self.tail] {
            zeros += part.iter().filter(|byte| **byte == 0).count();
            // The last sign of a part may be cut.
            stray += part.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count().saturating_sub(1);
        }
        let all = self.head.len() + self.tail.len();
        zeros * ZEROS <= all && stray * STRAY <= all
    }
}
