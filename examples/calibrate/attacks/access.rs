//! Attacks that differ by how the account was entered.

use crate::atlas::Use;
use crate::honest::owner_session;
use crate::lands::{SERVERS, land};
use crate::simulation::clock::after;
use crate::simulation::tenant::{Client, Role, apps};
use crate::simulation::world::{Attempt, Factor, Hand};
use crate::stage::{Act, Stage};

/// The password is known; sometimes after wrong ones.
pub fn password(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.person(|world, who| !world.person(who).mfa);
    let time = stage.moment(35, 85);
    if stage.chance.percent(35) && !stage.world.person(who).mfa {
        stage.fell(&kit, who);
        for number in 1..=stage.chance.between(2, 9) {
            stage.attempt(&kit, who, after(time, -40 * number), None, 50126, Factor::NotAsked);
        }
    }
    let session = stage.enter(&kit, who, time);
    let acts = stage.menu();
    let done = stage.work(&kit, &session, time, &acts);
    later(stage, &kit, who, done);
}

/// Comes back once or twice, from there or from elsewhere.
fn later(stage: &mut Stage<'_>, kit: &crate::stage::Kit, who: usize, done: crate::simulation::clock::Moment) {
    let mut time = done;
    for _ in 0..stage.chance.below(3) {
        time = after(time, stage.chance.between(3 * 3600, 50 * 3600));
        if time > after(stage.end(), -7200) {
            return;
        }
        let kit = if stage.chance.percent(40) { stage.moves(kit) } else { kit.clone() };
        let session = stage.enter(&kit, who, time);
        let act = stage.chance.pick_one(&[Act::Hijack, Act::Search, Act::Download, Act::Hide]);
        stage.work(&kit, &session, time, &[Act::Read, act]);
    }
}

/// The owner's session is used from elsewhere: its cookie was stolen.
pub fn session_replay(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.anybody();
    let from = stage.moment(40, 85);
    let time = stage.at_work(from);
    let Some(own) = owner_session(&stage.world, who, time) else { return password(stage) };
    stage.fell(&kit, who);
    let factor = if stage.world.person(who).mfa { Factor::Claim } else { Factor::NotAsked };
    let (place, client) = (kit.place.clone(), kit.client.clone());
    let interactive = stage.chance.percent(40);
    let session = stage.by(Hand::Intruder(kit.incident), |world| {
        world.sign_in(&Attempt { time, who, place: &place, client: &client, session: own.id, code: 0, interactive, factor })
    });
    stage.tokens(&kit, &session, time);
    let acts = stage.menu();
    stage.work(&kit, &session, time, &acts);
}

/// The owner signs in at a proxy, whose session the intruder goes on with.
pub fn phishing_proxy(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.person(|world, who| world.person(who).mfa);
    let from = stage.moment(35, 85);
    let time = stage.at_work(from);
    let session = stage.by_proxy(&kit, who, time);
    let acts = stage.menu();
    stage.work(&kit, &session, time, &acts);
}

/// The owner types in a code that the intruder asked for.
pub fn device_code(stage: &mut Stage<'_>) {
    let mut kit = stage.stranger();
    kit.client = Client { app: apps::OFFICE, protocol: "deviceCode", kind: "Mobile Apps and Desktop clients", ..kit.client };
    let who = stage.anybody();
    let from = stage.moment(35, 85);
    let time = stage.at_work(from);
    stage.fell(&kit, who);
    let session = Some(stage.world.chance.guid());
    let factor = if stage.world.person(who).mfa { Factor::Claim } else { Factor::NotAsked };
    let session = stage.attempt(&kit, who, time, session, 0, factor);
    stage.tokens(&kit, &session, time);
    let acts = stage.menu();
    stage.work(&kit, &session, time, &acts);
}

/// Many accounts are tried; one password is right.
pub fn spray(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.person(|world, who| !world.person(who).mfa);
    let start = stage.moment(30, 80);
    let people = stage.world.tenant.people.len();
    let mut time = start;
    for round in 0..stage.chance.between(1, 3) {
        for other in 0..people.min(80) {
            time = after(time, stage.chance.between(2, 50));
            let hand = if other == who { Hand::Intruder(kit.incident) } else { Hand::Either };
            let right = other == who && round > 0;
            let (place, client) = (kit.place.clone(), kit.client.clone());
            if right {
                continue;
            }
            stage.by(hand, |world| {
                let attempt = Attempt {
                    time,
                    who: other,
                    place: &place,
                    client: &client,
                    session: None,
                    code: 50126,
                    interactive: true,
                    factor: Factor::NotAsked,
                };
                world.sign_in(&attempt)
            });
        }
        time = after(time, stage.chance.between(1800, 9000));
    }
    let session = if stage.world.person(who).mfa {
        return stopped(stage, &kit, who, time);
    } else {
        stage.enter(&kit, who, time)
    };
    let acts = stage.menu();
    let start = after(time, stage.chance.between(600, 50_000));
    stage.work(&kit, &session, start, &acts);
}

/// The password is right, but nobody gives the second factor: no account falls.
fn stopped(stage: &mut Stage<'_>, kit: &crate::stage::Kit, who: usize, time: crate::simulation::clock::Moment) {
    let (place, client) = (kit.place.clone(), kit.client.clone());
    stage.by(Hand::Either, |world| {
        world.sign_in(&Attempt {
            time,
            who,
            place: &place,
            client: &client,
            session: None,
            code: 50074,
            interactive: true,
            factor: Factor::NotAsked,
        })
    });
}

/// Guesses, sprays and known passwords stopped by the second factor: nobody is in.
pub fn targeted(stage: &mut Stage<'_>) {
    let people = stage.world.tenant.people.len();
    for _ in 0..stage.chance.between(1, 3) {
        let kit = stage.stranger();
        let start = stage.moment(10, 90);
        let all = stage.chance.percent(50);
        let aims: Vec<usize> = if all { (0..people).collect() } else { vec![stage.chance.index(people)] };
        let tries = if all { 2 } else { stage.chance.between(5, 60) };
        let mut time = start;
        for _ in 0..tries {
            for who in &aims {
                time = after(time, stage.chance.between(2, 60));
                let code = stage.chance.pick(&[50126, 50126, 50126, 50053]);
                let (place, client) = (kit.place.clone(), kit.client.clone());
                stage.by(Hand::Either, |world| {
                    let (session, interactive, factor) = (None, true, Factor::NotAsked);
                    world.sign_in(&Attempt { time, who: *who, place: &place, client: &client, session, code, interactive, factor })
                });
            }
        }
        let guarded: Vec<usize> = aims.iter().copied().filter(|who| stage.world.person(*who).mfa).collect();
        if let Some(who) = guarded.first().filter(|_| stage.chance.percent(50)) {
            stopped(stage, &kit, *who, after(time, 300));
        }
    }
}

/// An account that nobody uses is taken, and mails.
pub fn dormant(stage: &mut Stage<'_>) {
    let unused = stage.world.tenant.people.iter().position(|person| person.role == Role::Unused);
    let Some(who) = unused else { return burst_only(stage) };
    let kit = stage.stranger();
    let time = stage.moment(30, 85);
    let session = stage.enter(&kit, who, time);
    let showy = stage.chance.pick_one(&[Act::Burst, Act::Hide, Act::Consent]);
    stage.work(&kit, &session, time, &[Act::Read, showy]);
}

/// Prompt after prompt, until one is accepted.
pub fn mfa_fatigue(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.person(|world, who| world.person(who).mfa);
    if !stage.world.person(who).mfa {
        return password(stage);
    }
    let time = stage.moment(35, 85);
    stage.fell(&kit, who);
    let session = Some(stage.world.chance.guid());
    let mut before = time;
    for _ in 0..stage.chance.between(2, 8) {
        before = after(before, -stage.chance.between(40, 400));
        let factor = stage.chance.pick_one(&[Factor::Declined, Factor::TimedOut]);
        stage.attempt(&kit, who, before, session, 500_121, factor);
    }
    let session = stage.attempt(&kit, who, time, session, 0, Factor::Passed);
    stage.tokens(&kit, &session, time);
    let acts = stage.menu();
    stage.work(&kit, &session, time, &acts);
}

/// A legacy mail protocol, where a second factor is never asked for.
pub fn legacy_mail(stage: &mut Stage<'_>) {
    if !stage.company.legacy {
        return password(stage);
    }
    let mut kit = stage.intruder(land("NG"), Use::Mobile);
    if stage.chance.percent(60) || kit.place.ip.is_empty() {
        kit = stage.stranger();
    }
    let who = stage.anybody();
    let time = stage.moment(35, 85);
    stage.fell(&kit, who);
    let mail = crate::stage::Kit { client: Client::legacy(stage.chance.pick(&["IMAP4", "POP3"])), ..kit.clone() };
    let session = stage.attempt(&mail, who, time, None, 0, Factor::NotAsked);
    stage.work(&mail, &session, time, &[Act::Read, Act::Read]);
    if !stage.world.person(who).mfa {
        let next = after(time, stage.chance.between(600, 30_000));
        let session = stage.enter(&kit, who, next);
        let acts = stage.menu();
        stage.work(&kit, &session, next, &acts);
    }
}

/// Signs in and mails by the hundred, nothing else.
pub fn burst_only(stage: &mut Stage<'_>) {
    let servers = land(stage.chance.pick(SERVERS));
    let mut kit = stage.intruder(servers, Use::Hosting);
    if kit.place.ip.is_empty() {
        kit = stage.stranger();
    }
    let who = stage.person(|world, who| !world.person(who).mfa);
    let time = stage.moment(35, 90);
    let session = stage.enter(&kit, who, time);
    stage.work(&kit, &session, time, &[Act::Burst]);
}
