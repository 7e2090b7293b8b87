//! A browser, driven by the W3C's WebDriver protocol through the HTTP client that is here anyway: the commands that the
//! tests of the page need, and no more. See https://www.w3.org/TR/webdriver2/#endpoints.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How an element is found.
#[derive(Clone, Copy, Debug)]
pub enum Locator<'a> {
    Css(&'a str),
    XPath(&'a str),
}

/// What WebDriver answers where it could not do something.
#[derive(Debug)]
pub struct Refused {
    pub error: String,
    pub message: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error, self.message)
    }
}

impl Refused {
    /// The page was drawn anew and the element is not in it any more, or something still lies over it: it passes by itself.
    pub fn passes(&self) -> bool {
        ["stale element reference", "element not interactable", "element click intercepted"]
            .contains(&self.error.as_str())
    }
}

/// One session of a browser; it ends with [`close`](Self::close), or with its driver.
pub struct Browser {
    http: reqwest::Client,
    session: String,
}

/// An element of the page as it was when it was found.
pub struct Element<'b> {
    browser: &'b Browser,
    id: String,
}

impl Browser {
    /// Begins a session at the driver that listens on `port`.
    pub async fn open(port: u16, capabilities: Value) -> Self {
        let http = reqwest::Client::new();
        let driver = format!("http://127.0.0.1:{port}/session");
        let asked = json!({"capabilities": {"alwaysMatch": capabilities}});
        let answer = send(http.post(&driver).json(&asked)).await.unwrap();
        let session = format!("{driver}/{}", answer["sessionId"].as_str().unwrap());
        Self { http, session }
    }

    pub async fn goto(&self, url: &str) {
        self.post("url", json!({"url": url})).await.unwrap();
    }

    /// The page as it stands.
    pub async fn source(&self) -> String {
        let source = send(self.http.get(format!("{}/source", self.session))).await.unwrap();
        source.as_str().unwrap_or_default().to_owned()
    }

    /// All elements that are there now.
    pub async fn find_all(&self, wanted: Locator<'_>) -> Vec<Element<'_>> {
        let (using, value) = match wanted {
            Locator::Css(value) => ("css selector", value),
            Locator::XPath(value) => ("xpath", value),
        };
        let found = self.post("elements", json!({"using": using, "value": value})).await.unwrap();
        let ids = found.as_array().unwrap().iter();
        ids.map(|id| Element { browser: self, id: id[ELEMENT].as_str().unwrap().to_owned() }).collect()
    }

    /// The first such element, as soon as there is one; `None` when none came in time.
    pub async fn wait_for(&self, wanted: Locator<'_>, at_most: Duration) -> Option<Element<'_>> {
        let until = Instant::now() + at_most;
        loop {
            if let Some(element) = self.find_all(wanted).await.into_iter().next() {
                return Some(element);
            }
            if Instant::now() > until {
                return None;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The time in which a page that is drawn settles.
    pub async fn settles(&self) {
        tokio::time::sleep(LOOK_EVERY).await;
    }

    pub async fn close(&self) {
        send(self.http.delete(&self.session)).await.unwrap();
    }

    async fn post(&self, command: &str, body: Value) -> Result<Value, Refused> {
        send(self.http.post(format!("{}/{command}", self.session)).json(&body)).await
    }
}

impl Element<'_> {
    pub async fn click(&self) -> Result<(), Refused> {
        self.deed("click", json!({})).await
    }

    pub async fn send_keys(&self, text: &str) -> Result<(), Refused> {
        self.deed("value", json!({"text": text})).await
    }

    /// Clicks the option of this select that has this value.
    pub async fn select_by_value(&self, value: &str) -> Result<(), Refused> {
        let css = format!("option[value='{value}']");
        let asked = json!({"using": "css selector", "value": css});
        let found = self.browser.post(&format!("element/{}/element", self.id), asked).await?;
        let id = found[ELEMENT].as_str().unwrap().to_owned();
        Element { browser: self.browser, id }.click().await
    }

    async fn deed(&self, deed: &str, body: Value) -> Result<(), Refused> {
        self.browser.post(&format!("element/{}/{deed}", self.id), body).await.map(drop)
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Value, Refused> {
    let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
    let value = answer["value"].take();
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    match text("error") {
        Some(error) => Err(Refused { error, message: text("message").unwrap_or_default() }),
        None => Ok(value),
    }
}
