//! Which events are of which kind of act: who looks for consents need not walk a year of mail.

use crate::events::{Action, Detail, Event, Mfa, Protocol, Risk, Store};

/// The events of each kind of act, as places in the time order of the store.
#[derive(Default)]
pub struct Acts {
    by_action: Vec<Vec<u32>>,
    described: Vec<u32>,
}

impl Acts {
    /// Sorts the events of a store by kind: one pass.
    pub fn build(store: &Store) -> Acts {
        let mut counts = vec![0; Action::ALL.len()];
        for event in store.events() {
            if let Some(count) = counts.get_mut(event.action as usize) {
                *count += 1;
            }
        }
        let mut acts = Acts { by_action: counts.into_iter().map(Vec::with_capacity).collect(), described: Vec::new() };
        for (place, index) in (0u32..).zip(store.order()) {
            let Some(event) = store.event(*index) else { continue };
            if let Some(list) = acts.by_action.get_mut(event.action as usize) {
                list.push(place);
            }
            if is_described(store, event) {
                acts.described.push(place);
            }
        }
        acts
    }

    /// Events of these kinds in time order, with their indexes; undated ones last.
    pub fn of<'a>(&'a self, store: &'a Store, actions: &[Action]) -> impl Iterator<Item = (u32, &'a Event)> + use<'a> {
        let lists = actions.iter().filter_map(|action| self.by_action.get(*action as usize));
        let lists: Vec<&[u32]> = lists.map(Vec::as_slice).filter(|list| !list.is_empty()).collect();
        Merged { lists }.filter_map(|place| at(store, place))
    }

    /// Events whose record describes more than a sign-in, a mail or items of a mailbox, in time order: rules,
    /// consents, rights, changes, alerts, clicks, parameters; and sign-ins with a risk, by a device code, or
    /// with a prompt refused or unanswered.
    pub fn described<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = (u32, &'a Event)> {
        self.described.iter().filter_map(|place| at(store, *place))
    }
}

fn is_described(store: &Store, event: &Event) -> bool {
    match store.detail(event) {
        None | Some(Detail::Mail(_) | Detail::Items(_)) => false,
        Some(Detail::SignIn(facts)) => {
            matches!(facts.risk, Risk::Low | Risk::Medium | Risk::High)
                || matches!(facts.mfa, Mfa::Denied | Mfa::TimedOut)
                || facts.protocol == Protocol::DeviceCode
        }
        Some(_) => true,
    }
}

fn at(store: &Store, place: u32) -> Option<(u32, &Event)> {
    let index = *store.order().get(place as usize)?;
    store.event(index).map(|event| (index, event))
}

/// Several sorted lists as one.
struct Merged<'a> {
    lists: Vec<&'a [u32]>,
}

impl Iterator for Merged<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let list = self.lists.iter_mut().filter(|list| !list.is_empty()).min_by_key(|list| list.first().copied())?;
        let (first, rest) = list.split_first()?;
        *list = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::Merged;

    #[test]
    fn lists_are_merged_in_order() {
        let merged = Merged { lists: vec![&[1, 5, 9], &[0, 6], &[2]] };
        assert_eq!(merged.collect::<Vec<_>>(), [0, 1, 2, 5, 6, 9]);
    }
}
