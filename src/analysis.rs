//! The analysis as one call: from what was read to who was taken, and from whom.

use crate::attribution::{Attribution, Ground, attribute};
use crate::cascade::{Incident, cascade};
use crate::config::Config;
use crate::detections::{ActiveDays, Case, PlaceWords, Prepared, SentMail, SharedSessions, agent_of};
use crate::enrich::{AddressBook, AgentBook, Networks, first_party};
use crate::events::{Event, Store, Str};
use crate::habits::{self, Acts, Client, Contexts, recorded_countries};
use crate::stages::Stages;

/// What every step of the analysis stands on, computed once.
pub struct Basis {
    book: AddressBook,
    agents: AgentBook,
    words: PlaceWords,
    arranged: Arranged,
}

/// The events of a store, put into kinds, contexts, mails and sessions.
pub struct Arranged {
    acts: Acts,
    contexts: Contexts,
    sent: SentMail,
    sessions: SharedSessions,
    active: ActiveDays,
    prepared: Prepared,
    recorded: Vec<Option<[u8; 2]>>,
}

/// The result of the analysis.
pub struct Outcome {
    /// Who did what, who was taken.
    pub attribution: Attribution,
    /// Incidents, the earliest first.
    pub incidents: Vec<Incident>,
}

impl Arranged {
    /// Arranges the events of a store whose addresses and agents are known already.
    pub fn of(store: &Store, book: &AddressBook, agents: &AgentBook, stages: &Stages) -> Arranged {
        let acts = stages.run("kinds of act", || Acts::build(store));
        let contexts = stages.run("contexts", || {
            let client = |event: &Event| Client::of(&agent_of(store, agents, event));
            let is_foreign_app = |app: Str| first_party(store.text(app)).is_none();
            Contexts::build(&habits::Ground { store, acts: &acts, book, client: &client, is_foreign_app: &is_foreign_app })
        });
        let sent = stages.run("sent mail", || SentMail::build(store, &acts, &contexts));
        let sessions = stages.run("sessions", || SharedSessions::build(store, &contexts));
        let active = ActiveDays::build(store, &contexts);
        Arranged { acts, contexts, sent, sessions, active, prepared: Prepared::default(), recorded: recorded_countries(store) }
    }

    /// The ground of these events; what is known of addresses, agents and the tenant is that of another.
    pub fn ground<'a>(&'a self, store: &'a Store, of: &Ground<'a>) -> Ground<'a> {
        Ground {
            store,
            contexts: &self.contexts,
            acts: &self.acts,
            sent: &self.sent,
            sessions: &self.sessions,
            active: &self.active,
            prepared: &self.prepared,
            recorded: &self.recorded,
            ..*of
        }
    }
}

impl Basis {
    /// Enriches the store and puts its events into contexts.
    pub fn new(store: &Store, networks: &Networks<'_>, stages: &Stages) -> Basis {
        let (book, agents) = stages.run("enriching", || (AddressBook::build(store, networks), AgentBook::build(store)));
        let arranged = Arranged::of(store, &book, &agents, stages);
        Basis { book, agents, words: PlaceWords::default(), arranged }
    }

    /// The ground on which lanes are drawn.
    pub fn ground<'a>(&'a self, store: &'a Store, config: &'a Config) -> Ground<'a> {
        let Arranged { acts, contexts, sent, sessions, active, prepared, recorded } = &self.arranged;
        let (book, agents, words) = (&self.book, &self.agents, &self.words);
        Ground { store, book, agents, config, contexts, acts, sent, sessions, active, words, prepared, recorded }
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
