//! What several detections need: runs of events, groups, words.

use super::Case;
use crate::enrich::ErrorClass;
use crate::events::{AccountId, Action, Detail, Event, Rule, RuleChange};
use crate::habits::{Context, ContextId};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A span as the timeline words it: `58 s`, `15 min 15 s`, from twenty minutes on `43 min`.
pub fn span_words(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{} s", seconds.max(0)),
        (minutes @ 20.., _) | (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// Contexts in which something succeeded, a person (or kit) acts, and the address is not habitual.
pub fn unusual_contexts<'c>(case: &'c Case<'c>) -> impl Iterator<Item = (ContextId, &'c Context)> {
    case.contexts.iter().filter(|(id, context)| case.is_due(*id, context.account) && is_unusual(case, *id, context))
}

/// True for a context as of [`unusual_contexts`].
pub fn is_unusual(case: &Case<'_>, id: ContextId, context: &Context) -> bool {
    context.succeeded() && context.app.is_none() && case.is_judged(context.account) && !case.familiarity(id).address
}

/// New and changed inbox rules with a readable body: index, event, rule.
pub fn rules_made<'c>(case: &'c Case<'c>) -> impl Iterator<Item = (u32, &'c Event, &'c Rule)> {
    case.acts(&[Action::MailboxRule]).filter_map(|(index, event)| match case.store.detail(event) {
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

/// Events by account and context, of the contexts that are wanted: which those are is asked once for each.
pub fn by_context<'c>(
    case: &'c Case<'c>,
    events: impl Iterator<Item = (u32, &'c Event)>,
    wanted: impl Fn(ContextId) -> bool,
) -> Vec<((AccountId, ContextId), Vec<u32>)> {
    let mut groups: FxHashMap<ContextId, Option<Vec<u32>>> = FxHashMap::default();
    for (index, _) in events {
        let (id, _) = case.context_of(index);
        let group = groups.entry(id).or_insert_with(|| (id.is_some() && wanted(id)).then(Vec::new));
        if let Some(list) = group {
            list.push(index);
        }
    }
    let account = |id: ContextId| case.contexts.get(id).map(|context| context.account).unwrap_or_default();
    let mut groups: Vec<_> = groups.into_iter().filter_map(|(id, list)| Some(((account(id), id), list?))).collect();
    groups.sort_unstable_by_key(|(key, _)| *key);
    groups
}

/// Acts of people in contexts that are not their usual ones: account, context, the first act, and all of
/// them there.
pub fn unusual_acts<'c>(
    case: &'c Case<'c>,
    acts: impl Iterator<Item = (u32, &'c Event)>,
) -> Vec<(AccountId, ContextId, &'c Event, Vec<u32>)> {
    let wanted = |id: ContextId| case.rarity(id) > 0.0 && case.contexts.get(id).is_some_and(|context| case.is_judged(context.account));
    let with_first = |((account, id), events): ((AccountId, ContextId), Vec<u32>)| {
        let first = events.first().and_then(|index| case.event(*index))?;
        Some((account, id, first, events))
    };
    by_context(case, acts, wanted).into_iter().filter_map(with_first).collect()
}

/// Dated sign-ins that failed because the password was wrong or nobody has the name, in time order.
pub struct WrongPasswords(Vec<u32>);

impl WrongPasswords {
    /// Those of a case: one pass over its sign-ins for all detections.
    fn of(case: &Case<'_>) -> WrongPasswords {
        let failed = |event: &Event| matches!(case.error_class(event), ErrorClass::BadPassword | ErrorClass::NoUser);
        let sign_ins = case.acts(&[Action::SignIn]).filter(|(_, event)| event.time.is_known() && failed(event));
        WrongPasswords(sign_ins.map(|(index, _)| index).collect())
    }

    /// Calls `each` for every one, with its index.
    pub fn each<'c>(case: &Case<'c>, mut each: impl FnMut(u32, &'c Event)) {
        let all = case.once(WrongPasswords::of);
        all.0.iter().filter_map(|index| case.event(*index).map(|event| (*index, event))).for_each(|(index, event)| each(index, event));
    }
}

/// The parameters of a cmdlet, as recorded.
pub fn parameters<'c>(case: &Case<'c>, event: &Event) -> &'c [(String, String)] {
    match case.store.detail(event) {
        Some(Detail::Parameters(list)) => list.as_slice(),
        _ => &[],
    }
}

/// True if a cmdlet was given this parameter with this value, whatever the case of either.
pub fn is_given(parameters: &[(String, String)], name: &str, value: &str) -> bool {
    parameters.iter().any(|(key, text)| key.eq_ignore_ascii_case(name) && text.trim().eq_ignore_ascii_case(value))
}

/// The name of a rule in quotes, or words for a nameless one.
pub fn rule_name(rule: &Rule) -> String {
    if rule.name.is_empty() { "without a name".to_owned() } else { format!("\"{}\"", rule.name) }
}

/// Longest run of entries that lie within `seconds`, as a range of indexes into the (sorted) list.
pub fn densest(times: &[i64], seconds: i64) -> Range<usize> {
    heaviest(times.iter().map(|time| (*time, 1)), seconds)
}

/// The run of entries within `seconds` whose weights add up to most, as a range of indexes into the
/// list of (time, weight), which is sorted by time. Of equal runs the first.
pub fn heaviest(list: impl Iterator<Item = (i64, usize)> + Clone, seconds: i64) -> Range<usize> {
    let (mut best, mut most) = (0..0, 0);
    let (mut start, mut sum, mut behind) = (0, 0, list.clone());
    let mut oldest = behind.next();
    for (end, (time, weight)) in list.enumerate() {
        sum += weight;
        while let Some((_, gone)) = oldest.filter(|(first, _)| time - first > seconds) {
            sum -= gone;
            start += 1;
            oldest = behind.next();
        }
        if sum > most {
            (best, most) = (start..end + 1, sum);
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
    use super::{densest, heaviest};

    #[test]
    fn the_densest_run_is_found() {
        assert_eq!(densest(&[0, 100, 110, 120, 500], 30), 1..4);
        assert_eq!(densest(&[], 30), 0..0);
        assert_eq!(densest(&[0, 30], 30), 0..2);
    }

    #[test]
    fn weights_count_in_the_heaviest_run() {
        let list = [(0, 1), (10, 1), (20, 1), (500, 40), (520, 1), (560, 1)];
        assert_eq!(heaviest(list.into_iter(), 30), 3..5);
    }
}
