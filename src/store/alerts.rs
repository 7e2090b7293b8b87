//! How alerts, their groups and silences are stored.

use super::kinds::{Stored, read};
use super::plain::PlainRows;
use super::{Store, StoreError, keys, values};
use domain::alert::event::AlertEvent;
use domain::alert::group::{Group, GroupId};
use domain::alert::silence::{Silence, SilenceId};
use domain::alert::{Alert, AlertId};

impl Stored for Alert {
    const LIVE: Option<&'static [u8]> = Some(b"q/");
    // A storm leaves many, and a start does not wait for all of their events.
    const COUNTED: bool = false;

    fn key(id: AlertId) -> Vec<u8> {
        keys::numbered(Self::ROWS, id.0)
    }

    fn events_key(id: AlertId) -> Vec<u8> {
        keys::events_of(Self::EVENTS, id.0)
    }

    fn mark_key(id: AlertId) -> Option<Vec<u8>> {
        Self::LIVE.map(|live| keys::numbered(live, id.0))
    }

    fn id_in(key: &[u8]) -> Option<AlertId> {
        keys::number_in(key).map(AlertId)
    }
}

impl PlainRows for Alert {
    const ROWS: &'static [u8] = b"s/";
    const EVENTS: &'static [u8] = b"b/";
    const NAMES: [(u8, &'static str, &'static str); 3] = [
        (b's', "alert", "alerts"),
        (b'b', "event of an alert", "events of alerts"),
        (b'q', "alert that is not over", "alerts that are not over"),
    ];

    fn of(number: u64) -> AlertId {
        AlertId(number)
    }
}

impl Stored for Group {
    const LIVE: Option<&'static [u8]> = Some(b"I/");
    const COUNTED: bool = false;

    fn key(id: GroupId) -> Vec<u8> {
        keys::numbered(Self::ROWS, id.0)
    }

    fn events_key(id: GroupId) -> Vec<u8> {
        keys::events_of(Self::EVENTS, id.0)
    }

    fn mark_key(id: GroupId) -> Option<Vec<u8>> {
        Self::LIVE.map(|live| keys::numbered(live, id.0))
    }

    fn id_in(key: &[u8]) -> Option<GroupId> {
        keys::number_in(key).map(GroupId)
    }
}

impl PlainRows for Group {
    const ROWS: &'static [u8] = b"G/";
    const EVENTS: &'static [u8] = b"H/";
    const NAMES: [(u8, &'static str, &'static str); 3] = [
        (b'G', "group of alerts", "groups of alerts"),
        (b'H', "event of a group of alerts", "events of groups of alerts"),
        (b'I', "group of alerts that is not over", "groups of alerts that are not over"),
    ];

    fn of(number: u64) -> GroupId {
        GroupId(number)
    }
}

impl Stored for Silence {
    const LIVE: Option<&'static [u8]> = Some(b"U/");
    const COUNTED: bool = false;

    fn key(id: SilenceId) -> Vec<u8> {
        keys::numbered(Self::ROWS, id.0)
    }

    fn events_key(id: SilenceId) -> Vec<u8> {
        keys::events_of(Self::EVENTS, id.0)
    }

    fn mark_key(id: SilenceId) -> Option<Vec<u8>> {
        Self::LIVE.map(|live| keys::numbered(live, id.0))
    }

    fn id_in(key: &[u8]) -> Option<SilenceId> {
        keys::number_in(key).map(SilenceId)
    }
}

impl PlainRows for Silence {
    const ROWS: &'static [u8] = b"S/";
    const EVENTS: &'static [u8] = b"T/";
    const NAMES: [(u8, &'static str, &'static str); 3] = [
        (b'S', "silence", "silences"),
        (b'T', "event of a silence", "events of silences"),
        (b'U', "silence that is not over", "silences that are not over"),
    ];

    fn of(number: u64) -> SilenceId {
        SilenceId(number)
    }
}

impl Store {
    /// An alert, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn alert(&self, id: AlertId) -> Result<Option<Alert>, StoreError> {
        self.with(|engine| read(engine, id))
    }

    /// An alert's events in order.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn alert_events(&self, id: AlertId) -> Result<Vec<AlertEvent>, StoreError> {
        self.with(|engine| values(engine, &Alert::events_key(id)))
    }

    /// A group of alerts, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn alert_group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.with(|engine| read(engine, id))
    }

    /// A silence, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn silence(&self, id: SilenceId) -> Result<Option<Silence>, StoreError> {
        self.with(|engine| read(engine, id))
    }
}
