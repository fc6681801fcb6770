//! What the rows of the timeline say of made-up acts.

use super::*;
use crate::detections::testkit::*;
use crate::events::{Item, Items, Store};
use crate::exposure::Exposures;

/// The rows of the acts of somebody who took Anna's account, from his address; those of the take-over are left
/// out.
fn told(acts: impl IntoIterator<Item = Act>) -> Vec<TimelineRow> {
    let mut scene = Scene::taken(NIGERIA);
    scene.add_all(acts);
    let loaded = Loaded { store: Store::default(), inputs: Vec::new(), refused: Vec::new() };
    scene.judged(|case, attribution| {
        let material = Material {
            loaded: &loaded,
            case,
            attribution,
            incidents: &[],
            exposures: &Exposures::default(),
            geo: geo(),
            only: None,
            response: None,
        };
        timeline(&material).into_iter().skip(3).collect()
    })
}

/// An act of the intruder's, so many minutes after four.
fn his(minute: u32, action: Action) -> Act {
    Act::new("anna", at(20, &format!("04:{minute:02}")), action).from(NIGERIA, FIREFOX)
}

fn summaries(rows: &[TimelineRow]) -> Vec<&str> {
    rows.iter().map(|row| row.summary.as_str()).collect()
}

#[test]
fn the_records_of_one_share_are_one_row_that_names_the_link() {
    let share = |minute, operation| his(minute, Action::FileShared).about("Accounts.docx").linked(7).operation(operation);
    let rows = told([
        share(1, "SharingInheritanceBroken"),
        share(1, "SharingSet"),
        share(1, "AnonymousLinkCreated"),
        share(1, "AddedToGroup").about("Sharing Links").flag(Flags::NO_FILE),
    ]);
    assert_eq!(summaries(&rows), ["made a link to file \"Accounts.docx\" that anybody can use"]);
    assert_eq!(rows[0].evidence_total, 3, "rights on a list are no share");
}

#[test]
fn an_address_that_no_record_has_is_not_shown_as_recorded() {
    let session = |act: Act| act.session("11111111-aaaa-4bbb-8ccc-222222222222");
    let rows = told([
        session(his(1, Action::FileRead).about("a.docx")),
        session(Act::new("anna", at(20, "04:02"), Action::PolicyChange).operation("Set-Something")),
    ]);
    let [read, set] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((read.ip.as_deref(), &read.ascribed_address), (Some(NIGERIA), &None));
    assert_eq!((set.ip.as_deref(), set.country.as_deref()), (None, None));
    let ascribed = set.ascribed_address.as_ref().unwrap();
    assert_eq!((ascribed.ip.as_str(), ascribed.country.as_deref()), (NIGERIA, Some("NG")));
}

/// Items of a mailbox with these ids, in a folder.
fn items(act: Act, ids: &'static [u64], folder: &'static str) -> Act {
    let count = u32::try_from(ids.len()).unwrap();
    act.on("anna").times(count).with(move |batch| {
        let start = u32::try_from(batch.items.len()).unwrap();
        batch.items.extend(ids.iter().map(|id| Item { link: *id, ..Item::default() }));
        Detail::Items(Items { folder: batch.str(folder), start, len: count, ..Items::default() })
    })
}

#[test]
fn a_mail_that_is_opened_twice_is_one_mail() {
    let rows = told([items(his(1, Action::MailRead), &[1, 2], "\\Inbox"), items(his(2, Action::MailRead), &[2, 3], "\\Inbox")]);
    assert_eq!(summaries(&rows), ["opened 3 mails in 1 min"]);
}

#[test]
fn folders_that_are_copied_whole_are_no_mails_that_are_opened() {
    let copied = |minute, folder| items(his(minute, Action::MailRead).flag(Flags::SYNC), &[], folder);
    let rows = told([copied(1, "\\Inbox"), copied(2, "\\Archive"), items(his(3, Action::MailRead), &[1], "\\Inbox")]);
    assert_eq!(summaries(&rows), ["synchronised 2 folders whole in 1 min", "opened 1 mail in Inbox"]);
}

#[test]
fn acts_that_read_differently_are_different_rows() {
    let rows = told([
        permission("anna", at(20, "04:01"), "ceo", "anna").from(NIGERIA, FIREFOX),
        permission("anna", at(20, "04:02"), "ceo", "eve@example.net").from(NIGERIA, FIREFOX),
        his(3, Action::App).operation("Add owner to application.").about("Mailer"),
        his(4, Action::App).operation("Add application.").about("Mailer"),
    ]);
    assert_eq!(
        summaries(&rows),
        [
            "gave anna@example.com full access on the mailbox of ceo@example.com",
            "gave eve@example.net (outside) full access on the mailbox of ceo@example.com",
            "made somebody owner of app \"Mailer\"",
            "registered app \"Mailer\"",
        ]
    );
}

#[test]
fn a_draft_with_an_attachment_is_told_apart_from_what_else_is_changed() {
    let changed = |minute, folder| items(his(minute, Action::MailChanged).operation("Update"), &[1], folder);
    let rows = told([
        changed(1, "\\Sent Items"),
        items(his(2, Action::MailChanged).operation("Update"), &[2], "\\Sent Items"),
        changed(3, "\\Drafts").flag(Flags::HAS_ATTACHMENT),
    ]);
    assert_eq!(summaries(&rows), ["changed 2 items in Sent Items in 1 min", "changed a draft, with an attachment"]);
}

#[test]
fn like_rules_are_one_row_and_a_rule_that_does_something_else_is_another() {
    let made = |minute: u32, name: &str, folder: &'static str| {
        rule("anna", at(20, &format!("04:{minute:02}")), name, |rule| rule.move_to = Some(folder.to_owned())).from(NIGERIA, FIREFOX)
    };
    let rows = told([made(1, "f", "Notes"), made(2, "l", "Notes"), made(3, "a", "Notes"), made(4, "f", "Notes"), made(5, "3", "Inbox")]);
    assert_eq!(
        summaries(&rows),
        [
            "made 4 inbox rules in 3 min (3 names, \"f\", \"l\" and \"a\"): each moves mail to Notes",
            "made inbox rule \"3\" that moves mail to Inbox"
        ]
    );
}

#[test]
fn roles_given_to_one_account_are_one_row_with_the_most_powerful_first() {
    let role = |second: u32, name: &str, whom: &str| {
        change("anna", at(20, &format!("04:01:{second:02}")), Action::RoleChange, "role").on(whom).about(name).from(NIGERIA, FIREFOX)
    };
    let rows = told([
        role(1, "Teams Administrator", "eve"),
        role(2, "Helpdesk Administrator", "eve"),
        role(2, "Global Administrator", "eve"),
        role(3, "User Administrator", "eve"),
        role(4, "User Administrator", "bob"),
    ]);
    assert_eq!(
        summaries(&rows),
        [
            "gave 4 roles (\"Global Administrator\", \"Teams Administrator\", \"Helpdesk Administrator\" and 1 more) to eve@example.com in 2 s",
            "gave role \"User Administrator\" to bob@example.com",
        ]
    );
}

#[test]
fn messages_say_whom_they_reach_and_pages_stand_in_one_row() {
    let message = |minute, to: &str| {
        his(minute, Action::Teams).operation("MessageCreatedHasLink").about("19:1_2@unq.gbl.spaces").on(to).flag(Flags::HAS_LINK)
    };
    let page = |minute, name| his(minute, Action::Other).operation("PageViewed").about(name);
    let rows = told([message(1, "bob"), message(2, "carl"), message(3, "dora"), page(4, "a.aspx"), page(5, "b.aspx")]);
    assert_eq!(
        summaries(&rows),
        [
            "sent a Teams message with a link to bob@example.com, carl@example.com and 1 more, 3 times in 2 min",
            "looked at pages and lists of a site, 2 times in 1 min",
        ]
    );
}

#[test]
fn the_two_records_of_one_consent_are_one_row() {
    let given = |clock| consent("anna", at(20, clock), "11111111-2222-4333-8444-555555555555", "Mailer").from(NIGERIA, FIREFOX);
    let rows = told([given("04:01:00"), given("04:01:01")]);
    assert_eq!(summaries(&rows), ["gave app Mailer access to mail (Mail.Read)"]);
    assert_eq!(rows[0].evidence_total, 2);
}
