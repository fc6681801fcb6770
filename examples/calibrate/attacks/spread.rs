//! Attacks that go from account to account.

use crate::honest::owner_session;
use crate::simulation::acts::File;
use crate::simulation::clock::{Moment, after};
use crate::simulation::tenant::{Role, apps};
use crate::simulation::world::{Delivery, Factor, Hand, Session};
use crate::stage::{Act, Kit, Stage};

/// The first account of an incident is entered, and something is done in it.
fn begin(stage: &mut Stage<'_>, kit: &Kit, time: Moment) -> (usize, Session, Moment) {
    let who = stage.anybody();
    let session = stage.enter(kit, who, time);
    let extra = stage.chance.pick_one(&[Act::Hide, Act::Search, Act::Read]);
    let done = stage.work(kit, &session, time, &[Act::Read, extra]);
    (who, session, done)
}

/// The intruder's means at the next account: mostly the same address.
fn next_kit(stage: &mut Stage<'_>, kit: &Kit) -> Kit {
    match stage.chance.below(10) {
        0..=5 => kit.clone(),
        6 | 7 => stage.moves(kit),
        _ => {
            let other = stage.stranger();
            Kit { place: other.place, ..kit.clone() }
        }
    }
}

/// A colleague opens the lure, and falls some time after.
fn falls(stage: &mut Stage<'_>, kit: &Kit, child: usize, sent: Moment) -> Option<(Session, Moment)> {
    let slack = stage.chance.pick(&[900, 7200, 7200, 30_000, 90_000]);
    let wait = after(sent, stage.chance.between(120, slack));
    let read = stage.at_work(wait);
    let time = after(read, stage.chance.between(180, 5400));
    if time > after(stage.end(), -3600) {
        return None;
    }
    if stage.chance.percent(75) {
        stage.opens(child, read);
    }
    let session = stage.enter(kit, child, time);
    Some((session, time))
}

/// What is done in an account that fell along the way.
fn aftermath(stage: &mut Stage<'_>, kit: &Kit, session: &Session, time: Moment) -> Moment {
    let act = stage.chance.pick_one(&[Act::Hide, Act::Hide, Act::RuleForward, Act::Hijack, Act::Method]);
    let also = stage.chance.pick_one(&[Act::Read, Act::Search, Act::Hide]);
    stage.work(kit, session, time, &[Act::Read, act, also])
}

/// One account's mails take several others.
pub fn fan_out(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let time = stage.moment(30, 60);
    let (root, session, done) = begin(stage, &kit, time);
    let count = stage.chance.index(5) + 1;
    let children: Vec<usize> = (0..count.min(stage.left().saturating_sub(1))).map(|_| stage.anybody()).collect();
    let web = Session { client: session.client.using(apps::OWA), ..session };
    let start = after(done, stage.chance.between(120, 5000));
    let sent = stage.burst(&kit, &web, start, &children);
    for child in children {
        let next = next_kit(stage, &kit);
        if let Some((session, time)) = falls(stage, &next, child, sent) {
            stage.step(root, child, "internal-phishing");
            aftermath(stage, &next, &session, time);
        }
    }
}

/// A, then B by a mail of A, then C by a mail of B, then D by a mail of C.
pub fn chain_of_four(stage: &mut Stage<'_>) {
    let mut kit = stage.stranger();
    let time = stage.moment(25, 45);
    let (mut parent, mut session, mut done) = begin(stage, &kit, time);
    for _ in 0..3 {
        if stage.left() < 2 {
            return;
        }
        let child = stage.anybody();
        let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
        let sent = after(done, stage.chance.between(300, 9000));
        let bystanders = stage.chance.index(6);
        mail(stage, &kit, &web, sent, child, bystanders);
        let next = next_kit(stage, &kit);
        let Some((entered, at)) = falls(stage, &next, child, sent) else { return };
        stage.step(parent, child, "internal-phishing");
        done = aftermath(stage, &next, &entered, at);
        (parent, session, kit) = (child, entered, next);
    }
}

/// A lure to one colleague and some others.
fn mail(stage: &mut Stage<'_>, kit: &Kit, web: &Session, time: Moment, child: usize, bystanders: usize) {
    let count = stage.world.tenant.people.len();
    let mut aims = vec![child];
    aims.extend((0..bystanders).map(|_| stage.chance.index(count)).filter(|who| *who != web.who && *who != child));
    aims.dedup();
    for (number, who) in (0..).zip(aims) {
        let address = stage.world.person(who).upn.clone();
        stage.lure(kit, web, after(time, number * 11), Delivery { address, status: "Delivered" });
    }
}

/// Two intruders who have nothing to do with each other.
pub fn two_actors(stage: &mut Stage<'_>) {
    fan_out(stage);
    let kit = stage.stranger();
    let time = stage.moment(30, 70);
    let (_, session, done) = begin(stage, &kit, time);
    let acts = stage.menu();
    stage.work(&kit, &session, done, &acts);
}

/// A message in Teams takes a colleague.
pub fn teams_lure(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let time = stage.moment(30, 65);
    let (root, session, done) = begin(stage, &kit, time);
    let child = stage.anybody();
    let chat = Session { client: session.client.using(apps::TEAMS), ..session };
    let sent = after(done, stage.chance.between(120, 5000));
    let sent = stage.at_work(sent);
    stage.by(Hand::Intruder(kit.incident), |world| world.chat(&chat, sent, child, "https://files-portal.example/view"));
    let next = next_kit(stage, &kit);
    if let Some((session, time)) = falls(stage, &next, child, sent) {
        stage.step(root, child, "teams-message");
        aftermath(stage, &next, &session, time);
    }
}

/// A file that the intruder shares takes a colleague.
pub fn shared_file(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let time = stage.moment(30, 65);
    let (root, session, done) = begin(stage, &kit, time);
    let child = stage.anybody();
    let files = Session { client: session.client.using(apps::SHAREPOINT), ..session };
    let file = File { name: "Bonus overview 4471.pdf".to_owned(), site: "People" };
    let put = after(done, stage.chance.between(120, 2000));
    stage.by(Hand::Intruder(kit.incident), |world| {
        world.touch_file(&files, put, "FileUploaded", &file);
        world.share(&files, after(put, 40), &file, child);
    });
    let wait = after(put, stage.chance.between(300, 30_000));
    let opened = stage.at_work(wait);
    if let Some(own) = owner_session(&stage.world, child, opened) {
        let web = Session { client: own.client.using(apps::SHAREPOINT), ..own };
        stage.by(Hand::Owner, |world| world.touch_file(&web, opened, "FileAccessed", &file));
    }
    let next = next_kit(stage, &kit);
    let time = after(opened, stage.chance.between(180, 3000));
    if time < after(stage.end(), -3600) {
        let session = stage.enter(&next, child, time);
        stage.step(root, child, "shared-file");
        aftermath(stage, &next, &session, time);
    }
}

/// The assistant falls, and the intruder works in the mailbox that the assistant has rights on.
pub fn delegate(stage: &mut Stage<'_>) {
    let assistant = stage.world.tenant.people.iter().position(|person| person.role == Role::Assistant);
    let Some(who) = assistant else { return fan_out(stage) };
    let kit = stage.stranger();
    let time = stage.moment(35, 80);
    let session = stage.enter(&kit, who, time);
    let done = stage.work(&kit, &session, time, &[Act::Read, Act::Hide]);
    let Some(boss) = who.checked_sub(1) else { return };
    let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
    let read = after(done, 600);
    let messages = stage.world.newest(boss, read, 9);
    stage.by(Hand::Intruder(kit.incident), |world| world.read_for(&web, boss, read, &messages));
    stage.drama.lent.push((who, boss));
    stage.work(&kit, &session, read, &[Act::Hijack]);
}

/// An administrator falls, and the intruder sets somebody's password.
pub fn admin_reset(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let time = stage.moment(35, 70);
    let admin = stage.admin();
    let session = stage.enter(&kit, admin, time);
    let done = stage.work(&kit, &session, time, &[Act::Read, Act::Method]);
    let child = stage.person(|world, who| !world.person(who).mfa);
    let portal = Session { client: session.client.using(apps::AZURE_PORTAL), ..session };
    let reset = after(done, stage.chance.between(300, 4000));
    stage.by(Hand::Intruder(kit.incident), |world| world.reset_password(&portal, reset, child, false));
    let at = after(reset, stage.chance.between(60, 3000));
    let next = next_kit(stage, &kit);
    // With the new password; the second factor was taken off with the old one.
    stage.fell(&next, child);
    let session = Some(stage.world.chance.guid());
    let entered = stage.attempt(&next, child, at, session, 0, Factor::NotAsked);
    stage.step(admin, child, "shared-credential");
    aftermath(stage, &next, &entered, at);
}
