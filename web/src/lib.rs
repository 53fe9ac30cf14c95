//! Stepwright as a WebAssembly module, for browsers and JavaScript.
//!
//! Nothing here needs a thread, a file or a network. Each function takes and returns text, most of
//! it JSON, so that the module is the same for a page, a worker and Node. A call returns when it is
//! done: a page calls the module in a worker.
//!
//! # Boundary
//!
//! - It depends on the libraries of the studio and of tests, and adds no behaviour to them.
//! - Only `spin.rs` knows that there is no thread that could wait.

mod language_server;
mod memory_files;
mod reports;
mod run;
mod spin;
mod studio;
mod test_function;
mod types;

use serde_json::{Value, json};
use stepwright_asl::validate::{Severity, Validator, validate_text};
use stepwright_asl::{MachineType, StateMachine};
use stepwright_diagram::Diagram;
use stepwright_editor::Document;
use stepwright_testing::test_state::{TestStateRequest, test_state};
use stepwright_tools::convert::Converter;
use stepwright_tools::import::Importer;
use stepwright_tools::names::pascal;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

pub use language_server::LanguageServer;
pub use reports::{diff, estimate, explore, policy};
pub use run::run;
pub use studio::Studio;
pub use types::types;

/// Returns the version of the module.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Returns the size of the module's memory in bytes.
#[cfg(target_family = "wasm")]
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> usize {
    core::arch::wasm32::memory_size::<0>() * 65_536
}

/// Provides the API models of AWS services: the content of `models.bin`. The arguments of service
/// integrations are checked only after that.
#[cfg(target_family = "wasm")]
#[wasm_bindgen(js_name = provideModels)]
pub fn provide_models(content: Vec<u8>) {
    stepwright_asl::service_models::provide(content);
}

/// Validates a definition, or the definitions of a template. Returns JSON: `result` is `OK` or
/// `FAIL`, and each of the `diagnostics` has its `severity`, `code`, `message`, `pointer`, and the
/// range of the text from `start` to `end`, in UTF-16 units.
///
/// `name` is the name of the file, whose ending says whether it is JSON or YAML.
///
/// # Errors
///
/// If `machine_type` is neither `STANDARD` nor `EXPRESS`.
#[wasm_bindgen]
pub fn validate(text: &str, name: &str, machine_type: &str) -> Result<String, JsError> {
    let machine_type = machine_type_of(machine_type)?;
    let document = Document::open(name, text, 0);
    let found = document.diagnostics(&Validator::new(machine_type));
    let has_errors = found.iter().any(|one| one.severity == Severity::Error);
    let units = Utf16::of(text);
    let diagnostics: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({
                "severity": one.severity, "code": one.code, "name": one.name,
                "message": one.message, "help": one.help, "pointer": one.pointer,
                "machine": one.definition.and_then(|index| document.definitions()[index].name()),
                "start": units.at(one.range.start), "end": units.at(one.range.end),
            })
        })
        .collect();
    let result = if has_errors { "FAIL" } else { "OK" };
    Ok(json!({"result": result, "diagnostics": diagnostics}).to_string())
}

/// Returns the definitions of a text, or of each state machine of a template, in JSON: the `name`
/// in the template, the `type`, and the text of the `definition` in JSON.
#[wasm_bindgen]
pub fn definitions(text: &str, name: &str) -> String {
    let document = Document::open(name, text, 0);
    let found = document.definitions().iter().map(|definition| {
        json!({
            "name": definition.name(), "type": definition.machine_type().as_str(),
            "definition": definition.json().to_string(),
        })
    });
    Value::Array(found.collect()).to_string()
}

/// The positions of a text in UTF-16 units, as JavaScript counts.
struct Utf16(Vec<usize>);

impl Utf16 {
    fn of(text: &str) -> Utf16 {
        let mut units = Vec::with_capacity(text.len() + 1);
        let mut passed = 0;
        for character in text.chars() {
            units.resize(units.len() + character.len_utf8(), passed);
            passed += character.len_utf16();
        }
        units.push(passed);
        Utf16(units)
    }

    fn at(&self, byte: usize) -> usize {
        self.0[byte.min(self.0.len() - 1)]
    }
}

/// Tests a state, as AWS's TestState: takes its request and returns its response, both in JSON.
///
/// # Errors
///
/// A request that AWS refuses.
#[wasm_bindgen(js_name = testState)]
pub fn test_one_state(request: &str) -> Result<String, JsError> {
    let request: TestStateRequest = parsed(request)?;
    let response = spin::complete(async { test_state(&request).await })?;
    Ok(serde_json::to_string(&response?)?)
}

/// Returns a definition as a picture in SVG.
///
/// # Errors
///
/// A text that is no JSON.
#[wasm_bindgen]
pub fn graph(definition: &str) -> Result<String, JsError> {
    let definition: stepwright_asl::json::Json = definition.parse()?;
    Ok(Diagram::of(&definition).to_svg())
}

/// Returns the Rust source of a definition in JSON, as `stepwright import` prints it. `name` is the
/// type of the workflow.
///
/// # Errors
///
/// A definition that AWS refuses, and everything that `workflow!` cannot express.
#[wasm_bindgen(js_name = importRust)]
pub fn import(definition: &str, name: &str, machine_type: &str) -> Result<String, JsError> {
    let machine_type = machine_type_of(machine_type)?;
    let machine = machine(definition, machine_type)?;
    let importer = Importer::new(pascal(name, "Workflow"), "the definition");
    let importer = importer.machine_type(machine_type);
    Ok(importer.source(&machine.to_value())?)
}

/// Converts a definition in JSON from JSONPath to JSONata.
///
/// # Errors
///
/// A text that is no definition.
#[wasm_bindgen]
pub fn convert(definition: &str) -> Result<String, JsError> {
    Ok(Converter::new().convert_json(definition)?.text)
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, JsError> {
    Ok(serde_json::from_str(text)?)
}

/// Reads a definition that AWS accepts.
fn machine(definition: &str, machine_type: MachineType) -> Result<StateMachine, JsError> {
    let found = validate_text(definition, machine_type);
    let errors: Vec<String> = found.errors().map(ToString::to_string).collect();
    if !errors.is_empty() {
        return Err(JsError::new(&errors.join("\n")));
    }
    let read = StateMachine::from_json(definition);
    read.map_err(|errors| JsError::new(&errors.to_string()))
}

fn standard() -> String {
    MachineType::Standard.as_str().to_owned()
}

fn machine_type_of(text: &str) -> Result<MachineType, JsError> {
    match text {
        "STANDARD" => Ok(MachineType::Standard),
        "EXPRESS" => Ok(MachineType::Express),
        _ => Err(JsError::new(&format!(
            "the type of a state machine is `STANDARD` or `EXPRESS`, not `{text}`"
        ))),
    }
}
