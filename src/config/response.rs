//! The policy of an automatic response, as configured: what it would do, when, and for how long.

use super::read::{Item, Reader};
use super::render::{entry, list, quoted};
use super::{Config, ConfigError};
use chrono_tz::Tz;

/// Something that a response can do to an account, in the order of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ResponseAction {
    /// Sessions and refresh tokens are revoked.
    SignOut,
    /// The account is disabled.
    DisableAccount,
    /// The addresses of the trigger are blocked for sign-ins of everybody.
    BlockAddress,
    /// The account cannot send mail.
    BlockSending,
    /// Inbox rules made by then are removed.
    RemoveRule,
    /// Consents given by then are revoked.
    RevokeConsent,
}

impl ResponseAction {
    /// Every action.
    pub const ALL: [ResponseAction; 6] = [
        ResponseAction::SignOut,
        ResponseAction::DisableAccount,
        ResponseAction::BlockAddress,
        ResponseAction::BlockSending,
        ResponseAction::RemoveRule,
        ResponseAction::RevokeConsent,
    ];

    /// The name in configurations, on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            ResponseAction::SignOut => "sign-out",
            ResponseAction::DisableAccount => "disable-account",
            ResponseAction::BlockAddress => "block-address",
            ResponseAction::BlockSending => "block-sending",
            ResponseAction::RemoveRule => "remove-rule",
            ResponseAction::RevokeConsent => "revoke-consent",
        }
    }

    /// From the name.
    pub fn from_name(name: &str) -> Option<ResponseAction> {
        ResponseAction::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Hours in which somebody is there to confirm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfficeHours {
    /// First and last minute of the day, the last one excluded.
    pub minutes: (u32, u32),
    /// Which days of the week, Monday first.
    pub days: [bool; 7],
    /// Zone of both.
    pub zone: Tz,
}

/// What an automatic response would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResponseConfig {
    /// On an unusual sign-in that is suspicious in itself.
    pub suspicious_activity: Vec<ResponseAction>,
    /// On an unusual sign-in followed by a way to hide or to stay.
    pub significant_compliance: Vec<ResponseAction>,
    /// On an unusual sign-in with a burst of mail or a sensitive change.
    pub suspicious_activity_and_mail: Vec<ResponseAction>,
    /// Minutes after which a record can be seen.
    pub latency_minutes: u32,
    /// Minutes until somebody confirms, in office hours.
    pub confirm_minutes: u32,
    /// Minutes until somebody confirms, at other times.
    pub confirm_minutes_off_hours: u32,
    /// When that is.
    pub office: OfficeHours,
    /// Days at the start of the exports in which nothing fires: there is no habit yet.
    pub learning_days: u32,
    /// Hours after which an account is given back to its owner, a disabled one with a new password.
    pub restore_hours: u32,
}

impl Default for ResponseConfig {
    fn default() -> ResponseConfig {
        ResponseConfig {
            suspicious_activity: vec![ResponseAction::SignOut],
            significant_compliance: vec![ResponseAction::DisableAccount],
            suspicious_activity_and_mail: vec![ResponseAction::DisableAccount],
            latency_minutes: 0,
            confirm_minutes: 30,
            confirm_minutes_off_hours: 480,
            office: OfficeHours { minutes: (8 * 60, 18 * 60), days: [true, true, true, true, true, false, false], zone: Tz::UTC },
            learning_days: 3,
            restore_hours: 24,
        }
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const KEYS: [&str; 11] = [
    "suspicious_activity",
    "significant_compliance",
    "suspicious_activity_and_mail",
    "latency_minutes",
    "confirm_minutes",
    "confirm_minutes_off_hours",
    "office_hours",
    "office_days",
    "office_zone",
    "learning_days",
    "restore_hours",
];
/// Largest number that a key of minutes, days or hours takes: a year of minutes.
const LARGEST: u32 = 366 * 24 * 60;

impl Reader<'_> {
    /// Reads the table `response`.
    pub(super) fn response(&self, value: &Item<'_>, config: &mut Config) -> Result<(), ConfigError> {
        let response = &mut config.response;
        for (key, value) in self.table("response", value)? {
            let name = key.get_ref().as_ref();
            let full = format!("response.{name}");
            match name {
                "suspicious_activity" => response.suspicious_activity = self.actions(&full, value)?,
                "significant_compliance" => response.significant_compliance = self.actions(&full, value)?,
                "suspicious_activity_and_mail" => response.suspicious_activity_and_mail = self.actions(&full, value)?,
                "latency_minutes" => response.latency_minutes = self.whole(&full, value)?,
                "confirm_minutes" => response.confirm_minutes = self.whole(&full, value)?,
                "confirm_minutes_off_hours" => response.confirm_minutes_off_hours = self.whole(&full, value)?,
                "office_hours" => {
                    let minutes = hours(self.text(&full, value)?);
                    response.office.minutes = minutes.ok_or_else(|| self.wrong(&full, value, "hours such as \"08:00-18:00\""))?;
                }
                "office_days" => response.office.days = self.days(&full, value)?,
                "office_zone" => {
                    let zone = self.text(&full, value)?.parse().ok();
                    response.office.zone = zone.ok_or_else(|| self.wrong(&full, value, "a zone such as \"Europe/Berlin\""))?;
                }
                "learning_days" => response.learning_days = self.whole(&full, value)?,
                "restore_hours" => response.restore_hours = self.whole(&full, value)?,
                other => return Err(self.unknown("response", other, key.span().start, KEYS)),
            }
        }
        Ok(())
    }

    fn actions(&self, key: &str, value: &Item<'_>) -> Result<Vec<ResponseAction>, ConfigError> {
        let one = |item: &Item<'_>| {
            let action = ResponseAction::from_name(self.text(key, item)?);
            action.ok_or_else(|| {
                self.wrong(key, item, "a list of sign-out, disable-account, block-address, block-sending, remove-rule, revoke-consent")
            })
        };
        let mut actions = self.list(key, value)?.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        actions.sort_unstable();
        actions.dedup();
        Ok(actions)
    }

    fn days(&self, key: &str, value: &Item<'_>) -> Result<[bool; 7], ConfigError> {
        let mut days = [false; 7];
        for item in self.list(key, value)? {
            let name = self.text(key, item)?.to_lowercase();
            let day = days.iter_mut().zip(DAYS).find(|(_, known)| *known == name);
            let (day, _) = day.ok_or_else(|| self.wrong(key, item, "a list of mon, tue, wed, thu, fri, sat, sun"))?;
            *day = true;
        }
        Ok(days)
    }

    fn whole(&self, key: &str, value: &Item<'_>) -> Result<u32, ConfigError> {
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10).and_then(|number| number.as_str().parse().ok());
        number.filter(|number| *number <= LARGEST).ok_or_else(|| self.wrong(key, value, "a whole number from 0 to 527040"))
    }
}

/// Minutes of the day from `08:00-18:00`; the end comes after the begin.
fn hours(text: &str) -> Option<(u32, u32)> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
        (minute < 60 && hour * 60 + minute <= 24 * 60 && hour <= 24).then_some(hour * 60 + minute)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from < to).then_some((from, to))
}

impl ResponseConfig {
    /// Writes the table `response`, with comments.
    pub(super) fn render(&self, out: &mut String) {
        let actions = |actions: &[ResponseAction]| list(actions, |action| quoted(action.name()));
        let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        let (from, to) = self.office.minutes;
        let days: Vec<&str> = DAYS.into_iter().zip(self.office.days).filter_map(|(name, on)| on.then_some(name)).collect();
        out.push_str("\n# What an automatic response would do, for `bectrace respond`. Actions: sign-out, disable-account,\n");
        out.push_str("# block-address, block-sending, remove-rule, revoke-consent; an empty list does nothing.\n[response]\n");
        let entries: [(&str, &str, String); 11] = [
            ("On an unusual sign-in that is suspicious in itself.", "suspicious_activity", actions(&self.suspicious_activity)),
            (
                "On an unusual sign-in, then a hiding or forwarding rule, forwarding, a consent, a service principal.",
                "significant_compliance",
                actions(&self.significant_compliance),
            ),
            (
                "On an unusual sign-in with a burst of mail or a sensitive change.",
                "suspicious_activity_and_mail",
                actions(&self.suspicious_activity_and_mail),
            ),
            (
                "Minutes after which a record can be seen; real pipelines see them late.",
                "latency_minutes",
                self.latency_minutes.to_string(),
            ),
            ("Minutes until somebody confirms, in office hours.", "confirm_minutes", self.confirm_minutes.to_string()),
            ("Minutes until somebody confirms, at other times.", "confirm_minutes_off_hours", self.confirm_minutes_off_hours.to_string()),
            ("When somebody is there to confirm.", "office_hours", quoted(&format!("{}-{}", clock(from), clock(to)))),
            ("", "office_days", list(&days, |day| quoted(day))),
            ("", "office_zone", quoted(self.office.zone.name())),
            (
                "Days at the start of the exports in which nothing fires: there is no habit yet.",
                "learning_days",
                self.learning_days.to_string(),
            ),
            (
                "Hours after which an account is given back to its owner, a disabled one with a new password.",
                "restore_hours",
                self.restore_hours.to_string(),
            ),
        ];
        for (doc, key, value) in entries {
            entry(out, doc, key, &value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_policy_reads_back_as_it_is_written() {
        let text = "[response]\nsuspicious_activity = [\"disable-account\", \"block-address\"]\nsignificant_compliance = []\n\
                    latency_minutes = 7\noffice_hours = \"07:30-16:15\"\noffice_days = [\"Sun\", \"mon\"]\noffice_zone = \"Asia/Kuwait\"\n\
                    restore_hours = 4\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.response.suspicious_activity, [ResponseAction::DisableAccount, ResponseAction::BlockAddress]);
        assert_eq!(config.response.office.minutes, (450, 975));
        assert_eq!(config.response.office.days, [true, false, false, false, false, false, true]);
        let back = Config::parse(&config.render(&[])).unwrap();
        assert_eq!(back.response, config.response);
        assert_eq!(Config::parse(&Config::default().render(&[])).unwrap().response, ResponseConfig::default());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line() {
        assert!(
            refused("[response]\nsuspicious_activity = [\"shout\"]").starts_with("line 2: `response.suspicious_activity` must be a list")
        );
        assert!(refused("[response]\nlatency_minutes = -1").contains("a whole number"));
        assert!(refused("[response]\nconfirm_minutes = 527041").contains("a whole number"));
        assert!(Config::parse("[response]\nconfirm_minutes = 527040").is_ok());
        for hours in ["18:00-08:00", "08:00", "8-18", "08:00-24:01"] {
            assert!(refused(&format!("[response]\noffice_hours = \"{hours}\"")).contains("08:00-18:00"), "{hours}");
        }
        assert!(refused("[response]\noffice_zone = \"Berlin\"").contains("Europe/Berlin"));
        assert!(refused("[response]\nconfirm_minute = 3").contains("did you mean `response.confirm_minutes`?"));
    }
}
