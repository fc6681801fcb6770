//! The page as a whole: nothing hostile gets out of its place, and the same report gives the same bytes.

use super::*;
use crate::report::samples;

fn page(report: &Report) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    write(report, Tz::UTC, Output::file(&path).unwrap()).unwrap();
    std::fs::read_to_string(&path).unwrap()
}

/// Names of all elements of a page, with their attributes' names, read as a browser would.
fn elements(page: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '!' | '/')).collect();
        let (inside, behind) = quoted_end(after);
        found.push((name.to_lowercase(), attributes(inside)));
        rest = match name.as_str() {
            "script" | "style" => behind.split_once(&format!("</{name}")).map_or("", |(_, behind)| behind),
            _ => behind,
        };
    }
    found
}

/// What is before and behind the `>` that ends a tag, quotes respected.
fn quoted_end(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return (text.get(..at).unwrap(), text.get(at + 1..).unwrap()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    (text, "")
}

fn attributes(inside: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut quoted = false;
    for word in inside.split('"') {
        if !quoted {
            names.extend(word.split_whitespace().filter_map(|part| part.strip_suffix('=')).map(str::to_owned));
        }
        quoted = !quoted;
    }
    names
}

#[test]
fn accounts_stand_in_the_order_of_the_screen() {
    let mut report = samples::cascade();
    report.accounts[1].exposure = report.accounts[0].exposure.clone();
    report.accounts.reverse();
    let page = page(&report);
    for part in ["accounts", "exposure", "remaining"] {
        let section = page.split(&format!("<section id=\"{part}\">")).nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
        let place = |name: &str| section.find(name).unwrap_or(usize::MAX);
        assert!(place("a.adams") < place("b.brown"), "{part}");
    }
}

#[test]
fn networks_have_one_name_on_the_page() {
    let mut report = samples::cascade();
    let class = crate::enrich::NetworkClass::ResidentialIsp;
    let place = crate::report::model::SignInPlace {
        actor: crate::report::model::Actor::Owner,
        country: None,
        asn: None,
        as_org: None,
        network: class.name().to_owned(),
        succeeded: 3,
        failed: 0,
        first_at: None,
        last_at: None,
        evidence: Vec::new(),
    };
    let activity = crate::report::model::Activity { sign_ins: vec![place], sign_ins_total: 1, ..Default::default() };
    report.accounts[0].activity = Some(activity);
    let page = page(&report);
    assert!(page.contains("home or business line") && !page.contains(class.name()));
}

#[test]
fn hostile_names_become_no_element_and_no_attribute() {
    let plain = elements(&page(&samples::cascade()));
    for bad in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</script><script>alert(1)</script>",
        "</title></style></svg><iframe src=javascript:alert(1)>",
        "<!--",
        "]]><b>",
        "{{ 7 * 7 }}",
    ] {
        let page = page(&samples::hostile(bad));
        let kinds = |list: &[(String, Vec<String>)]| list.iter().map(|(name, _)| name.clone()).collect::<std::collections::BTreeSet<_>>();
        let hostile = elements(&page);
        assert!(kinds(&hostile).is_subset(&kinds(&plain)), "{bad}: {:?}", kinds(&hostile).difference(&kinds(&plain)));
        assert_eq!(page.matches("<script").count(), 3, "{bad}: the two tables' data and the script");
        assert!(
            hostile.iter().all(|(_, names)| names.iter().all(|name| !name.starts_with("on") && name != "style" && name != "src")),
            "{bad}"
        );
        assert!(!page.contains("49 }}") && page.matches("<!--").count() == 0);
    }
}

#[test]
fn links_lead_only_into_the_page() {
    let page = page(&samples::hostile("javascript:alert(1)"));
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "{link}");
    }
    assert!(!page.contains("http://") || page.matches("http://").count() == page.matches("http://www.w3.org/2000/svg").count());
    assert!(!page.contains("https://") && !page.contains("url(") && !page.contains("@import"));
}

#[test]
fn what_nobody_would_see_is_shown() {
    let page = page(&samples::hostile("gpj.\u{202e}exe\u{0}\u{200b}\u{2028}"));
    assert!(!page.chars().any(|c| c != '\n' && crate::report::sanitize::is_unsafe(c)));
    assert!(page.contains("gpj.\\u{202e}exe\\u{0}\\u{200b}\\u{2028}"));
}

#[test]
fn the_policy_names_the_very_style_and_script_of_the_page() {
    let page = page(&samples::cascade());
    let between = |open: &str, close: &str| page.rsplit_once(open).unwrap().1.split_once(close).unwrap().0.to_owned();
    let (style, script) = (between("<style>", "</style>"), between("<script>", "</script>"));
    assert!(page.contains(&policy::policy(&style, &script)), "the hashes are of what stands in the page");
    assert!(page.contains("default-src 'none'") && !page.contains("unsafe-"));
    assert!(!page.contains(" style=\""), "a style attribute would be against the policy");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(page(&samples::cascade()), page(&samples::cascade()));
}

#[test]
fn the_first_screen_tells_the_story_and_nothing_else() {
    let page = page(&samples::cascade());
    let first = page.split_once("</header>").unwrap().0;
    for words in [
        "3 accounts compromised",
        "a.adams@example.com",
        "09 Feb 2022 04:55:51",
        "patient zero (93 %)",
        "197.210.0.10",
        "794 phishing mails",
    ] {
        assert!(first.contains(words), "{words}");
    }
    for later in ["BAV2ROPC", "decibans", "T1564.008"] {
        assert!(!first.contains(later) && page.contains(later), "{later}");
    }
}

#[test]
fn a_case_with_nothing_found_says_so_and_has_no_empty_sections() {
    let page = page(&samples::clean());
    assert!(page.contains("No account looks compromised or suspicious"));
    for id in ["id=\"acts\"", "id=\"accounts\"", "id=\"found\"", "id=\"spread\""] {
        assert!(!page.contains(id), "{id}");
    }
    assert!(page.contains("Who sent and received mail") && page.contains("ual/audit.csv"));
}
