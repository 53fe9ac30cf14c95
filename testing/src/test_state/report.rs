//! Builds the response of `TestState` from the run of a state.

use smol_str::SmolStr;
use stepwright_engine::test_support::InspectionResult;
use stepwright_interpreter::execution::{Inspection, InspectionStage};
use stepwright_interpreter::program::{Io, Kind};
use stepwright_interpreter::value::Value;

use super::prepare::PreparedTest;
use super::request::InspectionLevel;
use super::response::{ErrorDetails, InspectionData, TestStateResponse, TestStatus};

/// Returns the response to a test that ran.
pub(super) fn response(prepared: &PreparedTest, inspected: &InspectionResult) -> TestStateResponse {
    let inspection = &*inspected.inspection;
    let failure = inspection.failure.as_ref();
    let text = |text: &Option<SmolStr>| text.as_ref().map(SmolStr::to_string);
    let left = inspection.exit.as_ref();
    let status = match (left, failure) {
        (Some(_), None) => TestStatus::Succeeded,
        (Some(_), Some(_)) => TestStatus::CaughtError,
        (None, _) if inspection.is_retriable => TestStatus::Retriable,
        (None, _) => TestStatus::Failed,
    };
    let error = failure.and_then(|failure| text(&failure.error));
    let next = left.and_then(|left| left.next);
    TestStateResponse {
        status,
        output: left.map(|left| prepared.text(&left.output)),
        error: error.or_else(|| inspected.is_timed_out.then(|| "States.Timeout".to_owned())),
        cause: failure.and_then(|failure| text(&failure.cause)),
        next_state: next.map(|next| prepared.subject.program.state(next).name.to_string()),
        inspection_data: (prepared.level > InspectionLevel::Info)
            .then(|| inspection_data(prepared, inspection)),
    }
}

/// Returns AWS's inspection data of a state, by its type and query language
/// (docs/reference/service-behaviour.md, "Inspection data").
fn inspection_data(prepared: &PreparedTest, inspection: &Inspection) -> InspectionData {
    let seen = |stage| {
        inspection
            .value_at(stage)
            .map(|value| prepared.text(&value))
    };
    let number = |stage| inspection.value_at(stage).and_then(|value| value.as_i64());
    let state = prepared.subject.state();
    let is_jsonata = matches!(state.io, Io::Jsonata(_));
    let mut data = InspectionData {
        input: Some(prepared.text(&prepared.input)),
        error_details: error_details(prepared, inspection),
        variables: (prepared.level == InspectionLevel::Trace)
            .then(|| variables(prepared, inspection))
            .flatten(),
        ..InspectionData::default()
    };
    match &state.kind {
        Kind::Task(_) => {
            data.result = seen(InspectionStage::Result);
            if is_jsonata {
                data.after_arguments = seen(InspectionStage::Parameters);
            } else {
                data.after_parameters = seen(InspectionStage::Parameters);
            }
        }
        Kind::Pass(pass) if !is_jsonata => {
            data.result = seen(InspectionStage::Result);
            data.after_parameters =
                seen(InspectionStage::Parameters).filter(|_| pass.result.is_none());
        }
        Kind::Map(_) => {
            let count = |stage| number(stage).and_then(|number| u64::try_from(number).ok());
            data.max_concurrency = count(InspectionStage::MaxConcurrency);
            data.tolerated_failure_count = count(InspectionStage::ToleratedCount);
            data.tolerated_failure_percentage = inspection
                .value_at(InspectionStage::ToleratedPercentage)
                .and_then(|value| value.as_f64());
            data.after_item_selector = seen(InspectionStage::ItemSelector);
            data.after_item_batcher = seen(InspectionStage::ItemBatcher);
            data.after_items_pointer = seen(InspectionStage::ItemsPointer);
            data.after_items_path = seen(InspectionStage::ItemsPath).filter(|_| !is_jsonata);
        }
        _ => {}
    }
    if !is_jsonata {
        data.after_input_path = match &state.kind {
            Kind::Parallel(_) => None,
            Kind::Pass(pass) if pass.result.is_some() => None,
            // A Fail state has no InputPath.
            Kind::Fail(_) => data.input.clone(),
            _ => seen(InspectionStage::InputPath),
        };
        data.after_result_selector = seen(InspectionStage::ResultSelector);
        data.after_result_path = seen(InspectionStage::ResultPath);
    }
    data
}

fn error_details(prepared: &PreparedTest, inspection: &Inspection) -> Option<ErrorDetails> {
    if inspection.retrier.is_none() && inspection.catcher.is_none() {
        return None;
    }
    let retrier = inspection.retrier.filter(|_| inspection.is_retriable);
    let backoff = retrier.map(|index| {
        let retrier = &prepared.subject.state().retry[index];
        retrier.delay(prepared.retries, || 1.0).as_secs()
    });
    Some(ErrorDetails {
        catch_index: inspection.catcher,
        retry_index: inspection.retrier,
        retry_backoff_interval_seconds: backoff,
    })
}

/// Returns the variables of the request and those that the state assigned; `None` if there are
/// none.
fn variables(prepared: &PreparedTest, inspection: &Inspection) -> Option<String> {
    let mut all: indexmap::IndexMap<SmolStr, Value> = prepared.variables.iter().cloned().collect();
    let assigned = inspection.exit.iter().flat_map(|left| &left.assigned);
    for (variable, value) in assigned {
        all.insert(
            prepared.subject.program.variable_name(*variable),
            value.clone(),
        );
    }
    let all: Value = all.into_iter().collect();
    (all.as_object().is_some_and(|all| !all.is_empty())).then(|| all.to_text())
}
