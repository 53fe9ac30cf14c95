//! Converts files of all kinds that contain definitions.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_asl::template;
use stepwright_asl::template::terraform::{TerraformFile, has_machines};
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostic, Severity, SyntaxError};
use stepwright_tools::convert::{ConvertedDefinition, ConvertedText, Converter, Note};

use crate::definitions::input::whole;
use crate::definitions::named_file;
use crate::definitions::project::{File, SkippedFiles};
use crate::definitions::rewrite::{FileRewriter, RewriteMode, named_files};
use crate::definitions::terraform::is_terraform;
use crate::failure::Failure;
use crate::source::SourceFile;

/// A converted definition, with its file before the conversion.
#[derive(Debug)]
pub(super) struct ConvertedFile {
    pub(super) source: SourceFile,
    pub(super) definition: ConvertedDefinition,
}

impl ConvertedFile {
    /// The location of the definition in messages: `template.yaml (Orders)`.
    pub(super) fn shown(&self) -> String {
        let file = self.source.origin();
        match &self.definition.machine {
            Some(machine) => format!("{file} ({machine})"),
            None => file.into_owned(),
        }
    }

    /// Whether a state remains in JSONPath that should be converted.
    pub(super) fn is_refused(&self) -> bool {
        !self.definition.conversion.refused.is_empty() || self.definition.problem.is_some()
    }

    /// The notes as diagnostics: an error refuses its state, a warning was accepted.
    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        let notes = self.definition.conversion.notes.iter();
        notes.map(diagnostic).collect()
    }
}

fn diagnostic(note: &Note) -> Diagnostic {
    let code = note.difference.code();
    let severity = if note.accepted {
        Severity::Warning
    } else {
        Severity::Error
    };
    let help = match (note.accepted, note.difference.is_acceptable()) {
        (true, _) => None,
        (false, true) => Some(format!(
            "check the data of the state; `--accept {code}` converts it nevertheless"
        )),
        (false, false) => Some("the state remains in JSONPath; rewrite it by hand".to_owned()),
    };
    let mut diagnostic = Diagnostic::new(code, severity, note.message.clone());
    diagnostic.location = note.location.clone();
    diagnostic.help = help;
    diagnostic
}

/// Converts files one after the other.
pub(super) struct FileConverter {
    converter: Converter,
    pub(super) rewriter: FileRewriter,
    pub(super) converted: Vec<ConvertedFile>,
    pub(super) notes: Vec<String>,
    pub(super) skipped: SkippedFiles,
    /// The files that are definitions.
    definitions: HashSet<PathBuf>,
}

impl FileConverter {
    pub(super) fn new(converter: Converter, mode: RewriteMode) -> FileConverter {
        FileConverter {
            converter,
            rewriter: FileRewriter::new(mode),
            converted: Vec::new(),
            notes: Vec::new(),
            skipped: SkippedFiles::default(),
            definitions: HashSet::new(),
        }
    }

    /// Converts the definitions of a file, and the files that a template names.
    pub(super) fn convert(&mut self, file: &File) -> Result<(), Failure> {
        let path = &file.path;
        if is_terraform(path) {
            return self.terraform(file);
        }
        let text = file.read()?;
        let document = template::read(path, &text).ok();
        if !file.is_wanted(document.as_ref(), &text) {
            self.skipped.add(file, document.as_ref());
            return Ok(());
        }
        let Some(named) = named_files(path, document.as_ref()) else {
            return self.definition(path, text);
        };
        for (named, _) in named {
            let text = named_file::of_template(path, &named)?;
            match self.rewriter.mode {
                RewriteMode::Print => self.notes.push(format!(
                    "{} is not printed; convert it with --write, or name it",
                    named.display()
                )),
                _ => self.definition(&named, text)?,
            }
        }
        let converted = self.converter.convert_template(&text);
        self.finish(path, text, converted)
    }

    /// Refuses a module of Terraform; one of a folder gets a note if it has state machines.
    fn terraform(&mut self, file: &File) -> Result<(), Failure> {
        let reason = format!(
            "{} is a module of Terraform; convert the file of the definition that it names",
            file.path.display()
        );
        if !file.is_found() {
            return Err(Failure::Usage(reason));
        }
        let text = file.read()?;
        if TerraformFile::parse(&file.path, text).is_ok_and(|module| has_machines(&module)) {
            self.notes.push(reason);
        }
        Ok(())
    }

    fn definition(&mut self, path: &Path, text: String) -> Result<(), Failure> {
        // A file of a folder can also be named by a template of the folder.
        if !self.definitions.insert(whole(path)) {
            return Ok(());
        }
        let converted = match Format::of(path, &text) {
            Format::Json => self.converter.convert_json(&text),
            Format::Yaml => self.converter.convert_yaml(&text),
        };
        self.finish(path, text, converted)
    }

    fn finish(
        &mut self,
        path: &Path,
        text: String,
        converted: Result<ConvertedText, SyntaxError>,
    ) -> Result<(), Failure> {
        let converted = converted
            .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
        self.rewriter.rewrite(path, &text, &converted.text)?;
        let format = Format::of(path, &text);
        let text: Arc<str> = text.into();
        for definition in converted.definitions {
            let source = SourceFile {
                path: PathBuf::from(path),
                text: Arc::clone(&text),
                format,
                document: None,
            };
            self.converted.push(ConvertedFile { source, definition });
        }
        Ok(())
    }

    /// The first of these states that no definition has.
    pub(super) fn unknown_state<'s>(&self, states: &'s [String]) -> Option<&'s str> {
        let is_unknown = |state: &&String| {
            let mut all = self.converted.iter();
            all.all(|one| one.definition.conversion.unknown_states.contains(state))
        };
        states.iter().find(is_unknown).map(String::as_str)
    }
}
