use super::*;
use crate::github::verdict::Trouble;
use crate::retry::Class;

#[test]
fn every_answer_has_its_name_its_class_and_its_words() {
    let contents = Step::Write(Permission::Contents);
    let branch = Step::Move { branch: "main" };
    let blob = Step::Blob { path: "a.md", bytes: 7 };
    for (status, message, step, class, part) in [
        (401, "Bad credentials", Step::Look, Class::Slow, "GITHUB_TOKEN"),
        (404, "Not Found", Step::Look, Class::Slow, "shows o/r to nobody"),
        (301, "Moved Permanently", Step::Look, Class::Slow, "renamed or moved"),
        (307, "Moved Permanently", contents, Class::Slow, "renamed or moved"),
        (403, "Repository was archived so is read-only.", contents, Class::Slow, "archived"),
        (409, "Git Repository is empty.", Step::Look, Class::Slow, "is empty"),
        (
            403,
            "Resource not accessible by personal access token",
            contents,
            Class::Slow,
            "Contents, read and write",
        ),
        (
            404,
            "Not Found",
            Step::Write(Permission::PullRequests),
            Class::Slow,
            "Pull requests, read and write",
        ),
        (
            422,
            "Changes must be made through a pull request.",
            branch,
            Class::Slow,
            "main of o/r is protected",
        ),
        (422, "3 of 3 required status checks are expected.", branch, Class::Slow, "3 of 3"),
        (
            422,
            "Repository rule violations found\n\nCannot update this protected ref.\n\n",
            branch,
            Class::Slow,
            "found Cannot",
        ),
        (403, "You're not authorized to push to this branch.", branch, Class::Slow, "protected"),
        (422, "Reference update failed", branch, Class::Slow, "protected"),
        (422, "Sorry, your input was too large to process.", blob, Class::Never, "7 bytes"),
        (422, "tree.path contains a malformed path component", contents, Class::Ours, "fault of howler's"),
        (410, "This issue was deleted", Step::Read(Permission::Issues), Class::Never, "deleted"),
        (
            410,
            "Issues are disabled for this repo",
            Step::Write(Permission::Issues),
            Class::Slow,
            "turned off",
        ),
        (502, "", contents, Class::Again { lost: true }, "502"),
    ] {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let trouble = Trouble::of(status, message.to_owned(), &Default::default(), now);
        let verdict = Why::of(trouble, step).verdict("o/r");
        assert_eq!(verdict.class, class, "{status} {message}: {}", verdict.reason);
        assert!(verdict.reason.contains(part), "{part} in {}", verdict.reason);
    }
    let closed = Why::Closed { number: 7, url: String::new() }.verdict("o/r");
    assert_eq!((closed.class, closed.reason.contains("#7")), (Class::Never, true));
    assert_eq!(Why::Raced { branch: "main".into() }.verdict("o/r").class, Class::Again { lost: false });
    assert_eq!(Why::NotAName.verdict("../x").class, Class::Never);
}
