//! Imported from shapes.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// The input of `score_card`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ScoreCardInput {
    pub id: Value,
    pub kind: Value,
    pub stage: String,
    pub limits: ScoreCardInputLimits,
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// `limits` of `ScoreCardInput`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ScoreCardInputLimits {
    pub low: i64,
    pub high: f64,
}

/// Called by `Ask`, `Again`.
#[task(function_name = "${ScoreCard9C58B1E0.Arn}")]
pub async fn score_card(input: ScoreCardInput) -> Value;

/// The input of `store`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct StoreInput {
    pub rows: Value,
}

/// Called by `Store`.
#[task(lambda_arn)]
pub async fn store(input: StoreInput) -> Value;

/// The output of `Say`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct SayOutput {
    pub stored: Value,
    pub unit: String,
}

workflow! {
    /// The same things in several shapes.
    pub workflow Shapes(input: Value) {
        query_language JSONPath;
        lambda_retries;
        allow unused_variables, retried_computation;

        task Ask {
            score_card(ScoreCardInput {
                id: path!("$.id"),
                kind: "first".into(),
                stage: placeholder!("Stage"),
                limits: ScoreCardInputLimits { low: -1, high: 2.5 },
                tags: vec!["a".to_owned(), "b".to_owned()],
                token: None
            });
            retry "Busy" (max_attempts: 1);
            catch States::ALL => { let problem: Value = path!("$.Cause"); let attempts: i64 = 1; next Again; }
            next Again;
        }

        task Again {
            let score = score_card(ScoreCardInput {
                id: path!("$.id"),
                kind: path!("$.kind"),
                stage: placeholder!("Stage"),
                limits: ScoreCardInputLimits { low: 3, high: 4.0 },
                tags: vec!["c".to_owned()],
                token: Some(path!("$$.Execution.Id"))
            });
            let points: Value = path!("$.Payload.points");
            let attempts: i64 = 2;
            let nothing: Option<Value> = None;
            let late: Vec<Value> = Vec::<Value>::new();
            retry "Lambda.ServiceException" (max_attempts: 9);
            retry States::ALL;
            next Keep;
        }

        task Keep {
            let answer: Value = service "arn:aws:states:::lambda:invoke";
            let again: i64 = 1;
            raw {
                "Parameters": {
                    "FunctionName": "${ScoreCard9C58B1E0.Arn}",
                    "Payload": { "id": { "deep": true }, "list": [{ "a.$": "$.b" }, null] }
                }
            }
            next Decide;
        }

        choice Decide {
            when path!("$", Value).get("a").is_some() => Load;
            when path!("$.a.b", Value).get(2).is_none() => Load;
            when raw { "Variable": "$['odd key']", "IsPresent": true } => Load;
            when path!("$.a", Option<Value>).is_some() => Load;
            when (path!("$", Value).get("a").is_some() && path!("$.a", String) == "x") || !(path!("$.a", Value).is_null()) => Load;
            when path!("$.text", String).ends_with(".csv") => Load;
            when path!("$.text", String).starts_with("a*b") => Load;
            when path!("$.text", String).contains("mid") => Load;
            when raw { "Variable": "$.text", "StringMatches": "a*b" } => Load;
            when path!("$.text", String) == placeholder!("Stage") => Load;
            when path!("$.text", String) > "m".to_owned() => Load;
            when stepwright::functions::is_before(&path!("$.text", String), &path!("$.other", String)) => Load;
            when path!("$.n", f64) <= path!("$$.Execution.Input.most", f64) => Load;
            when path!("$.n", i64) == -5 => Load;
            when path!("$.flag", bool) == false => { let chosen: Value = path!("$.flag"); next Load; }
            when path!("$.flag", Value).is_boolean() => Load;
            when raw { "Variable": "$.when", "TimestampLessThan": "2030-01-01T00:00:00Z" } => Load;
            otherwise => { let chosen: Value = path!("$.none"); next Load; }
        }

        map Load {
            distributed;
            label "Load";
            tolerated_failures path!("$.share") %;
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: GIVEN, csv_headers: ["id", "name"], max_items: 100) {
                Bucket: placeholder!("Bucket"),
                Key: path!("$.key")
            };
            batch (max_items: 50) { run: path!("$$.Execution.Id") };
            for _item: Batch<Value, Value> in reader {
                task Store {
                    store(StoreInput { rows: path!("$.Items") });
                    timeout path!("$.patience");
                    credentials placeholder!("Role");
                    next Count;
                }
                pass Count {
                    let stored: Value = intrinsic!("States.ArrayLength($.rows)");
                    next Say;
                }
                pass Say { end SayOutput { stored: path!("$stored"), unit: "rows".to_owned() }; }
            };
            max_concurrency path!("$.most");
            next Each;
        }

        map Each {
            for _item2: Value in path!("$") {
                raw { "ProcessorConfig": _ }
                choice Two {
                    when path!("$", i64) == 2 => Even;
                    otherwise => Odd;
                }
                pass Even {
                    parameters { even: path!("$") };
                    end;
                }
                pass Odd {
                    raw { "Assign": { "type.$": "$" } }
                    end;
                }
            };
            raw { "ItemsPath": "$" }
            next Done;
        }

        succeed Done { path!("$[0]", Value) }
    }
}
