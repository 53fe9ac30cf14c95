//! The file with the key of open pages, which only its owner can read.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use stepwright_engine::private_file;
use stepwright_studio::PageKey;

use crate::terminal::diagnostics;

/// Returns the key of this user, which is created at the first use. Without one, an open page does
/// not survive a restart.
pub(super) fn page_key() -> Option<PageKey> {
    let folder = folder()?;
    match read_or_create(&folder.join("studio.key")) {
        Ok(key) => Some(key),
        Err(error) => {
            diagnostics::note(&format!(
                "an open page does not survive a restart: cannot store its key in {}: {error}",
                folder.display()
            ));
            None
        }
    }
}

/// The folder for the state of programs of this user.
fn folder() -> Option<PathBuf> {
    let base = match (env::var_os("XDG_STATE_HOME"), cfg!(windows)) {
        (Some(state), _) if Path::new(&state).is_absolute() => PathBuf::from(state),
        (_, true) => PathBuf::from(env::var_os("LOCALAPPDATA")?),
        (_, false) => env::home_dir()?.join(".local/state"),
    };
    Some(base.join("stepwright"))
}

fn read_or_create(path: &Path) -> io::Result<PageKey> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if is_private(&metadata) => {
            if let Some(key) = PageKey::parse(&fs::read_to_string(path)?) {
                return Ok(key);
            }
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // A file that others may have read, or with another text, is replaced.
    create_folder(path.parent().unwrap_or(Path::new(".")))?;
    let key = PageKey::random();
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = private_file::write(&new, None, key.to_text().as_bytes());
    let written = written.and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // It may not exist.
        let _ = fs::remove_file(&new);
    }
    written.map(|()| key)
}

/// Whether only its owner can read and write a file.
fn is_private(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.mode() & 0o077 != 0 {
            return false;
        }
    }
    metadata.is_file()
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_stored_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("new/stepwright/studio.key");
        let first = read_or_create(&path).expect("it is created").to_text();
        let again = read_or_create(&path).expect("it is read").to_text();
        assert_eq!(first, again);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, PermissionsExt};
            let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            assert_eq!(mode(path.parent().expect("a folder")), 0o700);
            // Others may have read it.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
            let other = read_or_create(&path).expect("it is replaced").to_text();
            assert_ne!(first, other);
            assert_eq!(mode(&path), 0o600);
        }
        fs::write(&path, "damaged").expect("it is ours");
        let last = read_or_create(&path).expect("it is replaced").to_text();
        assert_ne!(first, last);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), last);
    }
}
