//! The settings of one file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;
use stepwright_asl::MachineType;
use stepwright_asl::validate::{RuleIdError, Validator};
use toml::Spanned;

use super::rule_severities::RuleSeverities;

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

/// A wrong part of a settings file: `stepwright.toml:3: expected an array`.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: {expected}", path.display())]
pub struct SettingsError {
    path: PathBuf,
    line: usize,
    expected: String,
}

/// The settings of one `stepwright.toml`.
#[derive(Debug)]
pub struct Settings {
    path: PathBuf,
    text: String,
    /// The folder to which patterns are relative.
    folder: PathBuf,
    severities: RuleSeverities,
    known_placeholders: Option<Vec<String>>,
    known_services: Vec<String>,
    excluded: Gitignore,
    per_file: Vec<(Gitignore, RuleSeverities)>,
}

impl Settings {
    /// Reads the text of a settings file. Patterns are relative to `folder`, which is the folder of
    /// the file without links.
    ///
    /// # Errors
    ///
    /// A text that is not TOML, an unknown setting and a wrong pattern. The errors contain nothing
    /// of the text, because a link can make any file a settings file.
    pub fn parse(path: &Path, folder: &Path, text: String) -> Result<Settings, SettingsError> {
        let content: Content = toml::from_str(&text).map_err(|error| {
            let expected = error.message().rsplit_once(", expected ");
            let expected = expected.map(|(_, expected)| format!("expected {expected}"));
            let offset = error.span().map_or(0, |span| span.start);
            let expected = expected.unwrap_or_else(|| "this is not TOML".to_owned());
            wrong(path, &text, offset, expected)
        })?;
        let table = content.validate;
        let patterns = |patterns: &[Spanned<String>]| {
            let wrong = |offset| {
                let expected = "expected a pattern in the syntax of `.gitignore`";
                wrong(path, &text, offset, expected.to_owned())
            };
            let mut builder = GitignoreBuilder::new(folder);
            for pattern in patterns {
                let added = builder.add_line(None, pattern.get_ref());
                added.map_err(|_| wrong(pattern.span().start))?;
            }
            builder.build().map_err(|_| wrong(0))
        };
        let excluded = patterns(&table.exclude)?;
        let per_file = table.per_file.into_iter();
        let per_file: Result<_, SettingsError> = per_file
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
            folder: folder.to_owned(),
            text,
        })
    }

    /// Whether a file or folder that is found in a folder is skipped. The path has no links.
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.matches(&self.excluded, path, is_folder)
    }

    /// The validator of a file, whose path has no links: with the severities of the whole project,
    /// then those of the patterns that match the file. `machine_type` is that of definitions whose
    /// file does not contain it.
    ///
    /// # Errors
    ///
    /// If the settings name a rule that does not exist.
    pub fn validator(
        &self,
        machine_type: MachineType,
        path: &Path,
    ) -> Result<Validator, SettingsError> {
        let mut validator = Validator::new(machine_type);
        let per_file = self.per_file.iter();
        let own = per_file.filter(|(pattern, _)| self.matches(pattern, path, false));
        let own = own.map(|(_, severities)| severities);
        for severities in std::iter::once(&self.severities).chain(own) {
            let applied = severities.applied(validator);
            validator = applied.map_err(|(rule, error)| self.unknown_rule(rule, &error))?;
        }
        validator = validator.with_known_services(&self.known_services);
        Ok(match &self.known_placeholders {
            Some(placeholders) => validator.with_known_placeholders(placeholders),
            None => validator,
        })
    }

    fn unknown_rule(&self, rule: &Spanned<String>, error: &RuleIdError) -> SettingsError {
        let suggestion = match error {
            RuleIdError::Unknown { suggestion, .. } => suggestion,
            _ => "`stepwright rule` lists all rules",
        };
        let expected = format!("expected a rule; {suggestion}");
        wrong(&self.path, &self.text, rule.span().start, expected)
    }

    fn matches(&self, patterns: &Gitignore, path: &Path, is_folder: bool) -> bool {
        path.strip_prefix(&self.folder).is_ok_and(|path| {
            patterns
                .matched_path_or_any_parents(path, is_folder)
                .is_ignore()
        })
    }
}

fn wrong(path: &Path, text: &str, offset: usize, expected: String) -> SettingsError {
    let before = text.bytes().take(offset);
    SettingsError {
        path: path.to_owned(),
        line: before.filter(|byte| *byte == b'\n').count() + 1,
        expected,
    }
}
