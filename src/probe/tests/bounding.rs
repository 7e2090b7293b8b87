//! What a program may do at most, and how it is ended (research 2b, rule 6), with real processes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::bounds::Bounds;
use crate::marked::{Marked, VARIABLE};
use crate::{Findable, Order, Prober, User, findable, is_root, make_findable, runs_as};
use config::{Limits, RunbookRules};
use domain::procedure::{CannotTell, Heard, Question};
use domain::run::change::Ended;

const LIMIT: Duration = Duration::from_secs(25);

/// An executable that anybody may run, and what may ask it: `toml` is said of `[runbook]`.
struct Bench {
    folder: TempDir,
    prober: Arc<Prober>,
}

impl Bench {
    fn new(script: &str, toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool");
        let text = format!("#!/bin/sh\ncd {}\n{script}\n", folder.path().display());
        std::fs::write(&path, text).unwrap();
        for path in [folder.path(), &path] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
        let rules: RunbookRules = toml::from_str(&format!("tools = {{ tool = {path:?} }}\n{toml}")).unwrap();
        Self { folder, prober: Arc::new(Prober::new(&rules, Vec::new(), |_| None)) }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn ask(&self) -> Result<Heard, CannotTell> {
        self.prober.ask(&Question::Run(vec!["tool".into()]), LIMIT).await
    }

    /// The program as an action, and what stops it.
    async fn act(&self, grace: Duration) -> (JoinHandle<(Ended, String)>, watch::Sender<bool>) {
        let argv = vec!["tool".to_owned()];
        let found = self.prober.fingerprint(&argv).await.unwrap();
        let mark = format!("{}-of-its-own", self.folder.path().display());
        let (path, fingerprint) = (found.path, found.sha256);
        let order = Order { argv, path, fingerprint, limit: LIMIT, grace, mark };
        let (stop, stopped) = watch::channel(false);
        let prober = Arc::clone(&self.prober);
        let acting = tokio::spawn(async move {
            let (heard, _listens) = mpsc::channel(4);
            prober.act(&order, stopped, &heard).await
        });
        (acting, stop)
    }
}

/// Waits for another process.
async fn until(mut true_of: impl FnMut() -> bool) {
    let (mut looks, begun) = (interval(Duration::from_millis(5)), Instant::now());
    while !true_of() {
        assert!(begun.elapsed() < LIMIT, "waited too long");
        looks.tick().await;
    }
}

fn lives(id: &Path) -> bool {
    // Not written yet it would name the whole machine.
    let Ok(id) = std::fs::read_to_string(id).unwrap_or_default().trim().parse::<u32>() else { return false };
    let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

const LIMITS: &str = "[limits]\ncpu = \"7s\"\nmemory = \"64 MiB\"\nopen_files = 99\nprocesses = 4000\nnew_privileges = false\n";
/// They come right after the start.
const UNTIL_LIMITED: &str = "until [ \"$(ulimit -n)\" = 99 ]; do :; done\n";

#[tokio::test]
async fn each_program_has_its_limits_and_may_not_raise_them() {
    let told = "for kind in t d n c; do ulimit -S$kind; ulimit -H$kind; done";
    let bench = Bench::new(&format!("{UNTIL_LIMITED}{told}"), LIMITS);
    // The second of each is the one above which only who has every right may go.
    let limits = "7\n7\n65536\n65536\n99\n99\n0\n0";
    assert_eq!(bench.ask().await.unwrap().text, limits, "of a check");
    let (acting, _stop) = bench.act(LIMIT).await;
    assert_eq!(acting.await.unwrap(), (Ended::Exit { code: Some(0) }, limits.to_owned()), "of an action");
}

#[tokio::test]
async fn a_program_that_takes_too_much_ends_and_its_check_cannot_tell() {
    let endless = Bench::new("while :; do :; done", "[limits]\ncpu = \"1s\"\n").ask().await.unwrap();
    assert_eq!(endless.exit, None, "killed once its time on a processor is up");
    let greedy = "head -c 300000000 /dev/zero | tail -c 200000000 | wc -c";
    let greedy = Bench::new(&format!("{UNTIL_LIMITED}{greedy}"), LIMITS).ask().await.unwrap();
    assert!(greedy.aside.contains("memory exhausted"), "{greedy:?}");
}

#[tokio::test]
async fn a_program_gains_no_rights_and_howler_keeps_its_own() {
    let own = || {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        status.lines().find(|line| line.starts_with("NoNewPrivs")).unwrap().to_owned()
    };
    let (before, script) = (own(), "grep NoNewPrivs /proc/self/status");
    assert_eq!(Bench::new(script, "").ask().await.unwrap().text, "NoNewPrivs: 1");
    assert_eq!(own(), before);
    let allowed = Bench::new(script, "[limits]\nnew_privileges = true\n").ask().await.unwrap();
    assert_eq!(allowed.text, before.replace('\t', " "));
}

/// Where howler has the right it runs as the other user; else nothing is run, and why is said.
#[tokio::test]
async fn programs_run_as_the_configured_user_or_not_at_all() {
    let bench = Bench::new(AS_WHOM, "run_as = \"65534\"\n");
    let (acting, stop) = bench.act(LIMIT).await;
    if let Err(why) = runs_as(Some("65534")) {
        let CannotTell(asked) = bench.ask().await.unwrap_err();
        let (ended, _) = acting.await.unwrap();
        assert!(asked.contains(&why), "{asked}");
        assert!(matches!(&ended, Ended::NotBegun { why: not } if not.contains(&why)), "{ended:?}");
        assert!(!bench.at("id").exists(), "nothing was run");
        return;
    }
    until(|| lives(&bench.at("id"))).await;
    stop.send_replace(true);
    let (ended, output) = acting.await.unwrap();
    assert_eq!(ended, Ended::Stopped { empty: true }, "it is still found, and ended");
    assert!(output.starts_with(NOBODY) && !lives(&bench.at("id")), "{output}");
}

const AS_WHOM: &str = "id -u; id -g; id -G; grep CapEff /proc/self/status; echo $$ >id; sleep 600";
const NOBODY: &str = "65534\n65534\n65534\nCapEff: 0000000000000000";

/// As root alone another user can be become; also where root has too few rights for the rest.
#[tokio::test]
async fn what_runs_as_another_user_is_found_by_its_mark_and_ended() {
    let bench = Bench::new(AS_WHOM, "");
    let user = User { uid: 65_534, gid: 65_534 };
    let bounds = Bounds { user: Ok(Some(user)), limits: Limits::default() };
    let printed = std::fs::File::create(bench.at("printed")).unwrap();
    let mut command = tokio::process::Command::new(bench.at("tool"));
    let spawned = bounds.spawn(command.env(VARIABLE, "nobodys").stdout(printed), 7);
    if !is_root() {
        assert_eq!(spawned.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
        return;
    }
    let mut child = spawned.unwrap();
    until(|| lives(&bench.at("id"))).await;
    // Whoever is another's must not be made out by its group here: a later howler does not know that.
    let marked = Marked::new("nobodys", None);
    let reaped = async { drop(child.wait().await) };
    assert!(tokio::join!(marked.end(LIMIT), reaped).0 && !lives(&bench.at("id")));
    let printed = std::fs::read_to_string(bench.at("printed")).unwrap().replace('\t', " ");
    assert_eq!(printed.trim(), NOBODY);
}

const DEAF: &str = "trap '' TERM; echo $$ >id; while :; do sleep 0.05; done";
/// It lets go once it may.
const HOLDS: &str = "trap 'echo asked >asked; until [ -e go ]; do sleep 0.02; done; echo let go; echo gone >gone; exit' TERM\n\
                     echo $$ >id; while :; do sleep 0.02; done";

#[tokio::test]
async fn what_is_asked_to_end_has_its_grace_and_no_more() {
    let bench = Bench::new(DEAF, "");
    let (acting, stop) = bench.act(Duration::from_millis(100)).await;
    until(|| lives(&bench.at("id"))).await;
    let asked = Instant::now();
    stop.send_replace(true);
    assert_eq!(acting.await.unwrap().0, Ended::Stopped { empty: true });
    assert!(asked.elapsed() < Duration::from_millis(2_500), "{:?}", asked.elapsed());

    let bench = Bench::new(HOLDS, "");
    let (acting, stop) = bench.act(LIMIT).await;
    until(|| lives(&bench.at("id"))).await;
    stop.send_replace(true);
    until(|| bench.at("asked").exists()).await;
    std::fs::write(bench.at("go"), "").unwrap();
    let (ended, output) = acting.await.unwrap();
    assert_eq!(ended, Ended::Stopped { empty: true });
    assert!(output.ends_with("let go"), "it is heard to its end: {output}");
}

#[tokio::test]
async fn where_howler_goes_what_was_asked_to_end_keeps_its_grace_and_all_else_goes() {
    let bench = Bench::new(HOLDS, "");
    let (acting, _stop) = bench.act(LIMIT).await;
    until(|| lives(&bench.at("id"))).await;
    acting.abort();
    until(|| !lives(&bench.at("id"))).await;
    assert!(!bench.at("asked").exists(), "nobody asked it");

    let bench = Bench::new(HOLDS, "");
    let (acting, stop) = bench.act(LIMIT).await;
    until(|| lives(&bench.at("id"))).await;
    stop.send_replace(true);
    until(|| bench.at("asked").exists()).await;
    acting.abort();
    drop(acting.await);
    assert!(lives(&bench.at("id")), "it was asked, and lets go of what it holds");
    std::fs::write(bench.at("go"), "").unwrap();
    until(|| bench.at("gone").exists()).await;
}

#[tokio::test]
async fn a_child_that_left_its_session_and_cleared_its_environment_is_found_and_ended() {
    // It says that it lives; its check ends well, or its time is up.
    let leaves =
        "env -i setsid sh -c 'echo $$ >child; exec sleep 300' & until [ -s child ]; do sleep 0.01; done";
    let lived = |bench: &Bench| lives(&bench.at("child"));
    let ended = Bench::new(&format!("{leaves}; echo fine"), "");
    let heard = ended.ask().await.unwrap();
    assert_eq!((heard.exit, heard.text.as_str()), (Some(0), "fine"));
    assert!(!lived(&ended), "it is no part of a check that is over");

    let hangs = Bench::new(&format!("{leaves}; sleep 300"), "");
    let asked = hangs.prober.ask(&Question::Run(vec!["tool".into()]), Duration::from_secs(3)).await;
    let CannotTell(why) = asked.unwrap_err();
    assert!(why.contains("nothing of it is left") && !lived(&hangs), "{why}");

    let acts = Bench::new(&format!("{leaves}; touch begun; sleep 300"), "");
    let (acting, stop) = acts.act(Duration::from_secs(3)).await;
    until(|| acts.at("begun").exists()).await;
    stop.send_replace(true);
    assert_eq!(acting.await.unwrap().0, Ended::Stopped { empty: true });
    assert!(!lived(&acts));
}

/// It leaves its session, clears its environment, and lowers the very limit that marks it.
const HIDES: &str = "env -i setsid bash -c 'ulimit -x 7; echo $$ >child; exec sleep 300' & until [ -s child ]; do sleep 0.01; done";

/// One after the other: a check that ends, one whose time is up, an action that is stopped.
async fn hidden_children_are_ended() {
    let lived = |bench: &Bench| lives(&bench.at("child"));
    let ended = Bench::new(&format!("{HIDES}; echo fine"), "");
    let heard = ended.ask().await.unwrap();
    assert_eq!((heard.exit, heard.text.as_str()), (Some(0), "fine"));
    assert!(!lived(&ended), "it is no part of a check that is over");

    let hangs = Bench::new(&format!("{HIDES}; sleep 300"), "");
    let asked = hangs.prober.ask(&Question::Run(vec!["tool".into()]), Duration::from_secs(3)).await;
    let CannotTell(why) = asked.unwrap_err();
    assert!(why.contains("nothing of it is left") && !lived(&hangs), "{why}");

    let acts = Bench::new(&format!("{HIDES}; touch begun; sleep 300"), "");
    let (acting, stop) = acts.act(Duration::from_secs(3)).await;
    until(|| acts.at("begun").exists()).await;
    stop.send_replace(true);
    assert_eq!(acting.await.unwrap().0, Ended::Stopped { empty: true });
    assert!(!lived(&acts));
}

/// Runs the test once more in a process of its own, for groups and orphans are all of a process. Whether this is that process.
async fn is_alone(test: &str) -> bool {
    const ALONE: &str = "HOWLER_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    let test = format!("tests::bounding::{test}");
    let ended = again.args(["--exact", &test]).env(ALONE, "yes").output().await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// Where howler may make one: `howler check` says whether it may.
#[tokio::test]
async fn a_child_that_takes_its_mark_off_is_found_by_its_control_group() {
    if !is_alone("a_child_that_takes_its_mark_off_is_found_by_its_control_group").await {
        return;
    }
    make_findable().unwrap();
    if let Findable::Cgroup(_) = findable() {
        hidden_children_are_ended().await;
    }
}

#[tokio::test]
async fn without_a_control_group_a_child_that_takes_its_mark_off_is_found_as_an_orphan() {
    if !is_alone("without_a_control_group_a_child_that_takes_its_mark_off_is_found_as_an_orphan").await {
        return;
    }
    crate::cgroup::forbid();
    make_findable().unwrap();
    assert_eq!(findable(), Findable::Subreaper);
    hidden_children_are_ended().await;
    // While another one runs nobody can say whose it is.
    let other = Bench::new("echo $$ >id; sleep 300", "");
    let (acting, stop) = other.act(Duration::from_secs(3)).await;
    until(|| lives(&other.at("id"))).await;
    let hangs = Bench::new(&format!("{HIDES}; sleep 300"), "");
    let asked = hangs.prober.ask(&Question::Run(vec!["tool".into()]), Duration::from_secs(2)).await;
    let CannotTell(why) = asked.unwrap_err();
    assert!(why.contains("a part of it may still run") && lives(&hangs.at("child")), "{why}");
    stop.send_replace(true);
    assert_eq!(acting.await.unwrap().0, Ended::Stopped { empty: true });
    assert!(!lives(&hangs.at("child")), "the last one takes it along");
}

#[tokio::test]
async fn a_child_that_holds_the_output_holds_up_no_answer() {
    let bench = Bench::new("echo fine; setsid sleep 300 & exit 0", "");
    let begun = Instant::now();
    let heard = bench.ask().await.unwrap();
    assert_eq!((heard.exit, heard.text.as_str()), (Some(0), "fine"));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_program_has_a_folder_of_its_own_that_nobody_else_reads() {
    let bench = Bench::new("echo kept >>\"$HOME/state\"; cat \"$HOME/state\"; echo \"$HOME\"", "");
    let homes = bench.at("homes");
    let rules: RunbookRules =
        toml::from_str(&format!("tools = {{ tool = {:?} }}", bench.at("tool"))).unwrap();
    let prober = Prober::new(&rules, Vec::new(), |_| None).with_homes(homes.clone());
    let ask = async || prober.ask(&Question::Run(vec!["tool".into()]), LIMIT).await.unwrap().text;
    ask().await;
    assert_eq!(
        ask().await,
        format!("kept\nkept\n{}", homes.join("tool").display()),
        "it keeps what it wrote"
    );
    for folder in [homes.clone(), homes.join("tool")] {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
    }
}
