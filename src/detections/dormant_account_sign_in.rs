//! `dormant-account-sign-in`: a sign-in to an account that nobody used.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text, Threshold};
use crate::events::AccountId;
use crate::habits::Context;
use std::collections::BTreeMap;

/// See the text.
pub struct DormantAccountSignIn;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for DormantAccountSignIn {
    fn id(&self) -> &'static str {
        "dormant-account-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in to a dormant account"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in succeeded from an unfamiliar place after at least 60 days in which the account did nothing and the exports show others at work.",
            why: "Nobody misses a forgotten account, and its password is old.",
            innocent: "Back from leave, on a new device.",
            next: "Ask whether the owner is back; disable the account if nobody needs it.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "days", default: 60.0, doc: "days without any success" }]
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "days");
        let mut own: BTreeMap<AccountId, Vec<i64>> = BTreeMap::new();
        let mut tenant = None;
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            let Some((index, day)) = case.sign_ins(context).next().map(|(index, event)| (index, event.time.day())) else { continue };
            let own = own.entry(context.account).or_insert_with(|| {
                let contexts = case.contexts.of_account(context.account).iter();
                days_of(contexts.filter_map(|id| case.contexts.get(*id)))
            });
            // With nothing before, the account may be new, or the exports begin here.
            let Some(last) = between(own, i64::MIN, day).last() else { continue };
            #[expect(clippy::cast_precision_loss, reason = "days of a case")]
            let quiet = (day - last) as f64;
            if quiet < least {
                continue;
            }
            // A hole in the exports is no leave: others must be seen in it on half of the days.
            let tenant = tenant.get_or_insert_with(|| days_of(case.contexts.iter().map(|(_, context)| context)));
            #[expect(clippy::cast_precision_loss, reason = "days of a case")]
            let covered = between(tenant, last + 1, day).len() as f64 * 2.0 + 1.0 >= quiet;
            if covered {
                let summary = format!("first success for {} days, from {}", day - last, case.place_words(context.ip));
                out.add(case.store, context.account, id, vec![index], DB, summary);
            }
        }
    }
}

/// Days on which something succeeded in some of these contexts, sorted.
fn days_of<'c>(contexts: impl Iterator<Item = &'c Context>) -> Vec<i64> {
    let mut days: Vec<i64> = contexts.flat_map(|context| context.days.iter().map(|day| i64::from(*day))).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The days from one on and before another.
fn between(days: &[i64], from: i64, to: i64) -> &[i64] {
    let upto = days.get(..days.partition_point(|day| *day < to)).unwrap_or_default();
    upto.get(upto.partition_point(|day| *day < from)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "dormant-account-sign-in";

    /// Anna's last day is the 19th; a colleague goes on until `others`.
    fn seen(day: i64, others: i64, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.live("c1", ORDINARY_DAYS..others, "79.240.1.10", CHROME);
        scene.add(sign_in("anna", at(day, "03:00")).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn sixty_days_without_a_success_tell() {
        seen(78, 90, NIGERIA).quiet(ID, "anna");
        seen(79, 90, NIGERIA).fires(ID, "anna", 8.0);
        seen(80, 90, NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn the_owner_back_at_the_desk_is_quiet() {
        seen(85, 90, HOME).quiet(ID, "anna");
    }

    #[test]
    fn a_hole_in_the_exports_is_no_leave() {
        seen(79, 21, NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn an_account_never_seen_before_is_new_and_not_dormant() {
        let mut scene = Scene::office();
        scene.add(sign_in("new", at(20, "03:00")).from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "new");
    }
}
