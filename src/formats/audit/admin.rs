//! Cmdlets of Exchange and of the compliance centre, and eDiscovery.

use super::Reader;
use super::fields::{Field, present};
use super::who::Party;
use crate::events::{Action, Change, Detail, Flags, Forwarding, Permission, Right, key};

impl<'d> Reader<'_, 'd> {
    /// A record of a cmdlet.
    pub(super) fn admin(&mut self) {
        let (verb, noun) = self.operation.split_once('-').unwrap_or(("", self.operation));
        self.event.flags.set_if(matches!(verb, "remove" | "disable" | "uninstall"), Flags::REMOVAL);
        self.event.object = self.out.opt(self.audit.str(Field::ObjectId));
        self.event.action = match noun {
            "mailbox" if verb == "set" => return self.set_mailbox(),
            "mailboxpermission" => return self.permission(Right::FullAccess, "User"),
            "recipientpermission" => return self.permission(Right::SendAs, "Trustee"),
            "mailboxfolderpermission" => return self.permission(Right::Folder, "User"),
            _ => action(verb, noun, self.operation),
        };
        let parameters = self.audit.pairs(Field::Parameters);
        let named = parameters.iter().find(|(name, value)| *name == "Name" && !value.is_empty()).map(|(_, value)| *value);
        if matches!(self.event.action, Action::TransportRule | Action::Search | Action::RoleChange | Action::App)
            && let Some(name) = named
        {
            self.event.object = self.out.str(name);
        }
        if verb != "get" && is_of_mailbox(noun) {
            self.event.target = self.mailbox_in_question();
        }
        if self.event.action == Action::RoleChange {
            return self.management_role(&parameters);
        }
        self.keep_parameters(&parameters);
    }

    /// Keeps what a person's command was given. Service records are many and raise nothing.
    fn keep_parameters(&mut self, parameters: &[(&'d str, &'d str)]) {
        if parameters.is_empty() || self.event.flags.has(Flags::SERVICE) {
            return;
        }
        let owned = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.out.detail(&mut self.event, Detail::Parameters(Box::new(owned)));
    }

    /// The mailbox that a command is about: its `Identity`, else what the record names.
    fn mailbox_in_question(&mut self) -> crate::events::Principal {
        let audit = self.audit;
        let identity = audit.pair(Field::Parameters, "Identity").or_else(|| audit.pair(Field::Parameters, "Mailbox"));
        match identity.or_else(|| audit.str(Field::ObjectId)) {
            Some(text) => self.mailbox_named(text),
            None => self.event.actor,
        }
    }

    fn set_mailbox(&mut self) {
        let parameters = self.audit.pairs(Field::Parameters);
        self.event.target = self.mailbox_in_question();
        let value = |wanted: &str| parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value);
        let (smtp, object) = (value("ForwardingSmtpAddress"), value("ForwardingAddress"));
        if smtp.is_some() || object.is_some() {
            self.event.action = Action::Forwarding;
            let smtp = smtp.and_then(present);
            let object = object.and_then(present);
            // An empty address ends the forwarding.
            self.event.flags.set_if(smtp.is_none() && object.is_none(), Flags::REMOVAL);
            self.event.object = self.out.opt(smtp.or(object));
            let forwarding = Forwarding {
                smtp: smtp.map(|address| key::fold_principal(address).into_owned()),
                object: object.map(str::to_owned),
                keeps_copy: value("DeliverToMailboxAndForward").map(|kept| kept.eq_ignore_ascii_case("true")),
            };
            self.out.detail(&mut self.event, Detail::Forwarding(Box::new(forwarding)));
            return;
        }
        if let Some(trustees) = value("GrantSendOnBehalfTo") {
            self.event.action = Action::Permission;
            self.event.flags.set_if(present(trustees).is_none(), Flags::REMOVAL);
            let first = trustees.split(';').next().and_then(present);
            let trustee = first.map_or(crate::events::Principal::NONE, |text| self.mailbox_named(text));
            let permission = Permission { trustee, right: Right::SendOnBehalf, text: trustees.to_owned() };
            self.out.detail(&mut self.event, Detail::Permission(Box::new(permission)));
            return;
        }
        let audits = parameters.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("audit"));
        self.event.action = if audits { Action::PolicyChange } else { Action::AccountChange };
        self.keep_parameters(&parameters);
    }

    fn permission(&mut self, right: Right, trustee: &str) {
        self.event.action = Action::Permission;
        self.event.target = self.mailbox_in_question();
        let audit = self.audit;
        let rights = audit.pair(Field::Parameters, "AccessRights").unwrap_or_default();
        let right = match right {
            Right::FullAccess if !rights.is_empty() && !rights.to_ascii_lowercase().contains("fullaccess") => Right::Other,
            right => right,
        };
        let folder = audit.pair(Field::Parameters, "Identity").and_then(|identity| identity.split_once(":\\")).map(|(_, folder)| folder);
        let text = match (right, folder) {
            (Right::Folder, Some(folder)) => format!("{rights} on \\{folder}"),
            _ => rights.to_owned(),
        };
        let trustee = audit.pair(Field::Parameters, trustee).map_or(crate::events::Principal::NONE, |text| self.mailbox_named(text));
        self.out.detail(&mut self.event, Detail::Permission(Box::new(Permission { trustee, right, text })));
    }

    /// Roles of Exchange and compliance: role groups and role assignments.
    fn management_role(&mut self, parameters: &[(&'d str, &'d str)]) {
        let value = |wanted: &str| parameters.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| present(value));
        if let Some(role) = value("Role").or_else(|| value("Identity")) {
            self.event.object = self.out.str(role);
        }
        if let Some(member) = value("Member").or_else(|| value("User")).or_else(|| value("Members")) {
            self.event.target = self.mailbox_named(member);
        }
        let properties = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let change = Change { aspect: "role", properties, ..Change::default() };
        self.out.detail(&mut self.event, Detail::Change(Box::new(change)));
    }

    /// Links what `Actor` and `Target` lists prove, where a record of another kind has them.
    pub(super) fn link_lists(&mut self) -> (Party<'d>, Party<'d>) {
        let parties = [Field::Actor, Field::Target].map(|field| Party::of(self.audit.value(field)));
        let [actor, target] = parties;
        self.party(&actor);
        (actor, target)
    }
}

/// True for cmdlets whose `Identity` is a mailbox or user.
fn is_of_mailbox(noun: &str) -> bool {
    const NOUNS: [&str; 10] = [
        "mailboxjunkemailconfiguration",
        "mailboxautoreplyconfiguration",
        "casmailbox",
        "mailboxauditbypassassociation",
        "mailboxregionalconfiguration",
        "mailboxcalendarconfiguration",
        "mailboxmessageconfiguration",
        "user",
        "mailuser",
        "mailbox",
    ];
    NOUNS.contains(&noun)
}

fn action(verb: &str, noun: &str, operation: &str) -> Action {
    if verb == "get" {
        return Action::Other;
    }
    let searches = ["compliancesearch", "mailboxsearch", "mailboxexportrequest", "compliancecase", "caseholdpolicy"];
    if searches.iter().any(|word| noun.starts_with(word)) || operation == "search-mailbox" {
        return Action::Search;
    }
    if verb.is_empty() {
        // `SearchCreated`, `SearchExportDownloaded`, `ViewedSearchPreviewed` of eDiscovery.
        let discovery = operation.starts_with("search") || operation.starts_with("viewedsearch") || operation.starts_with("previewitem");
        return if discovery { Action::Search } else { Action::Other };
    }
    let mail_flow = ["transportrule", "inboundconnector", "outboundconnector", "remotedomain", "journalrule", "accepteddomain"];
    if mail_flow.iter().any(|word| noun.starts_with(word)) {
        return Action::TransportRule;
    }
    if noun.starts_with("rolegroup") || noun.starts_with("managementrole") {
        return Action::RoleChange;
    }
    if noun.contains("mobiledevice") || noun.contains("activesyncdevice") {
        return Action::Device;
    }
    match noun {
        "app" | "app-" | "organizationapp" => Action::App,
        "mailbox"
        | "mailuser"
        | "user"
        | "mailcontact"
        | "mailboxautoreplyconfiguration"
        | "mailboxregionalconfiguration"
        | "mailboxcalendarconfiguration"
        | "mailboxmessageconfiguration"
        | "remotemailbox" => Action::AccountChange,
        _ if noun.contains("policy")
            || noun.contains("config")
            || noun.contains("casmailbox")
            || noun.contains("audit")
            || noun.contains("rule") =>
        {
            Action::PolicyChange
        }
        _ => Action::Other,
    }
}
