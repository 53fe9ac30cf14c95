//! Executions that started nested executions.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::environment::state_machine;
use crate::golden::script::{Machines, Script, Session, Step, fail, named, start, succeed};
use crate::golden::states::{ask, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 15.5;

pub(crate) fn store() -> GoldenStore {
    let parents = parents();
    let starts = parents
        .keys()
        .map(|machine| start(machine, json!({"label": machine})));
    let writing = Session {
        steps: starts.chain([Step::Until(COPIED)]).collect(),
        machines: parents.clone().into_iter().chain(children()).collect(),
        ..Session::default()
    };
    GoldenStore {
        name: "nested",
        writing: vec![writing],
        script: Script {
            about: "executions that started nested executions".to_owned(),
            sessions: vec![reading()],
            ..Script::default()
        },
    }
}

fn children() -> Machines {
    named([
        (
            "asks",
            machine(
                "Ask",
                json!({"Ask": ask(json!("$.label"), None, json!({}))}),
            ),
        ),
        // The parent waits for the token in the input.
        (
            "calls_back",
            machine(
                "Note",
                json!({
                    "Note": task("echo", json!({"label": "parent", "token.$": "$.token"}), Some("Ask"), json!({"ResultPath": null})),
                    "Ask": ask(json!("$.label"), None, json!({})),
                }),
            ),
        ),
        (
            "hands_on",
            machine(
                "Run",
                json!({
                    "Run": starts("startExecution.sync:2", "asks", "in-the-middle", json!({"label": "deepest"}), None, json!({"OutputPath": "$.Output"})),
                }),
            ),
        ),
        (
            "rests",
            machine(
                "Rest",
                json!({"Rest": wait(40, Some("Done")), "Done": pass(None, json!({"Result": {"rested": true}}))}),
            ),
        ),
    ])
}

/// Builds a task that starts an execution.
fn starts(
    how: &str,
    target: &str,
    name: &str,
    input: Json,
    next: Option<&str>,
    more: Json,
) -> Json {
    let service = if how.starts_with("aws-sdk") {
        ""
    } else {
        "states:"
    };
    // The AWS SDK takes the input as text.
    let input = if how.starts_with("aws-sdk") {
        json!(input.to_string())
    } else {
        input
    };
    let state = json!({
        "Type": "Task", "Resource": format!("arn:aws:states:::{service}{how}"),
        "Parameters": {"StateMachineArn": state_machine(target), "Name": name, "Input": input},
    });
    with(state, next, more)
}

fn parents() -> Machines {
    let run = |state: Json| machine("Run", json!({"Run": state}));
    let caught = json!({"Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.caught", "Next": "Caught"}]});
    let label = |label: &str| json!({"label": label});
    let token = json!({"label": "child", "token.$": "$$.Task.Token"});
    named([
        (
            "callback",
            run(starts(
                "startExecution.waitForTaskToken",
                "calls_back",
                "callback",
                token,
                None,
                json!({"TimeoutSeconds": 30000}),
            )),
        ),
        (
            "deep",
            run(starts(
                "startExecution.sync:2",
                "hands_on",
                "deep",
                json!({}),
                None,
                json!({"OutputPath": "$.Output"}),
            )),
        ),
        (
            "fire_and_forget",
            machine(
                "Run",
                json!({
                    "Run": starts("startExecution", "asks", "forgotten", label("forgotten"), Some("Rest"), json!({"ResultPath": "$.started"})),
                    "Rest": wait(100, None),
                }),
            ),
        ),
        (
            "later",
            machine(
                "Rest",
                json!({
                    "Rest": wait(20, Some("Run")),
                    "Run": starts("startExecution.sync:2", "rests", "later", json!({"from": "later"}), None, json!({"OutputPath": "$.Output"})),
                }),
            ),
        ),
        (
            "sdk",
            machine(
                "Run",
                json!({
                    "Run": starts("aws-sdk:sfn:startExecution", "rests", "by-the-SDK", json!({"by": "SDK"}), Some("Rest"), json!({})),
                    "Rest": wait(10, Some("Longer")),
                    "Longer": wait(100, None),
                }),
            ),
        ),
        (
            "sync",
            run(starts(
                "startExecution.sync",
                "rests",
                "sync",
                json!({"from": "sync"}),
                None,
                json!({"ResultSelector": {
                    "output.$": "$.Output", "status.$": "$.Status", "input.$": "$.Input",
                }}),
            )),
        ),
        (
            "sync_2",
            run(starts(
                "startExecution.sync:2",
                "asks",
                "sync-2",
                label("sync 2"),
                None,
                json!({
                    "ResultSelector": {"output.$": "$.Output", "name.$": "$.Name"}, "ResultPath": "$.result",
                }),
            )),
        ),
        (
            "sync_fails",
            machine(
                "Run",
                json!({
                    "Run": starts("startExecution.sync:2", "asks", "fails", label("fails"), None, caught),
                    "Caught": pass(None, json!({"Parameters": {"error.$": "$.caught.Error"}})),
                }),
            ),
        ),
        (
            "times_out",
            run(starts(
                "startExecution.sync:2",
                "asks",
                "times-out",
                label("times out"),
                None,
                json!({"TimeoutSeconds": 3600}),
            )),
        ),
    ])
}

fn reading() -> Session {
    Session {
        opens: COPIED + 0.1,
        machines: children(),
        steps: vec![
            succeed("sync 2", json!({"answer": 42})),
            fail("fails", "Refused", "by the child"),
            succeed("deepest", json!("from the deepest")),
            succeed("child", json!("the child is done")),
            succeed("parent", json!("called back")),
            Step::Until(50.0),
            succeed("forgotten", json!("not forgotten")),
            Step::Until(200.0),
        ],
        ..Session::default()
    }
}
