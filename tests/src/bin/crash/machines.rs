//! The state machines. Their outputs depend only on the input's `id`.

use serde_json::{Value, json};

/// The activity.
pub(crate) const PICK: &str = "arn:aws:states:us-east-1:123456789012:activity:pick";
/// The machines that clients start.
pub(crate) const STARTED: [&str; 7] = [
    "chain", "fan", "counting", "approval", "parent", "picking", SPREAD,
];
/// The machine with Distributed Maps.
pub(crate) const SPREAD: &str = "spread";
/// The machine that `parent` starts.
pub(crate) const INNER: &str = "inner";
/// The suffixes of the names of executions that `parent` starts.
pub(crate) const NESTED: [&str; 2] = ["-awaited", "-forgotten"];

/// The ARN of an execution.
pub(crate) fn arn(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:{machine}:{name}")
}

/// The executions that an execution starts.
pub(crate) fn nested(machine: &str, name: &str) -> Vec<String> {
    let of = |suffix: &&str| arn(INNER, &format!("{name}{suffix}"));
    match machine {
        "parent" => NESTED.iter().map(of).collect(),
        _ => Vec::new(),
    }
}

/// The input of a task. `task` is text, or an expression.
fn about(task: &str) -> Value {
    json!({
        "execution": "{% $states.context.Execution.Id %}",
        "attempt": "{% $states.context.State.RetryCount %}",
        "id": "{% $states.context.Execution.Input.id %}",
        "task": task,
    })
}

/// A Task that returns the result of a function, and is retried when it is lost.
pub(crate) fn task(function: &str, name: &str) -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": about(name)},
        "Output": "{% $states.result.Payload %}",
        "Retry": [{"ErrorEquals": ["Stepwright.TaskLost", "Busy", "States.Timeout"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 10_000}],
    })
}

pub(crate) fn wait(millis: u32) -> Value {
    let until =
        format!("{{% $fromMillis($toMillis($states.context.State.EnteredTime) + {millis}) %}}");
    json!({"Type": "Wait", "Timestamp": until})
}

fn nest(resource: &str, suffix: &str) -> Value {
    json!({
        "Type": "Task", "Resource": resource,
        "Arguments": {
            "StateMachineArn": format!("arn:aws:states:us-east-1:123456789012:stateMachine:{INNER}"),
            "Name": format!("{{% $states.context.Execution.Name & '{suffix}' %}}"),
            "Input": "{% $states.context.Execution.Input %}",
        },
    })
}

/// A sequence of states that collects the result of each in the variable `seen`, which is its
/// output.
pub(crate) fn machine(states: Vec<(&str, Value)>) -> Value {
    let mut all = serde_json::Map::new();
    let names: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    all.insert(
        "Begin".to_owned(),
        json!({"Type": "Pass", "Assign": {"seen": []}, "Next": names[0]}),
    );
    for (at, (name, mut state)) in states.into_iter().enumerate() {
        state["Next"] = json!(names.get(at + 1).copied().unwrap_or("Done"));
        let gives = match state["Type"].as_str() {
            Some("Wait") => None,
            _ => Some(
                state
                    .get("Output")
                    .cloned()
                    .unwrap_or(json!("{% $states.result %}")),
            ),
        };
        if let Some(gives) = gives.as_ref().and_then(Value::as_str) {
            let gives = gives.trim_start_matches("{%").trim_end_matches("%}");
            state["Assign"]["seen"] = json!(format!("{{% $append($seen, [{gives}]) %}}"));
        }
        all.insert(name.to_owned(), state);
    }
    all.insert(
        "Done".to_owned(),
        json!({"Type": "Pass", "End": true, "Output": {"id": "{% $states.context.Execution.Input.id %}", "seen": "{% $seen %}"}}),
    );
    json!({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": all})
}

/// A part of a machine: a sequence of states.
pub(crate) fn part(states: Vec<(&str, Value)>) -> Value {
    let names: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    let mut all = serde_json::Map::new();
    for (at, (name, mut state)) in states.into_iter().enumerate() {
        match names.get(at + 1) {
            Some(next) => state["Next"] = json!(next),
            None => state["End"] = json!(true),
        }
        all.insert(name.to_owned(), state);
    }
    json!({"StartAt": names[0], "States": all})
}

/// A Distributed Map with three children.
fn distributed(kind: &str, function: &str) -> Value {
    // The API rejects two states with one name.
    let (work, rest) = (format!("Work{kind}"), format!("Rest{kind}"));
    let mut children = part(vec![
        (
            &work,
            task(function, "{% 'item-' & $string($states.input.item) %}"),
        ),
        (&rest, wait(15)),
    ]);
    children["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
    json!({
        "Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 2, "Label": kind.to_lowercase(),
        "ItemSelector": {
            "id": "{% $states.context.Execution.Input.id %}",
            "item": "{% $states.context.Map.Item.Value %}",
        },
        "ItemProcessor": children,
    })
}

/// The output of a Distributed Map's child for its input.
pub(crate) fn output_of_child(input: &Value) -> Value {
    json!({"task": format!("item-{}", input["item"]), "of": input["id"]})
}

fn counting() -> Value {
    let mut count = task("note", "{% 'count-' & $string($n) %}");
    count["Next"] = json!("Enough?");
    count["Assign"] =
        json!({"n": "{% $n + 1 %}", "seen": "{% $append($seen, [$states.result.Payload]) %}"});
    json!({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Assign": {"n": 0, "seen": []}, "Next": "Count"},
        "Count": count,
        "Enough?": {"Type": "Choice", "Default": "Count", "Choices": [{"Condition": "{% $n = 5 %}", "Next": "Done"}]},
        "Done": {"Type": "Pass", "End": true, "Output": {"id": "{% $states.context.Execution.Input.id %}", "seen": "{% $seen %}"}},
    }})
}

/// All machines by name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let mut ask = task("ask", "ask");
    ask["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    ask["Arguments"]["Payload"]["token"] = json!("{% $states.context.Task.Token %}");
    ask["Output"] = json!("{% $states.result.says %}");
    let mut pick = task("", "pick");
    pick["Resource"] = json!(PICK);
    pick["Arguments"] = about("pick");
    pick["Output"] = json!("{% $states.result.says %}");
    pick["TimeoutSeconds"] = json!(4);
    let mut awaited = nest("arn:aws:states:::states:startExecution.sync:2", NESTED[0]);
    awaited["Output"] = json!("{% $states.result.Output %}");
    let mut forgotten = nest("arn:aws:states:::states:startExecution", NESTED[1]);
    forgotten["Output"] = json!("{% $exists($states.result.ExecutionArn) %}");
    let both = json!({"Type": "Parallel", "Branches": [
        part(vec![("Left", task("note", "left")), ("Rest", wait(20))]),
        part(vec![("Late", wait(10)), ("Right", task("fails once", "right"))]),
    ]});
    let each = json!({
        "Type": "Map", "Items": [1, 2, 3, 4, 5], "MaxConcurrency": 2,
        "ItemSelector": {"item": "{% $states.context.Map.Item.Value %}"},
        "ItemProcessor": part(vec![
            ("Each", task("note", "{% 'each-' & $string($states.input.item) %}")),
            ("Pause", wait(5)),
        ]),
    });
    vec![
        (
            "chain",
            machine(vec![
                ("A", task("note", "a")),
                ("W", wait(40)),
                ("B", task("note", "b")),
                ("F", task("fails once", "f")),
                ("C", task("note", "c")),
            ]),
        ),
        ("fan", machine(vec![("Both", both), ("Every", each)])),
        ("counting", counting()),
        (
            "approval",
            machine(vec![("Ask", ask), ("After", task("note", "after"))]),
        ),
        (
            "parent",
            machine(vec![
                ("Join", awaited),
                ("Forget", forgotten),
                ("Last", task("note", "last")),
            ]),
        ),
        (
            "picking",
            machine(vec![("Pick", pick), ("Pack", task("note", "pack"))]),
        ),
        (
            SPREAD,
            machine(vec![
                ("Kept", distributed("STANDARD", "fails once")),
                ("Unkept", distributed("EXPRESS", "note")),
                ("Last", task("note", "last")),
            ]),
        ),
        (
            INNER,
            machine(vec![
                ("In", task("note", "in")),
                ("Stay", wait(30)),
                ("Out", task("note", "out")),
            ]),
        ),
    ]
}
