use crate::value::{Kind, Unit, Value, ValueProblem};

#[test]
fn numbers_as_people_write_them() {
    let (time, share, bytes, count) = (Kind::Time, Kind::Share, Kind::Bytes, Kind::Count);
    for (text, number, kind, shown) in [
        ("500ms", 0.5, time, "500 ms"),
        ("1.2 s", 1.2, time, "1.2 s"),
        ("90 s", 90.0, time, "90 s"),
        ("5 min", 300.0, time, "5 min"),
        ("3h", 10_800.0, time, "3 h"),
        ("21 days", 1_814_400.0, time, "21 d"),
        ("250us", 0.000_25, time, "250 µs"),
        ("0s", 0.0, time, "0 s"),
        ("80 %", 0.8, share, "80 %"),
        ("57%", 0.57, share, "57 %"),
        ("99.95 percent", 0.9995, share, "99.95 %"),
        ("0.8 ratio", 0.8, share, "80 %"),
        ("64 KB", 64_000.0, bytes, "64 KB"),
        ("200kb", 200_000.0, bytes, "200 KB"),
        ("2MiB", 2_097_152.0, bytes, "2.097 MB"),
        ("17 B", 17.0, bytes, "17 B"),
        ("5", 5.0, count, "5"),
        ("-3.5", -3.5, count, "-3.5"),
        ("+1_000", 1_000.0, count, "1000"),
        ("1e3", 1_000.0, count, "1000"),
        ("1e3ms", 1.0, time, "1 s"),
        ("10k", 10_000.0, count, "10000"),
        ("2M", 2_000_000.0, count, "2000000"),
        (" .5 ", 0.5, count, "0.5"),
    ] {
        let value = Value::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!((value.number, value.kind), (number, kind), "{text}");
        assert_eq!(value.to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_number_says_why() {
    for (text, why) in [
        ("", "a number is missing"),
        ("fast", "`fast` is not a number"),
        ("1,000ms", "a comma can mean two things"),
        ("5 parsecs", "`parsecs` is not a unit"),
        ("5 Mb", "`Mb` is not a unit"),
        ("NaN", "is not a number"),
        ("inf", "is not a number"),
        ("1e999", "not a number that can be compared"),
        (".", "is not a number"),
        ("-", "is not a number"),
        ("5e", "`e` is not a unit"),
        ("ms", "is not a number"),
        ("5 %%", "`%%` is not a unit"),
    ] {
        let problem = Value::parse(text).unwrap_err().to_string();
        assert!(problem.contains(why), "{text}: {problem}");
    }
}

#[test]
fn values_are_shown_with_the_digits_that_count() {
    for (number, kind, shown) in [
        (0.498_723_412, Kind::Time, "498.7 ms"),
        (1.234_567, Kind::Time, "1.235 s"),
        (0.123_456, Kind::Share, "12.35 %"),
        (1_234_567.0, Kind::Count, "1234567"),
        (2.345_678, Kind::Count, "2.346"),
        (0.000_000_12, Kind::Count, "1.200e-7"),
        (-0.0, Kind::Count, "0"),
        (1e18, Kind::Count, "1.000e18"),
        (999.0, Kind::Bytes, "999 B"),
        (1_500_000.0, Kind::Bytes, "1.5 MB"),
        (1e-10, Kind::Time, "0.1 ns"),
    ] {
        assert_eq!(Value { number, kind }.to_string(), shown);
    }
}

#[test]
fn a_unit_alone() {
    assert_eq!(Unit::parse("ms").unwrap().of(250.0), Value { number: 0.25, kind: Kind::Time });
    assert_eq!(Unit::parse(" % ").unwrap().of(29.0).number, 0.29);
    assert_eq!(Unit::parse("").unwrap(), Unit::PLAIN);
    assert_eq!(Unit::parse("seconds").unwrap(), Unit::SECONDS);
    assert_eq!(Unit::parse("furlong").unwrap_err(), ValueProblem::Unit { unit: "furlong".into() });
}

proptest::proptest! {
    /// Whatever is typed is read or told, and what is read can be compared.
    #[test]
    fn any_text_is_a_value_or_a_problem(text in "\\PC{0,12}|[-+0-9._e]{0,8} ?[a-zA-Zµ%]{0,4}") {
        if let Ok(value) = Value::parse(&text) {
            proptest::prop_assert!(value.number.is_finite());
        }
    }

    /// What is shown is read again as nearly the same.
    #[test]
    fn what_is_shown_can_be_typed(number in 1e-3..1e9_f64, kind in 0..4_usize) {
        let kind = [Kind::Time, Kind::Share, Kind::Bytes, Kind::Count][kind];
        let again = Value::parse(&Value { number, kind }.to_string()).unwrap();
        proptest::prop_assert_eq!(again.kind, kind);
        proptest::prop_assert!((again.number - number).abs() <= number * 1e-2, "{} {}", again.number, number);
    }
}
