//! Style as a test: which folder may use which, file lengths, and names that belong in one place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the part of the crate `howler` may use of its own; the other crates' arrows are held by the compiler.
const MAY_USE: &[(&str, &[&str])] = &[
    ("local", &[]),
    ("export", &[]),
    ("data", &["export", "local"]),
    ("check", &["data", "export"]),
    ("http_server", &[]),
];

/// Crates of others that the core may name: none of them reads, writes, waits or looks at a clock.
const PURE: &[&str] = &["hex", "jiff", "regex", "ring", "serde", "serde_json", "sha2", "strsim", "thiserror"];

/// Longest file, in lines.
const MOST_LINES: usize = 450;
/// Longer ones, with the reason.
const LONGER: &[(&str, usize, &str)] = &[];

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    files.sort();
    files
}

/// The part of `src` that a file belongs to: its top folder, or its own name.
fn part(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split(['/', '.']).next().unwrap_or(inner)
}

/// The crates that a manifest names as dependencies, those for tests left out.
fn dependencies(folder: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

/// The crates beside the binary's own, by their folder's name.
fn crates() -> Vec<(String, PathBuf)> {
    let folders = fs::read_dir("src").unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|folder| folder.join("Cargo.toml").exists());
    folders.map(|folder| (folder.file_name().unwrap().to_string_lossy().into_owned(), folder)).collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

#[test]
fn the_table_of_the_house_is_what_the_manifests_say() {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let crates = crates();
    let drawn: BTreeMap<String, Vec<&str>> = page
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, _, uses] = cells[..] else { return None };
            let name = name.trim_matches('`');
            let known = crates.iter().any(|(known, _)| known == name);
            known.then(|| (name.to_owned(), uses.split(", ").filter(|used| !used.is_empty()).collect()))
        })
        .collect();
    assert_eq!(drawn.len(), crates.len(), "each crate has a row");
    for (name, folder) in &crates {
        let mut own = dependencies(folder);
        own.retain(|used| crates.iter().any(|(known, _)| known == used));
        let mut drawn = drawn[name].clone();
        drawn.sort_unstable();
        assert_eq!(drawn, own, "{name}");
    }
}

#[test]
fn the_core_names_no_crate_that_reads_or_writes() {
    let impure: Vec<String> = dependencies(Path::new("src/domain"))
        .into_iter()
        .filter(|name| !PURE.contains(&name.as_str()))
        .collect();
    assert!(impure.is_empty(), "{impure:?}");
}

#[test]
fn parts_of_the_binary_use_what_they_may() {
    let may_use: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let used = regex::Regex::new(r"crate::(?:\{[^}]*\}|[a-z_]+)").unwrap();
    let word = regex::Regex::new(r"[a-z_]+").unwrap();
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let Some(allowed) = may_use.get(part(&path)) else { continue };
        if is_test(&path) {
            continue;
        }
        for used in used.find_iter(&text) {
            let names = used.as_str().trim_start_matches("crate::");
            for name in word.find_iter(names).map(|name| name.as_str()) {
                let known = may_use.contains_key(name);
                if known && name != part(&path) && !allowed.contains(&name) {
                    wrong.push(format!("{path} uses {name}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_file_is_one_idea() {
    let mut long = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let allowed =
            LONGER.iter().find(|(longer, ..)| *longer == path).map_or(MOST_LINES, |(_, most, _)| *most);
        let lines = text.lines().count();
        if lines > allowed {
            long.push(format!("{path}: {lines} lines, at most {allowed}"));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// What ARCHITECTURE.md says of it: a kind with a command of its own is named in few files beside its own.
#[test]
fn maintenance_is_named_in_twelve_files_at_most_beside_its_own() {
    let own = ["src/domain/maintenance/", "/feature/maintenance.rs", "/grammar/maintenance.rs"];
    let names = |(path, text): &(String, String)| {
        let outside = !is_test(path) && !own.iter().any(|own| path.contains(own));
        outside && text.to_lowercase().contains("maintenance")
    };
    let mut named: Vec<String> = sources("src").into_iter().filter(names).map(|(path, _)| path).collect();
    named.extend(["manifest.yml", "src/fake/rehearsal/page/hints.js"].map(str::to_owned));
    assert!(named.len() <= 12, "{named:#?}");
}

#[test]
fn some_names_stand_in_one_place_only() {
    // (what, where it may stand)
    let single: &[(&str, &[&str])] = &[
        ("Timestamp::now(", &["src/ground/clock.rs"]),
        ("SystemTime::now(", &[]),
        ("sled::", &["src/store/engine.rs"]),
        // git itself reads what was pushed to the fake GitHub.
        (
            "std::process::Command",
            &["src/fake/github/git/tests", "src/delivery/github/publish/tests/", "tests/"],
        ),
        ("tokio::time::sleep", &["src/ground/clock.rs", "src/fake/slack/tests/", "tests/"]),
        // It panics where nobody reads; ground's terminal and logs are there for it.
        ("println!(", &["src/domain/oncall/tests/", "src/store/tests/", "src/watch/tests/", "tests/"]),
        (concat!("to", "do!("), &[]),
        (concat!("unimple", "mented!("), &[]),
        (concat!("FIX", "ME"), &[]),
        (concat!("#[ig", "nore"), &[]),
        ("allow(dead_code)", &[]),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        if path == "tests/tidy.rs" {
            continue;
        }
        for (what, places) in single {
            if text.contains(what) && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("{path} has {what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every document for people: those at the top, and those in `docs`.
fn documents() -> Vec<PathBuf> {
    let folders = [".", "docs", "docs/decisions"];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

#[test]
fn documents_name_files_that_exist() {
    let named = regex::Regex::new(r"`((?:src|tests|benches|commands|docs)/[A-Za-z0-9_./-]*)`").unwrap();
    let linked = regex::Regex::new(r"\]\(([A-Za-z0-9_./-]+)\)").unwrap();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for name in named.captures_iter(&text).map(|captures| captures[1].to_owned()) {
            assert!(Path::new(&name).exists(), "{} names {name}", document.display());
        }
        for link in linked.captures_iter(&text).map(|captures| captures[1].to_owned()) {
            let to = document.parent().unwrap().join(&link);
            assert!(to.exists(), "{} links {link}", document.display());
        }
    }
}

/// Somebody who finds the repository reads one page, not ten.
#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= 150 && readme.len() <= 10_000, "the README has grown: use docs/");
}

/// What tests are built with has all of regex's features, and howler itself only those that it names: patterns with `(?i)` or `\s`
/// would be none there.
#[test]
fn patterns_are_the_same_in_howler_and_in_its_tests() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let regex = manifest.lines().find(|line| line.starts_with("regex = ")).unwrap();
    for feature in ["unicode-case", "unicode-perl"] {
        assert!(regex.contains(feature), "regex lacks {feature}: {regex}");
    }
}

#[test]
fn every_rule_has_a_test() {
    let name = regex::Regex::new("`([a-z_0-9]+)`").unwrap();
    let code: String =
        sources("src").into_iter().chain(sources("tests")).map(|(_, text)| text).collect::<Vec<_>>().concat();
    let rules = fs::read_to_string("docs/rules.md").unwrap();
    for row in rules.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: Vec<&str> =
            name.captures_iter(tests).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(!named.is_empty(), "no test: {row}");
        for test in named {
            assert!(code.contains(&format!("fn {test}(")), "docs/rules.md names {test}");
        }
    }
}
