//! The definition file: reads and validates it, and finds the bound states.

use super::parse::{BoundTarget, StateBinding};
use crate::errors::Errors;
use crate::suggest::did_you_mean;
use std::path::{Path, PathBuf};
use stepwright_asl::graph::{Graph, State};
use stepwright_asl::json::{Document, Json, Object};
use stepwright_asl::model::{MachineType, StateKind};
use stepwright_asl::resource::Resource;
use stepwright_asl::validate::{validate, validate_text};
use syn::LitStr;

/// The maximum number of diagnostics that become compile errors; the first ones are the most
/// useful.
const MOST: usize = 20;

/// A valid definition.
pub(super) struct DefinitionFile {
    /// The absolute path, with which the compiler watches the file.
    pub(super) path: PathBuf,
    /// The file's name without its extensions.
    pub(super) stem: String,
    json: Json,
}

/// The call of a state in the definition.
pub(super) struct BoundCall<'b> {
    pub(super) to: &'b BoundTarget,
    pub(super) resource: String,
    pub(super) target: Option<String>,
}

impl DefinitionFile {
    /// Reads the file; reports problems at its name.
    pub(super) fn read(file: &LitStr, express: bool, errors: &Errors) -> Option<DefinitionFile> {
        let name = file.value();
        // The manifest folder of the crate that is compiled.
        let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let path = Path::new(&root).join(&name);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                errors.at(
                    file.span(),
                    format!(
                        "cannot read `{name}`: {error}; the path starts at the folder of Cargo.toml"
                    ),
                );
                return None;
            }
        };
        if [".yaml", ".yml"]
            .iter()
            .any(|ending| name.ends_with(ending))
        {
            errors.at(
                file.span(),
                "`asl_file!` reads JSON; `stepwright import` reads YAML and writes Rust",
            );
            return None;
        }
        let machine_type = if express {
            MachineType::Express
        } else {
            MachineType::Standard
        };
        let document = Document::parse(&text).ok();
        let diagnostics = match &document {
            Some(document) => validate(document, machine_type),
            None => validate_text(&text, machine_type),
        };
        for diagnostic in diagnostics.errors().take(MOST) {
            let fix = diagnostic.help.as_deref();
            let fix = fix.map(|fix| format!("; {fix}")).unwrap_or_default();
            errors.at(
                file.span(),
                format!(
                    "{name}:{}:{}: {}{fix} ({})",
                    diagnostic.location.line,
                    diagnostic.location.column,
                    diagnostic.message,
                    diagnostic.code.unwrap_or_default()
                ),
            );
        }
        if diagnostics.has_errors() {
            return None;
        }
        let json = document?.into_json();
        let stem = path.file_name().and_then(|name| name.to_str());
        let stem = stem.unwrap_or_default().trim_end_matches(".json");
        Some(DefinitionFile {
            stem: stem.trim_end_matches(".asl").to_owned(),
            path,
            json,
        })
    }

    /// The call of each bound state. Reports a state that does not exist, or whose call is not
    /// fixed, at its name.
    pub(super) fn bindings<'b>(
        &self,
        bindings: &'b [StateBinding],
        errors: &Errors,
    ) -> Vec<BoundCall<'b>> {
        let graph = Graph::of(&self.json);
        let mut bound = Vec::new();
        for (index, binding) in bindings.iter().enumerate() {
            let name = binding.state.text();
            let span = binding.state.span();
            if bindings[..index]
                .iter()
                .any(|earlier| earlier.state.text() == name)
            {
                errors.at(span, format!("the state `{name}` is bound already"));
                continue;
            }
            let Some(state) = graph.states().iter().find(|state| state.name == name) else {
                let tasks = graph.states().iter().filter(|state| is_task(state));
                let hint = did_you_mean(&name, tasks.map(|state| state.name));
                errors.at(span, format!("the definition has no state `{name}`{hint}"));
                continue;
            };
            if !is_task(state) {
                errors.at(
                    span,
                    format!("the state `{name}` is not a Task and calls nothing"),
                );
                continue;
            }
            match call(state.object, &binding.to) {
                Ok((resource, target)) => bound.push(BoundCall {
                    to: &binding.to,
                    resource,
                    target,
                }),
                Err(message) => errors.at(span, format!("the state `{name}` {message}")),
            }
        }
        bound
    }
}

fn is_task(state: &State<'_>) -> bool {
    state.kind == Some(StateKind::Task)
}

/// The resource without the suffix of its pattern, and the function or state machine that it calls.
fn call(state: &Object, to: &BoundTarget) -> Result<(String, Option<String>), String> {
    let resource = state
        .get("Resource")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let called = Resource::parse(resource);
    let base = called.base();
    let Some(key) = called.target_key() else {
        return match to {
            BoundTarget::Task(_) => Ok((base.to_owned(), None)),
            BoundTarget::Workflow(_) => Err(format!(
                "calls `{resource}`, which starts no state machine; bind a task"
            )),
        };
    };
    if let (BoundTarget::Workflow(_), "FunctionName") = (to, key) {
        return Err("calls a Lambda function; bind a task".to_owned());
    }
    if let (BoundTarget::Task(_), "StateMachineArn") = (to, key) {
        return Err("starts a state machine; bind `workflow Name`".to_owned());
    }
    let sent = state.get("Arguments").or_else(|| state.get("Parameters"));
    let named = sent.and_then(|sent| sent.get(key)).and_then(Json::as_str);
    match named.filter(|name| !name.starts_with("{%")) {
        Some(name) => Ok((base.to_owned(), Some(name.to_owned()))),
        None => Err(format!(
            "computes its `{key}`, so its target is known only at run time; register a handler with the engine instead of binding it"
        )),
    }
}
