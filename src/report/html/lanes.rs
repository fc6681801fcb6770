//! Swim lanes: the acts of each account of an incident in time, the intruder's by kind, the owner's beside them.
//!
//! What lies in time is in one inner picture that may be stretched along the time axis: a script does so to
//! look closer, and without it the whole is there.

use super::axis::{Axis, share, times};
use super::drawing::Drawing;
use crate::report::model::{Account, Activity, Actor, Edge, Incident, TimelineRow};
use crate::report::sanitize::clip;
use crate::report::screen::{Clock, count};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Accounts that are drawn: those that fell first.
pub(super) const MOST: usize = 30;
/// Marks that a picture has at most; more are drawn together.
const MARKS: usize = 6_000;
/// Seconds that are shown before and after the incident at least.
const AROUND: i64 = 6 * 3600;
/// Characters of an account's name and of a hint.
const NAME: usize = 60;
const HINT: usize = 200;

const WIDTH: f64 = 1100.0;
const LEFT: f64 = 150.0;
const PLOT: f64 = 940.0;
const TOP: f64 = 22.0;
const HEAD: f64 = 22.0;
const ROW: f64 = 13.0;
const GAP: f64 = 10.0;

/// Kinds of an intruder's acts, each a row.
const KINDS: [&str; 4] = ["signs in", "reads", "sends", "changes"];

/// The row that an act is in.
fn kind(action: &str) -> usize {
    match action {
        "sign-in" | "mfa" => 0,
        "mail-read" | "search" | "file-read" => 1,
        "mail-sent" | "teams" | "file-shared" => 2,
        _ => 3,
    }
}

/// A row of the timeline with its times as seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Act<'r> {
    /// The row.
    pub(super) row: &'r TimelineRow,
    /// When it began.
    pub(super) from: i64,
    /// When it ended.
    pub(super) to: i64,
}

/// What the lanes of an incident are drawn from.
pub(super) struct Lanes<'r> {
    /// The incident.
    pub(super) incident: &'r Incident,
    /// Its accounts, in the order in which they fell.
    pub(super) accounts: Vec<&'r Account>,
    /// Its acts by account.
    pub(super) acts: &'r BTreeMap<&'r str, Vec<Act<'r>>>,
    /// Writes times.
    pub(super) clock: &'r Clock,
    /// The zone of the axis.
    pub(super) zone: Tz,
}

/// Acts that are drawn as one mark.
struct Mark<'r> {
    first: Act<'r>,
    to: i64,
    more: u64,
}

/// One account's part of the picture.
struct Block<'r> {
    account: &'r Account,
    top: f64,
    has_unknown: bool,
}

impl Block<'_> {
    fn row(&self, at: usize) -> f64 {
        self.top + HEAD + times(at, ROW)
    }

    fn rows(&self) -> usize {
        KINDS.len() + 1 + usize::from(self.has_unknown)
    }

    fn bottom(&self) -> f64 {
        self.row(self.rows())
    }
}

impl<'r> Lanes<'r> {
    /// The picture; nothing where no act has a time.
    pub(super) fn picture(&self) -> Option<String> {
        let axis = self.axis()?;
        let blocks = self.blocks(axis);
        let height = blocks.last()?.bottom() + GAP;
        let label = format!("Acts of intruder and owner over time, incident {}", self.incident.id);
        let mut drawing = Drawing::new("lanes", (WIDTH, height + TOP), &label);
        ticks(&mut drawing, axis, self.zone, height);
        for block in &blocks {
            self.labels(&mut drawing, block);
        }
        let view = format!("0 0 {PLOT} {height}");
        let plot = drawing.tag("svg").attr("class", "plot").num("x", LEFT).num("y", TOP).num("width", PLOT).num("height", height);
        let plot = plot.attr("viewBox", &view).attr("preserveAspectRatio", "none");
        plot.attr("data-from", &axis.from.to_string()).attr("data-to", &axis.to.to_string()).attr("data-zone", self.zone.name()).open();
        let inner = Axis { left: 0.0, ..axis };
        let marks = self.marks(inner, &blocks);
        for (block, rows) in blocks.iter().zip(&marks) {
            self.owner(&mut drawing, inner, block);
            self.intruder(&mut drawing, inner, block, rows);
        }
        self.ways(&mut drawing, inner, &blocks);
        drawing.close("svg");
        Some(drawing.finish())
    }

    fn acts_of(&self, account: &str) -> &'r [Act<'r>] {
        self.acts.get(account).map(Vec::as_slice).unwrap_or_default()
    }

    /// The time from before the first act until after the last.
    fn axis(&self) -> Option<Axis> {
        let acts = || self.accounts.iter().flat_map(|account| self.acts_of(&account.account));
        let edges = self.incident.edges.iter().filter_map(|edge| seconds(edge.time.as_deref()?));
        let fell = self.accounts.iter().filter_map(|account| seconds(account.compromised_at.as_deref()?));
        let from = acts().map(|act| act.from).chain(edges).chain(fell.clone()).min()?;
        let to = acts().map(|act| act.to).chain(fell).max()?.max(from);
        let around = AROUND.max((to - from) / 10);
        Some(Axis::new(from - around, to + around, (LEFT, PLOT)))
    }

    fn blocks(&self, axis: Axis) -> Vec<Block<'r>> {
        let mut top = 0.0;
        let mut blocks = Vec::new();
        for account in self.accounts.iter().copied().take(MOST) {
            let has_unknown = slots(account, Actor::Unknown).any(|(from, to, _)| axis.has(from) || axis.has(to));
            let block = Block { account, top, has_unknown };
            top = block.bottom() + GAP;
            blocks.push(block);
        }
        blocks
    }

    fn labels(&self, drawing: &mut Drawing, block: &Block<'_>) {
        let account = block.account;
        let since = account.compromised_at.as_deref().map_or_else(String::new, |since| format!("   since {}", self.clock.moment(since)));
        drawing.line("rule", (0.0, TOP + block.top + 1.0), (WIDTH, TOP + block.top + 1.0));
        drawing.text("name", 0.0, TOP + block.top + 16.0, &format!("{}{since}", clip(&account.account, NAME)));
        let label = |at: usize| TOP + block.row(at) + ROW - 3.0;
        for (at, name) in KINDS.iter().enumerate() {
            let name = if at == 0 { format!("intruder {name}") } else { (*name).to_owned() };
            end_text(drawing, "small bad", label(at), &name);
        }
        end_text(drawing, "small good", label(KINDS.len()), "owner");
        if block.has_unknown {
            end_text(drawing, "small", label(KINDS.len() + 1), "not told apart");
        }
    }

    /// The marks of every account by kind of act: as fine as the number of marks allows.
    fn marks(&self, axis: Axis, blocks: &[Block<'r>]) -> Vec<[BTreeMap<i64, Mark<'r>>; KINDS.len()]> {
        let mut seconds = ((axis.to - axis.from) / 20_000).max(1);
        loop {
            let marks: Vec<_> = blocks.iter().map(|block| merged(self.acts_of(&block.account.account), seconds)).collect();
            if marks.iter().flatten().map(BTreeMap::len).sum::<usize>() <= MARKS || seconds > axis.to - axis.from {
                return marks;
            }
            seconds *= 2;
        }
    }

    fn intruder(&self, drawing: &mut Drawing, axis: Axis, block: &Block<'_>, rows: &[BTreeMap<i64, Mark<'_>>; KINDS.len()]) {
        if let Some(since) = block.account.compromised_at.as_deref() {
            let d = format!("M{:.1} {}V{}", axis.x(seconds(since).unwrap_or(axis.from)), block.top + HEAD - 3.0, block.bottom());
            drawing.tag("path").attr("class", "fell").attr("d", &d).hint(&format!("compromised since {}", self.clock.full(since)));
        }
        for (at, marks) in rows.iter().enumerate() {
            let (top, middle) = (block.row(at) + 1.0, block.row(at) + ROW / 2.0);
            for mark in marks.values() {
                let (from, to) = (axis.x(mark.first.from), axis.x(mark.to));
                let d = format!("M{from:.2} {top}v{}M{from:.2} {middle}H{to:.2}", ROW - 2.0);
                let more = if mark.more > 0 { format!(" (and {} more here)", mark.more) } else { String::new() };
                let row = mark.first.row;
                let hint = format!("{}  {}{more}", self.clock.moment(&row.time), clip(&row.summary, HINT));
                drawing.tag("path").attr("class", if row.outcome == "failure" { "act failed" } else { "act" }).attr("d", &d).hint(&hint);
            }
        }
    }

    /// The owner's acts, and those that could be either's, counted by slots of time.
    fn owner(&self, drawing: &mut Drawing, axis: Axis, block: &Block<'_>) {
        for (at, actor, class) in [(KINDS.len(), Actor::Owner, "owner"), (KINDS.len() + 1, Actor::Unknown, "unknown")] {
            let shown: Vec<(i64, i64, u64)> =
                slots(block.account, actor).filter(|(from, to, _)| axis.has(*from) || axis.has(*to)).collect();
            let most = shown.iter().map(|(.., events)| *events).max().unwrap_or(1);
            for (from, to, events) in shown {
                let (left, right) = (axis.x(from), axis.x(to));
                let strength = share(events, most).sqrt() * (ROW - 3.0);
                let y = block.row(at) + ROW - 1.0 - strength.max(2.0);
                let bar = drawing.rect(class, (left, y), ((right - left).max(0.4), strength.max(2.0)));
                bar.hint(&format!("{}: {}", self.clock.minutes(&rfc3339(from), &rfc3339(to)), count(events, "act", "acts")));
            }
        }
    }

    /// From the act that laid a way to the account that it led to.
    fn ways(&self, drawing: &mut Drawing, axis: Axis, blocks: &[Block<'_>]) {
        let block = |account: &str| blocks.iter().find(|block| block.account.account == account);
        for edge in &self.incident.edges {
            let Some((from, to)) = block(&edge.from).zip(block(&edge.to)) else { continue };
            let start = edge.time.as_deref().and_then(seconds);
            let end = to.account.compromised_at.as_deref().and_then(seconds);
            let Some((start, end)) = start.zip(end) else { continue };
            let down = to.top > from.top;
            let y = (if down { from.row(3) } else { from.row(2) }, if down { to.top + HEAD - 4.0 } else { to.bottom() });
            let d = format!("M{:.1} {}L{:.1} {}", axis.x(start), y.0, axis.x(end), y.1);
            drawing.tag("path").attr("class", "way").attr("d", &d).hint(&way_hint(edge, self.clock));
        }
    }
}

fn way_hint(edge: &Edge, clock: &Clock) -> String {
    format!("{} → {}, {}", edge.from, edge.to, edge.time.as_deref().map_or_else(String::new, |time| clock.moment(time)))
}

/// Acts of one account by kind and time: those within the same `seconds` as one mark.
fn merged<'r>(acts: &[Act<'r>], seconds: i64) -> [BTreeMap<i64, Mark<'r>>; KINDS.len()] {
    let mut rows: [BTreeMap<i64, Mark<'r>>; KINDS.len()] = Default::default();
    for act in acts.iter().filter(|act| act.row.actor == Actor::Intruder) {
        let Some(row) = rows.get_mut(kind(&act.row.action)) else { continue };
        row.entry(act.from.div_euclid(seconds))
            .and_modify(|mark| {
                mark.more += 1;
                mark.to = mark.to.max(act.to);
            })
            .or_insert(Mark { first: *act, to: act.to, more: 0 });
    }
    rows
}

/// The slots of one hand: begin, end, acts.
fn slots(account: &Account, actor: Actor) -> impl Iterator<Item = (i64, i64, u64)> + '_ {
    let of = |activity: &Activity| i64::from(activity.slot_seconds);
    let length = account.activity.as_ref().map_or(0, of);
    let slots = account.activity.iter().flat_map(|activity| &activity.slots).filter(move |slot| slot.actor == actor);
    slots.filter_map(move |slot| seconds(&slot.from).map(|from| (from, from + length, slot.events)))
}

fn ticks(drawing: &mut Drawing, axis: Axis, zone: Tz, height: f64) {
    drawing.tag("g").attr("class", "ticks").open();
    for tick in axis.ticks(zone, 9) {
        drawing.line(if tick.is_day { "grid day" } else { "grid" }, (tick.x, TOP - 4.0), (tick.x, TOP + height));
        drawing.tag("text").attr("class", "small tick").num("x", tick.x).num("y", TOP - 8.0).text(&tick.label);
    }
    drawing.close("g");
}

/// A text that ends where the plot begins.
fn end_text(drawing: &mut Drawing, class: &str, y: f64, text: &str) {
    drawing.tag("text").attr("class", class).num("x", LEFT - 8.0).num("y", y).attr("text-anchor", "end").text(text);
}

/// Seconds since 1970 of a time of the report.
pub(super) fn seconds(text: &str) -> Option<i64> {
    crate::events::time::parse_utc(text).map(|stamp| stamp.time.secs())
}

fn rfc3339(second: i64) -> String {
    crate::events::Time::from_secs(second).rfc3339(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{ActivitySlot, Report};
    use crate::report::samples;

    fn drawn(report: &Report) -> String {
        let mut acts: BTreeMap<&str, Vec<Act<'_>>> = BTreeMap::new();
        for row in &report.timeline {
            let from = seconds(&row.time).unwrap();
            let to = row.end_time.as_deref().and_then(seconds).unwrap_or(from);
            acts.entry(&row.account).or_default().push(Act { row, from, to });
        }
        let incident = &report.incidents[0];
        let accounts = incident.accounts.iter().filter_map(|name| report.account(name)).collect();
        let clock = Clock::new(report, Tz::UTC);
        Lanes { incident, accounts, acts: &acts, clock: &clock, zone: Tz::UTC }.picture().unwrap_or_default()
    }

    #[test]
    fn every_act_is_marked_and_named_and_the_ways_are_drawn() {
        let report = samples::cascade();
        let picture = drawn(&report);
        assert_eq!(picture.matches("class=\"act\"").count(), report.timeline.len());
        assert_eq!((picture.matches("class=\"way\"").count(), picture.matches("class=\"fell\"").count()), (2, 3));
        assert!(picture.contains("09 Feb 14:48:10  sent 794 mails in 15 min 15 s"), "{picture}");
    }

    #[test]
    fn owner_and_intruder_lie_apart() {
        let mut report = samples::cascade();
        let slot = |from: &str, actor| ActivitySlot { from: from.to_owned(), actor, events: 9 };
        report.accounts[0].activity = Some(Activity {
            slot_seconds: 3600,
            slots: vec![slot("2022-02-09T08:00:00Z", Actor::Owner), slot("2022-02-01T08:00:00Z", Actor::Owner)],
            ..Activity::default()
        });
        let picture = drawn(&report);
        assert_eq!(picture.matches("class=\"owner\"").count(), 1, "what is outside the incident's time is not drawn");
        assert!(picture.contains("09 Feb 08:00 – 09:00: 9 acts") && !picture.contains("not told apart"), "{picture}");
        report.accounts[0].activity.as_mut().unwrap().slots.push(slot("2022-02-09T09:00:00Z", Actor::Unknown));
        assert!(drawn(&report).contains("not told apart"));
    }

    #[test]
    fn acts_without_number_are_drawn_together_and_none_is_forgotten() {
        let mut report = samples::cascade();
        let row = report.timeline[0].clone();
        report.timeline =
            (0..20_000).map(|n| TimelineRow { time: rfc3339(seconds("2022-02-09T05:00:00Z").unwrap() + n * 17), ..row.clone() }).collect();
        let picture = drawn(&report);
        let marks = picture.matches("class=\"act\"").count();
        assert!((1000..=MARKS).contains(&marks), "{marks}");
        let more: u64 = picture.split(" (and ").skip(1).map(|rest| rest.split_once(' ').unwrap().0.parse::<u64>().unwrap()).sum();
        assert_eq!(marks as u64 + more, 20_000);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let mut report = samples::cascade();
        report.timeline.clear();
        report.accounts.iter_mut().for_each(|account| account.compromised_at = None);
        report.incidents[0].edges.clear();
        assert_eq!(drawn(&report), "");
    }
}
