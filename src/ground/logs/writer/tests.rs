use std::sync::mpsc;

use super::*;

const LONG: Duration = Duration::from_secs(20);

/// What a reader does with the next write: takes so many bytes, or fails.
type Turn = io::Result<usize>;

/// A standard error whose every write waits for the test's word, and takes all once the test has hung up.
struct Reader {
    turns: mpsc::Receiver<Turn>,
    read: Arc<Mutex<Vec<u8>>>,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.turns.recv().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
        self.read.lock().unwrap().extend(&bytes[..most]);
        Ok(most)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Scene {
    writer: Writer,
    turns: mpsc::Sender<Turn>,
    read: Arc<Mutex<Vec<u8>>>,
}

impl Scene {
    fn new() -> Self {
        let (turns, heard) = mpsc::channel();
        let read = Arc::new(Mutex::default());
        let reader = Reader { turns: heard, read: Arc::clone(&read) };
        Self { writer: Writer::start(Box::new(reader), LogFormat::Json), turns, read }
    }

    fn says(&mut self, line: &str) {
        self.writer.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The lines that were read once the reader takes all.
    fn at_the_end(self) -> Vec<String> {
        drop(self.turns);
        assert!(self.writer.flush(LONG), "all is written");
        let read = self.read.lock().unwrap().clone();
        String::from_utf8(read).unwrap().lines().map(str::to_owned).collect()
    }
}

#[test]
fn lines_come_whole_and_in_order() {
    let mut scene = Scene::new();
    for number in 0..100 {
        scene.says(&format!("line {number}"));
    }
    // Bit by bit, and interrupted in between.
    scene.turns.send(Ok(3)).unwrap();
    scene.turns.send(Err(ErrorKind::Interrupted.into())).unwrap();
    scene.turns.send(Err(ErrorKind::WouldBlock.into())).unwrap();
    scene.turns.send(Ok(2)).unwrap();
    let expected: Vec<String> = (0..100).map(|number| format!("line {number}")).collect();
    assert_eq!(scene.at_the_end(), expected);
}

#[test]
fn while_nobody_reads_lines_are_dropped_and_counted_and_told_once() {
    let mut scene = Scene::new();
    let long = "x".repeat(8 * 1024 - 1);
    for _ in 0..1_064 {
        scene.says(&long);
    }
    // The thread has one line at most in its hands, and 64 find room.
    let dropped = scene.writer.dropped();
    assert!((999..=1_000).contains(&dropped), "{dropped}");
    assert!(!scene.writer.flush(Duration::ZERO), "a flush does not wait for a reader that stopped");
    let writer = scene.writer.clone();
    let lines = scene.at_the_end();
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("dropped")).collect();
    assert_eq!(told, lines.last().into_iter().collect::<Vec<_>>(), "told once, after what had found room");
    let told: serde_json::Value = serde_json::from_str(told[0]).unwrap();
    assert_eq!(told["fields"]["dropped"], dropped);
    let words = format!("{} log lines were dropped while nobody read the log", line::grouped(dropped));
    assert_eq!(told["fields"]["message"], words);
    writer.push(b"after\n".to_vec());
    assert!(writer.flush(LONG));
    assert_eq!(writer.dropped(), dropped);
}

#[test]
fn lines_that_cannot_be_written_are_counted_and_told_before_the_next_that_can() {
    let mut scene = Scene::new();
    let full = || Err(io::Error::from(ErrorKind::StorageFull));
    // The first line is broken off, the second fails, and so does what would have told of the first.
    scene.turns.send(Ok(2)).unwrap();
    (0..2).for_each(|_| scene.turns.send(full()).unwrap());
    scene.says("first");
    scene.says("second");
    while scene.writer.dropped() < 2 {
        thread::yield_now();
    }
    scene.says("third");
    let lines = scene.at_the_end();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!((lines[0].as_str(), lines[2].as_str()), ("fi", "third"));
    assert!(lines[1].contains("2 log lines were dropped while the log could not be written"), "{lines:?}");
}
