//! Narratives, sentence by sentence with the first record behind each; on request, since the first screen
//! stays short.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::thousands;
use crate::report::model::Sentence;
use crate::report::narrative::in_zone;

impl View<'_> {
    /// A line for each sentence, where everything is to be shown.
    pub(super) fn story(&self, page: &mut Page<'_>, indent: &str, story: &[Sentence]) {
        if !self.look.verbose {
            return;
        }
        for sentence in story {
            let mut line = Line::new().plain(in_zone(sentence, &self.clock));
            if let Some(first) = sentence.evidence.first() {
                line = line.plain("  ").add(Tone::Code, first);
                if sentence.evidence_total > 1 {
                    line.push(Tone::Dim, format!(" +{}", thousands(sentence.evidence_total - 1)));
                }
            }
            page.wrap(indent, indent, &line);
        }
    }
}
