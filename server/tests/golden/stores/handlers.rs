//! Tasks whose handlers ran when the store was copied, and tasks that wait for a handler.

use serde_json::json;

use super::GoldenStore;
use crate::golden::environment::{activity, state_machine};
use crate::golden::script::{Machines, Script, Session, Step, named, poll, start, succeed};
use crate::golden::states::{invoke, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 20.5;

pub(crate) fn store() -> GoldenStore {
    // Only the first session has handlers for these. It ends before their tasks start.
    let gone = gone();
    let starts = gone
        .keys()
        .map(|machine| start(machine, json!({"id": machine})));
    let steps = starts.chain([Step::Until(5.0)]).collect();
    let mut registered = gone.clone();
    registered.insert("inner".to_owned(), inner());
    let first = Session {
        machines: registered,
        activities: vec!["old".to_owned()],
        steps,
        ..Session::default()
    };
    let at_work = at_work();
    let starts = at_work
        .keys()
        .map(|machine| start(machine, json!({"id": machine})));
    let ends = [Step::Until(COPIED), Step::WaitingForHandlers];
    let second = Session {
        opens: 8.0,
        steps: starts.chain(ends).collect(),
        machines: at_work,
        without: vec!["late".to_owned()],
        ..Session::default()
    };
    GoldenStore {
        name: "handlers",
        writing: vec![first, second],
        script: Script {
            about: "tasks whose handlers ran when the store was copied, and tasks that wait for a handler, an activity or a state machine".to_owned(),
            sessions: reading(),
            ..Script::default()
        },
    }
}

fn gone() -> Machines {
    let later = |state| machine("W", json!({"W": wait(10, Some("Late")), "Late": state}));
    let nested = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": state_machine("inner"), "Name": "late", "Input": {"nested": true}},
        "OutputPath": "$.Output",
    });
    named([
        (
            "gone_activity",
            later(with(
                json!({"Type": "Task", "Resource": activity("old")}),
                None,
                json!({}),
            )),
        ),
        (
            "gone_function",
            later(task(
                "late",
                json!({"id.$": "$.id"}),
                None,
                json!({"TimeoutSeconds": 1800}),
            )),
        ),
        ("gone_machine", later(with(nested, None, json!({})))),
    ])
}

fn inner() -> serde_json::Value {
    machine("P", json!({"P": pass(None, json!({}))}))
}

fn at_work() -> Machines {
    let caught = json!({"Catch": [{"ErrorEquals": ["Stepwright.TaskLost"], "ResultPath": "$.lost", "Next": "Caught"}]});
    let retried = json!({"Retry": [{"ErrorEquals": ["Stepwright.TaskLost"], "IntervalSeconds": 300, "MaxAttempts": 1}]});
    let attempt = || json!({"id.$": "$.id", "attempt.$": "$$.State.RetryCount"});
    let token = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "again", "Payload": {"label": "again", "token.$": "$$.Task.Token"}},
    });
    let branch = |name: &str, function: &str, more| {
        machine(name, json!({name: task(function, attempt(), None, more)}))
    };
    let parallel = json!({"Type": "Parallel", "Branches": [
        branch("Hang", "hang", retried.clone()),
        branch("Again", "again", json!({})),
        machine("Wait", json!({"Wait": wait(60, None)})),
    ]});
    named([
        (
            "again",
            machine(
                "Work",
                json!({"Work": invoke("again", attempt(), None, json!({}))}),
            ),
        ),
        (
            "again_too_late",
            machine(
                "Work",
                json!({
                    "Work": task("again", attempt(), None, json!({
                        "TimeoutSeconds": 900, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Caught"}],
                    })),
                    "Caught": pass(None, json!({})),
                }),
            ),
        ),
        (
            "again_with_a_token",
            machine("Work", json!({"Work": with(token, None, json!({}))})),
        ),
        (
            "lost_and_caught",
            machine(
                "Work",
                json!({
                    "Work": task("hang", attempt(), None, caught), "Caught": pass(None, json!({})),
                }),
            ),
        ),
        (
            "lost_and_fails",
            machine(
                "Work",
                json!({"Work": invoke("hang", attempt(), None, json!({}))}),
            ),
        ),
        (
            "lost_and_retried",
            machine(
                "Work",
                json!({"Work": task("hang", attempt(), None, retried)}),
            ),
        ),
        (
            "lost_in_a_branch",
            machine("All", json!({"All": with(parallel, None, json!({}))})),
        ),
    ])
}

fn reading() -> Vec<Session> {
    let first = Session {
        opens: 40.0,
        without: vec!["late".to_owned()],
        steps: vec![
            Step::WaitingForHandlers,
            succeed("again", json!("answered")),
            Step::Until(50.0),
        ],
        ..Session::default()
    };
    let second = Session {
        opens: 200.0,
        machines: named([("inner", inner())]),
        activities: vec!["old".to_owned()],
        steps: vec![
            Step::WaitingForHandlers,
            poll("old", "old"),
            succeed("old", json!({"packed": 1})),
            Step::Until(300.0),
        ],
        ..Session::default()
    };
    vec![first, second]
}
