//! `stepwright.toml`: the settings of a project for `stepwright validate` and editors.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;

use crate::definitions::input::{self, whole};
use crate::failure::Failure;

/// The name of the file, in the folder of a definition or in a folder above it.
pub(crate) const FILE_NAME: &str = "stepwright.toml";

/// The content of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Content {
    validate: ValidateTable,
}

/// The table `[validate]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct ValidateTable {
    allow: Vec<String>,
    deny: Vec<String>,
    /// The files and folders that are skipped in folders, in the syntax of `.gitignore`.
    exclude: Vec<String>,
    /// The names of all placeholders in definition files.
    known_placeholders: Option<Vec<String>>,
    /// Integrations that the tables may lack.
    known_services: Vec<String>,
    /// Further severities for files, by a pattern in the syntax of `.gitignore`.
    per_file: BTreeMap<String, RuleSeverities>,
}

/// The rules with another severity, by id or name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RuleSeverities {
    /// The rules whose warnings are not reported.
    pub(crate) allow: Vec<String>,
    /// The rules whose warnings are errors, or `warnings` for all of them.
    pub(crate) deny: Vec<String>,
}

/// The settings of one `stepwright.toml`.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    /// The folder to which patterns are relative.
    folder: PathBuf,
    severities: RuleSeverities,
    pub(crate) known_placeholders: Option<Vec<String>>,
    pub(crate) known_services: Vec<String>,
    excluded: Gitignore,
    per_file: Vec<(Gitignore, RuleSeverities)>,
}

impl Settings {
    /// Reads a settings file.
    pub(crate) fn read(path: &Path) -> Result<Settings, Failure> {
        let shown = path.display();
        let text = input::read(path)?;
        let content: Content = toml::from_str(&text).map_err(|error| {
            let text = error.to_string();
            Failure::Usage(format!("{shown}: {}", text.trim_end()))
        })?;
        let table = content.validate;
        let folder = whole(path);
        let folder = folder.parent().unwrap_or(Path::new("/")).to_owned();
        let patterns = |patterns: &[String]| {
            let mut builder = GitignoreBuilder::new(&folder);
            for pattern in patterns {
                builder.add_line(None, pattern).map_err(|error| {
                    Failure::Usage(format!("{shown}: `{pattern}` is not a pattern: {error}"))
                })?;
            }
            let built = builder.build();
            built.map_err(|error| Failure::Usage(format!("{shown}: {error}")))
        };
        let excluded = patterns(&table.exclude)?;
        let per_file = table.per_file.into_iter();
        let per_file: Result<_, Failure> = per_file
            .map(|(pattern, severities)| Ok((patterns(&[pattern])?, severities)))
            .collect();
        Ok(Settings {
            path: path.to_owned(),
            severities: RuleSeverities {
                allow: table.allow,
                deny: table.deny,
            },
            known_placeholders: table.known_placeholders,
            known_services: table.known_services,
            excluded,
            per_file: per_file?,
            folder,
        })
    }

    /// Whether a file or folder that is found in a folder is skipped.
    pub(crate) fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.matches(&self.excluded, path, is_folder)
    }

    /// The severities for a file: those of the whole project, then those of the patterns that match
    /// the file.
    pub(crate) fn severities(&self, path: &Path) -> impl Iterator<Item = &RuleSeverities> {
        let per_file = self.per_file.iter();
        let own = per_file.filter(move |(pattern, _)| self.matches(pattern, path, false));
        std::iter::once(&self.severities).chain(own.map(|(_, severities)| severities))
    }

    fn matches(&self, patterns: &Gitignore, path: &Path, is_folder: bool) -> bool {
        whole(path).strip_prefix(&self.folder).is_ok_and(|path| {
            patterns
                .matched_path_or_any_parents(path, is_folder)
                .is_ignore()
        })
    }
}

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
            Some(path) => SettingsSource::Given(Some(Arc::new(Settings::read(path)?))),
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
        for folder in whole(path).ancestors() {
            if let Some(known) = by_folder.get(folder) {
                found = known.clone();
                break;
            }
            unknown.push(folder.to_owned());
            let file = folder.join(FILE_NAME);
            if file.is_file() {
                found = Some(Arc::new(Settings::read(&file)?));
                break;
            }
        }
        for folder in unknown {
            by_folder.insert(folder, found.clone());
        }
        Ok(found)
    }
}
