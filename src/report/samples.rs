//! Reports made by hand, for tests of the views.

use super::model::*;
use crate::remaining::Identity;

#[allow(clippy::unnecessary_wraps, reason = "the fields that it fills need not be there")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn input(id: &str, path: &str, format: &str, family: &str, records: u64, span: (&str, &str)) -> Input {
    Input {
        id: id.to_owned(),
        path: path.to_owned(),
        sha256: "0".repeat(64),
        bytes: records * 100,
        encoding: "utf-8".to_owned(),
        compression: "none".to_owned(),
        format: format.to_owned(),
        family: family.to_owned(),
        records,
        events: records,
        first_event_at: text(span.0),
        last_event_at: text(span.1),
        ..Input::default()
    }
}

fn term(family: &str, detection: &str, db: f64, why: &str) -> Term {
    Term { family: family.to_owned(), detection: detection.to_owned(), db, why: why.to_owned(), findings: list(&["f1"]) }
}

fn account(name: &str, verdict: Verdict, since: &str) -> Account {
    Account {
        account: name.to_owned(),
        aliases: Vec::new(),
        object_id: None,
        verdict,
        probability: 0.9995,
        score_db: 31.5,
        terms: Vec::new(),
        compromised_at: (!since.is_empty()).then(|| since.to_owned()),
        earlier: None,
        last_intruder_at: None,
        incident: None,
        intruder_addresses: Vec::new(),
        activity: None,
        narrative: None,
        story: Vec::new(),
        findings: Vec::new(),
        exposure: None,
        remaining: Vec::new(),
        clean_up: None,
    }
}

fn row(time: &str, account: &str, action: &str, summary: &str, evidence: &str) -> TimelineRow {
    TimelineRow {
        time: time.to_owned(),
        end_time: None,
        count: 1,
        account: account.to_owned(),
        actor: Actor::Intruder,
        certainty: 0.97,
        action: action.to_owned(),
        outcome: "success".to_owned(),
        summary: summary.to_owned(),
        subject: None,
        operation: None,
        ip: text("197.210.0.10"),
        country: text("NG"),
        asn: Some(29465),
        as_org: text("MTN NIGERIA Communication limited"),
        ascribed_address: None,
        user_agent: None,
        app: None,
        detections: Vec::new(),
        evidence: list(&[evidence]),
        evidence_total: 1,
    }
}

/// An empty case: files were read, nothing was found.
pub fn clean() -> Report {
    let mut report = Report::empty();
    report.inputs = vec![
        input("i0", "ual/audit.csv", "test.audit", "audit", 18_211, ("2023-01-02T08:00:00Z", "2023-01-30T16:00:00Z")),
        input("i1", "entra/signIns.json", "test.sign-ins", "sign-in", 2_004, ("2023-01-20T08:00:00Z", "2023-01-30T16:00:00Z")),
    ];
    report
        .coverage
        .families
        .insert("audit".to_owned(), Span { from: "2023-01-02T08:00:00Z".to_owned(), to: "2023-01-30T16:00:00Z".to_owned() });
    report
        .coverage
        .families
        .insert("sign-in".to_owned(), Span { from: "2023-01-20T08:00:00Z".to_owned(), to: "2023-01-30T16:00:00Z".to_owned() });
    report.coverage.unanswerable.push(Unanswerable {
        question: "Who sent and received mail".to_owned(),
        missing: "no message trace (Get-MessageTrace, or a historical search)".to_owned(),
    });
    report.accounts_total = 41;
    report
}

/// Three accounts, one after the other, as in the sketch of the first screen.
pub fn cascade() -> Report {
    let mut report = Report::empty();
    report.inputs = inputs();
    report.refused = vec![
        Refused { path: "README.txt".to_owned(), reason: "plain text, no table".to_owned(), damaged: false },
        Refused { path: "old.zip".to_owned(), reason: "the archive is damaged: copy it again from its source".to_owned(), damaged: true },
    ];
    report.accounts_total = 412;
    report
        .coverage
        .families
        .insert("audit".to_owned(), Span { from: "2022-01-24T07:00:00Z".to_owned(), to: "2022-02-11T18:00:00Z".to_owned() });
    report.coverage.unanswerable.push(Unanswerable {
        question: "Who else opened the link".to_owned(),
        missing: "no click records (Defender UrlClickEvents)".to_owned(),
    });
    report.accounts = accounts();
    report.findings = vec![finding("f1", "mail-burst", Severity::Critical), finding("f2", "inbox-rule-hides-mail", Severity::High)];
    report.incidents = vec![incident()];
    report.timeline = timeline();
    report.undated.push(Undated {
        account: text("a.adams@example.com"),
        action: "consent".to_owned(),
        summary: "gave app Spike access to mail".to_owned(),
        ip: None,
        evidence: list(&["i4:1"]),
    });
    super::narrative::tell(&mut report);
    report
}

fn inputs() -> Vec<Input> {
    let span = ("2022-01-24T07:00:00Z", "2022-02-11T18:00:00Z");
    let mut capped = input("i0", "ual/export.csv", "test.audit", "audit", 50_000, span);
    capped.notices.push(Notice {
        code: "cap-reached".to_owned(),
        text: "exactly 50,000 records: the export is probably cut; export shorter spans".to_owned(),
    });
    let mut damaged = input("i1", "entra/signIns.json", "test.sign-ins", "sign-in", 1_213, span);
    damaged.events = 1_211;
    damaged.rejected.push(Count { reason: "truncated-record".to_owned(), count: 2, first: "i1:1212".to_owned() });
    vec![capped, damaged, input("i2", "mail/trace.csv", "test.trace", "message-trace", 7_000, span)]
}

#[allow(clippy::many_single_char_names, reason = "the accounts are called so")]
fn accounts() -> Vec<Account> {
    let address = |events: u64, first: &str, last: &str| IntruderAddress {
        ip: "197.210.0.10".to_owned(),
        place: String::new(),
        country: text("NG"),
        asn: Some(29465),
        as_org: text("MTN NIGERIA Communication limited"),
        network: text("mobile"),
        first_at: text(first),
        last_at: text(last),
        events,
    };
    let mut a = account("a.adams@example.com", Verdict::Compromised, "2022-02-09T04:55:51Z");
    a.incident = text("c1");
    a.terms = vec![
        term("access", "legacy-auth-sign-in", 14.0, "signed in with BAV2ROPC, which the account never used"),
        term("spreading", "mail-burst", 22.0, "sent 794 mails in 15 min"),
        term("hiding", "inbox-rule-hides-mail", 12.0, "a rule moves mail to RSS Feeds"),
        term("access", "fresh-mfa", -3.0, "MFA was given"),
    ];
    a.intruder_addresses = vec![address(812, "2022-02-09T04:55:51Z", "2022-02-09T15:10:00Z")];
    a.exposure = Some(exposure());
    a.remaining = remaining();
    a.clean_up = Some(clean_up());
    let mut b = account("b.brown@example.com", Verdict::Compromised, "2022-02-09T15:16:02Z");
    b.incident = text("c1");
    b.terms = vec![term("company", "shared-attacker-address", 30.0, "the address of a.adams' intruder signed in")];
    b.intruder_addresses = vec![address(31, "2022-02-09T15:16:02Z", "2022-02-09T18:10:00Z")];
    let mut c = account("c.clark@example.com", Verdict::Compromised, "2022-02-10T13:08:44Z");
    c.incident = text("c1");
    c.probability = 0.995;
    let mut d = account("d.dean@example.com", Verdict::Suspicious, "");
    d.probability = 0.56;
    d.terms =
        vec![term("access", "unfamiliar-sign-in", 16.0, "signed in from a hosting network in a country new to the tenant, without MFA")];
    let mut e = account("e.evans@example.com", Verdict::Targeted, "");
    e.probability = 0.02;
    e.findings = list(&["f3"]);
    e.terms = vec![term("access", "brute-force", 0.1, "3,112 wrong passwords from 40 addresses")];
    vec![a, b, c, d, e]
}

/// What the intruder of the first account saw and took.
fn exposure() -> Exposure {
    let bounds = |at_least: u64, at_most: Option<u64>, why: &[&str]| {
        Some(Bounds { at_least, at_most, why: list(why), evidence: list(&["i0:201"]), evidence_total: 1 })
    };
    let folder =
        SynchronisedFolder { mailbox: "a.adams@example.com".to_owned(), folder: "\\Inbox".to_owned(), ..SynchronisedFolder::default() };
    Exposure {
        summary: "at least 27 mails accessed in Inbox".to_owned(),
        mails_read: bounds(27, None, &["a folder was synchronised: the whole folder may have been taken"]),
        mails_sent: bounds(794, Some(801), &["7 acts may be the owner's"]),
        recipients: bounds(786, Some(790), &[]),
        recipients_inside: bounds(12, Some(12), &[]),
        recipients_outside: bounds(774, Some(778), &[]),
        folders: list(&["Archive", "Inbox"]),
        synchronised: vec![folder],
        apps: vec![AppExposure { app_id: "946c777c".to_owned(), name: text("Spike"), ..AppExposure::default() }],
        people_inside: 14,
        people_outside: 790,
        ..Exposure::default()
    }
}

/// One thing of every kind, in every state.
fn remaining() -> Vec<Remaining> {
    let owner = "a.adams@example.com";
    let left = |kind: &str, summary: &str, identity: Identity| Remaining {
        kind: kind.to_owned(),
        summary: summary.to_owned(),
        status: "unknown".to_owned(),
        origin: "intruder".to_owned(),
        basis: "nothing later in these exports speaks of it".to_owned(),
        settled_by: text("an export"),
        made_by: text(owner),
        since: text("2022-02-09T14:45:07Z"),
        identity: Identity { of: text(owner), ..identity },
        evidence: list(&["i0:21"]),
        found: Vec::new(),
        end: None,
    };
    let named = |name: &str| Identity { name: text(name), ..Identity::default() };
    let rule = Remaining {
        status: "in-place".to_owned(),
        basis: "a snapshot shows it".to_owned(),
        settled_by: None,
        since: text("2022-02-09T14:16:48Z"),
        found: list(&["i5:3"]),
        ..left("inbox-rule", "\".\" that moves mail to RSS Feeds", Identity { id: text("16432106147457866113"), ..named(".") })
    };
    let app = Identity { app_id: text("946c777c-bc85-489e-b034-392389ae23d6"), scopes: list(&["Mail.ReadWrite"]), ..named("Spike") };
    let grant = left("app-grant", "Spike (Mail.ReadWrite)", app);
    let forwarding = Remaining {
        status: "removed".to_owned(),
        basis: "a record shows its end".to_owned(),
        settled_by: None,
        end: Some(ending("removed", "2022-02-10T08:00:00Z")),
        ..left("forwarding", "to drop@example.net (outside)", Identity { address: text("drop@example.net"), ..Identity::default() })
    };
    let session = Remaining {
        since: text("2022-02-09T04:55:51Z"),
        basis: "the intruder acted after the last reset, revocation or block".to_owned(),
        ..left("session", "and refresh tokens", Identity::default())
    };
    vec![rule, grant, forwarding, session]
}

fn ending(how: &str, time: &str) -> Ending {
    Ending {
        time: text(time),
        how: how.to_owned(),
        by: "admin".to_owned(),
        account: text("admin@example.com"),
        evidence: list(&["i0:900"]),
    }
}

fn clean_up() -> CleanUp {
    CleanUp {
        acts: vec![ending("password reset", "2022-02-10T07:58:00Z"), ending("forwarding ended", "2022-02-10T08:00:00Z")],
        survived: 2,
        returned: 3,
        returned_from: text("2022-02-10T14:00:00Z"),
        returned_to: text("2022-02-10T15:00:00Z"),
        returned_since_last: 3,
        evidence: list(&["i0:950"]),
        ..CleanUp::default()
    }
}

fn finding(id: &str, detection: &str, severity: Severity) -> Finding {
    Finding {
        id: id.to_owned(),
        detection: detection.to_owned().into(),
        title: "Title".into(),
        severity,
        account: text("a.adams@example.com"),
        time: text("2022-02-09T14:48:10Z"),
        end_time: None,
        summary: "found".to_owned(),
        mitre: vec!["T1564.008".into()],
        evidence: list(&["i0:17"]),
        evidence_total: 1,
    }
}

fn incident() -> Incident {
    let edge = |to: &str, time: &str, confidence: f64, why: &str| Edge {
        from: "a.adams@example.com".to_owned(),
        to: to.to_owned(),
        time: text(time),
        path: EdgePath::InternalPhishing,
        confidence,
        path_evidence: list(&["i2:40"]),
        same_actor_evidence: list(&["i0:3"]),
        why: why.to_owned(),
    };
    Incident {
        id: "c1".to_owned(),
        accounts: list(&["a.adams@example.com", "b.brown@example.com", "c.clark@example.com"]),
        patient_zero: Some(PatientZero {
            account: "a.adams@example.com".to_owned(),
            confidence: 0.93,
            vector: "unknown".to_owned(),
            why: None,
        }),
        edges: vec![
            edge("b.brown@example.com", "2022-02-09T14:49:00Z", 0.91, "same address"),
            edge("c.clark@example.com", "2022-02-09T14:52:30Z", 0.86, "same address and app"),
        ],
        links: Vec::new(),
        milestones: Vec::new(),
        summary: "3 accounts compromised within 32 h 12 min; 794 phishing mails sent".to_owned(),
        narrative: None,
        story: Vec::new(),
        exposure: Some(Exposure { mails_read: None, ..exposure() }),
        counterparties: vec![
            Counterparty {
                account: "x.xu@example.org".to_owned(),
                mails_got: Range { at_least: 1, at_most: 1 },
                ..Counterparty::default()
            },
            Counterparty {
                account: "b.brown@example.com".to_owned(),
                inside: true,
                mails_read: Range { at_least: 0, at_most: 2 },
                ..Counterparty::default()
            },
        ],
    }
}

fn timeline() -> Vec<TimelineRow> {
    let (a, b, c) = ("a.adams@example.com", "b.brown@example.com", "c.clark@example.com");
    let mut burst = row("2022-02-09T14:48:10Z", a, "mail-sent", "sent 794 mails in 15 min 15 s, one subject", "i2:1");
    (burst.count, burst.evidence_total, burst.end_time) = (794, 794, text("2022-02-09T15:03:25Z"));
    (burst.ip, burst.country, burst.as_org) = (None, None, None);
    burst.detections = list(&["mail-burst"]);
    let mut rule = row("2022-02-09T14:16:48Z", a, "mailbox-rule", "made inbox rule \".\" that moves mail to RSS Feeds", "i0:17");
    rule.detections = list(&["inbox-rule-hides-mail"]);
    let mut read = row("2022-02-09T15:20:00Z", b, "mail-read", "opened 27 mails in Inbox", "i0:201");
    (read.certainty, read.count) = (0.7, 27);
    let mut rows = vec![
        row("2022-02-09T04:55:51Z", a, "sign-in", "signed in with BAV2ROPC, a legacy client that skips MFA", "i0:3"),
        rule,
        row("2022-02-09T14:45:07Z", a, "consent", "gave app Spike access to mail (Mail.ReadWrite, offline_access)", "i0:21"),
        burst,
        row("2022-02-09T15:16:02Z", b, "sign-in", "signed in with BAV2ROPC, a legacy client that skips MFA", "i0:99"),
        read,
        row("2022-02-10T13:08:44Z", c, "sign-in", "signed in with BAV2ROPC, a legacy client that skips MFA", "i0:140"),
    ];
    for minute in 10..40 {
        rows.push(row(&format!("2022-02-10T14:{minute}:00Z"), c, "mail-read", "opened 2 mails in Inbox", &format!("i0:{}", 200 + minute)));
    }
    rows
}

/// The cascade with every text that evidence can shape replaced by a hostile one.
pub fn hostile(bad: &str) -> Report {
    fn spoil(value: &mut serde_json::Value, key: &str, bad: &str) {
        const OURS: [&str; 20] = [
            "id",
            "time",
            "end_time",
            "first_event_at",
            "last_event_at",
            "compromised_at",
            "first_at",
            "last_at",
            "verdict",
            "severity",
            "path",
            "actor",
            "incident",
            "from",
            "to",
            "kind",
            "status",
            "origin",
            "by",
            "since",
        ];
        match value {
            serde_json::Value::String(text) if !OURS.contains(&key) || (key == "path" && text.contains('.')) => text.push_str(bad),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, key, bad)),
            serde_json::Value::Object(map) => map.iter_mut().for_each(|(key, item)| spoil(item, &key.clone(), bad)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(cascade()).unwrap();
    spoil(&mut value, "", bad);
    serde_json::from_value(value).unwrap()
}
