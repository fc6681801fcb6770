//! `docs/response.md`: how a response is replayed, and what each action does not stop, from the program's
//! own table.

use crate::response::{LIMITS, Trigger};
use std::fmt::Write;

const INTRO: &str = "\
# What an automatic response would have changed

`bectrace respond PATH...` replays the incidents and asks what a response would have changed; the result is `response` in the report, too.
Nothing of it happened. Whatever depends on something that no record shows is `prevented-if`, with what it depends on. An intruder who is stopped may
come another way: that is not simulated.

## Triggers

Three composites of detections, each with what the policy does on it. The table `[response]` of the configuration changes that; `bectrace config`
prints it.

";

const METHOD: &str = "
A trigger is looked for **without hindsight**: the evidence is cut at a moment, and the whole analysis is run again on what is left. Habits, base rates
and findings are those of that moment. It is done at the end of each day; where a trigger is there that completes on that day, it is done again at the
record that completes it, and where it is not there yet, the rest of the day is halved until the first record of the account is found at which it is.
Two things are taken as known at any moment: who is who (names of one account, the company's domains), and that a trigger which is there stays there
for the rest of its day. A trigger fires at most once a day on an account, and not in the first days of the exports, in which there is no habit
(`learning_days`).

That costs one analysis a day and one for each trigger. Beside a report at most half a million events are analysed again, for `bectrace respond`
60 million: days on which the whole evidence shows a trigger come first. `watch` in the result says how many days were looked at; a trigger for
which nothing was left has the basis `hindsight`.

## Modes

| mode | acts |
|---|---|
| `detect-only` | never. The same where a person has to confirm and nobody does |
| `human-confirmation` | after `confirm_minutes` in office hours, else after `confirm_minutes_off_hours` |
| `autonomous` | one second after the trigger's last record |
| `disable-at-once` | as `autonomous`, and any trigger disables the account, whatever the policy says |
| `by-hand` | at the moment, on the account and with the actions that were asked for: `--at TIME --account UPN --action ACTION` |

To each comes the latency of the logs (`latency_minutes`, `--latency`): real pipelines see records late.

## Results

| result | meaning |
|---|---|
| `before` | done already when something was done on the account |
| `prevented` | would not have been possible |
| `prevented-if` | would not have been possible if something holds that no record shows; `why` says what |
| `residual` | goes on in spite of the response, by a way that the action does not touch |
| `not-prevented` | nothing stops it |

An act falls with the sign-in or consent that it stands on. Where every act by which an account was reached would have been prevented, the account is
*spared*, with the confidence of the edge as its probability, and its acts are `prevented-if`. Attempts that failed are not among the acts: there is
nothing to prevent. A person who is asked is assumed to agree; accounts that are not called compromised and would have been acted on, or put to a
person, are listed. An account that is disabled or cannot send is given back after `restore_hours`: until then acts of its owner count as blocked. A
disabled one gets a new password, so that an intruder who was in it when it was disabled is out for good; one who comes later is not.

The curve is the policy with the same delay after every trigger. The latest useful moment is the first act that reached another account: to be sure in
spite of open access tokens, 90 minutes earlier.

## What each action does not stop
";

const SOURCES: &str = "
Sources: [continuous access evaluation](https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-continuous-access-evaluation) (up to
15 minutes for events in Exchange, SharePoint and Teams), [token lifetimes](https://learn.microsoft.com/en-us/entra/identity-platform/configurable-token-lifetimes)
(60 to 90 minutes), [revoking access](https://learn.microsoft.com/en-us/entra/identity/users/users-revoke-access).
";

/// The page, in Markdown.
pub fn render() -> String {
    let mut page = INTRO.to_owned();
    page.push_str("| trigger | default |\n|---|---|\n");
    let policy = crate::config::ResponseConfig::default();
    for trigger in Trigger::ALL {
        let actions: Vec<&str> = trigger.actions(&policy).iter().map(|action| action.name()).collect();
        let _ = writeln!(page, "| [`{0}`](detections.md#{0}) | {1} |", trigger.id(), actions.join(", "));
    }
    page.push_str(METHOD);
    for limits in &LIMITS {
        let _ = write!(page, "\n### {}\n\n{}\n\n| does not stop | because |\n|---|---|\n", limits.action.name(), limits.does);
        for (what, why) in limits.does_not_stop {
            let _ = writeln!(page, "| {what} | {why} |");
        }
    }
    page.push_str(SOURCES);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ResponseAction;
    use crate::report::golden;
    use std::path::Path;

    #[test]
    fn the_published_page_on_responses_is_fresh() {
        golden::check_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/response.md"), &render());
    }

    #[test]
    fn every_action_says_what_it_does_not_stop() {
        let told: Vec<ResponseAction> = LIMITS.iter().map(|limits| limits.action).collect();
        assert_eq!(told, ResponseAction::ALL);
        assert!(LIMITS.iter().all(|limits| !limits.does.is_empty() && limits.does_not_stop.len() >= 3));
    }
}
