//! Whether two records, or a record and a row of a snapshot, are about one thing.

use super::artefact::{Identity, Kind};
use crate::events::AccountId;

/// How sure it is that two are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Same {
    /// They are.
    Yes,
    /// They may be: one of them does not say enough.
    Maybe,
    /// They are not.
    No,
}

/// Joins by ids where both have one, by name where not. `a_of` and `b_of` have the thing.
pub(super) fn same(kind: Kind, (a_of, a): (AccountId, &Identity), (b_of, b): (AccountId, &Identity)) -> Same {
    let owner = owner(a_of, b_of);
    if owner == Same::No {
        return Same::No;
    }
    let thing = match kind {
        Kind::InboxRule | Kind::Device => by_id_or_name(a, b),
        Kind::Forwarding | Kind::Password | Kind::User | Kind::Session => Same::Yes,
        Kind::Permission => both(text(a.trustee.as_ref(), b.trustee.as_ref()), rights(a, b)),
        Kind::AppGrant | Kind::App | Kind::AppCredential => app(a, b),
        Kind::AppOwner => both(app(a, b), text(a.trustee.as_ref(), b.trustee.as_ref())),
        Kind::MfaMethod => methods(a, b),
        Kind::TransportRule => both(text(a.name.as_ref(), b.name.as_ref()), noun(a, b)),
        Kind::Role => both(text(a.name.as_ref(), b.name.as_ref()), holder(a, b)),
        Kind::Policy => text(a.name.as_ref(), b.name.as_ref()),
        Kind::Auditing | Kind::LegacyProtocol => text(a.operation.as_ref(), b.operation.as_ref()),
    };
    both(owner, thing)
}

/// Whether a role is of one group or application; of roles of users their owners tell.
fn holder(a: &Identity, b: &Identity) -> Same {
    let names_none = |of: &Identity| of.trustee.is_none() && of.object_id.is_none();
    if names_none(a) && names_none(b) {
        return Same::Yes;
    }
    match text(a.object_id.as_ref(), b.object_id.as_ref()) {
        Same::Maybe => text(a.trustee.as_ref(), b.trustee.as_ref()),
        known => known,
    }
}

/// Things of two accounts are two; where one record does not say whose it is, they may be one.
fn owner(a: AccountId, b: AccountId) -> Same {
    match (a.is_some(), b.is_some()) {
        _ if a == b => Same::Yes,
        (true, true) => Same::No,
        _ => Same::Maybe,
    }
}

fn both(a: Same, b: Same) -> Same {
    match (a, b) {
        (Same::No, _) | (_, Same::No) => Same::No,
        (Same::Yes, Same::Yes) => Same::Yes,
        _ => Same::Maybe,
    }
}

fn text(a: Option<&String>, b: Option<&String>) -> Same {
    match (a, b) {
        (Some(a), Some(b)) if a.to_lowercase() == b.to_lowercase() => Same::Yes,
        (Some(_), Some(_)) => Same::No,
        _ => Same::Maybe,
    }
}

fn by_id_or_name(a: &Identity, b: &Identity) -> Same {
    match text(a.id.as_ref(), b.id.as_ref()) {
        Same::Maybe => text(a.name.as_ref(), b.name.as_ref()),
        known => known,
    }
}

/// Applications by application id, by the object id of their service principal, else by name.
pub(super) fn app(a: &Identity, b: &Identity) -> Same {
    let ids = [text(a.app_id.as_ref(), b.app_id.as_ref()), text(a.object_id.as_ref(), b.object_id.as_ref())];
    if ids.contains(&Same::Yes) {
        Same::Yes
    } else if ids.contains(&Same::No) {
        Same::No
    } else {
        text(a.name.as_ref(), b.name.as_ref())
    }
}

fn rights(a: &Identity, b: &Identity) -> Same {
    match text(a.right.as_ref(), b.right.as_ref()) {
        Same::Yes if a.right.as_deref() == Some("folder") => text(folder(a).as_ref(), folder(b).as_ref()),
        Same::Yes if a.right.as_deref() == Some("other") => text(a.rights.as_ref(), b.rights.as_ref()),
        known => known,
    }
}

/// The folder of a right on one: `Editor on \Inbox` of a record, `Inbox: Editor` of a snapshot.
pub(super) fn folder(right: &Identity) -> Option<String> {
    let text = right.rights.as_deref()?;
    let path = match text.split_once(" on \\") {
        Some((_, folder)) => folder,
        None => text.split_once(": ")?.0,
    };
    let last = path.rsplit('\\').find(|part| !part.is_empty())?;
    Some(last.to_owned())
}

/// The noun of a command: a rule and a connector of one name are two things.
fn noun(a: &Identity, b: &Identity) -> Same {
    let noun = |of: &Identity| of.operation.as_deref().and_then(|name| name.split_once('-')).map(|(_, noun)| noun.to_owned());
    text(noun(a).as_ref(), noun(b).as_ref())
}

/// Families of methods, by words that both logs have for them. The first that fits counts.
const METHODS: [(&str, &[&str]); 8] = [
    ("authenticator app", &["authenticator", "phoneapp", "notification", "passwordless"]),
    ("one-time passcode app", &["softwareoath", "softwareonetime", "totp", "one-time passcode", "verification code from"]),
    ("security key", &["fido", "passkey", "security key"]),
    ("temporary access pass", &["temporary access pass", "temporaryaccesspass"]),
    ("hello", &["hello"]),
    ("email", &["email", "e-mail"]),
    ("phone", &["phone", "sms", "mobile", "call"]),
    ("certificate", &["certificate"]),
];

/// What kind of method of multi-factor authentication a text is about: `authenticator app`, `phone`,
/// `security key`, ...; `None` where it names none.
pub fn method_family(text: &str) -> Option<&'static str> {
    let folded = text.to_lowercase();
    METHODS.iter().find(|(_, words)| words.iter().any(|word| folded.contains(word))).map(|(family, _)| *family)
}

/// Records name the kind of method, hardly ever which one: equal kinds only may be one.
fn methods(a: &Identity, b: &Identity) -> Same {
    let family = |of: &Identity| of.name.as_deref().and_then(method_family);
    match (family(a), family(b)) {
        (Some(a), Some(b)) if a != b => Same::No,
        _ => Same::Maybe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AccountId = AccountId(1);
    const B: AccountId = AccountId(2);

    fn rule(id: &str, name: &str) -> Identity {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Identity { id: some(id), name: some(name), ..Identity::default() }
    }

    fn rules(a: (&str, &str), b: (&str, &str)) -> Same {
        same(Kind::InboxRule, (A, &rule(a.0, a.1)), (A, &rule(b.0, b.1)))
    }

    #[test]
    fn rules_join_by_id_and_by_name_only_where_an_id_is_missing() {
        assert_eq!(rules(("17", "."), ("17", "renamed")), Same::Yes);
        assert_eq!(rules(("17", "."), ("18", ".")), Same::No);
        assert_eq!(rules(("", "."), ("18", ".")), Same::Yes);
        assert_eq!(rules(("", "."), ("18", "")), Same::Maybe, "one has the name, the other the id");
        assert_eq!(rules(("", "."), ("", "News")), Same::No);
    }

    #[test]
    fn a_thing_of_another_mailbox_is_another_thing() {
        let (a, b) = (rule("", "."), rule("", "."));
        assert_eq!(same(Kind::InboxRule, (A, &a), (B, &b)), Same::No);
        assert_eq!(same(Kind::InboxRule, (A, &a), (AccountId::NONE, &b)), Same::Maybe);
    }

    #[test]
    fn a_role_of_one_group_is_not_that_of_another() {
        let role = |id: &str, name: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Identity { name: some("Global Administrator"), trustee: some(name), object_id: some(id), ..Identity::default() }
        };
        let none = AccountId::NONE;
        let pair = |a: (&str, &str), b: (&str, &str)| same(Kind::Role, (none, &role(a.0, a.1)), (none, &role(b.0, b.1)));
        assert_eq!(pair(("1", "Admins"), ("1", "Renamed")), Same::Yes);
        assert_eq!(pair(("1", "Admins"), ("2", "Admins")), Same::No);
        assert_eq!(pair(("", "Admins"), ("", "Helpers")), Same::No);
        assert_eq!(pair(("", ""), ("", "")), Same::Yes, "users' roles");
    }

    #[test]
    fn applications_join_by_either_id_before_their_name() {
        let app = |app_id: &str, object_id: &str, name: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Identity { app_id: some(app_id), object_id: some(object_id), name: some(name), ..Identity::default() }
        };
        assert_eq!(super::app(&app("a", "", "Spike"), &app("a", "", "")), Same::Yes);
        assert_eq!(super::app(&app("a", "o", "Spike"), &app("", "o", "")), Same::Yes);
        assert_eq!(super::app(&app("a", "", "Spike"), &app("b", "", "Spike")), Same::No, "names are free, ids are not");
        assert_eq!(super::app(&app("a", "", "Spike"), &app("", "", "spike")), Same::Yes);
    }

    #[test]
    fn a_right_on_one_folder_is_not_one_on_another() {
        let right = |rights: &str| Identity {
            trustee: Some("x@example.com".to_owned()),
            right: Some("folder".to_owned()),
            rights: Some(rights.to_owned()),
            ..Identity::default()
        };
        let pair = |a: &str, b: &str| same(Kind::Permission, (A, &right(a)), (A, &right(b)));
        assert_eq!(pair("Editor on \\Inbox", "Inbox: Editor"), Same::Yes);
        assert_eq!(pair("Editor on \\Inbox", "Calendar: Editor"), Same::No);
    }

    #[test]
    fn methods_of_one_kind_may_be_one_and_of_two_kinds_are_not() {
        let method = |name: &str| Identity { name: Some(name.to_owned()), ..Identity::default() };
        let pair = |a: &str, b: &str| same(Kind::MfaMethod, (A, &method(a)), (A, &method(b)));
        assert_eq!(pair("User registered Authenticator App with Code", "microsoftAuthenticatorPush"), Same::Maybe);
        assert_eq!(pair("User registered Mobile Phone SMS", "User deleted Authenticator App"), Same::No);
        assert_eq!(pair("StrongAuthenticationMethod", "phone (mobile) +1 555 0100"), Same::Maybe);
    }
}
