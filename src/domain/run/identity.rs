//! Under whose name an action acts: that of the person who asked for it, where the program can (research 2b, rule 20). howler puts
//! the flag in, never a procedure's file, and it is a part of the command that is shown, approved and looked at again.
//!
//! Checks and plans act under howler's own identity, which needs to read only: one that could act as somebody for a plan
//! could do so for a change.

use std::collections::BTreeMap;

use super::approve::NotApproved;
use crate::actor::Actor;
use crate::id::UserId;

/// Names that people have outside Slack, such as `ian@monkeytown.ai`. Empty: actions act under howler's own identity.
pub type Names = BTreeMap<UserId, String>;

/// Programs that can act as somebody, and the flag for it.
const FLAGS: [(&str, &str); 2] = [("kubectl", "--as"), ("helm", "--kube-as-user")];

/// The command as `by` has it carried out, whoever had it before: an undo was filled when somebody asked for its action. The flag
/// stands first, where nothing that fills a slot can come before it.
///
/// # Errors
/// When the program can act as somebody, others have names, and `by` has none.
pub fn under(mut argv: Vec<String>, by: &Actor, names: &Names) -> Result<Vec<String>, NotApproved> {
    let flag = FLAGS.iter().find(|(program, _)| argv.first().is_some_and(|first| first == program));
    let Some((program, flag)) = flag else { return Ok(argv) };
    let named = |first: &String| first.split_once('=').is_some_and(|(name, _)| name == *flag);
    if argv.get(1).is_some_and(named) {
        argv.remove(1);
    }
    if !names.is_empty() {
        let name = by
            .in_slack()
            .and_then(|by| names.get(by))
            .ok_or_else(|| NotApproved::Nameless { program: (*program).to_owned() })?;
        argv.insert(1, format!("{flag}={name}"));
    }
    Ok(argv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &str) -> Vec<String> {
        words.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_name_of_whoever_asks_is_put_into_exactly_one_argument() {
        let names: Names = [("U0IAN".into(), "ian@monkeytown.ai".to_owned())].into();
        let nobody = Names::new();
        let (ian, maya) = (Actor::from("U0IAN"), Actor::from("U0MAYA"));
        let nameless = |program: &str| Err(NotApproved::Nameless { program: program.into() });
        for (command, by, names, wanted) in [
            (
                "kubectl --context=prod scale x",
                &ian,
                &names,
                Ok("kubectl --as=ian@monkeytown.ai --context=prod scale x"),
            ),
            ("helm rollback x 3", &ian, &names, Ok("helm --kube-as-user=ian@monkeytown.ai rollback x 3")),
            ("kubectl --as=maya@x scale x", &ian, &names, Ok("kubectl --as=ian@monkeytown.ai scale x")),
            ("kubectl --as=maya@x scale x", &ian, &nobody, Ok("kubectl scale x")),
            ("kubectl scale x", &ian, &nobody, Ok("kubectl scale x")),
            ("kubectl scale x", &maya, &nobody, Ok("kubectl scale x")),
            ("kubectl scale x", &maya, &names, nameless("kubectl")),
            ("helm rollback x 3", &maya, &names, nameless("helm")),
            ("terraform apply", &maya, &names, Ok("terraform apply")),
            ("vercel rollback x", &ian, &names, Ok("vercel rollback x")),
            ("psql --command=x", &ian, &names, Ok("psql --command=x")),
        ] {
            assert_eq!(under(argv(command), by, names), wanted.map(argv), "{command} by {by}");
        }
    }
}
