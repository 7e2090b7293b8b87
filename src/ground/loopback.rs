//! Connections within the process, which never touch the operating system: a simulation that uses them depends on
//! nothing but its seed.

use std::io;
use std::task::{Context, Poll};

use axum::http::Uri;
use futures_util::future::BoxFuture;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

/// What is on the way in one direction at most, in bytes.
const BUFFER: usize = 64 * 1024;

/// One end: connects. Clones lead to the same listener.
#[derive(Clone, Debug)]
pub struct Loopback(mpsc::UnboundedSender<DuplexStream>);

/// The other end: serves what connects.
pub struct LoopbackListener(mpsc::UnboundedReceiver<DuplexStream>);

impl Loopback {
    pub fn new() -> (Self, LoopbackListener) {
        let (calls, listener) = mpsc::unbounded_channel();
        (Self(calls), LoopbackListener(listener))
    }

    fn connect(&self) -> io::Result<DuplexStream> {
        let (near, far) = tokio::io::duplex(BUFFER);
        self.0.send(far).map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(near)
    }
}

impl tower_service::Service<Uri> for Loopback {
    type Response = DuplexStream;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<DuplexStream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Whatever the address.
    fn call(&mut self, _: Uri) -> Self::Future {
        let connected = self.connect();
        Box::pin(async move { connected })
    }
}

impl axum::serve::Listener for LoopbackListener {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            // Nobody can connect any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
