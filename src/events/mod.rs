//! Events: the one shape that every export is brought into, and the store that holds them.
//!
//! An [`Event`] is one act; a [`State`] is a row of a snapshot. Formats put both into a [`Batch`];
//! the store merges batches, finds duplicates and settles who is who.

mod app_names;
mod batch;
mod dates;
mod detail;
mod event;
mod identity;
mod intern;
mod join;
pub mod key;
mod ledger;
mod mail;
mod store;
pub mod time;

pub use batch::{Batch, Fate, PendingDate, Reason, TimeRules};
pub use detail::{
    Change, Consent, Detail, Forwarding, Holder, Item, Items, Mail, Mfa, Permission, Protocol, Right, Risk, Rule, RuleChange, SignIn,
    State, StateKind,
};
pub(crate) use event::named;
pub use event::{Action, Event, Family, Flags, Outcome};
pub use identity::{Account, AccountId, Accounts, Party, is_service_name};
pub use intern::{Id, Interner, Ip, IpKind, Principal, PrincipalKind, Str, TextKind};
pub use join::fold_operation;
pub use key::{Key, KeyKind, guid, link, message_link, token_guid, token_link};
pub use ledger::{Ledger, Tally};
pub use store::{Conflict, Cut, Duplicate, Store};
pub use time::{DateOrder, Time};
