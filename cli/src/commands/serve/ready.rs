//! Reports the endpoint of a server that is ready, for programs that started it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::json;

use crate::args::ServeArguments;
use crate::failure::Failure;
use crate::terminal::progress::endpoint;

/// Prints the endpoint on standard output, and writes the file of `--ready-file`.
///
/// # Errors
///
/// If the file cannot be written.
pub(super) fn report(arguments: &ServeArguments, address: SocketAddr) -> Result<(), Failure> {
    let endpoint = endpoint(address);
    if let Some(path) = &arguments.ready_file {
        write(path, arguments, address, &endpoint)?;
    }
    // A program that has closed the pipe reads the file.
    let _ = writeln!(anstream::stdout(), "{endpoint}");
    Ok(())
}

/// Writes the file as a whole, so that a program that waits for it never reads a part.
fn write(
    path: &Path,
    arguments: &ServeArguments,
    address: SocketAddr,
    endpoint: &str,
) -> Result<(), Failure> {
    let ready = json!({
        "endpoint": endpoint,
        "port": address.port(),
        "pid": std::process::id(),
        "region": arguments.region,
        "account": arguments.account,
        "version": env!("CARGO_PKG_VERSION"),
    });
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let written =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).and_then(|mut file| {
            file.write_all(format!("{ready}\n").as_bytes())?;
            file.persist(path).map_err(|error| error.error)
        });
    written.map(drop).map_err(|error| {
        Failure::Failed(format!(
            "--ready-file {}: cannot write it: {error}",
            path.display()
        ))
    })
}
