//! Components: what stands between `BEGIN` and `END`.

use super::line::Line;
use super::problem::{Problem, Trouble};

/// Real calendars have three levels; a file made to hurt could have thousands.
const DEEPEST: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Component {
    pub name: String,
    pub at: usize,
    pub lines: Vec<Line>,
    pub inner: Vec<Component>,
}

impl Component {
    fn open(name: String, at: usize) -> Self {
        Self { name, at, ..Self::default() }
    }

    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    pub fn all<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c Line> {
        self.lines.iter().filter(move |line| line.name == name)
    }
}

/// The file's outermost components. What is not closed is closed at the end, and said.
pub(super) fn components(lines: Vec<Line>, problems: &mut Vec<Problem>) -> Vec<Component> {
    let mut open = vec![Component::default()];
    let mut buried = 0_usize;
    for line in lines {
        let name = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" if open.len() > DEEPEST => {
                buried += 1;
                problems.push(Trouble::TooDeep.at(line.at));
            }
            "BEGIN" => open.push(Component::open(name, line.at)),
            "END" if buried > 0 => buried -= 1,
            "END" if open.iter().skip(1).any(|one| one.name == name) => {
                while close(&mut open, |last| last.name == name, problems) {}
            }
            "END" => problems.push(Trouble::NotOpened(Trouble::quoted(&name)).at(line.at)),
            _ if buried > 0 => {}
            _ => {
                if let Some(last) = open.last_mut() {
                    last.lines.push(line);
                }
            }
        }
    }
    while close(&mut open, |_| false, problems) {}
    open.pop().map(|root| root.inner).unwrap_or_default()
}

/// Moves the innermost component into the one around it; whether the next one has to be closed too.
fn close(
    open: &mut Vec<Component>,
    is_meant: impl Fn(&Component) -> bool,
    problems: &mut Vec<Problem>,
) -> bool {
    if open.len() < 2 {
        return false;
    }
    let Some(last) = open.pop() else { return false };
    let meant = is_meant(&last);
    if !meant {
        problems.push(Trouble::NotClosed(Trouble::quoted(&last.name)).at(last.at));
    }
    if let Some(around) = open.last_mut() {
        around.inner.push(last);
    }
    !meant
}
