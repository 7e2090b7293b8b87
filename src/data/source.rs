//! Where a backup's bytes come from: the howler that runs, the store where none runs, or a file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::Timestamp;

use super::DataError;
use crate::local;
use ground::clock::Clock;
use store::{AsItStands, Backup, Store, StoreError, outline};

/// Pieces that wait between the socket and the file.
const WAITING: usize = 16;
/// The running howler must answer, and each piece come, within this time.
const WITHIN: Duration = Duration::from_secs(30);

/// The bytes of a backup. Reading blocks.
pub enum Source {
    Running(Pieces),
    Store(Box<Copied>),
    /// A store that this version would change if it opened it.
    Older(Box<OlderRows>),
    File(File),
}

impl Source {
    /// The howler on `data`: the running one where one runs, its store otherwise.
    ///
    /// # Errors
    /// When there is neither, or it cannot be asked or opened.
    pub async fn of(data: &Path, clock: &Clock) -> Result<Self, DataError> {
        if !data.join("howler.json").exists() {
            return Err(DataError::NoData(data.to_owned()));
        }
        let socket = local::socket(data);
        if runs(data) {
            return Ok(Self::Running(ask(data, &socket).await?));
        }
        let (folder, now) = (data.to_owned(), clock.now());
        let open = move || {
            let older =
                outline(&folder)?.and_then(|found| found.upgrade()).is_some_and(|upgrade| upgrade.rows);
            match older {
                true => Ok(Self::Older(Box::new(OlderRows::of(&folder, now)?))),
                false => Ok(Self::Store(Box::new(Copied::of(Arc::new(Store::open(&folder, "")?), now)?))),
            }
        };
        let opened = tokio::task::spawn_blocking(open).await;
        match opened.map_err(|_| DataError::Fault)? {
            Err(DataError::Store(StoreError::InUse { holder, .. })) => {
                Err(DataError::NoAnswer { data: data.to_owned(), socket, holder })
            }
            opened => opened,
        }
    }

    /// # Errors
    /// When it cannot be opened.
    pub fn file(path: &Path) -> Result<Self, DataError> {
        let opened = File::open(path);
        opened.map(Self::File).map_err(|source| DataError::Unreadable { path: path.to_owned(), source })
    }

    /// # Errors
    /// When the source breaks off or `to` cannot be written.
    pub fn copy_to(mut self, to: &mut super::Draft) -> Result<(), DataError> {
        let path = to.path().to_owned();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = self.read(&mut buffer).map_err(DataError::BrokeOff)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
            to.write_all(bytes).map_err(|source| DataError::Unwritable { path: path.clone(), source })?;
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Running(pieces) => pieces.read(buffer),
            Self::Store(copied) => copied.read(buffer),
            Self::Older(rows) => rows.read(buffer),
            Self::File(file) => file.read(buffer),
        }
    }
}

/// A store that is open only to be copied.
pub struct Copied {
    backup: Backup,
    piece: io::Cursor<Vec<u8>>,
    /// Kept open for as long as the backup reads it.
    _store: Arc<Store>,
}

impl Copied {
    /// # Errors
    /// When it cannot be read.
    pub fn of(store: Arc<Store>, now: Timestamp) -> Result<Self, DataError> {
        let backup = store.begin_backup(now, false)?;
        Ok(Self { backup, piece: io::Cursor::default(), _store: store })
    }
}

impl Read for Copied {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.backup.next_bytes().map_err(io::Error::other)? {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => return Ok(0),
            }
        }
    }
}

/// The rows of a store that an older version left, read as they stand.
pub struct OlderRows {
    rows: AsItStands,
    piece: io::Cursor<Vec<u8>>,
}

impl OlderRows {
    /// # Errors
    /// When they cannot be read.
    pub fn of(data: &Path, now: Timestamp) -> Result<Self, DataError> {
        Ok(Self { rows: AsItStands::of(data, now)?, piece: io::Cursor::default() })
    }
}

impl Read for OlderRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.rows.next_bytes().map_err(io::Error::other)? {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => return Ok(0),
            }
        }
    }
}

/// Whether a howler runs on `data` and answers.
pub fn runs(data: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(local::socket(data)).is_ok()
}

/// What comes through the socket, handed from the task that receives it to the thread that reads it.
pub struct Pieces {
    coming: mpsc::Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.coming.recv() {
                Ok(piece) => self.piece = io::Cursor::new(piece?),
                Err(mpsc::RecvError) => return Ok(0),
            }
        }
    }
}

async fn ask(data: &Path, socket: &Path) -> Result<Pieces, DataError> {
    let refused = |reason: String| DataError::Refused { data: data.to_owned(), reason };
    let client = reqwest::Client::builder().unix_socket(socket).read_timeout(WITHIN).build();
    let client = client.map_err(|error| refused(error.to_string()))?;
    let asked = client.post("http://howler/backup").send().await;
    let mut response = asked.map_err(|error| refused(error.to_string()))?;
    if !response.status().is_success() {
        let status = response.status();
        let reason = response.text().await.unwrap_or_default();
        return Err(refused(format!("{status}: {}", reason.trim())));
    }
    let (give, coming) = mpsc::sync_channel(WAITING);
    tokio::spawn(async move {
        loop {
            let piece = match response.chunk().await {
                Ok(None) => return,
                Ok(Some(piece)) => Ok(Vec::from(piece)),
                Err(_) => Err(io::Error::other("the running howler ended it; its log says why")),
            };
            let broken = piece.is_err();
            // A full channel waits for the disk; whoever reads no more has its own error.
            let give = give.clone();
            let given = tokio::task::spawn_blocking(move || give.send(piece)).await;
            if broken || !matches!(given, Ok(Ok(()))) {
                return;
            }
        }
    });
    Ok(Pieces { coming, piece: io::Cursor::default() })
}
