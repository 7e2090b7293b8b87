//! What is watched: every answer.

use jiff::SignedDuration;

use super::{Named, Texts, at};
use crate::Via;
use domain::alert::signal::Source;
use domain::answer::Private;
use domain::feature::FeatureAnswer;
use domain::metrics::{Course, Metric, MetricsAnswer, RunsOut, Spans, Stands, USUAL, Went};
use domain::vendor::{VendorSays, VendorStands};

fn metric(name: &str, stands: Stands, texts: &Texts) -> Metric {
    let why = (stands == Stands::CannotTell).then(|| texts.text.clone());
    Metric {
        name: name.to_owned(),
        stands,
        value: Some("640 ms".to_owned()),
        at: Some(at("02:59")),
        why,
        hour: Some(("210 ms".to_owned(), "1.2 s".to_owned())),
    }
}

fn spans(many: usize) -> Spans {
    let all: Vec<_> = (0..many).map(|_| (at("01:10"), at("01:40"))).collect();
    Spans::of(&all, 5)
}

fn course(stands: Stands, over: usize, gaps: usize, texts: &Texts) -> Course {
    let went = Went {
        lowest: ("210 ms".to_owned(), at("01:10")),
        middle: "320 ms".to_owned(),
        highest: ("1.2 s".to_owned(), at("02:20")),
        over: vec![
            ("warning (over 500 ms for 5 min)".to_owned(), spans(over)),
            ("critical (over 1 s for 5 min)".to_owned(), spans(over / 2)),
        ],
    };
    Course {
        metric: metric("response-time-p99", stands, texts),
        asked: texts.text.clone(),
        from: at("00:00"),
        until: at("03:00"),
        begins: (gaps == 0).then(|| at("00:30")),
        went: Some(went),
        gaps: spans(gaps),
        words: false,
    }
}

/// What a vendor says.
pub fn vendor_says(texts: &Texts) -> VendorSays {
    VendorSays {
        vendor: "GitHub".to_owned(),
        what: texts.title.clone(),
        since: at("02:10"),
        link: Some("https://stspg.io/4f7ltd0".to_owned()),
        source: Some(Source::GitHub),
    }
}

fn vendors(texts: &Texts) -> Vec<VendorStands> {
    let of = |name: &str, many: usize, why: Option<&String>| VendorStands {
        name: name.to_owned(),
        says: vec![vendor_says(texts); many],
        why: why.cloned(),
        at: Some(at("02:59")),
    };
    let why = Some(&texts.text);
    vec![of("Vercel", 0, None), of("GitHub", 1, None), of("Cloudflare", 0, why), of("OpenAI", 5, why)]
}

fn certificates(many: usize, texts: &Texts) -> Vec<RunsOut> {
    let one = |at: usize| RunsOut {
        host: format!("api-{at}.monkeytown.ai"),
        stands: if at.is_multiple_of(2) {
            "43 days left, until 2027-01-06".into()
        } else {
            texts.text.clone()
        },
        is_well: at.is_multiple_of(2),
    };
    (0..many).map(one).collect()
}

fn answers(texts: &Texts) -> Vec<(&'static str, MetricsAnswer)> {
    let now = at("03:00");
    let some = vec![
        metric("database-pool", Stands::CannotTell, texts),
        metric("error-rate", Stands::Critical, texts),
        metric("response-time-p99", Stands::Warning, texts),
        Metric { hour: Some(("3".into(), "3".into())), ..metric("requests", Stands::Fine, texts) },
        Metric { value: None, at: None, hour: None, ..metric("new", Stands::CannotTell, texts) },
    ];
    let many =
        (0..100).map(|_| metric("response-time-p99-of-a-service", Stands::CannotTell, texts)).collect();
    let names = |many: usize| (0..many).map(|at| format!("response-time-p{}", 99 - at)).collect();
    let nothing = Course { went: None, begins: None, ..course(Stands::CannotTell, 0, 1, texts) };
    vec![
        (
            "metrics, none",
            MetricsAnswer::All { metrics: Vec::new(), vendors: Vec::new(), certificates: Vec::new(), now },
        ),
        (
            "metrics",
            MetricsAnswer::All {
                metrics: some,
                vendors: vendors(texts),
                certificates: certificates(2, texts),
                now,
            },
        ),
        (
            "metrics, many",
            MetricsAnswer::All {
                metrics: many,
                vendors: vendors(texts),
                certificates: certificates(40, texts),
                now,
            },
        ),
        ("a metric", MetricsAnswer::One(Box::new(course(Stands::Fine, 0, 0, texts)))),
        ("a metric with gaps", MetricsAnswer::One(Box::new(course(Stands::Warning, 12, 2, texts)))),
        ("a metric that nobody saw", MetricsAnswer::One(Box::new(nothing.clone()))),
        ("a metric of words", MetricsAnswer::One(Box::new(Course { words: true, ..nothing }))),
        ("which metric", MetricsAnswer::Which { typed: texts.title.clone(), names: names(2), span: USUAL }),
        (
            "which metric of many",
            MetricsAnswer::Which {
                typed: "p".into(),
                names: names(9),
                span: SignedDuration::from_hours(168),
            },
        ),
        ("no such metric", MetricsAnswer::NoSuch { typed: texts.title.clone(), near: names(2) }),
        ("no metric near", MetricsAnswer::NoSuch { typed: "x".into(), near: Vec::new() }),
    ]
}

pub fn metrics(texts: &Texts) -> Vec<Named> {
    let answers = answers(texts).into_iter().map(|(name, answer)| {
        let answer = Private::Feature(Box::new(FeatureAnswer::Metrics(answer)));
        (name, crate::private(&answer, Via::Slash))
    });
    answers.collect()
}
