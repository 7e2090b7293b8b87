//! The procedures as a document.

use super::parts::{Part, parts};
use domain::procedure::Runbook;

/// The whole runbook, as `docs/runbook.md` has it.
pub fn markdown(runbook: &Runbook) -> String {
    let head = "# Runbook\n\nWritten from `commands/*.toml` by `howler procedure render`; change those.\n";
    runbook.all().flat_map(parts).fold(head.to_owned(), |text, part| text + "\n" + &written(part))
}

fn written(part: Part) -> String {
    match part {
        Part::Title(text) => format!("## {}\n", inert(&text)),
        Part::Heading(text) => format!("**{}**\n", inert(&text)),
        Part::Line(text) => format!("{}\n", inert(&text)),
        Part::Bullets(rows) => rows.iter().map(|row| format!("- {}\n", inert(row))).collect(),
        Part::Commands(lines) => format!("```text\n{}\n```\n", lines.join("\n")),
    }
}

/// Signs that Markdown would act on.
fn inert(text: &str) -> String {
    text.chars().fold(String::new(), |mut inert, c| {
        if "*_<>[]\\|~".contains(c) {
            inert.push('\\');
        }
        inert.push(c);
        inert
    })
}
