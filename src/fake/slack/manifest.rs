//! What the app's manifest turns on: commands, events, interactivity, scopes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The parts of `manifest.yml` that decide what Slack sends and allows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    pub commands: Vec<Command>,
    pub scopes: BTreeSet<String>,
    pub events: BTreeSet<String>,
    pub interactive: bool,
    /// Deliveries go over connections that the app opens.
    pub socket_mode: bool,
    pub bot_name: Option<String>,
    pub messages_tab: MessagesTab,
    /// The app has a Home tab.
    pub home_tab: bool,
    pub shortcuts: Vec<Shortcut>,
}

/// What an app offers beside its commands (docs.slack.dev, App manifest reference, `shortcuts`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortcut {
    pub name: String,
    pub r#type: Reach,
    pub callback_id: String,
    pub description: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everywhere.
    Global,
    /// In a message's menu.
    Message,
}

/// Longest name, callback id and description of a shortcut, and how many there may be.
const SHORTCUT_MOST: (usize, usize, usize, usize) = (24, 255, 150, 10);

impl Shortcut {
    fn is_fitting(&self) -> bool {
        let (name, callback_id, description, _) = SHORTCUT_MOST;
        let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        fits(&self.name, name) && fits(&self.callback_id, callback_id) && fits(&self.description, description)
    }
}

/// The app's side of direct messages (docs.slack.dev, App manifest reference, `app_home`). What is not said is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessagesTab {
    /// Nobody can write to the app, and its own messages are refused.
    #[default]
    Off,
    /// The app writes, and people cannot answer.
    ReadOnly,
    Open,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Command {
    pub command: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub usage_hint: String,
    #[serde(default)]
    pub should_escape: bool,
}

impl Manifest {
    /// # Errors
    /// What the YAML parser found.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let file: File = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        let shortcuts = file.features.shortcuts;
        if shortcuts.len() > SHORTCUT_MOST.3 || !shortcuts.iter().all(Shortcut::is_fitting) {
            return Err("features.shortcuts: too many of them, or a text that is too long".to_owned());
        }
        Ok(Self {
            shortcuts,
            home_tab: file.features.app_home.home_tab_enabled,
            commands: file.features.slash_commands,
            scopes: file.oauth_config.scopes.bot,
            events: file.settings.event_subscriptions.bot_events,
            interactive: file.settings.interactivity.is_enabled,
            socket_mode: file.settings.socket_mode_enabled,
            bot_name: file.features.bot_user.map(|bot| bot.display_name),
            messages_tab: match file.features.app_home {
                AppHome { messages_tab_enabled: false, .. } => MessagesTab::Off,
                AppHome { messages_tab_read_only_enabled: true, .. } => MessagesTab::ReadOnly,
                _ => MessagesTab::Open,
            },
        })
    }

    pub fn command(&self, name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.command == name)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    features: Features,
    oauth_config: OAuth,
    settings: Settings,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Features {
    app_home: AppHome,
    shortcuts: Vec<Shortcut>,
    bot_user: Option<BotUser>,
    slash_commands: Vec<Command>,
}

#[derive(Deserialize)]
#[serde(default)]
struct AppHome {
    home_tab_enabled: bool,
    messages_tab_enabled: bool,
    messages_tab_read_only_enabled: bool,
}

impl Default for AppHome {
    fn default() -> Self {
        Self { home_tab_enabled: false, messages_tab_enabled: false, messages_tab_read_only_enabled: true }
    }
}

#[derive(Deserialize)]
struct BotUser {
    display_name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OAuth {
    scopes: Scopes,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Scopes {
    bot: BTreeSet<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Settings {
    event_subscriptions: Events,
    interactivity: Interactivity,
    socket_mode_enabled: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Events {
    bot_events: BTreeSet<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Interactivity {
    is_enabled: bool,
}
