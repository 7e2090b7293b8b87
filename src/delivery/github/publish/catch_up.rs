//! Two open reports put a row at the same place of the index, so that whichever is merged second is in conflict. A branch
//! whose index others overtook is merged with the default branch: its report stays, and its row goes into the index there.

use serde::Deserialize;

use super::Publication;
use super::commit::{Draft, INDEX};
use super::repository::{Found, Named, Repository, encoded};
use super::why::{Permission, Step, Why};
use crate::github::client::Ask;
use crate::github::verdict::Trouble;
use crate::report::{IndexRow, merge_index, standing_row, without_row};

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
        let (Some(row), Some(list)) = (&publication.index, &draft.list) else { return Ok(()) };
        let path = format!("/compare/{}...{}", encoded(default), encoded(branch));
        let compared: Compared = match self.client.call(&Ask::Get(self.path(&path))).await {
            Ok(compared) => compared,
            // Two branches that have nothing in common are nobody's to merge.
            Err(Trouble::Refused { status: 404 | 422, .. }) => return Ok(()),
            Err(trouble) => return Err(Why::of(trouble, Step::Read(Permission::Contents))),
        };
        let is_own =
            |changed: &Changed| changed.filename == draft.report.path || changed.filename == list.path;
        if compared.behind_by == 0 || !compared.files.iter().all(is_own) {
            return Ok(());
        }
        let Some(theirs) = self.tip(default).await? else { return Ok(()) };
        let fork = self.commit(&compared.merge_base_commit.sha).await?;
        let names = [publication.file.as_str(), INDEX];
        let here = self.find(&theirs.tree, &publication.folder, &names).await?;
        let before = self.find(&fork.tree, &publication.folder, &names).await?;
        // The index was left alone there, or the report was not.
        if here[1] == before[1]
            || here[0] != before[0]
            || here[1] == Found::Nothing
            || draft.report.new.is_empty()
        {
            return Ok(());
        }
        let Some((rest, line)) = without_row(&list.new, &row.file) else { return Ok(()) };
        let own = |text: Option<&str>| {
            let wrote = text.and_then(|text| standing_row(text, &row.file)).into_iter().collect();
            merge_index(text, &IndexRow { row: line.clone(), wrote, ..row.clone() }).text
        };
        let rest_of = |text: &str| without_row(text, &row.file).map(|(rest, _)| rest);
        let stood = self.stands(&before[1], &publication.folder, INDEX).await?.map(|(text, _)| text);
        let begun = match &stood {
            // The row may have stood there already.
            Some(text) => rest_of(text).unwrap_or_else(|| text.clone()),
            None => rest_of(&own(None)).unwrap_or_default(),
        };
        let Some((text, mode)) = self.stands(&here[1], &publication.folder, INDEX).await? else {
            return Ok(());
        };
        let stood_row = stood.as_deref().and_then(|text| standing_row(text, &row.file));
        if rest != begun || standing_row(&text, &row.file) != stood_row {
            return Ok(());
        }
        let new = own(Some(&text));
        if let Some(list) = &mut draft.list {
            (list.new, list.mode) = (new, mode);
            draft.onto = Some(theirs);
        }
        Ok(())
    }
}
