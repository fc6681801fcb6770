//! What was seen and taken, and whom to notify.

use crate::report::exposure_words::{parts, reasons};
use crate::report::model::{Account, Counterparty, Exposure, Range, Report};
use crate::report::screen::thousands;

/// People to notify that are listed; the table beside the report has all.
const PEOPLE: usize = 300;

/// What one intruder, or those of one incident, saw and took.
pub(super) struct Take<'r> {
    /// The account, or the incident as a whole.
    pub(super) whose: String,
    /// What, in words.
    pub(super) parts: Vec<String>,
    /// Why its numbers have room.
    pub(super) reasons: Vec<String>,
    /// The records behind it.
    pub(super) evidence: &'r [String],
    /// How many records there are.
    pub(super) evidence_total: u64,
}

/// Somebody to notify.
pub(super) struct Told<'r> {
    /// Who.
    pub(super) person: &'r Counterparty,
    /// Mails of the intruder's, and mails accessed, in digits.
    pub(super) numbers: (String, String),
}

/// The part of the page on what was seen and taken.
pub(super) struct Taken<'r> {
    /// By account, then by incident of several accounts.
    pub(super) takes: Vec<Take<'r>>,
    /// People to notify.
    pub(super) told: Vec<Told<'r>>,
    /// People for whom there is no room.
    pub(super) more: u64,
}

impl<'r> Taken<'r> {
    pub(super) fn of(report: &'r Report, order: &[&'r Account]) -> Taken<'r> {
        let accounts = order.iter().filter_map(|one| Some(take(one.account.clone(), one.exposure.as_ref()?)));
        let several = report.incidents.iter().filter(|incident| incident.accounts.len() > 1);
        let incidents = several.filter_map(|one| Some(take(format!("{} in all", one.id), one.exposure.as_ref()?)));
        let people: Vec<&Counterparty> = report.incidents.iter().flat_map(|incident| &incident.counterparties).collect();
        let told = people.iter().take(PEOPLE).map(|person| Told { person, numbers: (range(person.mails_got), range(person.mails_read)) });
        Taken { takes: accounts.chain(incidents).collect(), told: told.collect(), more: people.len().saturating_sub(PEOPLE) as u64 }
    }
}

impl Taken<'_> {
    /// How many people are to be notified.
    pub(super) fn people(&self) -> u64 {
        self.told.len() as u64 + self.more
    }
}

fn take(whose: String, exposure: &Exposure) -> Take<'_> {
    let (parts, reasons) = (parts(exposure), reasons(exposure));
    Take { whose, parts, reasons, evidence: &exposure.evidence, evidence_total: exposure.evidence_total }
}

/// `3`, `3 to 5`; nothing for none.
fn range(range: Range) -> String {
    match (range.at_least, range.at_most) {
        (_, 0) => String::new(),
        (least, most) if least == most => thousands(most),
        (least, most) => format!("{} to {}", thousands(least), thousands(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::forest::in_order;
    use crate::report::samples;

    #[test]
    fn numbers_keep_their_room_and_every_person_over_the_limit_is_counted() {
        let mut report = samples::cascade();
        let taken = Taken::of(&report, &in_order(&report));
        assert!(taken.takes[0].parts.iter().any(|part| part.contains("794 to 801 mails sent")), "{:?}", taken.takes[0].parts);
        assert!(
            taken.takes[0].reasons.iter().any(|reason| reason.starts_with("7 acts may be the owner's (")),
            "{:?}",
            taken.takes[0].reasons
        );
        let person = Counterparty { mails_got: Range { at_least: 1, at_most: 2 }, ..Counterparty::default() };
        for (people, more) in [(PEOPLE, 0), (PEOPLE + 1, 1)] {
            report.incidents[0].counterparties = vec![person.clone(); people];
            let taken = Taken::of(&report, &in_order(&report));
            assert_eq!((taken.told.len(), taken.more, taken.people()), (PEOPLE, more, people as u64));
            assert_eq!(taken.told[0].numbers, ("1 to 2".to_owned(), String::new()));
        }
    }
}
