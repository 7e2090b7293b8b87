//! Who is not believed, how often: told in the log once a minute at most. Nobody is locked out, for a real source may speak from the
//! same proxy.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::Extensions;
use jiff::{SignedDuration, Timestamp};

/// It is told of this often at most.
const TELL_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Addresses that are counted apart; those of a crowd are counted together.
const APART: usize = 64;

/// The other end of a request's connection: a proxy, where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// Of a request; none where it did not come over the network.
    pub fn of(request: &Extensions) -> Option<IpAddr> {
        request.get::<Self>().map(|peer| peer.0)
    }
}

/// Something that is told once a minute at most.
#[derive(Debug, Default)]
pub(crate) struct OnceAMinute(Mutex<Option<Timestamp>>);

impl OnceAMinute {
    /// Whether it is time, which it is not again for a minute then. A clock that was set back keeps nothing quiet.
    pub fn is_time(&self, now: Timestamp) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = told.is_none_or(|told| now.duration_since(told).abs() >= TELL_EVERY);
        if is_time {
            *told = Some(now);
        }
        is_time
    }
}

/// What was not believed since it was told last.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// By address; `None` where there is none, or too many others.
    by: Mutex<BTreeMap<Option<IpAddr>, u64>>,
    told: OnceAMinute,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    door: &'static str,
    all: u64,
    addresses: usize,
    /// Who was not believed most often.
    most: Option<(IpAddr, u64)>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { door, all, addresses, most } = self;
        write!(f, "{all} since the last line, the newest for {door}")?;
        match most {
            Some((address, many)) => write!(f, ", {many} of them from {address}, {addresses} addresses"),
            None => Ok(()),
        }
    }
}

impl Doubts {
    /// Counts one more; gives what is to be told, where it is time.
    pub fn count(&self, from: Option<IpAddr>, door: &'static str, now: Timestamp) -> Option<Told> {
        let mut by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        let from = from.filter(|_| by.len() < APART || by.contains_key(&from));
        *by.entry(from).or_default() += 1;
        if !self.told.is_time(now) {
            return None;
        }
        let by = std::mem::take(&mut *by);
        let most = by.iter().filter_map(|(from, many)| Some(((*from)?, *many))).max_by_key(|(_, many)| *many);
        Some(Told { door, all: by.values().sum(), addresses: by.len(), most })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_485_600 + second).unwrap()
    }

    fn address(last: u8) -> Option<IpAddr> {
        Some(Ipv4Addr::new(192, 0, 2, last).into())
    }

    #[test]
    fn the_first_is_told_and_then_a_line_a_minute_counts() {
        let doubts = Doubts::default();
        let first = doubts.count(address(1), "github", at(0)).unwrap();
        assert_eq!(
            first.to_string(),
            "1 since the last line, the newest for github, 1 of them from 192.0.2.1, 1 addresses"
        );
        for second in 1..60 {
            let last = if second % 3 == 0 { 2 } else { 1 };
            assert_eq!(doubts.count(address(last), "github", at(second)), None);
        }
        let next = doubts.count(None, "vercel", at(60)).unwrap();
        assert_eq!(
            next.to_string(),
            "60 since the last line, the newest for vercel, 40 of them from 192.0.2.1, 3 addresses"
        );
        // A clock that was set back keeps nobody quiet.
        assert!(doubts.count(address(1), "github", at(-3_600)).is_some());
    }

    #[test]
    fn a_crowd_takes_no_memory() {
        let doubts = Doubts::default();
        assert!(doubts.count(address(0), "github", at(0)).is_some());
        for number in 0..10_000_u32 {
            let from = Ipv4Addr::from(number).into();
            assert_eq!(doubts.count(Some(from), "github", at(1)), None);
        }
        let by = doubts.by.lock().unwrap();
        assert!(by.len() <= APART + 1, "{}", by.len());
        assert_eq!(by.values().sum::<u64>(), 10_000);
    }
}
