//! The phone's two ends: who calls, and where callbacks come in.

use std::sync::Arc;

use axum::Router;
use tracing::info;

use config::secrets::Secrets;
use config::{Config, Provider};
use delivery::phone::answer::AckKey;
use delivery::phone::{Caller, PhoneError, Phones};
use desk::Desk;
use ground::clock::Clock;
use intake::phone::ToDesk;
use intake::phone::pagerduty::PagerDutyDoor;
use intake::phone::router;
use intake::phone::twilio::TwilioDoor;

/// Who calls, and the doors for what comes back.
pub struct Telephone {
    pub caller: Caller,
    pub doors: Doors,
}

/// Those of the configured provider; none where there is none.
#[derive(Default)]
pub struct Doors {
    twilio: Option<TwilioDoor>,
    pagerduty: Option<PagerDutyDoor>,
}

impl Telephone {
    /// # Errors
    /// When something that the provider needs is missing or cannot be used.
    pub fn new(
        config: &Config,
        secrets: &Secrets,
        instance: &str,
        clock: &Clock,
    ) -> Result<Self, PhoneError> {
        let phones = Phones::new(&config.phone, &secrets.phone, None, clock.clone())?;
        let secret = match config.phone.provider {
            Provider::Off => None,
            Provider::Twilio => secrets.phone.twilio_auth_token.as_ref(),
            Provider::PagerDuty => secrets.phone.pagerduty_routing_key.as_ref(),
        };
        let key = secret.map(|secret| AckKey::new(secret, instance));
        let doors = match (config.phone.provider, secret, &key, &config.phone.public_url) {
            (Provider::Twilio, Some(token), Some(key), Some(url)) => {
                info!("phones are called through Twilio");
                Doors { twilio: Some(TwilioDoor::new(token, key.clone(), url.clone())), ..Doors::default() }
            }
            (Provider::PagerDuty, ..) => {
                info!("phones are called through PagerDuty");
                let secret = secrets.phone.pagerduty_webhook_secret.as_ref();
                Doors { pagerduty: secret.map(PagerDutyDoor::new), ..Doors::default() }
            }
            _ => Doors::default(),
        };
        Ok(Self { caller: Caller::new(phones, key, instance, clock.clone()), doors })
    }
}

impl Doors {
    /// The addresses of callbacks.
    pub fn router(self, desk: &Desk, instance: &str) -> Router {
        let handler = ToDesk { desk: desk.clone(), instance: instance.to_owned() };
        router(self.twilio, self.pagerduty, Arc::new(handler))
    }
}
