//! Attacks that show little.

use crate::atlas::Use;
use crate::honest::owner_session;
use crate::simulation::clock::after;
use crate::simulation::world::Hand;
use crate::stage::{Act, Stage};

/// From a home line in the company's own country.
pub fn residential_proxy(stage: &mut Stage<'_>) {
    let land = stage.company.land;
    let kit = stage.intruder(land, Use::Home);
    let who = stage.anybody();
    let time = stage.moment(40, 85);
    let session = stage.enter(&kit, who, time);
    let acts = stage.menu();
    let done = stage.work(&kit, &session, time, &acts);
    let next = after(done, stage.chance.between(3600, 90_000));
    if next < stage.end() {
        // Each visit comes out of another home.
        let other = stage.atlas.place(&mut stage.chance, land, Use::Home);
        let kit = crate::stage::Kit { place: other, ..kit };
        let session = stage.enter(&kit, who, next);
        stage.work(&kit, &session, next, &[Act::Read, Act::Hijack]);
    }
}

/// Reads every few days for weeks, and then acts.
pub fn slow_burn(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.anybody();
    let mut time = stage.moment(20, 30);
    let mut session = stage.enter(&kit, who, time);
    stage.work(&kit, &session, time, &[Act::Read]);
    for _ in 0..stage.chance.between(2, 6) {
        time = after(time, stage.chance.between(20 * 3600, 80 * 3600));
        if time > after(stage.end(), -10_800) {
            break;
        }
        session = stage.enter(&kit, who, time);
        stage.work(&kit, &session, time, &[Act::Read, Act::Read]);
    }
    let acts = stage.menu();
    let last = time.min(after(stage.end(), -10_800));
    stage.work(&kit, &session, last, &acts);
}

/// The owner is talked into a consent at the own computer; only the application acts.
pub fn oauth_only(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.anybody();
    let from = stage.moment(40, 80);
    let time = stage.at_work(from);
    let Some(own) = owner_session(&stage.world, who, time) else { return };
    stage.fell(&kit, who);
    stage.by(Hand::Either, |world| world.connect(&own, time, &kit.app));
    stage.also(who, time);
    let start = after(time, stage.chance.between(20, 4000));
    let folders = stage.chance.between(2, 9);
    stage.application(&kit, who, own.id, start, folders);
}

/// One sign-in, and mail is forwarded from then on.
pub fn forward_only(stage: &mut Stage<'_>) {
    let kit = stage.stranger();
    let who = stage.anybody();
    let time = stage.moment(35, 85);
    let session = stage.enter(&kit, who, time);
    let act = stage.chance.pick_one(&[Act::Forward, Act::RuleForward]);
    stage.work(&kit, &session, time, &[act]);
}

/// From the country, the hours and with the browser of the owner, over the operator of colleagues.
pub fn insider_looking(stage: &mut Stage<'_>) {
    let land = stage.company.land;
    let mut kit = stage.intruder(land, Use::Home);
    let who = stage.anybody();
    let pool = stage.chance.pick(&stage.world.tenant.country.home);
    if !pool.prefix.is_empty() {
        kit.place = land.place(&mut stage.chance, pool);
    }
    let own = stage.world.person(who).laptop.clone();
    kit.client = crate::simulation::tenant::Client::browser(&own.agent, own.os, &own.browser);
    let from = stage.moment(40, 85);
    let time = stage.at_work(from);
    let session = stage.enter(&kit, who, time);
    let showy = stage.chance.pick_one(&[Act::Forward, Act::Hide, Act::RuleForward]);
    stage.work(&kit, &session, time, &[Act::Read, Act::Search, showy, Act::Hijack]);
}
