use ::watch::reading::Reading;
use ::watch::standing::{Change, Level};
use ::watch::told::signal;
use domain::alert::rules::{By, judge};
use jiff::SignedDuration;

use super::*;
use domain::Severity;

#[test]
fn nothing_set_is_the_runbook() {
    let config = Config::parse("").unwrap();
    assert_eq!(config, Config::default());
    let p1 = config.severity.rule(Severity::P1);
    assert_eq!(p1.respond_within, Some(SignedDuration::from_mins(15)));
    assert_eq!(p1.update_every, Some(SignedDuration::from_mins(30)));
    assert!(config.severity.rule(Severity::P2).own_channel);
    assert!(!config.severity.rule(Severity::P3).own_channel);
    assert_eq!(config.severity.rule(Severity::P4).update_every, None);
}

#[test]
fn a_table_changes_only_what_it_names() {
    let config =
        Config::parse("[severity.P3]\nown_channel = true\n[severity.P2]\nupdate_every = \"off\"").unwrap();
    let p3 = config.severity.rule(Severity::P3);
    assert!(p3.own_channel);
    assert_eq!(p3.update_every, Some(SignedDuration::from_mins(30)));
    assert_eq!(config.severity.rule(Severity::P2).update_every, None);
}

#[test]
fn mistakes_are_named_with_their_line() {
    for (text, expected) in [
        ("[channels]\nemergencis = \"#x\"", "line 2"),
        ("[channels]\nemergencis = \"#x\"", "emergencis"),
        ("\n[severity.P1]\nrespond_within = \"soon\"", "line 3"),
        ("\n[severity.P1]\nrespond_within = \"soon\"", "30m, 24h or 2s"),
        ("[severity.P1]\nupdate_every = \"2s\"", "shortest interval"),
        ("[severity.P5]\n", "P5"),
        ("[shell]\npeople = { root = \"@ian\" }", "line 2"),
        ("[shell]\npeople = { root = \"@ian\" }", "`@ian` for `root` is not a person's id"),
        ("[severity.P1]\nrespond_within = \"-5m\"", "more than nothing"),
    ] {
        let error = Config::parse(text).unwrap_err();
        assert!(error.contains(expected), "{text:?} gives {error:?}, without {expected:?}");
    }
}

#[test]
fn secrets_do_not_print_and_missing_ones_are_named() {
    let set = |name: &str| Some(format!("xapp-value of {name}, and as long as a key"));
    let url = |name: &str| if name == "SLACK_API_URL" { Some("http://localhost/".into()) } else { set(name) };
    assert!(secrets::Secrets::read(url).unwrap_err().to_string().contains("SLACK_API_URL"));
    let missing = secrets::Secrets::read(|_| None).unwrap_err().to_string();
    assert!(missing.contains("SLACK_BOT_TOKEN"), "{missing}");
    let read = |github_url: Option<&str>| {
        secrets::Secrets::read(|name| match name {
            "SLACK_API_URL" => None,
            "GITHUB_API_URL" => github_url.map(str::to_owned),
            name if name.starts_with("TWILIO_") || name.starts_with("PAGERDUTY_") => None,
            "VERCEL_API_URL" => None,
            "PROMETHEUS_URL" => Some("http://prometheus.example:9090/".to_owned()),
            "PROMETHEUS_TOKEN" => Some("prometheus-token-0123".to_owned()),
            name => set(name),
        })
    };
    assert!(read(Some("github.example.com")).unwrap_err().to_string().contains("GITHUB_API_URL"));
    let ended = read(Some("https://github.example.com/api/v3/")).unwrap();
    assert_eq!(ended.github_api_url, "https://github.example.com/api/v3");
    let read = read(None).unwrap();
    assert_eq!(read.github_api_url, "https://api.github.com");
    assert_eq!(read.vercel.api_url, "https://api.vercel.com");
    assert_eq!(read.prometheus_url.as_deref(), Some("http://prometheus.example:9090"));
    let token = read.prometheus_token.as_ref().expect("it is read");
    assert!(read.all().contains(token), "it is taken out of every text");
    assert!(!format!("{read:?}").contains("value of"));
}

#[test]
fn an_app_token_stands_in_for_the_signing_secret() {
    let read = |token: Option<&'static str>, secret: Option<&'static str>| {
        secrets::Secrets::read(|name| {
            let value = match name {
                "SLACK_BOT_TOKEN" => Some("xoxb-1"),
                "SLACK_APP_TOKEN" => token,
                "SLACK_SIGNING_SECRET" => secret,
                _ => None,
            };
            value.map(str::to_owned)
        })
    };
    let doors = |token, secret| {
        let secrets = read(token, secret).unwrap();
        (secrets.slack_app_token.is_some(), secrets.slack_signing_secret.is_some())
    };
    assert_eq!(doors(Some("xapp-1"), None), (true, false));
    assert_eq!(doors(None, Some("s")), (false, true));
    assert_eq!(doors(Some(" xapp-1\n"), Some("s")), (true, true));
    assert_eq!(doors(Some(" "), Some("s")), (false, true));
    let neither = read(None, None).unwrap_err().to_string();
    assert!(neither.contains("SLACK_SIGNING_SECRET") && neither.contains("SLACK_APP_TOKEN"), "{neither}");
    let wrong = read(Some("xoxb-1"), Some("s")).unwrap_err().to_string();
    assert!(wrong.contains("starts with xapp-") && !wrong.contains("xoxb-1"), "{wrong}");
}

#[test]
fn a_key_of_the_audit_that_is_too_short_is_refused_and_not_shown() {
    let (long, short) = ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde");
    for (key, before, wrong) in [
        (Some(long), None, None),
        (Some(long), Some(long), None),
        (Some(long), Some("lost:0123456789ab"), None),
        (Some(short), None, Some("HOWLER_AUDIT_KEY ")),
        (Some(long), Some(short), Some("HOWLER_AUDIT_KEY_BEFORE ")),
    ] {
        let read = secrets::Secrets::read(|name| {
            let value = match name {
                "SLACK_BOT_TOKEN" => Some("xoxb-1"),
                "SLACK_SIGNING_SECRET" => Some("s"),
                "HOWLER_AUDIT_KEY" => key,
                "HOWLER_AUDIT_KEY_BEFORE" => before,
                _ => None,
            };
            value.map(str::to_owned)
        });
        let told = read.err().map(|error| error.to_string());
        assert_eq!(told.is_some(), wrong.is_some(), "{key:?} {before:?}");
        assert!(told.is_none_or(|told| told.starts_with(wrong.unwrap()) && !told.contains(short)));
    }
}

#[test]
fn the_shipped_example_is_what_howler_does_without_a_file() {
    let example = Config::parse(include_str!("../../howler.example.toml")).unwrap();
    assert_eq!(example, Config::default());
}

/// What stands in the shipped example behind `# ` is the runbook's dashboard (4.1), a port (5.2) and the site's health (4.3) once the signs are taken away.
#[test]
fn the_shipped_watches_are_the_runbooks_dashboard() {
    let text = include_str!("../../howler.example.toml");
    let begins = text.find("# [[watch]]").expect("the watches");
    let shipped: Vec<&str> = text[begins..].lines().take_while(|line| line.starts_with("# ")).collect();
    let shipped = shipped.iter().map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join("\n");
    assert_eq!(problems(&shipped), Vec::<String>::new());
    let config = Config::parse(&shipped).unwrap();
    let told: Vec<String> = config
        .watches
        .iter()
        .map(|watch| {
            let said = |level| watch.rules.of(level).map(|rule| rule.to_string()).unwrap_or_default();
            format!("{}: {}; {}", watch.spoken(), said(Level::Warning), said(Level::Critical))
        })
        .collect();
    assert_eq!(
        told,
        [
            "Response time p99: > 500 ms for 5m; > 1000 ms for 5m",
            "Error rate: > 1 % for 5m; > 5 % for 5m",
            "Active witnesses: < 5 for 1h; < 1 for 1h",
            "Agent run success: < 90 %; < 80 %",
            "Bundle size: > 200 KB; > 300 KB",
            "Websocket connections: < 10; < 1",
            "Redis port: ; != \"open\" for 2m",
            "Readiness: ; != 200 for 2m",
        ]
    );
    // By its name each is as bad as the matrix says.
    let at = jiff::Timestamp::UNIX_EPOCH;
    let severities = |watch: &Watch, level| {
        let change = Change::Began { level, since: at };
        judge(&signal(watch, &change, &Reading::Number(0.0)), &config.alerts, at)
    };
    let found: Vec<String> = config
        .watches
        .iter()
        .take(6)
        .map(|watch| {
            let [warning, critical] = Level::ALL.map(|level| severities(watch, level));
            assert!(matches!(warning.by, By::BuiltIn(_)) && matches!(critical.by, By::BuiltIn(_)));
            format!("{} {}", warning.severity, critical.severity)
        })
        .collect();
    assert_eq!(found, ["P3 P2", "P2 P1", "P2 P1", "P3 P2", "P4 P3", "P3 P1"]);
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let text = "[channels]\nemergencis = \"#x\"\nmetrics = 3\n\n[severity.P5]\npath = []\n[severity.P1]\n\
                respond_within = \"soon\"\npath = [\n  \"a\",\n  3,\n]\n[mentons]\n";
    let found = problems(text);
    let starts = ["line 2: channels.emergencis", "line 3: channels.metrics", "line 5: severity.P5"];
    let more = ["line 8: severity.P1.respond_within", "line 9: severity.P1.path", "line 13: mentons"];
    for start in starts.iter().chain(&more) {
        assert!(found.iter().any(|line| line.starts_with(start)), "{start} in {found:#?}");
    }
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found.iter().all(|line| !line.contains('\n')));
}

#[test]
fn text_that_is_no_toml_is_one_line_a_mistake() {
    let found = problems("[channels\nmetrics = \"#m\"\n\n[mentions]\noncall = @x\n");
    assert!(found.iter().any(|line| line.starts_with("line 1")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("line 5")), "{found:#?}");
}

#[test]
fn values_that_cannot_be_meant_are_told() {
    for (text, part) in [
        ("[rotation]\nzone = \"Mars\"", "not a time zone"),
        ("[rotation]\nhandoff = \"sometimes\"", "not a hand-over"),
        ("[rotation]\nmembers = [\"@ian\"]", "not a person's id"),
        ("[backup]\nrepository = \"monkeytown\"", "owner/name"),
        ("[runbook]\nvercel_project = \"a/b\"", "is no name"),
        ("[runbook]\norganisation = \"..\"", "is no name"),
        ("[runbook.acts_as]\nian = \"ian@x\"", "not a person's id"),
        ("[runbook.acts_as]\nU0IAN = \"--as-group=x\"", "not a person's name in the cluster"),
        ("[runbook.acts_as]\nU0IAN = \"ian root\"", "not a person's name in the cluster"),
        ("[runbook.acts_as]\nU0IAN = \"\"", "not a person's name in the cluster"),
        ("[runbook.acts_as]\nU0IAN = \"system:admin\"", "not a person's name in the cluster"),
        ("[runbook.acts_as]\nU0IAN = \"a@x\"\nU0MAYA = \"a@x\"", "is given to two people"),
        ("[runbook]\nrepository = \"monkeytown\"", "owner/name"),
        ("[channels]\nmetrics = \"#\"", "channels.metrics"),
    ] {
        let found = problems(text);
        assert!(matches!(found.as_slice(), [only] if only.contains(part)), "{text}: {found:#?}");
    }
    assert_eq!(problems(include_str!("../../howler.example.toml")), Vec::<String>::new());
    assert_eq!(problems(""), Vec::<String>::new());
}

#[test]
fn the_backup_repository_is_a_name_or_off() {
    let backup = |toml: &str| Config::parse(toml).map(|config| config.backup);
    let built_in = Backup::default();
    assert_eq!(built_in.repository.name(), Some("anomalyco/monkeytown"));
    assert_eq!(built_in.after.0, SignedDuration::from_mins(2));
    let off = backup("[backup]\nrepository = \"off\"").unwrap();
    assert_eq!(off.repository.name(), None);
    let other = backup("[backup]\nrepository = \"o-x/r.y_z\"\nafter = \"90s\"").unwrap();
    assert_eq!((other.repository.name(), other.after.0.as_secs()), (Some("o-x/r.y_z"), 90));
    for wrong in ["monkeytown", "a/b/c", "a/", "/b", "a/b?c", "../b", "a/..", "https://github.com/a/b", ""] {
        let error = backup(&format!("[backup]\nrepository = \"{wrong}\"")).unwrap_err();
        assert!(error.contains("owner/name"), "{wrong}: {error}");
    }
}

#[test]
fn whom_checks_ask_is_a_name_or_off() {
    let rules = |toml: &str| Config::parse(&format!("[runbook]\n{toml}")).unwrap().runbook;
    let built_in = rules("");
    assert_eq!(built_in.organisation(), Some("anomalyco"));
    assert_eq!((built_in.vercel_project.as_deref(), built_in.vercel_team), (Some("monkeytown-web"), None));
    let off = rules("repository = \"off\"\nvercel_project = \"off\"");
    assert_eq!(
        (off.repository.name(), off.organisation(), off.vercel_project.as_deref()),
        (None, None, None)
    );
    let other = rules("repository = \"o/r\"\norganisation = \"p\"\nvercel_team = \"team_1\"");
    assert_eq!((other.organisation(), other.vercel_team.as_deref()), (Some("p"), Some("team_1")));
}

/// And the vendors are the runbook's dependencies (5.3).
#[test]
fn the_shipped_vendors_are_the_runbooks_dependencies() {
    let text = include_str!("../../howler.example.toml");
    let begins = text.find("# [[vendor]]").expect("the vendors");
    let shipped: Vec<&str> = text[begins..].lines().take_while(|line| line.starts_with("# ")).collect();
    let shipped = shipped.iter().map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join("\n");
    assert_eq!(problems(&shipped), Vec::<String>::new());
    let config = Config::parse(&shipped).unwrap();
    let told: Vec<String> =
        config.vendors.iter().map(|vendor| format!("{}: {}", vendor.name, vendor.url)).collect();
    assert_eq!(
        told,
        [
            "GitHub: https://www.githubstatus.com",
            "Vercel: https://www.vercel-status.com",
            "Cloudflare: https://www.cloudflarestatus.com",
            "OpenAI: https://status.openai.com",
        ]
    );
}
