//! Whose a list is.

use super::{GOOD, faults};

#[test]
fn a_deployment_is_named_of_a_list_of_objects_and_of_nothing_else() {
    let log = "run = [\"kubectl\", \"logs\", \"-l\", \"app=queue\", \"--since=10m\"]\nexpect = { \"count:ERROR\" = { max = 0 } }\n";
    let good = "run = [\"kubectl\", \"get\", \"pods\", \"-l\", \"app=queue\", \"-o\", \"json\"]\nof = \"queue\"\n\
                expect = { \"json:/items/*/status/phase\" = { one_of = [\"Running\"] } }\n";
    assert!(GOOD.contains(log));
    let with = |check: &str| faults(&GOOD.replace(log, check));
    assert_eq!(with(good), Vec::<String>::new());
    for (from, to) in [
        ("\"json\"", "\"wide\""),
        ("\"get\", \"pods\"", "\"describe\", \"pods\""),
        ("\"json:/items/*/status/phase\" = { one_of = [\"Running\"] }", "\"count:Running\" = { min = 1 }"),
        ("json:/items/*/status/phase", "json:/kind"),
        ("expect", "keep = { log = \"last line\" }\nexpect"),
    ] {
        assert!(good.contains(from), "{from}");
        let found = with(&good.replace(from, to));
        assert!(found.iter().any(|fault| fault.contains("`of` is for a list of objects")), "{to}: {found:?}");
    }
}
