//! The analysis as one call: from what was read to who was taken, and from whom.

use crate::attribution::{Attribution, Ground, attribute};
use crate::cascade::{Incident, cascade};
use crate::config::Config;
use crate::detections::{Case, agent_of};
use crate::enrich::{AddressBook, AgentBook, Networks, first_party};
use crate::events::{Event, Store, Str};
use crate::habits::{Client, Contexts, recorded_countries};

/// What every step of the analysis stands on, computed once.
pub struct Basis {
    book: AddressBook,
    agents: AgentBook,
    contexts: Contexts,
    recorded: Vec<Option<[u8; 2]>>,
}

/// The result of the analysis.
pub struct Outcome {
    /// Who did what, who was taken.
    pub attribution: Attribution,
    /// Incidents, the earliest first.
    pub incidents: Vec<Incident>,
}

impl Basis {
    /// Enriches the store and puts its events into contexts.
    pub fn new(store: &Store, networks: &Networks<'_>) -> Basis {
        let book = AddressBook::build(store, networks);
        let agents = AgentBook::build(store);
        let contexts = {
            let client = |event: &Event| Client::of(&agent_of(store, &agents, event));
            let is_foreign = |app: Str| first_party(store.text(app)).is_none();
            Contexts::build(store, &book, &client, &is_foreign)
        };
        let recorded = recorded_countries(store);
        Basis { book, agents, contexts, recorded }
    }

    /// The ground on which lanes are drawn.
    pub fn ground<'a>(&'a self, store: &'a Store, config: &'a Config) -> Ground<'a> {
        Ground { store, book: &self.book, agents: &self.agents, config, contexts: &self.contexts, recorded: &self.recorded }
    }
}

/// Attributes and joins.
pub fn analyse(ground: &Ground<'_>) -> Outcome {
    let attribution = attribute(ground);
    let incidents = cascade(&final_case(ground, &attribution), &attribution);
    Outcome { attribution, incidents }
}

/// The case with the habits of the last round.
pub fn final_case<'b>(ground: &'b Ground<'_>, attribution: &'b Attribution) -> Case<'b> {
    ground.case(&attribution.habits, &attribution.confirmed)
}
