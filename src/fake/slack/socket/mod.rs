//! Socket Mode as Slack does it: connections that the app opens, envelopes to one of them, acknowledgements within
//! three seconds.

mod link;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use super::Slack;
use super::args::{Answer, Refusal, refuse};
use super::shape::object;

pub(super) use link::upgrade;

/// The app-level token of the fake's app.
pub const APP_TOKEN: &str = "xapp-1-A0HOWLER-1-fake";
/// Slack's limit of connections an app.
const MOST: usize = 10;

/// The connections, what went over them, and the switches for what goes wrong. They are numbered from 1 in the order in
/// which they were opened.
#[derive(Debug)]
pub struct Sockets {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// Greeted.
    Opened(u64),
    /// `cleanly`: howler said goodbye.
    Closed {
        link: u64,
        cleanly: bool,
    },
    /// An envelope went out.
    Sent {
        link: u64,
        envelope: String,
    },
    Acknowledged {
        link: u64,
        envelope: String,
    },
    /// howler answered a ping.
    Pong(u64),
    /// It went silent.
    Silent(u64),
    /// howler sent something to a connection that is silent.
    HeardInSilence(u64),
}

/// When a connection breaks around an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// howler has sent it, Slack never gets it.
    BeforeAck,
    AfterAck,
}

#[derive(Debug, Default)]
struct Inner {
    tickets: BTreeSet<String>,
    links: BTreeMap<u64, Link>,
    /// The last number handed out to a ticket, a connection or an envelope.
    tickets_given: u64,
    opened: u64,
    envelopes: u64,
    waiting: BTreeMap<String, Waiting>,
    log: Vec<SocketEvent>,
    break_next: Option<Break>,
}

/// An open connection.
#[derive(Debug)]
struct Link {
    orders: mpsc::UnboundedSender<Order>,
    /// Told to go: Slack prefers the others.
    leaving: bool,
    carried: u64,
}

/// An envelope that is not acknowledged yet.
#[derive(Debug)]
struct Waiting {
    link: u64,
    answer: oneshot::Sender<Option<Value>>,
}

/// What a connection is to do.
#[derive(Debug)]
enum Order {
    Say(String),
    /// `disconnect`, and the end a little later.
    Goodbye(String),
    /// Neither send nor answer any more.
    Silence,
    /// The connection is gone without a word.
    Break,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { inner: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Sockets {
    /// The connections that are open, oldest first.
    pub fn open(&self) -> Vec<u64> {
        self.lock().links.keys().copied().collect()
    }

    /// What happened so far.
    pub fn log(&self) -> Vec<SocketEvent> {
        self.lock().log.clone()
    }

    /// Returns once `holds` of what happened and of the connections that are open.
    pub async fn until(&self, mut holds: impl FnMut(&[SocketEvent], &[u64]) -> bool) {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            let (log, open) = (self.log(), self.open());
            if holds(&log, &open) {
                return;
            }
            // The sender lives as long as this, so waiting cannot fail.
            let _ = changed.changed().await;
        }
    }

    /// Sends `disconnect` with Slack's word for why: `warning`, `refresh_requested`, `link_disabled`.
    pub fn say_goodbye(&self, link: u64, reason: &str) {
        let mut inner = self.lock();
        if let Some(link) = inner.links.get_mut(&link) {
            link.leaving = true;
        }
        inner.order(link, Order::Goodbye(reason.to_owned()));
    }

    /// Sends a text as it is.
    pub fn say(&self, link: u64, text: &str) {
        self.lock().order(link, Order::Say(text.to_owned()));
    }

    /// From now on the connection says nothing, and answers no ping; it is not closed.
    pub fn silence(&self, link: u64) {
        self.lock().order(link, Order::Silence);
    }

    /// Breaks a connection without a word.
    pub fn break_off(&self, link: u64) {
        self.lock().order(link, Order::Break);
    }

    /// Breaks the connection around the next acknowledgement.
    pub fn break_next(&self, when: Break) {
        self.lock().break_next = Some(when);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, event: SocketEvent) {
        self.lock().log.push(event);
        self.changed.send_replace(());
    }

    /// Whether an address with this ticket may be used: once.
    fn admit(&self, ticket: &str) -> bool {
        self.lock().tickets.remove(ticket)
    }

    /// A new connection: its number, its orders, and how many there are now; `None` where there are ten already.
    fn enter(&self) -> Option<(u64, mpsc::UnboundedReceiver<Order>, usize)> {
        let mut inner = self.lock();
        if inner.links.len() >= MOST {
            return None;
        }
        inner.opened += 1;
        let (number, (orders, received)) = (inner.opened, mpsc::unbounded_channel());
        inner.links.insert(number, Link { orders, leaving: false, carried: 0 });
        Some((number, received, inner.links.len()))
    }

    /// What it had not acknowledged has failed.
    fn leave(&self, link: u64, cleanly: bool) {
        let mut inner = self.lock();
        inner.links.remove(&link);
        inner.waiting.retain(|_, waiting| waiting.link != link);
        drop(inner);
        self.note(SocketEvent::Closed { link, cleanly });
    }

    /// Sends an envelope over one of the connections; the receiver gets howler's answer, and closes where the
    /// connection breaks. `None` where there is no connection.
    fn send(&self, mut envelope: Value) -> Option<(String, oneshot::Receiver<Option<Value>>)> {
        let mut inner = self.lock();
        let idle = |link: &Link| (link.leaving, link.carried);
        let number = inner.links.iter().min_by_key(|(_, link)| idle(link)).map(|(number, _)| *number)?;
        inner.envelopes += 1;
        let id = format!("envelope-{}", inner.envelopes);
        envelope.as_object_mut()?.insert("envelope_id".to_owned(), id.clone().into());
        let (answer, answered) = oneshot::channel();
        inner.waiting.insert(id.clone(), Waiting { link: number, answer });
        inner.order(number, Order::Say(envelope.to_string()));
        if let Some(link) = inner.links.get_mut(&number) {
            link.carried += 1;
        }
        drop(inner);
        self.note(SocketEvent::Sent { link: number, envelope: id.clone() });
        Some((id, answered))
    }

    /// Slack has waited long enough.
    fn forget(&self, envelope: &str) {
        self.lock().waiting.remove(envelope);
    }

    /// Takes what howler said; whether the connection breaks now.
    fn take(&self, link: u64, text: &str) -> bool {
        let said: Value = serde_json::from_str(text).unwrap_or_default();
        let Some(envelope) = said.get("envelope_id").and_then(Value::as_str) else { return false };
        let mut inner = self.lock();
        let breaks = inner.break_next.take();
        if breaks == Some(Break::BeforeAck) {
            return true;
        }
        let waiting = inner.waiting.remove(envelope);
        drop(inner);
        self.note(SocketEvent::Acknowledged { link, envelope: envelope.to_owned() });
        if let Some(waiting) = waiting {
            // Nobody waits for an answer that comes too late.
            let _ = waiting.answer.send(said.get("payload").cloned());
        }
        breaks.is_some()
    }
}

impl Inner {
    fn order(&self, link: u64, order: Order) {
        if let Some(link) = self.links.get(&link) {
            // A connection that is just ending does as it is told no more.
            let _ = link.orders.send(order);
        }
    }
}

impl Slack {
    /// The Socket Mode side: connections, and their faults.
    pub fn sockets(&self) -> &Sockets {
        &self.0.sockets
    }

    /// `apps.connections.open`: an address with a ticket that is good for one connection.
    pub(super) fn open_connection(&self, token: Option<&str>) -> Answer {
        const SCOPE: &str = "connections:write";
        match token {
            None => return refuse("not_authed"),
            Some(token) if token == self.0.bot_token => return refuse("not_allowed_token_type"),
            Some(token) if token != APP_TOKEN => return refuse("invalid_auth"),
            Some(_) => {}
        }
        if self.faults().dropped().contains(SCOPE) {
            let mut refusal = Refusal::new("missing_scope");
            refusal.more = object(json!({ "needed": SCOPE, "provided": "" }));
            return Err(refusal);
        }
        let app = self.look(|world| world.bot.app_id.clone());
        let mut inner = self.sockets().lock();
        inner.tickets_given += 1;
        let ticket = format!("ticket-{}", inner.tickets_given);
        inner.tickets.insert(ticket.clone());
        drop(inner);
        let base = self.desk().own_base.replacen("http", "ws", 1);
        Ok(object(json!({ "url": format!("{base}/link?ticket={ticket}&app_id={app}") })))
    }

    /// Sends an envelope and waits for howler's acknowledgement as long as Slack does. The answer that it carried, or
    /// Slack's word for what went wrong.
    pub(super) async fn send_envelope(&self, envelope: Value) -> Result<Option<Value>, &'static str> {
        let Some((id, answered)) = self.sockets().send(envelope) else { return Err("dispatch_failed") };
        match tokio::time::timeout(self.faults().patience_now(), answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err("dispatch_failed"),
            Err(_) => {
                self.sockets().forget(&id);
                Err("operation_timeout")
            }
        }
    }
}

#[cfg(test)]
mod tests;
