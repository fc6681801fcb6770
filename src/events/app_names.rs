//! Names of applications, by their ids, as the records themselves tell them.

use super::detail::Detail;
use super::event::Event;
use super::intern::{Interner, Str, TextKind};
use super::key::guid;
use rustc_hash::FxHashMap;

/// What applications of the tenant are called. Some records of a consent have only the id of the
/// application, and others beside them its name.
#[derive(Default)]
pub(super) struct AppNames(FxHashMap<Str, String>);

impl AppNames {
    /// Learned from consents, changes to applications, and sign-ins; the first name of an id stays.
    pub(super) fn learn(events: &[Event], details: &[Detail], text: &Interner<TextKind>) -> AppNames {
        let mut names = AppNames::default();
        for event in events {
            match (event.detail as usize).checked_sub(1).and_then(|at| details.get(at)) {
                Some(Detail::Consent(consent)) => names.add(text.find(&consent.app_id), &consent.app_name),
                Some(Detail::SignIn(facts)) if facts.app_name.is_some() => names.add(Some(event.app), text.get(facts.app_name)),
                Some(Detail::Change(change)) if change.aspect == "service-principal" => {
                    names.add(text.find(&change.app_id), text.get(event.object));
                }
                _ => {}
            }
        }
        names.0.retain(|id, _| guid(text.get(*id)).is_some());
        names
    }

    fn add(&mut self, id: Option<Str>, name: &str) {
        if let Some(id) = id.filter(|id| id.is_some())
            && !name.is_empty()
            && guid(name).is_none()
            && !self.0.contains_key(&id)
        {
            self.0.insert(id, name.to_owned());
        }
    }

    pub(super) fn get(&self, id: Str) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}
