//! What speaks for the owner in each context: the negative evidence of the score.

use crate::detections::Case;
use crate::events::Mfa;
use crate::habits::{COLLEAGUES, Context, ContextId};
use crate::scoring::Excuse;

/// Negative evidence of every context, parallel to the contexts.
pub fn excuses(case: &Case<'_>) -> Vec<Vec<Excuse>> {
    let none = std::iter::once(Vec::new());
    none.chain(case.contexts.iter().map(|(id, context)| of_context(case, id, context))).collect()
}

fn of_context(case: &Case<'_>, id: ContextId, context: &Context) -> Vec<Excuse> {
    let familiar = case.familiarity(id);
    let replayed = !familiar.asn && is_replayed(case, context);
    let mut list = Vec::new();
    let mut say = |db, why| list.push(Excuse { context: id, db, why });
    if familiar.device && !replayed {
        say(-12.0, "a registered device of the owner's was used");
    }
    if familiar.address && familiar.client {
        say(-10.0, "the address and the client are habitual for the account");
    }
    if familiar.address_colleagues >= COLLEAGUES {
        say(-10.0, "the address is habitual for at least three colleagues");
    }
    if !replayed && !case.is_anonymising(context.ip) {
        match fresh_mfa(case, context) {
            Some(Mfa::Resistant) => say(-6.0, "a phishing-resistant factor was given"),
            Some(Mfa::Completed) => say(-3.0, "a second factor was given"),
            _ => {}
        }
    }
    list
}

/// The best factor freshly given in the context; none where prompts were refused or timed out before.
fn fresh_mfa(case: &Case<'_>, context: &Context) -> Option<Mfa> {
    let mut best = None;
    for (_, event) in case.events_of(context) {
        let Some(facts) = case.store.sign_in(event) else { continue };
        match facts.mfa {
            Mfa::Denied | Mfa::TimedOut => return None,
            Mfa::Resistant => best = Some(Mfa::Resistant),
            Mfa::Completed if best.is_none() => best = Some(Mfa::Completed),
            _ => {}
        }
    }
    best
}

/// True if a session of the context is used elsewhere too, and nobody signed in to it afresh here.
fn is_replayed(case: &Case<'_>, context: &Context) -> bool {
    let elsewhere = |session| {
        let siblings = case.contexts.of_account(context.account).iter().filter_map(|id| case.contexts.get(*id));
        siblings.filter(|other| other.ip != context.ip && other.app.is_none()).any(|other| {
            other.first < context.first
                && other.sessions.binary_search(session).is_ok()
                && case.facts(other.ip).network != case.facts(context.ip).network
        })
    };
    context.sessions.iter().any(elsewhere)
}
