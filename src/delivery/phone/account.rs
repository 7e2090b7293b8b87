//! What `howler check` asks Twilio before the first page: whether the account lives, and whom it can call.
//!
//! Twilio's pages: Account resource, IncomingPhoneNumber resource, OutgoingCallerId resource, Free trial limitations.

use axum::http::Method;
use serde_json::Value;

use super::PhoneTrouble;
use super::twilio::{Twilio, accepted};
use domain::oncall::phone::PhoneNumber;

/// What an account can do with `[phone] from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// A trial account reaches verified numbers only.
    pub trial: bool,
    pub calls: bool,
    pub texts: bool,
}

/// Why no account can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountTrouble {
    Phone(PhoneTrouble),
    /// Twilio has suspended or closed it, in its own word.
    Not(String),
}

impl From<PhoneTrouble> for AccountTrouble {
    fn from(trouble: PhoneTrouble) -> Self {
        Self::Phone(trouble)
    }
}

impl AccountTrouble {
    /// Why, in words to people, with what to do.
    pub fn reason(&self) -> String {
        match self {
            Self::Phone(trouble) => trouble.reason(),
            Self::Not(status) => {
                format!("Twilio's account is {status}: Twilio's console says why")
            }
        }
    }
}

impl Twilio {
    pub(super) async fn account(&self) -> Result<Account, AccountTrouble> {
        let path = format!("/2010-04-01/Accounts/{}.json", self.account_sid());
        let account = accepted(self.client().ask(Method::GET, &path, None).await?)?;
        match account["status"].as_str() {
            Some("active") => {}
            status => return Err(AccountTrouble::Not(status.unwrap_or("in an unknown state").to_owned())),
        }
        let trial = account["type"] == "Trial";
        let from = self.from();
        let owned = self.listed("IncomingPhoneNumbers.json", "incoming_phone_numbers", from).await?;
        Ok(match owned {
            Some(number) => {
                let can = |what: &str| number["capabilities"][what].as_bool().unwrap_or_default();
                Account { trial, calls: can("voice"), texts: can("sms") }
            }
            // A number that is somebody else's and verified may call, not text.
            None => Account { trial, calls: self.verified(from).await?, texts: false },
        })
    }

    /// Whether a trial account may call the number.
    pub(super) async fn verified(&self, number: &PhoneNumber) -> Result<bool, PhoneTrouble> {
        let found = self.listed("OutgoingCallerIds.json", "outgoing_caller_ids", number).await?;
        Ok(found.is_some())
    }

    /// The row of a list with exactly this number; Twilio also finds parts of numbers.
    async fn listed(
        &self,
        list: &str,
        field: &str,
        number: &PhoneNumber,
    ) -> Result<Option<Value>, PhoneTrouble> {
        let query = serde_urlencoded::to_string([("PhoneNumber", number.expose())]).unwrap_or_default();
        let body = accepted(self.asked(Method::GET, &format!("{list}?{query}"), None).await?)?;
        let Some(rows) = body[field].as_array() else {
            return Err(PhoneTrouble::Lost("Twilio's answer could not be read".into()));
        };
        Ok(rows.iter().find(|row| row["phone_number"].as_str() == Some(number.expose())).cloned())
    }
}
