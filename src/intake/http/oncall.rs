//! Who is on call, for other programs: a calendar by an address that nobody guesses, and JSON by a token.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::bearer::Bearer;
use crate::front::Front;
use calendar::{Duty, Feed, Shift, write};
use desk::oncall::who_at;
use domain::id::UserId;
use domain::oncall::Why;
use domain::oncall::holding::Holding;
use domain::oncall::rota::Rota;
use domain::oncall::schedule::Schedule;
use domain::secret::Secret;

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Weeks that a calendar shows: behind, and ahead.
const BEHIND: i32 = 4;
const AHEAD: i32 = 26;
/// A turn that began longer ago has no beginning that stays: the schedule looks back two years.
const OUT_OF_SIGHT: SignedDuration = SignedDuration::from_hours(24 * 700);
/// How often programs should ask again.
const REFRESH: SignedDuration = SignedDuration::from_mins(15);

struct Context {
    front: Front,
    readers: Option<Bearer>,
}

type Shared = State<Arc<Context>>;

/// `/oncall.ics`, and `/api/oncall` where there is a secret to know its readers by.
pub(super) fn router(front: Front, secret: Option<&Secret>) -> Router {
    let readers = secret.map(Bearer::new);
    let router = Router::new().route("/oncall.ics", get(calendar));
    let router = if readers.is_some() { router.route("/api/oncall", get(oncall)) } else { router };
    router.with_state(Arc::new(Context { front, readers }))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    key: String,
}

/// Whose turns a calendar shows, with everything that is in it.
struct Turns {
    only: Option<UserId>,
    shifts: Vec<(Shift, Option<UserId>)>,
    stamp: Timestamp,
}

/// 404 for an address that is none, or that was revoked: nobody learns which.
async fn calendar(State(context): Shared, Query(Asked { key }): Query<Asked>) -> Response {
    let found = context.front.desk.look(|state, now| turns(&state.rota, &key, now)).flatten();
    let Some(Turns { only, shifts, stamp }) = found else { return StatusCode::NOT_FOUND.into_response() };
    let people = &context.front.deliverer.people;
    let mut duties = Vec::new();
    for (shift, backup) in &shifts {
        let name = people.name(&UserId::from(shift.person.as_str())).await;
        let backup = match backup {
            Some(backup) => Some(people.name(backup).await),
            None => None,
        };
        duties.push((shift, name, backup));
    }
    let duties: Vec<Duty<'_>> =
        duties.iter().map(|(shift, name, backup)| Duty { shift, name, backup: backup.as_deref() }).collect();
    let name = if only.is_some() { "On call (mine)" } else { "On call" };
    let feed = Feed { name, place: "howler", stamp, refresh: REFRESH };
    let text = write(&feed, &duties, only.as_ref().map(UserId::as_str));
    ([(CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response()
}

fn turns(rota: &Rota, key: &str, now: Timestamp) -> Option<Turns> {
    let feed = rota.feeds.iter().find(|feed| is_same(&feed.key, key))?;
    let schedule = &rota.schedule;
    let begun = schedule.plans.first().map_or(Timestamp::UNIX_EPOCH, |plan| plan.from);
    let (from, until) = whole_turns(schedule, now);
    let shifts = schedule.segments(from, until).into_iter().filter_map(|segment| {
        let (from, until) = (segment.from, segment.until);
        let (person, why, from) = match segment.held {
            Some((person, why)) => (person, why, from),
            // Before there was a schedule nobody was called.
            None => (schedule.fallback.clone()?, Why::DeclaredBackup, from.max(begun)),
        };
        let backup = schedule.backup(from).filter(|backup| **backup != person).cloned();
        let shift = Shift { person: person.0, from, until, why: Some(word(&why).to_owned()) };
        (from < until).then_some((shift, backup))
    });
    let stamp = rota.shift.as_ref().map_or(begun, |shift| shift.since);
    Some(Turns { only: feed.of.clone(), shifts: shifts.collect(), stamp })
}

/// The weeks that a calendar shows, as far as the turns at both ends reach: a turn that were cut at the instant of the
/// request would be another event each time. One without an end in sight is cut at a new year.
fn whole_turns(schedule: &Schedule, now: Timestamp) -> (Timestamp, Timestamp) {
    let from = now.saturating_sub(WEEK * BEHIND).unwrap_or(Timestamp::MIN);
    let until = now.saturating_add(WEEK * AHEAD).unwrap_or(Timestamp::MAX);
    let first = schedule.at(from);
    let since = first.primary.map(|held| held.since).or(first.gap.map(|gap| gap.since));
    let is_in_sight = |since: &Timestamp| from.duration_since(*since) < OUT_OF_SIGHT;
    let last = schedule.at(until);
    let end = last.primary.map_or_else(|| last.gap.and_then(|gap| gap.until), |held| held.until);
    let year = |at: Timestamp, later: i16| {
        let year = TimeZone::UTC.to_datetime(at).year().saturating_add(later);
        Date::new(year, 1, 1).ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok())
    };
    let begin = since.filter(is_in_sight).or_else(|| Some(year(from, 0)?.timestamp()));
    let end = end.or_else(|| Some(year(until, 1)?.timestamp()));
    (begin.unwrap_or(from), end.unwrap_or(until))
}

/// In the same time wherever the two differ.
fn is_same(known: &str, claimed: &str) -> bool {
    let hashed = |text: &str| {
        Hmac::<Sha256>::new_from_slice(known.as_bytes()).map(|mut mac| {
            mac.update(text.as_bytes());
            mac
        })
    };
    match (hashed(known), hashed(claimed)) {
        (Ok(known), Ok(claimed)) => claimed.verify_slice(&known.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

/// Why somebody has it, in one word.
fn word(why: &Why) -> &'static str {
    match why {
        Why::Rotation => "rotation",
        Why::PausedFor(_) => "stands in",
        Why::Override { .. } => "override",
        Why::DeclaredBackup => "declared backup",
    }
}

#[derive(Deserialize)]
struct When {
    at: Option<Timestamp>,
}

/// What `/api/oncall` answers; stable, and documented in docs/operations.md.
#[derive(Serialize)]
struct OnCallNow {
    at: Timestamp,
    primary: Option<Held>,
    /// Nobody in the rotation: the declared backup person is called.
    fallback: Option<UserId>,
    /// Called as well, until the primary has said "I have it".
    outgoing: Option<UserId>,
    backup: Option<UserId>,
    next: Option<Next>,
}

#[derive(Serialize)]
struct Held {
    person: UserId,
    since: Timestamp,
    until: Option<Timestamp>,
    why: &'static str,
}

#[derive(Serialize)]
struct Next {
    person: UserId,
    from: Timestamp,
}

async fn oncall(State(context): Shared, Query(When { at }): Query<When>, headers: HeaderMap) -> Response {
    let claimed = headers.get(AUTHORIZATION).map(|header| header.as_bytes());
    if context.readers.as_ref().is_none_or(|readers| !readers.lets_in(claimed)) {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response();
    }
    let found = context.front.desk.look(|state, now| {
        let who = who_at(&state.rota, at.unwrap_or(now), now, None);
        let held = |holding: Holding| Held {
            person: holding.person,
            since: holding.since,
            until: holding.until,
            why: word(&holding.why),
        };
        OnCallNow {
            at: who.at,
            primary: who.primary.map(held),
            fallback: who.fallback,
            outgoing: who.outgoing,
            backup: who.backup,
            next: who.next.map(|(person, from)| Next { person, from }),
        }
    });
    match found.map(|found| serde_json::to_string(&found)) {
        Some(Ok(json)) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
