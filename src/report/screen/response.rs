//! The response simulator on the terminal: triggers, modes side by side, the other side, the curve.

use super::columns::Columns;
use super::paint::{Line, Page, Tone};
use super::words::{Clock, ShortNames, count, duration, percent, thousands};
use super::{Look, View};
use crate::report::model::{ActOutcome, LeftInPlace, OutcomeCounts, Report, Response, ResponsePoint, ResponseScenario};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a list that are shown without `-v`.
const SHOWN: usize = 12;

/// The whole view as text with line ends: the response of this report.
pub fn respond(report: &Report, look: &Look) -> String {
    let empty = Response::default();
    let response = report.response.as_ref().unwrap_or(&empty);
    let view = Replay { response, look, clock: Clock::new(report, look.zone), names: ShortNames::new(report) };
    let mut page = Page::new(look);
    View::new(report, look).header(&mut page);
    view.headline(&mut page);
    view.triggers(&mut page);
    view.acts(&mut page);
    view.spared(&mut page);
    view.left(&mut page);
    view.other_side(&mut page);
    view.curve(&mut page);
    view.latest(&mut page);
    view.limits(&mut page);
    page.finish()
}

/// What all parts draw from.
struct Replay<'r> {
    response: &'r Response,
    look: &'r Look,
    clock: Clock,
    names: ShortNames,
}

/// A mode as a heading.
fn mode_words(mode: &str) -> &str {
    match mode {
        "detect-only" => "detect only, or nobody confirms",
        "human-confirmation" => "a person confirms",
        "autonomous" => "autonomous",
        "disable-at-once" => "any trigger disables",
        "by-hand" => "as asked",
        other => other,
    }
}

impl Replay<'_> {
    fn limit(&self, len: usize) -> usize {
        if self.look.verbose { len } else { SHOWN }
    }

    fn rest(&self, page: &mut Page<'_>, len: usize) {
        if len > self.limit(len) {
            page.wrap("  ", "  ", &Line::new().add(Tone::Dim, format!("… {} more: -v shows them", len - self.limit(len))));
        }
    }

    fn headline(&self, page: &mut Page<'_>) {
        let Some(first) = self.response.scenarios.first() else { return };
        let acts = count(first.totals.acts.all(), "act", "acts");
        let accounts = count(first.totals.accounts, "account", "accounts");
        if first.totals.acts.all() == 0 {
            heading(page, "No account is called compromised: there is no act of an intruder that a response would have changed");
            return;
        }
        heading(page, format!("What a response would have changed: {acts} of the intruder on {accounts}"));
        let words = "Nothing of this was done. It is what the recorded acts say of what would have been; what they cannot say stands as a condition. \
             An intruder who is stopped may come another way: that is not simulated.";
        page.wrap("", "", &Line::new().add(Tone::Dim, words));
    }

    fn triggers(&self, page: &mut Page<'_>) {
        let (response, watch) = (self.response, &self.response.watch);
        if let Some(asked) = response.scenarios.iter().find(|one| one.mode == "by-hand") {
            for one in &asked.interventions {
                let line = Line::new().plain("asked: ").add(Tone::Strong, &one.action).plain(format!(
                    " on {} at {} {}",
                    self.names.of(&one.account),
                    self.clock.moment(&one.at),
                    self.clock.zone()
                ));
                page.wrap("", "  ", &line);
            }
            return;
        }
        let replayed = response.triggers.iter().all(|one| one.basis == "replayed");
        heading(
            page,
            match response.triggers.len() {
                0 => "No trigger fired",
                _ if replayed => "Triggers, each seen with the records up to then and no others",
                _ => "Triggers, seen with the records up to then and no others unless it says so",
            },
        );
        let mut table = Columns::new(&[&format!("Time ({})", self.clock.zone()), "Account", "Trigger", "Action"]);
        for trigger in response.triggers.iter().take(self.limit(response.triggers.len())) {
            let policy = response.policy.triggers.iter().find(|one| one.trigger == trigger.trigger);
            let actions = policy.map_or_else(String::new, |one| one.actions.join(", "));
            let doubt = if trigger.basis == "replayed" { "" } else { " (with hindsight)" };
            let time = self.clock.moment(&trigger.time);
            let account = self.names.of(&trigger.account).to_owned();
            table.row([time, account, format!("{}{doubt}", trigger.trigger), if actions.is_empty() { "–".to_owned() } else { actions }]);
        }
        table.draw(page, self.look);
        self.rest(page, response.triggers.len());
        let days = format!("{} of {} days were looked at without hindsight", watch.days_replayed, watch.days);
        let from = watch.from.as_ref().map_or_else(String::new, |from| format!(", from {} on", self.clock.date(from)));
        page.wrap(" ", " ", &Line::new().add(Tone::Dim, format!("{days}{from}; before, there is no habit to measure by")));
    }

    /// What became of the acts in each mode, by account and kind of act.
    fn acts(&self, page: &mut Page<'_>) {
        let scenarios = &self.response.scenarios;
        let kinds = kinds(scenarios);
        if kinds.is_empty() {
            return;
        }
        heading(page, "What would have become of the intruder's acts");
        let mut titles = vec![""];
        titles.extend(scenarios.iter().map(|one| mode_words(&one.mode)));
        let mut table = Columns::new(&titles);
        let mut account = "";
        for (of, action) in &kinds {
            if *of != account {
                account = of;
                let mut row = vec![self.names.of(of).to_owned()];
                row.resize(titles.len(), String::new());
                table.row(row);
            }
            let mut row = vec![format!("  {}", kind_words(action))];
            row.extend(scenarios.iter().map(|one| cell(&counts(one, of, action))));
            table.row(row);
        }
        self.sums(&mut table);
        table.draw(page, self.look);
        self.conditions(page);
    }

    /// Totals of each mode.
    fn sums(&self, table: &mut Columns) {
        let mut add = |name: &str, value: &dyn Fn(&ResponseScenario) -> String| {
            let mut row = vec![name.to_owned()];
            row.extend(self.response.scenarios.iter().map(value));
            table.row(row);
        };
        add("all accounts", &|_| String::new());
        add("  mails sent", &|one| cell(&one.totals.mails_sent));
        add("  accounts spared", &|one| spared_words(one));
        add("  hours of access", &|one| {
            let (least, most) = (one.totals.access_hours_at_least, one.totals.access_hours_at_most);
            if (most - least).abs() < 0.05 { format!("{most:.1}") } else { format!("{least:.1} to {most:.1}") }
        });
        add("  owner's acts blocked", &|one| thousands(one.owners.iter().map(|owner| owner.acts_blocked).sum()));
        add("  others acted on", &|one| match one.innocents.len() {
            0 => "none".to_owned(),
            n => thousands(n as u64),
        });
    }

    /// What "if" stands for.
    fn conditions(&self, page: &mut Page<'_>) {
        let acts = self.response.scenarios.iter().flat_map(|one| &one.acts).filter(|act| act.result == ActOutcome::PreventedIf);
        let all: BTreeSet<&str> = acts.filter_map(|act| act.why.as_deref()).collect();
        if all.is_empty() {
            return;
        }
        page.wrap(" ", " ", &Line::new().add(Tone::Dim, "if = it would have been prevented if, as the case may be,"));
        for one in &all {
            page.wrap("   - ", "     ", &Line::new().add(Tone::Dim, one));
        }
    }

    fn spared(&self, page: &mut Page<'_>) {
        let of: Vec<_> = self.response.scenarios.iter().filter(|one| !one.spared.is_empty()).collect();
        if of.is_empty() {
            return;
        }
        heading(page, "Accounts that would probably not have fallen");
        for one in of {
            let mut by_condition: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for spared in one.spared.iter().take(self.limit(one.spared.len())) {
                let words = format!("{} ({})", self.names.of(&spared.account), percent(spared.probability));
                by_condition.entry(spared.condition.as_deref().unwrap_or_default()).or_default().push(words);
            }
            for (condition, accounts) in by_condition {
                let words = if condition.is_empty() { String::new() } else { format!(", if {condition}") };
                let line = Line::new().add(Tone::Strong, mode_words(&one.mode)).plain(format!(": {}{words}", accounts.join(", ")));
                page.wrap("  ", "    ", &line);
            }
            self.rest(page, one.spared.len());
        }
    }

    /// Settings of the intruder that stay, each with the modes in which it does.
    fn left(&self, page: &mut Page<'_>) {
        let mut all: Vec<(&LeftInPlace, Vec<&str>)> = Vec::new();
        for one in &self.response.scenarios {
            for item in &one.left_in_place {
                match all.iter_mut().find(|(known, _)| *known == item) {
                    Some((_, modes)) => modes.push(mode_words(&one.mode)),
                    None => all.push((item, vec![mode_words(&one.mode)])),
                }
            }
        }
        if all.is_empty() {
            return;
        }
        heading(page, "Left in place, although the account is acted on");
        for (item, modes) in all.iter().take(self.limit(all.len())) {
            let mut line = Line::new().plain(format!("{}  {} ", self.clock.moment(&item.time), self.names.of(&item.account)));
            line.push(Tone::Plain, &item.summary);
            line.push(Tone::Plain, format!(" ({}): ", modes.join("; ")));
            line.push(Tone::Dim, &item.why);
            page.wrap("  ", "    ", &line);
        }
        self.rest(page, all.len());
    }

    /// Accounts without an intruder.
    fn other_side(&self, page: &mut Page<'_>) {
        let of: Vec<_> = self.response.scenarios.iter().filter(|one| !one.innocents.is_empty()).collect();
        if of.is_empty() {
            return;
        }
        heading(page, "Accounts not called compromised that would have been acted on");
        for one in of {
            for innocent in one.innocents.iter().take(self.limit(one.innocents.len())) {
                let verb = if one.mode == "human-confirmation" { "put to a person" } else { "acted on" };
                let trigger = innocent.trigger.as_ref().map_or_else(String::new, |trigger| format!(" after {trigger}"));
                let line = Line::new().add(Tone::Strong, mode_words(&one.mode)).plain(format!(
                    ": {} ({}) {verb} {}{trigger}, {}; {} of the owner blocked",
                    self.names.of(&innocent.account),
                    innocent.verdict.name(),
                    self.clock.moment(&innocent.at),
                    innocent.actions.join(", "),
                    count(innocent.acts_blocked, "act", "acts"),
                ));
                page.wrap("  ", "    ", &line);
            }
            self.rest(page, one.innocents.len());
        }
    }

    fn curve(&self, page: &mut Page<'_>) {
        let curve = &self.response.curve;
        if curve.iter().all(|point| point.mails_prevented + point.mails_prevented_if == 0 && point.accounts_spared <= 0.0) {
            return;
        }
        heading(page, "By delay of the response");
        let mut table = Columns::new(&["Delay", "Mails spared", "if", "Accounts spared"]);
        let same = |a: &ResponsePoint, b: &ResponsePoint| ResponsePoint { delay_minutes: b.delay_minutes, ..*a } == *b;
        for (at, point) in curve.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| curve.get(before));
            let after = curve.get(at + 1);
            // A row that says the same as those around it says nothing.
            if before.is_some_and(|before| same(before, point)) && after.is_some_and(|after| same(point, after)) {
                continue;
            }
            let delay = if point.delay_minutes == 0 { "at once".to_owned() } else { duration(point.delay_minutes.cast_signed() * 60) };
            let accounts = if point.accounts_spared > 0.0 { format!("{:.2}", point.accounts_spared) } else { "–".to_owned() };
            table.row([delay, thousands(point.mails_prevented), thousands(point.mails_prevented_if), accounts]);
        }
        table.draw(page, self.look);
        page.wrap(
            " ",
            " ",
            &Line::new().add(Tone::Dim, "accounts: the sum of the probabilities that they fell by what would have been prevented"),
        );
    }

    fn latest(&self, page: &mut Page<'_>) {
        let all = &self.response.latest_useful;
        if all.is_empty() {
            return;
        }
        heading(page, "The latest useful moments");
        for one in all.iter().take(self.limit(all.len())) {
            let spares = match (&one.spares, one.probability) {
                (Some(account), Some(p)) => format!("would probably have spared {} ({})", self.names.of(account), percent(p)),
                _ => "was of use against mail still to be sent".to_owned(),
            };
            let line = Line::new().plain("disabling ").add(Tone::Strong, self.names.of(&one.account)).plain(format!(
                " before {} {spares}; surely, with open access tokens, before {}",
                self.clock.moment(&one.before),
                self.clock.moment_beside(&one.surely_before, &one.before),
            ));
            page.wrap("  ", "    ", &line);
        }
        self.rest(page, all.len());
    }

    fn limits(&self, page: &mut Page<'_>) {
        let mut by_action: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for limit in &self.response.limits {
            let why = if self.look.verbose { format!(" ({})", limit.why) } else { String::new() };
            by_action.entry(&limit.action).or_default().push(format!("{}{why}", limit.does_not_stop));
        }
        if by_action.is_empty() {
            return;
        }
        heading(page, "What these actions do not stop");
        for (action, what) in by_action {
            page.wrap("  ", "    ", &Line::new().add(Tone::Strong, action).plain(format!(": {}", what.join("; "))));
        }
    }
}

fn heading(page: &mut Page<'_>, text: impl AsRef<str>) {
    page.blank();
    page.wrap("", "  ", &Line::new().add(Tone::Strong, text));
}

/// Accounts and kinds of act, in the order in which they come first.
fn kinds(scenarios: &[ResponseScenario]) -> Vec<(&str, &str)> {
    let mut accounts: Vec<&str> = Vec::new();
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    for act in scenarios.first().map(|one| one.acts.as_slice()).unwrap_or_default() {
        if !accounts.contains(&act.account.as_str()) {
            accounts.push(&act.account);
        }
        let kind = (act.account.as_str(), act.action.as_str());
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.sort_by_key(|(account, _)| accounts.iter().position(|known| known == account));
    kinds
}

/// How many things of a kind came out how.
fn counts(scenario: &ResponseScenario, account: &str, action: &str) -> OutcomeCounts {
    let mut counts = OutcomeCounts::default();
    for act in scenario.acts.iter().filter(|act| act.account == account && act.action == action) {
        *match act.result {
            ActOutcome::Before => &mut counts.before,
            ActOutcome::Prevented => &mut counts.prevented,
            ActOutcome::PreventedIf => &mut counts.prevented_if,
            ActOutcome::Residual => &mut counts.residual,
            ActOutcome::NotPrevented => &mut counts.not_prevented,
        } += act.items;
    }
    counts
}

/// `51 before, 743 if`.
fn cell(counts: &OutcomeCounts) -> String {
    let parts = [
        (counts.before, "before"),
        (counts.prevented, "prevented"),
        (counts.prevented_if, "if"),
        (counts.residual, "goes on"),
        (counts.not_prevented, "not prevented"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", thousands(*n))).collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

fn spared_words(scenario: &ResponseScenario) -> String {
    match scenario.spared.len() {
        0 => "none".to_owned(),
        n => format!("{n} of {}, probably", scenario.totals.accounts),
    }
}

/// A kind of act as a row of the table.
fn kind_words(action: &str) -> &str {
    match action {
        "sign-in" => "sign-ins",
        "mailbox-rule" => "inbox rules",
        "forwarding" => "forwarding",
        "permission" => "rights",
        "consent" => "consents",
        "app" => "applications",
        "mail-sent" => "mails sent",
        "mail-read" => "mails opened",
        "mail-deleted" => "mails deleted",
        "mail-moved" => "mails moved",
        "mail-changed" => "mails changed",
        "search" => "searches",
        "file-read" => "files opened",
        "file-shared" => "files shared",
        "file-changed" => "files changed",
        "credential" => "passwords",
        "mfa" => "MFA methods",
        "device" => "devices",
        "role-change" => "roles",
        "transport-rule" => "mail-flow rules",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{
        InnocentCost, LatestUseful, ResponseAct, ResponseIntervention, ResponseLimit, ResponseTotals, ResponseTrigger, SparedAccount,
        Verdict,
    };
    use crate::report::sanitize::is_unsafe;
    use unicode_width::UnicodeWidthStr;

    fn act(name: &str, result: ActOutcome, why: &str) -> ResponseAct {
        ResponseAct {
            time: "2022-02-09T14:48:11Z".to_owned(),
            end_time: None,
            count: 3,
            items: 1_500,
            account: name.to_owned(),
            action: "mail-sent".to_owned(),
            summary: why.to_owned(),
            result,
            why: Some(why.to_owned()),
            probability: None,
            evidence: Vec::new(),
        }
    }

    fn scenario(mode: &str, name: &str, text: &str) -> ResponseScenario {
        ResponseScenario {
            mode: mode.to_owned(),
            interventions: vec![ResponseIntervention {
                account: name.to_owned(),
                action: "sign-out".to_owned(),
                at: "2022-02-09T04:55:52Z".to_owned(),
                trigger: None,
            }],
            acts: vec![act(name, ActOutcome::Before, text), act(name, ActOutcome::PreventedIf, text)],
            spared: vec![SparedAccount {
                account: name.to_owned(),
                from: name.to_owned(),
                probability: 0.97,
                condition: Some(text.to_owned()),
            }],
            left_in_place: vec![LeftInPlace {
                account: name.to_owned(),
                time: "2022-02-09T14:16:48Z".to_owned(),
                summary: text.to_owned(),
                why: text.to_owned(),
                evidence: Vec::new(),
            }],
            totals: ResponseTotals {
                accounts: 3,
                acts: OutcomeCounts { before: 2, ..OutcomeCounts::default() },
                ..ResponseTotals::default()
            },
            owners: Vec::new(),
            innocents: vec![InnocentCost {
                account: name.to_owned(),
                verdict: Verdict::Clear,
                trigger: Some(text.to_owned()),
                at: "2022-02-09T04:55:52Z".to_owned(),
                actions: vec![text.to_owned()],
                acts_blocked: 7,
            }],
            acts_at_blocked_addresses: 0,
        }
    }

    fn report(name: &str, text: &str) -> Report {
        let point = |delay_minutes| ResponsePoint { delay_minutes, mails_prevented: 5, mails_prevented_if: 0, accounts_spared: 0.97 };
        let response = Response {
            triggers: vec![ResponseTrigger {
                account: name.to_owned(),
                trigger: text.to_owned(),
                time: "2022-02-09T04:55:51Z".to_owned(),
                basis: "hindsight".to_owned(),
                evidence: Vec::new(),
            }],
            scenarios: ["detect-only", "human-confirmation", "autonomous", "disable-at-once"]
                .map(|mode| scenario(mode, name, text))
                .to_vec(),
            curve: [0, 1, 5, 15].map(point).to_vec(),
            latest_useful: vec![LatestUseful {
                account: name.to_owned(),
                before: "2022-02-09T14:49:20Z".to_owned(),
                surely_before: "2022-02-09T13:19:20Z".to_owned(),
                spares: Some(name.to_owned()),
                probability: Some(0.97),
            }],
            limits: vec![ResponseLimit { action: text.to_owned(), does_not_stop: text.to_owned(), why: text.to_owned() }],
            ..Response::default()
        };
        Report { response: Some(response), ..Report::empty() }
    }

    #[test]
    fn hostile_text_is_escaped_and_no_line_is_wider_than_the_terminal() {
        let bad = "\u{1b}[2J\u{1b}]0;x\u{7}\r\n\t\u{9b}31m\u{202e}\u{200b}\u{2028}\u{0}\u{7f}";
        for width in [40, 80, 140] {
            for verbose in [false, true] {
                let text = respond(&report(&format!("{bad}@example.com"), bad), &Look { width, verbose, ..Look::plain() });
                assert_eq!(text.chars().find(|c| is_unsafe(*c) && *c != '\n'), None, "{text:?}");
                assert!(text.lines().all(|line| line.width() <= width), "{width}\n{text}");
            }
        }
    }

    #[test]
    fn the_result_of_each_kind_of_act_and_the_doubt_about_a_trigger_are_said() {
        let text = respond(&report("anna@example.com", "words"), &Look { width: 120, ..Look::plain() });
        for needed in [
            "1,500 before, 1,500 if",
            "words (with hindsight)",
            "anna (97 %), if words",
            "anna (clear) put to a person",
            "at once",
            "15 min",
        ] {
            assert!(text.contains(needed), "{needed} is missing\n{text}");
        }
        assert!(!text.contains("1 min  ") && !text.contains("5 min  5"), "rows of the curve that say nothing new\n{text}");
    }

    #[test]
    fn without_an_incident_it_says_that_there_is_nothing() {
        let mut report = report("anna@example.com", "words");
        for one in report.response.iter_mut().flat_map(|response| &mut response.scenarios) {
            one.totals = ResponseTotals::default();
        }
        assert!(respond(&report, &Look::plain()).contains("No account is called compromised"));
    }
}
