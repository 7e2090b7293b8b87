//! Vendors' status pages: whether each can be read, and has the components that matter.

use futures_util::future::join_all;

use super::Line;
use ::watch::vendor::{Brought, Vendor, VendorRow};
use config::Config;
use jiff::Timestamp;
use watcher::Pages;

/// A line for each vendor, with what its page says.
pub async fn lines(config: &Config, now: Timestamp) -> Vec<Line> {
    let pages = Pages::new(config);
    let lines = config.vendors.iter().map(async |vendor| line(vendor, &pages.look(vendor).await, now));
    join_all(lines).await
}

fn line(vendor: &Vendor, brought: &Brought, now: Timestamp) -> Line {
    let what = format!("vendor {}", vendor.name);
    let mut row = VendorRow::new(vendor);
    row.take(vendor, brought, now);
    let stands = row.stands(vendor, now);
    if let Some(why) = stands.why {
        return Line::fail(what, format!("nobody can tell: {why} ({})", vendor.url));
    }
    let says: Vec<String> = stands.says.into_iter().map(|says| says.what).collect();
    match says.is_empty() {
        true => {
            Line::ok(what, format!("it says that {} are well ({})", vendor.components.join(", "), vendor.url))
        }
        false => Line::note(what, format!("it says: {} ({})", says.join("; "), vendor.url)),
    }
}
