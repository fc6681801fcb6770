//! `bectrace ip`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::run::Reading;
use super::sources::Sources;
use super::terminal;
use crate::enrich::describe;
use crate::events::key::parse_ip;
use crate::report::screen::{Line, Page, Tone};
use clap::Args;
use std::net::IpAddr;
use std::path::PathBuf;

/// Say what is known of addresses: country, operator, kind of network, and from which data
#[derive(Args, Debug)]
pub(super) struct Ip {
    /// Addresses, in any form that exports have
    #[arg(required = true, value_name = "ADDRESS", value_parser = address)]
    addresses: Vec<IpAddr>,

    /// Addresses that were Tor exits, one a line
    #[arg(long, value_name = "FILE")]
    tor_exits: Option<PathBuf>,
}

/// Special addresses (loopback, unspecified) are addresses too, though none that exports use.
fn address(text: &str) -> Result<IpAddr, String> {
    parse_ip(text).or_else(|| text.trim().parse().ok()).ok_or_else(|| "expected an IPv4 or IPv6 address".to_owned())
}

impl Ip {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let reading = Reading { tor_exits: self.tor_exits.clone(), ..Reading::default() };
        let sources = Sources::open(global, &reading)?;
        let networks = sources.networks();
        let look = terminal::look(global, &[]);
        let mut page = Page::new(&look);
        for address in &self.addresses {
            page.blank();
            let description = describe(*address, &networks);
            for (name, text) in &description.rows {
                let tone = if *name == "address" { Tone::Strong } else { Tone::Plain };
                page.wrap("", "              ", &Line::new().add(Tone::Dim, format!("{name:<14}")).add(tone, text));
            }
            for caveat in &description.caveats {
                page.wrap("", "              ", &Line::new().add(Tone::Dim, format!("{:<14}{caveat}", "note")));
            }
        }
        terminal::print(&page.finish()).map(|()| Exit::Success)
    }
}
