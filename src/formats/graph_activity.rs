//! `MicrosoftGraphActivityLogs`: every request that an application made to Graph, with the token it used.
//!
//! Requests for messages are reads of mail; everything else is kept as it is. The token joins a request
//! to the sign-in that issued it.
//!
//! Source: entra-docs "how to authentication: track linkable identifiers"; SEKOIA-IO/intake-formats
//! `Azure/azure-ad/tests`.

use super::declared::{Declared, Form};
use super::factors::holds;
use super::fields::{Cell, each_entry, each_field, fill, real_id};
use crate::events::{Action, Batch, Event, Family, Flags, Key, KeyKind, Outcome, token_link};
use crate::evidence::{RecordAt, Value};

/// The table of Log Analytics.
pub static LOG_ANALYTICS: Declared = Declared {
    id: "graph-activity.log-analytics",
    title: "Log Analytics / Sentinel table MicrosoftGraphActivityLogs",
    family: Family::Audit,
    form: Form::Any,
    required: &["requesturi", "requestmethod", "responsestatuscode", "appid", "signinactivityid"],
    forbidden: &[],
    read: |record, out| {
        let mut request = Request::default();
        each_field(record, |name, cell| request.take(name, cell));
        request.emit(record.at, out);
    },
};

/// Reads the properties of a diagnostic record; `published` is the envelope's time.
pub fn read_properties(properties: Value<'_>, published: Option<&str>, at: RecordAt, out: &mut Batch) {
    let mut request = Request::default();
    each_entry(properties, |name, cell| request.take(name, cell));
    fill(&mut request.time, Cell::Text(published.unwrap_or_default()));
    request.emit(at, out);
}

#[derive(Default)]
struct Request<'a> {
    time: &'a str,
    id: &'a str,
    user: &'a str,
    service: &'a str,
    app: &'a str,
    ip: &'a str,
    agent: &'a str,
    method: &'a str,
    uri: &'a str,
    status: i64,
    token: &'a str,
    session: &'a str,
}

impl<'a> Request<'a> {
    fn take(&mut self, name: &str, cell: Cell<'a>) {
        match name {
            "timegenerated" | "timegenerated [utc]" => fill(&mut self.time, cell),
            "requestid" => fill(&mut self.id, cell),
            "userid" | "userprincipalobjectid" => fill(&mut self.user, cell),
            "serviceprincipalid" => fill(&mut self.service, cell),
            "appid" => fill(&mut self.app, cell),
            "ipaddress" => fill(&mut self.ip, cell),
            "useragent" => fill(&mut self.agent, cell),
            "requestmethod" => fill(&mut self.method, cell),
            "requesturi" => fill(&mut self.uri, cell),
            "responsestatuscode" => self.status = cell.int().unwrap_or(0),
            "signinactivityid" => fill(&mut self.token, cell),
            "sessionid" | "c_sid" => fill(&mut self.session, cell),
            _ => {}
        }
    }

    fn emit(&self, at: RecordAt, out: &mut Batch) {
        let reads = self.method.eq_ignore_ascii_case("get") && ["/messages", "/mailfolders"].iter().any(|path| holds(self.uri, path));
        let mut event = Event::new(at, if reads { Action::MailRead } else { Action::Other });
        event.operation = out.str("Microsoft Graph Activity");
        event.actor = out.opt_principal(real_id(self.user).or(real_id(self.service)).or(real_id(self.app)));
        event.flags.set_if(real_id(self.user).is_none(), Flags::APP_ONLY);
        event.ip = out.ip(self.ip);
        event.agent = out.str(self.agent);
        event.app = out.opt_id(real_id(self.app));
        event.session = out.opt(real_id(self.session));
        event.token = token_link(self.token).unwrap_or(0);
        event.object = out.str(&format!("{} {}", self.method, self.uri));
        event.outcome = match self.status {
            200..=399 => Outcome::Success,
            400..=599 => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        out.set_time(&mut event, self.time, true);
        // One request id stands for a whole batch: the address tells its parts apart.
        let key = real_id(self.id).map(|id| Key::of_parts(KeyKind::Other, &["graph-activity", id, self.method, self.uri]));
        out.event(event, key.as_slice());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::link;
    use crate::formats::testkit::read_json;

    #[test]
    fn a_request_for_messages_is_a_read_by_the_token_of_a_sign_in() {
        let out = read_json(
            &LOG_ANALYTICS,
            r#"{"TimeGenerated":"2025-02-18T10:25:12.2Z","RequestId":"r","RequestMethod":"GET","RequestUri":"https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messages","ResponseStatusCode":200,"AppId":"946c777c-bc85-489e-b034-392389ae23d6","UserId":"11111111-2222-3333-4444-555555555555","SignInActivityId":"ByVTDAGxkECy8U12ji81AA","SessionId":"s","IPAddress":"198.51.100.7","UserAgent":"x"}"#,
        );
        let event = &out.events[0];
        assert_eq!((event.action, event.outcome), (Action::MailRead, Outcome::Success));
        assert_eq!(event.token, link("0c532507-b101-4090-b2f1-4d768e2f3500"));
        assert_eq!(out.text.get(event.session), "s");
    }
}
