//! Summaries of made-up events.

use super::*;
use crate::events::{Change, Consent, Forwarding, Holder, Interner, Items, Mail, PrincipalKind, Rule, RuleChange, TextKind};
use crate::evidence::RecordAt;

#[derive(Default)]
struct Book {
    text: Interner<TextKind>,
    names: Interner<PrincipalKind>,
}

impl Names for Book {
    fn text(&self, id: Str) -> &str {
        self.text.get(id)
    }
    fn name(&self, id: Principal) -> &str {
        self.names.get(id)
    }
    fn agent_words(&self, agent: &str) -> Option<Cow<'_, str>> {
        (agent == "BAV2ROPC").then_some(Cow::Borrowed("BAV2ROPC, a legacy client that skips MFA"))
    }
    fn error_words(&self, code: u32) -> Option<Cow<'_, str>> {
        (code == 50126).then_some(Cow::Borrowed("wrong password"))
    }
    fn is_outside(&self, address: &str) -> bool {
        !address.ends_with("@example.com")
    }
}

fn event(action: Action, outcome: Outcome) -> Event {
    let mut event = Event::new(RecordAt::default(), action);
    event.outcome = outcome;
    event
}

#[test]
fn sign_ins_say_client_and_mfa() {
    let mut book = Book::default();
    let mut event = event(Action::SignIn, Outcome::Success);
    event.agent = book.text.intern("BAV2ROPC");
    assert_eq!(summary(&event, None, &book), "signed in with BAV2ROPC, a legacy client that skips MFA");
    let facts = SignIn {
        mfa: Mfa::ByClaim,
        app_name: book.text.intern("OfficeHome"),
        browser: book.text.intern("Chrome 109"),
        ..SignIn::default()
    };
    event.agent = Str::NONE;
    assert_eq!(
        summary(&event, Some(&Detail::SignIn(Box::new(facts))), &book),
        "signed in to OfficeHome with Chrome 109, MFA met by the token"
    );
}

#[test]
fn failures_say_why() {
    let book = Book::default();
    let mut event = event(Action::SignIn, Outcome::Failure);
    event.code = 50126;
    assert_eq!(summary(&event, None, &book), "failed to sign in: wrong password");
    event.code = 7;
    assert_eq!(summary(&event, None, &book), "failed to sign in: error 7");
    let facts = SignIn { mfa: Mfa::Denied, ..SignIn::default() };
    assert_eq!(summary(&event, Some(&Detail::SignIn(Box::new(facts))), &book), "failed to sign in: MFA was refused");
}

#[test]
fn rules_say_what_they_do() {
    let book = Book::default();
    let mut rule = Rule::new(RuleChange::New);
    rule.name = ".".to_owned();
    rule.move_to = Some(":\\RSS Feeds".to_owned());
    rule.marks_read = true;
    rule.conditions.push(("SubjectOrBodyContainsWords".to_owned(), "invoice;payment".to_owned()));
    let event = event(Action::MailboxRule, Outcome::Success);
    assert_eq!(
        summary(&event, Some(&Detail::Rule(Box::new(rule))), &book),
        "made inbox rule \".\" that moves mail to RSS Feeds and marks it read, for mail with \"invoice; payment\""
    );
}

#[test]
fn forwarding_outside_is_marked_and_its_end_is_not_a_start() {
    let book = Book::default();
    let forwarding =
        |to: &str| Detail::Forwarding(Box::new(Forwarding { smtp: Some(to.to_owned()), object: None, keeps_copy: Some(false) }));
    let mut event = event(Action::Forwarding, Outcome::Success);
    assert_eq!(summary(&event, Some(&forwarding("x@evil.example")), &book), "set forwarding to x@evil.example (outside), keeping no copy");
    assert_eq!(summary(&event, Some(&forwarding("b@example.com")), &book), "set forwarding to b@example.com, keeping no copy");
    event.flags.set(Flags::REMOVAL);
    assert_eq!(summary(&event, Some(&forwarding("")), &book), "ended mailbox forwarding");
}

#[test]
fn consents_say_what_the_app_may_touch() {
    let book = Book::default();
    let consent = Consent {
        app_name: "Spike".to_owned(),
        scopes: vec!["Mail.ReadWrite".to_owned(), "offline_access".to_owned()],
        ..Consent::default()
    };
    let event = event(Action::Consent, Outcome::Success);
    assert_eq!(
        summary(&event, Some(&Detail::Consent(Box::new(consent))), &book),
        "gave app Spike access to mail (Mail.ReadWrite, offline_access)"
    );
}

#[test]
fn runs_of_mail_are_counted() {
    let mut book = Book::default();
    let mut event = event(Action::MailSent, Outcome::Success);
    event.object = book.text.intern("Invoice");
    let run = Run { records: 794, acts: 794, things: 794, seconds: 915, alike: true, undelivered: 32, ..Run::default() };
    assert_eq!(run_summary(&event, None, &book, &run), "sent 794 mails in 15 min 15 s, one subject, 32 not delivered");
    let run = Run { records: 300, acts: 1500, things: 300, ..Run::default() };
    assert_eq!(run_summary(&event, None, &book, &run), "sent 300 mails to 1,500 recipients");
}

#[test]
fn runs_of_failures_say_why_the_first_failed() {
    let book = Book::default();
    let event = event(Action::SignIn, Outcome::Failure);
    let facts = Detail::SignIn(Box::new(SignIn { mfa: Mfa::Denied, ..SignIn::default() }));
    let run = Run { records: 2, acts: 2, seconds: 274, alike: true, ..Run::default() };
    assert_eq!(run_summary(&event, Some(&facts), &book, &run), "failed to sign in 2 times in 4 min 34 s, first: MFA was refused");
}

#[test]
fn mail_says_to_whom() {
    let mut book = Book::default();
    let mut event = event(Action::MailSent, Outcome::Success);
    event.object = book.text.intern("Invoice");
    let recipients = ["a@example.com", "b@else.example", "c@example.com"].map(|name| book.names.intern(name)).to_vec();
    let detail = Detail::Mail(Box::new(Mail { recipients, ..Mail::default() }));
    assert_eq!(summary(&event, Some(&detail), &book), "sent mail \"Invoice\" to a@example.com, b@else.example (outside) and 1 more");
}

#[test]
fn items_say_folder_and_what_is_not_recorded() {
    let mut book = Book::default();
    let mut event = event(Action::MailRead, Outcome::Success);
    event.count = 27;
    let detail = Detail::Items(Items { folder: book.text.intern("\\Inbox"), ..Items::default() });
    assert_eq!(summary(&event, Some(&detail), &book), "opened 27 mails in Inbox");
    event.flags.set(Flags::THROTTLED);
    assert_eq!(summary(&event, Some(&detail), &book), "opened 27 mails in Inbox and more that is not recorded");
}

#[test]
fn every_action_has_words_even_without_any_fact() {
    let book = Book::default();
    for action in Action::ALL {
        for outcome in Outcome::ALL {
            let words = summary(&event(*action, *outcome), None, &book);
            assert!(words.len() > 3 && !words.contains("  ") && !words.contains("\"\""), "{action:?}: {words:?}");
        }
    }
}

#[test]
fn endless_names_do_not_fill_the_screen() {
    let book = Book::default();
    let mut rule = Rule::new(RuleChange::New);
    rule.name = "x".repeat(10_000);
    let words = summary(&event(Action::MailboxRule, Outcome::Success), Some(&Detail::Rule(Box::new(rule))), &book);
    assert!(words.len() < 200, "{}", words.len());
}

#[test]
fn directory_operations_read_as_acts() {
    let mut book = Book::default();
    let mut event = event(Action::App, Outcome::Success);
    event.operation = book.text.intern("Add service principal.");
    event.object = book.text.intern("Spike");
    assert_eq!(summary(&event, None, &book), "added app \"Spike\"");
    event.operation = book.text.intern("Set-Something");
    assert_eq!(summary(&event, None, &book), "Set-Something \"Spike\"");
}

#[test]
fn conditions_keep_their_meaning() {
    let book = Book::default();
    let event = event(Action::MailboxRule, Outcome::Success);
    let said = |conditions: &[(&str, &str)]| {
        let mut rule = Rule::new(RuleChange::New);
        rule.deletes = true;
        rule.parameters.push("DeleteMessage".to_owned());
        rule.conditions = conditions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        summary(&event, Some(&Detail::Rule(Box::new(rule))), &book)
    };
    let start = "made inbox rule that deletes mail";
    assert_eq!(said(&[("From", "x@evil.example")]), format!("{start}, for mail from x@evil.example (outside)"));
    assert_eq!(said(&[("MyNameInToBox", "True")]), format!("{start}, for mail to the owner"));
    assert_eq!(said(&[("FlaggedForAction", "True")]), format!("{start}, for mail where FlaggedForAction holds"));
    assert_eq!(said(&[("ExceptIfFrom", "b@example.com")]), format!("{start}, except for mail from b@example.com"));
    assert_eq!(said(&[("BodyContainsWords", "a;b"), ("From", "c")]), format!("{start}, for mail with \"a; b\" and more conditions"));
    assert_eq!(said(&[]), format!("{start}, for all mail"));
}

#[test]
fn a_rule_whose_conditions_the_record_may_lack_is_not_said_to_be_for_all_mail() {
    let book = Book::default();
    let event = event(Action::MailboxRule, Outcome::Success);
    for (change, parameters) in
        [(RuleChange::Set, "DeleteMessage"), (RuleChange::New, "RuleActions"), (RuleChange::Present, "DeleteMessage")]
    {
        let mut rule = Rule::new(change);
        rule.deletes = true;
        rule.parameters.push(parameters.to_owned());
        let words = summary(&event, Some(&Detail::Rule(Box::new(rule))), &book);
        assert!(!words.contains("all mail"), "{words}");
    }
}

#[test]
fn mail_flow_rules_say_what_they_do() {
    let mut book = Book::default();
    let mut event = event(Action::TransportRule, Outcome::Success);
    event.operation = book.text.intern("New-TransportRule");
    event.object = book.text.intern(".");
    let given = |list: &[(&str, &str)]| {
        Detail::Parameters(Box::new(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()))
    };
    let list = [
        ("Name", "."),
        ("StopRuleProcessing", "False"),
        ("BlindCopyTo", "x@evil.example"),
        ("SubjectOrBodyContainsWords", "password;invoice"),
        ("SenderAddressLocation", "Header"),
    ];
    assert_eq!(
        summary(&event, Some(&given(&list)), &book),
        "made mail-flow rule \".\" that copies mail in secret to x@evil.example (outside), for mail with \"password; invoice\""
    );
    event.operation = book.text.intern("Remove-TransportRule");
    assert_eq!(summary(&event, Some(&given(&[("Identity", ".")])), &book), "removed mail-flow rule \".\"");
}

#[test]
fn a_role_says_which_group_gets_it() {
    let mut book = Book::default();
    let mut event = event(Action::RoleChange, Outcome::Success);
    event.object = book.text.intern("Global Administrator");
    let holder = Holder { class: "Group".to_owned(), name: "Exchange Security".to_owned(), id: "b50379c5".to_owned() };
    let change = Change { aspect: "role", holder: Some(holder), ..Change::default() };
    assert_eq!(
        summary(&event, Some(&Detail::Change(Box::new(change))), &book),
        "gave role \"Global Administrator\" to the group \"Exchange Security\""
    );
}

#[test]
fn operations_are_told_in_words_where_their_meaning_is_known() {
    let mut book = Book::default();
    let mut told = |action: Action, operation: &str, object: &str, to: &str| {
        let mut event = event(action, Outcome::Success);
        event.operation = book.text.intern(operation);
        event.object = book.text.intern(object);
        event.target = if to.is_empty() { event.target } else { book.names.intern(to) };
        summary(&event, None, &book)
    };
    let ben = "ben@example.com";
    assert_eq!(told(Action::Other, "Add member to group.", "Admins", ben), "added ben@example.com to group \"Admins\"");
    assert_eq!(told(Action::App, "Add owner to application.", "{who}", ben), "made ben@example.com owner of app \"{who}\"");
    assert_eq!(told(Action::Other, "Set directory feature on tenant.", "contoso", ""), "changed a directory feature of tenant \"contoso\"");
    let report = "looked at the report of sensitive information that was found";
    assert_eq!(told(Action::Other, "Get-DlpSiDetectionsReport", "", ""), report);
    assert_eq!(told(Action::Teams, "TeamCreated", "teams-public", ""), "made team \"teams-public\"");
    assert_eq!(told(Action::Teams, "MemberAdded", "teams-public", ben), "added members to team \"teams-public\": ben@example.com");
    assert_eq!(told(Action::Other, "New-ApplicationAccessPolicy", "", ""), "New-ApplicationAccessPolicy", "not the add-in of New-App");
    assert_eq!(told(Action::Other, "Add policy to service principal.", "x", ""), "Add policy to service principal \"x\"");
}

#[test]
fn what_an_act_is_done_to_is_named_once() {
    let mut book = Book::default();
    let mut event = event(Action::AccountChange, Outcome::Success);
    event.operation = book.text.intern("Add user.");
    event.object = book.text.intern("Helper@example.com");
    event.target = book.names.intern("helper@example.com");
    assert_eq!(summary(&event, None, &book), "created user \"Helper@example.com\"");
    event.object = book.text.intern("Helper");
    assert_eq!(summary(&event, None, &book), "created user \"Helper\" of helper@example.com");
}

#[test]
fn an_app_without_a_name_is_called_unknown() {
    let mut event = event(Action::Consent, Outcome::Success);
    event.count = 1;
    let consent = Consent { app_id: "506e7737-013b-4bfc-b7e3-7b22c9948f4d".to_owned(), ..Consent::default() };
    let words = summary(&event, Some(&Detail::Consent(Box::new(consent))), &Book::default());
    assert_eq!(words, "gave app 506e7737-013b-4bfc-b7e3-7b22c9948f4d (unknown to the built-in list) access");
}

#[test]
fn a_secret_of_an_app_is_not_any_change_of_it() {
    let mut book = Book::default();
    let mut event = event(Action::App, Outcome::Success);
    event.object = book.text.intern("Mailer");
    for dash in ["\u{2013}", "?", "-"] {
        event.operation = book.text.intern(&format!("Update application {dash} Certificates and secrets management"));
        assert_eq!(summary(&event, None, &book), "changed the secrets or certificates of app \"Mailer\"");
    }
    event.operation = book.text.intern("Update application.");
    assert_eq!(summary(&event, None, &book), "changed the registration of app \"Mailer\"");
}

#[test]
fn an_mfa_method_is_named_where_the_record_names_it() {
    let mut book = Book::default();
    let mut event = event(Action::Mfa, Outcome::Success);
    event.operation = book.text.intern("User registered security info");
    event.object = book.text.intern("User registered Authenticator App");
    let change = || Detail::Change(Box::new(Change { aspect: "mfa-method", ..Change::default() }));
    assert_eq!(summary(&event, Some(&change()), &book), "registered or changed an MFA method: \"User registered Authenticator App\"");
    event.operation = book.text.intern("Update user.");
    event.object = book.text.intern("a@example.com");
    assert_eq!(summary(&event, Some(&change()), &book), "registered or changed an MFA method");
}
