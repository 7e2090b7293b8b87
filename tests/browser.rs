//! The rehearsal page in a real headless browser. Skipped, aloud, where there is none.

use std::process::Command;
use std::time::Duration;

use crate::harness::process::{Process, free_port, listening};
use crate::harness::webdriver::{Browser, Locator};

const PATIENCE: Duration = Duration::from_secs(20);

struct Page {
    browser: Browser,
    _driver: Process,
    _demo: Process,
    _profile: tempfile::TempDir,
}

impl Page {
    /// `None` where there is no browser.
    async fn open() -> Option<Self> {
        let installed = |name: &str| Command::new(name).arg("--version").output().is_ok();
        if !installed("chromium") || !installed("chromedriver") {
            println!(
                "SKIPPED: chromium or chromedriver is not installed, so the rehearsal page was not tried"
            );
            return None;
        }
        let (driver_port, demo_port) = (free_port(), free_port());
        let driver = Process::spawn(Command::new("chromedriver").arg(format!("--port={driver_port}")));
        let address = format!("127.0.0.1:{demo_port}");
        let demo =
            Process::spawn(Command::new(env!("CARGO_BIN_EXE_howler")).args(["demo", "--listen", &address]));
        listening(driver_port).await;
        listening(demo_port).await;
        let profile = tempfile::tempdir().unwrap();
        let options = serde_json::json!({"goog:chromeOptions": {"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--window-size=1280,900",
            format!("--user-data-dir={}", profile.path().display()),
        ]}});
        let browser = Browser::open(driver_port, options).await;
        browser.goto(&format!("http://{address}/")).await;
        Some(Self { browser, _driver: driver, _demo: demo, _profile: profile })
    }

    /// Waits for what `wanted` names and does `deed` to it. The page may draw it anew between the look and the deed; a
    /// person's finger would not notice.
    async fn does(&self, deed: Deed<'_>, wanted: Locator<'_>) {
        for _ in 0..100 {
            let Some(element) = self.browser.wait_for(wanted, PATIENCE).await else {
                panic!("there is no {wanted:?} on the page:\n{}", self.browser.source().await);
            };
            let done = match deed {
                Deed::See => return,
                Deed::Click => element.click().await,
                Deed::Type(text) => element.send_keys(text).await,
            };
            match done {
                Ok(()) => return,
                Err(error) if error.passes() => self.browser.settles().await,
                Err(error) => panic!("{wanted:?}: {error}"),
            }
        }
        panic!("{wanted:?} does not hold still");
    }

    async fn clicks(&self, css: &str) {
        self.does(Deed::Click, Locator::Css(css)).await;
    }

    /// Waits for a message that holds `text`.
    async fn sees(&self, text: &str) {
        self.does(Deed::See, Locator::XPath(&message(text, ""))).await;
    }

    async fn presses(&self, text: &str, action: &str) {
        let button = message(text, &format!("//button[@data-action-id='{action}']"));
        self.does(Deed::Click, Locator::XPath(&button)).await;
    }

    async fn types(&self, line: &str) {
        let composer = Locator::Css("[data-testid=composer]");
        self.does(Deed::Type(line), composer).await;
        self.does(Deed::Type("\u{E007}"), composer).await;
    }

    /// Acts as somebody else.
    async fn becomes(&self, person: &str) {
        let select = self.browser.wait_for(Locator::Css("[data-testid=person]"), PATIENCE).await;
        select.unwrap().select_by_value(person).await.unwrap();
        let shown = format!(
            "//select[@data-testid='person'][contains(@aria-label, 'Acting')]//option[@value='{person}']"
        );
        self.does(Deed::See, Locator::XPath(&shown)).await;
    }

    /// Approves what is risky, and says why.
    async fn approves(&self, person: &str, why: &str) {
        self.becomes(person).await;
        self.clicks("[data-testid=channel-monkeytown-emergencies]").await;
        self.presses("Approve?", "approve").await;
        self.fills("comment", why).await;
        self.clicks("[data-testid=modal-submit]").await;
        self.sees(why).await;
    }

    /// Waits for the Home tab to show `text`.
    async fn home_shows(&self, text: &str) {
        let home = format!("//*[@data-testid='home'][contains(normalize-space(.), \"{text}\")]");
        self.does(Deed::See, Locator::XPath(&home)).await;
    }

    /// Chooses in a menu by the value of the option.
    async fn chooses(&self, menu: Locator<'_>, value: &str) {
        for _ in 0..100 {
            let select = self.browser.wait_for(menu, PATIENCE).await;
            match select.unwrap_or_else(|| panic!("there is no {menu:?}")).select_by_value(value).await {
                Ok(()) => return,
                Err(error) if error.passes() => self.browser.settles().await,
                Err(error) => panic!("{menu:?}: {error}"),
            }
        }
        panic!("{menu:?} does not hold still");
    }

    /// Uses a shortcut of the app on the latest message that holds `text`.
    async fn uses(&self, shortcut: &str, text: &str) {
        // The message's tools come with a tap on it.
        self.does(Deed::Click, Locator::XPath(&message(text, "//*[contains(@class, 'text')]"))).await;
        let menu = message(text, "//select[@data-testid='message-menu']");
        self.chooses(Locator::XPath(&menu), shortcut).await;
    }

    async fn fills(&self, field: &str, text: &str) {
        let field = format!("[data-testid=modal] [data-action-id={field}]");
        self.does(Deed::Type(text), Locator::Css(&field)).await;
    }
}

#[derive(Clone, Copy)]
enum Deed<'a> {
    See,
    Click,
    Type(&'a str),
}

/// The latest message that holds `text`, or a part of it.
fn message(text: &str, part: &str) -> String {
    format!("(//*[@data-testid='message'][contains(normalize-space(.), \"{text}\")]{part})[last()]")
}

#[tokio::test]
async fn a_person_lives_through_an_incident() {
    let Some(page) = Page::open().await else { return };
    page.clicks("[data-testid=channel-monkeytown-emergencies]").await;
    page.types("/incident p1 Event stream down").await;
    page.sees("INCIDENT DECLARED: Event stream down").await;

    page.presses("Event stream down", "update").await;
    page.fills("action", "Restarting the event stream").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.sees("Restarting the event stream").await;

    page.clicks("[data-testid=forward-30]").await;
    page.clicks("[data-testid=channel-inc-1-event-stream-down]").await;
    page.sees("Update due").await;

    page.presses("Update due", "resolve").await;
    page.fills("root_cause", "Redis credentials had expired").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.sees("INCIDENT RESOLVED: Event stream down").await;
    page.browser.close().await;
}

#[tokio::test]
async fn a_hand_over_comes_and_a_phone_that_rings_is_answered() {
    let Some(page) = Page::open().await else { return };
    let on_call = |words: &str| format!("//*[@data-testid='on-call-now'][contains(., \"{words}\")]");
    page.does(Deed::See, Locator::XPath(&on_call("maya is on call"))).await;
    page.clicks("[data-testid=schedule]").await;
    page.does(Deed::See, Locator::XPath("//*[@data-testid='weeks']//strong[.='zoe']")).await;
    page.clicks("[data-testid=forward-hand-over]").await;
    page.does(Deed::See, Locator::XPath(&on_call("kofi is on call"))).await;
    page.does(Deed::See, Locator::XPath("//*[contains(., 'not confirmed yet: maya is called too')]")).await;

    page.clicks("[data-testid=channel-monkeytown-emergencies]").await;
    page.types("/incident p1 Event stream down").await;
    page.clicks("[data-testid=phone-pick_up]").await;
    page.clicks("[data-testid=phone-press]").await;
    page.sees("Acknowledged by").await;
    page.does(Deed::See, Locator::XPath("//*[@data-testid='phones'][contains(., 'on it. Thank you')]")).await;
    let rings = page.browser.find_all(Locator::Css("[data-testid=phone-pick_up]")).await;
    assert!(rings.is_empty(), "the other phone stops");
    page.browser.close().await;
}

#[tokio::test]
async fn an_alert_becomes_an_incident_and_a_storm_one_message() {
    let Some(page) = Page::open().await else { return };
    page.clicks("[data-testid=alert]").await;
    page.clicks("[data-testid=alert-witnesses]").await;
    page.clicks("[data-testid=channel-monkeytown-emergencies]").await;
    page.sees("No witness can connect").await;
    page.clicks("[data-testid=alert-storm]").await;
    page.clicks("[data-testid=channel-metrics]").await;
    page.sees("500 alerts").await;
    page.browser.close().await;
}

#[tokio::test]
async fn the_event_stream_is_diagnosed_and_rolled_back_with_others_approving() {
    let Some(page) = Page::open().await else { return };
    let stands = |part: &str, well: bool| {
        format!("//*[@data-testid='production']//*[@data-well='{well}'][contains(., \"{part}\")]")
    };
    page.clicks("[data-testid=break]").await;
    page.clicks("[data-testid=break-release]").await;
    page.does(Deed::See, Locator::XPath(&stands("event stream", false))).await;

    page.becomes("U0IAN").await;
    page.clicks("[data-testid=channel-monkeytown-emergencies]").await;
    page.types("/runbook run event-stream-failure").await;
    page.sees("Approve? Restart event-stream").await;
    page.approves("U0MAYA", "The stream is unhealthy").await;
    page.approves("U0KOFI", "I see it too").await;
    page.sees("Done. Checking whether it helped").await;
    page.clicks("[data-testid=forward-30]").await;
    page.sees("did not help in time").await;

    page.becomes("U0IAN").await;
    page.presses("Roll event-stream back to revision 7", "propose").await;
    page.sees("Approve? Roll event-stream back to revision 7").await;
    page.approves("U0ZOE", "The release of last night is bad").await;
    page.approves("U0MAYA", "Agreed").await;
    page.does(Deed::See, Locator::XPath(&stands("event stream", true))).await;
    page.clicks("[data-testid=forward-30]").await;
    page.sees("The action helped").await;

    // It helped, and somebody wants it back all the same.
    page.becomes("U0KOFI").await;
    page.presses("Undo takes back", "undo").await;
    page.sees("Approve? Undo: Roll event-stream back to revision 7").await;
    page.approves("U0MAYA", "The old release lost a column").await;
    page.approves("U0ZOE", "I saw it").await;
    page.clicks("[data-testid=forward-30]").await;
    page.sees("Roll event-stream back to revision 7 was undone").await;
    page.does(Deed::See, Locator::XPath(&stands("event stream", false))).await;
    page.browser.close().await;
}

#[tokio::test]
async fn the_home_tab_and_the_shortcuts_do_what_they_say() {
    let Some(page) = Page::open().await else { return };
    page.becomes("U0MAYA").await;
    page.clicks("[data-testid=open-home]").await;
    page.home_shows("You are on call").await;
    page.home_shows("No incident is open").await;
    page.clicks("[data-testid=home] [data-action-id=declare]").await;
    page.fills("title", "Queue stuck").await;
    page.chooses(Locator::Css("[data-testid=modal] [data-action-id=severity]"), "P1").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.home_shows("Queue stuck").await;
    page.home_shows("Not acknowledged yet").await;
    page.clicks("[data-testid=home] [data-action-id=ack]").await;
    let answered = "//*[@data-testid='home'][not(contains(normalize-space(.), 'Not acknowledged yet'))]";
    page.does(Deed::See, Locator::XPath(answered)).await;
    page.clicks("[data-testid=channel-monkeytown-emergencies]").await;
    page.sees("Acknowledged by").await;

    page.types("Redis eats its memory").await;
    page.uses("declare_from_message", "Redis eats its memory").await;
    page.chooses(Locator::Css("[data-testid=modal] [data-action-id=severity]"), "P2").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.sees("INCIDENT DECLARED: Redis eats its memory").await;
    page.types("It began with the deploy").await;
    page.uses("add_to_timeline", "It began with the deploy").await;
    page.chooses(Locator::Css("[data-testid=modal] [data-action-id=incident]"), "2").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.types("/incident timeline 2").await;
    page.sees("\u{201C}It began with the deploy\u{201D} (@maya").await;

    page.clicks("[data-testid=shortcut-declare]").await;
    page.fills("title", "Images are broken").await;
    page.chooses(Locator::Css("[data-testid=modal] [data-action-id=severity]"), "P3").await;
    page.clicks("[data-testid=modal-submit]").await;
    page.sees("INCIDENT DECLARED: Images are broken").await;
    page.browser.close().await;
}
