//! The truth of a tenant: which records are an intruder's, which accounts fell and when, and who fell
//! because of whom. Only what a written record shows counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::simulation::clock::{Moment, iso_z};
use crate::simulation::world::{Hand, World};
use crate::stage::Drama;

/// What the truth says of one record of a file.
#[derive(Clone)]
pub struct Label {
    /// The log record that it is a copy of.
    pub key: String,
    /// Whose act it is.
    pub hand: Hand,
    /// Who acts.
    pub account: String,
    /// When.
    pub time: Moment,
    /// From where; empty where the record does not say.
    pub ip: String,
    /// The act succeeded.
    pub ok: bool,
    /// What it is.
    pub kind: String,
}

/// A file with the labels of its records.
pub struct Labelled {
    /// Path inside the folder.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// One for each record, in order; none for files whose records may be ascribed either way.
    pub labels: Vec<Label>,
}

/// An account that fell.
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its incident.
    pub incident: usize,
    /// First success of the intruder that a record shows.
    pub at: Moment,
    /// Other moments that are right too.
    pub also: Vec<Moment>,
    /// Addresses of the intruder's successes.
    pub addresses: BTreeSet<String>,
    /// Addresses that may be named or not.
    pub optional: BTreeSet<String>,
    /// Nothing shows but sign-ins and reading, or too few mails in a trace.
    pub weak: bool,
    /// Position among the people.
    pub who: usize,
}

/// An edge.
pub struct Edge {
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// By what way.
    pub path: &'static str,
    /// A record shows the way.
    pub required: bool,
}

/// An incident.
pub struct Incident {
    /// Its accounts.
    pub accounts: Vec<String>,
    /// Where it began; empty where no record shows that account's fall.
    pub zero: String,
    /// Its edges.
    pub edges: Vec<Edge>,
}

/// The truth of a tenant.
pub struct Truth {
    /// Accounts that fell.
    pub accounts: Vec<Account>,
    /// Accounts of which any verdict is accepted.
    pub unjudged: BTreeSet<String>,
    /// Incidents.
    pub incidents: Vec<Incident>,
}

/// What the exports can show of ways from account to account.
#[derive(Clone, Copy)]
pub struct Shown {
    /// Deliveries of mail.
    pub trace: bool,
    /// The audit log.
    pub audit: bool,
}

/// Mails of one day that tell by themselves.
const BURST: usize = 50;

/// True if an honest expert could only suspect it: there is no act in it but signing in, reading and
/// writing a few mails, or no record says from where.
fn is_weak(records: &[&Label]) -> bool {
    let quiet = ["sign-in", "UserLoggedIn", "MailItemsAccessed", "SearchQueryInitiatedExchange", "FileDownloaded", "SoftDelete"];
    let mails = records.iter().filter(|label| label.kind == "message").count();
    let acts = records.iter().filter(|label| !quiet.contains(&label.kind.as_str()) && label.kind != "message" && label.kind != "Send");
    let placed = records.iter().any(|label| !label.ip.is_empty());
    !placed || acts.count() == 0 && mails < BURST
}

/// The truth of what is in these files.
pub fn of(world: &World, drama: &Drama, files: &[Labelled], shown: Shown) -> Truth {
    let name = |who: usize| world.person(who).upn.to_lowercase();
    let mut records: BTreeMap<String, Vec<&Label>> = BTreeMap::new();
    for label in files.iter().flat_map(|file| &file.labels) {
        if matches!(label.hand, Hand::Intruder(_)) {
            records.entry(label.account.to_lowercase()).or_default().push(label);
        }
    }
    let mut truth = Truth { accounts: Vec::new(), unjudged: BTreeSet::new(), incidents: Vec::new() };
    for fall in &drama.falls {
        let list = records.get(&name(fall.who)).map(Vec::as_slice).unwrap_or_default();
        let good = || list.iter().filter(|label| label.ok);
        let Some(at) = good().map(|label| label.time).min() else {
            truth.unjudged.insert(name(fall.who));
            continue;
        };
        let either = |ip: &str| ip.is_empty() || drama.either.iter().any(|known| known == ip);
        let addresses: BTreeSet<String> = good().map(|label| label.ip.clone()).filter(|ip| !either(ip)).collect();
        let optional = list.iter().map(|label| label.ip.clone()).chain(drama.either.iter().cloned());
        truth.accounts.push(Account {
            name: name(fall.who),
            incident: fall.incident,
            at,
            also: fall.also.clone(),
            optional: optional.filter(|ip| !ip.is_empty() && !addresses.contains(ip)).collect(),
            addresses,
            weak: is_weak(&good().copied().collect::<Vec<_>>()),
            who: fall.who,
        });
    }
    truth.unjudged.extend(drama.lent.iter().map(|(_, mailbox)| name(*mailbox)));
    let numbers: BTreeSet<usize> = truth.accounts.iter().map(|account| account.incident).collect();
    for number in numbers {
        let incident = incident(&truth, drama, number, shown, &name);
        truth.incidents.push(incident);
    }
    truth
}

fn incident(truth: &Truth, drama: &Drama, number: usize, shown: Shown, name: &dyn Fn(usize) -> String) -> Incident {
    let own: Vec<usize> = truth.accounts.iter().filter(|account| account.incident == number).map(|account| account.who).collect();
    let first = drama.falls.iter().find(|fall| fall.incident == number).map(|fall| fall.who);
    let steps = drama.steps.iter().filter(|step| own.contains(&step.from) && own.contains(&step.to));
    let mut edges: Vec<Edge> = steps
        .map(|step| {
            let required = if step.path == "internal-phishing" { shown.trace } else { shown.audit };
            Edge { from: name(step.from), to: name(step.to), path: step.path, required }
        })
        .collect();
    let lent = drama.lent.iter().filter(|(from, _)| own.contains(from));
    edges.extend(lent.map(|(from, to)| Edge { from: name(*from), to: name(*to), path: "delegate-access", required: false }));
    Incident {
        accounts: own.iter().map(|who| name(*who)).collect(),
        zero: first.filter(|who| own.contains(who)).map(name).unwrap_or_default(),
        edges,
    }
}

impl Truth {
    /// As JSON, in the shape of schema 1: accounts, incidents, and the records of intruders with every copy.
    pub fn to_json(&self, kind: &str, seed: u64, files: &[Labelled]) -> Value {
        let accounts: Vec<Value> = self
            .accounts
            .iter()
            .map(|account| {
                json!({
                    "account": account.name, "verdict": "compromised", "weak": account.weak,
                    "incident": format!("x{}", account.incident), "compromised_at": iso_z(account.at),
                    "compromised_at_also": account.also.iter().map(|at| iso_z(*at)).collect::<Vec<_>>(),
                    "addresses": account.addresses, "addresses_optional": account.optional,
                })
            })
            .collect();
        let incidents: Vec<Value> = self.incidents.iter().enumerate().map(|(number, incident)| incident_json(number, incident)).collect();
        let inputs: Vec<Value> = files
            .iter()
            .filter(|file| !file.labels.is_empty())
            .map(|file| json!({"path": file.path, "member": null, "records": file.labels.len()}))
            .collect();
        let mut intruder: BTreeMap<&str, (&Label, Vec<Value>)> = BTreeMap::new();
        let mut optional = Vec::new();
        for file in files {
            for (number, label) in (1..).zip(&file.labels) {
                let place = json!([file.path, null, number]);
                match label.hand {
                    Hand::Intruder(_) => intruder.entry(&label.key).or_insert((label, Vec::new())).1.push(place),
                    Hand::Either => optional.push(place),
                    Hand::Owner => {}
                }
            }
        }
        let intruder: Vec<Value> = intruder
            .into_values()
            .map(|(label, records)| {
                json!({
                    "account": label.account.to_lowercase(), "kind": label.kind, "ok": label.ok, "time": iso_z(label.time),
                    "records": records,
                })
            })
            .collect();
        json!({
            "schema": 1, "scenario": kind, "seed": seed, "accounts": accounts, "unjudged": self.unjudged,
            "incidents": incidents, "inputs": inputs, "refused": [], "intruder": intruder, "optional": optional,
        })
    }
}

fn incident_json(number: usize, incident: &Incident) -> Value {
    let edges: Vec<Value> = incident
        .edges
        .iter()
        .map(|edge| json!({"from": edge.from, "to": edge.to, "path": edge.path, "edge_required": edge.required}))
        .collect();
    json!({"id": format!("x{number}"), "accounts": incident.accounts, "patient_zero": incident.zero, "edges": edges})
}
