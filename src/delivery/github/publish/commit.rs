//! One commit: the report and the index, merged with what people wrote in them.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Publication;
use super::repository::{Found, Repository, Tip};
use super::why::{Permission, Step, Why};
use crate::report::{Became, Digest, Merged, Wrote, fresh, merge, merge_index, standing, standing_row};

/// The index of a folder of reports.
pub(super) const INDEX: &str = "README.md";

/// What is to stand on top of a commit.
pub(super) struct Draft {
    pub report: Text,
    pub list: Option<Text>,
    /// Another commit that is merged with this one, whose other files stand.
    pub onto: Option<Tip>,
    pub sections: BTreeMap<String, Became>,
    pub wrote: Wrote,
    pub index: Option<Became>,
    pub index_wrote: BTreeSet<Digest>,
}

/// A file before and after.
pub(super) struct Text {
    pub path: String,
    pub mode: String,
    /// None where there is no such file.
    pub old: Option<String>,
    pub new: String,
}

impl Draft {
    pub fn is_nothing(&self) -> bool {
        self.onto.is_none() && !self.texts().any(Text::is_new)
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts().map(|text| text.path.as_str())
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        [&self.report].into_iter().chain(&self.list)
    }
}

impl Text {
    fn is_new(&self) -> bool {
        self.new != self.old.as_deref().unwrap_or_default()
    }
}

/// What a commit's message ends in.
pub(super) fn trailers(publication: &Publication) -> [String; 2] {
    [
        format!("Howler-Publication: {}", publication.mark),
        format!("Howler-Report: {}", publication.report_mark),
    ]
}

impl Repository<'_> {
    /// Merges the publication with what stands at `tip`. `begun`: what howler wrote there is known to have stood in this
    /// line of commits, so that a file which is not there was taken away.
    pub async fn draft(&self, publication: &Publication, tip: &Tip, begun: bool) -> Result<Draft, Why> {
        let Publication { folder, file, .. } = publication;
        let found = self.find(&tip.tree, folder, &[file, INDEX]).await?;
        let stands = self.stands(&found[0], folder, file).await?;
        let report = match &stands {
            Some((text, _)) => merge(text, &publication.wrote, &publication.sections),
            None if begun && !publication.wrote.0.is_empty() => taken_away(publication),
            None => fresh(&publication.lead, &publication.sections),
        };
        let Merged { text, sections, wrote } = report;
        let report = text_of(folder, file, stands, text);
        let (mut list, mut index, mut index_wrote) = (None, None, BTreeSet::new());
        if let Some(row) = &publication.index {
            let mut row = row.clone();
            let stands = self.stands(&found[1], folder, INDEX).await?;
            if !begun && stands.is_none() {
                row.wrote.clear();
            }
            let mut merged = merge_index(stands.as_ref().map(|(text, _)| text.as_str()), &row);
            list = Some(text_of(folder, INDEX, stands, merged.text));
            index = merged.sections.remove(&row.file);
            index_wrote = merged.wrote.0.remove(&row.file).unwrap_or_default();
        }
        Ok(Draft { report, list, onto: None, sections, wrote, index, index_wrote })
    }

    /// Notes what an earlier attempt's commit wrote, so that it does not count as people's. Such a commit changes only what
    /// howler wrote.
    pub async fn learn(&self, publication: &mut Publication, made: &str) -> Result<(), Why> {
        let commit = self.commit(made).await?;
        let before = match commit.parent {
            Some(parent) => Some(self.commit(&parent).await?.tree),
            None => None,
        };
        let names = [publication.file.as_str(), INDEX];
        let now = self.texts(&commit.tree, &publication.folder, &names).await?;
        let old = match before {
            Some(tree) => self.texts(&tree, &publication.folder, &names).await?,
            None => vec![String::new(); names.len()],
        };
        let before = standing(&old[0]);
        for (name, digest) in standing(&now[0]) {
            if before.get(&name) != Some(&digest) {
                publication.wrote.0.entry(name).or_default().insert(digest);
            }
        }
        if let Some(row) = &mut publication.index {
            let wrote = standing_row(&now[1], &row.file);
            row.wrote
                .extend(wrote.filter(|digest| standing_row(&old[1], &row.file).as_ref() != Some(digest)));
        }
        Ok(())
    }

    async fn texts(&self, tree: &str, folder: &str, names: &[&str]) -> Result<Vec<String>, Why> {
        let mut texts = Vec::new();
        for (found, name) in self.find(tree, folder, names).await?.iter().zip(names) {
            texts.push(self.stands(found, folder, name).await?.map(|(text, _)| text).unwrap_or_default());
        }
        Ok(texts)
    }

    pub async fn stands(
        &self,
        found: &Found,
        folder: &str,
        name: &str,
    ) -> Result<Option<(String, String)>, Why> {
        let path = format!("{folder}/{name}");
        match found {
            Found::Nothing => Ok(None),
            Found::Other(what) => Err(Why::InTheWay { path, what }),
            Found::File { sha, mode } => Ok(Some((self.text(sha, &path).await?, mode.clone()))),
        }
    }

    /// Makes the commit's objects; nothing shows them yet.
    pub async fn write(&self, publication: &Publication, draft: &Draft, parent: &Tip) -> Result<String, Why> {
        let write = Step::Write(Permission::Contents);
        let mut lines: Vec<Value> = Vec::new();
        // On top of another tree both files are given, for there they stand otherwise.
        for Text { path, mode, new, .. } in draft.texts().filter(|text| draft.onto.is_some() || text.is_new())
        {
            let body = json!({ "content": STANDARD.encode(new), "encoding": "base64" });
            let sha = self.make("/git/blobs", body, Step::Blob { path, bytes: new.len() }).await?;
            lines.push(json!({ "path": path, "mode": mode, "type": "blob", "sha": sha }));
        }
        let base = draft.onto.as_ref().unwrap_or(parent);
        let tree = json!({ "base_tree": base.tree, "tree": lines });
        let tree = self.make("/git/trees", tree, write).await?;
        let message = format!("{}\n\n{}\n", one_line(&publication.title), trailers(publication).join("\n"));
        let parents: Vec<&str> = [&parent.commit]
            .into_iter()
            .chain(draft.onto.as_ref().map(|onto| &onto.commit))
            .map(String::as_str)
            .collect();
        let commit = json!({ "message": message, "tree": tree, "parents": parents });
        self.make("/git/commits", commit, write).await
    }
}

fn text_of(folder: &str, name: &str, stands: Option<(String, String)>, new: String) -> Text {
    let path = format!("{folder}/{name}");
    match stands {
        Some((old, mode)) => Text { path, mode, old: Some(old), new },
        None => Text { path, mode: "100644".to_owned(), old: None, new },
    }
}

/// People took the whole file away.
fn taken_away(publication: &Publication) -> Merged {
    let missing = |section: &crate::report::Section| (section.name.clone(), Became::Missing);
    let sections = publication.sections.iter().map(missing).collect();
    Merged { text: String::new(), sections, wrote: publication.wrote.clone() }
}

fn one_line(title: &str) -> String {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "Publish the report".to_owned() } else { line }
}
