//! Verbatim fields in a workflow: on states, bodies, edges and rules.

use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[task(function_name = "arn:aws:lambda:eu-central-1:123456789012:function:score:live")]
async fn score(input: Value) -> Value {
    json!({ "points": input["base"].as_i64().unwrap_or(0) * 2 })
}

workflow! {
    workflow Scoring(input: Value) {
        query_language JSONPath;
        raw { "Version": "1.0" }
        task Score {
            score(path!("$"));
            raw {
                "Parameters": {
                    "FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:score:live",
                    "Payload": { "base.$": "$.base" }
                },
                "ResultSelector": { "points.$": "$.Payload.points" },
                "ResultPath": "$.score",
                "OutputPath": _
            }
            catch "Lambda.ServiceException" => { raw { "ResultPath": "$.error" } next Failed; }
            next Triage;
        }
        choice Triage {
            when raw { "Variable": "$.score.points", "NumericGreaterThan": 10 } => { raw { "Comment": "A good one." } next Each; }
            otherwise => Failed;
        }
        map Each {
            iterator;
            for _part: Value in path!("$.parts") {
                raw { "Comment": "One part." }
                pass Part { raw { "Parameters": { "part.$": "$" } } end; }
            };
            raw { "ResultPath": "$.parts", "MaxConcurrency": 2 }
            next Both;
        }
        parallel Both {
            branch { raw { "Comment": "The left one." } pass Left { end; } }
            branch { pass Right { raw { "InputPath": null } end; } };
            raw { "ResultSelector": { "left.$": "$[0]", "right.$": "$[1]" } }
            end;
        }
        fail Failed;
    }
}

#[test]
fn raw_fields_are_emitted_verbatim() {
    let definition: Value = serde_json::from_str(&Scoring::definition().to_json()).unwrap();
    assert_eq!(
        definition,
        json!({
            "Version": "1.0",
            "StartAt": "Score",
            "States": {
                "Score": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {
                        "FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:score:live",
                        "Payload": { "base.$": "$.base" }
                    },
                    "ResultSelector": { "points.$": "$.Payload.points" },
                    "ResultPath": "$.score",
                    "Catch": [{ "ErrorEquals": ["Lambda.ServiceException"], "ResultPath": "$.error", "Next": "Failed" }],
                    "Next": "Triage"
                },
                "Triage": {
                    "Type": "Choice",
                    "Choices": [{
                        "Variable": "$.score.points",
                        "NumericGreaterThan": 10,
                        "Comment": "A good one.",
                        "Next": "Each"
                    }],
                    "Default": "Failed"
                },
                "Each": {
                    "Type": "Map",
                    "ItemsPath": "$.parts",
                    "MaxConcurrency": 2,
                    "Iterator": {
                        "Comment": "One part.",
                        "StartAt": "Part",
                        "States": { "Part": { "Type": "Pass", "Parameters": { "part.$": "$" }, "End": true } }
                    },
                    "ResultPath": "$.parts",
                    "Next": "Both"
                },
                "Both": {
                    "Type": "Parallel",
                    "Branches": [
                        { "Comment": "The left one.", "StartAt": "Left", "States": { "Left": { "Type": "Pass", "End": true } } },
                        { "StartAt": "Right", "States": { "Right": { "Type": "Pass", "InputPath": null, "End": true } } }
                    ],
                    "ResultSelector": { "left.$": "$[0]", "right.$": "$[1]" },
                    "End": true
                },
                "Failed": { "Type": "Fail" }
            }
        })
    );
}

#[tokio::test]
async fn a_raw_call_runs_the_function_of_that_name() {
    let engine = Engine::builder()
        .register::<Scoring>()
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start::<Scoring>(json!({ "base": 7, "parts": [1, 2] }))
        .await
        .unwrap();
    let output = run.await.unwrap();
    let kept = json!({
        "base": 7,
        "parts": [{ "part": 1 }, { "part": 2 }],
        "score": { "points": 14 }
    });
    // `"InputPath": null` passes an empty object on.
    assert_eq!(output, json!({ "left": kept, "right": {} }));
}

workflow! {
    workflow Misplaced() {
        choice Check {
            when true => Done;
            otherwise => { raw { "Comment": "why" } next Done; }
        }
        succeed Done;
    }
}

#[test]
fn raw_fields_on_the_default_edge_are_refused_with_a_hint() {
    let faults = Misplaced::build().unwrap_err().to_string();
    assert!(
        faults.contains("put them into the state's own `raw`"),
        "{faults}"
    );
}

workflow! {
    workflow Collecting(input: Value) {
        map Collect {
            distributed;
            for _item: Value in jsonata!("$states.input.parts") {
                pass Weigh {
                    raw { "Assign": { "weight": "{% $states.input.weight %}" } }
                    next Compare;
                }
                choice Compare {
                    when jsonata!("$weight > 10") => { raw { "Assign": { "excess": "{% $weight %}" } } next Heavy; }
                    otherwise => Light;
                }
                pass Heavy { end jsonata!("$excess", Value); }
                pass Light { end jsonata!("$weight", Value); }
            };
            end;
        }
    }

    workflow CollectingPaths(input: Value) {
        query_language JSONPath;
        map Collect {
            distributed;
            for _item: Value in path!("$.parts") {
                pass Weigh {
                    raw { "Assign": { "weight.$": "$.weight" } }
                    next Light;
                }
                pass Light { end path!("$weight", Value); }
            };
            end;
        }
    }
}

#[test]
fn a_raw_assign_in_a_distributed_map_sets_a_child_variable() {
    for definition in [Collecting::definition(), CollectingPaths::definition()] {
        let definition: Value = serde_json::from_str(&definition.to_json()).unwrap();
        let map = &definition["States"]["Collect"];
        // No outer values are passed.
        assert_eq!(map.get("ItemSelector"), None, "{map}");
        assert!(
            map["ItemProcessor"]["States"]["Weigh"]["Assign"].is_object(),
            "{map}"
        );
    }
}
