//! Clicks on links of mails, and which mail each link was in.

use super::Case;
use crate::events::{AccountId, Action, Detail, Event, Family, Str, Time};
use rustc_hash::{FxHashMap, FxHashSet};

/// A click on a link of a mail.
#[derive(Clone, Debug)]
pub struct Click {
    /// Its event.
    pub event: u32,
    /// Who clicked.
    pub account: AccountId,
    /// When.
    pub time: Time,
    /// The person went on to the page, as far as the record says.
    pub through: bool,
    /// Message-IDs (hashed) of the mails that the link was in; none where it is not known.
    messages: Vec<u64>,
    /// Network message ids (hashed) of those mails.
    networks: Vec<u64>,
}

impl Click {
    /// Whether the link was in this mail; none where the records do not say which mail it was in.
    pub fn is_of(&self, mail: &Event) -> Option<bool> {
        let compare = |id: u64, ids: &[u64]| (id != 0 && !ids.is_empty()).then(|| ids.contains(&id));
        let [message, network] = mail_ids(mail);
        match (compare(message, &self.messages), compare(network, &self.networks)) {
            (None, None) => None,
            (message, network) => Some(message == Some(true) || network == Some(true)),
        }
    }

    /// Every id of the mails that the link was in.
    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.messages.iter().chain(&self.networks).copied()
    }
}

/// The hashes of a mail's Message-ID and network message id; 0 where its record has none.
pub(super) fn mail_ids(mail: &Event) -> [u64; 2] {
    [mail.link, if mail.family == Family::MessageTrace { mail.token } else { 0 }]
}

/// All clicks on links, but those in documents and chats, in time order.
pub fn clicks(case: &Case<'_>) -> Vec<Click> {
    let mut found: Vec<(Click, Str)> = case.described().filter_map(|(index, event)| click(case, index, event)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let by_url = mails_by_url(case, &found);
    for (click, url) in &mut found {
        if click.messages.is_empty() && click.networks.is_empty() {
            click.networks = by_url.get(url).cloned().unwrap_or_default();
        }
    }
    let mut clicks: Vec<Click> = found.into_iter().map(|(click, _)| click).collect();
    name_mails(case, &mut clicks);
    clicks
}

/// One click and the address of its page.
fn click(case: &Case<'_>, index: u32, event: &Event) -> Option<(Click, Str)> {
    let Some(Detail::Click { url, through }) = case.store.detail(event) else { return None };
    // `Workload` of the hunting table; the audit log has only clicks in mails.
    let elsewhere = ["Teams", "Office"].iter().any(|workload| case.store.text(event.app).eq_ignore_ascii_case(workload));
    let account = case.store.accounts().of(event.actor);
    if elsewhere || !account.is_some() || !event.time.is_known() {
        return None;
    }
    let known = |id: u64| if id == 0 { Vec::new() } else { vec![id] };
    let hunting = event.family == Family::MessageTrace;
    let networks = if hunting { known(event.token) } else { Vec::new() };
    let messages = if hunting { Vec::new() } else { known(event.link) };
    let through = *through || event.succeeded();
    Some((Click { event: index, account, time: event.time, through, messages, networks }, *url))
}

/// Network message ids of the mails that a clicked address is in, where `EmailUrlInfo` tells.
fn mails_by_url(case: &Case<'_>, clicks: &[(Click, Str)]) -> FxHashMap<Str, Vec<u64>> {
    let wanted: FxHashSet<Str> = clicks.iter().map(|(_, url)| *url).collect();
    let mut mails: FxHashMap<Str, Vec<u64>> = FxHashMap::default();
    for (_, event) in case.acts(&[Action::Other]) {
        let is_link = event.family == Family::MessageTrace && event.detail == 0 && event.token != 0;
        if is_link && wanted.contains(&event.object) {
            mails.entry(event.object).or_default().push(event.token);
        }
    }
    mails
}

/// Adds the Message-IDs of mails of which clicks have only the network message id: `Send` records and
/// other logs have no other.
fn name_mails(case: &Case<'_>, clicks: &mut [Click]) {
    let wanted: FxHashSet<u64> = clicks.iter().flat_map(|click| click.networks.iter().copied()).collect();
    if wanted.is_empty() {
        return;
    }
    let mut message_of: FxHashMap<u64, u64> = FxHashMap::default();
    for (_, event) in case.acts(&[Action::MailSent, Action::MailReceived]) {
        if event.family == Family::MessageTrace && event.link != 0 && wanted.contains(&event.token) {
            message_of.insert(event.token, event.link);
        }
    }
    for click in clicks {
        click.messages.extend(click.networks.iter().filter_map(|network| message_of.get(network)));
    }
}
