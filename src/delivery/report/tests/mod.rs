mod indexes;
mod merging;
mod properties;

use super::*;

fn sections(texts: &[(&str, &str)]) -> Vec<Section> {
    texts.iter().map(|(name, text)| Section::new(name, text)).collect()
}

/// The merged text and what became of each section, by one word.
fn words(merged: &Merged) -> Vec<(&str, &'static str)> {
    merged.sections.iter().map(|(name, became)| (name.as_str(), word(became))).collect()
}

fn word(became: &Became) -> &'static str {
    match became {
        Became::Written => "written",
        Became::Unchanged => "unchanged",
        Became::Kept => "kept",
        Became::Conflict { .. } => "conflict",
        Became::Missing => "missing",
        Became::Torn => "torn",
    }
}
