//! Microsoft's own risk: detections (alerts on a user or his sign-in) and the state of risky users.
//!
//! Graph, the SDKs and Microsoft-Extractor-Suite name the same properties with other letters; the CSV of
//! Extractor-Suite has dates in the culture of the collecting computer, but in UTC.
//!
//! Source: microsoftgraph/microsoft-graph-docs-contrib `riskdetection.md`; Extractor-Suite
//! `Scripts/Get-RiskyEvents.ps1`; T0pCyber/hawk `Convert-RiskData.ps1`.

use super::declared::{Declared, Form};
use super::fields::{Cell, each_entry, each_field, fill, parse, real_id};
use super::sign_in::risk_level;
use crate::events::{Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, Outcome, Reason, Risk, State, StateKind, Time, link, time};
use crate::evidence::{RecordAt, Value};

/// Risk detections, as objects or CSV.
pub static DETECTIONS: Declared = Declared {
    id: "risk.detections",
    title: "Entra risk detections (Graph, Log Analytics, Extractor-Suite)",
    family: Family::Risk,
    form: Form::Any,
    required: &["riskeventtype", "detecteddatetime", "risklevel", "riskstate"],
    forbidden: &[],
    read: |record, out| {
        let mut facts = Facts::default();
        each_field(record, |name, cell| facts.take(name, cell));
        facts.emit(record.at, out);
    },
};

/// Risky users, as objects or CSV.
pub static USERS: Declared = Declared {
    id: "risk.users",
    title: "Entra risky users (Graph, Log Analytics, Extractor-Suite)",
    family: Family::Risk,
    form: Form::Any,
    required: &["risklastupdateddatetime", "isprocessing", "risklevel", "riskstate"],
    forbidden: &[],
    read: |record, out| {
        let mut facts = Facts::default();
        each_field(record, |name, cell| facts.take(name, cell));
        facts.state(record.at, out);
    },
};

/// A risk detection or risky user as its record tells it, borrowed from the record.
#[derive(Default)]
pub struct Facts<'a> {
    id: &'a str,
    request: &'a str,
    correlation: &'a str,
    time: &'a str,
    detected: &'a str,
    updated: &'a str,
    kind: &'a str,
    state: &'a str,
    level: Option<Risk>,
    user: &'a str,
    user_id: &'a str,
    service_id: &'a str,
    name: &'a str,
    ip: &'a str,
    agent: &'a str,
    more: &'a str,
}

impl<'a> Facts<'a> {
    /// Takes all entries of an object.
    pub fn of_object(object: Value<'a>) -> Facts<'a> {
        let mut facts = Facts::default();
        each_entry(object, |name, cell| facts.take(name, cell));
        facts
    }

    fn take(&mut self, name: &str, cell: Cell<'a>) {
        match name {
            "id" => fill(&mut self.id, cell),
            "requestid" => fill(&mut self.request, cell),
            "correlationid" => fill(&mut self.correlation, cell),
            "activitydatetime" | "activitydatetime [utc]" => fill(&mut self.time, cell),
            "detecteddatetime" | "detecteddatetime [utc]" => fill(&mut self.detected, cell),
            "risklastupdateddatetime" | "risklastupdateddatetime [utc]" => fill(&mut self.updated, cell),
            "riskeventtype" => self.kind = cell.str(),
            "risktype" => fill(&mut self.kind, cell),
            "riskstate" => fill(&mut self.state, cell),
            "risklevel" => self.level = Some(risk_level(cell)),
            "userprincipalname" => fill(&mut self.user, cell),
            "userid" => fill(&mut self.user_id, cell),
            "serviceprincipalid" => fill(&mut self.service_id, cell),
            "userdisplayname" | "serviceprincipaldisplayname" | "displayname" => fill(&mut self.name, cell),
            "ipaddress" => fill(&mut self.ip, cell),
            "additionalinfo_useragent" => fill(&mut self.agent, cell),
            "additionalinfo" => fill(&mut self.more, cell),
            _ => {}
        }
    }

    /// Makes the event of a detection. The user that it is about is both actor and target.
    pub fn emit(&self, at: RecordAt, out: &mut Batch) {
        let mut event = Event::new(at, Action::Alert);
        event.family = Family::Risk;
        event.operation = out.str("Risk detection");
        event.outcome = Outcome::Success;
        let app_only = self.user.is_empty() && self.user_id.is_empty();
        event.actor = self.account(self.user_id, out);
        event.target = event.actor;
        event.flags.set_if(app_only, Flags::APP_ONLY);
        event.ip = out.ip(self.ip);
        let more = parse(self.more);
        let agent = if self.agent.is_empty() { additional(more.root(), "userAgent") } else { self.agent };
        event.agent = out.str(agent);
        event.object = out.str(self.kind);
        event.link = real_id(self.correlation).map_or(0, link);
        let request = real_id(self.request).or(real_id(additional(more.root(), "requestId")));
        let detail = Detail::Alert {
            level: self.level.unwrap_or(Risk::Unknown),
            kind: out.str(self.kind),
            state: out.str(self.state),
            about: request.map_or(0, link),
        };
        out.detail(&mut event, detail);
        let key = match real_id(self.id) {
            Some(id) => Key::of(KeyKind::Risk, id),
            None => Key::of_parts(KeyKind::Other, &["risk", self.time, self.detected, self.user, self.kind]),
        };
        out.set_time(&mut event, if self.time.is_empty() { self.detected } else { self.time }, true);
        out.event(event, &[key]);
    }

    /// Makes the state of a risky user or service principal, whose id is the record's.
    pub fn state(&self, at: RecordAt, out: &mut Batch) {
        let id = if self.user_id.is_empty() { self.id } else { self.user_id };
        if self.user.is_empty() && real_id(id).is_none() {
            out.reject(at, Reason("no-identity"));
            return;
        }
        let owner = self.account(id, out);
        let kind = StateKind::RiskyUser { level: self.level.unwrap_or(Risk::Unknown), state: self.state.to_owned() };
        out.state(State { at, owner, changed: known_time(self.updated), kind });
    }

    fn account(&self, id: &str, out: &mut Batch) -> crate::events::Principal {
        let id = real_id(id).or(real_id(self.service_id));
        if !self.user.contains('@') {
            return out.opt_principal(id.or(Some(self.user)));
        }
        let name = out.principal(self.user);
        let id = out.opt_principal(id);
        out.same_account(name, id);
        name
    }
}

/// A time of a snapshot; unknown where day and month could be either way round.
pub fn known_time(text: &str) -> Time {
    match time::parse(text) {
        time::Parsed::Known(stamp) => stamp.time,
        time::Parsed::DayMonth(readings) => match (readings.month_first, readings.day_first) {
            (Some(time), None) | (None, Some(time)) => time,
            (month, day) if month == day => month.unwrap_or(Time::NONE),
            _ => Time::NONE,
        },
        time::Parsed::Absent | time::Parsed::Unknown => Time::NONE,
    }
}

/// The value of a key in `additionalInfo`: a list of `{Key, Value}`.
fn additional<'d>(list: Value<'d>, key: &str) -> &'d str {
    let mut pairs = list.items().filter(|pair| pair.str_of("Key").is_some_and(|name| name.eq_ignore_ascii_case(key)));
    pairs.next().and_then(|pair| pair.str_of("Value")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn a_detection_points_at_the_sign_in_it_is_about() {
        let out = read_json(
            &DETECTIONS,
            r#"{"id":"7c76","requestId":"0c532507-b101-4090-b2f1-4d768e2f3500","correlationId":"c0ffee00-0000-4000-8000-000000000001","riskEventType":"unfamiliarFeatures","riskState":"atRisk","riskLevel":"high","ipAddress":"198.51.100.7","activityDateTime":"2022-03-24T14:40:04.234Z","detectedDateTime":"2022-03-24T15:00:00Z","userId":"11111111-2222-3333-4444-555555555555","userPrincipalName":"ana@example.com","additionalInfo":"[{\"Key\":\"userAgent\",\"Value\":\"axios/1.7.2\"}]"}"#,
        );
        let event = &out.events[0];
        let Detail::Alert { level, kind, state, about } = out.details[0] else { panic!() };
        assert_eq!((level, out.text.get(kind), out.text.get(state)), (Risk::High, "unfamiliarFeatures", "atRisk"));
        assert_eq!(about, link("0c532507-b101-4090-b2f1-4d768e2f3500"));
        assert_eq!(event.time.rfc3339(0), "2022-03-24T14:40:04Z", "of the act, not of its detection");
        assert_eq!((out.names.get(event.target), out.text.get(event.agent)), ("ana@example.com", "axios/1.7.2"));
    }

    #[test]
    fn a_hidden_level_is_unknown_and_never_none() {
        let out = read_csv(
            &USERS,
            "Id,IsDeleted,IsProcessing,RiskDetail,RiskLastUpdatedDateTime,RiskLevel,RiskState,UserDisplayName,UserPrincipalName\n11111111-2222-3333-4444-555555555555,False,False,none,1/26/2025 8:20:44 PM,hidden,atRisk,Ana,ana@example.com\n",
        );
        let state = &out.states[0];
        assert!(matches!(&state.kind, StateKind::RiskyUser { level: Risk::Unknown, state } if state == "atRisk"));
        assert_eq!((state.changed.rfc3339(0).as_str(), out.same.len()), ("2025-01-26T20:20:44Z", 1));
    }
}
