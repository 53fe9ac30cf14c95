//! The definitions in a file: the file itself, the state machines of a template or Terraform file,
//! or the output of `describe-state-machine`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_asl::Diagnostics;
use stepwright_asl::json::{Dialect, Document};
use stepwright_asl::template::{self, Embedded, EmbeddedDefinition};
use stepwright_asl::validate::Validator;
use stepwright_asl::words::quoted;
use stepwright_asl::yaml::Format;

use crate::definitions::definition::{LoadedDefinition, TerraformValues};
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::input;
use crate::definitions::named_file;
use crate::definitions::terraform::{self, is_terraform};
use crate::failure::Failure;
use crate::source::SourceFile;
use crate::terminal::diagnostics;

/// Reads the state machines of a template or Terraform file, or of the output of
/// `describe-state-machine`; `None` for other files.
///
/// # Errors
///
/// If a file that a machine names as its definition cannot be read.
pub(crate) fn machines(
    path: &Path,
    text: &str,
    document: Option<&Document>,
    validator: &Validator,
) -> Option<Vec<Result<EmbeddedMachine, Failure>>> {
    // The file supplies the values of placeholders.
    let validator = &validator.clone().with_any_placeholder();
    if is_terraform(path) {
        return Some(terraform::machines(path, validator));
    }
    let document = document?;
    let machines = template::machines(document)?;
    let text: Arc<str> = text.into();
    let found = machines
        .into_iter()
        .map(|machine| found(path, &text, document, machine, validator));
    Some(found.collect())
}

fn found(
    path: &Path,
    text: &Arc<str>,
    document: &Document,
    machine: Embedded,
    validator: &Validator,
) -> Result<EmbeddedMachine, Failure> {
    if let Some(diagnostics) = machine.check(document, validator) {
        // The answer is only needed for fixes, and it costs a copy of the file.
        let is_fixed = machine.pointer().is_none()
            && diagnostics.iter().any(|one| one.fix.is_some())
            && machine.replace_text(document, "").is_none();
        let inner = machine.text_document();
        let part = match machine.definition {
            EmbeddedDefinition::Part { document, .. } => Some(document),
            _ => None,
        };
        let is_object = part.is_some();
        let source = SourceFile {
            path: path.to_owned(),
            text: Arc::clone(text),
            format: Format::of(path, text),
            document: part,
        };
        let definition = LoadedDefinition {
            source,
            diagnostics,
            machine: Some(machine.name),
            inner,
            unfixable: is_fixed
                .then_some("the definition is a string that is folded or has several parts"),
            dialect: Dialect::Json,
            is_object,
            machine_type: Some(machine.machine_type),
            values: machine.values,
            terraform: TerraformValues::default(),
        };
        return Ok(EmbeddedMachine::Definition(Box::new(definition), None));
    }
    let name = machine.name;
    let unread = |reason: &str| {
        Ok(EmbeddedMachine::Unread {
            machine: name.clone(),
            reason: reason.to_owned(),
        })
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |named: &Path| {
        named_file::of_template(path, named).map_err(|failure| match failure {
            Failure::Usage(reason) => Failure::Usage(format!(
                "{reason}\n  it is the definition of `{name}` in {}",
                path.display()
            )),
            other => other,
        })
    };
    match &machine.definition {
        EmbeddedDefinition::Inserted { path: named, keys } => {
            let named = folder.join(named);
            let validator = validator.clone().of_type(machine.machine_type);
            let text = read(&named)?;
            let parsed = template::inserted_definition(&named, &text, keys);
            let parsed = parsed.map_err(Diagnostics::from);
            let format = Format::of(&named, &text);
            let definition = LoadedDefinition {
                machine: Some(name.clone()),
                machine_type: Some(machine.machine_type),
                is_object: true,
                ..LoadedDefinition::parsed(&named, text, format, parsed, &validator)
            };
            Ok(EmbeddedMachine::Definition(
                Box::new(definition),
                Some(named),
            ))
        }
        EmbeddedDefinition::Asset { path: named } if !folder.join(named).is_file() => {
            unread("its definition is stored in S3")
        }
        EmbeddedDefinition::File { path: named } | EmbeddedDefinition::Asset { path: named } => {
            let named = folder.join(named);
            let validator = validator.clone().of_type(machine.machine_type);
            let text = read(&named)?;
            let definition = LoadedDefinition {
                machine: Some(name.clone()),
                values: machine.values.clone(),
                machine_type: Some(machine.machine_type),
                ..LoadedDefinition::of(&named, text, &validator)
            };
            Ok(EmbeddedMachine::Definition(
                Box::new(definition),
                Some(named),
            ))
        }
        EmbeddedDefinition::Elsewhere { reason } => unread(reason),
        _ => unread("the template has its definition in a form that this version cannot read"),
    }
}

/// Reads the definition of a file. If a template has several state machines, `path#Name` selects
/// one.
///
/// # Errors
///
/// If the file cannot be read, or if the machine of a template is ambiguous or missing.
pub(crate) fn one(path: &Path, validator: &Validator) -> Result<LoadedDefinition, Failure> {
    let (path, wanted) = split(path);
    let text = input::read(&path)?;
    let document = template::read(&path, &text).ok();
    let Some(found) = machines(&path, &text, document.as_ref(), validator) else {
        return match wanted {
            None => Ok(LoadedDefinition::of(&path, text, validator)),
            Some(name) => Err(Failure::Usage(format!(
                "{} is not a template, so it has no state machine `{name}`",
                path.display()
            ))),
        };
    };
    let mut names = Vec::new();
    let mut chosen = Vec::new();
    for one in found {
        let name = match &one {
            Ok(EmbeddedMachine::Definition(definition, _)) => definition.machine.clone(),
            Ok(EmbeddedMachine::Unread { machine, .. }) => Some(machine.clone()),
            Err(_) => None,
        };
        if name.is_none() || wanted.is_none() || wanted == name {
            chosen.push(one);
        }
        names.extend(name);
    }
    let shown = path.display();
    let list = || quoted(&names);
    match (chosen.len(), wanted) {
        (1, _) => match chosen.swap_remove(0)? {
            EmbeddedMachine::Definition(definition, _) => Ok(*definition),
            EmbeddedMachine::Unread { machine, reason } => Err(Failure::Usage(format!(
                "{shown}: the definition of `{machine}` cannot be read: {reason}"
            ))),
        },
        (0, None) => Err(Failure::Usage(format!("{shown} has no state machine"))),
        (0, Some(wanted)) => Err(Failure::Usage(format!(
            "{shown} has no state machine `{wanted}`; it has {}",
            list()
        ))),
        _ => Err(Failure::Usage(format!(
            "{shown} has the state machines {}; name one, as in `{shown}#{}`",
            list(),
            names.first().map_or("Name", String::as_str)
        ))),
    }
}

/// Splits the path into the file, and the name after `#`. If a file with the whole name exists, it
/// takes precedence.
pub(crate) fn split(path: &Path) -> (PathBuf, Option<String>) {
    let text = path.to_str().filter(|_| !path.exists());
    match text.and_then(|text| text.rsplit_once('#')) {
        Some((file, name)) if !file.is_empty() && !name.is_empty() => {
            (PathBuf::from(file), Some(name.to_owned()))
        }
        _ => (path.to_owned(), None),
    }
}

impl LoadedDefinition {
    /// Reads and validates the definition in a file, or in standard input for `-`. The name or the
    /// text determines whether it is YAML. The file may be a template with one state machine or, as
    /// in `template.yaml#Orders`, with several.
    ///
    /// # Errors
    ///
    /// Like [`one`].
    pub(crate) fn read(path: &Path, validator: &Validator) -> Result<Self, Failure> {
        let definition = one(path, validator)?;
        if let Some(note) = definition.dialect_note() {
            diagnostics::note(&note);
        }
        Ok(definition)
    }
}
