//! Slack: the token, what it may do, the clocks, the channels and the user groups.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::SignedDuration;

use super::Line;
use config::secrets::Secrets;
use config::{Config, Mentions};
use delivery::{Connections, Greeting, Group, Seen, SlackTarget, Survey};
use domain::id::ChannelId;
use domain::refusal::Unfit;
use fake::slack::Manifest;
use ground::clock::Clock;

/// The app as it should be.
const MANIFEST: &str = include_str!("../../manifest.yml");
/// Slack's own clock is told to the second.
const SKEW_NOTED: SignedDuration = SignedDuration::from_secs(5);
/// Slack's requests are refused from 5 minutes on; a clock that is off by this has lost its way there.
const SKEW_MOST: SignedDuration = SignedDuration::from_secs(60);
/// With it howler joins public channels by itself.
const JOIN: &str = "channels:join";
/// With it howler sees private channels.
const PRIVATE: &str = "groups:read";
/// With it howler looks a message up in a private channel, where Slack's answer was lost.
const PRIVATE_HISTORY: &str = "groups:history";
/// Scopes that howler works without, each with what it is for.
const OPTIONAL: [(&str, &str); 4] = [
    (PRIVATE, "an emergencies or on-call channel that is private"),
    (PRIVATE_HISTORY, "an emergencies or on-call channel that is private"),
    ("groups:write", "the topic of an on-call channel that is private"),
    ("users:read.email", "calendars whose events name people by mail"),
];

/// What the token may do, as far as Slack said.
#[derive(Clone, Copy)]
pub(super) struct May {
    pub join: bool,
    pub see_private: bool,
    pub read_private: bool,
}

/// `known`: where the configuration's channels were, by the names that it has for them.
pub async fn lines(
    config: &Config,
    secrets: &Secrets,
    known: &BTreeMap<String, ChannelId>,
    clock: Clock,
) -> Vec<Line> {
    let survey = match Survey::new(secrets, clock.clone()) {
        Ok(survey) => survey,
        Err(error) => return vec![Line::fail("Slack's address", error.to_string())],
    };
    let greeting = match survey.greet().await {
        Ok(greeting) => greeting,
        Err(reason) => {
            let words = format!("{reason}. Check the network, the proxy and SLACK_API_URL");
            return vec![Line::fail("Slack", words)];
        }
    };
    let mut lines = vec![clocks(&greeting)];
    match survey.who_am_i().await {
        Ok(me) => lines.push(Line::ok("token", format!("howler is {} in {}", me.user, me.team))),
        Err(reason) => {
            lines.push(Line::fail("token", reason));
            return lines;
        }
    }
    lines.extend(socket_mode(secrets, clock).await);
    let granted = greeting.scopes;
    lines.extend(scopes(granted.as_ref()));
    let has = |scope: &str| granted.as_ref().is_none_or(|granted| granted.contains(scope));
    let surely = |scope: &str| granted.as_ref().is_some_and(|granted| granted.contains(scope));
    let may = May { join: has(JOIN), see_private: surely(PRIVATE), read_private: surely(PRIVATE_HISTORY) };
    match survey.channels(may.see_private).await {
        Ok(seen) => {
            let named = config.channels.named();
            lines
                .extend(named.map(|(key, name)| channel(Named::Key(key), name, known.get(name), &seen, may)));
            let rules = (1..).zip(&config.alerts.rules);
            let rules = rules.filter_map(|(number, rule)| Some((number, rule.channel.as_deref()?)));
            lines.extend(
                rules.map(|(number, name)| channel(Named::Rule(number), name, known.get(name), &seen, may)),
            );
        }
        Err(reason) => lines.push(Line::fail("channels", format!("can't be listed: {reason}"))),
    }
    let groups = survey.groups().await;
    lines.extend(mentions(&config.mentions, &groups));
    for (key, mention) in [("oncall", &config.mentions.oncall), ("engineering", &config.mentions.engineering)]
    {
        if is_person(mention) {
            let fitness = survey.people().fitness(&mention.trim().into()).await;
            lines.push(mentioned(key, mention.trim(), &fitness));
        }
    }
    lines.extend(config.runbook.approval.group.as_ref().map(|id| approvers(id, &groups)));
    if let Some(group) = on_call_group(&config.mentions.oncall, &groups) {
        lines.push(may_set(&survey.may_set_group(&group).await));
    }
    lines
}

/// Whether Slack takes the app-level token, where there is one.
async fn socket_mode(secrets: &Secrets, clock: Clock) -> Option<Line> {
    let token = secrets.slack_app_token.clone()?;
    let target = SlackTarget { api_url: secrets.slack_api_url.clone(), token };
    let opened = match Connections::new(target, clock) {
        Ok(connections) => connections.address().await.map_err(|refused| refused.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Some(match opened {
        Ok(_) => Line::ok("Socket Mode", "Slack takes the app-level token"),
        Err(reason) => Line::fail("Socket Mode", reason),
    })
}

pub(super) fn clocks(greeting: &Greeting) -> Line {
    let what = "clock";
    let Some(slack) = greeting.slack_time else {
        return Line::note(what, "Slack's answer has no time to compare with: is a proxy in between?");
    };
    // Slack's second was cut off: in the middle of it is the best guess.
    let slack = slack.saturating_add(SignedDuration::from_millis(500)).unwrap_or(slack);
    let skew = greeting.own_time.duration_since(slack);
    let side = if skew.is_negative() { "behind" } else { "ahead of" };
    let off = format!("this machine's clock is {} s {side} Slack's", skew.abs().as_secs());
    let remedy = "Fix it (timedatectl set-ntp true): from 5 minutes on howler refuses everything Slack sends";
    match skew.abs() {
        skew if skew > SKEW_MOST => Line::fail(what, format!("{off}. {remedy}")),
        skew if skew > SKEW_NOTED => Line::note(what, format!("{off}. {remedy}")),
        _ => Line::ok(what, "this machine's clock agrees with Slack's"),
    }
}

/// The scopes that the token has, against those of the manifest.
pub(super) fn scopes(granted: Option<&BTreeSet<String>>) -> Vec<Line> {
    let what = "scopes";
    let Some(granted) = granted else {
        return vec![Line::note(what, "Slack's answer does not list them: is a proxy in between?")];
    };
    let needed = match Manifest::parse(MANIFEST) {
        Ok(manifest) => manifest.scopes,
        Err(error) => {
            return vec![Line::fail(what, format!("howler's own manifest does not parse: {error}"))];
        }
    };
    let missing = needed.difference(granted).map(|scope| {
        Line::fail(
            what,
            format!(
                "{scope} is missing ({}): add it on the Slack app's page OAuth & Permissions, and reinstall the app \
                 there",
                purpose(scope)
            ),
        )
    });
    let mut lines: Vec<Line> = missing.collect();
    if lines.is_empty() {
        lines.push(Line::ok(what, format!("all {} that howler needs", needed.len())));
    }
    lines.extend(granted.difference(&needed).map(|scope| {
        match OPTIONAL.iter().find(|(optional, _)| optional == scope) {
            Some((_, what_for)) => Line::ok(what, format!("{scope} is granted too, for {what_for}")),
            None => Line::note(
                what,
                format!("{scope} is granted and howler does not need it: it can be taken away"),
            ),
        }
    }));
    // Slack tells of nothing else that an app's page sets.
    lines.push(Line::note(
        "app settings",
        "Slack tells of an app's scopes alone. Slash commands, events, buttons and direct messages come with manifest.yml: after \
         an upgrade paste it once more on the app's page App Manifest, and reinstall the app",
    ));
    lines
}

/// What a scope is for, as the manifest says beside it.
fn purpose(scope: &str) -> &'static str {
    let entry = format!("- {scope} # ");
    let line = MANIFEST.lines().find_map(|line| line.trim().strip_prefix(entry.as_str()));
    line.unwrap_or("the manifest lists it")
}

/// Where the configuration names a channel.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// A key of `[channels]`.
    Key(&'static str),
    /// So many rules before it, and its own.
    Rule(usize),
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "[channels] {key} in howler.toml"),
            Self::Rule(number) => write!(f, "`channel` of [[alerts.rule]] number {number} in howler.toml"),
        }
    }
}

/// A channel that the configuration names. Incidents need two of them; alerts go to the others. `known`: where it was.
pub(super) fn channel(key: Named, name: &str, known: Option<&ChannelId>, seen: &[Seen], may: May) -> Line {
    let what = format!("channel {name}");
    let bare = name.trim().trim_start_matches('#').to_lowercase();
    let called = |channel: &&Seen| channel.id.as_str() == name.trim() || channel.name == bare;
    // One that is in use goes before an archived one of the same name.
    let found = seen.iter().filter(called).min_by_key(|channel| channel.is_archived);
    let renamed =
        || known.and_then(|id| seen.iter().find(|channel| channel.id == *id && !channel.is_archived));
    if let (true, Some(renamed)) = (found.is_none_or(|channel| channel.is_archived), renamed()) {
        return Line::note(
            what,
            format!("it is called #{} now, and howler goes on there: set {key} to that", renamed.name),
        );
    }
    let trouble = match found {
        None if may.see_private => format!(
            "howler sees no such channel: create it, set {key}, or, if it is private, invite \
             howler there with /invite @howler"
        ),
        None => format!(
            "there is no such public channel: create it, or set {key}. A private one is \
             seen only with the scopes {PRIVATE} and {PRIVATE_HISTORY}, and once howler is invited there with /invite @howler"
        ),
        Some(channel) if channel.is_archived => {
            format!("archived: unarchive it, or set {key} to another")
        }
        Some(channel) if channel.is_member && channel.is_private && !may.read_private => format!(
            "it is private, and without the scope {PRIVATE_HISTORY} howler cannot look up there whether a message arrived when \
             Slack's answer was lost: add it on the Slack app's page OAuth & Permissions, and reinstall the app there"
        ),
        Some(channel) if channel.is_member => {
            return Line::ok(what, format!("{}, and howler is in it", channel.id));
        }
        Some(channel) if channel.is_private => {
            "howler is not in it: invite it there with /invite @howler".into()
        }
        Some(channel) if may.join => {
            return Line::ok(what, format!("{}, which howler joins when it first posts there", channel.id));
        }
        Some(_) => {
            format!(
                "howler is not in it and may not join without the scope {JOIN}: invite it with /invite @howler"
            )
        }
    };
    const INSTEAD: &str = "Alerts that are to be told there come to the on-call channel meanwhile";
    match key {
        Named::Key("emergencies") => Line::fail(what, format!("{trouble}. Declarations and cards go there")),
        Named::Key("on_call") => Line::fail(what, format!("{trouble}. Pages and hand-overs are told there")),
        Named::Key(_) => Line::note(what, format!("{trouble}. {INSTEAD}")),
        Named::Rule(_) => Line::fail(what, format!("{trouble}. {INSTEAD}")),
    }
}

/// Whom announcements mention.
pub(super) fn mentions(mentions: &Mentions, groups: &Result<Vec<Group>, String>) -> Vec<Line> {
    // A person is looked up alone.
    let named = [("oncall", &mentions.oncall), ("engineering", &mentions.engineering)];
    let named = named.into_iter().filter(|(_, mention)| !is_person(mention));
    named
        .map(|(key, mention)| {
            let what = format!("mention {key}");
            match mention.trim() {
                id if id.starts_with('S') => group(what, key, id, groups),
                name => plain_text(what, key, name, groups),
            }
        })
        .collect()
}

fn is_person(mention: &str) -> bool {
    mention.trim().starts_with(['U', 'W'])
}

/// A person whom announcements mention.
pub(super) fn mentioned(key: &str, id: &str, fitness: &Result<Option<Unfit>, String>) -> Line {
    let what = format!("mention {key}");
    let wrong =
        |why: &str| Line::fail(what.clone(), format!("{id} {why}: set [mentions] {key} to somebody else"));
    match fitness {
        Ok(None) => Line::ok(what, format!("Slack knows {id}")),
        Ok(Some(Unfit::Left)) => wrong("has left this Slack"),
        Ok(Some(Unfit::Bot)) => wrong("is a bot"),
        Ok(Some(Unfit::Unknown)) => wrong("is nobody whom Slack knows"),
        Err(reason) => Line::note(what, format!("Slack does not tell about {id}: {reason}")),
    }
}

/// The user group of those who may approve.
pub(super) fn approvers(id: &str, groups: &Result<Vec<Group>, String>) -> Line {
    let what = "approvers";
    let remedy = "set [runbook.approval] group in howler.toml to another, or nobody of it can approve";
    match groups.as_ref().map(|groups| groups.iter().find(|group| group.id == id)) {
        Err(reason) => Line::note(what, format!("{id} could not be looked up: {reason}")),
        Ok(None) => Line::fail(what, format!("{id} is no user group of this workspace: {remedy}")),
        Ok(Some(group)) if group.date_delete != 0 => {
            Line::fail(what, format!("{id}, @{}, is disabled: {remedy}", group.handle))
        }
        Ok(Some(group)) => Line::ok(what, format!("{id} is @{}", group.handle)),
    }
}

/// The id of the group that howler keeps: the one that is named by its id or by its handle.
fn on_call_group(mention: &str, groups: &Result<Vec<Group>, String>) -> Option<String> {
    let handle = mention.trim().trim_start_matches('@');
    let meant =
        |group: &&Group| group.date_delete == 0 && (group.id == mention.trim() || group.handle == handle);
    groups.as_ref().ok()?.iter().find(meant).map(|group| group.id.clone())
}

/// Whether howler can put whoever is on call into their group.
pub(super) fn may_set(tried: &Result<Option<()>, String>) -> Line {
    let what = "on-call group";
    match tried.as_ref().map_err(String::as_str) {
        Ok(Some(())) => Line::ok(what, "howler may change it"),
        Ok(None) => Line::note(
            what,
            "whether howler may change it could not be tried: it has nobody, or somebody who has left. Where only admins may, \
             messages name whoever is on call instead",
        ),
        Err("permission_denied") => Line::fail(
            what,
            "the workspace lets only admins change user groups, so it would keep last week's person: in Slack, under Tools & \
             settings, Workspace settings, Permissions, User Groups, let everyone change them. Until then messages name the person \
             instead",
        ),
        Err("plan_upgrade_required") => Line::note(
            what,
            "this plan has no user groups: #on-call's topic says who is on call, and messages name that person",
        ),
        Err(reason) => Line::fail(what, format!("can't be changed: {reason}")),
    }
}

fn group(what: String, key: &str, id: &str, groups: &Result<Vec<Group>, String>) -> Line {
    let remedy = format!("set [mentions] {key} in howler.toml to the id of one that is");
    match groups {
        Err(reason) => Line::note(what, format!("{id} could not be looked up: {reason}")),
        Ok(groups) => match groups.iter().find(|group| group.id == id) {
            None => Line::fail(what, format!("{id} is no user group of this workspace: {remedy}")),
            Some(group) if group.date_delete != 0 => {
                Line::fail(what, format!("{id}, @{}, is disabled: enable it, or {remedy}", group.handle))
            }
            Some(group) => Line::ok(what, format!("{id} is @{}", group.handle)),
        },
    }
}

fn plain_text(what: String, key: &str, name: &str, groups: &Result<Vec<Group>, String>) -> Line {
    let handle = name.trim_start_matches('@');
    let groups = match groups {
        Ok(groups) => groups,
        Err(reason) => {
            return Line::note(what, format!("whether {name} is a group could not be looked up: {reason}"));
        }
    };
    let found = groups.iter().find(|group| group.handle == handle && group.date_delete == 0);
    match (found, key) {
        (Some(group), "oncall") => {
            Line::ok(what, format!("{name} is the group {:?}, which howler mentions and keeps", group.id))
        }
        (Some(group), _) => Line::note(
            what,
            format!(
                "{name} is plain text and calls nobody: set [mentions] {key} = {:?} in howler.toml, which is this group's id",
                group.id
            ),
        ),
        (None, "oncall") => Line::note(
            what,
            format!(
                "there is no group {name}: messages name whoever is on call, and #on-call's topic says who that is"
            ),
        ),
        (None, _) => Line::note(
            what,
            format!(
                "{name} is plain text and calls nobody until [mentions] {key} in howler.toml is a Slack id (S... a group, \
                 U... a person)"
            ),
        ),
    }
}
