//! Distributed Maps: batches, and the settings of readers and writers.

use super::fault;
use crate::expr::{Expr, ExprNode};
use crate::flow::{Access, Distributed, FlowStateKind, Map, State};
use crate::shape::{Fields, Shape};
use crate::workflow::{AtSource, WorkflowDiagnostic};
use serde_json::Value;
use stepwright_asl::front_end::{GivenSetting, GivenValue, SettingWords, check_settings};
use stepwright_asl::limits::{BATCH, READER, Setting, SettingType, WRITER};

/// Returns the builder's words for the settings of a reader or a writer.
fn words(owner: &'static str) -> SettingWords {
    SettingWords {
        owner,
        name: |setting| setting.field,
        code: |name| format!("`.setting(\"{name}\", ..)`"),
        headers: ".setting(\"CSVHeaders\", vec![\"id\", \"name\"])",
        headers_given: ".setting(\"CSVHeaderLocation\", \"GIVEN\")",
    }
}

fn settings(access: &Access) -> impl Iterator<Item = (&str, &Expr)> {
    let settings = access.settings.iter();
    settings.map(|(name, value)| (&**name, value))
}

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<WorkflowDiagnostic>) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    let Some(distributed) = &map.distributed else {
        return;
    };
    if let Some(reader) = &distributed.reader {
        let words = words("`ReaderConfig`");
        settings_are_valid(state, settings(reader), &words, READER, faults);
    }
    if let Some(writer) = &distributed.writer {
        let words = words("`WriterConfig`");
        settings_are_valid(state, settings(writer), &words, WRITER, faults);
    }
    if let Some(batch) = &distributed.batch {
        let limits = [
            ("MaxItemsPerBatch", &batch.max_items),
            ("MaxInputBytesPerBatch", &batch.max_input_bytes),
        ];
        let limits = limits.into_iter();
        let limits = limits.filter_map(|(field, limit)| Some((field, limit.as_ref()?)));
        let words = SettingWords {
            code: |name| format!("`{name}` of `Batches`"),
            ..words("`Batches`")
        };
        settings_are_valid(state, limits, &words, BATCH, faults);
    }
    batch_items_need_batches(state, map, distributed, faults);
    if let Some(place) = state.exhaustive {
        let message = "a Distributed Map never fails with the error of an item, so `.exhaustive()` has no errors to check: \
                       remove it, and catch `States::EXCEED_TOLERATED_FAILURE_THRESHOLD`";
        faults.push(fault(state, message).at(Some(place)));
    }
}

/// The settings of a reader, a writer or a batch exist and have values that AWS accepts.
fn settings_are_valid<'s>(
    state: &State,
    settings: impl Iterator<Item = (&'s str, &'s Expr)>,
    words: &SettingWords,
    known: &'static [Setting],
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    let settings = settings.map(|(name, value)| {
        let setting = known.iter().find(|setting| setting.field == name);
        let given = match value.untyped() {
            ExprNode::Literal(value) => literal_setting(value, setting),
            _ => GivenValue::Computed,
        };
        (GivenSetting { name, value: given }, value.place)
    });
    let (settings, places): (Vec<_>, Vec<_>) = settings.unzip();
    for (index, problem) in check_settings(known, words, &settings) {
        let (message, help) = problem.message(known, words, &settings[index]);
        let mut fault = fault(state, message).at(places[index].or(state.place));
        fault.help = help;
        fault.code = problem.code();
        faults.push(fault);
    }
}

/// Returns a literal as the value of a setting.
fn literal_setting<'v>(value: &'v Value, setting: Option<&Setting>) -> GivenValue<'v> {
    let has_word = setting.is_some_and(|one| matches!(one.takes, SettingType::Word(_)));
    match value {
        Value::String(word) if has_word => GivenValue::Word(word),
        Value::String(_) => GivenValue::Text,
        Value::Array(items) if items.iter().all(Value::is_string) => GivenValue::TextList,
        _ => value.as_u64().map_or(GivenValue::Other, GivenValue::Whole),
    }
}

/// Only the items of a map with batches have the type `Batch<Item>`.
fn batch_items_need_batches(
    state: &State,
    map: &Map,
    distributed: &Distributed,
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    if distributed.reader.is_some()
        && distributed.batch.is_none()
        && let Some(Shape::Struct(item)) = map.shape.map(|shape| shape().plain())
        && item.name == "Batch"
        && let Fields::Named(fields) = &item.fields
        && fields.iter().any(|field| field.wire == "BatchInput")
    {
        let message = "this map has no batches, but its item is a `Batch`: call `distributed_map_of_in_batches`, or use the type of \
                       one item";
        faults.push(fault(state, message));
    }
}
