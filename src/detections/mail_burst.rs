//! `mail-burst`: a burst of mail.

use super::internal_phish::{InternalPhish, reaches_colleagues};
use super::sent::{bursts, main_context, main_subject, peak_outside, sent_mail};
use super::support::span_words;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};

/// See the text.
pub struct MailBurst;

/// Worth of the smallest burst, and of one to very many; in between it grows with the logarithm.
const DB: f64 = 12.0;
const MANY_DB: f64 = 22.0;
/// Added to very many like mails to outsiders where network and client are both new to the account: to
/// colleagues `internal-phish` adds as much. Source: the scoring text's row of 500 like mails.
const LIKE_DB: f64 = 3.0;
/// Seconds of the window.
const WINDOW_SECONDS: i64 = 900;
/// Share of mails with one subject from which they are alike.
const LIKE_SHARE: f64 = 0.7;

impl Detection for MailBurst {
    fn id(&self) -> &'static str {
        "mail-burst"
    }
    fn title(&self) -> &'static str {
        "Burst of mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534", "T1566.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least 50 recipients within 15 minutes and at least five times the account's own peak, with like subjects or without any such habit.",
            why: "A taken mailbox is used to phish the next ones.",
            innocent: "Newsletters, mails of human resources to all staff.",
            next: "Read one of the mails; warn its recipients.",
            references: &["https://attack.mitre.org/techniques/T1534/", "https://attack.mitre.org/techniques/T1566/002/"],
            model: "Possible Outbound Email Spam",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "recipients", default: 50.0, doc: "recipients within 15 minutes" },
            Threshold { name: "times_peak", default: 5.0, doc: "times the account's own peak outside the burst" },
            Threshold { name: "many", default: 500.0, doc: "recipients from which it counts in full" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let (least, times, many) = (case.threshold(self, "recipients"), case.threshold(self, "times_peak"), case.threshold(self, "many"));
        for (account, sent) in sent_mail(case) {
            let bursts = bursts(&sent, WINDOW_SECONDS, least);
            let Some(burst) = bursts.first() else { continue };
            let quiet_peak = peak_outside(&sent, burst);
            #[expect(clippy::cast_precision_loss, reason = "counts of recipients")]
            let unusual = burst.recipients as f64 >= times * quiet_peak as f64;
            if !unusual {
                continue;
            }
            // An account that sends many mails now and then has a habit: a larger burst must be of like mails.
            #[expect(clippy::cast_precision_loss, reason = "counts of recipients")]
            let has_habit = quiet_peak as f64 * times >= least;
            for burst in &bursts {
                let events: Vec<u32> = sent.get(burst.range.clone()).unwrap_or_default().iter().map(|mail| mail.event).collect();
                let (subject, share) = main_subject(case, &events);
                let alike = share >= LIKE_SHARE;
                if has_habit && !alike {
                    continue;
                }
                let context = main_context(case, &events);
                #[expect(clippy::cast_precision_loss, reason = "counts of recipients")]
                let recipients = burst.recipients as f64;
                let strange = recipients >= many && alike && !subject.is_empty() && case.rarity(context) >= 1.0;
                let like = if strange && is_to_outsiders(case, &events) { LIKE_DB } else { 0.0 };
                let db = worth(recipients, least, many) + like;
                let same = if alike { format!(", subject \"{subject}\"") } else { String::new() };
                let summary = format!("sent mail to {} recipients in {}{same}", burst.recipients, span_words(burst.seconds));
                out.add(case.store, account, context, events, db, summary);
            }
        }
    }
}

/// Worth of a burst to so many.
fn worth(recipients: f64, least: f64, many: f64) -> f64 {
    if recipients >= many {
        return MANY_DB;
    }
    let share = (recipients / least).ln() / (many / least).ln();
    DB + (MANY_DB - DB) * share.clamp(0.0, 1.0)
}

/// True where too few colleagues got the mails for `internal-phish` to speak.
fn is_to_outsiders(case: &Case<'_>, events: &[u32]) -> bool {
    let least = case.threshold(&InternalPhish, "recipients");
    #[expect(clippy::cast_precision_loss, reason = "a count of mails")]
    let colleagues = events.iter().filter(|index| reaches_colleagues(case, **index)).count() as f64;
    colleagues < least
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::message_link;

    const ID: &str = "mail-burst";

    /// So many mails to an outsider, so many seconds apart.
    fn burst(scene: &mut Scene, day: i64, mails: i64, apart: i64) {
        let one = |n: i64| send("anna", at(day, "14:00").plus_secs(n * apart), &["x@example.org"], "Invoice");
        scene.add_all((0..mails).map(|n| one(n).from(NIGERIA, FIREFOX)));
    }

    fn seen(mails: i64, apart: i64) -> Seen {
        let mut scene = Scene::office();
        burst(&mut scene, 20, mails, apart);
        scene.look()
    }

    #[test]
    fn fifty_recipients_in_a_quarter_of_an_hour_make_a_burst() {
        seen(50, 18).fires(ID, "anna", 12.0);
        seen(51, 18).fires(ID, "anna", 12.1);
        seen(49, 18).quiet(ID, "anna");
        seen(50, 19).quiet(ID, "anna");
    }

    #[test]
    fn five_hundred_count_in_full() {
        seen(499, 1).fires(ID, "anna", 22.0);
        seen(500, 1).fires(ID, "anna", 25.0);
        seen(501, 1).fires(ID, "anna", 25.0);
        seen(158, 1).fires(ID, "anna", 17.0);
        assert_eq!(seen(500, 1).total(ID, "anna"), 500);
    }

    #[test]
    fn one_mail_to_fifty_is_a_burst_too() {
        let names: Vec<String> = (0..50).map(|n| format!("x{n}@example.org")).collect();
        let mut scene = Scene::office();
        scene.add(send("anna", at(20, "14:00"), &names.iter().map(String::as_str).collect::<Vec<_>>(), "Invoice").from(NIGERIA, FIREFOX));
        scene.look().fires(ID, "anna", 12.0);
    }

    #[test]
    fn it_is_five_times_what_the_account_does_anyway() {
        for (usual, fires) in [(9, true), (10, true), (11, false)] {
            let mut scene = Scene::office();
            burst(&mut scene, 5, usual, 1);
            burst(&mut scene, 20, 50, 1);
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 12.0) } else { seen.quiet(ID, "anna") }
        }
    }

    #[test]
    fn mails_of_different_subjects_are_a_burst_only_without_a_habit_of_many() {
        for (usual, fires) in [(9, true), (10, false)] {
            let mut scene = Scene::office();
            burst(&mut scene, 5, usual, 1);
            let one = |n: i64| send("anna", at(20, "14:00").plus_secs(n), &["x@example.org"], &format!("About {n}"));
            scene.add_all((0..50).map(|n| one(n).from(NIGERIA, FIREFOX)));
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 12.0) } else { seen.quiet(ID, "anna") }
        }
    }

    #[test]
    fn many_like_mails_to_outsiders_from_an_unfamiliar_network_and_client_are_compromised() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "13:30")).from(OTHER_PROVIDER, FIREFOX));
        let one = |n: i64| send("anna", at(20, "14:00").plus_secs(n), &["x@example.org"], "Invoice");
        scene.add_all((0..500).map(|n| one(n).from(OTHER_PROVIDER, FIREFOX)));
        scene.judge().comes_out("anna", crate::attribution::Verdict::Compromised, 22.0);
    }

    #[test]
    fn a_newsletter_every_week_is_quiet() {
        let mut scene = Scene::office();
        for day in [1, 8, 15, 22] {
            burst(&mut scene, day, 700, 1);
        }
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn a_mail_that_trace_and_mailbox_both_tell_of_is_one() {
        let mut scene = Scene::office();
        for n in 0..30 {
            let id = message_link(&format!("<{n}@example.com>"));
            let one = || send("anna", at(20, "14:00").plus_secs(n), &["x@example.org"], "Invoice").linked(id);
            scene.add(one().from(NIGERIA, FIREFOX));
            scene.add(one().traced());
        }
        scene.look().quiet(ID, "anna");
    }
}
