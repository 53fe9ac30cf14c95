//! Small state machines, each with one thing that costs.

use std::fmt;

use serde_json::{Map, Value as Json, json};
use stepwright_runtime::MachineType;

/// A state machine, its input and how many states one execution enters.
pub(crate) struct Workload {
    name: &'static str,
    pub(crate) definition: Json,
    pub(crate) input: Json,
    pub(crate) transitions: usize,
    pub(crate) machine_type: MachineType,
}

/// All of them.
pub(crate) fn workloads() -> Vec<Workload> {
    vec![
        Workload::standard("pass chain of 100", 100, passes(), json!({"id": 1})),
        Workload::standard(
            "task chain of 10",
            10,
            tasks(),
            json!({"payload": {"order": 42, "items": ["a", "b", "c"]}}),
        ),
        Workload::standard(
            "choice loop of 1,000",
            2_001,
            loop_by_path(),
            json!({"i": 0, "n": 1_000}),
        ),
        Workload::standard("JSONata loop of 1,000", 2_002, loop_by_jsonata(), json!({})),
        Workload::standard(
            "map of 1,000",
            1_001,
            map(),
            json!({"items": (0..1_000).map(|id| json!({"id": id})).collect::<Vec<_>>()}),
        ),
        Workload::standard("parallel of 10 by 10", 101, parallel(), json!({"id": 1})),
        Workload::five_states(MachineType::Standard),
    ]
}

impl Workload {
    fn standard(name: &'static str, transitions: usize, definition: Json, input: Json) -> Self {
        Self {
            name,
            definition,
            input,
            transitions,
            machine_type: MachineType::Standard,
        }
    }

    /// Pass, Task, Choice, Task, Succeed.
    pub(crate) fn five_states(machine_type: MachineType) -> Self {
        let task = |input: &str, result: &str, next: &str| {
            json!({
                "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:echo",
                "InputPath": input, "ResultPath": result, "Next": next
            })
        };
        let definition = json!({"StartAt": "Prepare", "States": {
            "Prepare": {"Type": "Pass", "Result": {"kind": "order"}, "ResultPath": "$.meta", "Next": "Load"},
            "Load": task("$.order", "$.loaded", "Route"),
            "Route": {
                "Type": "Choice", "Default": "Done",
                "Choices": [{"Variable": "$.loaded.amount", "NumericGreaterThan": 100, "Next": "Charge"}]
            },
            "Charge": task("$.loaded", "$.charged", "Done"),
            "Done": {"Type": "Succeed"}
        }});
        Self {
            machine_type,
            ..Self::standard(
                "five states",
                5,
                definition,
                json!({"order": {"id": 7, "amount": 250, "lines": ["x", "y"]}}),
            )
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// So many states one after the other.
fn chain(prefix: &str, count: usize, state: impl Fn(usize) -> Json) -> Json {
    let mut states = Map::new();
    for index in 0..count {
        let mut state = state(index);
        if index + 1 < count {
            state["Next"] = json!(format!("{prefix}{}", index + 1));
        } else {
            state["End"] = json!(true);
        }
        states.insert(format!("{prefix}{index}"), state);
    }
    json!({"StartAt": format!("{prefix}0"), "States": states})
}

fn passes() -> Json {
    chain(
        "P",
        100,
        |index| json!({"Type": "Pass", "Result": {"k": index}, "ResultPath": format!("$.k{index}")}),
    )
}

fn tasks() -> Json {
    chain("T", 10, |_| {
        json!({
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:echo",
            "InputPath": "$.payload", "ResultPath": "$.last"
        })
    })
}

fn loop_by_path() -> Json {
    json!({"StartAt": "Inc", "States": {
        "Inc": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)", "n.$": "$.n"}, "Next": "Check"},
        "Check": {
            "Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Inc"}]
        },
        "Done": {"Type": "Succeed"}
    }})
}

fn loop_by_jsonata() -> Json {
    json!({"QueryLanguage": "JSONata", "StartAt": "Init", "States": {
        "Init": {"Type": "Pass", "Assign": {"i": 0}, "Next": "Inc"},
        "Inc": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "Check"},
        "Check": {"Type": "Choice", "Default": "Done", "Choices": [{"Condition": "{% $i < 1000 %}", "Next": "Inc"}]},
        "Done": {"Type": "Succeed", "Output": {"i": "{% $i %}"}}
    }})
}

fn map() -> Json {
    json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}
    }}})
}

fn parallel() -> Json {
    let branches: Vec<Json> = (0..10)
        .map(|branch| {
            chain(&format!("B{branch}P"), 10, |index| {
                json!({"Type": "Pass", "Result": {"b": branch, "k": index}, "ResultPath": format!("$.k{index}")})
            })
        })
        .collect();
    json!({"StartAt": "Par", "States": {"Par": {"Type": "Parallel", "Branches": branches, "End": true}}})
}
