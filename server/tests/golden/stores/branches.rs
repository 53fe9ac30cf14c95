//! Maps and Parallels whose iterations and branches are in different stages.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::script::{Machines, Script, Session, Step, fail, named, start, succeed};
use crate::golden::states::{ask, machine, pass, task, wait, with};

/// The minute in which the store is copied.
const COPIED: f64 = 15.5;

pub(crate) fn store() -> GoldenStore {
    let machines = machines();
    let starts = machines
        .keys()
        .map(|machine| start(machine, input(machine)));
    let writing = Session {
        steps: starts.chain([Step::Until(COPIED)]).collect(),
        machines,
        ..Session::default()
    };
    GoldenStore {
        name: "branches",
        writing: vec![writing],
        script: Script {
            about: "Maps and Parallels whose iterations and branches are in different stages"
                .to_owned(),
            sessions: vec![reading()],
            ..Script::default()
        },
    }
}

/// Builds the states of an iteration. The member `does` of the item chooses one.
fn iteration() -> Json {
    let is =
        |does: &str, next: &str| json!({"Variable": "$.does", "StringEquals": does, "Next": next});
    let payload = json!({"error": "Busy", "until": 2, "attempt.$": "$$.State.RetryCount"});
    let retry = json!({"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 600, "BackoffRate": 2, "MaxAttempts": 3}]});
    machine(
        "Choose",
        json!({
            "Choose": {"Type": "Choice", "Choices": [is("ask", "Ask"), is("wait", "Rest"), is("retry", "Try")], "Default": "Done"},
            "Ask": ask(json!("$.label"), Some("Done"), json!({"ResultPath": "$.answer"})),
            "Rest": wait(31, Some("Done")),
            "Try": task("echo", payload, Some("Done"), retry),
            "Done": pass(None, json!({})),
        }),
    )
}

fn machines() -> Machines {
    let map = |more| {
        with(
            json!({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": iteration()}),
            None,
            more,
        )
    };
    let rest = |name: &str, minutes| machine(name, json!({name: wait(minutes, None)}));
    let asks =
        |name: &str, label: &str| machine(name, json!({name: ask(json!(label), None, json!({}))}));
    let parallel = json!({"Type": "Parallel", "ResultPath": "$.results", "Branches": [
        asks("Ask", "branch"),
        rest("Rest", 40),
        machine("Done", json!({"Done": pass(None, json!({"Result": "done"}))})),
        machine("Try", json!({"Try": task("echo", json!({"error": "Busy", "until": 3, "attempt.$": "$$.State.RetryCount"}), None,
            json!({"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 360, "BackoffRate": 1.5, "MaxAttempts": 9}]}))})),
    ]});
    let pair = json!({"Type": "Parallel", "Branches": [
        rest("Inner rest", 50),
        machine("Inner ask", json!({"Inner ask": ask(json!("States.Format('inner {}', $.id)"), None, json!({}))})),
    ]});
    let inner = json!({
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1,
        "ItemSelector": {"id.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"},
        "ItemProcessor": machine("Pair", json!({"Pair": with(pair, None, json!({}))})),
    });
    let outer = json!({"Type": "Parallel", "Branches": [
        machine("Each", json!({"Each": with(inner, None, json!({}))})), rest("Outer rest", 20), asks("Outer ask", "outer"),
    ]});
    let mut jsonata = machine(
        "Each",
        json!({
            "Each": {
                "Type": "Map", "Items": "{% $states.input.items %}", "MaxConcurrency": 2, "Next": "Sum",
                "ItemSelector": {"value": "{% $states.context.Map.Item.Value %}"},
                "Assign": {"all": "{% $states.result %}"},
                "ItemProcessor": machine("Rest", json!({
                    "Rest": {"Type": "Wait", "Seconds": "{% $states.input.value * 60 %}", "Next": "Double"},
                    "Double": pass(None, json!({"Output": "{% $states.input.value * 2 %}"})),
                })),
            },
            "Sum": pass(None, json!({"Output": {"all": "{% $all %}", "sum": "{% $sum($all) %}"}})),
        }),
    );
    jsonata["QueryLanguage"] = json!("JSONata");
    named([
        (
            "map",
            machine("Each", json!({"Each": map(json!({"MaxConcurrency": 3}))})),
        ),
        (
            "map_caught",
            machine(
                "Each",
                json!({
                    "Each": map(json!({"Catch": [{"ErrorEquals": ["Refused"], "ResultPath": "$.caught", "Next": "Caught"}]})),
                    "Caught": pass(None, json!({})),
                }),
            ),
        ),
        ("map_jsonata", jsonata),
        (
            "map_retried",
            machine(
                "Each",
                json!({
                    "Each": map(json!({"Retry": [{"ErrorEquals": ["Refused"], "IntervalSeconds": 180, "MaxAttempts": 1}]})),
                }),
            ),
        ),
        (
            "nested",
            machine("All", json!({"All": with(outer, None, json!({}))})),
        ),
        (
            "parallel",
            machine("All", json!({"All": with(parallel, None, json!({}))})),
        ),
    ])
}

fn input(machine: &str) -> Json {
    let ask = |label: &str| json!({"does": "ask", "label": label});
    let does = |does: &str| json!({"does": does});
    let items = match machine {
        // When the store is copied, the first has ended, three run, and three are pending.
        "map" => json!([
            does("end"),
            ask("map 1"),
            does("wait"),
            does("retry"),
            does("wait"),
            ask("map 5"),
            does("end")
        ]),
        "map_caught" => json!([does("wait"), ask("caught"), does("end")]),
        "map_jsonata" => json!([10, 20, 30]),
        "map_retried" => json!([does("end"), ask("retried"), does("wait")]),
        _ => json!(["a", "b"]),
    };
    json!({"items": items})
}

fn reading() -> Session {
    Session {
        opens: COPIED + 0.1,
        steps: vec![
            succeed("map 1", json!("one")),
            succeed("outer", json!({"outer": true})),
            // The Map is retried. The iteration gets a new token.
            fail("retried", "Refused", "once"),
            Step::Until(22.0),
            succeed("retried", json!("twice")),
            fail("caught", "Refused", "no"),
            succeed("branch", json!([])),
            succeed("inner a", json!("a")),
            Step::Until(70.0),
            // The second iteration started after the copy.
            succeed("inner b", json!("b")),
            succeed("map 5", json!("five")),
            Step::Until(200.0),
        ],
        ..Session::default()
    }
}
