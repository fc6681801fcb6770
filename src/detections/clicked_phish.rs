//! `clicked-phish`: a link of a mail that was phishing was clicked.

use super::clicks::{clicks, mail_ids};
use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Action, Detail, Time};
use crate::habits::ContextId;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// See the text.
pub struct ClickedPhish;

impl Detection for ClickedPhish {
    fn id(&self) -> &'static str {
        "clicked-phish"
    }
    fn title(&self) -> &'static str {
        "Clicked a link of a phishing mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1566.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The person went on to a link that Microsoft rated as phishing, or that was in a mail rated so or sent by an intruder. It tells how an account fell, and is worth nothing by itself.",
            why: "Where a password was typed in, the account is the next to fall.",
            innocent: "Whoever looks and types in nothing; link scanners; phishing exercises.",
            next: "Ask the person what he typed in; look at his sign-ins in the day after.",
            references: &["https://attack.mitre.org/techniques/T1566/002/"],
            model: "",
        }
    }
    fn is_attack(&self) -> bool {
        true
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let clicks: Vec<_> = clicks(case).into_iter().filter(|click| click.through && case.is_judged(click.account)).collect();
        if clicks.is_empty() {
            return;
        }
        let bad = bad_mails(case);
        let mut found: BTreeMap<AccountId, Vec<u32>> = BTreeMap::new();
        for click in &clicks {
            let rated = case.event(click.event).is_some_and(|event| says_phish(case.store.text(event.object)));
            if rated || click.ids().any(|id| bad.get(&id).is_some_and(|sent| *sent <= click.time)) {
                found.entry(click.account).or_default().push(click.event);
            }
        }
        for (account, events) in found {
            let summary = format!("went on to {} of phishing mail", counted(events.len(), "link", "links"));
            out.add(case.store, account, ContextId::NONE, events, 0.0, summary);
        }
    }
}

/// The ids of mails that Microsoft rated as phishing or that an intruder sent, with the time of the first.
fn bad_mails(case: &Case<'_>) -> FxHashMap<u64, Time> {
    let mut bad = FxHashMap::default();
    for (index, event) in case.acts(&[Action::MailSent, Action::MailReceived]) {
        let rated = match case.store.detail(event) {
            Some(Detail::Mail(mail)) => says_phish(case.store.text(mail.threats)),
            _ => false,
        };
        if rated || case.is_confirmed(case.context_of(index).0) {
            for id in mail_ids(event).into_iter().filter(|id| *id != 0) {
                bad.entry(id).or_insert(event.time);
            }
        }
    }
    bad
}

/// Reads a list of threats ("Phish, Malware").
fn says_phish(threats: &str) -> bool {
    threats.split(',').any(|threat| threat.trim().eq_ignore_ascii_case("phish"))
}

#[cfg(test)]
mod tests {
    use crate::attribution::Verdict;
    use crate::detections::testkit::*;
    use crate::events::{Action, Detail, Flags, Mail, Outcome, message_link};

    const ID: &str = "clicked-phish";
    const MAIL: u64 = 4711;

    /// A mail to c1 that Microsoft rated, with its two ids.
    fn mail(clock: &str, threats: &'static str) -> Act {
        let mail = Act::new("evil@example.net", at(20, clock), Action::MailSent).on("c1").about("Pay").traced().token(MAIL);
        mail.linked(message_link("<m@x>"))
            .with(move |batch| Detail::Mail(Box::new(Mail { threats: batch.str(threats), ..Mail::default() })))
    }

    fn seen(acts: impl IntoIterator<Item = Act>) -> Seen {
        let mut scene = Scene::office();
        scene.add_all(acts);
        scene.look()
    }

    #[test]
    fn a_click_on_a_link_of_a_mail_rated_as_phishing_tells() {
        seen([mail("12:00", "Malware, Phish"), click("c1", at(20, "12:05"), "https://a.example/").traced().token(MAIL)])
            .fires(ID, "c1", 0.0);
        let by_message = click("c1", at(20, "12:05"), "https://a.example/").linked(message_link("<m@x>"));
        seen([mail("12:00", "Phish"), by_message]).fires(ID, "c1", 0.0);
    }

    #[test]
    fn a_link_rated_as_phishing_tells_without_any_mail() {
        seen([click("c1", at(20, "12:05"), "https://a.example/").traced().about("Phish")]).fires(ID, "c1", 0.0);
    }

    #[test]
    fn the_address_leads_to_the_mail_where_the_click_does_not() {
        let url = "https://a.example/";
        let listed = |url: &str| Act::new("", at(20, "12:00"), Action::Other).about(url).traced().token(MAIL).flag(Flags::HAS_LINK);
        seen([mail("12:00", "Phish"), listed(url), click("c1", at(20, "12:05"), url).traced()]).fires(ID, "c1", 0.0);
        seen([mail("12:00", "Phish"), listed("https://b.example/"), click("c1", at(20, "12:05"), url).traced()]).quiet(ID, "c1");
    }

    #[test]
    fn other_mails_links_and_clicks_before_the_mail_are_quiet() {
        let at_five = || click("c1", at(20, "12:05"), "https://a.example/").traced();
        seen([mail("12:00", "Phish"), at_five().token(MAIL + 1)]).quiet(ID, "c1");
        seen([mail("12:00", "Phish"), at_five()]).quiet(ID, "c1");
        seen([mail("12:00", "Spam"), at_five().token(MAIL)]).quiet(ID, "c1");
        seen([mail("12:06", "Phish"), at_five().token(MAIL)]).quiet(ID, "c1");
        seen([mail("12:05", "Phish"), at_five().token(MAIL)]).fires(ID, "c1", 0.0);
    }

    #[test]
    fn a_blocked_click_and_one_in_a_chat_are_quiet() {
        let one = || click("c1", at(20, "12:05"), "https://a.example/").traced().token(MAIL);
        seen([mail("12:00", "Phish"), one().ended(Outcome::Failure)]).quiet(ID, "c1");
        seen([mail("12:00", "Phish"), one().app("Teams")]).quiet(ID, "c1");
        seen([mail("12:00", "Phish"), one().app("Email")]).fires(ID, "c1", 0.0);
    }

    #[test]
    fn who_clicked_is_targeted_and_nothing_more() {
        let mut scene = Scene::office();
        scene.add_all([mail("12:00", "Phish"), click("c1", at(20, "12:05"), "https://a.example/").traced().token(MAIL)]);
        scene.judge().comes_out("c1", Verdict::Targeted, -20.0);
    }

    #[test]
    fn a_link_of_an_intruders_mail_tells_though_nobody_rated_it() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        let link = message_link("<m@x>");
        scene.add(send("anna", at(20, "04:00"), &["c1"], "Invoice").linked(link).from(OTHER_HOSTING, FIREFOX));
        scene.add(click("c1", at(20, "08:05"), "https://a.example/").linked(link));
        scene.judge().fires(ID, "c1", 0.0);
    }
}
