//! Who is who: the names under which records know somebody, joined into accounts.
//!
//! Names are joined only where a record carries both. Equal local parts or display names never join.

use super::detail::{State, StateKind};
use super::event::{Event, Family, Flags};
use super::intern::{Interner, Principal, PrincipalKind};
use super::key;
use super::time::Time;
use std::collections::BTreeMap;

/// Number of an account; index into [`Accounts`]. 0 is "nobody".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct AccountId(pub u32);

impl AccountId {
    /// "Nobody".
    pub const NONE: AccountId = AccountId(0);

    /// Index into a table that is parallel to the accounts.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// True unless this is [`AccountId::NONE`].
    pub fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// What kind of party an account is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Party {
    /// Somebody outside, met only as sender, recipient or target.
    #[default]
    Outsider,
    /// A person of the tenant (or an account that looks like one).
    Person,
    /// A guest from another tenant who acts in this one.
    Guest,
    /// A shared, room or resource mailbox.
    SharedMailbox,
    /// A service or application.
    Service,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The name to show: newest UPN or primary address, else the identifier.
    pub name: String,
    /// Other names of it that are addresses, sorted.
    pub aliases: Vec<String>,
    /// Directory object id, where known.
    pub object_id: Option<String>,
    /// What it is.
    pub party: Party,
    /// Acts in it in its own name (audit log, sign-ins).
    pub acts: u32,
}

/// All accounts, the account of every name, and the domains of the tenant.
#[derive(Default)]
pub struct Accounts {
    list: Vec<Account>,
    of: Vec<AccountId>,
    domains: Vec<String>,
}

/// Union-find over names.
struct Groups {
    parent: Vec<u32>,
}

impl Groups {
    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while let Some(up) = self.parent.get(root).map(|up| *up as usize).filter(|up| *up != root) {
            root = up;
        }
        let mut walk = at;
        while walk != root {
            let Some(up) = self.parent.get_mut(walk) else { break };
            walk = std::mem::replace(up, u32::try_from(root).unwrap_or(u32::MAX)) as usize;
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        if let Some(parent) = self.parent.get_mut(high) {
            *parent = u32::try_from(low).unwrap_or(u32::MAX);
        }
    }
}

/// What the events say of one name.
#[derive(Clone, Copy, Default)]
struct Use {
    acts: u32,
    last: Option<Time>,
    service: bool,
    outside: bool,
    owns_mailbox: bool,
    app_only: bool,
    delegated: u32,
    owner_acts: u32,
}

fn uses(names: usize, events: &[Event]) -> Vec<Use> {
    let mut uses = vec![Use::default(); names];
    for event in events {
        if event.family == Family::MessageTrace {
            continue;
        }
        if let Some(entry) = uses.get_mut(event.actor.index()) {
            entry.acts += 1;
            if event.time.is_known() {
                entry.last = entry.last.max(Some(event.time));
            }
            entry.service |= event.flags.has(Flags::SERVICE);
            entry.app_only |= event.flags.has(Flags::APP_ONLY);
            entry.outside |= event.flags.has(Flags::EXTERNAL);
            entry.owner_acts += u32::from(!event.flags.has_any(Flags::DELEGATE | Flags::SERVICE | Flags::APP_ONLY));
        }
        if event.family == Family::Audit
            && event.target.is_some()
            && event.operation.is_some()
            && let Some(entry) = uses.get_mut(event.target.index())
        {
            entry.owns_mailbox |= event.actor == event.target;
            entry.delegated += u32::from(event.flags.has(Flags::DELEGATE));
        }
    }
    uses
}

fn domain(name: &str) -> Option<&str> {
    let (local, domain) = name.rsplit_once('@')?;
    (!local.is_empty() && domain.contains('.')).then_some(domain)
}

/// Domains of the tenant: those whose accounts act in their own mailboxes, or in numbers.
fn own_domains(names: &Interner<PrincipalKind>, uses: &[Use], given: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
    for (id, name) in names.iter() {
        let Some(used) = uses.get(id.index()).filter(|used| used.acts > 0 && !used.outside && !used.service) else { continue };
        if let Some(domain) = domain(name) {
            let entry = counts.entry(domain).or_default();
            entry.0 += 1;
            entry.1 |= used.owns_mailbox;
        }
    }
    let most = counts.values().map(|(count, _)| *count).max().unwrap_or(0);
    let ours = |count: u32, mailbox: bool| mailbox || count == most || count * 10 >= most && count > 1;
    let mut domains: Vec<String> =
        counts.iter().filter(|(_, (count, mailbox))| ours(*count, *mailbox)).map(|(name, _)| (*name).to_owned()).collect();
    domains.extend(given.iter().map(|domain| domain.to_lowercase()));
    domains.sort();
    domains.dedup();
    domains
}

impl Accounts {
    pub(super) fn settle(
        names: &Interner<PrincipalKind>,
        same: &[(Principal, Principal)],
        events: &[Event],
        states: &[State],
        given_domains: &[String],
    ) -> Accounts {
        let mut groups = Groups { parent: (0..u32::try_from(names.len()).unwrap_or(u32::MAX)).collect() };
        for (a, b) in same {
            groups.join(a.index(), b.index());
        }
        let uses = uses(names.len(), events);
        let domains = own_domains(names, &uses, given_domains);
        let mut members: BTreeMap<usize, Vec<Principal>> = BTreeMap::new();
        for (id, _) in names.iter() {
            let root = groups.root(id.index());
            members.entry(root).or_default().push(id);
        }
        let shared = shared_mailboxes(states);
        let mut accounts = vec![Account::default()];
        let mut of = vec![AccountId::NONE; names.len()];
        for group in members.values() {
            let id = AccountId(u32::try_from(accounts.len()).unwrap_or(u32::MAX));
            for name in group {
                if let Some(entry) = of.get_mut(name.index()) {
                    *entry = id;
                }
            }
            accounts.push(account(names, group, &uses, &domains, &shared));
        }
        Accounts { list: accounts, of, domains }
    }

    /// The account of a name.
    pub fn of(&self, name: Principal) -> AccountId {
        self.of.get(name.index()).copied().unwrap_or(AccountId::NONE)
    }

    /// An account.
    pub fn get(&self, id: AccountId) -> Option<&Account> {
        self.list.get(id.index())
    }

    /// The name to show of an account.
    pub fn name(&self, id: AccountId) -> &str {
        self.get(id).map_or("", |account| &account.name)
    }

    /// Number of accounts, "nobody" included: the length of a parallel table.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True if nobody is known.
    pub fn is_empty(&self) -> bool {
        self.list.len() <= 1
    }

    /// All accounts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        (1u32..).map(AccountId).zip(self.list.iter().skip(1))
    }

    /// Domains of the tenant, sorted.
    pub fn domains(&self) -> &[String] {
        &self.domains
    }

    /// True if the address is in a domain of the tenant.
    pub fn is_own_address(&self, address: &str) -> bool {
        domain(address).is_some_and(|domain| self.domains.binary_search_by(|own| own.as_str().cmp(domain)).is_ok())
    }

    /// True if the account is one of the tenant's: a person or mailbox, not an outsider or service.
    pub fn is_own(&self, id: AccountId) -> bool {
        self.get(id).is_some_and(|account| matches!(account.party, Party::Person | Party::SharedMailbox))
    }
}

fn shared_mailboxes(states: &[State]) -> Vec<Principal> {
    states.iter().filter(|state| matches!(state.kind, StateKind::Account { shared: true, .. })).map(|state| state.owner).collect()
}

fn account(names: &Interner<PrincipalKind>, group: &[Principal], uses: &[Use], domains: &[String], shared: &[Principal]) -> Account {
    let used = |id: Principal| uses.get(id.index()).copied().unwrap_or_default();
    let own = |name: &str| domain(name).is_some_and(|domain| domains.binary_search_by(|own| own.as_str().cmp(domain)).is_ok());
    let mut addresses: Vec<Principal> = group.iter().copied().filter(|id| domain(names.get(*id)).is_some()).collect();
    addresses.sort_by_key(|id| {
        let name = names.get(*id);
        (std::cmp::Reverse((own(name), used(*id).last.is_some(), used(*id).last, used(*id).acts)), name.to_owned())
    });
    let object_id = group.iter().map(|id| names.get(*id)).find(|name| name.len() == 36 && key::guid(name).is_some()).map(str::to_owned);
    let name = addresses.first().or(group.first()).map_or("", |id| names.get(*id)).to_owned();
    let mut aliases: Vec<String> = addresses.iter().skip(1).map(|id| names.get(*id).to_owned()).collect();
    aliases.sort();
    let acts: u32 = group.iter().map(|id| used(*id).owner_acts).sum();
    let all = |test: fn(&Use) -> bool| group.iter().map(|id| used(*id)).filter(|used| used.acts > 0).all(|used| test(&used));
    let acting = group.iter().any(|id| used(*id).acts > 0);
    let is_own = addresses.iter().any(|id| own(names.get(*id)));
    let delegated: u32 = group.iter().map(|id| used(*id).delegated).sum();
    let party = if group.iter().any(|id| shared.contains(id)) || is_own && acts == 0 && delegated > 0 {
        Party::SharedMailbox
    } else if acting && (all(|used| used.service) || is_service_name(&name)) || acting && all(|used| used.app_only) && !is_own {
        Party::Service
    } else if is_own {
        Party::Person
    } else if acts > 0 && !addresses.is_empty() {
        Party::Guest
    } else if acts > 0 && object_id.is_some() {
        Party::Person
    } else {
        Party::Outsider
    };
    Account { name, aliases, object_id, party, acts }
}

/// Names of Microsoft's services and of no one in particular.
///
/// Source: the `UserId` forms seen in audit records.
pub fn is_service_name(name: &str) -> bool {
    const STARTS: [&str; 9] = [
        "nt authority\\",
        "nt service\\",
        "s-1-5-18",
        "serviceprincipal_",
        "sharepoint\\",
        "app@sharepoint",
        "microsoft\\",
        "urn:spo:anon",
        "securitycompliance",
    ];
    const WHOLE: [&str; 10] = [
        "not available",
        "not-found",
        "certificate",
        "threatintel",
        "airinvestigation",
        "microsoft teams sync",
        "application",
        "anonymous",
        "__null__",
        "fim_password_service@support.onmicrosoft.com",
    ];
    STARTS.iter().any(|start| name.starts_with(start)) || WHOLE.contains(&name)
}
