//! Names of applications, by their ids, as the records themselves tell them.

use super::detail::Detail;
use super::event::Event;
use super::intern::{Interner, Str, TextKind};
use super::key::guid;
use rustc_hash::FxHashMap;

/// What applications of the tenant are called. Some records of a consent have only the id of the
/// application, and others beside them its name.
#[derive(Default)]
pub(super) struct AppNames {
    by_id: FxHashMap<Str, String>,
    /// By the object id of the service principal, which a grant has in place of the application's id.
    by_object: FxHashMap<String, String>,
}

impl AppNames {
    /// Learned from consents, changes to applications, and sign-ins; the first name of an id stays.
    pub(super) fn learn(events: &[Event], details: &[Detail], text: &Interner<TextKind>) -> AppNames {
        let mut names = AppNames::default();
        for event in events {
            match (event.detail as usize).checked_sub(1).and_then(|at| details.get(at)) {
                Some(Detail::Consent(consent)) => {
                    names.add(text.find(&consent.app_id), &consent.app_name);
                    names.add_object(&consent.object_id, &consent.app_name);
                }
                Some(Detail::SignIn(facts)) if facts.app_name.is_some() => names.add(Some(event.app), text.get(facts.app_name)),
                Some(Detail::Change(change)) if change.aspect == "service-principal" => {
                    names.add(text.find(&change.app_id), text.get(event.object));
                }
                _ => {}
            }
        }
        names.by_id.retain(|id, _| guid(text.get(*id)).is_some());
        names
    }

    fn add(&mut self, id: Option<Str>, name: &str) {
        if let Some(id) = id.filter(|id| id.is_some())
            && !name.is_empty()
            && guid(name).is_none()
            && !self.by_id.contains_key(&id)
        {
            self.by_id.insert(id, name.to_owned());
        }
    }

    fn add_object(&mut self, id: &str, name: &str) {
        if guid(id).is_some() && !name.is_empty() && guid(name).is_none() && !self.by_object.contains_key(id) {
            self.by_object.insert(id.to_owned(), name.to_owned());
        }
    }

    pub(super) fn get(&self, id: Str) -> Option<&str> {
        self.by_id.get(&id).map(String::as_str)
    }

    pub(super) fn of_object(&self, id: &str) -> Option<&str> {
        self.by_object.get(id).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Consent};
    use crate::evidence::RecordAt;

    #[test]
    fn a_service_principal_has_the_name_of_the_consent_that_has_both_ids() {
        const OBJECT: &str = "506e7737-013b-4bfc-b7e3-7b22c9948f4d";
        let named = |object_id: &str, app_name: &str| {
            let consent = Consent { object_id: object_id.to_owned(), app_name: app_name.to_owned(), ..Consent::default() };
            let mut event = Event::new(RecordAt::default(), Action::Consent);
            event.detail = 1;
            let names = AppNames::learn(&[event], &[Detail::Consent(Box::new(consent))], &Interner::default());
            names.of_object(OBJECT).map(str::to_owned)
        };
        assert_eq!(named(OBJECT, "Email Security Solution").as_deref(), Some("Email Security Solution"));
        assert_eq!(named(OBJECT, OBJECT), None, "an id is no name");
        assert_eq!(named("", "Email Security Solution"), None);
    }
}
