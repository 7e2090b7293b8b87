//! A command's words and flags, told apart by what is known of each flag: a value that stands by itself is no word.

use domain::procedure::Command;

/// How a flag is written in the lists: `--tail=` takes a value, `--prefix` takes none, `--watch=false` is known in this form alone, and
/// `--tags=*` takes several. `--output=:json|wide` takes one of those.
pub type Flags = &'static [&'static str];

/// Where a command is not of what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd<'c> {
    Unknown(&'c str),
    Twice(&'c str),
    NoValue(&'c str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<'c> {
    pub words: Vec<&'c str>,
    /// By their long names, each once; several values stay apart.
    pub flags: Vec<(&'c str, Vec<&'c str>)>,
}

impl<'c> Parsed<'c> {
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|(name, _)| *name == flag)
    }

    pub fn value(&self, flag: &str) -> Option<&'c str> {
        self.flags.iter().find(|(name, _)| *name == flag)?.1.first().copied()
    }
}

/// A flag by its one letter.
const SHORT: [(&str, &str); 6] = [
    ("-l", "--selector"),
    ("-o", "--output"),
    ("-c", "--container"),
    ("-p", "--previous"),
    ("-A", "--all-namespaces"),
    ("-a", "--all"),
];

enum Kind {
    Switch,
    One,
    OneOf(&'static str),
    Several,
}

/// Reads `all`, of whose flags those of `known` may stand there.
pub fn parse<'c>(all: &[&'c str], known: &[Flags]) -> Result<Parsed<'c>, Odd<'c>> {
    let mut parsed = Parsed { words: Vec::new(), flags: Vec::new() };
    let mut rest = all.iter().copied().peekable();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            parsed.words.push(word);
            continue;
        }
        let (written, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let name = SHORT.iter().find(|(short, _)| *short == written).map_or(written, |(_, long)| long);
        let kind = kind(name, word, known).ok_or(Odd::Unknown(word))?;
        if parsed.has(name) {
            return Err(Odd::Twice(name));
        }
        let mut values: Vec<&str> = given.into_iter().collect();
        match kind {
            Kind::Switch => {}
            Kind::One | Kind::OneOf(_) if given.is_some() => {}
            Kind::One | Kind::OneOf(_) => values.extend(rest.next_if(|next| !next.starts_with('-'))),
            Kind::Several => {
                while let Some(next) = rest.next_if(|next| !next.starts_with('-')) {
                    values.push(next);
                }
            }
        }
        if values.is_empty() && !matches!(kind, Kind::Switch) {
            return Err(Odd::NoValue(word));
        }
        if let Kind::OneOf(fit) = kind
            && !values.iter().all(|value| fit.split('|').any(|fit| fit == *value))
        {
            return Err(Odd::Unknown(values.first().copied().unwrap_or(word)));
        }
        parsed.flags.push((name, values));
    }
    Ok(parsed)
}

fn kind(name: &str, word: &str, known: &[Flags]) -> Option<Kind> {
    known.iter().copied().flatten().find_map(|entry| match entry.split_once('=') {
        Some((flag, "")) => (flag == name).then_some(Kind::One),
        Some((flag, "*")) => (flag == name).then_some(Kind::Several),
        Some((flag, fit)) if fit.starts_with(':') => {
            (flag == name).then_some(Kind::OneOf(fit.get(1..).unwrap_or_default()))
        }
        Some(_) => (*entry == word).then_some(Kind::Switch),
        None => (*entry == name && !word.contains('=')).then_some(Kind::Switch),
    })
}

/// What stands behind the program.
pub fn arguments(command: &Command) -> Vec<&str> {
    command.arguments().iter().map(String::as_str).collect()
}

/// What of it is no flag, where it is not known yet which flags have values.
pub fn plain_words(command: &Command) -> Vec<&str> {
    arguments(command).into_iter().filter(|word| !word.starts_with('-')).collect()
}

/// `{revision}`, and nothing beside it: the slot's name.
pub fn slot(value: &str) -> Option<&str> {
    value.strip_prefix('{')?.strip_suffix('}')
}
