//! Each account with its reasons: verdict, terms, addresses, sign-ins, mails.

use super::axis::share;
use super::bars::{self, Run};
use super::drawing::Drawing;
use crate::report::model::{Account, SignInPlace, Term, Verdict};
use crate::report::phrases;
use crate::report::screen::{Clock, percent, thousands};
use chrono_tz::Tz;

/// A term of the score with its picture.
pub(super) struct TermLine<'r> {
    /// The term.
    pub(super) term: &'r Term,
    /// Its decibans with their sign.
    pub(super) db: String,
    /// The same as a bar.
    pub(super) bar: String,
}

/// Sign-ins from one network with their picture.
pub(super) struct PlaceLine<'r> {
    /// The group.
    pub(super) place: &'r SignInPlace,
    /// `Nigeria, AS29465 MTN`.
    pub(super) name: String,
    /// Succeeded and failed, in digits.
    pub(super) numbers: (String, String),
    /// First and last.
    pub(super) when: String,
    /// The number as a bar.
    pub(super) bar: String,
}

/// An account with everything that is shown of it.
pub(super) struct Sheet<'r> {
    /// The account.
    pub(super) account: &'r Account,
    /// Its element id.
    pub(super) id: String,
    /// How sure the verdict is.
    pub(super) sure: String,
    /// The score with its sign.
    pub(super) score: String,
    /// Since when, until when.
    pub(super) span: String,
    /// Terms, largest first.
    pub(super) terms: Vec<TermLine<'r>>,
    /// Addresses of the intruder: address, place, when, acts.
    pub(super) addresses: Vec<[String; 4]>,
    /// Sign-ins by network.
    pub(super) places: Vec<PlaceLine<'r>>,
    /// Networks that are not listed.
    pub(super) more_places: u64,
    /// Runs of mails.
    pub(super) runs: Vec<Run>,
    /// Mails in runs that are not drawn.
    pub(super) more_mails: u64,
}

impl<'r> Sheet<'r> {
    pub(super) fn new(account: &'r Account, number: usize, clock: &Clock, zone: Tz) -> Sheet<'r> {
        let activity = account.activity.as_ref();
        let mails = activity.map(|activity| activity.mails_by_minute.as_slice()).unwrap_or_default();
        let (runs, more_mails) = bars::runs(mails, clock, zone);
        let groups = activity.map(|activity| activity.sign_ins.as_slice()).unwrap_or_default();
        let most = groups.iter().map(attempts).max().unwrap_or(1);
        let heaviest = account.terms.iter().map(|term| term.db.abs()).fold(1.0, f64::max);
        let terms = account.terms.iter().map(|term| TermLine { term, db: signed(term.db), bar: weight(term.db, heaviest) });
        Sheet {
            account,
            id: format!("account-{number}"),
            sure: percent(account.probability),
            score: signed(account.score_db),
            span: span(account, clock),
            terms: terms.collect(),
            addresses: account
                .intruder_addresses
                .iter()
                .map(|address| {
                    let when = address.first_at.as_deref().zip(address.last_at.as_deref());
                    let when = when.map_or_else(String::new, |(first, last)| clock.minutes(first, last));
                    [address.ip.clone(), phrases::place(address), when, thousands(address.events)]
                })
                .collect(),
            places: groups.iter().map(|place| place_line(place, most, clock)).collect(),
            more_places: activity.map_or(0, |activity| activity.sign_ins_total.saturating_sub(groups.len() as u64)),
            runs,
            more_mails,
        }
    }

    /// True where the account is taken, so that its sheet lies open.
    pub(super) fn is_taken(&self) -> bool {
        self.account.verdict == Verdict::Compromised
    }
}

fn span(account: &Account, clock: &Clock) -> String {
    match (account.compromised_at.as_deref(), account.last_intruder_at.as_deref()) {
        (Some(since), Some(last)) => format!("since {}, last act of the intruder {} {}", clock.full(since), clock.full(last), clock.zone()),
        (Some(since), None) => format!("since {} {}", clock.full(since), clock.zone()),
        (None, _) => String::new(),
    }
}

fn attempts(place: &SignInPlace) -> u64 {
    place.succeeded + place.failed
}

fn place_line<'r>(place: &'r SignInPlace, most: u64, clock: &Clock) -> PlaceLine<'r> {
    let network = [place.asn.map(|asn| format!("AS{asn}")), place.as_org.clone()];
    let network: Vec<String> = network.into_iter().flatten().collect();
    let country = place.country.as_deref().map_or("country unknown", phrases::country);
    let name = if network.is_empty() { country.to_owned() } else { format!("{country}, {}", network.join(" ")) };
    let when = place.first_at.as_deref().zip(place.last_at.as_deref());
    PlaceLine {
        place,
        name,
        numbers: (thousands(place.succeeded), thousands(place.failed)),
        when: when.map_or_else(String::new, |(first, last)| clock.minutes(first, last)),
        bar: frequency(place, most),
    }
}

/// Decibans as a bar to the right, or to the left where they speak for the owner.
fn weight(db: f64, heaviest: f64) -> String {
    const HALF: f64 = 70.0;
    let length = (db.abs() / heaviest).min(1.0) * HALF;
    let mut drawing = Drawing::new("weight", (2.0 * HALF, 12.0), &format!("{} dB", signed(db)));
    drawing.line("rule", (HALF, 0.0), (HALF, 12.0));
    let left = if db < 0.0 { HALF - length } else { HALF };
    drawing.rect(if db < 0.0 { "for" } else { "against" }, (left, 2.0), (length.max(1.0), 8.0)).empty();
    drawing.finish()
}

/// A number of sign-ins as a bar, in the colour of whose they were; what failed is paler.
fn frequency(place: &SignInPlace, most: u64) -> String {
    const LENGTH: f64 = 140.0;
    let mut drawing = Drawing::new("frequency", (LENGTH, 12.0), &format!("{} sign-ins", attempts(place)));
    let all = (share(attempts(place), most) * LENGTH).max(2.0);
    let succeeded = if place.succeeded == 0 { 0.0 } else { (share(place.succeeded, most) * LENGTH).max(2.0) };
    drawing.rect(&format!("{} failed", place.actor.name()), (0.0, 2.0), (all, 8.0)).empty();
    drawing.rect(place.actor.name(), (0.0, 2.0), (succeeded, 8.0)).empty();
    drawing.finish()
}

/// A number with one decimal and its sign.
fn signed(value: f64) -> String {
    let text = format!("{value:+.1}");
    if text == "-0.0" { "+0.0".to_owned() } else { text.replace('-', "−") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn what_speaks_for_the_owner_lies_on_the_other_side() {
        assert!(weight(10.0, 20.0).contains(r#"class="against" x="70" y="2" width="35""#), "{}", weight(10.0, 20.0));
        assert!(weight(-20.0, 20.0).contains(r#"class="for" x="0" y="2" width="70""#), "{}", weight(-20.0, 20.0));
        assert_eq!((signed(-3.04), signed(0.0), signed(-0.01)), ("−3.0".to_owned(), "+0.0".to_owned(), "+0.0".to_owned()));
    }

    #[test]
    fn every_term_is_listed_and_the_heaviest_fills_its_side() {
        let report = samples::cascade();
        let clock = Clock::new(&report, Tz::UTC);
        let sheet = Sheet::new(&report.accounts[0], 0, &clock, Tz::UTC);
        assert_eq!((sheet.score.as_str(), sheet.terms.len()), ("+31.5", 4));
        let heaviest = sheet.terms.iter().find(|line| line.db == "+22.0").unwrap();
        assert!(heaviest.bar.contains("width=\"70\""), "{}", heaviest.bar);
    }
}
