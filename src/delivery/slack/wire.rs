//! What calls to Slack travel on: TCP, or connections within the process for a simulation.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tower_service::Service;

use ground::loopback::Loopback;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type HttpUri = axum::http::Uri;

/// Makes connections.
#[derive(Clone)]
pub enum Wire {
    Tcp(HttpConnector),
    Loopback(Loopback),
}

/// A connection.
pub enum Stream {
    Tcp(TcpStream),
    Loopback(DuplexStream),
}

impl Service<HttpUri> for Wire {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<TokioIo<Stream>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Tcp(http) => http.poll_ready(context).map_err(Into::into),
            Self::Loopback(loopback) => loopback.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, address: HttpUri) -> Self::Future {
        match self {
            Self::Tcp(http) => {
                let connected = http.call(address).map_ok(|tcp| TokioIo::new(Stream::Tcp(tcp.into_inner())));
                Box::pin(connected.err_into())
            }
            Self::Loopback(loopback) => {
                let connected =
                    loopback.call(address).map_ok(|inside| TokioIo::new(Stream::Loopback(inside)));
                Box::pin(connected.err_into())
            }
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Tcp(tcp) => tcp.connected(),
            Self::Loopback(_) => Connected::new(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_read(context, into),
            Self::Loopback(inside) => Pin::new(inside).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Self::Loopback(inside) => Pin::new(inside).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_flush(context),
            Self::Loopback(inside) => Pin::new(inside).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_shutdown(context),
            Self::Loopback(inside) => Pin::new(inside).poll_shutdown(context),
        }
    }
}
