//! One line of Prometheus' text format or of OpenMetrics.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/> and <https://prometheus.io/docs/specs/om/open_metrics_spec/>.

/// A line that was read.
#[derive(Debug, PartialEq)]
pub(crate) enum Line<'t> {
    /// Empty, a comment, `HELP`, `UNIT`.
    Nothing,
    /// `# TYPE name kind`.
    Type {
        name: &'t str,
        kind: &'t str,
    },
    /// `# EOF`: an OpenMetrics page is whole.
    End,
    Sample(Sample<'t>),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Sample<'t> {
    pub name: std::borrow::Cow<'t, str>,
    pub labels: Labels,
    pub value: f64,
    /// As it stands: milliseconds in Prometheus' format, seconds in OpenMetrics.
    pub stamp: Option<f64>,
}

/// The labels of a series, by name. An empty one is like one that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Labels(Vec<(String, String)>);

impl Labels {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As PromQL writes them, in order of their names.
    pub fn shown(&self) -> String {
        let shown: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        format!("{{{}}}", shown.join(","))
    }
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(line: &str) -> Result<Line<'_>, &'static str> {
    let line = line.trim_matches([' ', '\t', '\r']);
    let Some(comment) = line.strip_prefix('#') else {
        return if line.is_empty() { Ok(Line::Nothing) } else { sample(line).map(Line::Sample) };
    };
    let mut words = comment.split_ascii_whitespace();
    Ok(match words.next() {
        Some("EOF") if words.next().is_none() => Line::End,
        Some("TYPE") => match (words.next(), words.next(), words.next()) {
            (Some(name), Some(kind), None) => Line::Type { name: name.trim_matches('"'), kind },
            _ => return Err("TYPE needs a name and a type"),
        },
        _ => Line::Nothing,
    })
}

fn sample(line: &str) -> Result<Sample<'_>, &'static str> {
    let (name, rest) = match name_of(line) {
        Some((name, rest)) => (Some(name), rest),
        None => (None, line),
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    let (quoted_name, labels, rest) = match rest.strip_prefix('{') {
        Some(inner) => labels(inner)?,
        None => (None, Labels::default(), rest),
    };
    let name = match (name, quoted_name) {
        (Some(name), None) => name.into(),
        (None, Some(name)) => name.into(),
        _ => return Err("it begins with no name of a metric"),
    };
    // An exemplar refers to something elsewhere: it is left out.
    let (numbers, exemplar) =
        rest.split_once('#').map_or((rest, None), |(numbers, rest)| (numbers, Some(rest)));
    if exemplar.is_some_and(|exemplar| !exemplar.trim_start().starts_with('{')) {
        return Err("what follows the # is no exemplar");
    }
    let mut numbers = numbers.split_ascii_whitespace();
    let value = numbers.next().ok_or("the value is missing")?;
    let value = float(value).ok_or("the value is not a number")?;
    let stamp = match numbers.next() {
        Some(stamp) => {
            Some(float(stamp).filter(|stamp| stamp.is_finite()).ok_or("the time is not a number")?)
        }
        None => None,
    };
    if numbers.next().is_some() {
        return Err("something follows the time");
    }
    Ok(Sample { name, labels, value, stamp })
}

/// A number as Go reads it, infinities and not-a-number in any case.
pub(crate) fn float(text: &str) -> Option<f64> {
    let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let is_word = ["inf", "infinity", "nan"].iter().any(|word| plain.eq_ignore_ascii_case(word));
    if is_number || is_word { text.parse().ok() } else { None }
}

type Braces<'t> = (Option<String>, Labels, &'t str);

/// What stands in the braces, and what follows. A quoted text without `=` is the metric's name, for names that are not plain.
fn labels(mut rest: &str) -> Result<Braces<'_>, &'static str> {
    let (mut name, mut labels) = (None, Vec::new());
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if let Some(after) = rest.strip_prefix('}') {
            labels.sort_unstable();
            return match labels.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other))
            {
                true => Err("a label stands twice"),
                false => Ok((name, Labels(labels), after)),
            };
        }
        let (label, after) = match rest.strip_prefix('"') {
            Some(inner) => quoted(inner).ok_or("a double quote is not closed")?,
            None => {
                name_of(rest).map(|(name, after)| (name.to_owned(), after)).ok_or("a label has no name")?
            }
        };
        let was_quoted = rest.starts_with('"');
        let after = after.trim_start_matches([' ', '\t']);
        rest = match after.strip_prefix('=') {
            Some(value) => {
                let value = value.trim_start_matches([' ', '\t']);
                let value = value.strip_prefix('"').ok_or("a label's value is not in double quotes")?;
                let (value, after) = quoted(value).ok_or("a double quote is not closed")?;
                if !value.is_empty() {
                    labels.push((label, value));
                }
                after
            }
            None if was_quoted && name.is_none() => {
                name = Some(label);
                after
            }
            None => return Err("a label has no value"),
        };
        rest = rest.trim_start_matches([' ', '\t']);
        rest = match rest.strip_prefix(',') {
            Some(more) => more,
            None if rest.starts_with('}') => rest,
            None => return Err("labels are not separated by commas"),
        };
    }
}

/// Reads up to the closing quote; `\\`, `\"` and `\n` are one sign each, any other pair stays as it is.
pub(crate) fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match signs.next()?.1 {
                'n' => value.push('\n'),
                other @ ('\\' | '"') => value.push(other),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}

/// A plain name of a metric or a label at the beginning, and the rest.
pub(crate) fn name_of(text: &str) -> Option<(&str, &str)> {
    let end =
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    name.starts_with(|c: char| !c.is_ascii_digit()).then_some((name, rest))
}
