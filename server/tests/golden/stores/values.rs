//! Variables and values of executions that wait.

use serde_json::{Value as Json, json};

use super::GoldenStore;
use crate::golden::script::{Machines, Script, Session, Step, named, start};
use crate::golden::states::{machine, pass, wait, with};

pub(crate) fn store() -> GoldenStore {
    let machines = machines();
    let starts = machines
        .keys()
        .map(|machine| start(machine, input(machine)));
    let writing = Session {
        steps: starts.chain([Step::Until(15.5)]).collect(),
        machines,
        ..Session::default()
    };
    let reading = Session {
        opens: 15.6,
        steps: vec![Step::Until(500.0)],
        ..Session::default()
    };
    GoldenStore {
        name: "values",
        writing: vec![writing],
        script: Script {
            about: "variables and values of executions that wait".to_owned(),
            sessions: vec![reading],
            ..Script::default()
        },
    }
}

fn jsonata(mut machine: Json) -> Json {
    machine["QueryLanguage"] = json!("JSONata");
    machine
}

fn machines() -> Machines {
    // The iterations read variables of the machine and assign their own.
    let inside = json!({
        "Type": "Map", "ItemsPath": "$order.items",
        "ItemProcessor": machine("Set", json!({
            "Set": pass(Some("Rest"), json!({"Assign": {"item.$": "$", "index.$": "$$.Map.Item.Index"}})),
            "Rest": wait(20, Some("Get")),
            "Get": pass(None, json!({"Parameters": {"item.$": "$item", "index.$": "$index", "order.$": "$order.id"}})),
        })),
    });
    named([
        (
            "variables_in_jsonata",
            jsonata(machine(
                "Set",
                json!({
                    "Set": pass(Some("Rest"), json!({
                        "Assign": {
                            "total": "{% $sum($states.input.prices) %}", "key": "{% $uuid() %}",
                            "names": "{% $states.input.names %}", "nothing": null,
                        },
                        "Output": {"set": true},
                    })),
                    "Rest": with(json!({"Type": "Wait", "Seconds": "{% $count($names) * 3000 %}"}), Some("Again"),
                        json!({"Assign": {"total": "{% $total * 2 %}"}})),
                    "Again": wait(50, Some("Get")),
                    "Get": pass(None, json!({"Output": {
                        "total": "{% $total %}", "length": "{% $length($key) %}", "names": "{% $join($names, '|') %}",
                        "nothing": "{% $nothing %}", "input": "{% $states.input %}",
                    }})),
                }),
            )),
        ),
        (
            "variables_in_paths",
            machine(
                "Set",
                json!({
                    "Set": pass(Some("Rest"), json!({"Assign": {"number": 7, "order.$": "$.order"}})),
                    "Rest": wait(30, Some("Each")),
                    "Each": with(inside, Some("Get"), json!({"ResultPath": "$.each"})),
                    "Get": pass(None, json!({"Parameters": {
                        "number.$": "$number", "each.$": "$.each", "id.$": "$order.id",
                        "text.$": "States.Format('{} of {}', $number, $order.id)",
                    }})),
                }),
            ),
        ),
        (
            "values",
            machine(
                "Rest",
                json!({"Rest": wait(100, Some("Get")), "Get": pass(None, json!({}))}),
            ),
        ),
        (
            "values_in_jsonata",
            jsonata(machine(
                "Make",
                json!({
                    "Make": pass(Some("Rest"), json!({
                        "Output": {
                            "long": "{% $join([1..900].($string($) & 'ü🦀')) %}", "list": "{% [1..300] %}",
                            "input": "{% $states.input %}",
                        },
                    })),
                    "Rest": wait(100, Some("Get")),
                    "Get": pass(None, json!({"Output": {
                        "length": "{% $length($states.input.long) %}", "sum": "{% $sum($states.input.list) %}",
                        "input": "{% $states.input.input %}",
                    }})),
                }),
            )),
        ),
    ])
}

fn input(machine: &str) -> Json {
    match machine {
        "variables_in_jsonata" => json!({"prices": [1.25, 2.5, 3], "names": ["Ada", "Zoë 🎉"]}),
        "variables_in_paths" => {
            json!({"order": {"id": "o-1", "items": [{"sku": "a"}, {"sku": "b"}]}})
        }
        _ => values(),
    }
}

/// Returns values of all types, many at the limits of their types.
fn values() -> Json {
    json!({
        "": "an empty name",
        "null": null, "true": true, "false": false,
        "integers": [0, -1, 9_007_199_254_740_993_i64, i64::MAX, i64::MIN, u64::MAX],
        "floats": [0.1, -0.5, 1.0, 1e300, -2.5e-300, f64::MIN_POSITIVE, 5e-324],
        "texts": ["", "a\"b\\c\n\t\u{1}\u{7f}", "日本語", "e\u{301}", "👩‍👩‍👧‍👦", "\u{ffff}\u{10ffff}"],
        "long": "0123456789".repeat(200),
        "nested": [[[[[]]]], {"a": {"b": {"c": {}}}}],
        "many": (0..200).map(|n| json!({"n": n, "half": f64::from(n) / 2.0})).collect::<Vec<_>>(),
        "Ünïcode name": {"日本": 1},
    })
}
