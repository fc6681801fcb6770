//! The response simulator on the terminal: triggers, modes side by side, the other side, the curve.

use super::columns::Columns;
use super::paint::{Line, Page, Tone};
use super::words::{Clock, ShortNames, count, duration, percent, thousands};
use super::{Look, View};
use crate::report::model::{ActOutcome, OutcomeCounts, Report, Response, ResponseScenario};
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

    fn heading(&self, page: &mut Page<'_>, text: impl AsRef<str>) {
        page.blank();
        page.wrap("", "  ", &Line::new().add(Tone::Strong, text));
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
        self.heading(page, format!("What a response would have changed: {acts} of the intruder on {accounts}"));
        let words = "Nothing of this was done. It is what the records say of what would have been; what they cannot say stands as a condition.";
        page.wrap("", "", &Line::new().add(Tone::Dim, words));
    }

    fn triggers(&self, page: &mut Page<'_>) {
        let (response, watch) = (self.response, &self.response.watch);
        if response.scenarios.iter().any(|one| one.mode == "by-hand") {
            return;
        }
        let title = match response.triggers.len() {
            0 => "No trigger fired".to_owned(),
            _ => "Triggers, each seen with the records up to then and no others".to_owned(),
        };
        self.heading(page, title);
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
        self.heading(page, "What would have become of the intruder's acts");
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
            page.wrap("   ", "   ", &Line::new().add(Tone::Dim, format!("{one}")));
        }
    }

    fn spared(&self, page: &mut Page<'_>) {
        let of: Vec<_> = self.response.scenarios.iter().filter(|one| !one.spared.is_empty()).collect();
        if of.is_empty() {
            return;
        }
        self.heading(page, "Accounts that would probably not have fallen");
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

    fn left(&self, page: &mut Page<'_>) {
        for one in self.response.scenarios.iter().filter(|one| !one.left_in_place.is_empty()) {
            self.heading(page, format!("Left in place by \"{}\"", mode_words(&one.mode)));
            for item in one.left_in_place.iter().take(self.limit(one.left_in_place.len())) {
                let mut line = Line::new().plain(format!("{}  {} ", self.clock.moment(&item.time), self.names.of(&item.account)));
                line.push(Tone::Plain, &item.summary);
                line.push(Tone::Dim, format!(": {}", item.why));
                page.wrap("  ", "    ", &line);
            }
            self.rest(page, one.left_in_place.len());
        }
    }

    /// Accounts without an intruder.
    fn other_side(&self, page: &mut Page<'_>) {
        let of: Vec<_> = self.response.scenarios.iter().filter(|one| !one.innocents.is_empty()).collect();
        if of.is_empty() {
            return;
        }
        self.heading(page, "Accounts not called compromised that would have been acted on");
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
        self.heading(page, "By delay of the response");
        let mut table = Columns::new(&["Delay", "Mails spared", "if", "Accounts spared"]);
        for point in curve {
            let delay = if point.delay_minutes == 0 { "at once".to_owned() } else { duration(point.delay_minutes.cast_signed() * 60) };
            let accounts = if point.accounts_spared > 0.0 { format!("{:.2}", point.accounts_spared) } else { "–".to_owned() };
            table.row([delay, thousands(point.mails_prevented), thousands(point.mails_prevented_if), accounts]);
        }
        table.draw(page, self.look);
        page.wrap(" ", " ", &Line::new().add(Tone::Dim, "accounts: the sum of the probabilities that they fell by what would have been prevented"));
    }

    fn latest(&self, page: &mut Page<'_>) {
        let all = &self.response.latest_useful;
        if all.is_empty() {
            return;
        }
        self.heading(page, "The latest useful moments");
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
        self.heading(page, "What these actions do not stop");
        for (action, what) in by_action {
            page.wrap("  ", "    ", &Line::new().add(Tone::Strong, action).plain(format!(": {}", what.join("; "))));
        }
    }
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

/// How many records of a kind came out how.
fn counts(scenario: &ResponseScenario, account: &str, action: &str) -> OutcomeCounts {
    let mut counts = OutcomeCounts::default();
    for act in scenario.acts.iter().filter(|act| act.account == account && act.action == action) {
        *match act.result {
            ActOutcome::Before => &mut counts.before,
            ActOutcome::Prevented => &mut counts.prevented,
            ActOutcome::PreventedIf => &mut counts.prevented_if,
            ActOutcome::Residual => &mut counts.residual,
            ActOutcome::NotPrevented => &mut counts.not_prevented,
        } += act.count;
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
        "mail-read" => "readings of mail",
        "mail-deleted" => "deletions of mail",
        "mail-moved" => "moves of mail",
        "mail-changed" => "changes to mail",
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
