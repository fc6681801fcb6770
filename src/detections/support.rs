//! What several detections need: runs of events, groups, words.

use super::Case;
use crate::events::{Action, Detail, Event, Rule, RuleChange};
use crate::habits::{Context, ContextId};

/// Contexts in which something succeeded, a person (or kit) acts, and the address is not habitual.
pub fn unusual_contexts<'c>(case: &'c Case<'c>) -> impl Iterator<Item = (ContextId, &'c Context)> {
    case.contexts.iter().filter(|(id, context)| {
        context.succeeded() && context.app.is_none() && case.is_judged(context.account) && !case.familiarity(*id).address
    })
}

/// New and changed inbox rules with a readable body: index, event, rule.
pub fn rules_made<'c>(case: &'c Case<'c>) -> impl Iterator<Item = (u32, &'c Event, &'c Rule)> {
    case.in_order().filter_map(|(index, event)| match case.store.detail(event) {
        Some(Detail::Rule(rule))
            if event.action == Action::MailboxRule
                && event.succeeded()
                && matches!(rule.change, RuleChange::New | RuleChange::Set | RuleChange::Enable)
                && !rule.lost =>
        {
            Some((index, event, rule.as_ref()))
        }
        _ => None,
    })
}

/// The name of a rule in quotes, or words for a nameless one.
pub fn rule_name(rule: &Rule) -> String {
    if rule.name.is_empty() { "without a name".to_owned() } else { format!("\"{}\"", rule.name) }
}

/// Longest run of entries that lie within `seconds`, as a range of indexes into the (sorted) list.
pub fn densest(times: &[i64], seconds: i64) -> std::ops::Range<usize> {
    let (mut best, mut start) = (0..0, 0);
    for (end, time) in times.iter().enumerate() {
        while times.get(start).is_some_and(|first| time - first > seconds) {
            start += 1;
        }
        if end + 1 - start > best.len() {
            best = start..end + 1;
        }
    }
    best
}

/// "3 days", "1 day".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::densest;

    #[test]
    fn the_densest_run_is_found() {
        assert_eq!(densest(&[0, 100, 110, 120, 500], 30), 1..4);
        assert_eq!(densest(&[], 30), 0..0);
        assert_eq!(densest(&[0, 30], 30), 0..2);
    }
}
