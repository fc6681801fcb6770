//! The report as one page: everything in one file, nothing loaded, nothing run that is not its own.
//!
//! It is drawn from the report and nothing else, so the same evidence gives the same bytes. Without scripts the
//! whole story is there: pictures, reasons, and the first rows of the long tables; a script adds filters, search,
//! turning pages and a closer look at the lanes. Text from evidence is escaped by the templates ([`Visible`]) and
//! by what writes pictures and data; the page's policy forbids every other style and script.

mod accounts;
mod axis;
mod bars;
mod cascade;
mod drawing;
mod escape;
mod first;
mod lanes;
mod page;
mod pointers;
mod policy;
mod rows;
mod table;
mod taken;
#[cfg(test)]
mod tests;

pub use escape::Visible;

use super::model::Report;
use super::output::Output;
use super::screen::{Clock, ShortNames};
use askama::Template;
use chrono_tz::Tz;
use std::io;

/// Writes the page with its times in a zone, and completes the output.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, zone: Tz, mut output: Output) -> io::Result<()> {
    let (clock, names) = (Clock::new(report, zone), ShortNames::new(report));
    page::Page::new(report, &clock, &names, zone).write_into(&mut output)?;
    output.commit()
}
