//! `--fix` and `--diff`: fixes definitions before they are checked.

use std::path::Path;

use stepwright_asl::SyntaxError;
use stepwright_asl::fix::{Fixed, Fixer, Safety};
use stepwright_asl::json::Document;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;

use crate::args::ValidateArguments;
use crate::definitions::named_file;
use crate::definitions::rewrite::{FileRewriter, RewriteMode, named_files};
use crate::definitions::terraform::is_terraform;
use crate::failure::Failure;
use crate::terminal::count::count;

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
    rewriter: FileRewriter,
    changes: FileChanges,
    fixed: usize,
    notes: Vec<String>,
}

impl FileFixer {
    /// The fixer for `--fix`, `--diff` or `--add-ignore`; `None` without these options.
    pub(super) fn of(arguments: &ValidateArguments) -> Option<FileFixer> {
        let mode = match (arguments.fix || arguments.add_ignore, arguments.diff) {
            (true, _) => RewriteMode::Write,
            (_, true) => RewriteMode::Diff,
            _ => return None,
        };
        Some(FileFixer {
            rewriter: FileRewriter::new(mode),
            changes: if arguments.add_ignore {
                FileChanges::Suppressions
            } else {
                FileChanges::Fixes(allowed(arguments))
            },
            fixed: 0,
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
        let Some(named) = named_files(template, document) else {
            return self.definition(template, text, validator);
        };
        let validator = &validator.clone().with_any_placeholder();
        for (named, machine_type) in named {
            let validator = validator.clone().of_type(machine_type);
            let text = named_file::of_template(template, &named)?;
            self.definition(&named, text, &validator)?;
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
        if self.rewriter.rewrite(path, &text, &fixed.text)? {
            self.fixed += fixed.applied.len();
        }
        Ok(fixed.text)
    }

    /// Whether a file was changed, or would be.
    pub(super) fn has_changes(&self) -> bool {
        self.rewriter.has_changes()
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// `Fixed 3 problems in 2 files`.
    pub(super) fn summary(&self) -> String {
        let (verb, noun) = match (self.changes, self.rewriter.mode) {
            (FileChanges::Suppressions, _) => ("Allowed", "warning"),
            (_, RewriteMode::Write) => ("Fixed", "problem"),
            (_, RewriteMode::Diff | RewriteMode::Print | RewriteMode::Discard) => {
                ("Would fix", "problem")
            }
        };
        let problems = count(self.fixed, noun);
        format!(
            "{verb} {problems} in {}",
            count(self.rewriter.changed(), "file")
        )
    }
}

/// The most that the options allow.
pub(super) fn allowed(arguments: &ValidateArguments) -> Safety {
    if arguments.unsafe_fixes {
        Safety::Unsafe
    } else {
        Safety::Safe
    }
}
