//! `stepwright.toml`: the settings of a project for `stepwright validate` and editors.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;
use stepwright_asl::validate::RuleIdError;
use toml::Spanned;

use crate::definitions::input::{self, is_readable, whole};
use crate::definitions::named_file;
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
    allow: Vec<Spanned<String>>,
    deny: Vec<Spanned<String>>,
    /// The files and folders that are skipped in folders, in the syntax of `.gitignore`.
    exclude: Vec<Spanned<String>>,
    /// The names of all placeholders in definition files.
    known_placeholders: Option<Vec<String>>,
    /// Integrations that the tables may lack.
    known_services: Vec<String>,
    /// Further severities for files, by a pattern in the syntax of `.gitignore`.
    per_file: BTreeMap<Spanned<String>, RuleSeverities>,
}

/// The rules with another severity, by id or name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RuleSeverities {
    /// The rules whose warnings are not reported.
    pub(crate) allow: Vec<Spanned<String>>,
    /// The rules whose warnings are errors, or `warnings` for all of them.
    pub(crate) deny: Vec<Spanned<String>>,
}

impl RuleSeverities {
    pub(crate) fn of_arguments(allow: &[String], deny: &[String]) -> RuleSeverities {
        let rules = |rules: &[String]| {
            let rules = rules.iter().cloned();
            rules.map(|rule| Spanned::new(0..0, rule)).collect()
        };
        RuleSeverities {
            allow: rules(allow),
            deny: rules(deny),
        }
    }
}

/// The settings of one `stepwright.toml`.
#[derive(Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    text: String,
    /// The folder to which patterns are relative.
    folder: PathBuf,
    severities: RuleSeverities,
    pub(crate) known_placeholders: Option<Vec<String>>,
    pub(crate) known_services: Vec<String>,
    excluded: Gitignore,
    per_file: Vec<(Gitignore, RuleSeverities)>,
}

impl Settings {
    /// Reads a settings file. The errors contain nothing of it, because a link can make any file a
    /// settings file.
    fn parse(path: &Path, text: String) -> Result<Settings, Failure> {
        let wrong = |offset, expected: &dyn Display| wrong(path, &text, offset, expected);
        let content: Content = toml::from_str(&text).map_err(|error| {
            let expected = error.message().rsplit_once(", expected ");
            let expected = expected.map(|(_, expected)| format!("expected {expected}"));
            let offset = error.span().map_or(0, |span| span.start);
            wrong(offset, &expected.as_deref().unwrap_or("this is not TOML"))
        })?;
        let table = content.validate;
        let folder = whole(path);
        let folder = folder.parent().unwrap_or(Path::new("/")).to_owned();
        let patterns = |patterns: &[Spanned<String>]| {
            let mut builder = GitignoreBuilder::new(&folder);
            let no_pattern = "expected a pattern in the syntax of `.gitignore`";
            for pattern in patterns {
                let added = builder.add_line(None, pattern.get_ref());
                added.map_err(|_| wrong(pattern.span().start, &no_pattern))?;
            }
            builder.build().map_err(|_| wrong(0, &no_pattern))
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
            text,
        })
    }

    /// The failure for a rule of the file that does not exist.
    pub(crate) fn unknown_rule(&self, rule: &Spanned<String>, error: &RuleIdError) -> Failure {
        let suggestion = match error {
            RuleIdError::Unknown { suggestion, .. } => suggestion,
            _ => "`stepwright rule` lists all rules",
        };
        let expected = format!("expected a rule; {suggestion}");
        wrong(&self.path, &self.text, rule.span().start, &expected)
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
        located(path).strip_prefix(&self.folder).is_ok_and(|path| {
            patterns
                .matched_path_or_any_parents(path, is_folder)
                .is_ignore()
        })
    }
}

/// The path of a file without links in its folder. The file itself may be a link: its settings are
/// those of the folder that has the link, and not those of another project.
fn located(path: &Path) -> PathBuf {
    match path.file_name() {
        Some(name) if !path.is_dir() => {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            whole(folder.unwrap_or(Path::new("."))).join(name)
        }
        _ => whole(path),
    }
}

/// The failure for a part of a settings file.
fn wrong(path: &Path, text: &str, offset: usize, expected: &dyn Display) -> Failure {
    let line = text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1;
    Failure::Usage(format!("{}:{line}: {expected}", path.display()))
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
            Some(path) => {
                let settings = Settings::parse(path, input::read(path)?)?;
                SettingsSource::Given(Some(Arc::new(settings)))
            }
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
                let text = named_file::of_folder(folder, &file)?;
                found = Some(Arc::new(Settings::parse(&file, text)?));
                break;
            }
        }
        for folder in unknown {
            by_folder.insert(folder, found.clone());
        }
        Ok(found)
    }
}
