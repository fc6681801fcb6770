//! Writes the effective configuration as TOML with comments.

use super::{Cidr, Config};
use std::fmt::Write;

/// A threshold of a detection, for writing and checking.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdDoc<'a> {
    /// Id of the detection.
    pub detection: &'a str,
    /// Name of the threshold.
    pub name: &'a str,
    /// Value where none is configured.
    pub default: f64,
    /// What it means, with its unit.
    pub doc: &'a str,
}

/// A text as a TOML value.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

pub(super) fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(", "))
}

fn texts(items: &[String]) -> String {
    list(items, |text| quoted(text))
}

fn networks(items: &[Cidr]) -> String {
    list(items, |network| quoted(&network.to_string()))
}

pub(super) fn entry(out: &mut String, doc: &str, key: &str, value: &str) {
    for line in doc.lines() {
        let _ = writeln!(out, "# {}", line.trim());
    }
    let _ = writeln!(out, "{key} = {value}");
}

impl Config {
    /// The effective configuration as TOML with comments: what is configured, else the defaults.
    /// Reading it back gives the same configuration, with every threshold spelled out.
    pub fn render(&self, thresholds: &[ThresholdDoc<'_>]) -> String {
        let mut out = String::from("# bectrace configuration. Every key may be left out.\n\n[tenant]\n");
        entry(&mut out, "Domains of the organisation, beyond those that the exports show.", "own_domains", &texts(&self.own_domains));
        entry(&mut out, "Offices and data centres: addresses or networks.", "own_networks", &networks(&self.own_networks));
        entry(
            &mut out,
            "Exits of the VPN or gateway of the organisation: familiar, and their country means nothing.",
            "vpn_exits",
            &networks(&self.vpn_exits),
        );
        entry(&mut out, "Ids or names of applications in honest use.", "known_good_apps", &texts(&self.known_good_apps));
        out.push_str("\n[accounts]\n");
        entry(&mut out, "People who are shown first.", "vips", &texts(&self.vips));
        entry(
            &mut out,
            "Accounts that programs use. They are judged too: only their habit is narrow.",
            "service",
            &texts(&self.service_accounts),
        );
        entry(&mut out, "Mailboxes of several people, without a sign-in of their own.", "shared_mailboxes", &texts(&self.shared_mailboxes));
        self.render_exceptions(&mut out);
        self.response.render(&mut out);
        self.render_thresholds(&mut out, thresholds);
        out
    }

    fn render_exceptions(&self, out: &mut String) {
        out.push_str("\n# Findings not to raise: account, network, and agent or app must fit together. The report says so.\n");
        if self.exceptions.is_empty() {
            out.push_str("# [[exceptions]]\n# account = \"scanner@example.com\"\n# network = \"203.0.113.0/28\"\n# agent = \"BAV2ROPC\"\n");
            out.push_str("# detection = \"legacy-auth-sign-in\"\n# note = \"scan to mail, second floor\"\n");
        }
        for exception in &self.exceptions {
            out.push_str("[[exceptions]]\n");
            entry(out, "", "account", &quoted(&exception.account));
            entry(out, "", "network", &quoted(&exception.network.to_string()));
            let optional = [("agent", &exception.agent), ("app", &exception.app), ("detection", &exception.detection)];
            for (key, value) in optional {
                if let Some(value) = value {
                    entry(out, "", key, &quoted(value));
                }
            }
            if !exception.note.is_empty() {
                entry(out, "", "note", &quoted(&exception.note));
            }
        }
    }

    fn render_thresholds(&self, out: &mut String, thresholds: &[ThresholdDoc<'_>]) {
        let mut table = "";
        for doc in thresholds {
            if doc.detection != table {
                table = doc.detection;
                let _ = writeln!(out, "\n[thresholds.{table}]");
            }
            let value = self.threshold(doc.detection, doc.name, doc.default);
            entry(out, &format!("{} (default {})", doc.doc, doc.default), doc.name, &value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: [ThresholdDoc<'static>; 3] = [
        ThresholdDoc { detection: "mail-burst", name: "recipients", default: 50.0, doc: "Recipients that make a burst." },
        ThresholdDoc { detection: "mail-burst", name: "minutes", default: 15.0, doc: "Minutes of the window." },
        ThresholdDoc { detection: "impossible-travel", name: "speed", default: 900.5, doc: "km/h." },
    ];

    #[test]
    fn what_is_written_reads_back_the_same() {
        let text = r#"
            [tenant]
            own_domains = ["example.com"]
            own_networks = ["203.0.113.0/24", "2001:db8::/48"]
            known_good_apps = ["crm \"pro\""]
            [[exceptions]]
            account = "*"
            network = "198.51.100.7"
            app = "crm \"pro\""
            note = "line\nbreak"
            [thresholds.mail-burst]
            recipients = 80
        "#;
        let once = Config::parse(text).unwrap().render(&DOCS);
        let back = Config::parse(&once).unwrap();
        assert_eq!(back.render(&DOCS), once);
        assert_eq!(back.exceptions.first().map(|e| e.note.as_str()), Some("line\nbreak"));
        assert!((back.threshold("mail-burst", "recipients", 50.0) - 80.0).abs() < f64::EPSILON);
        assert!((back.threshold("impossible-travel", "speed", 0.0) - 900.5).abs() < f64::EPSILON);
        assert!(back.check_thresholds(&DOCS).is_ok());
        assert!(once.contains("# Recipients that make a burst. (default 50)\nrecipients = 80\n"), "{once}");
    }

    #[test]
    fn the_default_is_a_template_that_reads() {
        let text = Config::default().render(&DOCS);
        assert_eq!(Config::parse(&text).unwrap().own_domains, Vec::<String>::new());
    }
}
