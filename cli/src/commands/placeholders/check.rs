//! Compares templates with the placeholders of their definitions.

use std::path::{Path, PathBuf};

use stepwright_asl::template::{self, EmbeddedDefinition, PlaceholderValues};
use stepwright_asl::{Diagnostic, Severity};

use super::checked_machine::{self, CheckedMachine, PlaceholderProblem};
use super::checked_scope::CheckedScope;
use super::machine::PlaceholderMachine;
use super::terraform;
use crate::definitions::input;
use crate::definitions::named_file;
use crate::definitions::terraform::{is_terraform, read_module};
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Checks a template or the templates of a folder, for one definition or for all definitions that
/// they name.
pub(super) fn check(
    definition: Option<&Path>,
    template: &Path,
    is_json: bool,
) -> Result<(), Failure> {
    let wanted = match definition {
        Some(path) => Some(CheckedScope {
            machine: PlaceholderMachine::read(path)?,
            path: path.to_owned(),
        }),
        None => None,
    };
    let mut checked = Vec::new();
    let mut module = None;
    for file in files(template)? {
        if is_terraform(&file) {
            // All files are in one folder, and so in one module.
            let module = match &module {
                Some(module) => module,
                None => module.insert(read_module(&file)?),
            };
            checked.extend(terraform::check(module, &file, wanted.as_ref())?);
        } else {
            checked.extend(of_template(&file, wanted.as_ref(), file != template)?);
        }
    }
    if checked.is_empty() {
        return Err(nothing(definition, template));
    }
    if is_json {
        output::line(format_args!("{:#}", checked_machine::as_json(&checked)));
    } else {
        checked_machine::print(&checked);
    }
    if checked.iter().any(|one| one.errors() > 0) {
        return Err(Failure::Diagnostics);
    }
    Ok(())
}

fn nothing(definition: Option<&Path>, template: &Path) -> Failure {
    let template = template.display();
    Failure::Usage(match definition {
        Some(definition) => format!(
            "{template} has no state machine for the definition {}",
            definition.display()
        ),
        None => format!(
            "{template} has no state machine whose definition can be read, and no templatefile(..) of one"
        ),
    })
}

/// Returns a file itself, or the possible templates of a folder, sorted by name.
fn files(template: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !template.is_dir() {
        return Ok(vec![template.to_owned()]);
    }
    let cannot = |error: std::io::Error| {
        Failure::Usage(format!("cannot read {}: {error}", template.display()))
    };
    let mut files = Vec::new();
    for entry in template.read_dir().map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let endings = [".tf", ".json", ".yaml", ".yml", ".template"];
        if path.is_file()
            && !name.starts_with('.')
            && endings.iter().any(|ending| name.ends_with(ending))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Checks the machines of a CloudFormation or SAM template. A file `found` in a folder may be any
/// other file.
fn of_template(
    path: &Path,
    wanted: Option<&CheckedScope>,
    is_found: bool,
) -> Result<Vec<CheckedMachine>, Failure> {
    let text = input::read(path)?;
    let document = match template::read(path, &text) {
        Ok(document) => document,
        Err(_) if is_found => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::Failed(format!(
                "{} cannot be read: {error}",
                path.display()
            )));
        }
    };
    let Some(supplies) = template::supplies(&document) else {
        if is_found {
            return Ok(Vec::new());
        }
        return Err(Failure::Failed(format!(
            "{} is not a template: it has no `Resources`",
            path.display()
        )));
    };
    let is_only = supplies.len() == 1;
    let mut checked = Vec::new();
    for supply in supplies {
        if let Some(one) = of_machine(path, &text, supply, wanted, is_only)? {
            checked.push(one);
        }
    }
    Ok(checked)
}

/// Checks one machine; `None` if its definition is not the wanted one, or cannot be read.
fn of_machine(
    path: &Path,
    text: &str,
    supply: PlaceholderValues,
    wanted: Option<&CheckedScope>,
    is_only: bool,
) -> Result<Option<CheckedMachine>, Failure> {
    let is_key = |name: &str| supply.defines(name);
    let mut wrong = Vec::new();
    let mut of_file = |machine: &PlaceholderMachine, file: &Path| {
        wrong.extend(not_fillable(machine, file, is_key));
        machine.uses(is_key)
    };
    let uses = match supplied(path, &supply, wanted, is_only)? {
        SuppliedDefinition::File(machine, file) => of_file(&machine, &file),
        SuppliedDefinition::WantedFile(machine, file) => of_file(machine, &file),
        SuppliedDefinition::Copy(machine) => machine.uses(is_key),
        SuppliedDefinition::Inline => supply.uses.clone(),
        SuppliedDefinition::Other => return Ok(None),
        SuppliedDefinition::Unreadable(reason) => {
            note(path, &supply, reason);
            return Ok(None);
        }
    };
    if supply.is_computed() {
        note(
            path,
            &supply,
            "its `DefinitionSubstitutions` are computed by the template",
        );
    }
    let found = supply.check(&uses).into_iter();
    wrong.extend(found.map(|diagnostic| PlaceholderProblem::new(diagnostic, path, text)));
    Ok(Some(CheckedMachine {
        machine: supply.machine,
        template: path.to_owned(),
        wanted: uses.len(),
        wrong,
    }))
}

/// The definition of a machine in a template.
enum SuppliedDefinition<'a> {
    /// The template names its file.
    File(PlaceholderMachine, PathBuf),
    /// The template names the file of the wanted definition.
    WantedFile(&'a PlaceholderMachine, PathBuf),
    /// The wanted definition, of which the template has a copy.
    Copy(&'a PlaceholderMachine),
    /// It is in the template.
    Inline,
    /// Another one than the wanted one.
    Other,
    /// It cannot be read, for this reason.
    Unreadable(&'a str),
}

fn supplied<'a>(
    template: &Path,
    supply: &'a PlaceholderValues,
    wanted: Option<&'a CheckedScope>,
    is_only: bool,
) -> Result<SuppliedDefinition<'a>, Failure> {
    let folder = template.parent().unwrap_or(Path::new(""));
    let read = |file: PathBuf| {
        let machine = named_machine(template, &file)?;
        Ok(SuppliedDefinition::File(machine, file))
    };
    Ok(match (&supply.definition, wanted) {
        (EmbeddedDefinition::File { path }, None) => return read(folder.join(path)),
        (EmbeddedDefinition::File { path }, Some(wanted)) => {
            let file = folder.join(path);
            if !wanted.is(&file) {
                return Ok(SuppliedDefinition::Other);
            }
            SuppliedDefinition::WantedFile(&wanted.machine, file)
        }
        (EmbeddedDefinition::Asset { path }, None) => {
            let file = folder.join(path);
            if file.is_file() {
                return read(file);
            }
            SuppliedDefinition::Unreadable("its definition is stored in S3")
        }
        (EmbeddedDefinition::Asset { path }, Some(wanted)) => {
            let file = folder.join(path);
            if is_only || same_text(template, &file, &wanted.machine.text) {
                SuppliedDefinition::Copy(&wanted.machine)
            } else {
                SuppliedDefinition::Other
            }
        }
        (EmbeddedDefinition::Elsewhere { reason }, None) => SuppliedDefinition::Unreadable(reason),
        (EmbeddedDefinition::Elsewhere { .. }, Some(wanted)) if is_only => {
            SuppliedDefinition::Copy(&wanted.machine)
        }
        (_, Some(_)) if !is_only => SuppliedDefinition::Other,
        _ => SuppliedDefinition::Inline,
    })
}

/// The placeholders of a file that deployment does not replace.
fn not_fillable(
    machine: &PlaceholderMachine,
    file: &Path,
    is_key: impl Fn(&str) -> bool,
) -> Vec<PlaceholderProblem> {
    let found = machine.not_fillable(is_key).into_iter();
    found
        .map(|one| {
            let message = format!(
                "`${{{}}}` is not replaced: `DefinitionSubstitutions` has no such key, and `Fn::Sub` replaces it only in a text of the template itself",
                one.name
            );
            let diagnostic = Diagnostic::new("unfillable", Severity::Error, message)
                .position(one.position)
                .with_help("define the name with this value in `DefinitionSubstitutions`");
            PlaceholderProblem::new(diagnostic, file, &machine.text)
        })
        .collect()
}

/// Whether an asset of CDK is a copy of the definition.
fn same_text(template: &Path, file: &Path, text: &str) -> bool {
    named_file::of_template(template, file).is_ok_and(|other| other == text)
}

/// Reads a definition that a template names.
fn named_machine(template: &Path, file: &Path) -> Result<PlaceholderMachine, Failure> {
    PlaceholderMachine::of(file, named_file::of_template(template, file)?)
}

fn note(path: &Path, supply: &PlaceholderValues, reason: &str) {
    let (path, machine) = (path.display(), &supply.machine);
    diagnostics::note(&format!("{path}: `{machine}` is not checked: {reason}"));
}
