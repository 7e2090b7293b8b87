//! The way in for what howler reads itself, and the way out for what it kept of that.

use super::hear::ROOM;
use super::{Book, Desk, Message, draft};
use ::watch::course::Course;
use ::watch::expiry::ExpiryRead;
use ::watch::push::{Pushed, Took};
use ::watch::row::Read;
use ::watch::vendor::VendorRead;
use domain::alert::hear::NotHeard;
use domain::answer::{Answer, Private};
use domain::fault::Fault;
use domain::feature::FeatureAnswer;
use domain::picture;
use domain::request::Request;
use jiff::Timestamp;
use tracing::{error, warn};

impl Desk {
    /// Takes in a reading of a watch, and returns once it is on the disk with all that follows from it.
    ///
    /// # Errors
    /// When it could not be saved: then it was not read.
    pub async fn watched(&self, read: Read) -> Result<(), Fault> {
        self.ask(|reply| Message::Watched(Box::new(read), reply)).await?
    }

    /// Takes in a look at a vendor's status page, and returns once it is on the disk with all that follows from it.
    ///
    /// # Errors
    /// When it could not be saved: then it was not read.
    pub async fn vendor(&self, read: VendorRead) -> Result<(), Fault> {
        self.ask(|reply| Message::Vendor(Box::new(read), reply)).await?
    }

    /// Takes in a look at a certificate, and returns once it is on the disk with all that follows from it.
    ///
    /// # Errors
    /// When it could not be saved: then it was not looked at.
    pub async fn expiry(&self, read: ExpiryRead) -> Result<(), Fault> {
        self.ask(|reply| Message::Expiry(Box::new(read), reply)).await?
    }

    /// Looks at a watch that nobody is asked for: whether what is pushed fell silent, and how runs went.
    ///
    /// # Errors
    /// When it could not be saved: the next look tells it.
    pub async fn look_at(&self, name: &str) -> Result<(), Fault> {
        self.ask(|reply| Message::Look(name.to_owned(), reply)).await?
    }

    /// Takes in what was pushed, and returns what became of it once that is on the disk.
    ///
    /// # Errors
    /// Too much waits already, or it could not be saved: it is to be sent again.
    pub async fn pushed(&self, values: Vec<Pushed>) -> Result<Took, NotHeard> {
        let room = u32::try_from(values.len().clamp(1, ROOM)).unwrap_or(1);
        let held = self.room.try_acquire_many(room).map_err(|_| NotHeard::Busy)?;
        let saved = self.ask(|reply| Message::Pushed(values, reply)).await;
        drop(held);
        saved.map_err(|_| NotHeard::NotSaved)?
    }

    /// Beside an answer about what is watched its picture, to whoever asked. The answer stands without it.
    pub(super) async fn picture(&self, request: &Request, answer: &Answer) {
        let asker = request.by.in_slack().filter(|_| !request.place.is_shell());
        let (Some(asker), Answer::Private(answer)) = (asker, answer) else { return };
        let picture = match answer {
            Private::Feature(answer) => match answer.as_ref() {
                FeatureAnswer::Metrics(answer) => picture::of_asked(answer, asker),
                _ => None,
            },
            Private::Oncall(answer) => picture::of_schedule(answer, asker, self.now()),
            _ => None,
        };
        let Some(picture) = picture else { return };
        let saved =
            self.ask(|reply| Message::Picture(Box::new(picture), reply)).await.and_then(|saved| saved);
        if let Err(fault) = saved {
            warn!(?fault, "there is no picture beside an answer");
        }
    }

    /// How the watch of this name went between two instants, by what is saved: what a picture is drawn from. `None` where nothing of that
    /// name is watched. Blocks for the few milliseconds that about 120 rows take.
    ///
    /// # Errors
    /// When howler stops, or a row cannot be read.
    pub fn course(&self, name: &str, from: Timestamp, until: Timestamp) -> Result<Option<Course>, Fault> {
        let shared = self.shared.upgrade().ok_or(Fault::Stopping)?;
        let Some(watch) = shared.config.watch(name) else { return Ok(None) };
        let state = shared.state();
        let (store, now) = (&*shared.store, shared.clock.now());
        let book = Book { state: &state, ahead: None, round: None, store, now };
        let course = store.read_again(|| draft::course(&book, watch, from, until));
        course.map(Some).map_err(|error| {
            error!(%error, "the values of a watch could not be read");
            Fault::Unreadable
        })
    }
}
