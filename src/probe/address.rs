//! Which hosts may be asked, and at which addresses (research 2b, rule 19): a name that leads to an address inside, such as a
//! cloud's metadata service, is refused unless the configuration names it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::lookup_host;

use domain::procedure::CannotTell;

/// The configuration's lists: `host`, or `host:port`.
#[derive(Debug)]
pub struct Hosts {
    allowed: BTreeSet<String>,
    private: BTreeSet<String>,
}

impl Hosts {
    pub fn new(allowed: &[String], private: &[String]) -> Self {
        let lower = |list: &[String]| list.iter().map(|host| host.trim().to_lowercase()).collect();
        Self { allowed: lower(allowed), private: lower(private) }
    }

    /// Whether `host` at `port` may be at an address inside.
    pub fn is_private(&self, host: &str, port: u16, usual: Option<u16>) -> bool {
        holds(&self.private, host, port, usual)
    }

    /// The host's addresses, resolved once: what is connected to is what was looked at. There is one at least. `usual` is the
    /// port that a bare `host` in the lists stands for.
    ///
    /// # Errors
    /// When the host may not be asked, or its name leads nowhere.
    pub async fn resolve(
        &self,
        host: &str,
        port: u16,
        usual: Option<u16>,
    ) -> Result<Vec<SocketAddr>, CannotTell> {
        if !holds(&self.allowed, host, port, usual) {
            return Err(CannotTell(format!(
                "{host}:{port} is not among [runbook] hosts, so howler does not ask it"
            )));
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = lookup_host((bare, port)).await;
        let found = found.map_err(|_| CannotTell(format!("the name {host} leads to no address")))?;
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() {
            return Err(CannotTell(format!("the name {host} leads to no address")));
        }
        // One that is inside makes the name suspect: none of them is asked.
        match self.is_private(host, port, usual) || found.iter().all(|address| is_public(address.ip())) {
            true => Ok(found),
            false => Err(CannotTell(format!(
                "{host} is at an address inside; name it in [runbook] private where that is meant"
            ))),
        }
    }
}

fn holds(list: &BTreeSet<String>, host: &str, port: u16, usual: Option<u16>) -> bool {
    let host = host.to_lowercase();
    list.contains(&format!("{host}:{port}")) || (usual == Some(port) && list.contains(&host))
}

/// Whether an address is outside: none of those that RFC 6890 sets aside.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let set_aside = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !set_aside
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Addresses of the older kind in the newer's clothes: mapped, compatible, NAT64 and 6to4.
    let segments = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return is_public_v4(inner(high, low));
        }
        [0x2002, high, low, ..] => return is_public_v4(inner(high, low)),
        _ => {}
    }
    let [first, second, ..] = segments;
    // Global unicast only, without the documentation's and benchmarks' ranges.
    (0x2000..0x4000).contains(&first)
        && !(first == 0x2001 && (second == 0xdb8 || second == 2))
        && first != 0x3fff
}
