//! Knows when a request has arrived whole. Until then its connection may be cut off for another: headers cost nothing, so
//! somebody who sends only those, and bodies by the byte, would take every place.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::Seat;

/// One request of a connection.
pub(super) struct Asked {
    seat: Arc<Seat>,
    whole: AtomicBool,
}

impl Asked {
    pub(super) fn by(seat: &Arc<Seat>) -> Arc<Self> {
        Arc::new(Self { seat: Arc::clone(seat), whole: AtomicBool::new(false) })
    }

    /// The last of the body is here.
    fn is_whole(&self) {
        if !self.whole.swap(true, Ordering::Relaxed) {
            self.seat.in_hand.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A request may be answered before it was whole, and then was never in hand.
    pub(super) fn is_answered(&self) {
        if self.whole.load(Ordering::Relaxed) {
            self.seat.in_hand.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// A body that tells when it has ended.
pub(super) struct Arriving {
    body: Incoming,
    asked: Arc<Asked>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, asked: Arc<Asked>) -> Self {
        if body.is_end_stream() {
            asked.is_whole();
        }
        Self { body, asked }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.asked.is_whole();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
