use super::*;
use domain::Severity;
use domain::actor::Actor;

/// A slash command as Slack sends it.
const BODY: &str = "token=gIkuvaNzQIHg97ATvDxqgjtO&team_id=T0001&team_domain=example&enterprise_id=E0001&\
    enterprise_name=Globular%20Construct%20Inc&channel_id=C2147483705&channel_name=test&user_id=U2147483697&\
    user_name=Steve&command=%2Fincident&text=p1+Event+stream+%26amp%3B+%3C%40U1%7Cian%3E+down&response_url=\
    https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1234%2F5678&trigger_id=13345224609.738474920.8088930838d88f008e0&\
    api_app_id=A123456&is_enterprise_install=false";

#[test]
fn a_command_is_a_request() {
    let Incoming { request, trigger, origin: from, .. } = incoming(command::parse(BODY.as_bytes()));
    assert_eq!(from, origin("A123456", "T0001", Some("E0001"), Some("T0001")));
    assert_eq!(trigger.as_deref(), Some("13345224609.738474920.8088930838d88f008e0"));
    let title = "Event stream & @ian down".into();
    let wanted = Request {
        delivery: DeliveryId::from("cmd:13345224609.738474920.8088930838d88f008e0"),
        by: Actor::from("U2147483697"),
        place: place("C2147483705", None),
        reply: ReplyPath::Inline,
        ask: here(Command::Declare { severity: Severity::P1, title }),
    };
    assert_eq!(request, wanted);
}

#[test]
fn what_is_optional_may_be_missing() {
    let body = form_body(&[("command", "/incident"), ("user_id", "U1"), ("channel_id", "C1")]);
    let Incoming { request, trigger, .. } = incoming(command::parse(&body));
    assert_eq!(request.ask, here(Command::List));
    assert_eq!(request.delivery.0, format!("cmd:sha256:{}", digest(&body)));
    assert_eq!(trigger, None);
}

#[test]
fn a_line_that_is_not_understood_is_a_request_too() {
    let fields = [("command", "/incident"), ("user_id", "U1"), ("channel_id", "C1"), ("text", "severity p9")];
    let request = incoming(command::parse(&form_body(&fields))).request;
    assert_eq!(request.ask, Ask::Unclear(Refusal::UnknownSeverity { word: "p9".into() }));
}

#[test]
fn everything_else_has_its_own_answer() {
    let other = |command: &str| Parsed::OtherCommand { command: command.into() };
    let cases = [
        ("ssl_check=1&token=x", Parsed::SslCheck),
        ("ssl_check=0", Parsed::Malformed),
        ("command=%2Fdeploys&user_id=U1&channel_id=C1&text=x", other("/deploys")),
        ("command=&user_id=U1&channel_id=C1", other("")),
        ("command=%2Fincident&channel_id=C1", Parsed::Malformed),
        ("command=%2Fincident&user_id=U1", Parsed::Malformed),
        ("user_id=U1&channel_id=C1", Parsed::Malformed),
        ("command=%2Fincident&command=%2Fincident&user_id=U1&channel_id=C1", Parsed::Malformed),
        ("", Parsed::Malformed),
        ("{}", Parsed::Malformed),
        ("%%%=%00", Parsed::Malformed),
    ];
    for (body, wanted) in cases {
        assert_eq!(command::parse(body.as_bytes()), wanted, "{body}");
    }
}

#[test]
fn a_command_cannot_pass_for_a_certificate_check() {
    let cases = [
        ("ssl_check=1", true),
        ("ssl_check=1&command=%2Fincident", false),
        ("command=x", false),
        ("", false),
    ];
    for (body, wanted) in cases {
        assert_eq!(command::is_ssl_check(body.as_bytes()), wanted, "{body}");
    }
}
