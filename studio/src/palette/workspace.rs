//! The state machines and Lambda functions of the workspace: those in the named files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::QueryLanguage;
use stepwright_editor::{Document, state_machine_placeholder};

use super::{Fragment, InsertionPlace, PaletteItem, calls};
use crate::file::{Stamp, StudioFile, stamp};

const START_EXECUTION: &str = "arn:aws:states:::states:startExecution.sync:2";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// The resources of each file, which is read again after a change.
#[derive(Debug, Default)]
pub(crate) struct WorkspaceCache(HashMap<PathBuf, (Option<Stamp>, Vec<Resource>)>);

#[derive(Debug, Clone)]
struct Resource {
    kind: ResourceKind,
    name: String,
    /// The name of the placeholder that the template has for it.
    placeholder: Option<String>,
    is_whole_file: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResourceKind {
    Machine,
    Function,
}

impl ResourceKind {
    /// The kind of an item of the palette.
    fn word(self) -> &'static str {
        match self {
            ResourceKind::Machine => "machine",
            ResourceKind::Function => "function",
        }
    }
}

impl WorkspaceCache {
    /// The items of all files. A definition is not offered to itself.
    pub(crate) fn items(&mut self, files: &[StudioFile], own: Option<&Path>) -> Vec<PaletteItem> {
        let mut items: Vec<PaletteItem> = Vec::new();
        for file in files {
            let now = stamp(&file.path);
            let known = self
                .0
                .get(&file.path)
                .is_some_and(|(known, _)| *known == now);
            if !known {
                // A file that cannot be read offers nothing; its own page has the reason.
                let text = std::fs::read_to_string(&file.path).unwrap_or_default();
                let found = resources(&Document::open(&file.name, &text, 0));
                self.0.insert(file.path.clone(), (now, found));
            }
            let Some((_, found)) = self.0.get(&file.path) else {
                continue;
            };
            let others = found
                .iter()
                .filter(|resource| own != Some(&file.path) || !resource.is_whole_file);
            for resource in others {
                let item = resource.item(&file.name);
                if items.iter().all(|other| other.id != item.id) {
                    items.push(item);
                }
            }
        }
        items
    }
}

impl Resource {
    /// The item, whose id has everything for its fragment.
    fn item(&self, file: &str) -> PaletteItem {
        let placeholder = match (&self.placeholder, self.kind) {
            (Some(placeholder), _) => format!("${{{placeholder}}}"),
            (None, ResourceKind::Machine) => state_machine_placeholder(&self.name),
            (None, ResourceKind::Function) => format!("${{{}Arn}}", self.name),
        };
        let about = match self.kind {
            ResourceKind::Machine => "runs the state machine",
            ResourceKind::Function => "invokes the function",
        };
        PaletteItem {
            id: format!("{}:{}={placeholder}", self.kind.word(), self.name),
            group: "Workspace",
            title: self.name.clone(),
            about: format!("{about} of {file}"),
        }
    }
}

/// The state machines and functions of a file.
fn resources(document: &Document) -> Vec<Resource> {
    let json = document.file().json();
    let templates = json.get("Resources").and_then(Json::as_object);
    let Some(templates) = templates else {
        let file = std::path::Path::new(document.name()).file_name();
        let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        let definitions = document.definitions().iter();
        let machines = definitions.filter(|definition| !definition.graph().states().is_empty());
        return machines
            .map(|definition| Resource {
                kind: ResourceKind::Machine,
                name: definition.name().unwrap_or(stem).to_owned(),
                placeholder: None,
                is_whole_file: definition.name().is_none(),
            })
            .collect();
    };
    let found = templates.iter().filter_map(|(id, resource)| {
        let kind = match resource.get("Type")?.as_str()? {
            "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine" => {
                ResourceKind::Machine
            }
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => ResourceKind::Function,
            _ => return None,
        };
        let mut substitutions = templates.values().filter_map(|other| {
            let all = other.get("Properties")?.get("DefinitionSubstitutions")?;
            let mut all = all.as_object()?.iter();
            let (placeholder, _) = all.find(|(_, value)| names(value, id))?;
            Some(placeholder.clone())
        });
        Some(Resource {
            kind,
            name: id.clone(),
            placeholder: substitutions.next(),
            is_whole_file: false,
        })
    });
    found.collect()
}

/// Whether the value of a substitution is a resource: `!Ref`, `!GetAtt` or `!Sub` of its id.
fn names(value: &Json, id: &str) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Json::String(text) => {
                let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
                if words.any(|word| word == id) {
                    return true;
                }
            }
            Json::Array(items) => open.extend(items),
            Json::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    false
}

/// The call of a machine or function, from the id of its item.
pub(super) fn fragment(kind: &str, id: &str, place: &InsertionPlace<'_>) -> Option<Fragment> {
    let (name, placeholder) = id.rsplit_once('=')?;
    let is_jsonata = place.language == QueryLanguage::Jsonata;
    if kind == "function" {
        let fragment = calls::fragment(INVOKE, place)?;
        let (_, state) = fragment.only()?;
        let mut state = state.clone();
        let field = if is_jsonata {
            "/Arguments/FunctionName"
        } else {
            "/Parameters/FunctionName"
        };
        *state.pointer_mut(field)? = placeholder.into();
        return Some(Fragment::of(name, state));
    }
    let state = if is_jsonata {
        json!({
            "Type": "Task",
            "Resource": START_EXECUTION,
            "Arguments": {"StateMachineArn": placeholder, "Input": "{% $states.input %}"},
            "Output": "{% $states.result.Output %}",
        })
    } else {
        json!({
            "Type": "Task",
            "Resource": START_EXECUTION,
            "Parameters": {"StateMachineArn": placeholder, "Input.$": "$"},
            "OutputPath": "$.Output",
        })
    };
    Some(Fragment::of(&format!("Run {name}"), state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(name: &str, text: &str) -> Vec<String> {
        let found = resources(&Document::open(name, text, 0));
        found.iter().map(|one| one.item(name).id).collect()
    }

    #[test]
    fn a_template_has_its_machines_and_functions_by_their_substitutions() {
        let template = r#"{"Resources": {
            "Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionSubstitutions":
                {"PayArn": {"Fn::GetAtt": ["Pay", "Arn"]}, "Other": {"Ref": "Payments"}}}},
            "Pay": {"Type": "AWS::Lambda::Function"},
            "Mail": {"Type": "AWS::Serverless::Function"},
            "Bucket": {"Type": "AWS::S3::Bucket"}}}"#;
        let expected = [
            "machine:Orders=${OrdersStateMachineArn}",
            "function:Pay=${PayArn}",
            "function:Mail=${MailArn}",
        ];
        assert_eq!(ids("template.json", template), expected);
    }

    #[test]
    fn a_file_is_a_machine_and_other_texts_are_none() {
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
        let expected = ["machine:refund=${RefundStateMachineArn}"];
        assert_eq!(ids("folder/refund.asl.json", definition), expected);
        assert_eq!(ids("broken.asl.json", "{"), Vec::<String>::new());
    }
}
