//! `--fix` and `--diff`: fixes definitions before they are checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use stepwright_asl::SyntaxError;
use stepwright_asl::fix::{Fixed, Fixer, Safety};
use stepwright_asl::json::Document;
use stepwright_asl::template::{self, EmbeddedDefinition};
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;

use super::count::count;
use crate::args::ValidateArguments;
use crate::commands::validate::replace_file::replace_file;
use crate::definitions::input::whole;
use crate::definitions::named_file;
use crate::definitions::terraform::is_terraform;
use crate::failure::Failure;
use crate::terminal::output;

/// What happens with a fixed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FixMode {
    /// The file is replaced. Standard input is printed.
    Write,
    /// A unified diff is printed.
    Diff,
}

/// The changes that are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileChanges {
    /// The fixes of diagnostics, up to this safety.
    Fixes(Safety),
    /// Comments that allow warnings.
    Suppressions,
}

/// Fixes files one after the other.
pub(super) struct FileFixer {
    mode: FixMode,
    changes: FileChanges,
    fixed: usize,
    changed: BTreeSet<PathBuf>,
    notes: Vec<String>,
}

impl FileFixer {
    /// The fixer for `--fix`, `--diff` or `--add-ignore`; `None` without these options.
    pub(super) fn of(arguments: &ValidateArguments) -> Option<FileFixer> {
        let mode = match (arguments.fix || arguments.add_ignore, arguments.diff) {
            (true, _) => FixMode::Write,
            (_, true) => FixMode::Diff,
            _ => return None,
        };
        Some(FileFixer {
            mode,
            changes: match arguments.add_ignore {
                true => FileChanges::Suppressions,
                false => FileChanges::Fixes(allowed(arguments)),
            },
            fixed: 0,
            changed: BTreeSet::new(),
            notes: Vec::new(),
        })
    }

    /// Fixes the definitions of a file, and the files that a template names. Returns the fixed text
    /// of the file.
    pub(super) fn fix(
        &mut self,
        template: &Path,
        text: String,
        document: Option<&Document>,
        validator: &Validator,
    ) -> Result<String, Failure> {
        if is_terraform(template) {
            return Ok(text);
        }
        let Some(machines) = document.and_then(template::machines) else {
            return self.definition(template, text, validator);
        };
        let folder = template.parent().unwrap_or(Path::new(""));
        let validator = &validator.clone().with_any_placeholder();
        for machine in machines {
            let (EmbeddedDefinition::File { path } | EmbeddedDefinition::Asset { path }) =
                &machine.definition
            else {
                continue;
            };
            let named = folder.join(path);
            if named.is_file() {
                let validator = validator.clone().of_type(machine.machine_type);
                let text = named_file::of_template(template, &named)?;
                self.definition(&named, text, &validator)?;
            }
        }
        let fixed = self.fixer(validator).fix_template(&text);
        self.finish(template, text, fixed)
    }

    fn definition(
        &mut self,
        path: &Path,
        text: String,
        validator: &Validator,
    ) -> Result<String, Failure> {
        let fixer = self.fixer(validator);
        let fixed = match Format::of(path, &text) {
            Format::Json => fixer.fix_json(&text),
            Format::Yaml => fixer.fix_yaml(&text),
        };
        self.finish(path, text, fixed)
    }

    fn fixer(&self, validator: &Validator) -> Fixer {
        let fixer = Fixer::new(validator.clone());
        match self.changes {
            FileChanges::Fixes(Safety::Safe) => fixer,
            FileChanges::Fixes(Safety::Unsafe) => fixer.with_unsafe(),
            FileChanges::Suppressions => fixer.suppressing(),
        }
    }

    /// Writes or shows a fixed text. A text that cannot be parsed remains, and the validator
    /// reports it.
    fn finish(
        &mut self,
        path: &Path,
        text: String,
        fixed: Result<Fixed, SyntaxError>,
    ) -> Result<String, Failure> {
        let Ok(fixed) = fixed else {
            return Ok(text);
        };
        for refused in &fixed.refused {
            let (diagnostic, reason) = (&refused.diagnostic, &refused.reason);
            self.notes.push(format!(
                "{}:{}: {} is not changed: {reason}",
                path.display(),
                diagnostic.location.line,
                diagnostic.code.unwrap_or_default()
            ));
        }
        let is_first = fixed.text != text && self.changed.insert(whole(path));
        // A file that several templates name is fixed again, but its diff is shown once.
        let is_changed = match self.mode {
            FixMode::Write => fixed.text != text,
            FixMode::Diff => is_first,
        };
        if is_changed {
            self.fixed += fixed.applied.len();
        }
        match self.mode {
            FixMode::Write if path == Path::new("-") => output::document(&fixed.text),
            FixMode::Write if is_changed => replace_file(path, &fixed.text)?,
            FixMode::Diff if is_changed => output::print(diff(path, &text, &fixed.text)),
            _ => {}
        }
        Ok(fixed.text)
    }

    /// Whether a file was changed, or would be.
    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// `Fixed 3 problems in 2 files`.
    pub(super) fn summary(&self) -> String {
        let (verb, noun) = match (self.changes, self.mode) {
            (FileChanges::Suppressions, _) => ("Allowed", "warning"),
            (_, FixMode::Write) => ("Fixed", "problem"),
            (_, FixMode::Diff) => ("Would fix", "problem"),
        };
        let problems = count(self.fixed, noun);
        format!("{verb} {problems} in {}", count(self.changed.len(), "file"))
    }
}

/// The most that the options allow.
pub(super) fn allowed(arguments: &ValidateArguments) -> Safety {
    match arguments.unsafe_fixes {
        true => Safety::Unsafe,
        false => Safety::Safe,
    }
}

fn diff(path: &Path, old: &str, new: &str) -> String {
    let shown = path.display().to_string();
    let diff = TextDiff::from_lines(old, new);
    let mut diff = diff.unified_diff();
    diff.header(&shown, &shown).to_string()
}
