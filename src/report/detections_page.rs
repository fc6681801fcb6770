//! `docs/detections.md`: every detection with its text and thresholds, from the registry.

use crate::detections::{DETECTIONS, Detection, EvidenceFamily, Threshold};
use std::fmt::Write;

const INTRO: &str = "\
# Detections

Made from the program by `BLESS=1 cargo test --release detections_page`; `bectrace detections ID` prints the same text with the thresholds
of your configuration.

A detection says that something happened, and what it is worth as evidence in the place where it happened. It accuses nobody: the verdict
on an account comes from all findings that belong together, weighed against what speaks for the owner. Findings of one kind of evidence
are dependent and count with falling weight, and one kind alone is never enough to call an account compromised.

*Unfamiliar* means new to the account, judged from the address outwards (network, autonomous system, country, client), and against its
colleagues. *Model* names the published detection models of the three incidents that the program is held to.
Each threshold is a key in `[thresholds.ID]` of the [configuration](../README.md).
";

/// What a kind of evidence is about, as a heading.
fn heading(family: EvidenceFamily) -> &'static str {
    match family {
        EvidenceFamily::Access => "Access: how the account was entered",
        EvidenceFamily::Hiding => "Hiding: mail and traces out of the owner's sight",
        EvidenceFamily::Persistence => "Persistence: ways to stay",
        EvidenceFamily::Apps => "Apps: applications and consents",
        EvidenceFamily::Spreading => "Spreading: mail, files and chat to others",
        EvidenceFamily::Collection => "Collection: reading and taking",
        EvidenceFamily::Tenant => "Tenant: changes for everybody",
        EvidenceFamily::Company => "Company: the same actor as on another account",
    }
}

/// The page, in Markdown: a table of contents, then one section a detection, by kind of evidence.
pub fn render() -> String {
    let mut page = INTRO.to_owned();
    let members = |family| DETECTIONS.iter().copied().filter(move |detection| detection.family() == family);
    for family in EvidenceFamily::ALL {
        let links: Vec<String> = members(family).map(|detection| format!("[{0}](#{0})", detection.id())).collect();
        let _ = write!(page, "\n* **{}**: {}", family.name(), links.join(", "));
    }
    page.push('\n');
    for family in EvidenceFamily::ALL {
        let _ = write!(page, "\n## {}\n", heading(family));
        members(family).for_each(|detection| section(&mut page, detection));
    }
    models(&mut page);
    page
}

/// The published models with the detections that answer to each, in the order of the catalogue.
fn models(page: &mut String) {
    page.push_str("\n## Published models and their answers\n\n| model | detections |\n|---|---|\n");
    let mut answers: Vec<(&str, Vec<&str>)> = Vec::new();
    for detection in DETECTIONS {
        for model in models_of(*detection) {
            match answers.iter_mut().find(|(known, _)| *known == model) {
                Some((_, ids)) => ids.push(detection.id()),
                None => answers.push((model, vec![detection.id()])),
            }
        }
    }
    for (model, ids) in answers {
        let links: Vec<String> = ids.iter().map(|id| format!("[{id}](#{id})")).collect();
        let _ = writeln!(page, "| {model} | {} |", links.join(", "));
    }
    page.push_str("\nWhat a model saw that is in no export is in [limitations](limitations.md#what-no-export-can-carry).\n");
}

/// The models that a detection answers to, without the remarks in brackets behind their names.
fn models_of(detection: &dyn Detection) -> impl Iterator<Item = &'static str> {
    let names = detection.text().model.split(';').map(|name| name.split(" (").next().unwrap_or(name).trim());
    names.filter(|name| !name.is_empty())
}

fn section(page: &mut String, detection: &dyn Detection) {
    let text = detection.text();
    let techniques: Vec<String> = detection.mitre().iter().map(|id| technique(id)).collect();
    let _ = write!(page, "\n### {}\n\n**{}**", detection.id(), detection.title());
    let _ = write!(page, " · severity {}", detection.severity().name());
    if detection.is_attack() {
        page.push_str(" · an attack, successful or not: alone it makes an account *targeted*");
    }
    page.push_str("\n\n");
    let rows = [
        ("What", text.what.to_owned()),
        ("Why", text.why.to_owned()),
        ("Innocent look-alikes", text.innocent.to_owned()),
        ("Check next", text.next.to_owned()),
        ("ATT&CK", techniques.join(", ")),
        ("Model", text.model.to_owned()),
    ];
    for (name, words) in rows.iter().filter(|(_, words)| !words.is_empty()) {
        let _ = writeln!(page, "* {name}: {words}");
    }
    thresholds(page, detection.thresholds());
}

fn thresholds(page: &mut String, thresholds: &[Threshold]) {
    if thresholds.is_empty() {
        return;
    }
    page.push_str("\n| threshold | default | meaning |\n|---|---|---|\n");
    for threshold in thresholds {
        let _ = writeln!(page, "| `{}` | {} | {} |", threshold.name, threshold.default, threshold.doc);
    }
}

/// A technique with a link to its page.
fn technique(id: &str) -> String {
    format!("[{id}](https://attack.mitre.org/techniques/{}/)", id.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::golden;
    use std::path::Path;

    #[test]
    fn the_published_page_is_fresh() {
        golden::check_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/detections.md"), &render());
    }

    #[test]
    fn every_published_model_has_an_answer() {
        const PUBLISHED: [&str; 20] = [
            "Suspicious Login User-Agent",
            "Unusual External Source for SaaS Credential Use",
            "Unusual Location for SaaS and Email Activity",
            "Suspicious Login Attempt",
            "Login From Rare Following Suspicious Login Attempt(s)",
            "New Email Rule",
            "Suspicious Internal Exchange Activity",
            "Unusual Login and New Email Rule",
            "Azure Application Administration Activities",
            "OAuth Permission Grant",
            "New Application Service Principal",
            "Unusual Logic Following OAuth Grant",
            "Possible Outbound Email Spam",
            "Unusual Login and Outbound Email Spam",
            "Suspicious Login and Suspicious Outbound Email(s)",
            "Multiple Unusual SaaS Activities",
            "Multiple Model Breaches",
            "Suspicious SaaS Activity Block",
            "Significant Compliance Activity Block",
            "Suspicious SaaS and Email Activity Block",
        ];
        let page = render();
        for model in PUBLISHED {
            assert!(DETECTIONS.iter().any(|detection| models_of(*detection).any(|name| name == model)), "{model}");
            assert!(page.contains(&format!("\n| {model} | [")), "{model}");
        }
    }

    #[test]
    fn every_detection_has_a_section_and_is_told_of_in_full() {
        let page = render();
        for detection in DETECTIONS {
            let (id, text) = (detection.id(), detection.text());
            assert_eq!(page.matches(&format!("\n### {id}\n")).count(), 1, "{id}");
            for words in [text.what, text.why, text.innocent, text.next] {
                assert!(!words.is_empty() && page.contains(words), "{id}: {words}");
            }
            assert!(!detection.mitre().is_empty(), "{id} names no technique");
        }
    }
}
