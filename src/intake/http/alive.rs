//! `/healthz`: would a restart help?

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::task::AbortHandle;

use delivery::Heart;
use desk::{Desk, Turn};

/// Under the second that probes usually wait.
const TURN_WITHIN: Duration = Duration::from_millis(800);

/// What has to live for howler to be of use.
pub struct Workers {
    pub desk: Desk,
    pub lanes: Heart,
    /// The task that keeps Socket Mode's connections, where it is on.
    pub socket: Option<AbortHandle>,
}

pub(super) fn router(workers: Workers) -> Router {
    Router::new().route("/healthz", get(healthz)).with_state(Arc::new(workers))
}

/// 200 unless a restart would help. A disk that hangs, a store that takes no changes and a Slack that cannot be reached are no
/// reasons: the next howler would meet them too.
async fn healthz(State(workers): State<Arc<Workers>>) -> Response {
    let (turn, beats) = tokio::join!(workers.desk.turn(TURN_WITHIN), workers.lanes.beats(TURN_WITHIN));
    let socket_ended = workers.socket.as_ref().is_some_and(AbortHandle::is_finished);
    let fault = match turn {
        Turn::Gone => "the desk has ended",
        Turn::Missing => "the desk hangs: it takes no turn, and not for the disk",
        Turn::Taken | Turn::AtDisk if !beats => "the lanes hang or have ended: nothing is sent",
        Turn::Taken | Turn::AtDisk if socket_ended => "Socket Mode has ended: Slack is not heard",
        Turn::Taken => return "ok\n".into_response(),
        Turn::AtDisk => return "ok: it waits for the disk, which no restart would change\n".into_response(),
    };
    let words =
        format!("{fault}. A restart helps, and loses nothing that was acknowledged; the log says more\n");
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}
