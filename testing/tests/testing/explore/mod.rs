//! Exploration.

mod distributed;
mod faults;
mod hidden_errors;
mod nested;

use serde_json::{Value as Json, json};
use stepwright_runtime::testing::{Bounds, Exploration, explore};

use crate::testing::support::{machine, orders};

async fn found(definition: &Json, bounds: Bounds) -> Exploration {
    explore(&machine(definition), &bounds).await.unwrap()
}

#[tokio::test]
async fn exploration_reaches_every_state_and_transition() {
    let bounds = Bounds::new()
        .function_sample("charge", json!({"total": 5}))
        .function_sample("charge", json!({"total": 500}));
    let found = found(&orders(), bounds).await;
    assert!(found.is_complete);
    assert!(found.never_reached().is_empty(), "{found}");
    // Two samples, declined, late: four outcomes of each of the three attempts. After `Throttled`
    // comes the next, or the end.
    assert_eq!(found.runs, 4 + 4 + 5);
    assert_eq!(
        found.to_string(),
        "13 combinations\nuncaught:\n  `Throttled` of `Charge` is not caught, when `Charge` fails with `Throttled` (1 run)"
    );
    let panic = std::panic::catch_unwind(|| found.assert_clean()).unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), found.to_string());
}

#[tokio::test]
async fn uncaught_errors_and_unreached_states_are_reported() {
    let bounds = || {
        Bounds::new()
            .function_sample("charge", json!({"total": 5}))
            .error("Charge", "OutOfMoney")
    };
    let found_once = found(&orders(), bounds()).await;
    assert!(!found_once.is_clean());
    let text = found_once.to_string();
    assert!(
        text.contains(
            "`OutOfMoney` of `Charge` is not caught, when `Charge` fails with `OutOfMoney`"
        ),
        "{text}"
    );
    assert!(
        text.contains("`Throttled` of `Charge` is not caught"),
        "{text}"
    );
    assert!(text.contains("never reached:\n  state `Thank`"), "{text}");
    let again = found(&orders(), bounds()).await;
    assert_eq!(again.to_string(), text, "it is the same every time");
}

#[tokio::test]
async fn callbacks_without_a_timeout_and_endless_loops_are_stuck() {
    let definition = json!({"StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Pause"}],
            "End": true,
        },
        "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Again"},
        "Again": {"Type": "Pass", "Next": "Pause"},
    }});
    let found = found(&definition, Bounds::new().events(100)).await;
    assert_eq!(found.runs, 3);
    let told: Vec<String> = found.stuck.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("runs without end in"), "{told:?}");
    assert!(
        told[0].contains("when `Ask` fails with `AnyOtherError`"),
        "{told:?}"
    );
    assert_eq!(
        told[1],
        "the execution waits until a limit ends it in `Ask`, when `Ask` is never answered (1 run)"
    );
}

#[tokio::test]
async fn the_number_of_combinations_is_bounded() {
    let states: serde_json::Map<String, Json> = (0..20)
        .map(|number| {
            let next = format!("S{}", number + 1);
            let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": next,
                "Retry": [{"ErrorEquals": ["A", "B"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": next}]});
            (format!("S{number}"), task)
        })
        .chain([("S20".to_owned(), json!({"Type": "Succeed"}))])
        .collect();
    let definition = json!({"StartAt": "S0", "States": states});
    let found = found(&definition, Bounds::new().runs(200)).await;
    assert_eq!(found.runs, 200);
    assert!(!found.is_complete);
    assert!(
        found
            .to_string()
            .starts_with("200 combinations, not all: a bound was reached")
    );
    assert!(
        found.never_reached().is_empty(),
        "one error at a time reaches all"
    );
}

#[tokio::test]
async fn errors_inside_a_map_are_matched_with_its_catchers() {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "End": true,
            "ItemProcessor": {"StartAt": "Call", "States": {
                "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true},
            }},
            "Catch": [{"ErrorEquals": ["A"], "Next": "Sorry"}],
        },
        "Sorry": {"Type": "Succeed"},
    }});
    let bounds = Bounds::new()
        .input(json!({"items": [1, 2]}))
        .error("Call", "B");
    let found = found(&definition, bounds).await;
    assert!(found.never_reached().is_empty(), "{found}");
    assert_eq!(found.uncaught.len(), 1);
    assert_eq!(
        (
            found.uncaught[0].state.as_str(),
            found.uncaught[0].error.as_str()
        ),
        ("Call", "B")
    );
}
