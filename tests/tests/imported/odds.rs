//! Imported from odds.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// The input of `second`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct SecondInput {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: i64,
    pub rest: Value,
}

/// Called by `second`.
#[task]
pub async fn second(input: SecondInput) -> Value;

/// The input of `ask_person`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct AskPersonInput {
    pub token: String,
    pub question: String,
}

/// Called by `ask a person`.
#[task(function_name = "arn:aws:lambda:eu-central-1:123456789012:function:ask-person:live")]
pub async fn ask_person(input: AskPersonInput) -> Value;

/// Called by `Store`.
#[task(resource = "${Second}")]
pub async fn second2(input: Value) -> Value;

/// The output of `One`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct OneOutput {
    pub item: Value,
}

workflow! {
    /// Everything that `stepwright import` writes in a special form.
    /// On two lines.
    pub workflow Odds(input: Value) {
        query_language JSONPath;
        allow unbounded_loop, unused_variables;
        timeout 1h;
        raw { "QueryLanguage": "JSONPath", "Version": "1.0" }

        #[name = "ask a person"]
        task AskAPerson {
            wait_for_task_token ask_person(AskPersonInput {
                token: path!("$$.Task.Token"),
                question: intrinsic!("States.Format('{}?', $.question)")
            });
            timeout 1d;
            heartbeat path!("$.patience");
            catch "Busy" => { result_path "$.problem"; next Hold; }
            result_path "$.answer";
            raw {
                "Retry": [{ "ErrorEquals": ["States.TaskFailed"] }, { "ErrorEquals": ["Late"] }],
                "Catch": [
                    { "ErrorEquals": ["Busy"], "ResultPath": "$.problem", "Next": "Hold" },
                    { "ErrorEquals": ["Busy"], "Next": "Hold" }
                ]
            }
            next Which;
        }

        #[name = "second"]
        task Second {
            query_language JSONata;
            second(SecondInput {
                id: jsonata!("$states.context.Execution.Id"),
                type_: 3,
                rest: jsonata!("$states.input")
            });
            retry States::Timeout (max_attempts: 0);
            retry "Lambda.TooManyRequestsException" | "Busy" (interval: 2s, backoff_rate: 1.5, max_delay: 1m, jitter: full);
            retry States::ALL (backoff_rate: 2.0);
            catch States::TaskFailed => { raw { "Output": "{% $states.errorOutput %}" } next Each; }
            catch States::ALL => {
                raw { "Assign": { "error": "{% $states.errorOutput.Error %}" } }
                next Both;
            }
            raw {
                "Comment": " a comment that is no doc comment ",
                "Assign": { "seen": "{%$states.result.Payload.seen%}" }
            }
            next Each;
        }

        /// Rules of all kinds.
        #[name = "Which?"]
        choice Which {
            when path!("$.answer.yes", bool) && (path!("$.total", f64) >= 10.5 || !(path!("$.name", String) == r#""Ada""#)) => Second;
            when path!("$.answer.yes", bool) == false => { raw { "Comment": "No." } next Nothing; }
            when path!("$.name", String).starts_with("A") => {
                let initial: String = "A".to_owned();
                next Hold;
            }
            when path!("$.total", i64) < 3 => Hold;
            otherwise fail;
        }

        wait Hold {
            seconds path!("$.pause");
            next Until2;
        }

        #[name = "until"]
        wait Until2 {
            query_language JSONata;
            timestamp jsonata!("$states.input.until");
            next Until;
        }

        wait Until {
            timestamp "2030-01-01T00:00:00Z";
            output_path "$.rest";
            next Which;
        }

        #[name = "each"]
        map Each {
            query_language JSONata;
            distributed express;
            tolerated_failures 5%;
            writer "arn:aws:states:::s3:putObject" { Bucket: jsonata!("$states.input.bucket") };
            for _item: Value in jsonata!("$states.input.items") {
                task Store {
                    second2(path!("$"));
                    next Send;
                }
                task Send {
                    service "arn:aws:states:::sqs:sendMessage" {
                        QueueUrl: placeholder!("QueueUrl"),
                        MessageBody: {
                            list: [1, 2.5, Value::Null, { deep: { deeper: path!("$.x") } }],
                            text: "a long text that makes this line too long to fit into one line of the source, so that it is broken"
                        }
                    };
                    end;
                }
            };
            max_concurrency 5;
            raw { "ItemSelector": { "value": "{% $states.context.Map.Item.Value %}" } }
            next Both;
        }

        parallel Both {
            branch {
                raw { "Comment": "left" }
                choice Left {
                    when path!("$", Value).get("deep").is_some() => Deep;
                    otherwise => Flat;
                }
                parallel Deep {
                    branch {
                        succeed Deeper { input_path "$.x"; }
                    };
                    end path!("$", Value);
                }
                pass Flat {
                    input_path null;
                    result Value::Null;
                    end;
                }
            }
            branch {
                #[name = "Old map"]
                map OldMap {
                    iterator;
                    for _item2: Value in path!("$") {
                        pass One { end OneOutput { item: path!("$$.Map.Item.Value") }; }
                    };
                    end path!("$", Value);
                }
            }
            branch {
                #[name = "New map"]
                map NewMap {
                    for _item3: Value in path!("$.items") {
                        raw { "ProcessorConfig": _ }
                        task Many {
                            service "arn:aws:states:::sns:publish" {
                                TopicArn: "arn:aws:sns:eu-central-1:123456789012:t",
                                Message: path!("$.text"),
                                MessageAttributes: {
                                    kind: {
                                        DataType: "String",
                                        StringValue: intrinsic!("States.Format('{}', $.kind)")
                                    }
                                }
                            };
                            end;
                        }
                    };
                    end path!("$", Value);
                }
            };
            result_selector { first: path!("$[0]") };
            raw { "Retry": [] }
            next Done;
        }

        succeed Done {
            query_language JSONata;
            jsonata!("$states.input.first", Value)
        }

        fail Nothing { "Nothing", intrinsic!("States.Format('{} said no', $.name)") }
    }
}
