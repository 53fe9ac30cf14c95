//! A library that shows a process another wall clock.

use std::path::PathBuf;

/// Returns the library that Debian's package installs.
///
/// # Errors
///
/// When it is not installed.
pub fn library() -> Result<PathBuf, String> {
    let folders = std::fs::read_dir("/usr/lib").map_err(|error| error.to_string())?;
    let mut libraries = folders.flatten().map(|folder| {
        let faketime = folder.path().join("faketime");
        faketime.join("libfaketimeMT.so.1")
    });
    libraries.find(|library| library.is_file()).ok_or_else(|| {
        "libfaketime is not installed; `apt-get install libfaketime` installs it".to_owned()
    })
}
