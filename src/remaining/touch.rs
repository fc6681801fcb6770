//! Which lasting thing a record makes or ends.

use super::artefact::{Identity, Kind};
use crate::detections::{Case, switches_auditing_off, switches_protocol_on};
use crate::events::{AccountId, Action, Change, Consent, Detail, Event, Flags, Principal, Rule, RuleChange, fold_operation, key};

/// What a record does to a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// Makes it, or changes it.
    Made,
    /// Ends it.
    Removed,
    /// Switches it off; it is still there.
    SwitchedOff,
}

/// A record that makes or ends a lasting thing.
pub(super) struct Touch<'a> {
    /// Its event.
    pub index: u32,
    /// The same.
    pub event: &'a Event,
    /// Kind of thing.
    pub kind: Kind,
    /// Who has the thing; none for the tenant, and where the record does not say.
    pub of: AccountId,
    /// By what it is known.
    pub identity: Identity,
    /// The rule, where it is one.
    pub rule: Option<&'a Rule>,
    /// What is done to it.
    pub effect: Effect,
}

/// Text that is there.
pub(super) fn some(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The name to show of somebody: that of his account, else as recorded.
pub(super) fn name_of(case: &Case<'_>, who: Principal) -> Option<String> {
    let account = case.store.accounts().of(who);
    some(case.name(account)).or_else(|| some(case.store.name(who)))
}

/// What the record of an act that succeeded does; `None` where it leaves nothing lasting.
pub(super) fn touch<'a>(case: &Case<'a>, index: u32, event: &'a Event) -> Option<Touch<'a>> {
    let reader = Reader { case, index, event };
    match (event.action, case.store.detail(event)) {
        (Action::MailboxRule, Some(Detail::Rule(rule))) => Some(reader.rule(rule)),
        (Action::Forwarding, Some(Detail::Forwarding(forwarding))) => {
            let address = forwarding.smtp.as_deref().or(forwarding.object.as_deref());
            Some(reader.owned(Kind::Forwarding, Identity { address: address.and_then(some), ..Identity::default() }))
        }
        (Action::Permission, Some(Detail::Permission(permission))) => Some(reader.owned(Kind::Permission, right(case, permission))),
        (Action::Consent, Some(Detail::Consent(consent))) => Some(reader.consent(consent)),
        (_, Some(Detail::Change(change))) => reader.change(change),
        (_, Some(Detail::Parameters(parameters))) => reader.command(parameters),
        _ => None,
    }
}

/// A right on a mailbox, by whom it is known.
pub(super) fn right(case: &Case<'_>, permission: &crate::events::Permission) -> Identity {
    Identity {
        trustee: name_of(case, permission.trustee),
        right: some(permission.right.name()),
        rights: some(&permission.text),
        ..Identity::default()
    }
}

/// An inbox rule, by what it is known.
pub(super) fn rule_identity(rule: &Rule) -> Identity {
    Identity { name: some(&rule.name), id: rule.id.map(|id| id.to_string()), ..Identity::default() }
}

/// An application with what was granted to it.
pub(super) fn grant(case: &Case<'_>, consent: &Consent) -> Identity {
    // Where a record has only the object id of the service principal, it stands in for the application's.
    let app_id = some(&consent.app_id).filter(|id| *id != consent.object_id);
    let known = app_id.as_deref().and_then(|id| case.store.app_name(id));
    Identity {
        name: some(&consent.app_name).or_else(|| known.and_then(some)),
        app_id,
        object_id: some(&consent.object_id),
        scopes: consent.scopes.clone(),
        ..Identity::default()
    }
}

/// The group or application that got a role, where it went to no user.
fn holder(change: &Change) -> Identity {
    let Some(holder) = &change.holder else { return Identity::default() };
    Identity {
        trustee: some(&holder.name),
        trustee_class: some(&holder.class),
        object_id: some(&holder.id).filter(|id| key::guid(id).is_some()),
        ..Identity::default()
    }
}

struct Reader<'r, 'a> {
    case: &'r Case<'a>,
    index: u32,
    event: &'a Event,
}

impl<'a> Reader<'_, 'a> {
    /// Whom it is done to; the actor himself where the record names nobody else.
    fn whose(&self) -> (AccountId, Option<String>) {
        let who = self.event.target.some().unwrap_or(self.event.actor);
        (self.case.store.accounts().of(who), name_of(self.case, who))
    }

    fn touch(&self, kind: Kind, of: AccountId, identity: Identity) -> Touch<'a> {
        let removal = self.event.flags.has(Flags::REMOVAL);
        let mut identity = identity;
        identity.operation = some(self.case.store.text(self.event.operation));
        let effect = if removal { Effect::Removed } else { Effect::Made };
        Touch { index: self.index, event: self.event, kind, of, identity, rule: None, effect }
    }

    /// Of a mailbox or user.
    fn owned(&self, kind: Kind, identity: Identity) -> Touch<'a> {
        let (of, name) = self.whose();
        self.touch(kind, of, Identity { of: name, ..identity })
    }

    /// Of the one to whom it was done. Where the record names no user (a group, an application), it is nobody's
    /// whose account a command could name: least of all the actor's.
    fn done_to(&self, kind: Kind, identity: Identity) -> Touch<'a> {
        if self.event.target.is_some() { self.owned(kind, identity) } else { self.of_tenant(kind, identity) }
    }

    /// Of the tenant.
    fn of_tenant(&self, kind: Kind, identity: Identity) -> Touch<'a> {
        self.touch(kind, AccountId::NONE, identity)
    }

    fn object(&self) -> Option<String> {
        some(self.case.store.text(self.event.object))
    }

    fn rule(&self, rule: &'a Rule) -> Touch<'a> {
        let mut touch = self.owned(Kind::InboxRule, rule_identity(rule));
        touch.rule = Some(rule);
        touch.effect = match rule.change {
            RuleChange::Remove => Effect::Removed,
            RuleChange::Disable => Effect::SwitchedOff,
            RuleChange::Set if !rule.enabled => Effect::SwitchedOff,
            RuleChange::New | RuleChange::Set | RuleChange::Enable | RuleChange::Present => Effect::Made,
        };
        touch
    }

    fn consent(&self, consent: &Consent) -> Touch<'a> {
        let identity = grant(self.case, consent);
        if consent.tenant_wide {
            return self.of_tenant(Kind::AppGrant, identity);
        }
        // The target of a consent may be the application; only an account can have a grant.
        let accounts = self.case.store.accounts();
        let target = accounts.of(self.event.target);
        if accounts.is_own(target) || !self.event.flags.has(Flags::REMOVAL) {
            let who = if accounts.is_own(target) { self.event.target } else { self.event.actor };
            return self.touch(Kind::AppGrant, accounts.of(who), Identity { of: name_of(self.case, who), ..identity });
        }
        self.of_tenant(Kind::AppGrant, identity)
    }

    fn app(&self, change: &Change) -> Identity {
        let app_id = some(&change.app_id)
            .or_else(|| key::guid(self.case.store.text(self.event.app)).and(some(self.case.store.text(self.event.app))));
        Identity { name: self.object().filter(|name| key::guid(name).is_none()), app_id, ..Identity::default() }
    }

    fn change(&self, change: &Change) -> Option<Touch<'a>> {
        let operation = fold_operation(self.case.store.text(self.event.operation));
        let is_new = operation.starts_with("add ") || operation.starts_with("restore ");
        let removal = self.event.flags.has(Flags::REMOVAL);
        match change.aspect {
            // The audit log has the end of a grant as a change of the application.
            "service-principal" if operation.contains("permission grant") || operation.contains("permissiongrant") => {
                let own = self.case.store.accounts().is_own(self.case.store.accounts().of(self.event.target));
                let touch =
                    if own { self.owned(Kind::AppGrant, self.app(change)) } else { self.of_tenant(Kind::AppGrant, self.app(change)) };
                removal.then_some(touch)
            }
            "service-principal" => (is_new || removal).then(|| self.of_tenant(Kind::App, self.app(change))),
            "app-credential" => Some(self.of_tenant(Kind::AppCredential, self.app(change))),
            // Without a user among its targets the record does not say who: not the actor.
            "owner" => {
                let trustee = self.event.target.is_some().then(|| self.whose().1).flatten();
                Some(self.of_tenant(Kind::AppOwner, Identity { trustee, ..self.app(change) }))
            }
            "mfa-method" => Some(self.owned(Kind::MfaMethod, Identity { name: self.method(), ..Identity::default() })),
            "device" => (is_new || removal || operation.starts_with("register ")).then(|| self.owned(Kind::Device, self.device(change))),
            "role" => Some(self.done_to(Kind::Role, Identity { name: self.object(), ..holder(change) })),
            "password" => Some(self.owned(Kind::Password, Identity::default())),
            "user" => {
                let lets_in = is_new || operation.starts_with("invite ") || operation.starts_with("enable ");
                (lets_in || removal).then(|| self.done_to(Kind::User, Identity::default()))
            }
            "policy" => {
                // A policy that was deleted protects no more: that lasts too.
                let mut touch = self.of_tenant(Kind::Policy, Identity { name: self.object(), ..Identity::default() });
                touch.effect = Effect::Made;
                Some(touch)
            }
            _ => None,
        }
    }

    /// The method in the words of the record; not the name of its user.
    fn method(&self) -> Option<String> {
        let user = [self.event.actor, self.event.target].map(|who| self.case.store.name(who).to_owned());
        self.object().filter(|object| !object.contains('@') && !user.contains(&object.to_lowercase()))
    }

    fn device(&self, change: &Change) -> Identity {
        const IDS: [&str; 4] = ["DeviceId", "Device.DeviceId", "TargetId.DeviceId", "Device Id"];
        let listed = change.properties.iter().find(|(name, _)| IDS.iter().any(|id| name.eq_ignore_ascii_case(id)));
        let id = listed.map(|(_, id)| id.trim().to_ascii_lowercase()).filter(|id| key::guid(id).is_some());
        Identity { name: self.object().filter(|name| !name.contains('@')), id, ..Identity::default() }
    }

    fn command(&self, parameters: &[(String, String)]) -> Option<Touch<'a>> {
        let folded = fold_operation(self.case.store.text(self.event.operation));
        if self.event.action == Action::TransportRule {
            let mut touch = self.of_tenant(Kind::TransportRule, Identity { name: self.object(), ..Identity::default() });
            touch.identity.parameters = parameters.to_vec();
            if folded.starts_with("disable-") {
                touch.effect = Effect::SwitchedOff;
            }
            return Some(touch);
        }
        for (kind, switch) in [
            (Kind::Auditing, switches_auditing_off(self.case, self.event)),
            (Kind::LegacyProtocol, switches_protocol_on(self.case, self.event)),
        ] {
            let Some(made) = switch else { continue };
            let mut touch = self.done_to(kind, Identity::default());
            touch.identity.parameters = parameters.to_vec();
            touch.effect = if made { Effect::Made } else { Effect::Removed };
            return Some(touch);
        }
        None
    }
}
