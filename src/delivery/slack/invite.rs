//! Invitations into the incident's channel: one person who cannot come keeps nobody else out.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::client::Call;
use super::post::room_spot;
use super::{Deliverer, Spot, Stop, incident};
use crate::directory::is_id;
use crate::job::Job;
use crate::retry::{self, Trouble};
use domain::effect::Receipt;
use domain::id::{ChannelId, UserId};

/// Slack takes up to this many at once.
const AT_ONCE: usize = 100;

/// What Slack says of the people that `force` passed over.
#[derive(Default, Deserialize)]
struct Invited {
    #[serde(default)]
    errors: Vec<NotInvited>,
}

#[derive(Deserialize)]
struct NotInvited {
    user: Option<UserId>,
    error: String,
}

impl Deliverer {
    pub(super) async fn invite(&self, job: &Job, people: &[UserId], oncall: bool) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let Some(room) = &incident.room else {
            return Err(Stop::Dropped("the incident has no channel of its own"));
        };
        let spot = room_spot(room);
        let mut guests: BTreeSet<UserId> = people.iter().cloned().collect();
        let mut faults = Vec::new();
        if oncall {
            match self.on_call().await {
                Ok(people) => guests.extend(people),
                Err(trouble) => faults.push(final_reason(trouble, &Spot::workspace())?),
            }
        }
        let me = self.directory.me().await.map_err(|trouble| Stop::before(trouble, &spot))?;
        guests.remove(&me.user);
        let guests: Vec<UserId> = guests.into_iter().collect();
        for some in guests.chunks(AT_ONCE) {
            faults.extend(self.invite_some(&spot, some).await?);
        }
        if faults.is_empty() { Ok(Receipt::Nothing) } else { Err(Stop::Failed(faults.join("; "))) }
    }

    /// Invites all of them, one by one where Slack refuses them together. The words are about who could not
    /// come.
    async fn invite_some(&self, spot: &Spot, guests: &[UserId]) -> Result<Vec<String>, Stop> {
        let invited = match self.ask_in(&spot.channel, guests).await {
            Ok(invited) => invited,
            Err(trouble) if trouble.error().is_some_and(is_about_a_person) => {
                let mut faults = Vec::new();
                for guest in guests {
                    faults.extend(self.invite_one(spot, guest).await?);
                }
                return Ok(faults);
            }
            Err(trouble) => return Err(Stop::sending(trouble, spot)),
        };
        let refused = invited.errors.into_iter().filter(|refused| !is_settled(&refused.error));
        let words = |refused: NotInvited| not_invited(refused.user.as_ref(), &refused.error);
        Ok(refused.map(words).collect())
    }

    async fn invite_one(&self, spot: &Spot, guest: &UserId) -> Result<Option<String>, Stop> {
        match self.ask_in(&spot.channel, std::slice::from_ref(guest)).await {
            Ok(_) => Ok(None),
            Err(trouble) => match trouble.error() {
                Some(error) if is_settled(error) => Ok(None),
                Some(error) if is_about_a_person(error) => Ok(Some(not_invited(Some(guest), error))),
                _ => Err(Stop::sending(trouble, spot)),
            },
        }
    }

    async fn ask_in(&self, channel: &ChannelId, guests: &[UserId]) -> Result<Invited, Trouble> {
        let users = guests.iter().map(UserId::as_str).collect::<Vec<_>>().join(",");
        // "Continue inviting the valid ones while disregarding invalid IDs".
        let body = json!({ "channel": channel, "users": users, "force": true });
        self.slack.call_joining(&Call::post("conversations.invite", Some(channel.as_str()), body)).await
    }

    /// Who `[mentions] oncall` stands for: a group's members, a person, or nobody that Slack knows.
    async fn on_call(&self) -> Result<Vec<UserId>, Trouble> {
        #[derive(Deserialize)]
        struct Members {
            users: Vec<UserId>,
        }
        let mention = self.config.mentions.oncall.as_str();
        if mention.starts_with(['U', 'W']) && is_id(mention) {
            return Ok(vec![UserId::from(mention)]);
        }
        if !(mention.starts_with('S') && is_id(mention)) {
            return Ok(Vec::new());
        }
        let call = Call::get("usergroups.users.list", None, vec![("usergroup", mention.to_owned())]);
        self.slack.call(&call).await.map(|Members { users }| users)
    }
}

/// The words of a trouble that no later attempt cures; any other stops the effect.
fn final_reason(trouble: Trouble, spot: &Spot) -> Result<String, Stop> {
    let verdict = retry::verdict(&trouble, &spot.words, spot.remedy);
    if verdict.class.is_final() { Ok(verdict.reason) } else { Err(Stop::before(trouble, spot)) }
}

fn is_settled(error: &str) -> bool {
    matches!(error, "already_in_channel" | "cant_invite_self")
}

fn is_about_a_person(error: &str) -> bool {
    is_settled(error)
        || matches!(
            error,
            "cant_invite"
                | "user_not_found"
                | "users_not_found"
                | "user_disabled"
                | "user_is_restricted"
                | "user_is_ultra_restricted"
                | "ura_max_channels"
                | "user_team_not_in_channel"
                | "invitee_cant_see_channel"
                | "failed_for_some_users"
                | "no_external_invite_permission"
                | "org_user_not_in_team"
                | "app_cannot_join_channel"
                | "cant_invite_bot"
                | "user_not_visible"
        )
}

fn not_invited(guest: Option<&UserId>, error: &str) -> String {
    let refusal =
        retry::Refusal { method: "conversations.invite", error: error.into(), ..Default::default() };
    let reason = retry::verdict(&Trouble::Refused(refusal), "the channel", "").reason;
    let who = guest.map_or("somebody", UserId::as_str);
    format!("{who} was not invited: {reason}")
}
