mod crashes;
mod happens;
mod issues;
mod people;
mod refusals;
mod whys;

use std::net::SocketAddr;

use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

use super::*;
use crate::github::GitHub;
use crate::github::client::Client;
use domain::duration::Humane;
use domain::secret::Secret;
use ground::clock::Clock;

const FOLDER: &str = ".monkeytown/decisions/incidents";
const FILE: &str = "2026-11-29-inc-7-event-stream-down.md";
const BRANCH: &str = "howler/inc-7";

/// howler beside a fake GitHub whose repository has a first commit.
struct Scene {
    fake: fake::github::GitHub,
    howler: GitHub,
}

impl Scene {
    async fn new() -> Self {
        let scene = Self::empty().await;
        scene.fake.somebody_commits(
            "maya",
            "main",
            &[("README.md", Some(b"# R\n")), ("src/main.rs", Some(b""))],
        );
        scene
    }

    async fn empty() -> Self {
        let clock = Clock::standing_at("2026-11-29T12:00:00Z".parse().unwrap());
        let fake = fake::github::GitHub::new(fake::github::Setup {
            clock: clock.clone(),
            repository: "o/r".into(),
            token: "t".into(),
            login: "howler".into(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = fake.api();
        tokio::spawn(async move { axum::serve(listener, api).await });
        Self { fake, howler: howler(address, clock) }
    }

    async fn publish(&self, publication: &Publication) -> Published {
        self.howler.publish(publication).await.unwrap_or_else(|undone| panic!("{undone:?}"))
    }

    async fn refused(&self, publication: &Publication) -> Undone {
        self.howler.publish(publication).await.expect_err("it is refused")
    }

    /// The report on a branch.
    fn report(&self, branch: &str) -> Option<String> {
        self.file(branch, FILE)
    }

    fn file(&self, branch: &str, name: &str) -> Option<String> {
        self.fake
            .git()
            .file(branch, &format!("{FOLDER}/{name}"))
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    /// Somebody edits the report on a branch.
    fn edit(&self, branch: &str, from: &str, to: &str) {
        let old = self.report(branch).unwrap();
        assert!(old.contains(from), "{from} in {old}");
        let path = format!("{FOLDER}/{FILE}");
        self.fake.somebody_commits("maya", branch, &[(&path, Some(old.replace(from, to).as_bytes()))]);
    }

    /// What git itself says of the repository, after it checked it.
    fn git(&self, args: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        self.fake.git().write_to(folder.path()).unwrap();
        assert_eq!(git(folder.path(), &["fsck", "--strict", "--full", "--no-dangling"]), "");
        git(folder.path(), args)
    }
}

/// What git itself prints of a bare repository; it must end well and complain of nothing.
fn git(folder: &std::path::Path, args: &[&str]) -> String {
    let mut git = std::process::Command::new("git");
    git.args(args).current_dir(folder).env("GIT_DIR", ".").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let done = git.output().unwrap();
    assert!(
        done.status.success() && done.stderr.is_empty(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

fn howler(address: SocketAddr, clock: Clock) -> GitHub {
    let client = Client::new(&format!("http://{address}"), &Secret::new("t"), clock.clone()).unwrap();
    GitHub {
        client: Some(client),
        repository: None,
        after: Humane(SignedDuration::from_mins(5)),
        clock,
        me: OnceCell::new(),
    }
}

fn sections(summary: &str) -> Vec<Section> {
    vec![
        Section::new("summary", &format!("## Summary\n{summary}")),
        Section::new("impact", "## Impact\n- Data loss: none"),
    ]
}

fn to_default(summary: &str, mark: &str) -> Publication {
    Publication {
        repository: "o/r".into(),
        mode: Mode::Commit,
        folder: FOLDER.into(),
        file: FILE.into(),
        title: "INC-7: Event stream down".into(),
        lead: "# Incident Report: INC-7".into(),
        sections: sections(summary),
        wrote: Wrote::default(),
        index: Some(IndexRow {
            lead: "# Incidents".into(),
            head: "| Incident | Title |\n|---|---|".into(),
            file: FILE.into(),
            row: format!("| [INC-7]({FILE}) | Event stream down |"),
            wrote: BTreeSet::new(),
        }),
        mark: mark.into(),
        report_mark: "store-INC-7".into(),
        unsure: false,
    }
}

fn by_pull_request(summary: &str, mark: &str) -> Publication {
    let mode =
        Mode::PullRequest { branch: BRANCH.into(), body: "The report.".into(), known: None, anew: false };
    Publication { mode, ..to_default(summary, mark) }
}

/// The next publication of the same report.
fn after(published: &Published, publication: Publication) -> Publication {
    let mut publication = Publication { wrote: published.wrote.clone(), ..publication };
    if let Some(row) = &mut publication.index {
        row.wrote.clone_from(&published.index_wrote);
    }
    if let (Mode::PullRequest { known, .. }, Some(pull)) = (&mut publication.mode, &published.pull) {
        *known = Some(pull.number);
    }
    publication
}
