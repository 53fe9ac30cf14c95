use std::collections::BTreeMap;

use serde_json::json;
use stepwright::prelude::*;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::timeline::Timeline;
use stepwright_runtime::{Engine, MachineType, StartOptions};

#[task]
async fn pack(item: String) -> String {
    item
}

/// The line of `workflow!`.
const WORKFLOW: u32 = line!() + 1;
workflow! {
    workflow Packing(items: Vec<String>) -> Vec<String> {
        pass Begin {
            next PackAll;
        }
        map PackAll {
            let packed = for item in items {
                task Pack {
                    let parcel = pack(item);
                    end parcel;
                }
            };
            end packed;
        }
    }
}

fn engine() -> Engine {
    let failing = Mock::failure("Broken", "the machine stopped").optional();
    Engine::builder()
        .register::<Packing>()
        .tasks(Mocks::new().task::<pack>(failing))
        .virtual_time()
        .build()
        .unwrap()
}

/// Returns the states that were visited, with the lines in which they are declared, counted from `workflow!`.
fn lines(timeline: &Timeline) -> Vec<(&str, Option<u32>)> {
    let visits = timeline.visits().iter();
    visits
        .map(|visit| {
            let location = visit.source_location();
            assert!(
                location.is_none_or(|location| location.file().ends_with("timeline/sources.rs"))
            );
            (
                visit.state(),
                location.map(|location| location.line() - WORKFLOW),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_visit_has_the_line_of_rust_that_declares_its_state() {
    let engine = engine();
    let report = engine
        .execute_machine("Packing", json!(["a"]), StartOptions::new())
        .await
        .unwrap();
    let timeline = Timeline::of(&report.history);
    assert_eq!(
        lines(&timeline),
        [("Begin", Some(2)), ("PackAll", Some(5)), ("Pack", Some(7))]
    );
    // The state that is started again is the same, and the state before it has no source.
    let again = engine
        .start_from_state(
            report.execution().id(),
            "PackAll",
            json!({}),
            &BTreeMap::new(),
            StartOptions::new(),
        )
        .await
        .unwrap();
    let timeline = Timeline::of(&again.report().await.history);
    assert_eq!(
        lines(&timeline),
        [
            ("Start at PackAll", None),
            ("PackAll", Some(5)),
            ("Pack", Some(7))
        ]
    );
}

#[tokio::test]
async fn a_definition_that_replaces_a_workflow_has_no_source() {
    let engine = engine();
    let text = r#"{"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "End": true}}}"#;
    engine
        .register_json("Packing", text, MachineType::Standard)
        .unwrap();
    let report = engine
        .execute_machine("Packing", json!([]), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(lines(&Timeline::of(&report.history)), [("Begin", None)]);
}

#[tokio::test]
async fn a_failed_assertion_names_the_line_of_the_state_that_failed() {
    let report = engine()
        .execute_machine("Packing", json!(["a"]), StartOptions::new())
        .await
        .unwrap();
    let assertion = std::panic::AssertUnwindSafe(|| expect(&report).succeeded());
    let message = std::panic::catch_unwind(assertion).map(drop).unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    let line = format!(
        "\nfailed state: `Pack`, declared at testing/tests/timeline/sources.rs:{}:",
        WORKFLOW + 7
    );
    assert!(message.contains(&line), "{message}");
}
