//! A sentence in the making.

use super::scene::Scene;
use crate::events::Time;
use crate::report::model::{Finding, Sentence, TimelineRow};
use crate::report::screen::{Clock, percent, read};

/// Pointers that a sentence lists; the rest is counted.
const POINTERS: usize = 10;
/// Findings that a sentence lists.
const FINDINGS: usize = 10;
/// From this certainty on, an act is the intruder's without a word on it; the timeline marks those below it too.
const SURE: f64 = 0.9;

/// A sentence in the making: its words, its times, and what it rests on.
#[derive(Clone, Default)]
pub(super) struct Draft {
    text: String,
    times: Vec<String>,
    findings: Vec<String>,
    evidence: Vec<String>,
    evidence_total: u64,
    /// How much the story needs it: the least are left out first.
    pub(super) weight: u8,
}

impl Draft {
    /// A sentence that the story needs so much, with its first words.
    pub(super) fn new(weight: u8, words: &str) -> Draft {
        Draft { text: words.to_owned(), weight, ..Draft::default() }
    }

    /// The same, needed so much.
    pub(super) fn weighing(self, weight: u8) -> Draft {
        Draft { weight, ..self }
    }

    /// True if there are records behind it.
    pub(super) fn is_shown(&self) -> bool {
        self.evidence_total > 0
    }

    /// When what it tells of begins; what has no time comes last.
    pub(super) fn begins(&self) -> (bool, Option<Time>) {
        let time = self.times.first().and_then(|time| read(time));
        (time.is_none(), time)
    }

    pub(super) fn say(mut self, words: &str) -> Draft {
        self.text.push_str(words);
        self
    }

    /// A moment: with its date, unless the moment before in the sentence was of the same day.
    pub(super) fn at(mut self, clock: &Clock, time: &str) -> Draft {
        let shown = match self.times.last() {
            Some(before) => clock.moment_beside(time, before),
            None => clock.moment(time),
        };
        self.times.push(time.to_owned());
        self.say(&shown)
    }

    /// A moment with its year, whatever stands before.
    pub(super) fn in_full(mut self, clock: &Clock, time: &str) -> Draft {
        self.times.push(time.to_owned());
        self.say(&clock.full(time))
    }

    /// `At 09 Feb 04:55:51`, or `Between … and …`, with a blank behind.
    pub(super) fn span(self, clock: &Clock, from: &str, to: &str) -> Draft {
        if clock.moment(from) == clock.moment(to) {
            return self.say("At ").at(clock, from).say(" ");
        }
        self.say("Between ").at(clock, from).say(" and ").at(clock, to).say(" ")
    }

    /// Rests on these rows of the timeline, and on the findings that share records with them.
    pub(super) fn on_rows(mut self, scene: &Scene<'_>, rows: &[&TimelineRow]) -> Draft {
        for row in rows {
            self = self.on(&row.evidence, row.evidence_total);
            for finding in scene.findings_on(row) {
                self = self.naming(&finding.id);
            }
        }
        self
    }

    /// Rests on a finding.
    pub(super) fn on_finding(self, finding: &Finding) -> Draft {
        self.naming(&finding.id).on(&finding.evidence, finding.evidence_total)
    }

    /// Rests on these records, of which there are so many in all.
    pub(super) fn on(mut self, pointers: &[String], total: u64) -> Draft {
        for pointer in pointers {
            if self.evidence.len() < POINTERS && !self.evidence.contains(pointer) {
                self.evidence.push(pointer.clone());
            }
        }
        self.evidence_total += total.max(pointers.len() as u64);
        self
    }

    fn naming(mut self, finding: &str) -> Draft {
        if self.findings.len() < FINDINGS && !self.findings.iter().any(|known| known == finding) {
            self.findings.push(finding.to_owned());
        }
        self
    }

    /// Ends the sentence and adds another one on the same matter.
    pub(super) fn and(self, sentence: &str) -> Draft {
        self.end().say(" ").say(sentence)
    }

    /// Followed by another one on the same matter, with what that rests on.
    pub(super) fn joined(self, other: Draft) -> Draft {
        let mut draft = self.end().say(" ").say(&other.text);
        draft.times.extend(other.times);
        draft = draft.on(&other.evidence, other.evidence_total);
        for finding in &other.findings {
            draft = draft.naming(finding);
        }
        draft
    }

    /// With a full stop, if it has none.
    pub(super) fn end(mut self) -> Draft {
        if !self.text.ends_with(['.', '?']) {
            self.text.push('.');
        }
        self
    }

    fn sentence(self) -> Sentence {
        let Draft { text, times, findings, evidence, evidence_total, .. } = self.end();
        Sentence { text, times, findings, evidence, evidence_total }
    }
}

/// The drafts as sentences: the first time says its zone, the first `MFA` what it is.
pub(super) fn finish(drafts: Vec<Draft>, scene: &Scene<'_>) -> Vec<Sentence> {
    let mut story: Vec<Sentence> = drafts.into_iter().map(Draft::sentence).collect();
    if let Some(first) = story.iter_mut().find(|sentence| !sentence.times.is_empty()) {
        let time = first.times.first().map(String::as_str).unwrap_or_default();
        let shown = [scene.clock.full(time), scene.clock.moment(time)];
        let shown = shown.iter().find(|shown| first.text.contains(shown.as_str()));
        if let Some(shown) = shown {
            first.text = first.text.replacen(shown.as_str(), &format!("{shown} UTC"), 1);
        }
    }
    for sentence in &mut story {
        if let Some((before, after)) = sentence.text.split_once("MFA")
            // Not where it is part of a name that somebody chose.
            && before.matches('"').count().is_multiple_of(2)
        {
            sentence.text = format!("{before}MFA (the second proof at sign-in){after}");
            break;
        }
    }
    story
}

/// `the intruder`, with how sure that is where it is less than sure for one of the rows.
pub(super) fn who(rows: &[&TimelineRow]) -> String {
    let certainty = rows.iter().map(|row| row.certainty).fold(1.0, f64::min);
    if certainty < SURE { format!("the intruder ({} sure)", percent(certainty)) } else { "the intruder".to_owned() }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// The words as the begin of a sentence.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
