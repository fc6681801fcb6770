//! What each action stops, and what it does not, with reasons: the table that a reader sees, and the words
//! that the rulings use.

use crate::config::ResponseAction;

pub(super) const NO_NEW_TOKEN: &str = "a disabled account gets no new token";
pub(super) const NOT_BY_ACCOUNT: &str = "an application in its own right needs no account: its access ends only with the application";
pub(super) const OPEN_TOKEN: &str = "the access token that was open ended at once; with continuous access evaluation it can run on for about 15 minutes, without for 60 to 90";
pub(super) const CAE: &str =
    "client and service support continuous access evaluation; without it an open access token can run on for 60 to 90 minutes";
pub(super) const PASSWORD: &str =
    "the intruder has the password and no second factor is asked for: he signs in again, and a legacy client comes straight back";
pub(super) const PASSWORD_UNKNOWN: &str = "nothing in these exports shows that the intruder lacked the password";
pub(super) const NEVER_GIVEN_AGAIN: &str = "no second factor was given to the intruder again";
pub(super) const TAKEN_OVER_AGAIN: &str = "the intruder had no password and could not take over another session";
pub(super) const APP_SERVERS: &str = "the servers of an application have addresses of their own";
pub(super) const ANOTHER_ADDRESS: &str = "it came from another address";
pub(super) const SAME_ADDRESS: &str = "the intruder stayed with this address";
pub(super) const TOKEN_ENDS: &str =
    "the intruder stayed with this address and the service checks it for open access tokens too; else they can run on for 60 to 90 minutes";
pub(super) const SENDING_ENDS: &str = "the account cannot send";
pub(super) const SENDING_ONLY: &str = "only sending is blocked";
pub(super) const RULE_ONLY: &str = "only the rule is removed; whoever made it can make it again";
pub(super) const CONSENT_ONLY: &str = "only the application loses its access";
pub(super) const APP_CONSENTED_LATER: &str = "the consent came later";
pub(super) const TOKENS_ENDED: &str = "the application gets no new token";
pub(super) const NOT_BACK: &str = "the intruder did not come back once the account was given back";
pub(super) const RULE_GOES_ON: &str = "an inbox rule works on the server: no sign-in is needed, and a new password does not end it";
pub(super) const FORWARDING_GOES_ON: &str = "forwarding works on the server: no sign-in is needed, and a new password does not end it";
pub(super) const CONSENT_STAYS: &str = "the consent stays: refresh tokens of web applications outlive a password change, and access in its own right ends only with the application";
pub(super) const GRANT_STAYS: &str = "it stays until somebody takes it away";

/// What is to be known of one action.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The action.
    pub action: ResponseAction,
    /// What it does, one sentence.
    pub does: &'static str,
    /// What goes on, each with why.
    pub does_not_stop: &'static [(&'static str, &'static str)],
}

/// Every action, in the order of the catalogue.
pub static LIMITS: [Limits; 6] = [
    Limits {
        action: ResponseAction::SignOut,
        does: "Ends sessions and refresh tokens of every client, web applications included; each has to sign in again.",
        does_not_stop: &[
            ("somebody with the password, where no second factor is asked for", PASSWORD),
            (
                "open access tokens",
                "they run on for 60 to 90 minutes, or about 15 where client and service support continuous access evaluation (Exchange, SharePoint, Teams)",
            ),
            ("an application in its own right", NOT_BY_ACCOUNT),
            ("inbox rules", RULE_GOES_ON),
            ("forwarding", FORWARDING_GOES_ON),
            ("devices, MFA methods, delegates", GRANT_STAYS),
        ],
    },
    Limits {
        action: ResponseAction::DisableAccount,
        does: "The account gets no new token: nobody signs in to it, the owner included.",
        does_not_stop: &[
            (
                "open access tokens",
                "they run on for 60 to 90 minutes, or about 15 where client and service support continuous access evaluation (Exchange, SharePoint, Teams)",
            ),
            ("an application in its own right", NOT_BY_ACCOUNT),
            ("inbox rules", RULE_GOES_ON),
            ("forwarding", FORWARDING_GOES_ON),
            ("delegates of the mailbox", "they use accounts of their own"),
            ("consents", CONSENT_STAYS),
        ],
    },
    Limits {
        action: ResponseAction::BlockAddress,
        does: "Refuses sign-ins from the addresses of the trigger, for every account.",
        does_not_stop: &[
            ("the intruder from any other address", "changing an address takes seconds"),
            ("applications", APP_SERVERS),
            ("open access tokens", "unless the service checks the address of each request too, they run on for 60 to 90 minutes"),
            ("inbox rules and forwarding", RULE_GOES_ON),
        ],
    },
    Limits {
        action: ResponseAction::BlockSending,
        does: "The account cannot send mail, whichever client or application tries.",
        does_not_stop: &[
            ("reading, rules, consents, files, sign-ins", SENDING_ONLY),
            ("mail that was sent before", "it lies in the mailboxes of its recipients"),
            ("mail forwarded by the server", FORWARDING_GOES_ON),
        ],
    },
    Limits {
        action: ResponseAction::RemoveRule,
        does: "Removes the inbox rules that were made by then.",
        does_not_stop: &[
            ("the intruder himself", RULE_ONLY),
            ("mail that the rule moved or deleted before", "it has to be looked for"),
            ("forwarding of the whole mailbox", FORWARDING_GOES_ON),
        ],
    },
    Limits {
        action: ResponseAction::RevokeConsent,
        does: "Takes away the grants of the applications that were consented to by then.",
        does_not_stop: &[
            ("the intruder's own sessions", CONSENT_ONLY),
            ("open access tokens of the application", "they run on for 60 to 90 minutes"),
            ("a consent given again", "whoever gave it can give it again"),
            ("what the application has copied", "it lies on servers of others"),
        ],
    },
];
