//! Rules about Map and Parallel states.

pub(super) mod distributed_field_in_inline_map;
pub(super) mod distributed_map_in_express;
pub(super) mod incomplete_reader_or_writer;
pub(super) mod invalid_label;
pub(super) mod invalid_writer_config;
pub(super) mod map_number_out_of_range;
pub(super) mod missing_branches;
pub(super) mod missing_execution_type;
pub(super) mod not_one_processor;
pub(super) mod value_and_path;

use crate::edit::Edit;
use crate::fix::Fix;
use crate::json;
use crate::json::{Json, Pointer};
use crate::model::{MachineType, ProcessorMode, QueryLanguage};
use crate::substitution::is_substitution;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::rules::field_fixes;
use crate::validate::unknown::has_open_members;

fn maps<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Map")
}

/// The key and the value of a Map's processor.
fn processor<'d>(map: &DefinitionPart<'d>) -> Option<(&'static str, &'d Json)> {
    ["ItemProcessor", "Iterator"]
        .into_iter()
        .find_map(|key| Some((key, map.object.get(key)?)))
}

fn config<'d>(map: &DefinitionPart<'d>, field: &str) -> Option<&'d str> {
    let (_, processor) = processor(map)?;
    processor.get("ProcessorConfig")?.get(field)?.as_str()
}

/// Whether a Map is distributed; `None` if unknown.
fn is_distributed(map: &DefinitionPart<'_>) -> Option<bool> {
    let (_, processor) = processor(map).unzip();
    let config_object = processor.and_then(|processor| processor.get("ProcessorConfig"));
    let is_open = |json: &Json| match json {
        Json::String(text) => is_substitution(text),
        Json::Object(object) => has_open_members(object),
        _ => false,
    };
    let mut objects = [processor, config_object].into_iter().flatten();
    if has_open_members(map.object) || objects.any(is_open) {
        return None;
    }
    match config(map, "Mode") {
        Some(mode) if is_substitution(mode) => None,
        mode => Some(mode == Some(ProcessorMode::Distributed.as_str())),
    }
}

fn config_pointer<'d>(map: &DefinitionPart<'d>) -> Pointer<'d> {
    let key = processor(map).map_or("ItemProcessor", |(key, _)| key);
    map.at(key).key("ProcessorConfig")
}

/// The field with the location that is read or written, and its name in the other query language.
fn payload(language: QueryLanguage) -> (&'static str, &'static str) {
    match language {
        QueryLanguage::JsonPath => ("Parameters", "Arguments"),
        QueryLanguage::Jsonata => ("Arguments", "Parameters"),
    }
}

/// Whether a part is a reader or writer without a location to read or write.
pub(super) fn lacks_payload(part: &DefinitionPart<'_>) -> bool {
    (part.is("ItemReader") || part.is("ResultWriter"))
        && part.has("Resource")
        && !part.has(payload(part.language).0)
}

/// The machine type of the child executions of the innermost Distributed Map around a state.
pub(super) fn children(definition: &Definition<'_>, state: usize) -> Option<MachineType> {
    let graph = &definition.graph;
    let mut container = graph.states()[state].container;
    loop {
        if definition.is_distributed(container) {
            let config = graph.containers()[container]
                .object
                .get("ProcessorConfig")?;
            return MachineType::from_word(config.get("ExecutionType")?.as_str()?);
        }
        let parent = graph.containers()[container].parent?;
        container = graph.states()[parent].container;
    }
}

/// Makes a Map distributed.
pub(super) fn distributed(definition: &Definition<'_>, map: &DefinitionPart<'_>) -> Option<Fix> {
    let (key, processor) = processor(map)?;
    let processor_object = processor.as_object()?;
    let is_standard = definition.machine_type == MachineType::Standard;
    let is_inner = map
        .state
        .is_some_and(|state| children(definition, state).is_some());
    if !is_standard || is_inner {
        return None;
    }
    let pointer = map.at(key);
    let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let edit = if processor_object.contains_key("ProcessorConfig") {
        Edit::replace(pointer.key("ProcessorConfig"), config)
    } else {
        Edit::Insert {
            pointer: field_fixes::member(&pointer, "ProcessorConfig"),
            value: config,
            position: field_fixes::first(processor_object),
        }
    };
    Some(Fix::choice("make the Map distributed", [edit]))
}
