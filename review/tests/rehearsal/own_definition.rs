//! A history on its own definition is always the same.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::history::History;
use stepwright_engine::task::{Answer, TaskCall, TaskFailure};
use stepwright_engine::{Engine, Limits};
use stepwright_review::rehearsal::{RehearsalKind, RehearsedHistory};

use super::{rehearse, run};

/// Answers tasks randomly, determined by the seed, the state and the number of the call.
fn answer(seed: u64, call: &TaskCall<'_>) -> Answer {
    let mut hasher = DefaultHasher::new();
    (seed, call.state(), call.call()).hash(&mut hasher);
    let chance = hasher.finish();
    let delay = Duration::from_millis((chance >> 8) % 20_000);
    match chance % 8 {
        0..=2 => Answer::output(json!({"Payload": {"a": 1}, "StatusCode": 200})),
        3 => Answer::output(json!({"a": {"b": [1, 2]}, "n": 1.5})).after(delay),
        4 => Answer::output(json!("text")).after(delay),
        5 => Answer::result(Err(TaskFailure::new("Declined", "{\"why\": 1}"))),
        6 => Answer::result(Err(TaskFailure::new("Throttled", "later"))).after(delay),
        _ => Answer::never(),
    }
}

/// Runs a random definition, and rehearses its history with the same definition. `None` if the
/// engine rejects the definition or the input.
fn rehearsed(definition: &Json, input: &Json, seed: u64) -> Option<RehearsedHistory> {
    let history = history(definition, input, seed, move |call| answer(seed, call))?;
    Some(rehearse(definition, definition, &history.to_json()))
}

/// The limit of events.
const FULL: u32 = 1_000;

fn history(
    definition: &Json,
    input: &Json,
    seed: u64,
    answer: impl Fn(&TaskCall<'_>) -> Answer + Send + Sync + 'static,
) -> Option<History> {
    let engine = Engine::builder()
        .tasks(move |call: &TaskCall<'_>| Some(answer(call)))
        .activity("arn:aws:states:us-east-1:123456789012:activity:open")
        // An endless loop ends by the number of its events, as it does on AWS. With AWS's limit, a
        // loop that doubles a value would have gigabytes.
        .limits(Limits::new().events(FULL))
        .seed(seed);
    run(engine, definition, input)
}

/// Whether a result is right for a history of the same definition.
fn is_right(result: &RehearsedHistory, definition: &Json) -> bool {
    match result.kind {
        RehearsalKind::Same => true,
        // Calls with random arguments get the answers in a random order, because an answer belongs
        // to its arguments. If the answers differ, the path depends on random numbers.
        RehearsalKind::Undetermined => {
            let text = definition.to_string();
            let random = ["MathRandom", "States.UUID", "$random(", "$uuid("];
            random.iter().any(|name| text.contains(name))
        }
        // The items of a Distributed Map are other executions.
        RehearsalKind::Unusable => result.findings[0].to_string().contains("Distributed Map"),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_of_a_random_definition_is_the_same_on_its_own_definition(
        scope in super::random_definition::scope(2),
        seed in any::<u64>(),
    ) {
        let mut definition = scope.definition();
        definition["TimeoutSeconds"] = json!(10_000_000);
        let input = json!({"a": {"b": [1, 2]}, "n": 3, "s": "text"});
        if let Some(result) = rehearsed(&definition, &input, seed) {
            prop_assert!(is_right(&result, &definition), "{:#?}\n{:#}", result.findings, definition);
        }
    }
}

/// The Pass makes the entry of the state the last event before the limit, so that its call has no
/// event.
#[test]
fn a_call_that_the_limit_of_events_prevented_needs_no_answer() {
    let definition = json!({"StartAt": "First", "States": {
        "First": {"Type": "Pass", "Next": "Again"},
        "Again": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "ResultPath": null, "Next": "Again"},
    }});
    let answer = |_: &TaskCall<'_>| Answer::output(json!(1));
    let history = history(&definition, &json!({}), 0, answer).expect("is valid");
    assert_eq!(history.len(), FULL as usize);
    let result = rehearse(&definition, &definition, &history.to_json());
    assert_eq!(result.kind, RehearsalKind::Same, "{:#?}", result.findings);
}

/// The added state comes first, so that each event has another number in the second run.
#[test]
fn the_number_of_an_event_in_the_cause_of_an_error_is_no_changed_argument() {
    let fails = json!({"StartAt": "Count", "States": {"Count": {
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.missing %}", "End": true,
    }}});
    let old = json!({"StartAt": "Try", "States": {
        "Try": {"Type": "Parallel", "Branches": [fails], "End": true,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}]},
        "Tell": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true},
    }});
    let mut new = old.clone();
    new["StartAt"] = json!("First");
    new["States"]["First"] = json!({"Type": "Pass", "Next": "Try"});
    let history = history(&old, &json!({}), 0, |call| {
        Answer::output(call.parameters().to_json())
    });
    let history = history.expect("is valid").to_json();
    assert!(history.to_string().contains("entered at the event id #"));
    assert_eq!(rehearse(&old, &old, &history).kind, RehearsalKind::Same);
    let result = rehearse(&old, &new, &history);
    assert_eq!(result.kind, RehearsalKind::Same, "{:#?}", result.findings);
}
