//! What was seen and taken: a few lines for each compromised account.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::count;
use crate::report::exposure_words::parts;
use crate::report::model::{Account, Exposure};

/// Accounts that are shown; the rest on request.
const ACCOUNTS: usize = 8;

impl View<'_> {
    /// One paragraph an account, then the incidents of several accounts together, then whom to notify.
    pub(super) fn exposure(&self, page: &mut Page<'_>) {
        let exposed: Vec<(&Account, &Exposure)> =
            self.report.accounts.iter().filter_map(|account| Some((account, account.exposure.as_ref()?))).collect();
        if exposed.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Seen and taken"));
        let shown = if self.look.verbose { exposed.len() } else { ACCOUNTS };
        for (account, exposure) in exposed.iter().take(shown) {
            self.taken(page, self.names.of(&account.account), exposure);
        }
        if exposed.len() > shown {
            let more = count((exposed.len() - shown) as u64, "more account", "more accounts");
            page.wrap("  ", "  ", &Line::new().add(Tone::Dim, format!("… {more}: -v shows them")));
        }
        for incident in self.report.incidents.iter().filter(|incident| incident.accounts.len() > 1) {
            if let Some(exposure) = &incident.exposure {
                self.taken(page, &format!("{} in all", incident.id), exposure);
            }
        }
        self.to_notify(page);
    }

    fn taken(&self, page: &mut Page<'_>, name: &str, exposure: &Exposure) {
        let words = parts(exposure, self.look.verbose).join("; ");
        page.wrap("  ", "    ", &Line::new().add(Tone::Strong, name).plain(": ").plain(words));
    }

    /// How many people got the intruder's mail, or had mail that was read.
    fn to_notify(&self, page: &mut Page<'_>) {
        let people = || self.report.incidents.iter().flat_map(|incident| &incident.counterparties);
        let (inside, outside) =
            people().fold((0, 0), |(inside, outside), one| if one.inside { (inside + 1, outside) } else { (inside, outside + 1) });
        if inside + outside > 0 {
            let got = people().filter(|one| one.mails_got.at_most > 0).count() as u64;
            let read = people().filter(|one| one.mails_read.at_most > 0).count() as u64;
            let words = format!(
                "to notify: {} ({outside} outside, {inside} inside): {got} got such mail, mail of {read} was or may have been read; \
                 counterparties.csv of -o DIR names them",
                count(inside + outside, "person", "people")
            );
            page.wrap("  ", "    ", &Line::new().plain(words));
        }
    }
}
