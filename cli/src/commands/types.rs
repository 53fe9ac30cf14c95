//! `stepwright types`: prints the types of inputs, outputs and payloads of tasks for other
//! languages.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_explore::DerivedSchemas;
use stepwright_tools::types::{self, Contract, SCHEMAS_ENDING, TaskContract};

use crate::args::{TypeLanguage, TypesArguments};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::replace_file::replace_file;
use crate::definitions::{input, written_schemas};
use crate::failure::Failure;
use crate::terminal::output;

/// Prints or writes the types, or compares them with a file.
pub(crate) fn types(arguments: &TypesArguments) -> Result<(), Failure> {
    let contracts = arguments.files.iter().map(|file| contract(file));
    let contracts: Vec<Contract> = contracts.collect::<Result<_, _>>()?;
    let language = match arguments.lang {
        TypeLanguage::Ts => types::TypeLanguage::TypeScript,
        TypeLanguage::Python => types::TypeLanguage::Python,
        TypeLanguage::Jsonschema => types::TypeLanguage::JsonSchema,
    };
    let text = types::print(&contracts, language);
    match &arguments.output {
        None => output::document(&text),
        Some(file) if arguments.check => compare(file, &text)?,
        Some(file) => replace_file(file, &text)?,
    }
    Ok(())
}

/// Reads the contract of a definition, of a state machine in a template, or of the schemas that a
/// crate emits. Parts without a written schema are derived from the definition.
///
/// # Errors
///
/// If a file cannot be read, the definition has errors, or the schemas have another form.
fn contract(path: &Path) -> Result<Contract, Failure> {
    let origin = match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if name != "-" => name.to_owned(),
        _ => "standard input".to_owned(),
    };
    if let Some(stem) = origin.strip_suffix(SCHEMAS_ENDING) {
        let written = written_schemas::read(path)?;
        return Ok(Contract::new(stem, &*origin).with_written(written));
    }
    let definition = LoadedDefinition::read(path, &Validator::new(MachineType::Standard))?;
    definition.machine()?;
    let title = || definition.source.title();
    let name = definition.machine.clone().unwrap_or_else(title);
    let written = written_schemas::of_definition(path, &definition)?.unwrap_or_default();
    let mut contract = Contract::new(name, origin);
    if let Some(document) = definition.document() {
        let derived = DerivedSchemas::of(document.json());
        let tasks = derived.tasks.into_iter();
        let tasks = tasks.map(|task| TaskContract::new(&task.name, task.payload, task.result));
        contract = contract.with_schemas(derived.input, derived.output, tasks.collect());
    }
    Ok(contract.with_written(written))
}

/// Fails if a file has another text.
fn compare(file: &Path, text: &str) -> Result<(), Failure> {
    if input::read(file)? == text {
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "{} differs from the types of the workflows; run the command without `--check`",
            file.display()
        )))
    }
}
