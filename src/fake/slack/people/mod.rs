//! People in the workspace: what they do reaches howler as Slack would send it.

mod choose;
mod click;
mod command;
mod door;
mod events;
mod form;
mod groups;
mod home;
mod modal;
mod payload;
mod send;
mod shortcut;
mod typed;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use super::Slack;
use super::world::{Channel, Person, World};

pub(super) use door::Door;
pub(super) use send::Delivery;

/// What howler answered to a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status; 0 where no answer came.
    pub status: u16,
    pub body: String,
    /// Whether the answer calls itself JSON.
    pub is_json: bool,
    pub took: Duration,
    /// Slack's word for what went wrong: `operation_timeout`, `dispatch_failed`.
    pub failed: Option<&'static str>,
}

/// A message that a person has written, and what howler answered if it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub channel: String,
    pub ts: String,
    pub reply: Option<Reply>,
}

/// What became of a modal after its submit button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    Closed,
    /// What is wrong, by block id: found by Slack's client itself, or answered by howler.
    Errors(BTreeMap<String, String>),
    /// The modal shows something else now.
    Updated,
    /// Another modal lies on top.
    Pushed,
    /// "We had some trouble connecting. Try again?": no usable answer in time; the modal stays.
    Failed(Reply),
}

/// What a person cannot do, in words for that person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    #[error("There is nobody called {0}.")]
    UnknownPerson(String),
    #[error("There is no channel called {0}.")]
    UnknownChannel(String),
    #[error("There is no user group called {0}.")]
    UnknownGroup(String),
    #[error("You are not in #{0}.")]
    NotInChannel(String),
    #[error("#{0} is archived.")]
    Archived(String),
    #[error("That message is gone.")]
    NoSuchMessage,
    #[error("There is no button or menu {0} here.")]
    NoSuchAction(String),
    #[error("{0} is not among the choices.")]
    NoSuchOption(String),
    #[error("Say something first.")]
    NothingToSay,
    #[error("{0} is not a valid command.")]
    UnknownCommand(String),
    #[error("This app does not take clicks: interactivity is off in its manifest.")]
    NotInteractive,
    /// Slack shows no such tab.
    #[error("This app has no Home tab.")]
    NoHomeTab,
    #[error("Nothing is on the Home tab yet.")]
    NoHome,
    #[error("This app has no shortcut {0}.")]
    NoSuchShortcut(String),
    #[error("No window is open.")]
    NoView,
    #[error("Nothing has been sent yet.")]
    NothingSent,
    #[error("The app has no address yet.")]
    NoAddress,
    /// Slack's own words in place of the box to write in.
    #[error("Sending messages to this app has been turned off.")]
    MessagesOff,
}

fn person(world: &World, name: &str) -> Result<Person, PersonError> {
    let found = world.person_called(name).filter(|person| !person.deleted);
    found.cloned().ok_or_else(|| PersonError::UnknownPerson(name.to_owned()))
}

/// A channel the person is in.
fn channel(world: &World, name: &str, person: &Person) -> Result<Channel, PersonError> {
    let found = world.channel_called(name).or_else(|| {
        let bot = &world.bot;
        let meant = name == bot.user_id || name.strip_prefix('@') == Some(bot.name.as_str());
        world.direct(&person.id).filter(|_| meant)
    });
    let Some(channel) = found else { return Err(PersonError::UnknownChannel(name.to_owned())) };
    if !channel.has(&person.id) {
        return Err(PersonError::NotInChannel(channel.name.clone()));
    }
    Ok(channel.clone())
}

/// [`channel`], if it can still be written to.
fn open_channel(world: &World, name: &str, person: &Person) -> Result<Channel, PersonError> {
    let channel = channel(world, name, person)?;
    if channel.is_archived { Err(PersonError::Archived(channel.name)) } else { Ok(channel) }
}

impl Slack {
    /// Opens the direct message between a person and the bot, and names it.
    ///
    /// # Errors
    /// There is no such person.
    pub fn open_direct(&self, person: &str) -> Result<String, PersonError> {
        let now = self.now();
        self.arrange(|world| {
            let person = self::person(world, person)?;
            Ok(world.open_direct(&person.id, now).0)
        })
    }
}
