//! Running Distributed Maps with Standard and with Express children.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::script::{
    Machines, Script, Session, Step, fail, map_runs, named, redrive, start, succeed,
};
use crate::golden::states::{ask, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 9.5;

pub(crate) fn store() -> GoldenStore {
    let machines = machines();
    // Express executions end after five minutes, so this Map starts late.
    let early = machines
        .keys()
        .filter(|machine| *machine != "express_written");
    let mut steps: Vec<Step> = early
        .map(|machine| start(machine, input(machine)))
        .collect();
    steps.extend([
        fail("redriven 1", "Refused", "before the copy"),
        fail("redrivable 1", "Refused", "before the copy"),
        Step::Until(5.0),
        // When the store is copied, this one runs, and `redrivable` has failed.
        redrive("redriven:e"),
        Step::Until(8.0),
        start("express_written", input("express_written")),
        Step::Until(COPIED),
    ]);
    let script = Script {
        about: "running Distributed Maps".to_owned(),
        objects: named([
            ("in/lines.jsonl", "{\"does\":\"end\"}\n{\"does\":\"wait\"}\n{\"does\":\"end\"}\n{\"does\":\"wait\",\"text\":\"ü\"}\n".to_owned()),
        ]),
        sessions: vec![reading()],
        ..Script::default()
    };
    let writing = Session {
        steps,
        machines,
        ..Session::default()
    };
    GoldenStore {
        name: "distributed",
        writing: vec![writing],
        script,
    }
}

/// Builds the states of a child. The member `does` of the item chooses one.
fn child(minutes: u32) -> Json {
    let is =
        |does: &str, next: &str| json!({"Variable": "$.does", "StringEquals": does, "Next": next});
    let flaky = task("flaky", json!({"flaky.$": "$.does"}), None, json!({}));
    machine(
        "Choose",
        json!({
            "Choose": {"Type": "Choice", "Default": "Done", "Choices": [
                is("ask", "Ask"), is("wait", "Rest"), is("fail", "Refuse"), is("flaky", "Try"),
            ]},
            "Ask": ask(json!("$.label"), Some("Done"), json!({"ResultPath": "$.answer"})),
            "Rest": wait(minutes, Some("Done")),
            "Refuse": {"Type": "Fail", "Error": "Bad item", "Cause": "it says so"},
            "Try": flaky,
            "Done": {"Type": "Succeed"},
        }),
    )
}

fn map(kind: &str, mut child: Json, more: Json) -> Json {
    child["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
    let map = json!({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": child});
    machine(
        "Each",
        json!({
            "Each": with(map, None, more),
            "Caught": pass(None, json!({})),
        }),
    )
}

fn writer(prefix: &str) -> Json {
    json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": prefix}})
}

fn machines() -> Machines {
    let caught = json!([{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "ResultPath": "$.caught", "Next": "Caught"}]);
    let batch = machine(
        "Rest",
        json!({
            "Rest": wait(4, Some("Count")),
            "Count": pass(None, json!({"QueryLanguage": "JSONata", "Output": {
                "count": "{% $count($states.input.Items) %}", "all": "{% $states.input %}",
            }})),
        }),
    );
    let mut inner = map(
        "STANDARD",
        child(30),
        json!({"MaxConcurrency": 1, "Label": "Inner"}),
    );
    inner["States"].as_object_mut().unwrap().remove("Caught");
    let reader = json!({
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"},
        "Parameters": {"Bucket": "in", "Key": "lines.jsonl"},
    });
    named([
        (
            "express",
            map(
                "EXPRESS",
                batch,
                json!({
                    "MaxConcurrency": 1, "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"by": "two"}},
                }),
            ),
        ),
        (
            "express_written",
            map(
                "EXPRESS",
                child(4),
                json!({"ResultWriter": writer("express"), "ToleratedFailureCount": 1}),
            ),
        ),
        (
            "failing",
            map(
                "STANDARD",
                child(45),
                json!({"ToleratedFailurePercentage": 30, "Catch": caught}),
            ),
        ),
        (
            "in_children",
            map("STANDARD", inner, json!({"Label": "Outer"})),
        ),
        (
            "read",
            map(
                "STANDARD",
                child(30),
                json!({"ItemReader": reader, "MaxConcurrency": 2}),
            ),
        ),
        (
            "redrivable",
            map("STANDARD", child(30), json!({"MaxConcurrency": 2})),
        ),
        ("redriven", map("STANDARD", child(30), json!({}))),
        (
            "standard",
            map(
                "STANDARD",
                child(30),
                json!({
                    "MaxConcurrency": 3, "Label": "Orders", "ToleratedFailureCount": 1,
                    "ItemSelector": {"does.$": "$$.Map.Item.Value.does", "label.$": "$$.Map.Item.Value.label", "index.$": "$$.Map.Item.Index", "id.$": "$$.Execution.Name"},
                }),
            ),
        ),
        (
            "standard_written",
            map(
                "STANDARD",
                child(30),
                json!({"ResultWriter": writer("standard"), "ToleratedFailureCount": 2}),
            ),
        ),
    ])
}

fn input(machine: &str) -> Json {
    let ask = |label: &str| json!({"does": "ask", "label": label});
    let does = |does: &str| json!({"does": does, "label": ""});
    let items = match machine {
        "express" => json!([1, 2, 3, 4, 5, 6, 7]),
        "express_written" => json!([does("end"), does("wait"), does("fail"), does("end")]),
        "failing" => json!([
            does("end"),
            ask("failing 1"),
            ask("failing 2"),
            does("wait")
        ]),
        "in_children" => {
            json!([{"items": [does("end"), ask("inner 1"), does("end")]}, {"items": [does("wait")]}])
        }
        "redrivable" => json!([does("end"), ask("redrivable 1"), does("wait"), does("end")]),
        "redriven" => json!([does("end"), ask("redriven 1"), does("wait")]),
        // When the store is copied, one succeeded, one failed, three run, and two are pending.
        "standard" => json!([
            does("end"),
            does("fail"),
            ask("standard 2"),
            does("wait"),
            ask("standard 4"),
            does("end"),
            ask("standard 6")
        ]),
        "standard_written" => json!([
            does("end"),
            does("fail"),
            ask("written 2"),
            does("wait"),
            ask("written 4")
        ]),
        _ => json!([]),
    };
    json!({"items": items})
}

fn reading() -> Session {
    let names = [
        "express",
        "express_written",
        "failing",
        "in_children",
        "read",
        "redrivable",
        "redriven",
        "standard",
        "standard_written",
    ];
    let described = names.map(|machine| map_runs(&format!("{machine}:e")));
    let mut steps = described.to_vec();
    steps.extend([
        Step::Results,
        succeed("standard 2", json!("two")),
        succeed("standard 4", json!("four")),
        Step::Until(30.0),
        succeed("standard 6", json!("six")),
        fail("failing 1", "Refused", "one"),
        fail("failing 2", "Refused", "two"),
        fail("written 2", "Refused", "not me"),
        succeed("written 4", json!({"four": 4})),
        succeed("inner 1", json!(1)),
        redrive("redrivable:e"),
        succeed("redriven 1", json!("again")),
        Step::Until(33.0),
        succeed("redrivable 1", json!("again")),
        Step::Until(400.0),
    ]);
    steps.extend(described);
    steps.push(Step::Results);
    Session {
        opens: COPIED + 0.1,
        steps,
        ..Session::default()
    }
}
