use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::address::is_public;
use crate::{Order, Prober};
use config::{Repository, RunbookRules};
use domain::procedure::{CannotTell, Heard, Question};
use domain::run::change::Ended;
use domain::secret::Secret;

const LIMIT: Duration = Duration::from_secs(20);

fn prober(hosts: &[String], private: &[String], tools: &[(&str, PathBuf)]) -> Prober {
    let rules = RunbookRules {
        hosts: hosts.to_vec(),
        private: private.to_vec(),
        tools: tools.iter().map(|(name, path)| ((*name).to_owned(), path.clone())).collect(),
        environment: BTreeMap::from([("tool".to_owned(), vec!["TOOL_TOKEN".to_owned(), "UNSET".to_owned()])]),
        ..RunbookRules::default()
    };
    let secrets = vec![Secret::new("hunter2-hunter2")];
    Prober::new(&rules, secrets, |name| (name == "TOOL_TOKEN").then(|| "opaque-value-9".to_owned()))
}

/// An executable in a folder of its own.
fn script(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

async fn run(text: &str, arguments: &[&str], limit: Duration) -> Result<Heard, CannotTell> {
    let (_folder, path) = script(text);
    let command = ["tool"].iter().chain(arguments).map(|part| (*part).to_owned()).collect();
    prober(&[], &[], &[("tool", path)]).ask(&Question::Run(command), limit).await
}

/// Answers one request with `answer`, and gives what was asked.
async fn server(answer: &'static str) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4_096];
        let read = connection.read(&mut asked).await.unwrap();
        connection.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..read]).into_owned()
    });
    (address, asked)
}

#[test]
fn addresses_inside_are_known_in_all_their_clothes() {
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "192.0.0.8",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "3fff::1",
    ] {
        assert!(!is_public(inside.parse::<IpAddr>().unwrap()), "{inside}");
    }
    for outside in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "100.128.0.1"] {
        assert!(is_public(outside.parse::<IpAddr>().unwrap()), "{outside}");
    }
}

#[tokio::test]
async fn only_hosts_that_are_named_are_asked_and_inside_only_where_that_is_said() {
    let (address, _asked) = server("").await;
    let host = address.to_string();
    let url = Question::Http(format!("https://{host}/"));
    let asked = [
        (vec![], vec![], "not among [runbook] hosts"),
        (vec!["127.0.0.1".to_owned()], vec![], "not among [runbook] hosts"),
        (vec![host.clone()], vec![], "at an address inside"),
    ];
    for (hosts, private, expected) in asked {
        let prober = prober(&hosts, &private, &[]);
        for question in [&url, &Question::Tcp(host.clone())] {
            let CannotTell(why) = prober.ask(question, LIMIT).await.unwrap_err();
            assert!(why.contains(expected), "{question:?}: {why}");
        }
    }
    let named = prober(std::slice::from_ref(&host), &[], &[]);
    for (url, expected) in [
        (format!("http://{host}/"), "plain http"),
        (format!("https://a:b@{host}/"), "holds a password"),
        ("ftp://x/".to_owned(), "is neither https nor http"),
        ("file:///etc/passwd".to_owned(), "names no host"),
    ] {
        let CannotTell(why) = named.ask(&Question::Http(url), LIMIT).await.unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}

#[tokio::test]
async fn a_status_is_an_answer_and_a_redirect_is_not_followed() {
    for (answer, status, text) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, "ok"),
        ("HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops", 500, "oops"),
        ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 302, ""),
        ("HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\nhunter2-hunter2", 200, "[secret]"),
    ] {
        let (address, asked) = server(answer).await;
        let hosts = [address.to_string()];
        let question = Question::Http(format!("http://{address}/health"));
        let heard = prober(&hosts, &hosts, &[]).ask(&question, LIMIT).await.unwrap();
        assert_eq!((heard.status, heard.text.as_str()), (Some(status), text));
        let asked = asked.await.unwrap().to_lowercase();
        assert!(asked.starts_with("get /health http/1.1\r\n"), "{asked}");
        assert!(!asked.contains("authorization") && !asked.contains("cookie"), "{asked}");
    }
}

#[tokio::test]
async fn what_does_not_answer_is_not_known() {
    // It listens, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let hosts = [host.clone()];
    let prober = prober(&hosts, &hosts, &[]);
    let question = Question::Http(format!("http://{host}/"));
    let CannotTell(why) = prober.ask(&question, Duration::from_millis(50)).await.unwrap_err();
    assert!(why.contains("did not answer within"), "{why}");
    let connected = prober.ask(&Question::Tcp(host.clone()), LIMIT).await.unwrap();
    assert_eq!((connected.exit, connected.text.as_str()), (Some(0), "connected"));
    drop(silent);
    let refused = prober.ask(&Question::Tcp(host), LIMIT).await.unwrap();
    assert_eq!((refused.exit, refused.text.as_str()), (Some(1), "refused"));
    assert!(prober.ask(&question, LIMIT).await.unwrap().refused, "nobody listens there, which is an answer");
}

#[tokio::test]
async fn arguments_reach_a_program_as_they_stand() {
    let odd = ["$(id)", "`id`", "*", "a b", ";", "|", "&&", "--x=\"'", "$HOME", ""];
    let heard = run(r#"for a in "$@"; do echo "<$a>"; done"#, &odd, LIMIT).await.unwrap();
    let expected: Vec<String> = odd.iter().map(|part| format!("<{part}>")).collect();
    assert_eq!((heard.exit, heard.text), (Some(0), expected.join("\n")));
}

#[tokio::test]
async fn a_program_gets_what_is_named_and_nothing_else() {
    let heard = run("env | sort; pwd; echo out; echo err >&2; exit 3", &[], LIMIT).await.unwrap();
    let names: Vec<&str> = heard.text.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    // PWD is the shell's own.
    assert_eq!(names, ["HOME", "LC_ALL", "PATH", "PWD", "TOOL_TOKEN", "TZ"]);
    assert!(heard.text.contains("TOOL_TOKEN=[secret]"), "{}", heard.text);
    assert!(heard.text.ends_with("/\nout"), "{}", heard.text);
    assert_eq!((heard.aside.as_str(), heard.all().ends_with("/\nout\nerr")), ("err", true));
    assert_eq!(heard.exit, Some(3));
}

#[tokio::test]
async fn a_check_runs_where_the_configuration_says_and_terraform_nowhere_else() {
    let (folder, path) = script("pwd");
    let rules = |folders: &[&str]| RunbookRules {
        tools: BTreeMap::from(["tool", "terraform"].map(|name| (name.to_owned(), path.clone()))),
        folders: folders.iter().map(|name| ((*name).to_owned(), folder.path().to_owned())).collect(),
        ..RunbookRules::default()
    };
    let ask = async |rules: RunbookRules, program: &str| {
        Prober::new(&rules, Vec::new(), |_| None).ask(&Question::Run(vec![program.to_owned()]), LIMIT).await
    };
    let CannotTell(why) = ask(rules(&[]), "terraform").await.unwrap_err();
    assert!(why.contains("[runbook.folders] terraform"), "{why}");
    let there = folder.path().canonicalize().unwrap().display().to_string();
    assert_eq!(ask(rules(&["terraform"]), "terraform").await.unwrap().text.trim(), there);
    assert_eq!(ask(rules(&["terraform"]), "tool").await.unwrap().text.trim(), "/");
}

#[tokio::test]
async fn gh_is_told_which_repository_is_meant() {
    let (_folder, path) = script("echo \"$GH_REPO\"");
    let repository: Repository = serde_json::from_str("\"o/r\"").unwrap();
    let tools = BTreeMap::from(["gh", "tool"].map(|name| (name.to_owned(), path.clone())));
    let rules = RunbookRules { tools, repository, ..RunbookRules::default() };
    let prober = Prober::new(&rules, Vec::new(), |_| None);
    let asked = async |program: &str| {
        prober.ask(&Question::Run(vec![program.to_owned()]), LIMIT).await.unwrap().text.trim().to_owned()
    };
    assert_eq!((asked("gh").await.as_str(), asked("tool").await.as_str()), ("o/r", ""));
}

#[tokio::test]
async fn a_program_that_does_not_end_is_stopped_with_all_that_it_started() {
    // It does not listen when it is asked to end, and neither does its child.
    let (folder, path) = script("trap '' TERM; sleep 600 & echo $! >\"$1\"; while :; do sleep 600; done");
    let child = folder.path().join("child");
    let prober = prober(&[], &[], &[("tool", path)]);
    let command = vec!["tool".to_owned(), child.display().to_string()];
    let CannotTell(why) = prober.ask(&Question::Run(command), Duration::from_millis(300)).await.unwrap_err();
    assert!(why.contains("was stopped; nothing of it is left"), "{why}");
    let id = std::fs::read_to_string(child).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/stat", id.trim())).unwrap_or_default();
    // Where nobody reaps it it stands there, dead.
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[tokio::test]
async fn a_missing_tool_is_not_known_and_a_path_is_no_tool() {
    let prober = prober(&[], &[], &[("gone", "/nonexistent/gone".into())]);
    for (program, expected) in [
        ("kubectl-that-is-nowhere", "is not on this machine"),
        ("gone", "cannot be run where"),
        ("/bin/sh", "is no bare name"),
        ("../sh", "is no bare name"),
    ] {
        let CannotTell(why) = prober.ask(&Question::Run(vec![program.into()]), LIMIT).await.unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}

#[tokio::test]
async fn an_argument_that_is_a_secret_is_not_shown_and_nothing_runs() {
    let (folder, path) = script("touch \"$(dirname \"$0\")/ran\"");
    let prober = prober(&[], &[], &[("tool", path)]);
    for secret in ["hunter2-hunter2", "--with=opaque-value-9", "q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU"] {
        let argv = vec!["tool".to_owned(), secret.to_owned()];
        let CannotTell(asked) = prober.ask(&Question::Run(argv.clone()), LIMIT).await.unwrap_err();
        let CannotTell(looked) = prober.fingerprint(&argv).await.unwrap_err();
        for why in [asked, looked] {
            assert!(why.contains("an argument looks like a secret") && !why.contains(secret), "{why}");
        }
    }
    assert!(!folder.path().join("ran").exists());
}

#[tokio::test]
async fn a_name_that_is_passed_on_is_no_secret_and_a_carriage_return_ends_a_line() {
    let (_folder, path) = script("printf '10%%\\r20%%\\r\\nto %s with %s\\n' \"$PGHOST\" \"$PG_PWD\"");
    let rules = RunbookRules {
        tools: BTreeMap::from([("tool".to_owned(), path)]),
        environment: BTreeMap::from([("tool".to_owned(), vec!["PGHOST".to_owned(), "PG_PWD".to_owned()])]),
        ..RunbookRules::default()
    };
    let prober = Prober::new(&rules, Vec::new(), |name| match name {
        "PGHOST" => Some("db.monkeytown.internal".to_owned()),
        _ => Some("blue-moon-7".to_owned()),
    });
    let heard = prober.ask(&Question::Run(vec!["tool".to_owned()]), LIMIT).await.unwrap();
    assert_eq!(heard.text, "10%\n20%\nto db.monkeytown.internal with [secret]");
}

#[tokio::test]
async fn the_value_of_an_ordinary_variable_may_be_an_argument() {
    let (_folder, path) = script("echo ran");
    let rules = RunbookRules {
        tools: BTreeMap::from([("tool".to_owned(), path)]),
        environment: BTreeMap::from([("tool".to_owned(), vec!["PGUSER".to_owned()])]),
        ..RunbookRules::default()
    };
    let prober = Prober::new(&rules, Vec::new(), |name| (name == "PGUSER").then(|| "monkeytown".to_owned()));
    let argv = ["tool", "deployment/monkeytown-web"].map(str::to_owned).to_vec();
    assert_eq!(prober.ask(&Question::Run(argv), LIMIT).await.unwrap().text, "ran");
    assert!(prober.secrets().is_empty());
}

#[tokio::test]
async fn endless_output_is_cut_in_the_middle() {
    let heard =
        run("echo first; head -c 50000000 /dev/zero | tr '\\0' 'x'; echo; echo last", &[], LIMIT).await;
    let heard = heard.unwrap();
    assert!(heard.cut && heard.text.starts_with("first") && heard.text.ends_with("last"));
    assert!(heard.text.len() < 2 << 20, "{}", heard.text.len());
    let binary = run(r"printf 'a\000\377\033[31mb\033[0m\007c'", &[], LIMIT).await.unwrap();
    assert_eq!((binary.text.as_str(), binary.bytes), ("", Some(15)), "a zero byte is no text");
    let stray = run(r"printf 'a long line in another alphabet \374 \033[31mb\033[0m\007c'", &[], LIMIT)
        .await
        .unwrap();
    assert_eq!(stray.text, "a long line in another alphabet \u{fffd} bc");
}

#[tokio::test]
async fn what_may_change_something_is_given_to_actions_alone() {
    let (_folder, path) = script("echo \"[$CHANGER_TOKEN]\"");
    let rules = RunbookRules {
        hosts: Vec::new(),
        tools: BTreeMap::from([("tool".to_owned(), path.clone())]),
        action_environment: BTreeMap::from([("tool".to_owned(), vec!["CHANGER_TOKEN".to_owned()])]),
        ..RunbookRules::default()
    };
    let prober =
        Prober::new(&rules, Vec::new(), |name| (name == "CHANGER_TOKEN").then(|| "may-change-it".to_owned()));
    let argv = vec!["tool".to_owned()];
    let heard = prober.ask(&Question::Run(argv.clone()), LIMIT).await.unwrap();
    assert_eq!(heard.text, "[]");
    let found = prober.fingerprint(&argv).await.unwrap();
    assert_eq!(found.environment, ["CHANGER_TOKEN"]);
    let order = Order {
        argv,
        path: found.path,
        fingerprint: found.sha256,
        limit: LIMIT,
        grace: LIMIT,
        mark: "an-action-of-its-own".into(),
    };
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let (heard, _listens) = tokio::sync::mpsc::channel(4);
    let (ended, output) = prober.act(&order, stop, &heard).await;
    assert_eq!((ended, output.as_str()), (Ended::Exit { code: Some(0) }, "[[secret]]"));
}
