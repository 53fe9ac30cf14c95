//! Closed executions, redrives before and after the copy, and versions of a state machine.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::script::{
    Machines, Script, Session, Step, fail, named, redrive, start, succeed,
};
use crate::golden::states::{ask, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 35.5;

pub(crate) fn store() -> GoldenStore {
    let machines = machines();
    let starts = machines
        .keys()
        .map(|machine| start(machine, json!({"id": machine})));
    let steps = [
        Step::Until(3.0),
        fail("redriven", "Refused", "the first time"),
        fail("redriven twice", "Refused", "the first time"),
        Step::Stop {
            execution: "aborted:e".to_owned(),
            error: Some("Enough".to_owned()),
            cause: Some("no longer needed".to_owned()),
        },
        Step::Stop {
            execution: "aborted_without_an_error:e".to_owned(),
            error: None,
            cause: None,
        },
        Step::Until(12.0),
        redrive("redriven:e"),
        redrive("redriven_twice:e"),
        fail("redriven twice", "Refused", "the second time"),
        Step::Until(14.0),
        redrive("redriven_twice:e"),
        succeed("redriven twice", json!("the third time")),
    ];
    let first = Session {
        steps: starts.chain(steps).collect(),
        machines,
        ..Session::default()
    };
    // The next engine has a new version of one machine.
    let second = Session {
        opens: 30.0,
        machines: named([("versions", version("second"))]),
        steps: vec![
            start("versions:f", json!({"start": 2})),
            Step::Until(COPIED),
        ],
        ..Session::default()
    };
    GoldenStore {
        name: "closed",
        writing: vec![first, second],
        script: Script {
            about: "executions that are over, redrives, and versions of a state machine".to_owned(),
            sessions: vec![reading()],
            ..Script::default()
        },
    }
}

/// Builds a version of a state machine.
fn version(text: &str) -> Json {
    machine(
        "Rest",
        json!({"Rest": wait(100, Some("Tell")), "Tell": pass(None, json!({"Result": text}))}),
    )
}

fn machines() -> Machines {
    let asks = |label: &str| machine("Ask", json!({"Ask": ask(json!(label), None, json!({}))}));
    let mut timed_out = machine("Rest", json!({"Rest": wait(100, None)}));
    timed_out["TimeoutSeconds"] = json!(300);
    let flaky = || {
        task(
            "flaky",
            json!({"paid": true}),
            Some("Rest"),
            json!({"ResultPath": "$.flaky"}),
        )
    };
    let iteration = machine(
        "Choose",
        json!({
            "Choose": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Pay"}], "Default": "Done"},
            "Pay": task("flaky", json!({"item.$": "$"}), Some("Done"), json!({})),
            "Done": pass(None, json!({})),
        }),
    );
    let map = json!({"Type": "Map", "ItemProcessor": iteration});
    let parallel = json!({"Type": "Parallel", "Branches": [
        machine("One", json!({"One": pass(None, json!({}))})),
        machine("Two", json!({"Two": task("flaky", json!({"branch": 2}), None, json!({}))})),
        machine("Three", json!({"Three": wait(10, None)})),
    ]});
    named([
        ("aborted", asks("aborted")),
        ("aborted_without_an_error", asks("aborted without an error")),
        (
            "failed",
            machine(
                "Refuse",
                json!({"Refuse": {"Type": "Fail", "Error": "Grüße", "Cause": "the cause is \"quoted\""}}),
            ),
        ),
        (
            "redrivable",
            machine(
                "Pay",
                json!({
                    "Pay": flaky(), "Rest": wait(5, None),
                }),
            ),
        ),
        (
            "redrivable_map",
            machine(
                "Items",
                json!({
                    "Items": pass(Some("Each"), json!({"Result": [0, 1, 2]})), "Each": with(map, None, json!({})),
                }),
            ),
        ),
        (
            "redrivable_parallel",
            machine("All", json!({"All": with(parallel, None, json!({}))})),
        ),
        ("redriven", asks("redriven")),
        ("redriven_twice", asks("redriven twice")),
        ("stopped", asks("stopped")),
        (
            "succeeded",
            machine(
                "Try",
                json!({
                    "Try": task("echo", json!({"error": "Busy", "until": 2, "attempt.$": "$$.State.RetryCount"}), Some("Done"), json!({
                        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60, "MaxAttempts": 2}],
                    })),
                    "Done": {"Type": "Succeed"},
                }),
            ),
        ),
        ("timed_out", timed_out),
        ("versions", version("first")),
    ])
}

fn reading() -> Session {
    Session {
        opens: COPIED + 0.1,
        machines: named([("versions", version("third"))]),
        steps: vec![
            succeed("redriven", json!("at last")),
            redrive("redrivable:e"),
            redrive("redrivable_map:e"),
            redrive("redrivable_parallel:e"),
            redrive("timed_out:e"),
            Step::Until(45.0),
            redrive("aborted:e"),
            succeed("aborted", json!("not aborted")),
            Step::Until(120.0),
            Step::Stop {
                execution: "stopped:e".to_owned(),
                error: Some("Stopped".to_owned()),
                cause: None,
            },
            Step::Until(300.0),
        ],
        ..Session::default()
    }
}
