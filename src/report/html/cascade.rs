//! The cascade as a picture: who was taken through whom, when, by which way, how sure.

use super::axis::times;
use super::drawing::Drawing;
use crate::report::forest::{Step, forest};
use crate::report::model::{EdgePath, Incident};
use crate::report::phrases::Phrases;
use crate::report::sanitize::clip;
use crate::report::screen::{duration, percent, seconds_between};
use std::collections::BTreeMap;

/// Accounts that are drawn; the list beside the picture has all.
const MOST: usize = 60;
/// Characters of a name that are drawn.
const NAME: usize = 44;
/// From this confidence on a way is drawn as a full line.
const SURE: f64 = 0.9;

/// Sizes of the picture.
const WIDTH: f64 = 760.0;
const CARD: (f64, f64) = (400.0, 54.0);
const INDENT: f64 = 44.0;
/// Height of the words above a card, and the room below it.
const WORDS: f64 = 26.0;
const GAP: f64 = 12.0;
/// Steps to the right that fit.
const DEEPEST: usize = 7;

/// What the picture says of an account beside its name.
pub(super) struct Fell<'r> {
    /// Since when it is compromised.
    pub(super) since: Option<&'r str>,
    /// How sure that is.
    pub(super) probability: f64,
}

/// Draws an incident of more than one account; nothing for one account alone.
pub(super) fn picture(incident: &Incident, fell: &BTreeMap<&str, Fell<'_>>, phrases: Phrases<'_>) -> Option<String> {
    let nodes = forest(incident);
    if nodes.len() < 2 {
        return None;
    }
    let shown = nodes.get(..nodes.len().min(MOST)).unwrap_or_default();
    let row = CARD.1 + WORDS + GAP;
    let rest = if nodes.len() > MOST { WORDS } else { 0.0 };
    let height = times(shown.len(), row) + rest + GAP;
    let mut drawing = Drawing::new("cascade", (WIDTH, height), &format!("How incident {} went from account to account", incident.id));
    let top = |at: usize| times(at, row) + WORDS;
    let left = |node: &Step<'_>| 2.0 + times(node.depth.min(DEEPEST), INDENT);
    for (at, node) in shown.iter().enumerate() {
        if let Some((parent_at, parent)) = node.parent.and_then(|parent| Some((parent, shown.get(parent)?))) {
            let (x, y) = (left(parent) + INDENT / 2.0, top(parent_at) + CARD.1);
            let path = format!("M{x} {y}V{}H{}", top(at) + CARD.1 / 2.0, left(node) - 5.0);
            let sure = node.edge.is_some_and(|edge| edge.confidence >= SURE && edge.path != EdgePath::UnknownPath);
            drawing.tag("path").attr("class", if sure { "way" } else { "way unsure" }).attr("d", &path).empty();
            let (tip, middle) = (left(node), top(at) + CARD.1 / 2.0);
            drawing.tag("path").attr("class", "tip").attr("d", &format!("M{tip} {middle}l-8 -5v10z")).empty();
        }
    }
    for (at, node) in shown.iter().enumerate() {
        card(&mut drawing, incident, node, (left(node), top(at)), fell.get(node.account), phrases);
    }
    if nodes.len() > MOST {
        let words = format!("… and {} more accounts: the list below has all", nodes.len() - MOST);
        drawing.text("small", 2.0, height - GAP, &words);
    }
    Some(drawing.finish())
}

fn card(drawing: &mut Drawing, incident: &Incident, node: &Step<'_>, (x, y): (f64, f64), fell: Option<&Fell<'_>>, phrases: Phrases<'_>) {
    let since = fell.and_then(|fell| fell.since);
    if let Some(words) = way_words(incident, node, since, phrases) {
        drawing.text("small", if node.edge.is_some() { x + 8.0 } else { x }, y - 7.0, &words);
    }
    drawing.rect("card", (x, y), CARD).num("rx", 6.0).hint(node.account);
    drawing.rect("taken", (x, y), (5.0, CARD.1)).num("rx", 2.0).empty();
    drawing.text("name", x + 16.0, y + 22.0, &clip(node.account, NAME));
    let since = since.map_or_else(|| "time unknown".to_owned(), |since| format!("since {}", phrases.clock.moment(since)));
    let sure = fell.map_or_else(String::new, |fell| format!("  ·  compromised {}", percent(fell.probability)));
    drawing.text("small", x + 16.0, y + 41.0, &format!("{since}{sure}"));
}

/// What stands above a card: the way to it, or that it is the first, or what joins it.
fn way_words(incident: &Incident, node: &Step<'_>, since: Option<&str>, phrases: Phrases<'_>) -> Option<String> {
    if let Some(edge) = node.edge {
        let when = edge.time.as_deref().map_or_else(String::new, |time| format!(", {}", phrases.clock.minute(time)));
        let lead = edge.time.as_deref().zip(since).and_then(|(time, since)| seconds_between(time, since)).filter(|seconds| *seconds >= 0);
        let before = lead.map_or_else(String::new, |seconds| format!(", {} before", duration(seconds)));
        return Some(format!("{}{when}{before}  ·  {}", phrases.path(edge), percent(edge.confidence)));
    }
    let zero = incident.patient_zero.as_ref().filter(|zero| zero.account == node.account);
    if let Some(zero) = zero {
        return Some(format!("patient zero  ·  {}", percent(zero.confidence)));
    }
    let link = incident.links.iter().find(|link| link.accounts.iter().any(|account| account == node.account))?;
    Some(format!("same intruder, by which way is not shown  ·  {}", percent(link.confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Edge, Link};
    use crate::report::samples;
    use crate::report::screen::{Clock, ShortNames};

    fn drawn(incident: &Incident) -> String {
        let report = samples::cascade();
        let (clock, names) = (Clock::new(&report, chrono_tz::Tz::UTC), ShortNames::new(&report));
        let fell = report
            .accounts
            .iter()
            .map(|account| (account.account.as_str(), Fell { since: account.compromised_at.as_deref(), probability: account.probability }));
        picture(incident, &fell.collect(), Phrases { clock: &clock, names: &names }).unwrap_or_default()
    }

    #[test]
    fn each_step_says_from_whom_when_and_how_sure() {
        let picture = drawn(&samples::cascade().incidents[0]);
        for words in [
            "patient zero  ·  93 %",
            "by a.adams&#39; mail, 09 Feb 14:49, 27 min before  ·  91 %",
            "by a.adams&#39; mail, 09 Feb 14:52, 22 h 16 min before  ·  86 %",
            "since 09 Feb 04:55:51",
        ] {
            assert!(picture.contains(words), "{words}: {picture}");
        }
        assert_eq!((picture.matches("class=\"way\"").count(), picture.matches("class=\"way unsure\"").count()), (1, 1), "91 % and 86 %");
    }

    #[test]
    fn a_way_is_sure_from_ninety_percent_on() {
        let mut incident = samples::cascade().incidents.remove(0);
        for (confidence, unsure) in [(0.899, 1), (0.9, 0), (0.901, 0)] {
            incident.edges.truncate(1);
            incident.edges[0].confidence = confidence;
            assert_eq!(drawn(&incident).matches("way unsure").count(), unsure, "{confidence}");
        }
        incident.edges[0].path = EdgePath::UnknownPath;
        assert_eq!(drawn(&incident).matches("way unsure").count(), 1, "two ways fit equally");
    }

    #[test]
    fn an_account_without_a_way_to_it_stands_apart() {
        let mut incident = samples::cascade().incidents.remove(0);
        incident.edges.pop();
        incident.links = vec![Link { accounts: incident.accounts.clone(), why: "same address".to_owned(), confidence: 0.8 }];
        let picture = drawn(&incident);
        assert_eq!(picture.matches("class=\"way\"").count(), 1);
        assert!(picture.contains("same intruder, by which way is not shown  ·  80 %"), "{picture}");
        incident.accounts.truncate(1);
        assert_eq!(drawn(&incident), "", "one account is no cascade");
    }

    #[test]
    fn a_long_cascade_and_a_circle_end() {
        let mut incident = samples::cascade().incidents.remove(0);
        let edge = incident.edges[0].clone();
        incident.accounts = (0..200).map(|n| format!("u{n}@example.com")).collect();
        let chain = |n: usize| Edge { from: format!("u{n}@example.com"), to: format!("u{}@example.com", (n + 1) % 200), ..edge.clone() };
        incident.edges = (0..200).map(chain).collect();
        incident.patient_zero = None;
        let picture = drawn(&incident);
        assert_eq!(picture.matches("class=\"card\"").count(), MOST);
        assert!(picture.contains("… and 140 more accounts"), "{picture}");
    }
}
