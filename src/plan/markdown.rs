//! The plan as Markdown: `plan.md`.

use super::script::{CONNECT_EXCHANGE, FUNCTIONS, connect_graph};
use super::{Does, NARROWED, Phase, Plan, Step};
use crate::report::sanitize::{clip, terminal};
use std::fmt::Write;

/// Characters of a text of the evidence that prose shows.
const LONGEST: usize = 200;

/// The plan as a page of Markdown, with line ends of Unix and one at the end.
pub fn markdown(plan: &Plan) -> String {
    let mut page = String::from("# Plan\n\n");
    if plan.narrowed {
        let _ = writeln!(page, "{NARROWED}\n");
    }
    if plan.steps.is_empty() {
        let whom = if plan.narrowed { "No account that is shown" } else { "No account" };
        let _ = writeln!(page, "{whom} is compromised or suspicious in these exports: there is nothing to do.");
        return page;
    }
    page.push_str(
        "Made by bectrace from the exports alone, for the things that they show. Read it before you run it: steps that say \
         *look* change nothing, lines behind `#` are for you to complete or decide. `plan.ps1` has the same commands and does \
         nothing until its guard is removed. Keep copies of logs and settings before you change them.\n\n",
    );
    before(&mut page, plan);
    for (number, phase) in (1..).zip(Phase::ALL) {
        let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.phase == phase).collect();
        if steps.is_empty() {
            continue;
        }
        let _ = writeln!(page, "## {number}. {}\n", phase.title());
        for (at, one) in (1..).zip(steps) {
            step(&mut page, &format!("{number}.{at}"), one);
        }
    }
    if !plan.gone.is_empty() {
        page.push_str("## Gone already\n\nNo command for these: a record or a snapshot shows their end.\n\n");
        for gone in &plan.gone {
            let _ = writeln!(page, "* {}", code(gone));
        }
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
    page
}

fn before(page: &mut String, plan: &Plan) {
    page.push_str("## Before you start\n\n```powershell\n");
    let (exchange, graph) = plan.services();
    if exchange {
        page.push_str(CONNECT_EXCHANGE);
    }
    if graph {
        page.push_str(&connect_graph());
    }
    page.push_str(FUNCTIONS);
    page.push_str("```\n\n");
}

fn step(page: &mut String, number: &str, step: &Step) {
    let what = if step.what.is_empty() { String::new() } else { format!(" {}", code(&step.what)) };
    let _ = writeln!(page, "### {number} {}{what}\n", step.action);
    if let Some(account) = step.account.as_ref().filter(|account| !step.what.contains(account.as_str())) {
        let _ = writeln!(page, "Account or mailbox: {}\n", code(account));
    }
    let _ = writeln!(page, "Why: {}", code_or_words(&step.why));
    if !step.evidence.is_empty() {
        let records: Vec<String> = step.evidence.iter().map(|pointer| code(pointer)).collect();
        let _ = writeln!(page, "Records: {}", records.join(", "));
    }
    let _ = writeln!(page, "\nWhat it does not do: {}\n", step.limits);
    page.push_str("```powershell\n");
    for (does, command) in &step.commands {
        let _ = match does {
            Does::Change => writeln!(page, "{}", command.as_str()),
            Does::Look => writeln!(page, "{}   # look", command.as_str()),
            Does::Later => writeln!(page, "# {}", command.as_str()),
        };
    }
    page.push_str("```\n\n");
    if !step.verify.is_empty() {
        page.push_str("Verify:\n\n```powershell\n");
        for command in &step.verify {
            let _ = writeln!(page, "{}", command.as_str());
        }
        page.push_str("```\n\n");
    }
}

/// Our own words as they are; with anything else in them as code, so that nothing of it is Markdown or HTML.
fn code_or_words(text: &str) -> String {
    let ours = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | ';' | ':' | '-' | '.' | '%' | '(' | ')' | '\'');
    if text.chars().all(ours) && !text.contains("://") && !text.contains("www.") { text.to_owned() } else { code(text) }
}

/// A text as a code span on one line: its fence is longer than any run of backticks in it, and what a
/// reader would not see is written visibly.
fn code(text: &str) -> String {
    let clipped = clip(text, LONGEST);
    let shown = terminal(&clipped, false);
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank on both sides is taken away again; it keeps backticks at the edges apart from the fence, and
    // an empty text or one of blanks alone visible.
    let pad = if longest > 0 || shown.starts_with(' ') || shown.ends_with(' ') { " " } else { "" };
    if shown.trim().is_empty() { "(empty)".to_owned() } else { format!("{fence}{pad}{shown}{pad}{fence}") }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn nothing_gets_out_of_a_code_span() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("<img src=x>\n# head"), "`<img src=x>\\n# head`");
        assert_eq!(code("\u{202e}x"), "`\\u{202e}x`");
        assert_eq!(code(""), "(empty)");
    }
}
