//! What is left of small cases: made, shown, ended, explained.

use super::*;
use crate::detections::testkit::Scene;
use crate::detections::testkit::*;
use crate::events::{Action, Change, Consent, Detail, Flags, Forwarding, Holder, Rule, RuleChange, StateKind, Time};

/// One thing, in what tests ask of it.
#[derive(Clone, PartialEq, Debug)]
struct Thing {
    kind: Kind,
    status: Status,
    origin: Origin,
    by: Option<By>,
    whose: String,
    name: String,
    basis: &'static str,
    made: usize,
    found: usize,
}

/// What is left of a case, and anna's clean-up: lingering, returned, since the last cut, survived.
struct Seen {
    things: Vec<Thing>,
    clean_up: Option<(usize, usize, usize, usize)>,
}

fn look(scene: Scene) -> Seen {
    scene.judged(|case, attribution| {
        let left = remaining(case, attribution);
        let thing = |artefact: &Artefact<'_>| Thing {
            kind: artefact.kind,
            status: artefact.status,
            origin: artefact.origin,
            by: artefact.end.map(|end| end.by),
            whose: case.name(artefact.of).to_owned(),
            name: artefact.identity.name.clone().unwrap_or_default(),
            basis: artefact.basis,
            made: artefact.made.len(),
            found: artefact.found.len(),
        };
        let anna = case.store.accounts().iter().map(|(id, _)| id).find(|id| case.name(*id) == address("anna")).unwrap();
        let clean_up = left.clean_ups.get(&anna);
        Seen {
            things: left.artefacts.iter().map(thing).collect(),
            clean_up: clean_up.map(|one| (one.lingering.len(), one.returned.len(), one.since_last_cut, one.survived)),
        }
    })
}

impl Seen {
    #[track_caller]
    fn only(&self, kind: Kind) -> &Thing {
        let found: Vec<&Thing> = self.things.iter().filter(|thing| thing.kind == kind).collect();
        assert_eq!(found.len(), 1, "{:#?}", self.things);
        found[0]
    }

    #[track_caller]
    fn stands(&self, kind: Kind, status: Status, by: Option<By>) {
        let thing = self.only(kind);
        assert_eq!((thing.status, thing.by), (status, by), "{thing:#?}");
    }
}

/// Anna is taken over on day 20: a legacy client at 03:00, a rule that hides mail at 12:00.
fn taken() -> Scene {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "12:00")).from(NIGERIA, LEGACY));
    scene
}

/// A rule as it was found.
fn present(name: &str, set: impl FnOnce(&mut Rule)) -> StateKind {
    let mut rule = Rule::new(RuleChange::Present);
    name.clone_into(&mut rule.name);
    set(&mut rule);
    StateKind::Rule(Box::new(rule))
}

fn hiding(name: &str) -> StateKind {
    present(name, |rule| {
        rule.move_to = Some("RSS Feeds".to_owned());
        rule.conditions = vec![("SubjectOrBodyContainsWords".to_owned(), "invoice".to_owned())];
    })
}

fn sorting(name: &str) -> StateKind {
    present(name, |rule| rule.move_to = Some("News".to_owned()))
}

/// A rule that somebody removes or switches off.
fn gone(change: RuleChange, time: Time) -> Act {
    let act = rule("anna", time, ".", |rule| rule.change = change);
    if change == RuleChange::Remove { act.flag(Flags::REMOVAL) } else { act }
}

#[test]
fn nothing_is_left_where_nobody_was_taken() {
    let mut scene = Scene::office();
    scene.add(hiding_rule("anna", at(20, "12:00")).from(HOME, CHROME));
    scene.found(1, "anna", Time::NONE, hiding("."));
    assert_eq!(look(scene).things, []);
}

#[test]
fn a_rule_that_a_snapshot_shows_is_in_place() {
    let mut scene = taken();
    scene.found(1, "anna", Time::NONE, hiding("."));
    scene.found(1, "c1", Time::NONE, hiding(".."));
    let seen = look(scene);
    seen.stands(Kind::InboxRule, Status::InPlace, None);
    assert_eq!((seen.only(Kind::InboxRule).made, seen.only(Kind::InboxRule).found), (1, 1));
}

#[test]
fn a_rule_that_nothing_speaks_of_is_not_known_to_be_gone() {
    let seen = look(taken());
    seen.stands(Kind::InboxRule, Status::Unknown, None);
    assert_eq!(seen.only(Kind::InboxRule).origin, Origin::Intruder);
}

#[test]
fn whoever_removes_a_rule_is_named() {
    let ended = |act: Act| {
        let mut scene = taken();
        scene.add(act);
        look(scene).only(Kind::InboxRule).clone()
    };
    let end = at(21, "09:00");
    let by = |act: Act| (ended(act.from(HOME, CHROME)).status, ended(gone(RuleChange::Remove, end).from(HOME, CHROME)).by);
    assert_eq!(by(gone(RuleChange::Remove, end)), (Status::Removed, Some(By::Owner)));
    let mut admin = taken();
    let mut remove = Rule::new(RuleChange::Remove);
    remove.name = ".".to_owned();
    admin.add(
        Act::new("c1", end, Action::MailboxRule)
            .on("anna")
            .flag(Flags::REMOVAL)
            .with(move |_| Detail::Rule(Box::new(remove)))
            .from("79.240.1.10", CHROME),
    );
    look(admin).stands(Kind::InboxRule, Status::Removed, Some(By::Admin));
    let himself = ended(gone(RuleChange::Remove, at(20, "13:00")).from(NIGERIA, LEGACY));
    assert_eq!((himself.status, himself.by), (Status::Removed, Some(By::Intruder)));
    let off = ended(gone(RuleChange::Disable, end).from(HOME, CHROME));
    assert_eq!(off.status, Status::Removed);
    assert!(off.basis.contains("switched off"));
}

#[test]
fn a_removal_before_the_making_ends_nothing() {
    let mut scene = Scene::office();
    scene.add(gone(RuleChange::Remove, at(19, "09:00")).from(HOME, CHROME));
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "12:00")).from(NIGERIA, LEGACY));
    look(scene).stands(Kind::InboxRule, Status::Unknown, None);
}

#[test]
fn a_snapshot_that_may_be_older_than_the_rule_proves_no_end() {
    let mut scene = taken();
    scene.found(1, "anna", Time::NONE, sorting("News"));
    look(scene).stands(Kind::InboxRule, Status::Unknown, None);
    // A later rule of the intruder's on another mailbox, in the same file, dates it.
    let mut scene = taken();
    scene.add(sign_in("c1", at(21, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("c1", at(21, "12:00")).from(NIGERIA, LEGACY));
    scene.found(1, "anna", Time::NONE, sorting("News"));
    scene.found(1, "c1", Time::NONE, hiding("."));
    let seen = look(scene);
    let anna = seen.things.iter().find(|thing| thing.kind == Kind::InboxRule && thing.whose == address("anna")).unwrap();
    assert_eq!((anna.status, anna.by), (Status::Removed, Some(By::Unknown)));
}

#[test]
fn a_removed_rule_in_a_snapshot_is_gone_unless_the_snapshot_is_newer() {
    let removed = |newer: bool| {
        let mut scene = taken();
        scene.add(gone(RuleChange::Remove, at(21, "09:00")).from(HOME, CHROME));
        scene.found(1, "anna", Time::NONE, hiding("."));
        let device = if newer { at(22, "08:00") } else { at(20, "08:00") };
        scene.found(1, "c2", device, StateKind::Device("LAPTOP (Windows)".to_owned()));
        look(scene).only(Kind::InboxRule).status
    };
    assert_eq!((removed(false), removed(true)), (Status::Removed, Status::InPlace));
}

/// A rule that an administrator removes by its id alone.
fn removed_by_id(id: u64) -> Act {
    let mut remove = Rule::new(RuleChange::Remove);
    remove.id = Some(id);
    Act::new("c1", at(21, "09:00"), Action::MailboxRule)
        .on("anna")
        .flag(Flags::REMOVAL)
        .with(move |_| Detail::Rule(Box::new(remove)))
        .from("79.240.1.10", CHROME)
}

#[test]
fn a_rule_removed_by_an_unknown_id_is_gone_only_if_it_can_be_no_other() {
    let with_id = |id: u64| present("News", |rule| (rule.id, rule.move_to) = (Some(id), Some("News".to_owned())));
    let ended = |rows: &[u64], others: bool| {
        let mut scene = taken();
        if others {
            scene.add(rule("anna", at(20, "14:00"), "Bills", |rule| rule.move_to = Some("Bills".to_owned())).from(HOME, CHROME));
        }
        scene.add(removed_by_id(7));
        for id in rows {
            scene.found(1, "anna", Time::NONE, with_id(*id));
        }
        look(scene).things.into_iter().find(|thing| thing.kind == Kind::InboxRule && thing.name == ".").unwrap().status
    };
    assert_eq!(ended(&[8], false), Status::Removed);
    assert_eq!(ended(&[], false), Status::Unknown, "no snapshot of the mailbox");
    assert_eq!(ended(&[7, 8], false), Status::Unknown, "what was removed is another rule, which was there before");
    assert_eq!(ended(&[8], true), Status::Unknown, "two were made: either may be the one that was removed");
    let mut scene = taken();
    scene.add(rule("anna", at(20, "14:00"), "Bills", |rule| rule.id = Some(9)).from(HOME, CHROME));
    scene.add(removed_by_id(7));
    scene.add(rule("anna", at(22, "14:00"), "Later", |rule| rule.move_to = Some("Bills".to_owned())).from(HOME, CHROME));
    scene.found(1, "anna", Time::NONE, with_id(8));
    let seen = look(scene);
    let own = seen.things.iter().find(|thing| thing.kind == Kind::InboxRule && thing.name == ".").unwrap();
    assert_eq!(own.status, Status::Removed, "neither a rule of another id nor a later one is the one that was removed");
}

/// Anna's rules of the name "." that are in place, gone, and neither.
fn of_one_name(scene: Scene) -> [usize; 3] {
    let seen = look(scene);
    let own = |status: Status| seen.things.iter().filter(|thing| thing.kind == Kind::InboxRule && thing.status == status).count();
    [Status::InPlace, Status::Removed, Status::Unknown].map(own)
}

/// Three rules of one name: two worded alike, one worded otherwise.
fn three_of_one_name() -> Scene {
    let mut scene = taken();
    scene.add(hiding_rule("anna", at(20, "12:05")).from(NIGERIA, LEGACY));
    scene.add(rule("anna", at(20, "12:06"), ".", |rule| rule.move_to = Some("Archive".to_owned())).from(NIGERIA, LEGACY));
    scene
}

#[test]
fn of_rules_of_one_name_none_is_lost() {
    assert_eq!(of_one_name(three_of_one_name()), [0, 0, 3]);
    let mut scene = three_of_one_name();
    scene.add(rule("anna", at(20, "12:10"), ".", |rule| rule.change = RuleChange::Set).from(NIGERIA, LEGACY));
    assert_eq!(of_one_name(scene), [0, 0, 3], "a change makes no rule");
    let mut scene = three_of_one_name();
    let again = rule("anna", at(20, "12:06:03"), ".", |rule| rule.move_to = Some("Archive".to_owned()));
    scene.add(again.operation("UpdateInboxRules").from(NIGERIA, LEGACY));
    assert_eq!(of_one_name(scene), [0, 0, 3], "the mailbox's own record of the command before");
    let mut scene = three_of_one_name();
    scene.add(gone(RuleChange::Remove, at(21, "09:00")).from(HOME, CHROME));
    assert_eq!(of_one_name(scene), [0, 1, 2], "one removal ends one rule");
}

#[test]
fn a_row_of_a_snapshot_shows_one_rule_of_its_name() {
    let row = |id: u64| {
        present(".", |rule| {
            (rule.id, rule.move_to) = (Some(id), Some("RSS Feeds".to_owned()));
            rule.conditions = vec![("SubjectOrBodyContainsWords".to_owned(), "invoice".to_owned())];
        })
    };
    for (ids, expected) in [(vec![7], [1, 0, 2]), (vec![7, 8], [2, 0, 1]), (vec![7, 8, 9], [3, 0, 0])] {
        let mut scene = three_of_one_name();
        for id in ids {
            scene.found(1, "anna", Time::NONE, row(id));
        }
        // A rule of another name and a later device make the snapshot newer than all three.
        scene.found(1, "anna", Time::NONE, sorting("News"));
        scene.found(1, "c2", at(22, "08:00"), StateKind::Device("LAPTOP (Windows)".to_owned()));
        assert_eq!(of_one_name(scene), expected, "fewer than were made says nothing of the others");
    }
    // Two exports of one mailbox have the rule twice.
    let mut scene = three_of_one_name();
    scene.found(1, "anna", Time::NONE, row(7));
    scene.found(2, "anna", Time::NONE, row(7));
    assert_eq!(of_one_name(scene), [1, 0, 2]);
}

#[test]
fn devices_of_one_name_are_two_where_no_id_tells_and_the_time_does() {
    let devices = |minute: &str| {
        let mut scene = taken();
        for clock in ["12:12", minute] {
            let add = change("anna", at(20, clock), Action::Device, "device").about("iPhone").operation("Add device.");
            scene.add(add.from(NIGERIA, LEGACY));
        }
        look(scene).things.iter().filter(|thing| thing.kind == Kind::Device).count()
    };
    assert_eq!((devices("12:13"), devices("13:30")), (1, 2));
}

#[test]
fn forwarding_stands_until_it_is_ended_or_replaced() {
    let with = |act: Option<Act>| {
        let mut scene = taken();
        scene.add(forwarding("anna", at(20, "12:30"), "drop@example.net").from(NIGERIA, LEGACY));
        scene.add_all(act);
        look(scene).only(Kind::Forwarding).clone()
    };
    assert_eq!(with(None).status, Status::Unknown);
    let end = Act::new("anna", at(21, "09:00"), Action::Forwarding)
        .on("anna")
        .flag(Flags::REMOVAL)
        .with(|_| Detail::Forwarding(Box::default()))
        .from(HOME, CHROME);
    assert_eq!(
        (with(Some(end)).status, with(Some(forwarding("anna", at(21, "09:00"), "c1@example.com").from(HOME, CHROME))).by),
        (Status::Removed, Some(By::Owner))
    );
    let mut scene = taken();
    scene.add(forwarding("anna", at(20, "12:30"), "drop@example.net").from(NIGERIA, LEGACY));
    scene.found(
        1,
        "anna",
        Time::NONE,
        StateKind::Forwarding(Forwarding { smtp: Some("drop@example.net".to_owned()), ..Forwarding::default() }),
    );
    look(scene).stands(Kind::Forwarding, Status::InPlace, None);
}

const SPIKE: &str = "946c777c-bc85-489e-b034-392389ae23d6";

#[test]
fn a_consent_and_its_service_principal_are_one_thing() {
    let mut scene = taken();
    let made = at(20, "12:40");
    scene.add(
        change("anna", made, Action::App, "service-principal")
            .operation("Add service principal.")
            .about("Spike")
            .app(SPIKE)
            .from(NIGERIA, LEGACY),
    );
    scene.add(consent("anna", made.plus_secs(1), SPIKE, "Spike").from(NIGERIA, LEGACY));
    let grant = |object_id: &str| {
        StateKind::Grant(Box::new(Consent { app_id: object_id.to_owned(), object_id: object_id.to_owned(), ..Consent::default() }))
    };
    scene.found(1, "anna", Time::NONE, grant("11111111-2222-3333-4444-555555555555"));
    let seen = look(scene);
    assert_eq!(seen.only(Kind::AppGrant).made, 2);
    assert!(!seen.things.iter().any(|thing| thing.kind == Kind::App));
    seen.stands(Kind::AppGrant, Status::Unknown, None);
}

#[test]
fn a_grant_joins_its_row_by_application_and_user() {
    let with = |whose: &str, app: &str| {
        let mut scene = taken();
        scene.add(consent("anna", at(20, "12:40"), SPIKE, "Spike").from(NIGERIA, LEGACY));
        let row = Consent { app_id: app.to_owned(), ..Consent::default() };
        scene.found(1, whose, Time::NONE, StateKind::Grant(Box::new(row)));
        let seen = look(scene);
        seen.things.iter().find(|thing| thing.kind == Kind::AppGrant && thing.origin == Origin::Intruder).unwrap().status
    };
    assert_eq!(with("anna", SPIKE), Status::InPlace);
    assert_eq!(with("c1", SPIKE), Status::Unknown);
    assert_eq!(with("anna", "00000000-2222-3333-4444-555555555555"), Status::Unknown);
}

/// An administrator's act on anna's account.
fn by_admin(time: Time, action: Action, aspect: &'static str) -> Act {
    change("c1", time, action, aspect).on("anna").from("79.240.1.10", CHROME)
}

#[test]
fn sessions_end_with_a_reset_or_a_revocation_after_the_last_act() {
    let with = |act: Option<Act>| {
        let mut scene = taken();
        scene.add_all(act);
        look(scene).only(Kind::Session).clone()
    };
    assert_eq!(with(None).status, Status::Unknown);
    for aspect in ["password", "sessions-revoked"] {
        let ended = with(Some(by_admin(at(21, "09:00"), Action::Credential, aspect)));
        assert_eq!((ended.status, ended.by), (Status::Removed, Some(By::Admin)), "{aspect}");
    }
    let own = with(Some(change("anna", at(21, "09:00"), Action::Credential, "password").from(HOME, CHROME)));
    assert_eq!(own.status, Status::Unknown, "web applications keep their tokens");
    assert!(own.basis.contains("the owner changed the password"));
    let before = with(Some(by_admin(at(20, "11:00"), Action::Credential, "password")));
    assert_eq!(before.status, Status::Unknown);
    assert!(before.basis.contains("acted after"));
}

#[test]
fn an_intruder_who_comes_back_is_told_from_a_token_that_runs_on() {
    let with = |clock: &str| {
        let mut scene = taken();
        scene.add(by_admin(at(20, "14:00"), Action::Credential, "password"));
        scene.add(read_mail("anna", at(20, clock), 3).from(NIGERIA, LEGACY));
        look(scene).clean_up.unwrap()
    };
    // 90 minutes after the reset: just below, at, above. The rule is not known to be gone.
    assert_eq!(with("15:29:59"), (1, 0, 0, 1));
    assert_eq!(with("15:30:00"), (1, 0, 0, 1));
    assert_eq!(with("15:30:01"), (0, 1, 1, 1));
    let mut scene = taken();
    scene.add(by_admin(at(20, "14:00"), Action::Credential, "password"));
    scene.add(read_mail("anna", at(21, "03:00"), 3).from(NIGERIA, LEGACY));
    scene.add(by_admin(at(21, "09:00"), Action::Credential, "sessions-revoked"));
    let seen = look(scene);
    assert_eq!(seen.clean_up, Some((0, 1, 0, 1)), "none since the last cut");
    seen.stands(Kind::Session, Status::Removed, Some(By::Admin));
}

#[test]
fn what_the_owner_made_while_the_intruder_was_about_is_to_be_checked() {
    // Without an address of its own the act goes to the owner, who was nearer; the intruder was there too.
    let with = |clock: &str| {
        let mut scene = taken();
        scene.add(read_mail("anna", at(20, clock), 1).from(HOME, CHROME));
        scene.add(change("anna", at(20, clock), Action::RoleChange, "role").on("ben").about("Global Administrator"));
        look(scene).things.into_iter().filter(|thing| thing.kind == Kind::Role).map(|thing| thing.origin).collect::<Vec<_>>()
    };
    assert_eq!(with("09:30"), [Origin::ToBeChecked]);
    assert_eq!(with("20:00"), [], "hours after his last act");
}

#[test]
fn later_attempts_that_failed_are_told_though_nobody_came_back() {
    let mut scene = taken();
    scene.add(by_admin(at(20, "14:00"), Action::Credential, "password"));
    for clock in ["13:00", "15:00", "19:00"] {
        scene.add(wrong_password("anna", at(20, clock)).from(NIGERIA, LEGACY));
    }
    scene.judged(|case, attribution| {
        let left = remaining(case, attribution);
        let clean_up = left.clean_ups.values().next().unwrap();
        let times: Vec<Time> = clean_up.attempts.iter().map(|index| case.event(*index).unwrap().time).collect();
        assert_eq!(times, [at(20, "15:00"), at(20, "19:00")], "after the reset alone");
        assert_eq!((clean_up.returned.len(), clean_up.lingering.len()), (0, 0));
    });
}

#[test]
fn a_case_without_a_clean_up_tells_of_none() {
    assert_eq!(look(taken()).clean_up, None);
}

#[test]
fn acts_in_doubt_are_to_be_checked() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(OTHER_HOSTING, FIREFOX));
    scene.add(rule("anna", at(20, "03:20"), "News", |rule| rule.move_to = Some("News".to_owned())).from(OTHER_HOSTING, FIREFOX));
    let seen = look(scene);
    assert_eq!(seen.only(Kind::InboxRule).origin, Origin::ToBeChecked);
    assert!(!seen.things.iter().any(|thing| thing.kind == Kind::Session), "nobody's sessions are cut for a suspicion");
}

#[test]
fn what_no_record_explains_is_listed_as_that() {
    let mut scene = taken();
    scene.found(1, "anna", Time::NONE, hiding("x"));
    scene.found(1, "anna", Time::NONE, sorting("News"));
    let seen = look(scene);
    let unexplained: Vec<&Thing> = seen.things.iter().filter(|thing| thing.origin == Origin::NotInTheseExports).collect();
    assert_eq!(unexplained.len(), 1, "{unexplained:#?}");
    assert_eq!((unexplained[0].name.as_str(), unexplained[0].status, unexplained[0].made), ("x", Status::InPlace, 0));
}

#[test]
fn what_the_owner_made_is_explained() {
    let mut scene = taken();
    scene.add(rule("anna", at(10, "09:00"), "x", |rule| rule.move_to = Some("RSS Feeds".to_owned())).from(HOME, CHROME));
    scene.found(1, "anna", Time::NONE, hiding("x"));
    assert!(!look(scene).things.iter().any(|thing| thing.origin == Origin::NotInTheseExports));
}

#[test]
fn an_innocent_mailbox_is_listed_only_for_the_intruders_own_rule() {
    let with = |kind: StateKind| {
        let mut scene = taken();
        scene.found(1, "c3", Time::NONE, kind);
        look(scene).things.into_iter().find(|thing| thing.whose == address("c3"))
    };
    assert_eq!(with(hiding("other")), None);
    let same = with(hiding(".")).unwrap();
    assert_eq!(same.origin, Origin::NotInTheseExports);
    assert!(same.basis.contains("worded like the intruder's rule"));
}

#[test]
fn methods_devices_roles_and_users_are_listed() {
    let mut scene = taken();
    let act = |who: &str, minute: &str, action: Action, aspect: &'static str, name: &str, operation: &str| {
        change(who, at(20, minute), action, aspect).about(name).operation(operation).from(NIGERIA, LEGACY)
    };
    scene.add(act(
        "anna",
        "12:10",
        Action::Mfa,
        "mfa-method",
        "User registered Authenticator App with Code",
        "User registered security info",
    ));
    scene.add(act("anna", "12:11", Action::Mfa, "mfa-method", "", "Update user."));
    scene.add(act("anna", "12:12", Action::Device, "device", "DESKTOP-X", "Add device."));
    scene.add(act("anna", "12:12", Action::Device, "device", "DESKTOP-X", "Add registered owner to device."));
    scene.add(act("anna", "12:13", Action::RoleChange, "role", "Global Administrator", "Add member to role.").on("c2"));
    scene.add(act("anna", "12:14", Action::AccountChange, "user", "", "Add user.").on("helper"));
    scene.add(act("anna", "12:15", Action::Credential, "password", "", "Reset user password.").on("c3"));
    let seen = look(scene);
    assert_eq!(seen.only(Kind::MfaMethod).made, 2, "one method, two records");
    assert_eq!(seen.only(Kind::Device).made, 2);
    assert_eq!(seen.only(Kind::Role).whose, address("c2"));
    assert_eq!(seen.only(Kind::User).whose, address("helper"));
    assert_eq!(seen.only(Kind::Password).whose, address("c3"));
}

#[test]
fn auditing_switched_off_stands_until_it_is_on_again() {
    let off = || {
        setting("anna", at(20, "12:10"), "Set-MailboxAuditBypassAssociation", ("AuditBypassEnabled", "True"))
            .on("anna")
            .from(NIGERIA, LEGACY)
    };
    let mut scene = taken();
    scene.add(off());
    look(scene).stands(Kind::Auditing, Status::Unknown, None);
    let mut scene = taken();
    scene.add(off());
    scene.add(
        setting("c1", at(21, "09:00"), "Set-MailboxAuditBypassAssociation", ("AuditBypassEnabled", "False"))
            .on("anna")
            .from("79.240.1.10", CHROME),
    );
    look(scene).stands(Kind::Auditing, Status::Removed, Some(By::Admin));
}

#[test]
fn an_act_that_is_hardly_sure_makes_nothing_the_intruders() {
    assert!(!is_sure(0.599) && is_sure(0.6) && is_sure(0.601));
}

#[test]
fn a_role_for_something_that_is_no_user_is_nobodys() {
    let mut scene = taken();
    let role = |group: &str| {
        let holder = Holder { class: "Group".to_owned(), name: group.to_owned(), id: String::new() };
        let change = Change { aspect: "role", holder: Some(holder), ..Change::default() };
        let given = Act::new("anna", at(20, "12:13"), Action::RoleChange).about("Global Administrator");
        given.with(move |_| Detail::Change(Box::new(change))).from(NIGERIA, LEGACY)
    };
    scene.add(role("Exchange Security"));
    scene.add(role("Helpers"));
    let seen = look(scene);
    let roles: Vec<&Thing> = seen.things.iter().filter(|thing| thing.kind == Kind::Role).collect();
    assert_eq!(roles.len(), 2, "a role of each group");
    assert!(roles.iter().all(|role| role.whose.is_empty()), "not anna's, who gave it");
}
