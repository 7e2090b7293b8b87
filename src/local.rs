//! The socket in the data folder: how the same person's shell speaks to the howler that runs on it.
//!
//! The folder's own permissions and the socket's (0600) decide who may. It is made under the store's lock, so what is
//! left of a howler that was killed is replaced, and nobody else's is.
//!
//! It speaks HTTP, for what is long and streams.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use desk::Desk;
use ground::logs::how_it_ended;
use ground::unix_socket::{self, SocketError};
use store::{Backup, BackupError};

/// The socket's name in the data folder.
pub const SOCKET: &str = "operations.sock";

/// Where the howler that runs on `data` listens for shells.
pub fn socket(data: &Path) -> PathBuf {
    data.join(SOCKET)
}

/// What operators do from a shell.
pub fn operations(desk: Desk) -> Router {
    Router::new().route("/backup", post(backup)).with_state(desk)
}

/// A socket that is served until [`stop`](Self::stop).
pub struct Local {
    path: PathBuf,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Local {
    /// Serves `router` on the socket of `data`, whose store this process holds open.
    ///
    /// # Errors
    /// When the socket cannot be made; its path may be too long for one (107 bytes).
    pub fn start(data: &Path, router: Router) -> Result<Self, SocketError> {
        let path = socket(data);
        let listener = unix_socket::bind(&path)?;
        let (stop, mut stopping) = watch::channel(false);
        let task = tokio::spawn(async move {
            let stopped = async move {
                // Whoever would tell is gone: so is the need for the socket.
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            tokio::select! {
                served = axum::serve(listener, router) => {
                    if let Err(error) = served {
                        warn!(%error, "the local socket ended");
                    }
                }
                () = stopped => {}
            }
        });
        Ok(Self { path, stop, task })
    }

    /// Ends it and removes the socket. A backup under way breaks off, and says so at its other end.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            warn!(how = how_it_ended(&error), "the local socket ended badly");
        }
        unix_socket::remove(&self.path);
    }
}

/// Streams a backup of what is committed now.
async fn backup(State(desk): State<Desk>) -> Response {
    match desk.backup().await {
        Ok(backup) => {
            info!("a backup begins");
            let pieces = stream::try_unfold(backup, |backup| async move {
                let piece = next_piece(backup).await;
                piece.inspect_err(|error| warn!(%error, "a backup broke off"))
            });
            ([(CONTENT_TYPE, "application/octet-stream")], Body::from_stream(pieces)).into_response()
        }
        Err(error) => {
            warn!(%error, "a backup could not begin");
            (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()
        }
    }
}

async fn next_piece(mut backup: Backup) -> Result<Option<(Bytes, Backup)>, BackupError> {
    let read = tokio::task::spawn_blocking(move || backup.next_bytes().map(|piece| (piece, backup)));
    let (piece, backup) = read.await.map_err(|_| BackupError::Stopped)??;
    Ok(piece.map(|piece| (Bytes::from(piece), backup)))
}
