//! Alerts and detections of Microsoft's, and clicks on links of mails.

use super::Reader;
use super::fields::{Field, present};
use crate::events::{Action, Detail, Flags, Risk, link, message_link};
use crate::evidence::Value;

impl<'d> Reader<'_, 'd> {
    /// An alert, a detection, or a click.
    pub(super) fn alert(&mut self) {
        let root = self.audit.root;
        if self.operation == "tiurlclickdata" {
            return self.click();
        }
        self.event.action = Action::Alert;
        let text = |keys: &[&str]| keys.iter().find_map(|key| root.str_of(key));
        let name = text(&["Name", "AlertDisplayName", "InvestigationName", "DetectionMethod", "VirusInfo"]);
        self.event.object = self.out.opt(match self.operation {
            "timaildata" => text(&["Subject"]),
            _ => name,
        });
        let state = self.out.opt(text(&["Status", "DeliveryAction", "PolicyAction", "ResultStatus"]));
        let kind = self.out.opt(match self.operation {
            "timaildata" => text(&["Verdict", "Policy", "DetectionMethod"]),
            _ => text(&["Category", "AlertCategory", "InvestigationType", "DetectionMethod", "VirusInfo"]).or(name),
        });
        let level = text(&["Severity", "AlertSeverity", "RiskLevel"]).map_or(Risk::Unknown, risk);
        let mut about = 0;
        if let Some(doc) = self.audit.value(Field::Data).and_then(Value::expand) {
            about = self.alert_data(doc.root());
        }
        if let Some(id) = root.str_of("InternetMessageId") {
            self.event.link = message_link(id);
        }
        self.alert_person(root);
        self.out.detail(&mut self.event, Detail::Alert { level, kind, state, about });
    }

    /// The short keys of an alert's `Data`: `reid` is the id of the record that raised it, `f3u` or an
    /// entity of type user whom it is about.
    ///
    /// Source: alerts of public exports, where `reid` led to the record in 4 of 4.
    fn alert_data(&mut self, data: Value<'_>) -> u64 {
        let entity = data.str_of("eid").filter(|entity| entity.contains('@'));
        let person = ["f3u", "trc", "tsd"].iter().find_map(|key| data.str_of(key)).or(entity).filter(|text| text.contains('@'));
        if self.event.target.is_none() {
            self.event.target = self.out.opt_principal(person.and_then(|text| text.split([',', ';']).next()));
        }
        if self.event.ip.is_none() {
            self.event.ip = self.out.opt_ip(data.str_of("ecip").or_else(|| data.str_of("suip")));
        }
        data.str_of("reid").and_then(present).map_or(0, link)
    }

    /// Whom an alert is about, where the record itself says so; the actor is the service.
    fn alert_person(&mut self, root: Value<'_>) {
        if let Some(address) = root.get("ClientIPs").and_then(|list| list.items_or_self().next()).and_then(Value::str)
            && self.event.ip.is_none()
        {
            self.event.ip = self.out.ip(address);
        }
        let recipients = root.get("Recipients").into_iter().flat_map(Value::items_or_self).filter_map(Value::str);
        let recipient = recipients.take(1).next();
        if self.event.target.is_none() {
            self.event.target = self.out.opt_principal(recipient);
        }
        let actor = self.out.names.get(self.event.actor);
        if self.event.target.is_none() && actor.contains('@') {
            self.event.target = self.event.actor;
        }
        self.event.flags.set(Flags::SERVICE);
    }

    /// `TIUrlClickData`: somebody followed a link that Safe Links judged.
    fn click(&mut self) {
        let root = self.audit.root;
        // The record is written by a service, but the click is the person's.
        let person = self.out.names.get(self.event.actor).contains('@');
        self.event.flags = self.fallback.flags;
        self.event.flags.set_if(!person, Flags::SERVICE);
        if self.event.ip.is_none() {
            self.event.ip = self.out.opt_ip(root.str_of("UserIp"));
        }
        let url = self.out.opt(root.str_of("Url"));
        self.event.object = url;
        self.event.link = root.str_of("InternetMessageId").map_or(0, message_link);
        let action = root.text_of("UrlClickAction").unwrap_or_default();
        // 0 unknown, 1 allowed, 2 blocked page, 3 pending, 4 blocked page overridden, 5 pending overridden.
        let through = matches!(action.trim(), "1" | "4" | "5" | "Allowed" | "ClickedThrough");
        self.out.detail(&mut self.event, Detail::Click { url, through });
    }

    /// The time of a click, which is its act; its record is written later.
    pub(super) fn click_time(&self) -> Option<&'d str> {
        if self.operation == "tiurlclickdata" { self.audit.root.str_of("TimeOfClick") } else { None }
    }
}

fn risk(text: &str) -> Risk {
    match text.trim().to_ascii_lowercase().as_str() {
        "low" => Risk::Low,
        "medium" => Risk::Medium,
        "high" | "critical" => Risk::High,
        "informational" | "none" => Risk::None,
        _ => Risk::Unknown,
    }
}
