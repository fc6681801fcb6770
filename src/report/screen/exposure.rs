//! What was seen and taken: a few lines for each compromised account.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::{count, thousands};
use crate::report::exposure_words::{parts, reasons};
use crate::report::model::{Account, Counterparty, Exposure};

/// Accounts that are shown; the rest on request.
const ACCOUNTS: usize = 8;
/// Reasons for the room of an account's numbers that are shown; the rest on request.
const REASONS: usize = 2;

impl View<'_> {
    /// One paragraph an account, then the incidents of several accounts together, then whom to notify.
    pub(super) fn exposure(&self, page: &mut Page<'_>) {
        let exposed: Vec<(&Account, &Exposure)> =
            self.order.iter().filter_map(|account| Some((*account, account.exposure.as_ref()?))).collect();
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
        let mut line = Line::new().add(Tone::Strong, name).plain("  ");
        for (number, part) in parts(exposure).iter().enumerate() {
            line.push(Tone::Plain, if number > 0 { "; " } else { "" });
            line.push(Tone::Plain, part);
        }
        page.wrap("  ", "    ", &line);
        let reasons = reasons(exposure);
        let shown = if self.look.verbose { reasons.len() } else { REASONS };
        if !reasons.is_empty() {
            let more = reasons.len().saturating_sub(shown);
            let mut words = reasons.into_iter().take(shown).collect::<Vec<_>>().join("; ");
            if more > 0 {
                words.push_str(&format!("; {}", count(more as u64, "more reason", "more reasons")));
            }
            page.wrap("    ", "    ", &Line::new().add(Tone::Dim, format!("not exact: {words}")));
        }
    }

    /// How many people got the intruder's mail, or had mail that was read.
    fn to_notify(&self, page: &mut Page<'_>) {
        let people = || self.report.incidents.iter().flat_map(|incident| &incident.counterparties);
        let number = |test: &dyn Fn(&Counterparty) -> bool| people().filter(|one| test(one)).count() as u64;
        let (outside, inside) = (number(&|one| !one.inside), number(&|one| one.inside));
        if inside + outside == 0 {
            return;
        }
        let (got, read) = (number(&|one| one.mails_got.at_most > 0), number(&|one| one.mails_read.at_most > 0));
        let mut line = Line::new().add(Tone::Strong, "to notify").plain("  ").plain(count(inside + outside, "person", "people"));
        line.push(Tone::Plain, format!(", {} outside and {} inside:", thousands(outside), thousands(inside)));
        if got > 0 {
            line.push(Tone::Plain, format!(" {} got such mail{}", thousands(got), if read > 0 { "," } else { "" }));
        }
        if read > 0 {
            line.push(Tone::Plain, format!(" mail of {} was or may have been read", thousands(read)));
        }
        page.wrap("  ", "    ", &line.add(Tone::Dim, " (counterparties.csv of -o DIR)"));
    }
}
