//! The three published incidents, each in an invented company.

pub mod account_a_b_c;
pub mod mfa_fatigue;
pub mod perfectdata;

use chrono::NaiveDate;

use crate::simulation::export::Exported;
use crate::simulation::tenant::{App, Place};

/// A folder under `examples/` and what makes its files.
pub struct Case {
    /// Name of the folder, with `/` for folders in it.
    pub name: &'static str,
    /// Makes the files.
    pub make: fn() -> Vec<Exported>,
}

/// Every folder.
pub const CASES: &[Case] = &[
    Case { name: "account-a-b-c", make: account_a_b_c::files },
    Case { name: "perfectdata", make: perfectdata::networks },
    Case { name: "perfectdata/mass-mailing", make: perfectdata::mass_mailing },
    Case { name: "perfectdata/consent-only", make: perfectdata::consent_only },
    Case { name: "mfa-fatigue", make: mfa_fatigue::files },
];

/// An honest scheduling service that people connect to their calendar. Invented.
const SCHEDULING: crate::simulation::directory::ThirdParty = crate::simulation::directory::ThirdParty {
    app: App { id: "6d3f0c52-1b7e-4c0a-9a55-0f2c7d9be114", name: "Slotwell Scheduling" },
    address: "https://app.slotwell.example/signin",
    scopes: "Calendars.ReadWrite offline_access openid profile User.Read",
};

/// A day.
fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The days from one to another, both included.
fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |day| *day <= to)
}

/// A place of which the log knows only the country.
fn somewhere(ip: &str, asn: u32, city: &'static str, country: &'static str, coordinates: (i32, i32)) -> Place {
    Place { ip: ip.to_owned(), asn, city, state: city, country, coordinates }
}
