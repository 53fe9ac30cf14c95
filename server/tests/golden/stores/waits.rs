//! Executions that wait in a single state: for time, a token, a worker, a retry.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::environment::activity;
use crate::golden::script::{Machines, Script, Session, Step, fail, named, poll, start, succeed};
use crate::golden::states::{ask, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 15.5;

pub(crate) fn store() -> GoldenStore {
    let machines = machines();
    let mut steps = Vec::new();
    for machine in machines.keys() {
        steps.push(start(machine, input(machine)));
        if machine == "activity_1_working" {
            steps.push(poll("pack", "worker"));
        }
    }
    steps.push(Step::Until(COPIED));
    let writing = Session {
        machines,
        activities: vec!["pack".to_owned()],
        steps,
        ..Session::default()
    };
    GoldenStore {
        name: "waits",
        writing: vec![writing],
        script: Script {
            about: "executions that wait for time, a token, a worker or a retry".to_owned(),
            sessions: vec![reading()],
            ..Script::default()
        },
    }
}

/// Returns the state machines. They start in the order of their names.
fn machines() -> Machines {
    let times = named([
        ("wait_seconds", {
            let mut waits = machine(
                "W",
                json!({"W": wait(100, Some("Done")), "Done": {"Type": "Succeed"}}),
            );
            waits["TimeoutSeconds"] = json!(30000);
            waits
        }),
        (
            "wait_timestamp",
            machine(
                "W",
                json!({
                    "W": with(json!({"Type": "Wait", "TimestampPath": "$.until"}), None, json!({})),
                }),
            ),
        ),
        ("wait_jsonata", {
            let mut waits = machine(
                "W",
                json!({
                    "W": with(json!({"Type": "Wait", "Seconds": "{% $states.input.minutes * 120 %}"}), None,
                        json!({"Output": {"waited": "{% $states.input.minutes %}"}})),
                }),
            );
            waits["QueryLanguage"] = json!("JSONata");
            waits
        }),
        ("wait_times_out", {
            let mut waits = machine("W", json!({"W": wait(1_000, None)}));
            waits["TimeoutSeconds"] = json!(12000);
            waits
        }),
    ]);
    let tokens = named([
        (
            "token_succeeds",
            machine(
                "Ask",
                json!({
                    "Ask": ask(json!("succeeds"), Some("Done"), json!({
                        "HeartbeatSeconds": 6000, "TimeoutSeconds": 54000, "ResultPath": "$.answer",
                    })),
                    "Done": {"Type": "Succeed"},
                }),
            ),
        ),
        (
            "token_fails",
            machine(
                "Ask",
                json!({
                    "Ask": ask(json!("fails"), None, json!({
                        "Catch": [{"ErrorEquals": ["Refused"], "ResultPath": "$.refused", "Next": "Caught"}],
                    })),
                    "Caught": pass(None, json!({})),
                }),
            ),
        ),
        (
            "token_loses_its_heartbeat",
            machine(
                "Ask",
                json!({
                    "Ask": ask(json!("loses"), None, json!({
                        "HeartbeatSeconds": 3000,
                        "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Caught"}],
                    })),
                    "Caught": pass(None, json!({})),
                }),
            ),
        ),
        (
            "token_retried",
            machine(
                "Ask",
                json!({
                    "Ask": ask(json!("States.Format('retried {}', $$.State.RetryCount)"), None, json!({
                        "TimeoutSeconds": 300,
                        "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 60, "BackoffRate": 2, "MaxAttempts": 4}],
                    })),
                }),
            ),
        ),
    ]);
    let pack = || {
        machine(
            "Pack",
            json!({"Pack": with(json!({"Type": "Task", "Resource": activity("pack")}), None, json!({
                "HeartbeatSeconds": 36000, "TimeoutSeconds": 54000,
            }))}),
        )
    };
    // `activity_1_working` starts first, and a worker takes its task.
    let activities = named([
        ("activity_1_working", pack()),
        ("activity_2_queued", pack()),
    ]);
    let retries = named([
        (
            "retry_succeeds",
            machine(
                "Try",
                json!({"Try": busy(json!({
                    "ErrorEquals": ["Busy"], "IntervalSeconds": 600, "BackoffRate": 2, "MaxDelaySeconds": 1800,
                    "MaxAttempts": 6, "JitterStrategy": "NONE",
                }))}),
            ),
        ),
        (
            "retry_fails",
            machine(
                "Try",
                json!({"Try": busy(json!({
                    "ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "BackoffRate": 1, "MaxAttempts": 2,
                }))}),
            ),
        ),
    ]);
    let all = times.into_iter().chain(tokens).chain(activities);
    all.chain(retries).collect()
}

/// Builds a task that fails before the attempt `until`.
fn busy(retry: Json) -> Json {
    let payload =
        json!({"error": "Busy", "until.$": "$.until", "attempt.$": "$$.State.RetryCount"});
    task("echo", payload, None, json!({"Retry": [retry]}))
}

fn input(machine: &str) -> Json {
    match machine {
        "wait_timestamp" => json!({"until": "2027-01-15T10:00:00.250Z"}),
        "wait_jsonata" => json!({"minutes": 30}),
        "retry_succeeds" => json!({"until": 4}),
        "retry_fails" => json!({"until": 9}),
        "activity_2_queued" => json!({"text": "Grüße, 世界 🌍", "long": "ab🦀".repeat(500)}),
        _ => json!({"id": machine}),
    }
}

fn reading() -> Session {
    Session {
        opens: COPIED + 0.1,
        activities: vec!["pack".to_owned()],
        steps: vec![
            succeed("retried 2", json!("third")),
            fail("fails", "Refused", "not today"),
            poll("pack", "second worker"),
            succeed("second worker", json!({"packed": true})),
            Step::Until(70.0),
            Step::Heartbeat("succeeds".to_owned()),
            Step::Until(150.0),
            succeed("succeeds", json!({"text": "é".repeat(700)})),
            Step::Heartbeat("worker".to_owned()),
            succeed("worker", json!([1, 2.5, null])),
            Step::Until(300.0),
        ],
        ..Session::default()
    }
}
