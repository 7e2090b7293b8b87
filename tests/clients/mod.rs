//! The real clients of others, each against a server that speaks the real protocol: what they ask, what they print, what they change.
//! `.ci/run` puts them into `target/clients`; where one is not to be had its tests are skipped, and say so.

mod alertmanager;
mod cluster;
mod controller;
mod helm;
mod kubernetes;
mod prometheus;
mod protobuf;
mod shapes;
mod terraform;
mod vercel;

use std::path::{Path, PathBuf};

use domain::run::change::Ended;

/// Where `.ci/run` puts them, then where machines have them.
const FOLDERS: [&str; 3] =
    [concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients"), "/usr/local/bin", "/usr/bin"];

const WELL: Ended = Ended::Exit { code: Some(0) };

/// The program's file. CI names what must be there, so that nothing is skipped in silence.
fn client(name: &str) -> Option<PathBuf> {
    let found = FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists());
    if found.is_none() {
        let must = std::env::var("HOWLER_CLIENTS").unwrap_or_default();
        assert!(
            !must.split(' ').any(|one| one == name),
            "HOWLER_CLIENTS names {name}, which is not installed"
        );
        println!("skipped: {name} is not installed; .ci/run installs it");
    }
    found
}
