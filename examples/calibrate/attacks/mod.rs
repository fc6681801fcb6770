//! What can happen to a company: kinds of attack, and nothing at all.

mod access;
mod quiet;
mod spread;

use crate::stage::Stage;

/// A kind of tenant.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Plays it.
    pub play: fn(&mut Stage<'_>),
}

static CLEAN: Kind = Kind { name: "clean", play: |_| {} };

/// Every kind, in the order in which seeds choose them. A quarter of all tenants are untouched.
pub static KINDS: &[Kind] = &[
    Kind { name: "clean", play: |_| {} },
    Kind { name: "password", play: access::password },
    Kind { name: "fan-out", play: spread::fan_out },
    Kind { name: "session-replay", play: access::session_replay },
    Kind { name: "targeted", play: access::targeted },
    Kind { name: "phishing-proxy", play: access::phishing_proxy },
    Kind { name: "chain-of-four", play: spread::chain_of_four },
    Kind { name: "device-code", play: access::device_code },
    Kind { name: "clean", play: |_| {} },
    Kind { name: "residential-proxy", play: quiet::residential_proxy },
    Kind { name: "slow-burn", play: quiet::slow_burn },
    Kind { name: "oauth-only", play: quiet::oauth_only },
    Kind { name: "clean", play: |_| {} },
    Kind { name: "forward-only", play: quiet::forward_only },
    Kind { name: "two-actors", play: spread::two_actors },
    Kind { name: "insider-looking", play: quiet::insider_looking },
    Kind { name: "clean", play: |_| {} },
    Kind { name: "spray", play: access::spray },
    Kind { name: "dormant", play: access::dormant },
    Kind { name: "mfa-fatigue", play: access::mfa_fatigue },
    Kind { name: "clean", play: |_| {} },
    Kind { name: "legacy-mail", play: access::legacy_mail },
    Kind { name: "teams-lure", play: spread::teams_lure },
    Kind { name: "shared-file", play: spread::shared_file },
    Kind { name: "targeted", play: access::targeted },
    Kind { name: "delegate", play: spread::delegate },
    Kind { name: "admin-reset", play: spread::admin_reset },
    Kind { name: "burst-only", play: access::burst_only },
];

/// The kind of a seed.
pub fn of_seed(seed: u64) -> &'static Kind {
    let index = usize::try_from(seed % KINDS.len() as u64).unwrap_or(0);
    KINDS.get(index).unwrap_or(&CLEAN)
}
