//! A client as habits see it: the kind of program and the operating system.

use crate::enrich::{Agent, AgentFamily, Os};

/// Kind of program and operating system, both as coarse as people's habits are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Client {
    /// Kind of program.
    pub family: AgentFamily,
    /// Operating system.
    pub os: Os,
}

impl Client {
    /// From a classified user agent.
    pub fn of(agent: &Agent) -> Client {
        Client { family: agent.family, os: agent.os }
    }

    /// True if nothing is known of it.
    pub fn is_unknown(self) -> bool {
        self == Client::default()
    }
}
