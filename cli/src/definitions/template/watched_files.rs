//! Files whose changes are found by their metadata.
//!
//! The metadata is read once per second. Notifications of the operating system would need a
//! dependency with code for each system. They do not work on network and container file systems,
//! and an editor that replaces a file ends the notifications of the old one. A template names few
//! files, so that reading their metadata costs microseconds.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files, and their signatures when they were read.
#[derive(Debug, Default)]
pub(super) struct WatchedFiles(Vec<(PathBuf, Option<FileSignature>)>);

/// What changes in the metadata of a file when its content changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileSignature {
    modified: Option<SystemTime>,
    length: u64,
    /// The number of the file and the time at which its metadata changed: a file that replaces
    /// another one may have its time of modification.
    #[cfg(unix)]
    identity: (u64, i64, i64),
}

impl WatchedFiles {
    /// Records the signatures of files. Files that do not exist are watched, too. Call it before
    /// you read the files, so that a change while they are read is found later.
    pub(super) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut paths: Vec<PathBuf> = paths.into_iter().collect();
        paths.sort();
        paths.dedup();
        let files = paths.into_iter().map(|path| {
            let signature = signature(&path);
            (path, signature)
        });
        Self(files.collect())
    }

    /// Whether a file differs from its signature.
    pub(super) fn has_changed(&self) -> bool {
        let mut files = self.0.iter();
        files.any(|(path, before)| signature(path) != *before)
    }

    /// The paths of the files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.iter().map(|(path, _)| path)
    }
}

/// The signature of a file; `None` if it does not exist or cannot be read.
fn signature(path: &Path) -> Option<FileSignature> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(FileSignature {
        modified: metadata.modified().ok(),
        length: metadata.len(),
        #[cfg(unix)]
        identity: identity(&metadata),
    })
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_replaced_and_removed_files_have_changed() {
        let folder = tempfile::tempdir().expect("there is room");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let write = |path: &Path, text: &str| std::fs::write(path, text).expect("there is room");
        let watch = || WatchedFiles::of([a.clone(), b.clone()]);
        write(&a, "1");
        let files = watch();
        assert!(!files.has_changed());
        write(&a, "12");
        assert!(files.has_changed());
        // `b` did not exist.
        let files = watch();
        write(&b, "12");
        assert!(files.has_changed());
        let files = watch();
        std::fs::rename(&b, &a).expect("both exist");
        assert!(files.has_changed());
        let files = watch();
        std::fs::remove_file(&a).expect("it exists");
        assert!(files.has_changed());
        assert!(!watch().has_changed());
    }

    /// An editor that writes a new file and renames it may preserve the time and the length.
    #[cfg(unix)]
    #[test]
    fn a_replacement_with_the_same_time_and_length_has_changed() {
        let folder = tempfile::tempdir().expect("there is room");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let time = SystemTime::UNIX_EPOCH;
        for path in [&a, &b] {
            std::fs::write(path, "1").expect("there is room");
            let file = std::fs::File::options()
                .append(true)
                .open(path)
                .expect("it exists");
            file.set_modified(time).expect("the time is set");
        }
        let files = WatchedFiles::of([a.clone()]);
        std::fs::rename(&b, &a).expect("both exist");
        assert!(files.has_changed());
    }
}
