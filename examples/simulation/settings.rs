//! Settings of mailboxes and accounts: forwarding, rights, passwords, devices.

use serde_json::{Value, json};

use crate::simulation::clock::Moment;
use crate::simulation::tenant::apps;
use crate::simulation::world::{Kind, Session, World};

impl World {
    /// A cmdlet of Exchange, as Outlook on the web and the portals run them too.
    fn cmdlet(&mut self, session: &Session, time: Moment, operation: &'static str, object: usize, parameters: &[(&str, String)]) {
        let port = self.chance.between(1025, 65_000);
        let parameters: Vec<Value> = parameters.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        let (person, target) = (self.person(session.who), self.person(object));
        let (upn, puid) = (person.upn.clone(), person.puid.clone());
        let mut fields = json!({
            "AppAccessContext": World::access_context(session),
            "ClientIP": format!("{}:{port}", session.place.ip),
            "ObjectId": target.upn,
            "AppId": apps::EXCHANGE.id,
            "ClientAppId": "",
            "ExternalAccess": false,
            "OrganizationName": format!("{}.onmicrosoft.com", self.tenant.prefix),
            "OriginatingServer": format!("{} ({})", self.server(session.who), self.tenant.agents.exchange),
            "Parameters": parameters,
        });
        if let (Some(id), Value::Object(fields)) = (session.id, &mut fields) {
            fields.insert("SessionId".into(), json!(id.to_string()));
        }
        let kind = Kind { user_type: 2, ..Kind::of(operation, 1, "Exchange", "True") };
        self.record(time, None, &kind, (&upn, &puid), fields);
    }

    /// Forwards the whole mailbox (`Set-Mailbox`).
    pub fn forward_mailbox(&mut self, session: &Session, time: Moment, address: &str) {
        let parameters = [
            ("Identity", self.person(session.who).upn.clone()),
            ("ForwardingSmtpAddress", format!("smtp:{address}")),
            ("DeliverToMailboxAndForward", "True".into()),
        ];
        self.cmdlet(session, time, "Set-Mailbox", session.who, &parameters);
    }

    /// An administrator gives somebody full access to a mailbox (`Add-MailboxPermission`).
    pub fn grant_mailbox(&mut self, admin: &Session, time: Moment, mailbox: usize, to: usize) {
        let parameters = [
            ("Identity", self.person(mailbox).upn.clone()),
            ("User", self.person(to).upn.clone()),
            ("AccessRights", "FullAccess".into()),
            ("InheritanceType", "All".into()),
        ];
        self.cmdlet(admin, time, "Add-MailboxPermission", mailbox, &parameters);
    }
}
