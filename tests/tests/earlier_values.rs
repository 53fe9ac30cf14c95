//! The `let`s before the work of a state, whose values its arguments read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::functions;
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Claim {
    id: String,
    amount: u32,
    parts: Vec<u32>,
    seconds: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Question {
    text: String,
    limit: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum AskError {
    #[error("too long: {length}")]
    TooLong { length: usize },
}

/// Asks an expert.
#[task]
async fn ask(question: Question) -> Result<String, AskError> {
    if question.text.len() > 20 {
        let length = question.text.len();
        return Err(AskError::TooLong { length });
    }
    Ok(format!("{} <= {}?", question.text, question.limit))
}

/// Repeats its arguments.
#[task]
async fn repeat(text: String, count: u32) -> String {
    text.repeat(count as usize)
}

/// A worker's task.
#[task(activity)]
async fn inspect(question: Question) -> String {
    question.text
}

fn claim() -> Value {
    json!({"id": "C-1", "amount": 40, "parts": [1, 2, 3], "seconds": 1})
}

async fn outcome<W: Workflow>(input: Value) -> Result<Value, String> {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let input = serde_json::from_value(input).expect("the input is of its type");
    let run = engine.start::<W>(input).await.expect("it starts");
    match run.await {
        Ok(output) => Ok(serde_json::to_value(output).expect("the output is JSON")),
        Err(error) => Err(error.to_string()),
    }
}

async fn run<W: Workflow>(input: Value) -> Value {
    outcome::<W>(input).await.expect("it succeeds")
}

fn states<W: Workflow>() -> Value {
    let definition: Value = serde_json::from_str(&W::definition().to_json()).expect("JSON");
    definition["States"].clone()
}

workflow! {
    /// The names exist only in their state, so two states may have one name for two types.
    workflow Local(claim: Claim) -> (String, String) {
        task Ask {
            let limit = claim.amount * 2;
            let question = Question { text: format!("{} of {limit}", claim.id), limit };
            let answer = ask(question);
            next Repeat;
        }
        task Repeat {
            let question = format!("<{answer}>");
            let twice = repeat(question, 2);
            let both = format!("{question}{twice}");
            catch States::ALL => { let both = question; next Late; }
            next Done;
        }
        succeed Done { (answer, both) }
        succeed Late { (both, answer) }
    }

    /// A following state reads the name.
    workflow Read(claim: Claim) -> (String, u32, String) {
        allow unbounded_loop;
        pass Begin { let count = 1; next Ask; }
        task Ask {
            let limit = count + claim.amount;
            let count = limit + 1;
            let answer = ask(Question { text: claim.id, limit });
            next Again;
        }
        choice Again { when count < 90 => Ask; otherwise => Done; }
        succeed Done { (answer, count, format!("{limit}")) }
    }

    workflow Ends(claim: Claim) -> String {
        task Ask {
            let text = claim.id;
            let answer = ask(Question { text, limit: 1 });
            end format!("{text}: {answer}");
        }
    }

    workflow Kinds(claim: Claim) -> (Vec<u32>, String, String) {
        wait Pause { let pause = claim.seconds * 2; seconds pause; next Each; }
        map Each {
            let factor = claim.amount;
            let rest = claim.parts.iter().skip(1).map(|part| part * factor).collect::<Vec<u32>>();
            let most = rest.len() as u32;
            let parts = for part in rest { pass Add { end part + 1; } };
            max_concurrency most + 1;
            let sum = parts.iter().sum::<u32>() + most;
            next Both;
        }
        parallel Both {
            let word = format!("{}!", claim.id);
            let (a, b) = branch { pass A { end 1; } } branch { pass B { end claim.id; } };
            let text = format!("{word}{a}{b}");
            next Which;
        }
        choice Which {
            let big = sum > 100;
            when big && sum < 10 => Wrong;
            when big => { let note = format!("{big} {sum}"); next Done; }
            otherwise => Wrong;
        }
        succeed Done { let first = text; (parts, first, note) }
        fail Wrong { let why = format!("{sum}"); "Wrong", why }
    }

    workflow Fails(claim: Claim) {
        fail Wrong { let why = format!("{}!", claim.id); "Wrong", why }
    }

    workflow Child(question: Question) -> String { succeed Done { question.text } }

    workflow Calls(claim: Claim) -> (String, String, String) {
        task Call {
            let question = Question { text: claim.id, limit: 1 };
            workflow Child(question);
            next Start;
        }
        task Start {
            let question = Question { text: claim.id, limit: 2 };
            start workflow Child(question);
            next Inspect;
        }
        task Inspect {
            let question = Question { text: claim.id, limit: claim.amount };
            let limit = claim.seconds + 1;
            let inspected = inspect(question);
            timeout limit;
            next Send;
        }
        task Send {
            let message = format!("{} for {}", claim.id, claim.amount);
            let answer: String = wait_for_task_token service "arn:aws:states:::sqs:sendMessage" {
                QueueUrl: placeholder!("QueueUrl"),
                MessageBody: { token: task_token, text: message },
            };
            next Ask;
        }
        task Ask {
            let message = format!("{} or {}", claim.id, claim.amount);
            let said: String = wait_for_task_token repeat(format!("{message}{task_token}"), 1);
            next Done;
        }
        succeed Done { (inspected, answer, said) }
    }

    workflow Paths(claim: Claim) -> String {
        query_language JSONPath;
        task Ask {
            let text = format!("{}!", claim.id);
            let answer = ask(Question { text, limit: claim.amount });
            next Done;
        }
        pass Done { let both = format!("{answer} {text}"); next Last; }
        pass Last { end both; }
    }

    /// What the call does not read, or not always, fails before it as in Rust.
    workflow Panics(claim: Claim) -> String {
        task Ask {
            let third = claim.parts[2];
            let _unread = claim.parts[1];
            let answer = ask(Question { text: claim.id, limit: if claim.amount > 40 { third } else { 0 } });
            next Done;
        }
        succeed Done { answer }
    }

    workflow Once(claim: Claim) -> String {
        task Repeat {
            let id = functions::uuid();
            let text = repeat(format!("{id}{id}"), 1);
            next Done;
        }
        succeed Done { text }
    }
}

#[tokio::test]
async fn the_arguments_of_a_call_read_the_values_before_it() {
    let answer = "C-1 of 80 <= 80?";
    let both = format!("<{answer}><{answer}><{answer}>");
    assert_eq!(run::<Local>(claim()).await, json!([answer, both]));
    assert_eq!(run::<Ends>(claim()).await, json!("C-1: C-1 <= 1?"));
}

#[test]
fn a_value_that_only_its_state_reads_is_no_variable() {
    let states = states::<Local>();
    let assigned = states["Ask"]["Assign"].as_object().unwrap();
    assert_eq!(assigned.keys().collect::<Vec<_>>(), ["answer"]);
    assert_eq!(
        states["Ask"]["Arguments"]["Payload"]["limit"],
        "{% $states.context.Execution.Input.amount * 2 %}"
    );
    let assigned = states["Repeat"]["Assign"].as_object().unwrap();
    assert_eq!(assigned.keys().collect::<Vec<_>>(), ["twice", "both"]);
}

#[tokio::test]
async fn a_following_state_reads_the_value_that_the_call_read() {
    assert_eq!(
        run::<Read>(claim()).await,
        json!(["C-1 <= 123?", 124, "123"])
    );
    let states = states::<Read>();
    let assigned = states["Ask"]["Assign"].as_object().unwrap();
    assert_eq!(
        assigned.keys().collect::<Vec<_>>(),
        ["answer", "limit", "count"]
    );
}

#[tokio::test]
async fn states_of_all_kinds_read_the_values_before_their_work() {
    let output = run::<Kinds>(claim()).await;
    assert_eq!(output, json!([[81, 121], "C-1!1C-1", "true 204"]));
    let error = outcome::<Fails>(claim()).await.unwrap_err();
    assert!(error.contains("C-1!"), "{error}");
}

#[test]
fn calls_of_all_kinds_read_the_values_before_them() {
    let states = states::<Calls>();
    let id = "{% $states.context.Execution.Input.id %}";
    assert_eq!(states["Call"]["Arguments"]["Input"]["text"], id);
    assert_eq!(states["Start"]["Arguments"]["Input"]["text"], id);
    assert_eq!(states["Inspect"]["Arguments"]["text"], id);
    assert_eq!(
        states["Inspect"]["TimeoutSeconds"],
        "{% $states.context.Execution.Input.seconds + 1 %}"
    );
    let text = states["Send"]["Arguments"]["MessageBody"]["text"]
        .as_str()
        .unwrap();
    assert!(text.contains("' for '"), "{text}");
    let text = states["Ask"]["Arguments"]["Payload"]["text"]
        .as_str()
        .unwrap();
    assert!(text.contains("' or '"), "{text}");
}

#[tokio::test]
async fn a_jsonpath_state_reads_the_values_before_its_call() {
    assert_eq!(run::<Paths>(claim()).await, json!("C-1! <= 40? C-1!"));
}

#[tokio::test]
async fn a_value_that_may_panic_is_computed_before_the_call() {
    assert_eq!(run::<Panics>(claim()).await, json!("C-1 <= 0?"));
    for parts in [json!([1, 2]), json!([1])] {
        let mut input = claim();
        input["parts"] = parts;
        let error = outcome::<Panics>(input).await.unwrap_err();
        assert!(error.contains("QueryEvaluationError"), "{error}");
    }
}

#[tokio::test]
async fn a_changing_value_is_evaluated_once_in_one_argument() {
    let text = run::<Once>(claim()).await;
    let text = text.as_str().unwrap();
    assert_eq!(text[..36], text[36..]);
}
