//! Files with data of executions. They have the mode of their source, or only their owner reads and
//! writes them. Other systems than Unix have no modes.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The bits that allow users to read and to write a file.
#[cfg(unix)]
const READ_AND_WRITE: u32 = 0o666;
/// The mode of a file without a source.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;
/// The bits that allow all users to read or to write a file.
#[cfg(unix)]
const ALL_USERS: u32 = 0o006;

/// Creates a file that does not exist yet, with the mode of `source`.
pub(crate) fn create_new(path: &Path, source: Option<&Path>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    open_new(&mut options, path, source)
}

/// Creates a file with the mode of `source`, or truncates a file, which retains its mode.
///
/// # Errors
///
/// When the file cannot be created or written.
pub fn write(path: &Path, source: Option<&Path>, content: &[u8]) -> io::Result<()> {
    let file = match create_new(path, source) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            open_new(&mut options, path, None)
        }
        created => created,
    };
    file?.write_all(content)
}

/// Opens a file with options that may create it. A file that was created has the mode of `source`,
/// but not more rights than the user's mask allows.
#[cfg(unix)]
pub(crate) fn open_new(
    options: &mut OpenOptions,
    path: &Path,
    source: Option<&Path>,
) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let of_source = source.and_then(|source| source.metadata().ok());
    let mode = of_source.map_or(OWNER_ONLY, |source| source.mode() & READ_AND_WRITE);
    options.mode(mode).open(path)
}

#[cfg(not(unix))]
pub(crate) fn open_new(
    options: &mut OpenOptions,
    path: &Path,
    _: Option<&Path>,
) -> io::Result<File> {
    options.open(path)
}

/// Removes the rights of an existing file that its source does not have.
#[cfg(feature = "sqlite")]
pub(crate) fn restrict(path: &Path, source: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (file, source) = match (path.metadata(), source.metadata()) {
            (Ok(file), Ok(source)) => (file.mode(), source.mode() | !READ_AND_WRITE),
            // There is nothing to restrict.
            _ => return Ok(()),
        };
        if file & source != file {
            let mode = std::fs::Permissions::from_mode(file & source & 0o7777);
            return std::fs::set_permissions(path, mode);
        }
    }
    #[cfg(not(unix))]
    let _ = (path, source);
    Ok(())
}

/// Returns the mode of a file that all users may read or write, as text; `None` for another file.
pub fn mode_for_all_users(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = path.metadata().ok()?.mode();
        (mode & ALL_USERS != 0).then(|| format!("{:04o}", mode & 0o7777))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}
