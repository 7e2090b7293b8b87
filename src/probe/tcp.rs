//! A connection, made and let go. One that is refused is an answer: somebody is there, and it is not what was asked for.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::address::Hosts;
use domain::procedure::{CannotTell, Heard};

/// Exit 0 where the connection is taken, 1 where it is refused.
pub async fn connect(hosts: &Hosts, address: &str, limit: Duration) -> Result<Heard, CannotTell> {
    let (host, port) = address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .ok_or_else(|| CannotTell(format!("{address} is no host:port")))?;
    let late = || format!("{address} did not answer within {} s", limit.as_secs());
    let targets = timeout(limit, hosts.resolve(host, port, None)).await;
    let targets = targets.unwrap_or_else(|_| Err(CannotTell(late())))?;
    match timeout(limit, reach(address, &targets)).await {
        Ok(heard) => heard,
        Err(_) => Ok(Heard { silent: Some(late()), ..Heard::default() }),
    }
}

/// Whether all of `targets` refuse a connection, so that nobody listens at `address`.
pub async fn refuses(address: &str, targets: &[SocketAddr]) -> bool {
    reach(address, targets).await.is_ok_and(|heard| heard.exit == Some(1))
}

/// Side by side, so that one that is silent holds up no other. Refused is what all of them refuse.
async fn reach(address: &str, targets: &[SocketAddr]) -> Result<Heard, CannotTell> {
    let answer = |exit, text: &str| Heard { exit: Some(exit), text: text.into(), ..Heard::default() };
    let mut asked: FuturesUnordered<_> = targets.iter().map(TcpStream::connect).collect();
    let mut unreached = None;
    while let Some(connected) = asked.next().await {
        match connected {
            Ok(_) => return Ok(answer(0, "connected")),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            Err(error) => unreached = Some(error),
        }
    }
    match unreached {
        None => Ok(answer(1, "refused")),
        Some(error) => Err(CannotTell(format!("{address} cannot be reached: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn one_address_of_several_is_enough_and_all_must_refuse() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listener.local_addr().unwrap();
        let closed = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let refuses = closed.local_addr().unwrap();
        drop(closed);
        let exit = async |targets: &[SocketAddr]| reach("redis:6379", targets).await.unwrap().exit;
        assert_eq!(exit(&[refuses, there]).await, Some(0));
        assert_eq!(exit(&[there, refuses]).await, Some(0));
        assert_eq!(exit(&[refuses, refuses]).await, Some(1));
    }
}
