//! What vendors say on their status pages: kept, and told on the timelines of what is open. It opens nothing and pages nobody.

use ::watch::vendor::{Vendor, VendorRead, VendorRow};
use domain::aggregate::Cause;
use domain::alert::signal::Source;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::text::{TEXT_MOST, shorten};
use domain::vendor::{VendorSays, VendorStands};
use store::StoreError;

use super::Draft;
use crate::book::{Book, newest};
use config::Config;

/// At so many open incidents it is told.
const TOLD: usize = 10;

/// What is known of a vendor, as the configuration says it now.
fn row<'b>(book: &'b Book<'_>, vendor: &Vendor) -> Option<&'b VendorRow> {
    book.state.vendors.get(&vendor.name).filter(|row| row.of == vendor.fingerprint())
}

/// How all vendors stand, as the configuration names them.
pub fn stand(book: &Book<'_>, config: &Config) -> Vec<VendorStands> {
    let stands = config.vendors.iter().map(|vendor| match row(book, vendor) {
        Some(row) => row.stands(vendor, book.now),
        None => VendorRow::new(vendor).stands(vendor, book.now),
    });
    stands.collect()
}

/// What vendors say is wrong, of all of them or of those whose alerts come from `source`.
pub fn say(book: &Book<'_>, config: &Config, source: Option<Source>) -> Vec<VendorSays> {
    let vendors = config.vendors.iter().filter(|vendor| source.is_none() || vendor.source == source);
    vendors.flat_map(|vendor| row(book, vendor).map_or_else(Vec::new, |row| row.says(vendor))).collect()
}

impl Draft<'_> {
    /// Lets go of vendors that are read no longer.
    pub(super) fn tend_vendors(&mut self) {
        let config = self.config;
        let names = self.state.vendors.keys().filter(|name| config.vendor(name).is_none());
        for name in names.cloned().collect::<Vec<_>>() {
            self.vendors.insert(name, None);
        }
    }

    /// Takes in a look at a vendor's page. One of a vendor that is not read any more changes nothing.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn vendor(&mut self, read: &VendorRead) -> Result<(), StoreError> {
        self.whole(|draft| draft.vendor_it(read))
    }

    fn vendor_it(&mut self, read: &VendorRead) -> Result<(), StoreError> {
        let config = self.config;
        let Some(vendor) = config.vendor(&read.name) else { return Ok(()) };
        let known = match self.vendors.get(&read.name) {
            Some(known) => known.clone(),
            None => self.state.vendors.get(&read.name).cloned(),
        };
        let known = known.filter(|row| row.of == vendor.fingerprint());
        let mut row = known.unwrap_or_else(|| VendorRow::new(vendor));
        let over = row.take(vendor, &read.brought, read.at);
        let open = self.book().open();
        let is_open = |id: &IncidentId| open.iter().any(|incident| incident.id == *id);
        for trouble in over {
            for incident in trouble.told.iter().filter(|id| is_open(id)) {
                self.note(*incident, trouble.over(&vendor.name, self.now))?;
            }
        }
        for trouble in &mut row.troubles {
            trouble.told.retain(is_open);
            for incident in newest(&open).take(TOLD) {
                if !trouble.told.contains(&incident.id) {
                    self.note(incident.id, trouble.line(&vendor.name, self.now))?;
                    trouble.told.push(incident.id);
                }
            }
        }
        self.vendors.insert(read.name.clone(), Some(row));
        Ok(())
    }

    fn note(&mut self, incident: IncidentId, text: String) -> Result<(), StoreError> {
        let kind = EventKind::Noted { text: shorten(&text, TEXT_MOST) };
        self.record::<Incident>(incident, &Cause::howler(), kind)
    }
}
