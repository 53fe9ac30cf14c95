//! The socket of a server.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Listens at an address. Returns the address with the port that was selected for port 0.
///
/// # Errors
///
/// If the address cannot be used.
pub(crate) async fn listen(asked: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot = |error: Error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => diagnostics::hint(
                "another program uses the port; choose a different one with --port",
            ),
            _ => String::new(),
        };
        Failure::Failed(format!("cannot listen at {asked}: {error}{hint}"))
    };
    let listener = TcpListener::bind(asked).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}
