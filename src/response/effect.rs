//! What each action does to each kind of act: the rules of the simulator.

use super::acts::{Act, Door, Entry, Hand};
use super::limits::{
    ANOTHER_ADDRESS, APP_CONSENTED_LATER, APP_SERVERS, CAE, CONSENT_ONLY, NEVER_GIVEN_AGAIN, NO_NEW_TOKEN, NOT_BY_ACCOUNT, OPEN_TOKEN,
    PASSWORD, PASSWORD_UNKNOWN, RULE_ONLY, SAME_ADDRESS, SENDING_ENDS, SENDING_ONLY, TAKEN_OVER_AGAIN, TOKEN_ENDS, TOKENS_ENDED,
};
use crate::config::ResponseAction;
use crate::events::{Action, Ip};

/// Minutes within which services with continuous access evaluation hear of a disabled account or revoked
/// sessions. Source: MicrosoftDocs/entra-docs docs/identity/conditional-access/concept-continuous-access-evaluation.md.
pub const HEARD_SECONDS: i64 = 15 * 60;
/// The longest that an access token runs on without it: they are given for 60 to 90 minutes.
/// Source: MicrosoftDocs/entra-docs docs/identity-platform/configurable-token-lifetimes.md.
pub const TOKEN_SECONDS: i64 = 90 * 60;

/// What would have become of an act after an intervention, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// Nothing would have stopped it.
    NotPrevented,
    /// It goes on in spite of the intervention, by a way that the intervention does not touch.
    Residual,
    /// It would have been prevented if something holds that no record shows.
    PreventedIf,
    /// It would have been prevented.
    Prevented,
}

/// An outcome and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// The outcome.
    pub outcome: Outcome,
    /// Why; for [`Outcome::PreventedIf`] the condition, in words that can follow "if".
    pub why: &'static str,
}

impl Ruling {
    fn new(outcome: Outcome, why: &'static str) -> Ruling {
        Ruling { outcome, why }
    }
}

/// What a ruling rests on beside the act.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// Seconds from the intervention to the act, 0 or more.
    pub after: i64,
    /// How the intruder gets into the account.
    pub entry: Entry,
    /// Addresses that the intervention blocks.
    pub blocked: &'k [Ip],
    /// True if the application of the act had its consent by then.
    pub consented: bool,
}

/// What an action would have made of an act that comes after it.
pub fn rule(action: ResponseAction, act: &Act, known: &Known<'_>) -> Ruling {
    match action {
        ResponseAction::SignOut => sign_out(act, known),
        ResponseAction::DisableAccount => disable(act, known),
        ResponseAction::BlockAddress => block_address(act, known),
        ResponseAction::BlockSending if act.action == Action::MailSent => Ruling::new(Outcome::Prevented, SENDING_ENDS),
        ResponseAction::BlockSending => Ruling::new(Outcome::NotPrevented, SENDING_ONLY),
        ResponseAction::RemoveRule => Ruling::new(Outcome::NotPrevented, RULE_ONLY),
        ResponseAction::RevokeConsent => revoke(act, known),
    }
}

fn disable(act: &Act, known: &Known<'_>) -> Ruling {
    match (act.hand, act.door) {
        (Hand::AppOnly(_), _) => Ruling::new(Outcome::Residual, NOT_BY_ACCOUNT),
        (_, Door::Directory) => Ruling::new(Outcome::Prevented, NO_NEW_TOKEN),
        (Hand::Session | Hand::App(_), Door::Service) => token(act, known, NO_NEW_TOKEN),
    }
}

/// The open access token of an act runs on for a while; then `why` holds.
fn token(act: &Act, known: &Known<'_>, why: &'static str) -> Ruling {
    if known.after > TOKEN_SECONDS {
        Ruling::new(Outcome::Prevented, why)
    } else if matches!(act.hand, Hand::Session) && known.after > HEARD_SECONDS {
        Ruling::new(Outcome::PreventedIf, CAE)
    } else {
        Ruling::new(Outcome::PreventedIf, OPEN_TOKEN)
    }
}

fn sign_out(act: &Act, known: &Known<'_>) -> Ruling {
    if matches!(act.hand, Hand::AppOnly(_)) {
        return Ruling::new(Outcome::Residual, NOT_BY_ACCOUNT);
    }
    let open = act.door == Door::Service && known.after <= TOKEN_SECONDS;
    match known.entry {
        Entry::SecondFactor | Entry::SessionOnly if open => token(act, known, ""),
        Entry::PasswordAlone => Ruling::new(Outcome::NotPrevented, PASSWORD),
        Entry::Unknown => Ruling::new(Outcome::NotPrevented, PASSWORD_UNKNOWN),
        Entry::SecondFactor => Ruling::new(Outcome::PreventedIf, NEVER_GIVEN_AGAIN),
        Entry::SessionOnly => Ruling::new(Outcome::PreventedIf, TAKEN_OVER_AGAIN),
    }
}

fn block_address(act: &Act, known: &Known<'_>) -> Ruling {
    match act.hand {
        Hand::App(_) | Hand::AppOnly(_) => Ruling::new(Outcome::Residual, APP_SERVERS),
        Hand::Session if !known.blocked.contains(&act.ip) => Ruling::new(Outcome::NotPrevented, ANOTHER_ADDRESS),
        Hand::Session if act.door == Door::Service && known.after <= TOKEN_SECONDS => Ruling::new(Outcome::PreventedIf, TOKEN_ENDS),
        Hand::Session => Ruling::new(Outcome::PreventedIf, SAME_ADDRESS),
    }
}

fn revoke(act: &Act, known: &Known<'_>) -> Ruling {
    match act.hand {
        Hand::Session => Ruling::new(Outcome::NotPrevented, CONSENT_ONLY),
        Hand::App(_) | Hand::AppOnly(_) if !known.consented => Ruling::new(Outcome::NotPrevented, APP_CONSENTED_LATER),
        Hand::App(_) | Hand::AppOnly(_) => token(act, known, TOKENS_ENDED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{AccountId, Str, Time};

    const HERE: Ip = Ip::NONE;

    fn act(action: Action, door: Door, hand: Hand) -> Act {
        Act {
            event: 0,
            account: AccountId(1),
            time: Time::from_secs(0),
            action,
            door,
            hand,
            ip: HERE,
            amount: 1,
            counted: true,
            signed_in: None,
        }
    }

    fn app() -> Str {
        Str::from_index(7)
    }

    /// A sign-in, a consent, mail sent and read by a session, mail read by an application for the account and
    /// by one in its own right.
    fn kinds() -> [Act; 6] {
        [
            act(Action::SignIn, Door::Directory, Hand::Session),
            act(Action::Consent, Door::Directory, Hand::Session),
            act(Action::MailSent, Door::Service, Hand::Session),
            act(Action::MailRead, Door::Service, Hand::Session),
            act(Action::MailRead, Door::Service, Hand::App(app())),
            act(Action::MailRead, Door::Service, Hand::AppOnly(app())),
        ]
    }

    fn outcomes(action: ResponseAction, after: i64, entry: Entry) -> [Outcome; 6] {
        let known = Known { after, entry, blocked: &[HERE], consented: true };
        kinds().map(|act| rule(action, &act, &known).outcome)
    }

    use Outcome::{NotPrevented as No, Prevented as Yes, PreventedIf as If, Residual as On};

    #[test]
    fn a_disabled_account_gets_no_token_and_an_open_one_runs_on_for_a_while() {
        let disabled = |after| outcomes(ResponseAction::DisableAccount, after, Entry::PasswordAlone);
        assert_eq!(disabled(0), [Yes, Yes, If, If, If, On]);
        assert_eq!(disabled(TOKEN_SECONDS), [Yes, Yes, If, If, If, On]);
        assert_eq!(disabled(TOKEN_SECONDS + 1), [Yes, Yes, Yes, Yes, Yes, On]);
    }

    #[test]
    fn what_an_open_token_depends_on_changes_after_a_quarter_of_an_hour() {
        let why = |after| {
            let known = Known { after, entry: Entry::Unknown, blocked: &[], consented: true };
            [Hand::Session, Hand::App(app())]
                .map(|hand| rule(ResponseAction::DisableAccount, &act(Action::MailRead, Door::Service, hand), &known).why)
        };
        assert_eq!(why(HEARD_SECONDS), [OPEN_TOKEN, OPEN_TOKEN]);
        assert_eq!(why(HEARD_SECONDS + 1), [CAE, OPEN_TOKEN], "applications of others seldom hear of it");
    }

    #[test]
    fn signing_out_is_useless_against_a_password_that_is_enough() {
        let signed_out = |after, entry| outcomes(ResponseAction::SignOut, after, entry);
        assert_eq!(signed_out(86_400, Entry::PasswordAlone), [No, No, No, No, No, On]);
        assert_eq!(signed_out(86_400, Entry::Unknown), [No, No, No, No, No, On], "in doubt he has it");
        assert_eq!(signed_out(86_400, Entry::SecondFactor), [If, If, If, If, If, On]);
        assert_eq!(signed_out(86_400, Entry::SessionOnly), [If, If, If, If, If, On]);
        let known = Known { after: 60, entry: Entry::SessionOnly, blocked: &[], consented: true };
        let [sign_in, _, sent, ..] = kinds();
        assert_eq!(rule(ResponseAction::SignOut, &sign_in, &known).why, TAKEN_OVER_AGAIN);
        assert_eq!(rule(ResponseAction::SignOut, &sent, &known).why, OPEN_TOKEN);
    }

    #[test]
    fn a_blocked_address_stops_nobody_who_changes_it() {
        assert_eq!(outcomes(ResponseAction::BlockAddress, 86_400, Entry::PasswordAlone), [If, If, If, If, On, On]);
        let elsewhere = Known { after: 86_400, entry: Entry::PasswordAlone, blocked: &[], consented: true };
        let [sign_in, ..] = kinds();
        assert_eq!(rule(ResponseAction::BlockAddress, &sign_in, &elsewhere), Ruling::new(No, ANOTHER_ADDRESS));
    }

    #[test]
    fn blocked_sending_stops_mail_whoever_sends_it_and_nothing_else() {
        assert_eq!(outcomes(ResponseAction::BlockSending, 0, Entry::PasswordAlone), [No, No, Yes, No, No, No]);
        let known = Known { after: 0, entry: Entry::Unknown, blocked: &[], consented: false };
        let by_app = act(Action::MailSent, Door::Service, Hand::AppOnly(app()));
        assert_eq!(rule(ResponseAction::BlockSending, &by_app, &known).outcome, Yes);
    }

    #[test]
    fn a_removed_rule_stops_nobody() {
        assert_eq!(outcomes(ResponseAction::RemoveRule, 86_400, Entry::SecondFactor), [No; 6]);
    }

    #[test]
    fn a_revoked_consent_ends_applications_and_not_sessions() {
        assert_eq!(outcomes(ResponseAction::RevokeConsent, TOKEN_SECONDS, Entry::PasswordAlone), [No, No, No, No, If, If]);
        assert_eq!(outcomes(ResponseAction::RevokeConsent, TOKEN_SECONDS + 1, Entry::PasswordAlone), [No, No, No, No, Yes, Yes]);
        let later = Known { after: 86_400, entry: Entry::Unknown, blocked: &[], consented: false };
        let read = act(Action::MailRead, Door::Service, Hand::App(app()));
        assert_eq!(rule(ResponseAction::RevokeConsent, &read, &later), Ruling::new(No, APP_CONSENTED_LATER));
    }
}
