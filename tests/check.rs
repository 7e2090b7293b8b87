//! `howler check`, the real binary against the fake Slack: one trouble at a time.

use std::path::Path;
use std::process::Command;

use config::Config;
use fake::phone::{self, Phones};
use fake::slack::Slack;
use ground::clock::Clock;
use howler::app::{App, Setup};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::harness::process::{free_port, serve, serve_with};
use crate::harness::{GITHUB_TOKEN, TOKEN, World, hub, workspace};

const MENTIONS: &str = "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n";
/// It looks like a signing secret; nothing is signed here.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

struct Stand {
    slack: Slack,
    api_url: String,
    folder: TempDir,
}

struct Report {
    well: bool,
    text: String,
}

impl Stand {
    async fn new() -> Self {
        let (slack, api_url) = workspace(&Clock::system()).await;
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("howler.toml"), MENTIONS).unwrap();
        Self { slack, api_url, folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn check(&self) -> Report {
        self.check_on("data", &[]).await
    }

    async fn check_on(&self, data: &str, environment: &[(&str, &str)]) -> Report {
        let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
        command
            .args(["check", "--data", data])
            .current_dir(self.path())
            .env_clear()
            .env("SLACK_BOT_TOKEN", TOKEN)
            .env("SLACK_SIGNING_SECRET", SECRET)
            .env("SLACK_API_URL", &self.api_url)
            .envs(environment.iter().copied());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        println!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(TOKEN) && !text.contains(SECRET), "a secret in {text}");
        Report { well: output.status.success(), text }
    }
}

impl Report {
    /// The one line about `what`, without its level.
    fn line(&self, level: &str, what: &str) -> &str {
        let start = format!("{level:<5} {what}: ");
        let found = self.text.lines().find_map(|line| line.strip_prefix(start.as_str()));
        found.unwrap_or_else(|| panic!("no {start:?} in\n{}", self.text))
    }

    /// It fails, by this one line alone, which holds every part.
    fn fails(&self, what: &str, parts: &[&str]) {
        let words = self.line("FAIL", what);
        for part in parts {
            assert!(words.contains(part), "{part:?} in {words}");
        }
        let failures = self.text.lines().filter(|line| line.starts_with("FAIL")).count();
        assert!(!self.well && failures == 1, "{}", self.text);
    }
}

#[tokio::test]
async fn a_workspace_that_is_ready_has_no_failure() {
    let stand = Stand::new().await;
    let report = stand.check().await;
    assert!(report.well, "{}", report.text);
    for (what, part) in [
        ("configuration", "reads well"),
        ("SLACK_BOT_TOKEN", "set"),
        ("data folder", "is made at the first start"),
        ("clock", "agrees"),
        ("token", "howler is U0HOWLER in monkeytown"),
        ("scopes", "all "),
        ("channel #monkeytown-emergencies", "howler is in it"),
        ("channel #metrics", "joins when it first posts"),
        ("mention oncall", "S0ONCALL is @monkeytown-oncall"),
    ] {
        let words = report.line("ok", what);
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(report.text.contains("Ready for the first incident."));
    assert!(!stand.path().join("data").exists(), "a check makes nothing");
    let changed: Vec<_> = stand.slack.calls().into_iter().map(|call| call.method).collect();
    // The group is given the people that it has, to see whether it may be changed.
    let reads = [
        "auth.test",
        "conversations.list",
        "usergroups.list",
        "usergroups.users.list",
        "usergroups.users.update",
    ];
    assert!(changed.iter().all(|method| reads.contains(&method.as_str())), "{changed:?}");
}

/// Pages and hand-overs go to the on-call channel: without it the first incident would suffer.
#[tokio::test]
async fn without_the_on_call_channel_it_fails() {
    let stand = Stand::new().await;
    stand.slack.arrange(|world| world.channels.retain(|channel| channel.name != "on-call"));
    stand.check().await.fails("channel #on-call", &["no such public channel", "Pages and hand-overs"]);
    let stand = Stand::new().await;
    stand.slack.arrange(|world| {
        world.channels.iter_mut().filter(|it| it.name == "on-call").for_each(|it| it.is_archived = true);
    });
    stand.check().await.fails("channel #on-call", &["archived", "unarchive"]);
}

#[tokio::test]
async fn a_workspace_that_keeps_groups_for_admins_is_named_by_its_setting() {
    let stand = Stand::new().await;
    stand.slack.arrange(|world| {
        world.team.groups_for_admins = true;
        world.usergroups.iter_mut().for_each(|group| group.users = vec!["U0IAN".into()]);
    });
    let before = stand.slack.look(|world| world.usergroups.clone());
    stand.check().await.fails("on-call group", &["Workspace settings, Permissions, User Groups"]);
    assert_eq!(stand.slack.look(|world| world.usergroups.clone()), before, "nothing is changed by trying");
}

#[tokio::test]
async fn the_order_of_a_first_installation_is_told() {
    let stand = Stand::new().await;
    let report = stand.check().await;
    assert!(report.line("note", "request URLs").contains("start howler first"), "{}", report.text);
    let nothing = stand.check_on("data", &[("SLACK_BOT_TOKEN", "")]).await;
    assert!(nothing.line("note", "Slack").contains("Socket Mode"), "{}", nothing.text);
}

#[tokio::test]
async fn tokens_scopes_and_clocks() {
    let stand = Stand::new().await;
    let faults = stand.slack.faults();
    faults.revoke_token();
    stand.check().await.fails("token", &["no longer valid", "reinstall", "SLACK_BOT_TOKEN"]);
    faults.clear();
    faults.drop_scope("pins:write");
    stand.check().await.fails("scopes", &["pins:write is missing", "pin the card", "reinstall the app"]);
    faults.clear();
    faults.drop_scope("usergroups:read");
    let report = stand.check().await;
    report.fails("scopes", &["usergroups:read is missing"]);
    assert!(report.line("note", "mention oncall").contains("lacks the scope usergroups:read"));
    faults.clear();
    faults.skew(SignedDuration::from_secs(200));
    stand.check().await.fails("clock", &["s behind Slack's", "timedatectl"]);
    faults.skew(SignedDuration::from_secs(-200));
    stand.check().await.fails("clock", &["s ahead of Slack's", "5 minutes"]);
    faults.skew(SignedDuration::from_secs(20));
    let report = stand.check().await;
    assert!(report.well && report.line("note", "clock").contains("behind"), "{}", report.text);
    faults.clear();
    faults.down(true);
    let report = stand.check().await;
    assert!(!report.well, "{}", report.text);
}

#[tokio::test]
async fn channels_and_groups() {
    let stand = Stand::new().await;
    let emergencies = "channel #monkeytown-emergencies";
    let change = |change: fn(&mut fake::slack::world::Channel)| {
        stand.slack.arrange(|world| change(world.channel_mut("C0EMERG").unwrap()));
    };
    change(|channel| channel.members.retain(|member| member != "U0HOWLER"));
    let report = stand.check().await;
    assert!(report.well && report.line("ok", emergencies).contains("joins"), "{}", report.text);
    stand.slack.faults().drop_scope("channels:join");
    let report = stand.check().await;
    assert!(report.line("FAIL", emergencies).contains("/invite @howler"), "{}", report.text);
    stand.slack.faults().clear();
    change(|channel| channel.is_private = true);
    stand
        .check()
        .await
        .fails(emergencies, &["no such public channel", "[channels] emergencies", "groups:read"]);
    change(|channel| (channel.is_private, channel.is_archived) = (false, true));
    stand.check().await.fails(emergencies, &["archived", "unarchive"]);
    change(|channel| (channel.is_archived, channel.name) = (false, "elsewhere".into()));
    stand.check().await.fails(emergencies, &["no such public channel", "create it"]);
    change(|channel| channel.name = "monkeytown-emergencies".into());
    stand.slack.arrange(|world| world.usergroups.retain(|group| group.id != "S0ENG"));
    stand.check().await.fails("mention engineering", &["S0ENG is no user group", "[mentions] engineering"]);
}

#[tokio::test]
async fn configuration_and_environment_tell_all_at_once() {
    let stand = Stand::new().await;
    let wrong = format!("{MENTIONS}[channels]\nemergencis = \"#x\"\n[rotation]\nzone = 3\nhandoff = 4\n");
    std::fs::write(stand.path().join("howler.toml"), wrong).unwrap();
    let report = stand.check_on("data", &[("SLACK_BOT_TOKEN", ""), ("SLACK_SIGNING_SECRET", "")]).await;
    let failures: Vec<&str> = report.text.lines().filter(|line| line.starts_with("FAIL")).collect();
    let parts = [
        "line 5: channels.emergencis",
        "rotation.handoff",
        "rotation.zone",
        "SLACK_BOT_TOKEN: not set",
        "SLACK_SIGNING_SECRET: not set",
    ];
    for part in parts {
        assert!(failures.iter().any(|line| line.contains(part)), "{part} in {failures:#?}");
    }
    assert_eq!(failures.len(), parts.len(), "{failures:#?}");
    assert!(report.line("note", "Slack").contains("not checked"));
    let report = stand.check_on("data", &[("SLACK_SIGNING_SECRET", "")]).await;
    assert!(report.line("ok", "token").contains("U0HOWLER"), "asking takes no signing secret");
    assert!(report.line("note", "GITHUB_TOKEN").contains("not set"));
}

#[tokio::test]
async fn the_data_folder_held_damaged_or_not_to_be_written() {
    let stand = Stand::new().await;
    let (data, port) = (stand.path().join("data"), free_port());
    let howler = serve(&data, &stand.api_url, port, "").await;
    let report = stand.check().await;
    let words = report.line("ok", "data folder");
    assert!(report.well && words.contains("is kept by the howler that runs as process"), "{words}");
    drop(howler);
    let report = stand.check().await;
    assert!(report.well && report.line("ok", "data folder").contains("is whole: 0 open"), "{}", report.text);
    std::fs::write(stand.path().join("file"), "x").unwrap();
    stand.check_on("file/data", &[]).await.fails("data folder", &["cannot be made", "--data"]);
    let identity = std::fs::read(data.join("howler.json")).unwrap();
    std::fs::write(data.join("howler.json"), r#"{"format":99,"instance":"x"}"#).unwrap();
    stand.check().await.fails("data folder", &["newer howler", "run that version"]);
    std::fs::write(data.join("howler.json"), identity).unwrap();
    std::fs::write(data.join("store/db"), "").unwrap();
    stand.check().await.fails("data folder", &["damaged", "restore"]);
}

/// A howler that was given this configuration and these numbers, and stopped again; the phones it was given.
async fn on_call(
    stand: &Stand,
    rotation: &str,
    verified: Option<&[&str]>,
) -> (Phones, Vec<(&'static str, String)>) {
    const FROM: &str = "+14155550100";
    let config = format!(
        "{MENTIONS}[phone]\nprovider = \"twilio\"\nfrom = \"{FROM}\"\npublic_url = \"https://howler.test\"\n{rotation}"
    );
    std::fs::write(stand.path().join("howler.toml"), config).unwrap();
    let account = format!("AC{:032x}", 7);
    let phones = Phones::new(phone::Setup {
        clock: Clock::system(),
        account_sid: account.clone(),
        auth_token: "twilio-test-token".into(),
        owned: [FROM.to_owned()].into(),
        verified: verified.map(|numbers| numbers.iter().map(|number| (*number).to_owned()).collect()),
        routing_key: "r".repeat(32),
        webhook_secret: "unused".into(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(howler::app::serve(listener, phones.api(), std::future::pending()));
    let environment = vec![
        ("TWILIO_ACCOUNT_SID", account),
        ("TWILIO_AUTH_TOKEN", "twilio-test-token".into()),
        ("TWILIO_API_URL", url),
    ];
    (phones, environment)
}

async fn check_with(stand: &Stand, environment: &[(&'static str, String)]) -> Report {
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stand.check_on("data", &environment).await
}

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

#[tokio::test]
async fn everybody_of_the_next_two_weeks_can_be_reached_or_fails_by_name() {
    let stand = Stand::new().await;
    let (phones, environment) = on_call(&stand, ROSTER, None).await;
    let report = check_with(&stand, &environment).await;
    assert!(report.line("ok", "on call").contains("the next two weeks are covered, by 2 people"));
    assert!(report.line("ok", "phones").contains("Twilio takes the account; [phone] from calls and texts"));
    for name in ["maya", "kofi"] {
        assert!(
            report.line("FAIL", &format!("on call: {name}")).contains("no phone number"),
            "{}",
            report.text
        );
    }
    phones.faults().suspend(true);
    assert!(check_with(&stand, &environment).await.line("FAIL", "phones").contains("account is suspended"));
    phones.faults().suspend(false);
    let mut wrong = environment.clone();
    wrong[1].1 = "another-token".into();
    assert!(
        check_with(&stand, &wrong)
            .await
            .line("FAIL", "phones")
            .contains("does not accept TWILIO_ACCOUNT_SID")
    );
    stand
        .slack
        .arrange(|world| world.people.iter_mut().find(|one| one.id == "U0KOFI").unwrap().deleted = true);
    let report = check_with(&stand, &environment).await;
    assert!(report.line("FAIL", "on call: kofi").contains("has left this Slack"), "{}", report.text);
}

#[tokio::test]
async fn numbers_are_known_from_the_store_of_the_howler_that_runs() {
    let stand = Stand::new().await;
    let (_, environment) = on_call(&stand, ROSTER, Some(&["+14155550101"])).await;
    let (data, port) = (stand.path().join("data"), free_port());
    stand.slack.point_at(&format!("http://127.0.0.1:{port}"));
    let mut variables: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.push(("SLACK_SIGNING_SECRET", crate::harness::SECRET));
    let howler = serve_with(&data, &stand.api_url, port, "", &variables).await;
    for (name, number) in [("maya", "+14155550101"), ("kofi", "+14155550102")] {
        stand.slack.open_direct(name).unwrap();
        let said = stand.slack.command(name, "@howler", &format!("/oncall phone {number}")).await.unwrap();
        assert!(said.body.contains("Nobody else sees your number"), "{}", said.body);
    }
    let mut howler = Some(howler);
    for _ in ["running", "stopped"] {
        let report = check_with(&stand, &environment).await;
        assert!(report.line("ok", "on call: maya").contains("phone number known"), "{}", report.text);
        report.fails("on call: kofi", &["trial account can't call their number", "verify it"]);
        assert!(!report.text.contains("5550101") && !report.text.contains("5550102"), "{}", report.text);
        drop(howler.take());
    }
}

#[tokio::test]
async fn without_phones_or_a_rotation_it_is_a_note() {
    let stand = Stand::new().await;
    let report = stand.check().await;
    assert!(
        report.well && report.line("note", "on call").contains("nobody is in the rotation"),
        "{}",
        report.text
    );
    assert!(report.line("note", "phones").contains("off"));
    std::fs::write(stand.path().join("howler.toml"), format!("{MENTIONS}{ROSTER}")).unwrap();
    let report = stand.check().await;
    assert!(
        report.well && report.line("ok", "on call: maya").contains("Slack reaches them"),
        "{}",
        report.text
    );
}

/// With the rights for it programs run as the user; without them howler says which are missing, and does not start.
#[tokio::test]
async fn a_user_for_programs_that_cannot_be_had_is_refused_before_anything_runs() {
    let stand = Stand::new().await;
    let named = format!("{MENTIONS}[runbook]\nrun_as = \"65534\"\n");
    std::fs::write(stand.path().join("howler.toml"), &named).unwrap();
    let report = stand.check().await;
    let world = World::with_config("").await;
    let config = Config::parse(&named).unwrap();
    let started = App::start(Setup { config, data: stand.path().join("other"), ..world.setup() });
    match probe::runs_as(Some("65534")) {
        Ok(_) => {
            assert!(report.line("ok", "programs").contains("user 65534 of group 65534"), "{}", report.text);
            assert!(started.is_ok());
        }
        Err(why) => {
            report.fails("programs", &[&why]);
            assert_eq!(started.err().unwrap().to_string(), why);
        }
    }
    std::fs::write(stand.path().join("howler.toml"), named.replace("65534", "root")).unwrap();
    stand.check().await.fails("programs", &["run_as = \"root\""]);
}

/// What sources are asked: each question once, and what the token lacks.
#[tokio::test]
async fn what_sources_will_be_asked_is_asked_once() {
    let stand = Stand::new().await;
    let (github, url) = hub(&Clock::system()).await;
    let toml = format!("{MENTIONS}[sources]\ngithub_schedules = \"10m\"\n");
    std::fs::write(stand.path().join("howler.toml"), toml).unwrap();
    let of = |token: bool| {
        let all =
            [("GITHUB_WEBHOOK_SECRET", SECRET), ("GITHUB_API_URL", &url), ("GITHUB_TOKEN", GITHUB_TOKEN)];
        all.into_iter().take(if token { 3 } else { 2 }).collect::<Vec<_>>()
    };
    let (alerts, missed) = ("asking GitHub about open alerts", "asking GitHub for what was missed");
    let schedules = "asking GitHub about schedules";
    let report = stand.check_on("data", &of(false)).await;
    for what in [alerts, missed, schedules] {
        assert!(report.line("note", what).contains("GITHUB_TOKEN is not set"), "{}", report.text);
    }
    assert!(report.well, "what they send is heard all the same: {}", report.text);
    let report = stand.check_on("data", &of(true)).await;
    assert!(report.line("ok", alerts).contains("anomalyco/monkeytown"));
    assert!(
        report
            .line("note", missed)
            .contains("no webhook of anomalyco/monkeytown or anomalyco leads to /hooks/github")
    );
    let nightly = "on:\n  schedule:\n    - cron: '0 2 * * *'\n";
    github.repository().files.insert(".github/workflows/nightly.yml".into(), nightly.into());
    github.repository().hooks = vec![fake::github::Hook::to_howler()];
    let report = stand.check_on("data", &of(true)).await;
    assert!(report.line("ok", missed).contains("webhook 1 leads here"));
    assert!(report.line("ok", schedules).contains("nightly.yml"));
    for (lacks, what, needs) in [
        ("repository_hooks", missed, "Webhooks, read"),
        ("actions", alerts, "Actions, read"),
        ("contents", schedules, "Actions, read"),
    ] {
        github.faults().without(lacks);
        let report = stand.check_on("data", &of(true)).await;
        assert!(report.line("note", what).contains(needs), "{lacks}: {}", report.text);
    }
}
