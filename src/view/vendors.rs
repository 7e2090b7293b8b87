//! What vendors say of themselves, and that their alerts may be late for it.

use jiff::Timestamp;

use crate::feature::alerts::source;
use crate::words::{Words, bold, near, words};
use domain::text::shorten;
use domain::vendor::{VendorSays, VendorStands};

/// Most of what a vendor wrote, and most that is told of one.
const WHAT: usize = 160;
const SAYS: usize = 3;

/// `GitHub says: Actions degraded since 02:10, https://...`; where alerts come from it, that they may be late.
pub fn says(says: &VendorSays, now: Timestamp) -> Words {
    let late = says.source.map(|from| words!["alerts of ", source(from), " may be late: "]);
    words!["⚠️ "]
        .and_if(late)
        .and(words![
            says.vendor.clone(),
            " says: ",
            shorten(&says.what, WHAT),
            " since ",
            near(says.since, now)
        ])
        .and_if(says.link.as_ref().map(|link| words![", ", link]))
}

/// The vendors, a line each.
pub fn lines(vendors: &[VendorStands], now: Timestamp) -> Vec<Words> {
    vendors.iter().map(|vendor| line(vendor, now)).collect()
}

fn line(vendor: &VendorStands, now: Timestamp) -> Words {
    let name = bold(vendor.name.clone());
    let wrong = vendor.says.iter().take(SAYS).map(|says| {
        let link = says.link.as_ref().map(|link| words![", ", link]);
        words![shorten(&says.what, WHAT), " since ", near(says.since, now)].and_if(link)
    });
    let wrong = Words::joined(wrong, "; ");
    let more = vendor.says.len().saturating_sub(SAYS);
    let wrong = wrong.and_if((more > 0).then(|| words![format!("; and {more} more")]));
    match (&vendor.why, vendor.says.is_empty()) {
        (None, true) => words![name, ": says that what matters is well"],
        (None, false) => words!["⚠️ ", name, " says: "].and(wrong),
        (Some(why), true) => {
            words!["⚠️ ", name, ": ", bold("cannot tell"), format!(": {}", shorten(why, WHAT))]
        }
        (Some(why), false) => words![
            "⚠️ ",
            name,
            ": ",
            bold("cannot tell"),
            format!(": {}; the last it said: ", shorten(why, WHAT))
        ]
        .and(wrong),
    }
}
