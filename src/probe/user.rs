//! The user as whom programs run, where howler is root (research 2b, rule 6).

use rustix::thread::CapabilitySet;

/// A user of the machine, without root's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

/// As whom programs run: the configured user, or howler's own.
///
/// # Errors
/// Why they cannot, in words.
pub fn runs_as(run_as: Option<&str>) -> Result<Option<User>, String> {
    // A machine without the file has no names.
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = rustix::thread::capabilities(None).map_or(CapabilitySet::empty(), |own| own.effective);
    let missing = NEEDED.iter().filter(|(_, right, _)| !own.contains(*right));
    let missing: Vec<String> = missing.map(|(name, _, what_for)| format!("{name} ({what_for})")).collect();
    chosen(run_as, is_root(), &missing, &passwd)
}

/// What howler does to a program of another user. In a container root often has not all of it.
const NEEDED: [(&str, CapabilitySet, &str); 5] = [
    ("CAP_SETUID", CapabilitySet::SETUID, "to become the user"),
    ("CAP_SETGID", CapabilitySet::SETGID, "to leave root's groups"),
    ("CAP_SYS_RESOURCE", CapabilitySet::SYS_RESOURCE, "to limit what it takes"),
    ("CAP_SYS_PTRACE", CapabilitySet::SYS_PTRACE, "to find what it began"),
    ("CAP_KILL", CapabilitySet::KILL, "to end it"),
];

/// Whether howler may do anything here.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The decision, over the lines of passwd(5): `name:x:uid:gid:...`.
fn chosen(
    run_as: Option<&str>,
    is_root: bool,
    missing: &[String],
    passwd: &str,
) -> Result<Option<User>, String> {
    let Some(name) = run_as else { return Ok(None) };
    if !is_root {
        return Err(format!(
            "[runbook] run_as = \"{name}\" needs a howler that runs as root: start it as root, or as {name} and without run_as"
        ));
    }
    if !missing.is_empty() {
        return Err(format!(
            "[runbook] run_as = \"{name}\": root has not all its rights here; give howler {}, or start it as {name} and without \
             run_as",
            missing.join(", ")
        ));
    }
    let number: Option<u32> = name.parse().ok();
    let line = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find_map(|fields| {
        let (uid, gid) = (fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?);
        (fields.first() == Some(&name) || number == Some(uid)).then_some(User { uid, gid })
    });
    match line.or(number.map(|number| User { uid: number, gid: number })) {
        None => Err(format!(
            "[runbook] run_as = \"{name}\": /etc/passwd has no such user; where it is known elsewhere, write its number"
        )),
        Some(user) if user.uid == 0 || user.gid == 0 => {
            Err(format!("[runbook] run_as = \"{name}\" has root's rights; name a user who has not"))
        }
        Some(user) => Ok(Some(user)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nhowler:x:998:997::/nonexistent:/bin/false\nbroken\n\
                          wheel:x:1001:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";

    #[test]
    fn a_user_is_chosen_by_name_or_number_and_only_by_root() {
        let user = |uid, gid| Ok(Some(User { uid, gid }));
        for (run_as, is_root, expected) in [
            (None, true, Ok(None)),
            (None, false, Ok(None)),
            (Some("howler"), true, user(998, 997)),
            (Some("998"), true, user(998, 997)),
            (Some("65534"), true, user(65_534, 65_534)),
            (Some("4242"), true, user(4_242, 4_242)),
            (Some("howler"), false, Err("needs a howler that runs as root")),
            (Some("mallory"), true, Err("has no such user")),
            (Some("root"), true, Err("has root's rights")),
            (Some("0"), true, Err("has root's rights")),
            (Some("wheel"), true, Err("has root's rights")),
            (Some("broken"), true, Err("has no such user")),
        ] {
            match (chosen(run_as, is_root, &[], PASSWD), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{run_as:?}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{run_as:?}: {why}"),
                (found, expected) => panic!("{run_as:?}, root {is_root}: {found:?} and not {expected:?}"),
            }
        }
        let missing = ["CAP_KILL (to end it)".to_owned()];
        let why = chosen(Some("howler"), true, &missing, PASSWD).unwrap_err();
        assert!(why.contains("give howler CAP_KILL (to end it), or start it as howler"), "{why}");
        assert_eq!(chosen(None, true, &missing, PASSWD), Ok(None));
    }
}
