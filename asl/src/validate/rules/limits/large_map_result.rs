//! Reports a Map state whose collected results may exceed the size limit of a state's output.

use crate::graph::State;
use crate::limits::MAX_PAYLOAD_BYTES;
use crate::model::StateKind;
use crate::resource::{IntegrationPattern, Resource};
use crate::validate::history::items;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW140",
    name: "large-map-result",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Map collects the whole response of a service for each item, and nothing reduces it.",
    doc: "A state's output has at most 262,144 bytes; beyond that the Map fails with `States.DataLimitExceeded`. The response of an optimized integration includes HTTP headers and metadata, about 2 KiB, so a few hundred items reach the limit. Select the part that you need with `ResultSelector`, `OutputPath` or `Output` of the Task that ends the iteration, discard the Map's result with `\"ResultPath\": null`, or let a Distributed Map write it with a `ResultWriter`. Maps over a list in the definition that is short enough are not reported, nor are Parallel states, because their number of branches is fixed.",
    source: source::QUOTAS,
    check: payload,
};

/// Maximum size of a state's output and of a service response, in bytes.
const MAX_PAYLOAD: u64 = MAX_PAYLOAD_BYTES as u64;

const ANSWER: u64 = 2_048;

fn payload(definition: &Definition<'_>, report: &mut Report<'_>) {
    let graph = &definition.graph;
    let mut known = None;
    for (number, map) in graph.states().iter().enumerate() {
        if map.kind != Some(StateKind::Map)
            || drops_result(map.object)
            || map.object.contains_key("ResultWriter")
        {
            continue;
        }
        let Some(inner) = map.inner.first() else {
            continue;
        };
        let states = graph.containers()[*inner]
            .states
            .iter()
            .map(|state| (*state, &graph.states()[*state]));
        let whole = states.clone().find(|(state, last)| {
            definition.flow.reached[*state]
                && last.is_terminal()
                && gives_answer(definition, *state)
        });
        let Some((end, last)) = whole else { continue };
        let known = known.get_or_insert_with(|| items(definition));
        let items = known.get(&number).copied();
        if items.is_some_and(|items| items.saturating_mul(ANSWER) <= MAX_PAYLOAD) {
            continue;
        }
        let message = format!(
            "the Map collects the whole response of `{}` for each item; a few hundred responses exceed 256 KiB",
            last.name
        );
        let entry = report.add(&map.pointer, message).at_key();
        let entry = entry.choices(|| [discarded(definition, number, map)]);
        entry.suggest(format!(
            "select the part that you need with `{}` of `{}`",
            if definition.languages[end] == QueryLanguage::Jsonata {
                "Output"
            } else {
                "ResultSelector"
            },
            last.name
        ));
    }
}

/// Whether a Map reshapes or drops its result.
fn drops_result(map: &Object) -> bool {
    let shapes = ["ResultSelector", "Output"];
    shapes.iter().any(|field| map.contains_key(*field))
        || map.get("ResultPath").is_some_and(Json::is_null)
}

/// Whether a state's output is the response of an optimised integration, or contains it.
fn gives_answer(definition: &Definition<'_>, state: usize) -> bool {
    let task = definition.graph.states()[state].object;
    let resource = task.get("Resource").and_then(Json::as_str);
    let Some(resource) = resource.map(Resource::parse) else {
        return false;
    };
    let Some(action) = resource.integration() else {
        return false;
    };
    // These responses have no metadata. A callback's output is the value that was sent back.
    let is_lean = action.starts_with("aws-sdk:")
        || action.starts_with("events:")
        || resource.pattern() == IntegrationPattern::WaitForTaskToken;
    if is_lean {
        return false;
    }
    if definition.languages[state] == QueryLanguage::Jsonata {
        return !task.contains_key("Output");
    }
    let shapes = ["ResultSelector", "OutputPath"];
    !shapes.iter().any(|field| task.contains_key(*field))
        && !task.get("ResultPath").is_some_and(Json::is_null)
}

/// Discards the result of a Map.
fn discarded(definition: &Definition<'_>, number: usize, map: &State<'_>) -> Fix {
    let is_jsonata = definition.languages[number] == QueryLanguage::Jsonata;
    let (field, value) = if is_jsonata {
        ("Output", Json::from("{% $states.input %}"))
    } else {
        ("ResultPath", Json::Null)
    };
    let pointer = field_fixes::member(&map.pointer, field);
    let edit = if map.object.contains_key(field) {
        Edit::replace(pointer, value)
    } else {
        Edit::insert(pointer, value)
    };
    Fix::choice("discard the result of the Map", [edit])
}
