//! The analysis as one call: from what was read to who was taken, and from whom.

use crate::attribution::{Attribution, Ground, attribute};
use crate::cascade::{Incident, cascade};
use crate::config::Config;
use crate::detections::{ActiveDays, Case, PlaceWords, SentMail, SharedSessions, agent_of};
use crate::enrich::{AddressBook, AgentBook, Networks, first_party};
use crate::events::{Event, Store, Str};
use crate::habits::{self, Acts, Client, Contexts, recorded_countries};
use crate::stages::Stages;

/// What every step of the analysis stands on, computed once.
pub struct Basis {
    book: AddressBook,
    agents: AgentBook,
    acts: Acts,
    contexts: Contexts,
    sent: SentMail,
    sessions: SharedSessions,
    active: ActiveDays,
    words: PlaceWords,
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
    pub fn new(store: &Store, networks: &Networks<'_>, stages: &Stages) -> Basis {
        let (book, agents, recorded) =
            stages.run("enriching", || (AddressBook::build(store, networks), AgentBook::build(store), recorded_countries(store)));
        let acts = stages.run("kinds of act", || Acts::build(store));
        let contexts = stages.run("contexts", || {
            let client = |event: &Event| Client::of(&agent_of(store, &agents, event));
            let is_foreign_app = |app: Str| first_party(store.text(app)).is_none();
            Contexts::build(&habits::Ground { store, acts: &acts, book: &book, client: &client, is_foreign_app: &is_foreign_app })
        });
        let sent = stages.run("sent mail", || SentMail::build(store, &acts, &contexts));
        let sessions = stages.run("sessions", || SharedSessions::build(store, &contexts));
        let active = ActiveDays::build(store, &contexts);
        Basis { book, agents, acts, contexts, sent, sessions, active, words: PlaceWords::default(), recorded }
    }

    /// The ground on which lanes are drawn.
    pub fn ground<'a>(&'a self, store: &'a Store, config: &'a Config) -> Ground<'a> {
        Ground {
            store,
            book: &self.book,
            agents: &self.agents,
            config,
            contexts: &self.contexts,
            acts: &self.acts,
            sent: &self.sent,
            sessions: &self.sessions,
            active: &self.active,
            words: &self.words,
            recorded: &self.recorded,
        }
    }
}

/// Attributes and joins.
pub fn analyse(ground: &Ground<'_>, stages: &Stages) -> Outcome {
    let attribution = stages.run("attribution", || attribute(ground, stages));
    let incidents = stages.run("cascade", || cascade(&final_case(ground, &attribution), &attribution));
    Outcome { attribution, incidents }
}

/// The case with the habits of the last round.
pub fn final_case<'b>(ground: &'b Ground<'_>, attribution: &'b Attribution) -> Case<'b> {
    ground.case(&attribution.habits, &attribution.confirmed)
}
