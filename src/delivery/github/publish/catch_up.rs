//! Two open reports put a row at the same place of the index, so that whichever is merged second is in conflict. A branch
//! whose index others overtook is merged with the default branch: its report stays, and its row goes into the index there.

use serde::Deserialize;

use super::Publication;
use super::commit::{Draft, INDEX};
use super::repository::{Named, Repository, Tip, encoded};
use super::why::{Permission, Step, Why};
use crate::github::client::Ask;
use crate::github::verdict::Trouble;
use crate::report::{IndexRow, merge_index, standing_row, without_row};

#[derive(Deserialize)]
struct Compared {
    behind_by: u64,
    merge_base_commit: Named,
    #[serde(default)]
    files: Vec<Changed>,
}

#[derive(Deserialize)]
struct Changed {
    filename: String,
}

/// The index where the two branches parted, and on the default branch now.
struct Parted {
    theirs: Tip,
    before: Option<String>,
    now: String,
    mode: String,
}

impl Repository<'_> {
    /// Makes the draft a merge where that is needed, and where it is sure: where people changed another file on the branch,
    /// or something else in the index there, they merge it themselves.
    pub async fn catch_up(
        &self,
        publication: &Publication,
        draft: &mut Draft,
        default: &str,
        branch: &str,
    ) -> Result<(), Why> {
        let (Some(row), Some(list)) = (&publication.index, &draft.list) else { return Ok(()) };
        let Some((rest, line)) = without_row(&list.new, &row.file) else { return Ok(()) };
        let Some(parted) = self.parted(publication, draft, default, branch).await? else { return Ok(()) };
        let Parted { theirs, before, now, mode } = parted;
        let own = |text: Option<&str>| {
            let wrote = text.and_then(|text| standing_row(text, &row.file)).into_iter().collect();
            merge_index(text, &IndexRow { row: line.clone(), wrote, ..row.clone() }).text
        };
        let rest_of = |text: &str| without_row(text, &row.file).map(|(rest, _)| rest);
        let begun = match &before {
            // The row may have stood there already.
            Some(text) => rest_of(text).unwrap_or_else(|| text.clone()),
            None => rest_of(&own(None)).unwrap_or_default(),
        };
        let row_before = before.as_deref().and_then(|text| standing_row(text, &row.file));
        if rest != begun || standing_row(&now, &row.file) != row_before {
            return Ok(());
        }
        let new = own(Some(&now));
        if let Some(list) = &mut draft.list {
            (list.new, list.mode) = (new, mode);
            draft.onto = Some(theirs);
        }
        Ok(())
    }

    /// Nothing where the branch has other files of people's, where the index was left alone on the default branch, or
    /// where the report was not.
    async fn parted(
        &self,
        publication: &Publication,
        draft: &Draft,
        default: &str,
        branch: &str,
    ) -> Result<Option<Parted>, Why> {
        let path = format!("/compare/{}...{}", encoded(default), encoded(branch));
        let compared: Compared = match self.client.call(&Ask::Get(self.path(&path))).await {
            Ok(compared) => compared,
            // Two branches that have nothing in common are nobody's to merge.
            Err(Trouble::Refused { status: 404 | 422, .. }) => return Ok(None),
            Err(trouble) => return Err(Why::of(trouble, Step::Read(Permission::Contents))),
        };
        let is_own = |changed: &Changed| draft.paths().any(|path| path == changed.filename);
        if compared.behind_by == 0 || draft.report.new.is_empty() || !compared.files.iter().all(is_own) {
            return Ok(None);
        }
        let Some(theirs) = self.tip(default).await? else { return Ok(None) };
        let fork = self.commit(&compared.merge_base_commit.sha).await?;
        let folder = &publication.folder;
        let names = [publication.file.as_str(), INDEX];
        let now = self.find(&theirs.tree, folder, &names).await?;
        let before = self.find(&fork.tree, folder, &names).await?;
        if now[1] == before[1] || now[0] != before[0] {
            return Ok(None);
        }
        let before = self.stands(&before[1], folder, INDEX).await?.map(|(text, _)| text);
        let now = self.stands(&now[1], folder, INDEX).await?;
        Ok(now.map(|(now, mode)| Parted { theirs, before, now, mode }))
    }
}
