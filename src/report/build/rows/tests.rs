//! What the rows of the timeline say of made-up acts.

use super::*;
use crate::detections::testkit::*;
use crate::exposure::Exposures;

/// The rows of the acts of somebody who took Anna's account, from his address; those of the take-over are left
/// out.
fn told(acts: impl IntoIterator<Item = Act>) -> Vec<TimelineRow> {
    let mut scene = Scene::taken(NIGERIA);
    scene.add_all(acts);
    let loaded = Loaded { store: Default::default(), inputs: Vec::new(), refused: Vec::new() };
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
