//! Rows of the tables of what was seen and taken, in full.

use super::Material;
use super::exposure::counterparties;
use crate::events::{AccountId, Detail};
use crate::exposure::{self, Exposure, File, Hold, Letter, Message, Read};
use crate::report::exposure_csv::{Sheet, Table};
use crate::report::output::Output;
use crate::report::scope::Scope;
use std::collections::BTreeSet;
use std::io;

/// Recipients that a cell names; the rest is counted in the next one.
const NAMED: usize = 50;

/// The rows of every table.
pub struct ExposureRows<'a> {
    /// What the report is made of.
    pub material: &'a Material<'a>,
    /// What of it was asked for, resolved.
    pub scope: &'a Scope,
}

impl ExposureRows<'_> {
    /// Writes a table and completes the output.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, table: Table, output: Output) -> io::Result<()> {
        let mut sheet = Sheet::begin(table, output)?;
        if table == Table::Counterparties {
            self.people(&mut sheet)?;
        } else {
            for (account, exposure) in &self.material.exposures.accounts {
                if self.scope.has_account(self.material.case.name(*account)) {
                    self.of_account(table, *account, exposure, &mut sheet)?;
                }
            }
        }
        sheet.end()
    }

    fn of_account(&self, table: Table, account: AccountId, exposure: &Exposure, sheet: &mut Sheet) -> io::Result<()> {
        let in_span = |event: u32| self.material.time_of(event).is_none_or(|time| self.scope.has_span(&time, None));
        match table {
            Table::MailsRead => exposure.reads.iter().filter(|one| in_span(one.event)).try_for_each(|one| self.read(account, one, sheet)),
            Table::MailsSent => exposure.letters.iter().filter(|one| in_span(one.event)).try_for_each(|one| self.letter(one, sheet)),
            Table::Files => exposure.files.iter().filter(|one| in_span(one.event)).try_for_each(|one| self.file(account, one, sheet)),
            Table::Counterparties => Ok(()),
        }
    }

    fn read(&self, account: AccountId, read: &Read, sheet: &mut Sheet) -> io::Result<()> {
        let store = self.material.case.store;
        let unknown = Message::default();
        let message = self.material.exposures.messages.get(read.link).unwrap_or(&unknown);
        let named: Vec<&str> = message.copies.iter().take(NAMED).map(|copy| self.name(copy.to)).collect();
        let total = if message.copies.is_empty() { String::new() } else { message.copies.len().to_string() };
        let access = if read.items == 0 { "synchronised" } else { "accessed" };
        sheet.row([
            self.time(read.event).as_str(),
            self.name(account),
            self.name(read.mailbox),
            access,
            store.text(read.folder).trim_start_matches('\\'),
            store.text(message.subject.some().unwrap_or(read.subject)),
            self.name(message.sender),
            &named.join("; "),
            &total,
            if message.has_attachment { "yes" } else { "" },
            &read.items.to_string(),
            &read.times.to_string(),
            whose(read.hold),
            &self.pointer(read.event),
        ])
    }

    /// A row for each copy, or one where no recipient is known.
    fn letter(&self, letter: &Letter, sheet: &mut Sheet) -> io::Result<()> {
        let case = self.material.case;
        let Some(event) = case.event(letter.event) else { return Ok(()) };
        let attachments = match case.store.detail(event) {
            Some(Detail::Mail(mail)) => mail.attachments.join("; "),
            _ => String::new(),
        };
        let time = self.time(letter.event);
        let mut row = |recipient: &str, side: &str, delivery: &str, evidence: u32| {
            sheet.row([
                time.as_str(),
                self.name(letter.account),
                self.name(letter.sent_as),
                case.store.text(event.object),
                recipient,
                side,
                delivery,
                &attachments,
                whose(letter.hold),
                &self.pointer(evidence),
            ])
        };
        if letter.copies.is_empty() {
            return row("", "", "", letter.event);
        }
        letter.copies.iter().try_for_each(|copy| row(self.name(copy.to), self.side(copy.to), copy.standing.name(), copy.event))
    }

    fn file(&self, account: AccountId, file: &File, sheet: &mut Sheet) -> io::Result<()> {
        let with: Vec<&str> = file.with.iter().map(|who| self.name(*who)).collect();
        sheet.row([
            self.time(file.event).as_str(),
            self.name(account),
            self.material.case.store.text(file.name),
            file.handling.name(),
            &with.join("; "),
            &file.times.to_string(),
            whose(file.hold),
            &self.pointer(file.event),
        ])
    }

    /// People of every incident, then those of accounts that belong to none.
    fn people(&self, sheet: &mut Sheet) -> io::Result<()> {
        let exposures = &self.material.exposures;
        let incidents = self.material.incidents.iter().zip(&exposures.incidents).zip(1u32..);
        let joined: BTreeSet<AccountId> = self.material.incidents.iter().flat_map(|incident| incident.accounts.iter().copied()).collect();
        let alone =
            exposures.accounts.iter().filter(|(account, _)| !joined.contains(account)).map(|(_, exposure)| (String::new(), exposure));
        let groups = incidents.map(|((_, exposure), number)| (format!("c{number}"), exposure)).chain(alone);
        for (incident, exposure) in groups {
            for one in counterparties(self.material, &exposure.people) {
                if !one.accounts.iter().any(|account| self.scope.has_account(account)) {
                    continue;
                }
                sheet.row([
                    incident.as_str(),
                    &one.account,
                    if one.inside { "inside" } else { "outside" },
                    &one.mails_got.at_least.to_string(),
                    &one.mails_got.at_most.to_string(),
                    one.first_at.as_deref().unwrap_or_default(),
                    &one.mails_read.at_least.to_string(),
                    &one.mails_read.at_most.to_string(),
                    &one.accounts.join("; "),
                ])?;
            }
        }
        Ok(())
    }

    fn name(&self, account: AccountId) -> &str {
        self.material.case.name(account)
    }

    fn time(&self, event: u32) -> String {
        self.material.time_of(event).unwrap_or_default()
    }

    fn pointer(&self, event: u32) -> String {
        self.material.case.store.pointer(event).map(|pointer| pointer.to_string()).unwrap_or_default()
    }

    fn side(&self, account: AccountId) -> &'static str {
        if exposure::is_inside(self.material.case, account) { "inside" } else { "outside" }
    }
}

/// Whose act it is, as the events file has it.
fn whose(hold: Hold) -> &'static str {
    match hold {
        Hold::Sure => "intruder",
        Hold::InDoubt => "in-doubt",
    }
}
