//! GitHub's own answers, for whoever looks after its alerts. One of these calls makes GitHub do something: it sends a delivery again,
//! which it sent before.

use super::{GITHUB, GitHub, TOKEN};
use crate::plain::{Plain, Unasked};
use crate::rest::{Answer, Asked};
use serde_json::Value;

impl GitHub {
    /// `owner/name`, that is asked about.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// What stands at `path`. `thing` is what is asked for, with its article; `needs` what the token must have for it.
    ///
    /// # Errors
    /// Why it could not be had.
    pub async fn plain(&self, path: &str, thing: &str, needs: &'static str) -> Result<Value, Unasked> {
        self.page(path, thing, needs).await.map(|(value, _)| value)
    }

    /// The same, with the cursor of the next page, where its `Link` names one.
    ///
    /// # Errors
    /// As [`plain`](Self::plain).
    pub async fn page(
        &self,
        path: &str,
        thing: &str,
        needs: &'static str,
    ) -> Result<(Value, Option<String>), Unasked> {
        let asked = Asked { thing: thing.to_owned(), needs };
        let answer = self.limits().answer(&asked, self.octocrab._get(path)).await?;
        let next = next(&answer);
        Ok((self.limits().json(&answer, &asked)?, next))
    }

    /// Has GitHub send a delivery again; `hook` is the webhook's address in the API.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn redeliver(
        &self,
        hook: &str,
        attempt: u64,
        thing: &str,
        needs: &'static str,
    ) -> Result<(), Unasked> {
        let path = format!("{hook}/deliveries/{attempt}/attempts");
        let asked = Asked { thing: thing.to_owned(), needs };
        let sent = self.octocrab._post(path.as_str(), None::<&()>);
        self.limits().answer(&asked, sent).await.map(drop)
    }

    fn limits(&self) -> Plain<'_> {
        Plain { service: &GITHUB, pauses: &self.pauses, limited: TOKEN }
    }
}

/// `Link: <https://api.github.com/...&cursor=v1_2>; rel="next"`.
fn next(answer: &Answer) -> Option<String> {
    let links = answer.header("link")?;
    let link = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    let (_, address) = link.split_once('<')?;
    let (address, _) = address.split_once('>')?;
    let url = reqwest::Url::parse(address).ok()?;
    url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.into_owned())
}
