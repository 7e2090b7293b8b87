//! A connection, made and let go. One that is refused is an answer: somebody is there, and it is not what was asked for.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::address::Hosts;
use crate::domain::procedure::{CannotTell, Heard};

/// Exit 0 where the connection is taken, 1 where it is refused.
pub async fn connect(hosts: &Hosts, address: &str, limit: Duration) -> Result<Heard, CannotTell> {
    let (host, port) = address
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .ok_or_else(|| CannotTell(format!("{address} is no host:port")))?;
    let asked = async {
        let target = hosts.resolve(host, port, None).await?;
        let answer = |exit, text: &str| Heard { exit: Some(exit), text: text.into(), ..Heard::default() };
        match TcpStream::connect(target).await {
            Ok(_) => Ok(answer(0, "connected")),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(answer(1, "refused")),
            Err(error) => Err(CannotTell(format!("{address} cannot be reached: {error}"))),
        }
    };
    let late = || CannotTell(format!("{address} did not answer within {} s", limit.as_secs()));
    timeout(limit, asked).await.unwrap_or_else(|_| Err(late()))
}
