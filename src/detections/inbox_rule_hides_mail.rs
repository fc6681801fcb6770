//! `inbox-rule-hides-mail`: a rule hides mail.

use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::{HidingFolder, hiding_folder, telling_word};
use crate::events::Rule;

/// See the text.
pub struct InboxRuleHidesMail;

/// Worth of a finding.
const DB: f64 = 12.0;
/// Worth where from an unfamiliar place mail about money or security is sent where nobody looks: some sort their
/// invoices, and some keep newsletters out of sight, but nobody puts what he wants to read where he does not
/// look. It stands between either alone and forwarding to outside.
const BOTH_DB: f64 = 16.0;
/// How unfamiliar the place has to be for that.
const UNFAMILIAR: f64 = 0.5;

impl Detection for InboxRuleHidesMail {
    fn id(&self) -> &'static str {
        "inbox-rule-hides-mail"
    }
    fn title(&self) -> &'static str {
        "Inbox rule hides mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An inbox rule moves mail to a folder that nobody reads (RSS, Conversation History, Archive, Junk, Deleted; in any language), deletes it, or marks it read and moves everything or what speaks of money or security.",
            why: "The owner must not see replies to the intruder's mails, nor warnings.",
            innocent: "Newsletters sorted into a folder.",
            next: "Remove the rule; look in its folder for what it hid.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "New Email Rule",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, _, rule) in rules_made(case) {
            let Some(how) = hides(rule) else { continue };
            let (account, id) = (case.contexts.account_of(index), case.context_of(index).0);
            let db = if hides_what_matters(rule) && case.rarity(id) >= UNFAMILIAR { BOTH_DB } else { DB };
            let summary = format!("made inbox rule {} that {how}", rule_name(rule));
            out.add(case.store, account, id, vec![index], db, summary);
        }
    }
}

/// The words that a rule looks for.
fn words(rule: &Rule) -> impl Iterator<Item = &str> {
    let named = |name: &str| name.to_ascii_lowercase().contains("words") || name.to_ascii_lowercase().contains("contains");
    rule.conditions.iter().filter(move |(name, _)| named(name)).map(|(_, value)| value.as_str())
}

/// True for a rule by which mail about money or security goes where nobody looks, or is deleted.
fn hides_what_matters(rule: &Rule) -> bool {
    let folder = rule.move_to.as_deref().and_then(hiding_folder);
    let unseen = rule.deletes || folder.is_some_and(|hiding| hiding != HidingFolder::Archive || rule.marks_read);
    unseen && words(rule).any(|value| telling_word(value).is_some())
}

/// How a rule hides mail, in words; `None` where it does not.
pub fn hides(rule: &Rule) -> Option<String> {
    let telling = words(rule).find_map(telling_word);
    let everything = rule.conditions.is_empty();
    if rule.deletes {
        return Some("deletes mail".to_owned());
    }
    let folder = rule.move_to.as_deref().or(rule.copy_to.as_deref())?;
    let shown = folder.rsplit(['\\', '/']).find(|part| !part.is_empty()).unwrap_or(folder);
    if hiding_folder(folder).is_some_and(|hiding| hiding != HidingFolder::Archive) {
        return Some(format!("moves mail to {shown}"));
    }
    let moved = rule.move_to.is_some();
    match (rule.marks_read && moved, everything, telling) {
        (true, true, _) => Some(format!("marks all mail as read and moves it to {shown}")),
        (true, _, Some(word)) => Some(format!("marks mail with \"{word}\" as read and moves it to {shown}")),
        (false, _, Some(word)) if moved && hiding_folder(folder).is_some() => Some(format!("moves mail with \"{word}\" to {shown}")),
        (true, ..) if rule.conditions.iter().any(|(name, _)| name.eq_ignore_ascii_case("from")) && hiding_folder(folder).is_some() => {
            Some(format!("marks mail of certain senders as read and moves it to {shown}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detections::testkit::*;
    use crate::events::RuleChange;

    fn rule(folder: Option<&str>, words: Option<&str>, marks_read: bool, deletes: bool) -> Rule {
        let mut rule = Rule::new(RuleChange::New);
        rule.move_to = folder.map(str::to_owned);
        rule.conditions = words.iter().map(|value| ("SubjectContainsWords".to_owned(), (*value).to_owned())).collect();
        (rule.marks_read, rule.deletes) = (marks_read, deletes);
        rule
    }

    #[test]
    fn what_nobody_reads_is_hidden() {
        for (case, folder, words, read, deletes) in [
            ("RSS", Some("RSS Feeds"), Some("invoice"), false, false),
            ("localised", Some("Historique des conversations"), None, false, false),
            ("delete", None, Some("hello"), false, true),
            ("all read and moved", Some("Old"), None, true, false),
            ("money read and moved", Some("Old"), Some("payment"), true, false),
        ] {
            assert!(hides(&rule(folder, words, read, deletes)).is_some(), "{case}");
        }
    }

    #[test]
    fn money_where_nobody_looks_is_worth_more_than_either() {
        for (case, folder, words, read, deletes, both) in [
            ("RSS", Some("RSS Feeds"), Some("invoice"), false, false, true),
            ("deleted", None, Some("invoice"), false, true, true),
            ("archive, read", Some("Archive"), Some("invoice"), true, false, true),
            ("archive", Some("Archive"), Some("invoice"), false, false, false),
            ("a folder", Some("Old"), Some("invoice"), true, false, false),
            ("newsletters in RSS", Some("RSS Feeds"), Some("weekly"), true, false, false),
            ("newsletters deleted", None, Some("weekly"), false, true, false),
            ("all in RSS", Some("RSS Feeds"), None, true, false, false),
        ] {
            assert_eq!(hides_what_matters(&rule(folder, words, read, deletes)), both, "{case}");
        }
    }

    #[test]
    fn sorting_is_not_hiding() {
        for (case, folder, words, read) in [
            ("newsletter to a folder", Some("Newsletter"), Some("weekly, digest"), false),
            ("newsletter read and moved", Some("Newsletter"), Some("weekly, digest"), true),
            ("archive", Some("Archive"), Some("digest"), false),
            ("nothing", None, Some("payment"), true),
        ] {
            assert_eq!(hides(&rule(folder, words, read, false)), None, "{case}");
        }
    }

    #[test]
    fn hiding_counts_from_any_place_and_sorting_from_none() {
        for (ip, db) in [(NIGERIA, 16.0), (HOME, 12.0)] {
            let mut scene = Scene::office();
            scene.add(hiding_rule("anna", at(20, "03:00")).from(ip, FIREFOX));
            scene.look().fires("inbox-rule-hides-mail", "anna", db);
        }
        let mut scene = Scene::office();
        scene.add(
            crate::detections::testkit::rule("anna", at(20, "03:00"), "News", |rule| rule.move_to = Some("News".to_owned()))
                .from(NIGERIA, FIREFOX),
        );
        scene.look().quiet("inbox-rule-hides-mail", "anna");
    }
}
