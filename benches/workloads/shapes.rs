//! The shapes: state machines with a given number of states, rounds, items or branches.

use serde_json::{Map, Value as Json, json};
use stepwright_runtime::value::Value;

use super::{Shape, Workload};

/// A chain of Pass states, each of which replaces the same member of the document.
pub(crate) const PASS_CHAIN: Shape = Shape {
    name: "Pass chain",
    make: |length| chain(length, |_| pass("$.last"), json!({"id": 1})),
};

/// Each state adds a member to the document.
pub(crate) const GROWING_DOCUMENT: Shape = Shape {
    name: "Pass chain, growing document",
    make: |length| {
        chain(
            length,
            |index| pass(&format!("$.k{index}")),
            json!({"id": 1}),
        )
    },
};

const TASK_CHAIN: Shape = Shape {
    name: "Task chain",
    make: |length| {
        let echo = with(
            task("echo"),
            json!({"InputPath": "$.payload", "ResultPath": "$.last"}),
        );
        let input = json!({"payload": {"order": 42, "items": ["a", "b", "c"]}});
        chain(length, |_| echo.clone(), input)
    },
};

/// The first of each state's two rules holds.
const CHOICE_CHAIN: Shape = Shape {
    name: "Choice chain",
    make: |length| {
        let mut states = Map::new();
        for index in 0..length {
            let next = format!("S{}", index + 1);
            let rules = [
                json!({"Variable": "$.total", "NumericGreaterThan": 100, "Next": next}),
                json!({"Variable": "$.vip", "BooleanEquals": true, "Next": "Rejected"}),
            ];
            let choice = json!({"Type": "Choice", "Choices": rules, "Default": "Rejected"});
            states.insert(format!("S{index}"), choice);
        }
        states.insert(format!("S{length}"), json!({"Type": "Succeed"}));
        states.insert(
            "Rejected".to_owned(),
            json!({"Type": "Fail", "Error": "Rejected"}),
        );
        workload(
            json!({"StartAt": "S0", "States": states}),
            json!({"total": 120, "vip": true}),
            length + 1,
        )
    },
};

const MATH_ADD_LOOP: Shape = Shape {
    name: "loop with States.MathAdd",
    make: |rounds| {
        let parameters = json!({"i.$": "States.MathAdd($.i, 1)", "n.$": "$.n"});
        counting(rounds, json!({"Type": "Pass", "Parameters": parameters}))
    },
};

const TASK_LOOP: Shape = Shape {
    name: "loop with a Task",
    make: |rounds| counting(rounds, task("inc")),
};

const JSONATA_LOOP: Shape = Shape {
    name: "loop in JSONata",
    make: |rounds| {
        let goes_on = format!("{{% $i < {rounds} %}}");
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Init", "States": {
            "Init": {"Type": "Pass", "Assign": {"i": 0}, "Next": "Inc"},
            "Inc": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}"}, "Next": "Check"},
            "Check": {
                "Type": "Choice", "Default": "Done",
                "Choices": [{"Condition": goes_on, "Next": "Inc"}]
            },
            "Done": {"Type": "Succeed", "Output": {"i": "{% $i %}"}}
        }});
        workload(definition, json!({}), 2 * rounds + 2)
    },
};

/// The expression of each state is evaluated by jlens.
const JSONATA_CHAIN: Shape = Shape {
    name: "Pass chain in JSONata, aggregation",
    make: |length| {
        let sum = json!({
            "QueryLanguage": "JSONata", "Type": "Pass",
            "Assign": {"sum": "{% $sum($states.input.items.(price * quantity)) %}"}
        });
        let items: Vec<_> = (0..5)
            .map(|n| json!({"price": 1.5, "quantity": n}))
            .collect();
        chain(length, |_| sum.clone(), json!({"items": items}))
    },
};

/// Each state calls ten functions.
pub(crate) const INTRINSICS: Shape = Shape {
    name: "intrinsic functions",
    make: |length| {
        let parameters = json!({
            "format.$": "States.Format('Hello {}, you are {}', $.name, $.age)",
            "array.$": "States.Array($.name, $.age, 'z')",
            "partition.$": "States.ArrayPartition($.list, 4)",
            "contains.$": "States.ArrayContains($.list, 5)",
            "range.$": "States.ArrayRange(1, 19, 3)",
            "unique.$": "States.ArrayUnique($.list)",
            "encoded.$": "States.Base64Encode($.name)",
            "hash.$": "States.Hash($.name, 'SHA-256')",
            "merged.$": "States.JsonMerge($.a, $.b, false)",
            "nested.$": "States.MathAdd(States.ArrayLength(States.StringSplit($.csv, ',')), 1)"
        });
        let state = json!({"Type": "Pass", "Parameters": parameters, "ResultPath": "$.last"});
        let input = json!({
            "name": "Ada", "age": 36, "list": [1, 2, 3, 3, 4, 5, 6, 7, 8, 8],
            "a": {"x": 1, "y": 2}, "b": {"y": 3, "z": 4}, "csv": "1,2,3,4"
        });
        chain(length, |_| state.clone(), input)
    },
};

pub(crate) const MAP_OF_PASS: Shape = Shape {
    name: "Map of Pass",
    make: |items| map(items, json!({"Type": "Pass", "End": true})),
};

pub(crate) const MAP_OF_TASK: Shape = Shape {
    name: "Map of Task",
    make: |items| map(items, with(task("echo"), json!({"End": true}))),
};

/// Branches of ten Pass states each.
const PARALLEL: Shape = Shape {
    name: "Parallel, branches of ten Pass",
    make: |branches| {
        let states = branches * 10;
        let branches: Vec<Json> = (0..branches)
            .map(|branch| {
                states_in_a_row(&format!("B{branch}S"), 10, |index| {
                    pass(&format!("$.k{index}"))
                })
            })
            .collect();
        let state = json!({"Type": "Parallel", "Branches": branches, "End": true});
        let definition = json!({"StartAt": "All", "States": {"All": state}});
        workload(definition, json!({"id": 1}), states + 1)
    },
};

/// Pass, Task, Choice, Task, repeated, and Succeed.
pub(crate) const FIVE_STATES: Shape = Shape {
    name: "Pass, Task, Choice, Task",
    make: |groups| {
        let mut states = Map::new();
        for group in 0..groups {
            let name = |state: &str| format!("{state}{group}");
            let next = match group + 1 {
                next if next < groups => format!("Prepare{next}"),
                _ => "Done".to_owned(),
            };
            let prepare = json!({
                "Type": "Pass", "Result": {"kind": "order"}, "ResultPath": "$.meta", "Next": name("Load")
            });
            let load =
                json!({"InputPath": "$.order", "ResultPath": "$.loaded", "Next": name("Route")});
            let route = json!({
                "Type": "Choice", "Default": "Done",
                "Choices": [{"Variable": "$.loaded.amount", "NumericGreaterThan": 100, "Next": name("Charge")}]
            });
            let charge = json!({"InputPath": "$.loaded", "ResultPath": "$.charged", "Next": next});
            states.insert(name("Prepare"), prepare);
            states.insert(name("Load"), with(task("echo"), load));
            states.insert(name("Route"), route);
            states.insert(name("Charge"), with(task("echo"), charge));
        }
        states.insert("Done".to_owned(), json!({"Type": "Succeed"}));
        let definition = json!({"StartAt": "Prepare0", "States": states});
        let input = json!({"order": {"id": 7, "amount": 250, "lines": ["x", "y"]}});
        workload(definition, input, 4 * groups + 1)
    },
};

/// Each Task fails twice.
const RETRIES: Shape = Shape {
    name: "Task chain, two retries each",
    make: |length| {
        let retrier = json!({"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 2});
        let state = with(task("flaky"), json!({"Retry": [retrier]}));
        chain(length, |_| state.clone(), json!({"id": 1}))
    },
};

const WAITS: Shape = Shape {
    name: "Wait chain",
    make: |length| {
        chain(
            length,
            |_| json!({"Type": "Wait", "Seconds": 1}),
            json!({"id": 1}),
        )
    },
};

/// All of them.
pub(crate) const SHAPES: &[Shape] = &[
    PASS_CHAIN,
    GROWING_DOCUMENT,
    TASK_CHAIN,
    CHOICE_CHAIN,
    MATH_ADD_LOOP,
    TASK_LOOP,
    JSONATA_LOOP,
    JSONATA_CHAIN,
    INTRINSICS,
    MAP_OF_PASS,
    MAP_OF_TASK,
    PARALLEL,
    FIVE_STATES,
    RETRIES,
    WAITS,
];

fn workload(definition: Json, input: Json, transitions: usize) -> Workload {
    Workload {
        definition,
        input: Value::from(input),
        transitions,
    }
}

/// Returns a sequence of this number of states.
fn states_in_a_row(prefix: &str, count: usize, state: impl Fn(usize) -> Json) -> Json {
    let mut states = Map::new();
    for index in 0..count {
        let follows = match index + 1 {
            next if next < count => json!({"Next": format!("{prefix}{next}")}),
            _ => json!({"End": true}),
        };
        states.insert(format!("{prefix}{index}"), with(state(index), follows));
    }
    json!({"StartAt": format!("{prefix}0"), "States": states})
}

fn chain(length: usize, state: impl Fn(usize) -> Json, input: Json) -> Workload {
    workload(states_in_a_row("S", length, state), input, length)
}

/// Returns a state that increments `i`, and a Choice that goes back to it until `i` is `n`.
fn counting(rounds: usize, step: Json) -> Workload {
    let definition = json!({"StartAt": "Inc", "States": {
        "Inc": with(step, json!({"Next": "Check"})),
        "Check": {
            "Type": "Choice", "Default": "Done",
            "Choices": [{"Variable": "$.i", "NumericLessThanPath": "$.n", "Next": "Inc"}]
        },
        "Done": {"Type": "Succeed"}
    }});
    workload(definition, json!({"i": 0, "n": rounds}), 2 * rounds + 1)
}

fn map(items: usize, state: Json) -> Workload {
    let definition = json!({"StartAt": "All", "States": {"All": {
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": {"StartAt": "One", "States": {"One": state}}
    }}});
    let items_of = (0..items).map(|id| json!({"id": id})).collect::<Vec<_>>();
    workload(definition, json!({"items": items_of}), items + 1)
}

fn pass(result_path: &str) -> Json {
    json!({"Type": "Pass", "Result": {"v": 1, "s": "a step"}, "ResultPath": result_path})
}

fn task(function: &str) -> Json {
    json!({
        "Type": "Task",
        "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}")
    })
}

/// Returns a state with more fields.
fn with(mut state: Json, mut fields: Json) -> Json {
    let fields = fields.as_object_mut().expect("fields are an object");
    state
        .as_object_mut()
        .expect("a state is an object")
        .append(fields);
    state
}
