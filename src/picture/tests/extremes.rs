//! Whatever is in a chart, it can be drawn, its texts can be read, and its words fit.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use watch::history::Point;
use watch::standing::Level;
use watch::threshold::Side;
use watch::value::Kind;

use super::samples::{at, day, limit, minutes, month, night, nothing, point};
use crate::{ALT_MOST, Chart, HEIGHT, Mark, WIDTH};

/// Every text is in the picture, and meets no other one.
fn can_be_read(chart: &Chart) -> Result<(), String> {
    let canvas = chart.canvas().map_err(|error| error.to_string())?;
    for (i, label) in canvas.labels.iter().enumerate() {
        let area = label.area;
        let within = area.left >= 0.0 && area.top >= 0.0;
        if !within || area.right > WIDTH as f32 || area.bottom > HEIGHT as f32 {
            return Err(format!("{label:?} leaves the picture"));
        }
        if let Some(other) = canvas.labels[..i].iter().find(|other| other.area.meets(&area)) {
            return Err(format!("{label:?} meets {other:?}"));
        }
    }
    let alt = chart.alt();
    let long = alt.chars().count();
    if !(20..=ALT_MOST).contains(&long) { Err(format!("{long} characters: {alt}")) } else { Ok(()) }
}

/// One chart with these values, a minute apart, until the end.
fn of(values: &[f64]) -> Chart {
    let chart = night();
    let first = chart.until - minutes(values.len() as i64);
    let points = (0..).zip(values).map(|(minute, value)| point(first + minutes(minute), 1, *value));
    let gaps = vec![(chart.from, first)];
    Chart { stretches: vec![points.collect()], gaps, ..chart }
}

pub fn all() -> Vec<(&'static str, Chart)> {
    let wide = "Response time of the checkout service behind the load balancer in the region eu-central-1 as seen by the \
        synthetic monitor that somebody set up in 2019 and that nobody dares to touch, at the ninety-ninth percentile";
    let crowd = |many: i64| {
        (0..many).map(|n| Mark { at: at("02:00") + minutes(n), words: format!("INC-{n} began") }).collect()
    };
    let spread = |chart: Chart, kind: Kind| Chart { kind, ..chart };
    vec![
        ("the night", night()),
        ("a day", day()),
        ("a month", month()),
        ("nothing", nothing()),
        ("no limit, nothing", Chart { limits: Vec::new(), ..nothing() }),
        ("one point", of(&[0.42])),
        ("one point, no limit", Chart { limits: Vec::new(), ..of(&[0.42]) }),
        ("all alike", of(&[0.42; 60])),
        ("all zero", of(&[0.0; 60])),
        ("tiny", of(&[1e-9, 2e-9, 3e-9])),
        ("tiny count", spread(of(&[1e-9, 2e-9, 3e-9]), Kind::Count)),
        ("tiny to huge", of(&[1e-9, 1e12, 1e-9, 1e12])),
        ("huge count", spread(of(&[1e12, 1.000001e12]), Kind::Count)),
        ("huge bytes", spread(of(&[1e-9, 1e12]), Kind::Bytes)),
        ("beyond", spread(of(&[-1.7e308, 1.7e308]), Kind::Count)),
        ("negative", spread(of(&[-5.0, -3.0, -8.0, -1.0]), Kind::Count)),
        ("around zero", spread(of(&[-5.0, 3.0, -8.0, 1.0]), Kind::Count)),
        ("no numbers", of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY])),
        ("a long title", Chart { title: wide.chars().take(200).collect(), ..night() }),
        ("a title of wide signs", Chart { title: "W".repeat(200), ..night() }),
        (
            "signs that the font lacks",
            Chart {
                title: "延迟 p99 🔥 задержка ταχύτητα \u{202e}abc\u{202c} e\u{301}\u{200d}".into(),
                ..night()
            },
        ),
        ("no title", Chart { title: String::new(), ..night() }),
        ("a crowd of marks", Chart { marks: crowd(12), ..night() }),
        (
            "marks at the edges",
            Chart {
                marks: vec![
                    Mark { at: night().from, words: "INC-1 began".into() },
                    Mark { at: night().until, words: "INC-1 ended".into() },
                ],
                ..night()
            },
        ),
        (
            "limits side by side",
            Chart {
                limits: vec![
                    limit(Level::Warning, Side::Above, 0.99),
                    limit(Level::Critical, Side::Above, 1.0),
                ],
                ..night()
            },
        ),
        ("a limit far away", Chart { limits: vec![limit(Level::Critical, Side::Above, 1e9)], ..night() }),
        ("a limit far below", Chart { limits: vec![limit(Level::Critical, Side::Below, -1e9)], ..night() }),
        (
            "one number is right",
            spread(
                Chart {
                    limits: vec![limit(Level::Critical, Side::IsNot, 200.0)],
                    ..of(&[200.0, 200.0, 503.0, 503.0, 200.0])
                },
                Kind::Count,
            ),
        ),
        ("no span", Chart { until: night().from, ..night() }),
        ("a minute", Chart { from: night().until - minutes(1), ..night() }),
        (
            "thirty days of minutes",
            Chart { from: night().until - SignedDuration::from_hours(720), ..night() },
        ),
    ]
}

#[test]
fn extremes_can_be_read() {
    for (name, chart) in all() {
        can_be_read(&chart).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}

/// With `PICTURES=` a folder, all of them are written there, to be looked at.
#[test]
fn extremes_are_drawn() {
    let Ok(folder) = std::env::var("PICTURES") else { return };
    let Ok(folder) = std::fs::canonicalize(folder) else { return };
    for (name, chart) in all() {
        std::fs::write(folder.join(format!("{}.png", name.replace(' ', "-"))), chart.draw().unwrap().png)
            .unwrap();
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Time), Just(Kind::Share), Just(Kind::Bytes), Just(Kind::Count)]
}

fn sides() -> impl Strategy<Value = Side> {
    prop_oneof![
        Just(Side::Above),
        Just(Side::AtLeast),
        Just(Side::Below),
        Just(Side::AtMost),
        Just(Side::Is),
        Just(Side::IsNot)
    ]
}

fn numbers() -> impl Strategy<Value = f64> {
    (-9_i32..13, -10.0..10.0_f64).prop_map(|(ten, number)| number * 10_f64.powi(ten))
}

prop_compose! {
    fn charts()(
        kind in kinds(),
        per_second in any::<bool>(),
        title in ".{0,200}",
        span in 1_i64..43_200,
        long in prop_oneof![Just(1_i64), Just(5), Just(60)],
        stretches in proptest::collection::vec((0_i64..43_200, proptest::collection::vec((numbers(), numbers()), 1..40)), 0..5),
        limits in proptest::collection::vec((any::<bool>(), sides(), numbers()), 0..3),
        marks in proptest::collection::vec((0_i64..43_200, ".{0,40}"), 0..6),
    ) -> Chart {
        let until = at("02:20");
        let from = until - minutes(span);
        let mut start = from - minutes(5);
        let stretches: Vec<Vec<Point>> = stretches.into_iter().map(|(after, values)| {
            start += minutes(after % span + 2);
            values.into_iter().map(|(one, other)| {
                let from = start;
                start += minutes(long);
                let mean = one / 2.0 + other / 2.0;
                Point { from, until: start, min: one.min(other), max: one.max(other), mean, last: one }
            }).collect()
        }).collect();
        let ends = |stretch: &Vec<Point>| Some((stretch.first()?.from, stretch.last()?.until));
        let seen: Vec<(Timestamp, Timestamp)> = stretches.iter().filter_map(ends).collect();
        let gaps = seen.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
        let level = |is_critical| if is_critical { Level::Critical } else { Level::Warning };
        let limits = limits.into_iter().map(|(critical, side, number)| limit(level(critical), side, number)).collect();
        let marks = marks.into_iter().map(|(after, words)| Mark { at: from + minutes(after % (span + 1)), words }).collect();
        Chart { title, kind, per_second, from, until, stretches, gaps, limits, marks }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_comes_can_be_read(chart in charts()) {
        prop_assert_eq!(can_be_read(&chart), Ok(()));
    }
}
