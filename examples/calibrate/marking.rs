//! Marks what the program says of a tenant against the truth.

use std::collections::{BTreeMap, BTreeSet};

use bectrace::report::model::{Actor, Report, Verdict};

use crate::case::Case;
use crate::simulation::world::Hand;
use crate::truth::Account;

/// Right, wrong and missed.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// Said and true.
    pub right: usize,
    /// Said and not true.
    pub wrong: usize,
    /// True and not said.
    pub missed: usize,
}

impl Tally {
    /// Share of what is said that is true.
    pub fn precision(self) -> Option<f64> {
        share(self.right, self.right + self.wrong)
    }

    /// Share of what is true that is said.
    pub fn recall(self) -> Option<f64> {
        share(self.right, self.right + self.missed)
    }

    /// Their harmonic mean.
    pub fn f1(self) -> Option<f64> {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }

    fn add(&mut self, other: Tally) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

/// A share, where there is anything to share.
#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The marks of one tenant, or of many.
#[derive(Clone, Default)]
pub struct Marks {
    /// Tenants.
    pub tenants: usize,
    /// Verdict compromised.
    pub accounts: Tally,
    /// Accounts called compromised in tenants in which nobody was.
    pub clean_accused: usize,
    /// Innocent accounts called suspicious.
    pub suspicious: usize,
    /// Edges, with their path.
    pub edges: Tally,
    /// Patients zero named rightly, of so many.
    pub zero: (usize, usize),
    /// Times of compromise within a minute, of so many.
    pub times: (usize, usize),
    /// Addresses of intruders.
    pub addresses: Tally,
    /// Events of intruders.
    pub lanes: Tally,
    /// Pairs of accounts of one incident.
    pub pairs: Tally,
    /// What is wrong, in words.
    pub faults: Vec<String>,
}

impl Marks {
    /// Adds the marks of other tenants.
    pub fn add(&mut self, other: &Marks) {
        self.tenants += other.tenants;
        for (own, more) in [
            (&mut self.accounts, other.accounts),
            (&mut self.edges, other.edges),
            (&mut self.addresses, other.addresses),
            (&mut self.lanes, other.lanes),
            (&mut self.pairs, other.pairs),
        ] {
            own.add(more);
        }
        self.clean_accused += other.clean_accused;
        self.suspicious += other.suspicious;
        self.zero = (self.zero.0 + other.zero.0, self.zero.1 + other.zero.1);
        self.times = (self.times.0 + other.times.0, self.times.1 + other.times.1);
    }
}

/// One record of the events file: where it is, whether it is said to be an intruder's, and what it repeats.
pub struct Row {
    /// Pointer of the record.
    pub pointer: (u32, u32),
    /// Path of its file.
    pub path: String,
    /// Number in the file.
    pub number: u32,
    /// Whose act it is said to be.
    pub actor: Actor,
    /// The record that it repeats.
    pub repeats: Option<(u32, u32)>,
}

/// Marks a tenant.
pub fn mark(case: &Case, report: &Report, rows: &[Row]) -> Marks {
    let mut marks = Marks { tenants: 1, ..Marks::default() };
    let verdicts: BTreeMap<&str, Verdict> = report.accounts.iter().map(|account| (account.account.as_str(), account.verdict)).collect();
    let doubt = accounts(case, report, &verdicts, &mut marks);
    for account in &report.accounts {
        let truth = case.truth.accounts.iter().find(|truth| truth.name == account.account);
        if let (Some(truth), Verdict::Compromised) = (truth, account.verdict) {
            details(truth, account, &mut marks);
        }
    }
    edges(case, report, &doubt, &mut marks);
    zeros(case, report, &doubt, &mut marks);
    pairs(case, report, &doubt, &mut marks);
    lanes(case, rows, &doubt, &mut marks);
    marks
}

/// Marks verdicts; returns the weak accounts that are not called compromised, which count neither way.
fn accounts<'a>(case: &'a Case, report: &Report, verdicts: &BTreeMap<&str, Verdict>, marks: &mut Marks) -> BTreeSet<&'a str> {
    let score = |name: &str| report.accounts.iter().find(|account| account.account == name).map_or(-20.0, |account| account.score_db);
    let mut doubt = BTreeSet::new();
    for account in &case.truth.accounts {
        let verdict = verdicts.get(account.name.as_str()).copied().unwrap_or(Verdict::Clear);
        if account.weak && verdict != Verdict::Compromised {
            doubt.insert(account.name.as_str());
        }
        match verdict {
            Verdict::Compromised => marks.accounts.right += 1,
            Verdict::Suspicious if account.weak => {}
            other => {
                marks.accounts.missed += 1;
                let weak = if account.weak { ", weak" } else { "" };
                marks.faults.push(format!("missed {} ({}{weak}, {:.1} dB)", account.name, other.name(), score(&account.name)));
            }
        }
    }
    for (name, verdict) in verdicts {
        if case.truth.accounts.iter().any(|account| account.name == *name) || case.truth.unjudged.contains(*name) {
            continue;
        }
        match verdict {
            Verdict::Compromised => {
                marks.accounts.wrong += 1;
                marks.clean_accused += usize::from(case.truth.accounts.is_empty());
                marks.faults.push(format!("accused {name} ({:.1} dB)", score(name)));
            }
            Verdict::Suspicious => {
                marks.suspicious += 1;
                marks.faults.push(format!("suspicious {name} ({:.1} dB)", score(name)));
            }
            _ => {}
        }
    }
    doubt
}

fn details(truth: &Account, account: &bectrace::report::model::Account, marks: &mut Marks) {
    use crate::simulation::clock::Moment;
    let said = account.compromised_at.as_deref().and_then(|text| {
        let text = text.trim_end_matches('Z');
        Moment::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()
    });
    let right = std::iter::once(truth.at).chain(truth.also.iter().copied());
    let off = said.and_then(|said| right.map(|at| said.signed_duration_since(at).num_seconds()).min_by_key(|off| off.abs()));
    marks.times.1 += 1;
    if off.is_some_and(|off| off.abs() <= 60) {
        marks.times.0 += 1;
    } else {
        marks.faults.push(format!("time of {}: off by {} s", truth.name, off.map_or("?".to_owned(), |off| off.to_string())));
    }
    let have: BTreeSet<String> = account.intruder_addresses.iter().map(|address| address.ip.clone()).collect();
    for ip in &truth.addresses {
        if have.contains(ip) {
            marks.addresses.right += 1;
        } else {
            marks.addresses.missed += 1;
            marks.faults.push(format!("address of {}: missed {ip}", truth.name));
        }
    }
    for ip in have.iter().filter(|ip| !truth.addresses.contains(*ip) && !truth.optional.contains(*ip)) {
        marks.addresses.wrong += 1;
        marks.faults.push(format!("address of {}: wrong {ip}", truth.name));
    }
}

fn edges(case: &Case, report: &Report, doubt: &BTreeSet<&str>, marks: &mut Marks) {
    let all = || case.truth.incidents.iter().flat_map(|incident| &incident.edges);
    let needed = |edge: &&crate::truth::Edge| edge.required && !doubt.contains(edge.from.as_str()) && !doubt.contains(edge.to.as_str());
    let must: BTreeMap<(&str, &str), &str> = all().filter(needed).map(|edge| ((edge.from.as_str(), edge.to.as_str()), edge.path)).collect();
    let may: BTreeSet<(&str, &str)> = all().filter(|edge| !needed(edge)).map(|edge| (edge.from.as_str(), edge.to.as_str())).collect();
    let mut found = BTreeSet::new();
    for edge in report.incidents.iter().flat_map(|incident| &incident.edges) {
        let pair = (edge.from.as_str(), edge.to.as_str());
        let path = serde_json::to_value(edge.path).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        if may.contains(&pair) {
            continue;
        }
        if must.get(&pair) == Some(&path.as_str()) && found.insert(pair) {
            marks.edges.right += 1;
        } else {
            marks.edges.wrong += 1;
            marks.faults.push(format!("edge wrong {} -> {} ({path}; truth {})", pair.0, pair.1, must.get(&pair).unwrap_or(&"none")));
        }
    }
    for ((from, to), path) in must {
        if !found.contains(&(from, to)) {
            marks.edges.missed += 1;
            marks.faults.push(format!("edge missed {from} -> {to} ({path})"));
        }
    }
}

fn zeros(case: &Case, report: &Report, doubt: &BTreeSet<&str>, marks: &mut Marks) {
    for incident in &case.truth.incidents {
        let shared = |reported: &&bectrace::report::model::Incident| {
            reported.accounts.iter().filter(|name| incident.accounts.contains(name)).count()
        };
        // The first of those that share most, as lists are compared.
        let best = report.incidents.iter().rev().max_by_key(shared);
        let count = best.as_ref().map_or(0, shared);
        let needed = incident.edges.iter().any(|edge| edge.required);
        let alone = incident.accounts.len() == 1;
        let open = count == 0 && alone || !needed && !alone && count < 2;
        if open || incident.zero.is_empty() || doubt.contains(incident.zero.as_str()) {
            continue;
        }
        marks.zero.1 += 1;
        let said = best.filter(|_| count > 0).and_then(|best| best.patient_zero.as_ref()).map_or("nobody", |zero| zero.account.as_str());
        if said == incident.zero {
            marks.zero.0 += 1;
        } else {
            marks.faults.push(format!("patient zero: said {said}, was {}", incident.zero));
        }
    }
}

fn pairs(case: &Case, report: &Report, doubt: &BTreeSet<&str>, marks: &mut Marks) {
    let said = |name: &str| report.incidents.iter().position(|incident| incident.accounts.iter().any(|account| account == name));
    let own = |name: &str| case.truth.incidents.iter().position(|incident| incident.accounts.iter().any(|account| account == name));
    let names: Vec<&str> = case.truth.accounts.iter().map(|account| account.name.as_str()).filter(|name| !doubt.contains(name)).collect();
    for (at, one) in names.iter().enumerate() {
        for other in names.iter().skip(at + 1) {
            let together = said(one).is_some() && said(one) == said(other);
            let needed = own(one).and_then(|at| case.truth.incidents.get(at)).is_some_and(|x| x.edges.iter().any(|edge| edge.required));
            match (own(one) == own(other), together) {
                (true, true) => marks.pairs.right += 1,
                (true, false) if needed => {
                    marks.pairs.missed += 1;
                    marks.faults.push(format!("split {one} | {other}"));
                }
                (false, true) => {
                    marks.pairs.wrong += 1;
                    marks.faults.push(format!("merged {one} + {other}"));
                }
                _ => {}
            }
        }
    }
}

fn lanes(case: &Case, rows: &[Row], doubt: &BTreeSet<&str>, marks: &mut Marks) {
    let by_pointer: BTreeMap<(u32, u32), &Row> = rows.iter().map(|row| (row.pointer, row)).collect();
    let by_place: BTreeMap<(&str, u32), &Row> = rows.iter().map(|row| ((row.path.as_str(), row.number), row)).collect();
    let told = |row: &Row| -> (u32, u32) {
        let mut at = row;
        for _ in 0..8 {
            match at.repeats.and_then(|of| by_pointer.get(&of)) {
                Some(of) => at = of,
                None => break,
            }
        }
        at.pointer
    };
    let mut wanted = BTreeMap::new();
    let (mut found, mut covered, mut open) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for file in &case.files {
        for (number, label) in (1..).zip(&file.labels) {
            let account = label.account.to_lowercase();
            let row = by_place.get(&(file.path.as_str(), number));
            match label.hand {
                Hand::Owner => {}
                Hand::Intruder(_) if !doubt.contains(account.as_str()) && !case.truth.unjudged.contains(&account) => {
                    wanted.insert(label.key.as_str(), label);
                    if let Some(row) = row {
                        let of = told(row);
                        covered.insert(of);
                        if by_pointer.get(&of).is_some_and(|row| row.actor == Actor::Intruder) {
                            found.insert(label.key.as_str());
                        }
                    }
                }
                _ => open.extend(row.map(|row| row.pointer)),
            }
        }
    }
    marks.lanes.right = found.len();
    let mut kinds: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for label in wanted.iter().filter(|(key, _)| !found.contains(*key)).map(|(_, label)| label) {
        marks.lanes.missed += 1;
        *kinds.entry((label.account.to_lowercase(), label.kind.as_str())).or_default() += 1;
    }
    for ((account, kind), count) in kinds {
        marks.faults.push(format!("lane of {account}: missed {count} x {kind}"));
    }
    let stated: BTreeMap<&str, usize> = case.files.iter().map(|file| (file.path.as_str(), file.labels.len())).collect();
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.repeats.is_none() && row.actor == Actor::Intruder) {
        let known = stated.get(row.path.as_str()).is_some_and(|count| *count > 0);
        if known && !covered.contains(&row.pointer) && !open.contains(&row.pointer) {
            marks.lanes.wrong += 1;
            let file = case.files.iter().find(|file| file.path == row.path);
            let label = file.and_then(|file| file.labels.get(usize::try_from(row.number).unwrap_or(1).saturating_sub(1)));
            let words = label.map_or(String::new(), |label| format!("{} {} {}", label.account, label.kind, label.ip));
            *wrong.entry(words).or_default() += 1;
        }
    }
    for (words, count) in wrong {
        marks.faults.push(format!("lane: wrong {count} x {words}"));
    }
}
