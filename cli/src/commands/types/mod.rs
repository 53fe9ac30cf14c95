//! `stepwright types`: prints the types of inputs, outputs and payloads of tasks for other
//! languages.
//!
//! [`contract`] finds the schemas of a workflow, [`schema_reader`] reads them as the types of
//! [`type_model`], and each language prints these.

mod conjunction;
mod contract;
mod json_schema;
mod module_builder;
mod python;
mod schema_identity;
mod schema_reader;
mod type_model;
mod typescript;

#[cfg(test)]
mod property_tests;

use std::path::Path;

use crate::args::{TypeLanguage, TypesArguments};
use crate::definitions::input;
use crate::definitions::replace_file::replace_file;
use crate::failure::Failure;
use crate::terminal::output;

use contract::Contract;
use module_builder::{ContractTypes, header};

/// Prints or writes the types, or compares them with a file.
pub(crate) fn types(arguments: &TypesArguments) -> Result<(), Failure> {
    let contracts = arguments.files.iter().map(|file| Contract::read(file));
    let contracts: Vec<Contract> = contracts.collect::<Result<_, _>>()?;
    let types = ContractTypes::of(&contracts);
    let header = header(&contracts);
    let text = match arguments.lang {
        TypeLanguage::Ts => typescript::print(&types.module, &header),
        TypeLanguage::Python => python::print(&types.module, &header),
        TypeLanguage::Jsonschema => json_schema::print(&types, &header),
    };
    match &arguments.output {
        None => output::document(&text),
        Some(file) if arguments.check => compare(file, &text)?,
        Some(file) => replace_file(file, &text)?,
    }
    Ok(())
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
