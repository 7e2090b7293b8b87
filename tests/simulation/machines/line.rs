//! The line between machines and howler: it breaks with howler, and keeps what was sent and what was answered.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use domain::alert::signal::Source;
use fake::alerts::Post;
use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};

use super::Statement;

/// A delivery: what it says, and what became of it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub source: Source,
    pub says: Vec<Statement>,
    /// It counts once, however often it is sent.
    pub once: bool,
    /// Nobody understands it.
    pub nonsense: bool,
    /// What a group of alerts is known by; empty where it is none.
    pub group: String,
    /// How often it went off, and when it was answered with a yes.
    pub tried: u32,
    pub taken: Vec<Timestamp>,
    pub post: Post,
}

impl Sent {
    pub fn of(source: Source, says: Vec<Statement>, once: bool, post: Post) -> Self {
        Self { source, says, once, nonsense: false, group: String::new(), tried: 0, taken: Vec::new(), post }
    }

    /// What is the same for the same delivery: of Alertmanager's groups the ends are no part of it.
    pub fn name(&self) -> String {
        if !self.group.is_empty() {
            return self.group.clone();
        }
        format!("{} {:?} {}", self.post.path, self.post.headers, self.post.body)
    }

    /// In a few words.
    pub fn told(&self) -> String {
        let Self { source, says, post, .. } = self;
        let first = says.first().map(|one| format!("{:?} {} at {:?}", one.said, one.key, one.at));
        format!(
            "{source:?} at {}: {} of {}",
            post.path.split('?').next().unwrap_or(""),
            first.unwrap_or_default(),
            says.len()
        )
    }
}

#[derive(Clone)]
pub struct Line {
    pub clock: Clock,
    howler: Arc<Mutex<Option<Router>>>,
    kills: Arc<AtomicU32>,
    sent: Arc<Mutex<Vec<Sent>>>,
    /// When the heartbeat beat, and whether that was answered with a yes.
    beats: Arc<Mutex<Vec<(Timestamp, bool)>>>,
}

impl Line {
    pub fn new(clock: Clock, kills: Arc<AtomicU32>) -> Self {
        Self { clock, kills, howler: Arc::default(), sent: Arc::default(), beats: Arc::default() }
    }

    pub fn point_at(&self, howler: Option<Router>) {
        *self.howler.lock().unwrap() = howler;
    }

    pub fn keep(&self, sent: Sent) -> usize {
        let mut all = self.sent.lock().unwrap();
        all.push(sent);
        all.len() - 1
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub fn beaten(&self) -> Vec<(Timestamp, bool)> {
        self.beats.lock().unwrap().clone()
    }

    pub fn told(&self, number: usize) -> String {
        self.sent.lock().unwrap()[number].told()
    }

    pub fn is_taken(&self, number: usize) -> bool {
        !self.sent.lock().unwrap()[number].taken.is_empty()
    }

    pub fn untaken(&self) -> Vec<usize> {
        let sent = self.sent.lock().unwrap();
        sent.iter().enumerate().filter(|(_, one)| one.taken.is_empty()).map(|(at, _)| at).collect()
    }

    /// The status; 0 where no answer arrives.
    async fn post(&self, post: &Post) -> u16 {
        let before = self.kills.load(Ordering::Relaxed);
        let howler = self.howler.lock().unwrap().clone();
        let Some(howler) = howler else { return 0 };
        let (status, _) = post.deliver(&howler).await;
        drop(howler);
        // The answer of a howler that was killed meanwhile would not have arrived.
        if self.kills.load(Ordering::Relaxed) == before { status } else { 0 }
    }

    pub async fn beats(&self, post: &Post) {
        let at = self.clock.now();
        let is_taken = self.post(post).await == 200;
        self.beats.lock().unwrap().push((at, is_taken));
    }

    /// Sends it after `wait`, and up to `tries` times more until it gets a yes.
    pub async fn deliver(self, number: usize, wait: SignedDuration, tries: i64) {
        self.clock.sleep_until(self.clock.now() + wait).await;
        for tried in 0..=tries {
            let post = {
                let mut sent = self.sent.lock().unwrap();
                if tried > 0 && !sent[number].taken.is_empty() {
                    return;
                }
                sent[number].tried += 1;
                sent[number].post.clone()
            };
            let status = self.post(&post).await;
            if (200..300).contains(&status) {
                let at = self.clock.now();
                self.sent.lock().unwrap()[number].taken.push(at);
                return;
            }
            assert!(status == 503 || status == 0, "{status}: {post:?}");
            let pause = SignedDuration::from_secs(5 << tried.min(6));
            self.clock.sleep_until(self.clock.now() + pause).await;
        }
    }
}
