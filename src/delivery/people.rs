//! Who is who in Slack: whether somebody can be on call, and whom a misspelt name may mean.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::directory::Cursor;
use super::lenient::{lenient, rows};
use super::slack::client::{Call, Slack};
use crate::retry::{Trouble, verdict};
use domain::id::UserId;
use domain::refusal::Unfit;

/// A list that is older is asked for anew.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
const PATIENCE: Duration = Duration::from_secs(1);
/// People on one page; Slack advises no more.
const PAGE: &str = "200";
/// More people are not looked through for a misspelt name.
const PAGES_MOST: usize = 25;

#[derive(Clone, Debug, Deserialize)]
struct Listed {
    id: UserId,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    deleted: bool,
    #[serde(default, deserialize_with = "lenient")]
    is_bot: bool,
    #[serde(default, deserialize_with = "lenient")]
    profile: Profile,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Profile {
    #[serde(default, deserialize_with = "lenient")]
    display_name: String,
    #[serde(default, deserialize_with = "lenient")]
    real_name: String,
    /// Only where the app may read it (`users:read.email`).
    #[serde(default)]
    email: Option<String>,
}

/// Somebody of the workspace, as people call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: UserId,
    /// `maya`, without the `@`.
    pub handle: String,
    /// The whole name; may be empty.
    pub name: String,
    /// Where Slack tells it.
    pub mail: Option<String>,
}

impl Listed {
    fn names(&self) -> impl Iterator<Item = &str> {
        [self.profile.display_name.as_str(), self.name.as_str()].into_iter().filter(|name| !name.is_empty())
    }
}

/// The people of the workspace, as last asked.
pub struct People {
    slack: Arc<Slack>,
    listed: Mutex<Option<(Timestamp, Arc<Vec<Listed>>)>>,
}

impl People {
    pub fn new(slack: Arc<Slack>) -> Self {
        Self { slack, listed: Mutex::default() }
    }

    /// Why somebody cannot be on call; `None` where they can, or where Slack does not tell.
    pub async fn unfit(&self, person: &UserId) -> Option<Unfit> {
        self.fitness(person).await.ok().flatten()
    }

    /// Why somebody cannot be on call; `None` where they can.
    ///
    /// # Errors
    /// Why Slack does not tell, in words.
    pub async fn fitness(&self, person: &UserId) -> Result<Option<Unfit>, String> {
        #[derive(Deserialize)]
        struct Info {
            user: Listed,
        }
        let call = Call::get("users.info", None, vec![("user", person.to_string())]);
        match self.slack.call::<Info>(&call).await {
            Ok(Info { user }) if user.deleted => Ok(Some(Unfit::Left)),
            Ok(Info { user }) if user.is_bot => Ok(Some(Unfit::Bot)),
            Ok(_) => Ok(None),
            Err(trouble) if trouble.is("user_not_found") => Ok(Some(Unfit::Unknown)),
            Err(trouble) => Err(verdict(&trouble, "the list of people", "").reason),
        }
    }

    /// The Enterprise organization that somebody is of; `None` where they are of none, or where Slack does not tell.
    pub async fn organisation(&self, person: &UserId) -> Option<String> {
        #[derive(Deserialize)]
        struct Info {
            user: Of,
        }
        #[derive(Deserialize)]
        struct Of {
            #[serde(default, deserialize_with = "lenient")]
            enterprise_user: Option<Enterprise>,
        }
        #[derive(Deserialize)]
        struct Enterprise {
            #[serde(default)]
            enterprise_id: Option<String>,
        }
        let call = Call::get("users.info", None, vec![("user", person.to_string())]);
        self.slack.call::<Info>(&call).await.ok()?.user.enterprise_user?.enterprise_id
    }

    /// The name that is nearest to what somebody typed; `None` where none is near, or where Slack does not tell.
    pub async fn nearest(&self, typed: &str) -> Option<(String, UserId)> {
        let typed = typed.trim_start_matches('@').to_lowercase();
        let people = self.listed().await.ok()?;
        let here = people.iter().filter(|person| !person.deleted && !person.is_bot);
        let names = here.flat_map(|person| person.names().map(move |name| (name, &person.id)));
        let near = names.map(|(name, id)| (slips(&typed, &name.to_lowercase()), name, id));
        let most = if typed.chars().count() <= 4 { 1 } else { 2 };
        let nearest = near.filter(|(slips, ..)| *slips <= most).min();
        nearest.map(|(_, name, id)| (format!("@{name}"), id.clone()))
    }

    /// Who has exactly this name, in any case, as handle, shown name or whole name; nobody where several have it.
    pub async fn by_name(&self, typed: &str) -> Option<UserId> {
        let typed = typed.trim_start_matches('@').to_lowercase();
        let people = self.listed().await.ok()?;
        let here = people.iter().filter(|person| !person.deleted && !person.is_bot);
        let mut called = here.filter(|person| {
            let mut names = person.names().chain([person.profile.real_name.as_str()]);
            names.any(|name| !name.is_empty() && name.to_lowercase() == typed)
        });
        let first = called.next()?;
        called.next().is_none().then(|| first.id.clone())
    }

    /// The name that somebody goes by; their id where Slack does not tell in a second.
    pub async fn name(&self, person: &UserId) -> String {
        let listed = tokio::time::timeout(PATIENCE, self.listed()).await;
        let known = listed.ok().and_then(Result::ok).and_then(|people| {
            let found = people.iter().find(|known| known.id == *person)?;
            found.names().next().map(str::to_owned)
        });
        known.unwrap_or_else(|| person.to_string())
    }

    /// The name that somebody goes by, where Slack tells it in one call or told it lately.
    pub async fn called(&self, person: &UserId) -> Option<String> {
        #[derive(Deserialize)]
        struct Info {
            user: Listed,
        }
        let known = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = known.and_then(|(_, people)| people.iter().find(|known| known.id == *person).cloned());
        let found = match known {
            Some(known) => known,
            None => {
                let call = Call::get("users.info", None, vec![("user", person.to_string())]);
                self.slack.call::<Info>(&call).await.ok()?.user
            }
        };
        found.names().next().map(str::to_owned)
    }

    /// Everybody who could be on call.
    ///
    /// # Errors
    /// When Slack does not tell.
    pub async fn everybody(&self) -> Result<Vec<Known>, Trouble> {
        let listed = self.listed().await?;
        let here = listed.iter().filter(|person| !person.deleted && !person.is_bot);
        let known = here.map(|person| Known {
            id: person.id.clone(),
            handle: person.names().next().unwrap_or_default().to_owned(),
            name: person.profile.real_name.clone(),
            mail: person.profile.email.clone().filter(|mail| !mail.is_empty()),
        });
        Ok(known.collect())
    }

    async fn listed(&self) -> Result<Arc<Vec<Listed>>, Trouble> {
        let now = self.slack.clock().now();
        let known = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, people)) = known
            && now.duration_since(at) < FRESH
        {
            return Ok(people);
        }
        let people = Arc::new(self.ask().await?);
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&people)));
        Ok(people)
    }

    async fn ask(&self) -> Result<Vec<Listed>, Trouble> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(deserialize_with = "rows")]
            members: Vec<Listed>,
            #[serde(default, deserialize_with = "lenient")]
            response_metadata: Cursor,
        }
        let (mut people, mut cursor) = (Vec::new(), String::new());
        for _ in 0..PAGES_MOST {
            let mut query = vec![("limit", PAGE.to_owned())];
            if !cursor.is_empty() {
                query.push(("cursor", cursor.clone()));
            }
            let page: Page = self.slack.call(&Call::get("users.list", None, query)).await?;
            people.extend(page.members);
            cursor = page.response_metadata.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(people)
    }
}

/// How far what was typed is from a name; one that begins the same way is near.
fn slips(typed: &str, name: &str) -> usize {
    let begun = typed.len() >= 3 && name.starts_with(typed);
    let slips = strsim::damerau_levenshtein(typed, name);
    if begun { slips.min(1) } else { slips }
}
