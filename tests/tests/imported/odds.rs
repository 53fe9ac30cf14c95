//! Imported from odds.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// What `ask_person` is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct AskPersonInput {
    pub question: String,
    pub token: String,
}

/// Called by `ask a person`.
#[task(function_name = "arn:aws:lambda:eu-central-1:123456789012:function:ask-person:live")]
pub async fn ask_person(input: AskPersonInput) -> Value;

/// What `second` is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct SecondInput {
    pub id: String,
    pub rest: Value,
    #[serde(rename = "type")]
    pub type_: i64,
}

/// Called by `second`.
#[task]
pub async fn second(input: SecondInput) -> Value;

/// Called by `Store`.
#[task(resource = "${Second}")]
pub async fn second2(input: Value) -> Value;

workflow! {
    /// Everything that `stepwright import` has to say in a way of its own.
    /// On two lines.
    pub workflow Odds(input: Value) {
        query_language JSONPath;
        allow unbounded_loop;
        timeout 1h;
        raw { "QueryLanguage": "JSONPath", "Version": "1.0" }

        #[name = "ask a person"]
        task AskAPerson {
            wait_for_task_token ask_person(path!("$"));
            timeout 1d;
            catch "Busy" => { raw { "ResultPath": "$.problem" } next Hold; }
            raw {
                "Parameters": {
                    "FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:ask-person:live",
                    "Payload": {
                        "token.$": "$$.Task.Token",
                        "question.$": "States.Format('{}?', $.question)"
                    }
                },
                "HeartbeatSecondsPath": "$.patience",
                "ResultPath": "$.answer",
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
            second(jsonata!("$states.input"));
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
                "Arguments": {
                    "FunctionName": "${SecondArn}",
                    "Payload": {
                        "id": "{% $states.context.Execution.Id %}",
                        "type": 3,
                        "rest": "{% $states.input %}"
                    }
                },
                "Assign": { "seen": "{%$states.result.Payload.seen%}" }
            }
            next Each;
        }

        /// Rules of all kinds.
        #[name = "Which?"]
        choice Which {
            when path!("$.answer.yes", bool) && (path!("$.total", f64) >= 10.5 || !(path!("$.name", String) == r#""Ada""#)) => Second;
            when raw { "Variable": "$.answer.yes", "BooleanEquals": false, "Comment": "No." } => Nothing;
            when raw { "Variable": "$.name", "StringMatches": "A*", "Assign": { "initial": "A" } } => Hold;
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
            raw { "OutputPath": "$.rest" }
            next Which;
        }

        #[name = "each"]
        map Each {
            query_language JSONata;
            distributed express;
            for _item: Value in jsonata!("$states.input.items") {
                task Store {
                    second2(path!("$"));
                    next Send;
                }
                task Send {
                    service "arn:aws:states:::sqs:sendMessage";
                    raw {
                        "Parameters": {
                            "QueueUrl": "${QueueUrl}",
                            "MessageBody": {
                                "list": [1, 2.5, null, { "deep": { "deeper.$": "$.x" } }],
                                "text": "a long text that makes this line too long to stand on one line of the source, so that it is broken"
                            }
                        }
                    }
                    end;
                }
            };
            max_concurrency 5;
            raw {
                "ItemSelector": { "value": "{% $states.context.Map.Item.Value %}" },
                "ToleratedFailurePercentage": 5,
                "ResultWriter": {
                    "Resource": "arn:aws:states:::s3:putObject",
                    "Arguments": { "Bucket": "{% $states.input.bucket %}" }
                }
            }
            next Both;
        }

        parallel Both {
            branch {
                raw { "Comment": "left" }
                choice Left {
                    when raw { "Variable": "$.deep", "IsPresent": true } => Deep;
                    otherwise => Flat;
                }
                parallel Deep {
                    branch {
                        succeed Deeper { raw { "InputPath": "$.x" } }
                    };
                    end path!("$", Value);
                }
                pass Flat {
                    raw { "Result": null, "InputPath": null }
                    end;
                }
            }
            branch {
                #[name = "Old map"]
                map OldMap {
                    iterator;
                    for _item2: Value in path!("$") {
                        pass One {
                            raw { "Parameters": { "item.$": "$$.Map.Item.Value" } }
                            end;
                        }
                    };
                    raw { "ItemsPath": _ }
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
            raw { "Retry": [], "ResultSelector": { "first.$": "$[0]" } }
            next Done;
        }

        succeed Done {
            query_language JSONata;
            jsonata!("$states.input.first", Value)
        }

        fail Nothing { "Nothing", intrinsic!("States.Format('{} said no', $.name)") }
    }
}
