//! Which way mail went: sent by an account of the tenant, or received by one.

use super::detail::Detail;
use super::event::{Action, Event, Family, Flags};
use super::identity::{Accounts, Party};

/// Settles the direction of every trace event. A mail of ours stays `mail-sent` with the sender as
/// account; any other becomes `mail-received` with the recipient as account and the sender as target.
///
/// A sender that claims to be ours is believed unless the export says that the mail came from outside.
pub(super) fn direct(events: &mut [Event], details: &[Detail], accounts: &Accounts) {
    let ours = |name| accounts.get(accounts.of(name)).is_some_and(|account| matches!(account.party, Party::Person | Party::SharedMailbox));
    for event in events.iter_mut().filter(|event| event.family == Family::MessageTrace) {
        if !matches!(event.action, Action::MailSent | Action::MailReceived) {
            continue;
        }
        let inside = |event: &Event| {
            ours(event.target)
                || match (event.detail as usize).checked_sub(1).and_then(|at| details.get(at)) {
                    Some(Detail::Mail(mail)) => mail.recipients.iter().any(|name| ours(*name)),
                    _ => false,
                }
        };
        if ours(event.actor) && !event.flags.has(Flags::INBOUND) {
            event.action = Action::MailSent;
            let internal = inside(event);
            event.flags.set_if(internal, Flags::INTERNAL);
        } else if event.action == Action::MailSent {
            event.action = Action::MailReceived;
            event.flags.set(Flags::INBOUND);
            std::mem::swap(&mut event.actor, &mut event.target);
        }
    }
}
