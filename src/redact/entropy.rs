//! What is a secret by its looks alone: a long run of mixed signs in which no words are (research 2b, rule 8, after values and
//! patterns). What people need at night stays: commits, digests, UUIDs, names of pods, addresses, paths and names in code.

use std::sync::LazyLock;

use regex::Regex;

use super::TAKEN_OUT;

/// Shorter runs are left alone, in signs.
const SHORTEST: usize = 24;
/// A run with so many signs that are no words is a secret. Fewer: a base64 that its slashes cut into small pieces still has more.
const STRANGE: usize = 12;
/// Longest part in one case that is an identifier and no secret: the suffixes of pods, nodes and stacks.
const SUFFIX: usize = 13;
/// Hexadecimal of this length is a commit or a digest.
const DIGESTS: [usize; 2] = [40, 64];
/// Shortest hexadecimal that is a secret: keys of many services have 32 digits. Spans and object ids are shorter.
const HEX_KEY: usize = 32;
/// Pairs of letters of which English and the names in programs are made, nine in ten of theirs; of random letters three in ten.
const PAIRS: &str = "abacadagaialamanaparasatauaybabebiblbobucacechcickclcocrctcudadddedidodrdsdueaecedeeefegelemenep\
     eresetevexfafefffiflfofrgeghgigrgshahehihoiaibicidieifigiliminioipirisitivizkelaldlelilllolsltlu\
     lymamemimompmsnancndnenfngninonsntnuobocodogolomonoooporosotouovowpapepiplpoppprpsptpyqurarcrdre\
     rgrirlrmrnrorrrsrtrurysascseshsislsospssstsutatctethtitltotptrtstttutyuaubucueuiulumunupurusutva\
     veviwawewixtypze";

static RUNS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("[A-Za-z0-9+/_%-]{{{SHORTEST},}}={{0,2}}")).ok());

/// What makes of the run that follows no secret: the name of a digest, or of a trace, whose ids are hexadecimal of 32.
static PUBLIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)((sha\d{1,3}|md5)[:=-]|trace[a-z_.-]*["']?\s*[:=]\s*["']?)$"#).ok());

/// Beginnings of ids that are none: Vercel's deployments, projects and teams, digests of packages, the header of a trace.
const IDS: [&str; 6] = ["dpl_", "prj_", "team_", "sha256-", "sha512-", "00-"];

/// Such runs taken out. `name` is what the text is called where it stands, such as a key of JSON.
pub fn taken_out(text: &str, name: &str) -> String {
    let Some(runs) = RUNS.as_ref() else { return TAKEN_OUT.to_owned() };
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for run in runs.find_iter(text) {
        let before = text.get(from..run.start()).unwrap_or_default();
        shown.push_str(before);
        let named = if run.start() == 0 { format!("{name}=") } else { last(before) };
        let public = PUBLIC.as_ref().is_some_and(|public| public.is_match(&named));
        let secret = !public && looks_like_one(run.as_str());
        shown.push_str(if secret { TAKEN_OUT } else { run.as_str() });
        from = run.end();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// Far enough back for the name of a digest or a trace.
fn last(before: &str) -> String {
    let skipped = before.chars().count().saturating_sub(40);
    before.chars().skip(skipped).collect()
}

fn looks_like_one(run: &str) -> bool {
    if IDS.iter().any(|id| run.starts_with(id)) {
        return false;
    }
    let parts = run.trim_end_matches('=').split(['-', '_', '/', '+', '%']);
    parts.filter(|part| is_strange(part)).map(str::len).sum::<usize>() >= STRANGE
}

/// Whether a part is neither a word nor an identifier of a known kind.
fn is_strange(part: &str) -> bool {
    let count = |is: fn(&u8) -> bool| part.bytes().filter(is).count();
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let digits = count(u8::is_ascii_digit);
    if [upper, lower, digits].iter().filter(|count| **count > 0).count() < 2 {
        return false;
    }
    let one_case = upper == 0 || lower == 0;
    if one_case && part.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return part.len() >= HEX_KEY && !DIGESTS.contains(&part.len());
    }
    // An instant, or a number with its unit.
    let is_number = (upper + lower) * 4 <= part.len();
    let is_suffix = one_case && part.len() <= SUFFIX;
    !is_number && !is_suffix && !is_made_of_words(part, upper + lower)
}

/// `AbstractFactoryBean2`: most letters are in words, and digits are few.
fn is_made_of_words(part: &str, letters: usize) -> bool {
    let pieces = pieces(part);
    let numbers = pieces.iter().filter(|piece| piece.starts_with(|c: char| c.is_ascii_digit())).count();
    let in_words: usize = pieces.iter().filter(|piece| is_word(piece)).map(|piece| piece.len()).sum();
    in_words * 5 >= letters * 3 && numbers <= 3 && (part.len() - letters) * 2 <= letters
}

/// `HTTPServer2` is HTTP, Server and 2.
fn pieces(part: &str) -> Vec<&str> {
    let bytes = part.as_bytes();
    let begins = |at: &usize| {
        let [before, here] =
            [bytes.get(at - 1), bytes.get(*at)].map(|byte| byte.copied().unwrap_or_default());
        let after = bytes.get(at + 1).copied().unwrap_or_default();
        here.is_ascii_digit() != before.is_ascii_digit()
            || (here.is_ascii_uppercase() && before.is_ascii_lowercase())
            || (here.is_ascii_uppercase() && before.is_ascii_uppercase() && after.is_ascii_lowercase())
    };
    let ends = (1..part.len()).filter(begins).chain([part.len()]);
    let mut from = 0;
    ends.filter_map(|end| part.get(std::mem::replace(&mut from, end)..end)).collect()
}

fn is_word(piece: &str) -> bool {
    let lower = piece.to_ascii_lowercase();
    let pairs = lower.as_bytes().windows(2);
    let known = |pair: &&[u8]| PAIRS.as_bytes().chunks(2).any(|known| known == *pair);
    let (all, usual) = (pairs.len(), pairs.filter(known).count());
    // Where words are joined their pairs are anything's; so many letters of one case are words already.
    let enough = usual * 3 >= all * 2 || (lower.len() >= 8 && usual * 2 >= all);
    lower.len() >= 4 && lower.bytes().all(|byte| byte.is_ascii_lowercase()) && enough
}

#[cfg(test)]
mod tests;
