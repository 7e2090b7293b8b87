//! Why an effect ended without a receipt, and where.

use crate::retry::{self, Class, Trouble};
use domain::id::{ChannelId, MessageTs};

/// Why an effect ended without a receipt.
#[derive(Debug)]
pub(super) enum Stop {
    /// A call brought nothing.
    Trouble {
        trouble: Box<Trouble>,
        spot: Spot,
        stage: Stage,
    },
    Dropped(&'static str),
    Failed(String),
}

/// What a call that brought nothing says of its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is as known or unknown as before.
    Before,
    /// It was this call that carries it out, so their fates are one.
    Sending,
    /// A part of it was carried out.
    Begun,
}

/// A place in Slack, with its words for a reason.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub channel: ChannelId,
    pub words: String,
    /// Follows "does not exist or howler cannot see it".
    pub remedy: &'static str,
    pub thread: Option<Thread>,
}

/// A thread in a place.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub root: MessageTs,
    /// What is said in it is sent to the channel too.
    pub broadcast: bool,
}

impl Stop {
    pub fn before(trouble: Trouble, spot: &Spot) -> Self {
        Self::Trouble { trouble: Box::new(trouble), spot: spot.clone(), stage: Stage::Before }
    }

    pub fn sending(trouble: Trouble, spot: &Spot) -> Self {
        Self::Trouble { trouble: Box::new(trouble), spot: spot.clone(), stage: Stage::Sending }
    }

    pub fn begun(trouble: Trouble, spot: &Spot) -> Self {
        Self::Trouble { trouble: Box::new(trouble), spot: spot.clone(), stage: Stage::Begun }
    }

    /// Whether nothing comes of it without a person, and that does not lie in howler.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Failed(_) => true,
            Self::Trouble { trouble, .. } => {
                matches!(retry::verdict(trouble, "", "").class, Class::Never) && !trouble.is_about_the_token()
            }
            Self::Dropped(_) => false,
        }
    }

    /// Why, in words.
    pub fn reason(&self) -> String {
        match self {
            Self::Failed(reason) => reason.clone(),
            Self::Dropped(reason) => (*reason).to_owned(),
            Self::Trouble { trouble, spot, .. } => retry::verdict(trouble, &spot.words, spot.remedy).reason,
        }
    }
}

impl Spot {
    /// Where no channel is concerned.
    pub fn workspace() -> Self {
        Self { channel: "".into(), words: "the workspace".into(), remedy: "", thread: None }
    }
}
