//! Slash commands.

use super::send::Delivery;
use super::typed::to_wire;
use super::{PersonError, Reply, open_channel, person};
use crate::slack::Slack;
use crate::slack::args::Args;
use crate::slack::methods::content;
use crate::slack::respond::from_bot;
use crate::slack::world::{Channel, Person, ResponseUrl, World};

impl Slack {
    /// A person types `/incident p1 Stream down` into a channel. The answer is shown as Slack shows it: to that
    /// person, or to all with `in_channel`; a failure as Slackbot's note.
    ///
    /// # Errors
    /// What the person cannot do; a command the manifest does not know is also refused by Slackbot.
    pub async fn command(&self, person: &str, channel: &str, line: &str) -> Result<Reply, PersonError> {
        let (name, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let now = self.now();
        let known = self.manifest().command(name).cloned();
        let (fields, person, channel, url) = self.arrange(|world| {
            let person = self::person(world, person)?;
            let channel = open_channel(world, channel, &person)?;
            let Some(known) = known else {
                world.slackbot(&channel.id, &person.id, not_a_command(name), now);
                return Err(PersonError::UnknownCommand(name.to_owned()));
            };
            let text =
                if known.should_escape { to_wire(world, text.trim(), true) } else { text.trim().to_owned() };
            let url = world.issue_response_url(ResponseUrl {
                channel: channel.id.clone(),
                user: person.id.clone(),
                original: None,
                thread_ts: None,
                issued: now,
                uses: 0,
            });
            let trigger = world.issue_trigger(&person.id, None, now);
            let fields = self.fields(world, &person, &channel, (name, text), (&url, trigger));
            Ok((fields, person, channel, url))
        })?;
        self.use_scope("commands");
        let reply = self.deliver(Delivery::command(&fields)).await?;
        self.show(&reply, name, &person, &channel, &url);
        Ok(reply)
    }

    fn fields(
        &self,
        world: &World,
        person: &Person,
        channel: &Channel,
        (command, text): (&str, String),
        (url, trigger_id): (&str, String),
    ) -> Vec<(&'static str, String)> {
        let channel_name = match (channel.is_im, channel.is_private) {
            (true, _) => "directmessage",
            (false, true) => "privategroup",
            (false, false) => channel.name.as_str(),
        };
        vec![
            ("token", self.old_token()),
            ("team_id", world.team.id.clone()),
            ("team_domain", world.team.domain.clone()),
            ("channel_id", channel.id.clone()),
            ("channel_name", channel_name.to_owned()),
            ("user_id", person.id.clone()),
            ("user_name", person.name.clone()),
            ("command", command.to_owned()),
            ("text", text),
            ("api_app_id", world.bot.app_id.clone()),
            ("is_enterprise_install", "false".to_owned()),
            ("response_url", self.response_url(url)),
            ("trigger_id", trigger_id),
        ]
    }

    /// What the person sees of the answer.
    fn show(&self, reply: &Reply, name: &str, person: &Person, channel: &Channel, url: &str) {
        let now = self.now();
        if let Some(failed) = reply.failed {
            let text = format!("{name} failed with the error \"{failed}\"");
            return self.arrange(|world| world.slackbot(&channel.id, &person.id, text, now));
        }
        if reply.body.trim().is_empty() {
            return;
        }
        let args = match reply.json().filter(|_| reply.is_json) {
            Some(serde_json::Value::Object(fields)) => Args(fields),
            _ => Args([("text".to_owned(), reply.body.clone().into())].into_iter().collect()),
        };
        if args.0.is_empty() {
            return;
        }
        let Ok(content) = self.look(|world| content(&args, world, now)) else {
            let text = format!("{name} failed with the error \"invalid_command_response\"");
            return self.arrange(|world| world.slackbot(&channel.id, &person.id, text, now));
        };
        let shown = args.text("response_type").is_some_and(|kind| kind == "in_channel");
        self.arrange(|world| {
            let message = from_bot(world, content, (!shown).then(|| person.id.clone()), None);
            let ts = world.post(&channel.id, message, now);
            if let Some(url) = world.response_urls.get_mut(url) {
                url.original = Some(ts);
            }
        });
    }

    pub(super) fn response_url(&self, id: &str) -> String {
        format!("{}/respond/{id}", self.desk().own_base)
    }

    /// The verification token that Slack still sends beside its signature.
    pub(super) fn old_token(&self) -> String {
        "deprecated-verification-token".to_owned()
    }
}

fn not_a_command(name: &str) -> String {
    format!(
        "{name} is not a valid command. In Slack, all messages that start with the \"/\" character are interpreted \
         as commands. If you are trying to send a message and not run a command, try preceding the \"/\" with an \
         empty space."
    )
}
