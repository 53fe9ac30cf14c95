//! The state machines in a Terraform file.

use std::path::Path;
use std::sync::Arc;

use hcl_edit::template::Template;
use stepwright_asl::json::Dialect;
use stepwright_asl::template::terraform::{
    self, DefinitionText, FileKind, Renderings, TemplateArguments, TerraformDefinition,
    TextEncoding, has_machines,
};
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostics, MachineType};

use super::combination::combined;
use super::{Module, module_around, parse, placed};
use crate::definitions::definition::{LoadedDefinition, TerraformValues};
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::named_file;
use crate::failure::Failure;
use crate::source::SourceFile;

/// Reads the state machines of a file: its `aws_sfn_state_machine` resources, and modules with a
/// `definition`.
///
/// # Errors
///
/// If the file is not valid Terraform, or a separate definition file cannot be read.
pub(crate) fn machines(
    path: &Path,
    validator: &Validator,
) -> Vec<Result<EmbeddedMachine, Failure>> {
    let file = match parse(path) {
        Ok(file) => file,
        Err(failure) => return vec![Err(failure)],
    };
    if !has_machines(&file) {
        return Vec::new();
    }
    // `module_around` puts its file first.
    let module = match module_around(file) {
        Ok(module) => module,
        Err(failure) => return vec![Err(failure)],
    };
    let all_texts: Vec<Arc<str>> = (module.files.iter())
        .map(|file| file.text.as_str().into())
        .collect();
    let machines = terraform::machines(&module).into_iter().map(|found| {
        let machine = TerraformMachine {
            module: &module,
            name: found.name,
            machine_type: found.machine_type,
            validator: validator.clone().of_type(found.machine_type),
        };
        match found.definition {
            TerraformDefinition::Texts {
                file,
                texts,
                encoding,
            } => {
                let (path, file) = (&module.files[file].path, &all_texts[file]);
                machine.rendered(path, file, &texts, encoding)
            }
            TerraformDefinition::File {
                path,
                kind,
                arguments,
                encoding,
            } => machine.file(&path, kind, &arguments, encoding),
            TerraformDefinition::Elsewhere { reason } => machine.unread(&reason),
            _ => machine.computed(),
        }
    });
    machines.collect()
}

/// A state machine whose definition is read.
struct TerraformMachine<'m> {
    module: &'m Module,
    name: String,
    machine_type: MachineType,
    validator: Validator,
}

impl TerraformMachine<'_> {
    fn unread(&self, reason: &str) -> Result<EmbeddedMachine, Failure> {
        Ok(EmbeddedMachine::Unread {
            machine: self.name.clone(),
            reason: reason.to_owned(),
        })
    }

    fn computed(&self) -> Result<EmbeddedMachine, Failure> {
        self.unread("Terraform computes its definition")
    }

    /// Reads the definition from the separate file that the module names.
    fn file(
        &self,
        path: &str,
        kind: FileKind,
        arguments: &TemplateArguments,
        encoding: TextEncoding,
    ) -> Result<EmbeddedMachine, Failure> {
        let named = self.module.folder.join(path);
        if !named.is_file() {
            return self.unread(&format!("there is no file {}", named.display()));
        }
        let text = named_file::of_module(&self.module.folder, &named)?;
        let is_rendered = text.contains("%{") || !arguments.is_empty();
        let parsed = match (kind, encoding.parse(&text)) {
            (FileKind::Plain, Ok(document)) if !document.unknown_values().is_empty() => {
                encoding.parse_complete(&text)
            }
            // The file may have expressions with braces and quotes, which only the parser of
            // Terraform's templates can read.
            (FileKind::Template, parsed) if is_rendered || parsed.is_err() => {
                match text.parse::<Template>() {
                    Ok(template) => {
                        let texts = Renderings::of_file(&text, &template, arguments);
                        let file = text.as_str().into();
                        let mut machine = self.rendered(&named, &file, &texts, encoding)?;
                        if let EmbeddedMachine::Definition(definition, file) = &mut machine {
                            definition.terraform.arguments = arguments.texts().to_vec();
                            *file = Some(named);
                        }
                        return Ok(machine);
                    }
                    Err(_) => parsed,
                }
            }
            (_, parsed) => parsed,
        };
        let format = Format::of(&named, &text);
        let definition = LoadedDefinition {
            machine: Some(self.name.clone()),
            terraform: TerraformValues {
                arguments: arguments.texts().to_vec(),
                ..TerraformValues::default()
            },
            ..LoadedDefinition::parsed(&named, text, format, parsed, &self.validator)
        };
        Ok(EmbeddedMachine::Definition(
            Box::new(definition),
            Some(named),
        ))
    }

    /// Reads the definition in the texts that a template can have. In YAML, a loop has no
    /// placeholder for its further items, and directives change blanks, which have a meaning there.
    fn rendered(
        &self,
        path: &Path,
        file: &Arc<str>,
        texts: &Renderings<'_>,
        encoding: TextEncoding,
    ) -> Result<EmbeddedMachine, Failure> {
        let is_yaml = encoding == TextEncoding::Yaml;
        if is_yaml && texts.has_loop {
            return self.computed();
        }
        let read = |text: &DefinitionText<'_>| self.definition(path, file, text, encoding);
        match combined(texts, read) {
            Some(definition)
                if is_yaml && texts.has_directives && definition.document().is_none() =>
            {
                self.computed()
            }
            Some(mut definition) => {
                let is_new = |text: &&DefinitionText<'_>| {
                    texts.texts.iter().all(|one| one.text != text.text)
                };
                let with_defaults = texts.with_defaults.as_ref().filter(is_new).map(read);
                let readable = with_defaults.filter(|one| !one.diagnostics.has_errors());
                definition.terraform.with_defaults = readable.and_then(|one| one.inner);
                definition.terraform.undecided.clone_from(&texts.undecided);
                Ok(EmbeddedMachine::Definition(Box::new(definition), None))
            }
            None => self.computed(),
        }
    }

    /// The definition in a text. Its diagnostics have positions in the file of the text.
    fn definition(
        &self,
        path: &Path,
        file: &Arc<str>,
        text: &DefinitionText<'_>,
        encoding: TextEncoding,
    ) -> LoadedDefinition {
        let parsed = encoding.parse(&text.text);
        let validated = LoadedDefinition::parsed(
            path,
            text.text.clone(),
            Format::Json,
            parsed,
            &self.validator,
        );
        let diagnostics: Diagnostics = (validated.diagnostics.into_iter())
            .map(|diagnostic| {
                let offset = text
                    .offsets
                    .get(diagnostic.location.offset)
                    .or(text.offsets.last());
                placed(diagnostic, file, offset.copied().unwrap_or_default())
            })
            .collect();
        let source = SourceFile {
            path: path.to_owned(),
            text: Arc::clone(file),
            format: Format::Json,
            document: None,
        };
        LoadedDefinition {
            source,
            diagnostics,
            machine: Some(self.name.clone()),
            inner: validated.source.document,
            unfixable: Some("files of Terraform are not edited"),
            dialect: Dialect::Json,
            is_object: encoding == TextEncoding::Object,
            machine_type: Some(self.machine_type),
            values: Vec::new(),
            terraform: TerraformValues::default(),
        }
    }
}
