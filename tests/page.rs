//! The page in a browser: what its readers see, with a keyboard, without scripts, on a small screen, and
//! against names that want to be more than text. Skipped with a message where there is no browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "common/browser.rs"]
mod browser;
mod common;

use browser::Browser;
use common::{Evidence, nasty, run, text};
use std::path::{Path, PathBuf};

const DESK: (u32, u32) = (1280, 800);
const PHONE: (u32, u32) = (390, 844);

/// The page of a folder, written beside it.
fn page_of(evidence: &Path, page: &Path) -> PathBuf {
    let run = run(&["analyze", text(evidence), "--html", text(page), "-q"]);
    assert_eq!(run.code, 0, "{}", run.err);
    page.to_owned()
}

/// The page of the replayed incident with three accounts.
fn example(folder: &Path) -> PathBuf {
    page_of(&common::root().join("examples/account-a-b-c"), &folder.join("page.html"))
}

/// Texts of a column of the acts that are shown, by its number from 1.
fn column(browser: &mut Browser, number: u32) -> Vec<String> {
    let texts =
        browser.value(&format!("[...document.querySelectorAll('#acts tbody td:nth-child({number})')].map((cell) => cell.textContent)"));
    serde_json::from_value(texts).unwrap()
}

/// Waits until the count of the table says this.
fn until_status(browser: &mut Browser, table: &str, part: &str) {
    let said = browser.value(&format!(
        "new Promise((done) => {{ let left = 100; const look = () => {{ \
         const said = document.querySelector('#{table} [role=status]').textContent; \
         if (said.includes({part:?}) || left-- === 0) done(said); else setTimeout(look, 50); }}; look(); }})"
    ));
    assert!(said.as_str().unwrap().contains(part), "{said}");
}

#[test]
fn a_reader_filters_searches_and_looks_closer() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&example(folder.path()), DESK);
    let all = column(&mut browser, 2);
    assert!(all.len() > 20 && all.iter().any(|account| account != "c.carver"), "{all:?}");

    // One account, chosen with the mouse's and the keyboard's control.
    browser.click("#acts select");
    browser.value("(() => { const one = document.querySelector('#acts select'); one.value = [...one.options].find((option) => option.text === 'c.carver').value; one.dispatchEvent(new Event('change')); })()");
    until_status(&mut browser, "acts", "in all)");
    let chosen = column(&mut browser, 2);
    assert!(!chosen.is_empty() && chosen.len() < all.len() && chosen.iter().all(|account| account == "c.carver"), "{chosen:?}");

    // The search is one key away, and is on top of the choice.
    browser.value("document.activeElement.blur()");
    browser.key("/");
    browser.write("inbox RULE");
    until_status(&mut browser, "acts", "1 – 1 of 1 acts");
    assert!(column(&mut browser, 5)[0].contains("inbox rule"));
    browser.write("nothing like that");
    until_status(&mut browser, "acts", "No acts fit");
    browser.click("#acts button[title='Show all acts']");
    assert_eq!(column(&mut browser, 2), all);

    // Closer, by mouse and by key: the acts of that time only.
    let view = "document.querySelector('svg.plot').getAttribute('viewBox')";
    let whole = browser.value(view);
    browser.click(".zoom button[title='Closer']");
    let closer = browser.value(view);
    assert_ne!(whole, closer);
    browser.value("document.querySelector('.zoom').focus()");
    browser.key("+");
    assert_ne!(closer, browser.value(view));
    browser.click(".zoom button[title='List the acts of this time']");
    until_status(&mut browser, "acts", "in all)");
    assert!(column(&mut browser, 1).len() < all.len());
    browser.click(".zoom button[title='The whole time']");
    assert_eq!(whole, browser.value(view));

    // A reason leads to its finding.
    browser.click("a.finding");
    assert_eq!(browser.value("document.querySelector('tr.target').id"), browser.value("document.querySelector('a.finding').textContent"));
    assert!(browser.trouble().is_empty(), "{:?}", browser.trouble());
}

#[test]
fn hostile_names_are_text_and_run_nothing() {
    let Some(mut browser) = Browser::start() else { return };
    let rule = "\"><img src=x onerror=owned=1></script><script>owned=2</script>";
    let (app, subject) = ("<svg/onload=owned=3>", "javascript:owned=4 </title><iframe srcdoc='<script>parent.owned=5</script>'>");
    let evidence = nasty(rule, app, subject);
    let page = page_of(&evidence.path(), &evidence.beside("page.html"));
    browser.open(&page, DESK);
    browser.key("/");
    browser.write("onerror");
    until_status(&mut browser, "acts", "in all)");
    assert!(column(&mut browser, 5).iter().all(|what| what.contains(rule)), "the name is there, to the letter");
    assert_eq!(browser.value("typeof owned"), "undefined");
    let strange = browser.value("document.querySelectorAll('img, iframe, object, embed, link, base, form, script[src]').length");
    assert_eq!(strange, 0);
    assert!(browser.trouble().is_empty(), "{:?}", browser.trouble());

    // Were one to get in all the same, the policy would stop it.
    browser.value("(() => { const one = document.createElement('script'); one.textContent = 'window.owned = 6'; document.body.append(one); document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.owned = 7\">'); })()");
    assert_eq!(browser.value("new Promise((done) => setTimeout(() => done(typeof owned), 300))"), "undefined");
    assert!(!browser.trouble().is_empty(), "the browser says what it refused");
}

#[test]
fn without_scripts_the_story_is_there_and_no_dead_control() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.scripts(false);
    browser.open(&example(folder.path()), DESK);
    assert_eq!(browser.value("document.querySelectorAll('button, input, select').length"), 0);
    for (selector, least) in
        [("svg.cascade .card", 3), ("svg.lanes .act", 15), ("svg.bars .sent", 5), ("#acts tbody tr", 20), ("#found tbody tr", 5)]
    {
        let found = browser.value(&format!("document.querySelectorAll('{selector}').length")).as_u64().unwrap();
        assert!(found >= least, "{selector}: {found}");
    }
}

#[test]
fn the_first_screen_is_the_story_alone_and_a_small_screen_needs_no_sideways_scrolling() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = example(folder.path());
    browser.open(&page, DESK);
    let bottom = browser.value("document.querySelector('.incident').getBoundingClientRect().bottom").as_f64().unwrap();
    let next = browser.value("document.querySelector('nav').getBoundingClientRect().top").as_f64().unwrap();
    assert!(bottom < 800.0 && next >= 800.0, "{bottom}, {next}");
    for size in [DESK, PHONE] {
        browser.open(&page, size);
        let width = browser.value("document.documentElement.scrollWidth").as_u64().unwrap();
        assert!(width <= u64::from(size.0), "{width} of {}", size.0);
    }
}

#[test]
fn the_page_is_the_same_for_the_same_evidence_and_follows_the_zone() {
    let evidence = Evidence::new();
    evidence.put("audit.json", common::array(10));
    let (a, b) = (page_of(&evidence.path(), &evidence.beside("a.html")), page_of(&evidence.path(), &evidence.beside("b.html")));
    assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
    let folder = evidence.path();
    assert_eq!(run(&["analyze", text(&folder), "--html", text(&b), "-q", "--display-tz", "Asia/Kolkata"]).code, 0);
    assert!(std::fs::read_to_string(&b).unwrap().contains("Asia/Kolkata"));
}
