use super::*;
use domain::id::RunId;

fn me(json: serde_json::Value) -> BotIdentity {
    let mut whole = serde_json::json!({ "user_id": "UHOWLER" });
    whole.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn origin(app: &str, team: &str, org: &str, person: &str) -> Origin {
    let given = |id: &str| Some(id.to_owned()).filter(|id| !id.is_empty());
    Origin { app: given(app), team: given(team), org: given(org), person: given(person) }
}

#[test]
fn ids_are_compared_with_ours() {
    let alone = me(serde_json::json!({ "team_id": "T1", "app_id": "A1" }));
    let in_org = me(serde_json::json!({ "team_id": "T1", "enterprise_id": "E1", "app_id": "A1" }));
    let org_wide =
        me(serde_json::json!({ "team_id": "E1", "enterprise_id": "E1", "is_enterprise_install": true }));
    use Standing::*;
    let table = [
        (&alone, ("A1", "T1", "", "T1"), Ours),
        (&alone, ("", "T1", "", "T1"), Ours),
        (&alone, ("A2", "T1", "", "T1"), OtherApp),
        (&alone, ("A1", "T2", "", "T2"), OtherWorkspace),
        (&alone, ("A1", "T2", "", "T1"), OtherWorkspace),
        (&alone, ("A1", "T1", "", "T2"), Visitor),
        (&alone, ("A1", "T1", "", "E9"), Visitor),
        (&alone, ("A1", "T1", "", ""), Unknown),
        (&alone, ("A1", "", "", "T1"), Unknown),
        (&alone, ("A1", "", "", "T2"), Visitor),
        (&in_org, ("A1", "T1", "E1", "E1"), Ours),
        (&in_org, ("A1", "T2", "E1", "E1"), OtherWorkspace),
        (&in_org, ("A1", "T1", "E1", "E2"), Visitor),
        (&org_wide, ("A1", "", "E1", "E1"), Ours),
        (&org_wide, ("A1", "T7", "E1", "E1"), Ours),
        (&org_wide, ("A1", "T7", "E1", "T7"), Ours),
        (&org_wide, ("A1", "T7", "E1", "T8"), Visitor),
        (&org_wide, ("A1", "T7", "E2", "E2"), OtherWorkspace),
    ];
    for (me, (app, team, org, person), wanted) in table {
        let origin = origin(app, team, org, person);
        assert_eq!(origin.standing(Some(me)), wanted, "{origin:?} for {me:?}");
    }
    assert_eq!(origin("A1", "T1", "", "T1").standing(None), Unknown);
    assert_eq!(origin("A1", "T1", "", "T1").standing(Some(&me(serde_json::json!({})))), Unknown);
}

#[test]
fn a_visitor_reads_and_changes_nothing_and_the_unknown_approve_nothing() {
    let said = |line: &str| match line.strip_prefix("/runbook ") {
        Some(rest) => Ask::Line(grammar::parse_runbook(rest)),
        None => grammar::parse(line).map(Ask::Line).unwrap(),
    };
    // What is said; whether a visitor may; whether it waits until the workspace is known.
    let table = [
        ("list", true, false),
        ("timeline", true, false),
        ("p1 Stream down", false, false),
        ("declare", false, false),
        ("ack", false, false),
        ("note hello", false, false),
        ("/runbook list", true, false),
        ("/runbook status", true, false),
        ("/runbook diagnose queue", false, false),
        ("/runbook propose RUN-1", false, false),
        ("/runbook abort RUN-1", false, false),
        ("/runbook deny RUN-1", false, false),
        ("/runbook approve RUN-1 abc123 fine", false, true),
        ("/runbook break-glass RUN-1 abc123 alone", false, true),
        ("/runbook freeze audit", false, false),
    ];
    for (line, visitor, waits) in table {
        let ask = said(line);
        assert_eq!(Standing::Visitor.refuses(&ask).is_none(), visitor, "{line}: {ask:?}");
        assert_eq!(Standing::Unknown.refuses(&ask).is_some(), waits, "{line}: {ask:?}");
        assert_eq!(Standing::OtherApp.refuses(&ask), Some(Refusal::OtherApp));
        assert_eq!(Standing::OtherWorkspace.refuses(&ask), Some(Refusal::OtherWorkspace));
        assert_eq!(Standing::Ours.refuses(&ask), None);
    }
    let form = |run| RunAsk::ApproveForm { key: run };
    let opens = RunbookLine::Of { run: Some(RunId(1)), ask: form("k".into()) };
    let opens = Ask::Line(Line { incident: None, command: Command::Runbook(opens) });
    let submits = Ask::Form(Form::Approve { run: RunId(1), key: "k".into(), comment: "c".into() });
    for ask in [opens, submits] {
        assert_eq!(Standing::Visitor.refuses(&ask), Some(Refusal::Visitor));
        assert_eq!(Standing::Unknown.refuses(&ask), Some(Refusal::WorkspaceUnknown));
    }
}
