//! The audit record: what `AuditData` says, whatever envelope it comes in.
//!
//! [`read_record`] turns one record into one event. The common fields are read here; what only some
//! workloads have is read in one file each. An operation that is not known becomes an event of action
//! `other`: nothing is dropped.
//!
//! Times are `CreationTime`, which is UTC with or without `Z`.
//! Source: Microsoft's Office 365 Management Activity API schema; checked on public exports.

mod admin;
mod alerts;
mod directory;
pub mod envelope;
mod fields;
mod files;
pub mod flat;
mod mailbox;
mod operations;
mod pairs;
mod rules;
mod salvage;
mod sign_in;
mod teams;
mod who;

pub use fields::present;
pub use salvage::{Reading, parse};

use crate::events::time::{self, Parsed};
use crate::events::{Action, Batch, Event, Flags, Key, KeyKind, Outcome, Reason, token_link};
use crate::evidence::{RecordAt, Value};
use fields::{Audit, Field};
use operations::{Folded, Part, RecordType, part};
use std::borrow::Cow;

/// What the envelope knows beside the record: used where the record itself is cut, or lacks it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Fallback<'a> {
    /// Record id.
    pub id: Option<&'a str>,
    /// Creation date, in whatever form the exporter wrote it; UTC by the rule of the family.
    pub time: Option<&'a str>,
    /// Who acted.
    pub user: Option<&'a str>,
    /// What was done.
    pub operation: Option<&'a str>,
    /// Record type, by name or number.
    pub record_type: Option<&'a str>,
    /// The zone of `time` is not UTC and not stated.
    pub local_time: bool,
    /// Flags that the envelope knows: parts are missing, an application acted.
    pub flags: Flags,
}

/// Why a record became no event: it has no operation, so it is no audit record.
pub const NO_OPERATION: Reason = Reason("audit-record-without-operation");

/// Reads one audit record into one event (or rejects it if it names no operation).
pub fn read_record(value: Value<'_>, at: RecordAt, fallback: &Fallback<'_>, out: &mut Batch) {
    let audit = Audit::new(value);
    if audit.needs_expanding() {
        let doc = audit.expanded();
        read_audit(&Audit::new(doc.root()), at, fallback, out);
    } else {
        read_audit(&audit, at, fallback, out);
    }
}

/// A record under way: what its parts need to see and fill.
struct Reader<'a, 'd> {
    audit: &'a Audit<'d>,
    fallback: &'a Fallback<'a>,
    /// Operation in its compared form.
    operation: &'a str,
    out: &'a mut Batch,
    event: Event,
}

fn read_audit(audit: &Audit<'_>, at: RecordAt, fallback: &Fallback<'_>, out: &mut Batch) {
    let Some(operation) = audit.str(Field::Operation).or(fallback.operation) else {
        out.reject(at, NO_OPERATION);
        return;
    };
    let folded = Folded::new(operation);
    let record_type = audit.text(Field::RecordType).or(fallback.record_type.map(Cow::Borrowed));
    let workload = audit.str(Field::Workload).unwrap_or_default();
    let part = part(record_type.as_deref().map_or(RecordType::Other, RecordType::of), folded.as_str(), workload);
    let mut event = Event::new(at, Action::Other);
    event.operation = out.str(operation);
    event.flags = fallback.flags;
    let mut reader = Reader { audit, fallback, operation: folded.as_str(), out, event };
    reader.common();
    reader.identify();
    match part {
        Part::SignIn => reader.sign_in(),
        Part::Directory => reader.directory(),
        Part::Mailbox => reader.mailbox(),
        Part::Rules => reader.rules(),
        Part::Admin => reader.admin(),
        Part::Files => reader.file(),
        Part::Teams => reader.teams(),
        Part::Alerts => reader.alert(),
        Part::Other => reader.other(),
    }
    reader.finish(part);
}

impl<'d> Reader<'_, 'd> {
    /// Fields that every workload writes in the same place.
    fn common(&mut self) {
        let audit = self.audit;
        self.event.outcome = match audit.text(Field::ResultStatus).as_deref().map(str::trim) {
            Some(text)
                if ["true", "success", "succeeded", "partiallysucceeded", "successful"]
                    .iter()
                    .any(|word| text.eq_ignore_ascii_case(word)) =>
            {
                Outcome::Success
            }
            Some(text) if ["false", "failed", "failure"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let addresses = [Field::ClientIpAddress, Field::ActorIpAddress, Field::ClientIp, Field::ActorIp];
        for text in addresses.into_iter().filter_map(|field| audit.str(field)) {
            if self.event.ip.is_none() {
                self.event.ip = self.out.ip(text);
            }
        }
        let context = audit.value(Field::AppAccessContext);
        let of_context = |key: &str| context.and_then(|value| value.str_of(key)).and_then(present);
        let session = audit.str(Field::SessionId).or_else(|| of_context("AADSessionId"));
        self.event.session = self.out.opt_id(session);
        let token = of_context("UniqueTokenId").or_else(|| audit.str(Field::UniqueTokenId)).filter(|token| !is_placeholder(token));
        self.event.token = token.and_then(token_link).unwrap_or(0);
        let app = audit
            .str(Field::ClientAppId)
            .or_else(|| of_context("ClientAppId"))
            .or_else(|| audit.str(Field::ApplicationId))
            .or_else(|| audit.str(Field::AppId));
        self.event.app = self.out.opt_id(app);
        self.event.agent = self.out.opt(self.agent());
        self.event.flags.set_if(audit.value(Field::ExternalAccess).and_then(Value::bool) == Some(true), Flags::EXTERNAL);
    }

    /// The client string that says most.
    fn agent(&self) -> Option<&'d str> {
        let audit = self.audit;
        if let Some(agent) = audit.str(Field::UserAgent) {
            return Some(agent);
        }
        match (audit.str(Field::ClientInfo), audit.str(Field::ActorInfo)) {
            // `Client=REST;;` with the real client beside it.
            (Some(info), Some(actor)) if !info.contains('/') && actor.contains('/') => Some(actor),
            (info, actor) => info.or(actor),
        }
    }

    /// A record of a workload that has no part of its own.
    fn other(&mut self) {
        self.event.object = self.out.opt(self.audit.str(Field::ObjectId));
    }

    /// Gives the event its time and identity, and hands it over.
    fn finish(mut self, part: Part) {
        let own = self.audit.str(Field::CreationTime).map(|own| (own, time::parse(own)));
        // A spreadsheet may have left no more of it than `12:36 PM`.
        let own = own.filter(|(_, parsed)| self.fallback.time.is_none() || matches!(parsed, Parsed::Known(_) | Parsed::DayMonth(_)));
        self.event.flags.set_if(own.is_none(), Flags::PARTIAL);
        let id = self.audit.str(Field::Id).or(self.fallback.id);
        let time = match part {
            Part::Alerts => self.click_time().map(|text| (text, time::parse(text))).or(own),
            _ => own,
        };
        let utc = time.is_some() || !self.fallback.local_time;
        let (text, parsed) = time.unwrap_or_else(|| {
            let text = self.fallback.time.unwrap_or_default();
            (text, time::parse(text))
        });
        let key = self.key(part, id, text);
        self.out.set_parsed(&mut self.event, parsed, utc);
        if let Some(beside) = self.fallback.time
            && own.is_some()
        {
            self.out.vote(beside, self.event.time);
        }
        self.out.event(self.event, &[key]);
    }

    /// The identity under which other records may repeat this one. All envelopes carry `Id`, and not all
    /// the organisation, so that a GUID stands alone; anything else (anonymised or lost ids) counts only
    /// together with what was done when.
    fn key(&self, part: Part, id: Option<&str>, time: &str) -> Key {
        if part == Part::SignIn
            && let Some(request) = self.request_id(id)
        {
            return Key::of(KeyKind::SignIn, request);
        }
        match id {
            // With the operation: anonymised exports give one GUID to records of several kinds.
            Some(id) if is_guid(id) => record_key(id, self.operation),
            id => {
                let audit = self.audit;
                let user = audit.str(Field::UserId).or(self.fallback.user).unwrap_or_default();
                let address = audit.str(Field::ClientIpAddress).or(audit.str(Field::ClientIp)).unwrap_or_default();
                let object = audit.str(Field::ObjectId).unwrap_or_default();
                // `Z` or not, fraction or not: exports of one record differ in that.
                let second = time.get(..19).unwrap_or(time);
                Key::of_parts(KeyKind::Other, &["audit", id.unwrap_or_default(), second, self.operation, user, object, address])
            }
        }
    }
}

/// The key of an audit record by its `Id` and its operation (folded).
fn record_key(id: &str, operation: &str) -> Key {
    Key::of_parts(KeyKind::Audit, &[id, operation])
}

/// True for a GUID that is not all zeros.
fn is_guid(text: &str) -> bool {
    crate::events::key::guid(text).is_some_and(|bits| bits != 0)
}

/// A token id of one repeated letter, as anonymised exports have it.
fn is_placeholder(token: &str) -> bool {
    let mut letters = token.bytes();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
