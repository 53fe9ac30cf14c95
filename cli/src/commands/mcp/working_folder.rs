//! The folder whose files an agent may name.

use std::fs;
use std::path::{Path, PathBuf};

use super::refusal::Refusal;
use crate::failure::Failure;

/// The working folder, and whether its files may be changed.
#[derive(Debug)]
pub(super) struct WorkingFolder {
    root: PathBuf,
    allows_write: bool,
}

impl WorkingFolder {
    pub(super) fn open(path: &Path, allows_write: bool) -> Result<WorkingFolder, Failure> {
        let root = fs::canonicalize(path);
        let root = root.and_then(|root| fs::read_dir(&root).map(|_| root));
        let root = root.map_err(|error| {
            Failure::Usage(format!(
                "cannot read the folder {}: {error}",
                path.display()
            ))
        })?;
        Ok(WorkingFolder { root, allows_write })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The existing file or folder of a path, after all links.
    ///
    /// # Errors
    ///
    /// If it does not exist, or is not below the working folder.
    pub(super) fn find(&self, path: &str) -> Result<PathBuf, Refusal> {
        // An absolute path replaces the root.
        let found = fs::canonicalize(self.root.join(path))
            .map_err(|error| Refusal::new(format!("cannot read `{path}`: {error}")))?;
        if found.starts_with(&self.root) {
            Ok(found)
        } else {
            Err(Refusal::new(format!(
                "`{path}` is not below the working folder; start `stepwright mcp` with --folder to work in another one"
            )))
        }
    }

    /// Refuses to change a file if that is not allowed.
    pub(super) fn check_write(&self) -> Result<(), Refusal> {
        if self.allows_write {
            Ok(())
        } else {
            Err(Refusal::new(
                "files are not changed, because `stepwright mcp` was started without --allow-write; call the tool without `write` to get the new text",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::WorkingFolder;

    #[test]
    fn paths_lead_to_files_below_the_folder_only() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("project");
        fs::create_dir_all(root.join("infra")).unwrap();
        fs::write(root.join("infra/a.json"), "{}").unwrap();
        fs::write(outer.path().join("secret.json"), "{}").unwrap();
        fs::create_dir(outer.path().join("project-2")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../secret.json", root.join("link.json")).unwrap();
        let folder = WorkingFolder::open(&root, false).unwrap();
        let inside = root.join("infra/a.json").display().to_string();
        for path in ["infra/a.json", "./infra/../infra/a.json", ".", &inside] {
            assert!(folder.find(path).is_ok(), "{path}");
        }
        let outside = outer.path().join("secret.json").display().to_string();
        for path in [
            "../secret.json",
            "infra/../../secret.json",
            "../project-2",
            "link.json",
            "missing.json",
            "/",
            &outside,
        ] {
            assert!(folder.find(path).is_err(), "{path}");
        }
    }
}
