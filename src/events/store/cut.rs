//! The store as it was at a moment: what a live observer could have seen.

use super::{Store, Time};
use crate::events::event::Event;
use std::sync::Arc;

/// A store of the events up to a moment, with the way back to the whole one.
pub struct Cut {
    /// Events up to the moment, in the order of their records; no states, because nobody knows when a
    /// snapshot was taken, and no duplicates. Names, accounts and addresses are those of the whole store.
    pub store: Store,
    /// Index in the whole store of each event of the cut.
    kept: Vec<u32>,
}

impl Cut {
    /// Index in the whole store of an event of the cut.
    pub fn whole(&self, event: u32) -> Option<u32> {
        self.kept.get(event as usize).copied()
    }
}

impl Store {
    /// How many events have a time up to this moment.
    pub fn events_until(&self, moment: Time) -> usize {
        self.order.partition_point(|index| self.event(*index).is_some_and(|event| event.time <= moment && event.time.is_known()))
    }

    /// The store with only the events up to a moment, that moment included; undated acts are not in it.
    /// Call on a finished store. Costs a copy of these events; names and items are shared.
    pub fn until(&self, moment: Time) -> Cut {
        let earlier = self.order.get(..self.events_until(moment)).unwrap_or_default();
        let mut kept = earlier.to_vec();
        kept.sort_unstable();
        let mut details = Vec::new();
        let mut copy = |event: &Event| {
            let detail = self.detail(event).cloned();
            let number = detail.map_or(0, |detail| {
                details.push(detail);
                u32::try_from(details.len()).unwrap_or(0)
            });
            Event { detail: number, ..*event }
        };
        let events: Vec<Event> = kept.iter().filter_map(|index| self.event(*index)).map(&mut copy).collect();
        // Both lists rise, so the places of the kept ones are found by halving.
        let place = |index: &u32| kept.binary_search(index).ok().and_then(|at| u32::try_from(at).ok());
        let order = earlier.iter().filter_map(place).collect();
        let store = Store {
            events,
            details,
            items: Arc::clone(&self.items),
            text: Arc::clone(&self.text),
            names: Arc::clone(&self.names),
            ips: Arc::clone(&self.ips),
            accounts: Arc::clone(&self.accounts),
            app_names: Arc::clone(&self.app_names),
            order,
            ..Store::default()
        };
        Cut { store, kept }
    }
}
