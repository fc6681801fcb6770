//! Events: the one shape that every export is brought into, and the store that holds them.
//!
//! An [`Event`] is one act; a [`State`] is a row of a snapshot. Formats put both into a [`Batch`];
//! the store merges batches, finds duplicates and settles who is who.

mod batch;
mod detail;
mod event;
mod intern;
pub mod key;
pub mod time;

pub use batch::{Batch, Fate, PendingDate, Reason, TimeRules};
pub use detail::{
    Change, Consent, Detail, Forwarding, Items, Mail, Mfa, Permission, Protocol, Right, Risk, Rule, RuleChange, SignIn, State, StateKind,
};
pub use event::{Action, Event, Family, Flags, Outcome};
pub use intern::{Id, Interner, Ip, IpKind, Principal, PrincipalKind, Str, TextKind};
pub use key::{Key, KeyKind, link, message_link, token_link};
pub use time::{DateOrder, Time};
