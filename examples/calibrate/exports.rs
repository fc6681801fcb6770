//! Which exports a responder got, in which formats, how far back, and what is missing or damaged in them.

use serde_json::Value;

use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after};
use crate::simulation::export::{audit, mail, sign_in, state};
use crate::simulation::world::{AuditRecord, DirectoryEntry, Mail, SignIn, World};
use crate::truth::{Label, Labelled, Shown};

/// What the responder got.
struct Choice {
    audit: bool,
    sign_ins: bool,
    background_sign_ins: bool,
    trace: bool,
    directory: bool,
    rules: bool,
    grants: bool,
}

impl Choice {
    /// Most folders lack something.
    fn draw(chance: &mut Chance) -> Choice {
        let mut choice = Choice {
            audit: true,
            sign_ins: true,
            background_sign_ins: chance.percent(75),
            trace: chance.percent(85),
            directory: chance.percent(55),
            rules: chance.percent(60),
            grants: chance.percent(45),
        };
        match chance.below(20) {
            0 | 1 => choice.sign_ins = false,
            2 => choice.audit = false,
            _ => {}
        }
        choice
    }
}

/// The files of a tenant, and what they can show.
pub fn files(world: &mut World, chance: &mut Chance, days: (Moment, Moment)) -> (Vec<Labelled>, Shown) {
    let choice = Choice::draw(chance);
    cut(world, chance, days);
    damage(world, chance);
    let mut files = Vec::new();
    if choice.audit {
        audit_files(world, chance, &mut files);
    }
    if choice.sign_ins {
        sign_in_files(world, chance, choice.background_sign_ins, &mut files);
    }
    if choice.trace {
        let mails = mail::newest_first(&world.mail);
        files.push(match chance.below(3) {
            0 => labelled(
                "mail/MessageTraceV2.csv",
                mail::trace_csv(world, &mails),
                mails.iter().flat_map(|mail| deliveries(mail)).collect(),
            ),
            1 => labelled(
                "mail/MessageTrace.csv",
                mail::first_trace_csv(world, &mails),
                mails.iter().flat_map(|mail| deliveries(mail)).collect(),
            ),
            _ => {
                labelled("mail/HistoricalSearch.csv", mail::historical(world, &mails), mails.iter().map(|mail| of_mail(mail, "")).collect())
            }
        });
    }
    if choice.directory && !world.directory.is_empty() {
        let entries = sign_in::newest_audits(&world.directory);
        files.push(labelled("entra/AuditLogs.json", sign_in::directory_audits(&entries), entries.iter().map(|e| of_entry(e)).collect()));
    }
    if choice.rules && !world.rules.is_empty() {
        let (path, text) = if chance.percent(50) {
            ("state/InboxRules.csv", state::rules_csv(world))
        } else {
            ("state/InboxRules.json", state::rules_json(world))
        };
        files.push(labelled(path, text, Vec::new()));
    }
    if choice.grants && !world.grants.is_empty() {
        files.push(labelled("state/oauth2PermissionGrants.json", state::grants_json(world), Vec::new()));
    }
    (files, Shown { trace: choice.trace, audit: choice.audit })
}

fn labelled(path: &str, bytes: impl Into<Vec<u8>>, labels: Vec<Label>) -> Labelled {
    Labelled { path: path.to_owned(), bytes: bytes.into(), labels }
}

/// Logs begin and end at different moments: they are kept for different times and arrive late.
fn cut(world: &mut World, chance: &mut Chance, days: (Moment, Moment)) {
    let length = days.1.signed_duration_since(days.0).num_days();
    let keep = |chance: &mut Chance| {
        let back = if chance.percent(65) { length } else { chance.between((length / 2).max(2), length) };
        (after(days.1, -back * 86_400), after(days.1, -chance.between(0, 5400)))
    };
    let (audit, sign_ins, mails) = (keep(chance), keep(chance), keep(chance));
    world.audit.retain(|record| record.time >= audit.0 && record.time <= audit.1);
    world.directory.retain(|entry| entry.time >= audit.0 && entry.time <= audit.1);
    world.sign_ins.retain(|entry| entry.time >= sign_ins.0 && entry.time <= sign_ins.1);
    world.mail.retain(|mail| mail.time >= mails.0 && mail.time <= mails.1);
}

/// What else is missing: records, session ids, token ids.
fn damage(world: &mut World, chance: &mut Chance) {
    if chance.percent(25) {
        world.audit.retain(|_| !chance.percent(1));
        world.sign_ins.retain(|_| !chance.percent(1));
    }
    let (no_sessions, no_tokens) = (chance.pick(&[0, 0, 5, 30, 100]), chance.pick(&[0, 0, 10, 100]));
    for record in &mut world.audit {
        let (session, token) = (chance.percent(no_sessions), chance.percent(no_tokens));
        if (session || token) && record.data.contains("AppAccessContext") {
            record.data = without_ids(&record.data, session, token);
        }
        if chance.percent(3) && !record.ip.is_empty() {
            let (plain, mapped) = (format!("\"ClientIP\":\"{}\"", record.ip), format!("\"ClientIP\":\"::ffff:{}\"", record.ip));
            record.data = record.data.replace(&plain, &mapped);
        }
    }
    let no_sign_in_sessions = chance.pick(&[0, 0, 5, 100]);
    for entry in &mut world.sign_ins {
        if chance.percent(no_sign_in_sessions) {
            entry.session = None;
        }
    }
}

fn without_ids(data: &str, session: bool, token: bool) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(data) else { return data.to_owned() };
    let Some(fields) = value.as_object_mut() else { return data.to_owned() };
    if session {
        fields.remove("SessionId");
    }
    if let Some(context) = fields.get_mut("AppAccessContext").and_then(Value::as_object_mut) {
        if session {
            context.remove("AADSessionId");
        }
        if token {
            context.remove("UniqueTokenId");
        }
    }
    value.to_string()
}

fn audit_files(world: &World, chance: &mut Chance, files: &mut Vec<Labelled>) {
    let records = audit::newest_first(&world.audit);
    let labels = |list: &[&AuditRecord]| list.iter().map(|record| of_record(record)).collect::<Vec<Label>>();
    match chance.below(4) {
        0 => files.push(labelled("audit/PurviewAudit.csv", audit::purview_csv(&records), labels(&records))),
        1 => {
            for part in ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General"] {
                let list = audit::of_content(&world.audit, part);
                if !list.is_empty() {
                    files.push(labelled(&format!("audit/{part}.json"), audit::management(&list), labels(&list)));
                }
            }
        }
        2 => {
            // Two runs of the cmdlet whose spans overlap.
            let (half, overlap) = (records.len() / 2, chance.index(200).min(records.len() / 2));
            let later = records.get(..half).unwrap_or_default();
            let earlier = records.get(half - overlap..).unwrap_or_default();
            for (number, list) in [later, earlier].into_iter().enumerate() {
                files.push(labelled(&format!("audit/AuditRecords_{number}.csv"), audit::search_csv(list), labels(list)));
            }
        }
        _ => files.push(labelled("audit/AuditRecords.csv", audit::search_csv(&records), labels(&records))),
    }
    if chance.percent(20) && records.len() > 40 {
        let start = chance.index(records.len() / 2);
        let list = records.get(start..(start + records.len() / 5).min(records.len())).unwrap_or_default();
        files.push(labelled("second/PurviewAudit.csv", audit::purview_csv(list), labels(list)));
    }
}

fn sign_in_files(world: &World, chance: &mut Chance, background: bool, files: &mut Vec<Labelled>) {
    let style = chance.below(3);
    for interactive in [true, false] {
        if !interactive && !background {
            continue;
        }
        let mut entries = sign_in::newest_first(&world.sign_ins, interactive);
        let part = if interactive { "Interactive" } else { "NonInteractive" };
        let (path, text) = match style {
            0 => (format!("entra/{part}SignIns.json"), sign_in::graph(world, &entries)),
            1 => (format!("entra/{part}SignIns.csv"), sign_in::portal_csv(world, &entries)),
            _ => {
                entries.reverse();
                (format!("entra/{part}SignInLogs.json"), sign_in::diagnostic(world, &entries, interactive))
            }
        };
        if !entries.is_empty() {
            files.push(labelled(&path, text, entries.iter().map(|entry| of_sign_in(world, entry)).collect()));
        }
    }
}

fn of_record(record: &AuditRecord) -> Label {
    Label {
        key: format!("audit {}", record.id),
        hand: record.hand,
        account: record.user.clone(),
        time: record.time,
        ip: record.ip.clone(),
        ok: record.operation != "UserLoginFailed",
        kind: record.operation.clone(),
    }
}

fn of_sign_in(world: &World, entry: &SignIn) -> Label {
    Label {
        key: format!("sign-in {}", entry.id),
        hand: entry.hand,
        account: world.person(entry.who).upn.clone(),
        time: entry.time,
        ip: entry.place.ip.clone(),
        ok: entry.code == 0,
        kind: "sign-in".to_owned(),
    }
}

fn of_entry(entry: &DirectoryEntry) -> Label {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let user = entry.entry.pointer("/initiatedBy/user").cloned().unwrap_or_default();
    Label {
        key: format!("directory {}", text(&entry.entry, "id")),
        hand: entry.hand,
        account: text(&user, "userPrincipalName"),
        time: entry.time,
        ip: text(&user, "ipAddress"),
        ok: true,
        kind: text(&entry.entry, "activityDisplayName"),
    }
}

fn deliveries(mail: &Mail) -> Vec<Label> {
    mail.deliveries.iter().map(|delivery| of_mail(mail, &delivery.address)).collect()
}

fn of_mail(mail: &Mail, recipient: &str) -> Label {
    Label {
        key: format!("mail {} {recipient}", mail.network_id),
        hand: mail.hand,
        account: mail.sender.clone(),
        time: mail.time,
        ip: String::new(),
        ok: true,
        kind: "message".to_owned(),
    }
}
