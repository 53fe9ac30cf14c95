//! Types for other languages.

use stepwright_asl::MachineType;
use stepwright_explore::DerivedSchemas;
use stepwright_tools::types::{Contract, TaskContract, TypeLanguage, WrittenSchemas, print};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns the types of the input, the output and the tasks of a definition in JSON, as `stepwright
/// types` prints them. `name` is that of the workflow, `file` that of its file, and `language` is
/// `ts`, `python` or `jsonschema`. `schemas` is the text of the file `.schemas.json`, if there is
/// one; what it lacks is derived from the definition.
///
/// # Errors
///
/// A definition that AWS refuses, schemas of another form, and another language.
#[wasm_bindgen]
pub fn types(
    definition: &str,
    name: &str,
    file: &str,
    language: &str,
    schemas: Option<String>,
) -> Result<String, JsError> {
    let language = match language {
        "ts" => TypeLanguage::TypeScript,
        "python" => TypeLanguage::Python,
        "jsonschema" => TypeLanguage::JsonSchema,
        _ => {
            return Err(JsError::new(&format!(
                "the language is `ts`, `python` or `jsonschema`, not `{language}`"
            )));
        }
    };
    let machine = crate::machine(definition, MachineType::Standard)?;
    let derived = DerivedSchemas::of(&machine.to_value());
    let tasks = derived.tasks.into_iter();
    let tasks = tasks.map(|task| TaskContract::new(&task.name, task.payload, task.result));
    let mut contract = Contract::new(name, file);
    contract = contract.with_schemas(derived.input, derived.output, tasks.collect());
    if let Some(schemas) = schemas {
        let written = WrittenSchemas::of_text(&schemas);
        contract = contract.with_written(written.map_err(|reason| JsError::new(&reason))?);
    }
    Ok(print(&[contract], language))
}
