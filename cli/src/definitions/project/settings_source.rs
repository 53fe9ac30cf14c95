//! Finds the settings of files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_tools::settings::{FILE_NAME, Settings};

use crate::definitions::input::{self, is_readable, whole};
use crate::definitions::named_file;
use crate::failure::Failure;

/// Finds and reads the settings of files. Each settings file is read once.
#[derive(Debug)]
pub(crate) enum SettingsSource {
    /// The nearest file above each definition.
    Nearest {
        /// The settings by folder.
        by_folder: HashMap<PathBuf, Option<Arc<Settings>>>,
    },
    /// One file, or none, for all definitions.
    Given(Option<Arc<Settings>>),
}

impl SettingsSource {
    /// `config` is `--config`, `none` is `--no-config`.
    pub(crate) fn of(config: Option<&Path>, none: bool) -> Result<SettingsSource, Failure> {
        Ok(match config {
            Some(path) => SettingsSource::Given(Some(parsed(path, input::read(path)?)?)),
            None if none => SettingsSource::Given(None),
            None => SettingsSource::Nearest {
                by_folder: HashMap::new(),
            },
        })
    }

    /// The settings for a file, or for the files of a folder. Standard input has those of the
    /// current folder.
    pub(crate) fn find(&mut self, path: &Path) -> Result<Option<Arc<Settings>>, Failure> {
        let by_folder = match self {
            SettingsSource::Given(settings) => return Ok(settings.clone()),
            SettingsSource::Nearest { by_folder } => by_folder,
        };
        let mut unknown = Vec::new();
        let mut found = None;
        let located = located(path);
        // The folders above that of an agent belong to other projects.
        for folder in located.ancestors().take_while(|folder| is_readable(folder)) {
            if let Some(known) = by_folder.get(folder) {
                found = known.clone();
                break;
            }
            unknown.push(folder.to_owned());
            let file = folder.join(FILE_NAME);
            if file.is_file() {
                found = Some(parsed(&file, named_file::of_folder(folder, &file)?)?);
                break;
            }
        }
        for folder in unknown {
            by_folder.insert(folder, found.clone());
        }
        Ok(found)
    }
}

fn parsed(path: &Path, text: String) -> Result<Arc<Settings>, Failure> {
    let whole = whole(path);
    let folder = whole.parent().unwrap_or(Path::new("/"));
    let settings = Settings::parse(path, folder, text);
    settings
        .map(Arc::new)
        .map_err(|error| Failure::Usage(error.to_string()))
}

/// The path of a file without links in its folder. The file itself may be a link: its settings are
/// those of the folder that has the link, and not those of another project.
pub(super) fn located(path: &Path) -> PathBuf {
    match path.file_name() {
        Some(name) if !path.is_dir() => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            whole(folder.unwrap_or(Path::new("."))).join(name)
        }
        _ => whole(path),
    }
}
