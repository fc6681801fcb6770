//! What was read, what was not, and what therefore cannot be answered.

use crate::events::{Action, Detail, Family, Store, Tally, Time};
use crate::formats::Format;
use crate::formats::load::{Input, Loaded};
use crate::report::model::{self, Count, Coverage, Notice, Refused, Span, Unanswerable};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(super) fn inputs(loaded: &Loaded) -> Vec<model::Input> {
    let mut originals: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); loaded.inputs.len()];
    for duplicate in loaded.store.duplicates() {
        let of = duplicate.of.and_then(|of| loaded.store.pointer(of));
        if let (Some(list), Some(of)) = (originals.get_mut(duplicate.at.input as usize), of) {
            list.insert(of.input);
        }
    }
    let all = loaded.inputs.iter().zip(&originals).enumerate();
    all.map(|(number, (input, of))| model::Input { duplicates_of: of.iter().map(|of| format!("i{of}")).collect(), ..one(number, input) })
        .collect()
}

fn one(number: usize, input: &Input) -> model::Input {
    let ledger = &input.ledger;
    let counts = |tallies: &BTreeMap<crate::events::Reason, Tally>| {
        let count = |(reason, tally): (&crate::events::Reason, &Tally)| Count {
            reason: reason.0.to_owned(),
            count: tally.count,
            first: tally.first.pointer().to_string(),
        };
        tallies.iter().map(count).collect()
    };
    model::Input {
        id: format!("i{number}"),
        path: input.path.clone(),
        member: input.member.clone(),
        sha256: hex(&input.sha256),
        bytes: input.bytes,
        encoding: input.encoding.to_owned(),
        compression: input.compression.to_owned(),
        format: input.format().map_or("", Format::id).to_owned(),
        family: input.family().name().to_owned(),
        records: ledger.records,
        events: ledger.events,
        states: ledger.states,
        duplicates: ledger.duplicates,
        duplicates_of: Vec::new(),
        ignored: counts(&ledger.ignored),
        rejected: counts(&ledger.rejected),
        first_event_at: ledger.first_event.map(|time| time.rfc3339(0)),
        last_event_at: ledger.last_event.map(|time| time.rfc3339(0)),
        damaged: input.damaged,
        notices: ledger.notices.iter().map(|(code, text)| Notice { code: code.clone(), text: text.clone() }).collect(),
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn refused(loaded: &Loaded) -> Vec<Refused> {
    let one = |refusal: &crate::evidence::Refusal| Refused {
        path: refusal.member.as_ref().map_or_else(|| refusal.path.clone(), |member| format!("{} > {member}", refusal.path)),
        reason: refusal.reason.clone(),
        damaged: refusal.damaged,
    };
    loaded.refused.iter().map(one).collect()
}

/// What the events of a case are of.
#[derive(Default)]
struct Kinds {
    spans: BTreeMap<Family, (Time, Time)>,
    families: BTreeSet<Family>,
    mail_read: bool,
    clicks: bool,
}

impl Kinds {
    fn of(store: &Store) -> Kinds {
        let mut kinds = Kinds::default();
        let mut family = None;
        for event in store.events() {
            // Events of one input, which come together, are of one family.
            if family != Some(event.family) {
                family = Some(event.family);
                kinds.families.insert(event.family);
            }
            kinds.mail_read |= event.action == Action::MailRead;
            kinds.clicks |= matches!(store.detail(event), Some(Detail::Click { .. }));
            if event.time.is_known() {
                let span = kinds.spans.entry(event.family).or_insert((event.time, event.time));
                *span = (span.0.min(event.time), span.1.max(event.time));
            }
        }
        kinds
    }
}

pub(super) fn coverage(loaded: &Loaded) -> Coverage {
    let kinds = Kinds::of(&loaded.store);
    let span = |(from, to): &(Time, Time)| Span { from: from.rfc3339(0), to: to.rfc3339(0) };
    let families = kinds.spans.iter().map(|(family, times)| (family.name().to_owned(), span(times))).collect();
    Coverage { families, unanswerable: unanswerable(loaded, &kinds) }
}

/// Questions that lack their source.
fn unanswerable(loaded: &Loaded, kinds: &Kinds) -> Vec<Unanswerable> {
    let has = |family: Family| kinds.families.contains(&family);
    let state = |family: Family| loaded.inputs.iter().any(|input| input.family() == family);
    let mut list = Vec::new();
    let mut ask = |missing: bool, question: &str, what: &str| {
        if missing {
            list.push(Unanswerable { question: question.to_owned(), missing: what.to_owned() });
        }
    };
    ask(!has(Family::SignIn), "how MFA was passed, and from which device", "Entra sign-ins (interactive and non-interactive)");
    ask(!has(Family::Audit), "what was done in the mailboxes", "the unified audit log");
    ask(!has(Family::MessageTrace), "who received mail from a taken account", "a message trace");
    ask(!kinds.mail_read, "which mails were read", "MailItemsAccessed records of the audit log");
    ask(!kinds.clicks, "who clicked a link in a mail", "Defender's UrlClickEvents");
    ask(!state(Family::Rules), "which inbox rules are still in place", "Get-InboxRule of every mailbox");
    ask(!state(Family::Grants), "which consents are still in place", "the list of OAuth grants");
    list
}
