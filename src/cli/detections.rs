//! `bectrace detections`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::{sources, terminal};
use crate::detections::{DETECTIONS, Detection, EvidenceFamily, by_id};
use crate::report::screen::{Line, Look, Page, Tone};
use clap::Args;

/// List the detections, or print the text of one
#[derive(Args, Debug)]
pub(super) struct Detections {
    /// Id of a detection
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Detections {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let look = terminal::look(global, &[]);
        let text = match &self.id {
            None => catalogue(&look),
            Some(id) => match by_id(id.trim()) {
                Some(detection) => one(detection, global, &look)?,
                None => return Err(unknown(id)),
            },
        };
        terminal::print(&text).map(|()| Exit::Success)
    }
}

fn unknown(id: &str) -> Failure {
    let like: Vec<&str> = DETECTIONS
        .iter()
        .map(|detection| detection.id())
        .filter(|known| known.contains(id) || id.split('-').any(|word| word.len() > 3 && known.contains(word)))
        .take(4)
        .collect();
    let hint = if like.is_empty() { "`bectrace detections` lists all".to_owned() } else { format!("did you mean {}?", like.join(", ")) };
    Failure::usage(format!("there is no detection {id:?}")).hint(hint)
}

/// Ids and titles, by family.
fn catalogue(look: &Look) -> String {
    let mut page = Page::new(look);
    let widest = DETECTIONS.iter().map(|detection| detection.id().len()).max().unwrap_or(0);
    for family in EvidenceFamily::ALL {
        let members: Vec<&&dyn Detection> = DETECTIONS.iter().filter(|detection| detection.family() == family).collect();
        if members.is_empty() {
            continue;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, family.name()));
        for detection in members {
            let hang = " ".repeat(widest + 4);
            let id = format!("{:<widest$}  ", detection.id());
            page.wrap("  ", &hang, &Line::new().add(Tone::Code, id).plain(detection.text().what));
        }
    }
    page.finish()
}

/// The whole text of a detection, with its thresholds as configured.
fn one(detection: &dyn Detection, global: &Global, look: &Look) -> Result<String, Failure> {
    let config = sources::config(global)?;
    let text = detection.text();
    let mut page = Page::new(look);
    page.wrap("", "", &Line::new().add(Tone::Strong, detection.title()).plain("  ").add(Tone::Code, detection.id()));
    let mitre = detection.mitre().join(", ");
    let facts = format!(
        "{} evidence, severity {}{}",
        detection.family().name(),
        detection.severity().name(),
        if mitre.is_empty() { String::new() } else { format!(", ATT&CK {mitre}") }
    );
    page.wrap("", "", &Line::new().add(Tone::Dim, facts));
    let sections = [
        ("What it finds", text.what),
        ("Why it matters", text.why),
        ("When it is innocent", text.innocent),
        ("What to check next", text.next),
        ("Detection models", text.model),
    ];
    for (title, words) in sections.into_iter().filter(|(_, words)| !words.is_empty()) {
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, title));
        page.wrap("  ", "  ", &Line::new().plain(words));
    }
    if !detection.thresholds().is_empty() {
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Thresholds"));
        for threshold in detection.thresholds() {
            let value = config.threshold(detection.id(), threshold.name, threshold.default);
            let line = Line::new().add(Tone::Code, format!("{} = {value}", threshold.name)).plain(format!("  {}", threshold.doc));
            page.wrap("  ", "    ", &line);
        }
    }
    if !text.references.is_empty() {
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "References"));
        for reference in text.references {
            page.wrap("  ", "    ", &Line::new().plain(reference));
        }
    }
    Ok(page.finish())
}
