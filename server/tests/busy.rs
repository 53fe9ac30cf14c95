//! Requests while executions have all threads of the engine's runtime.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::available_parallelism;

use serde_json::json;
use stepwright_engine::task::{Answer, TaskCall, TaskSource};
use stepwright_engine::{Engine, Limits};

use crate::support::{Api, ROLE};

/// A source whose tasks block the thread that steps their execution, until the sender is dropped.
struct Blocks {
    entered: Sender<()>,
    end: Mutex<Receiver<()>>,
}

impl TaskSource for Blocks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        if call.state() != "Block" {
            return None;
        }
        let _gone = self.entered.send(());
        // The first one has the lock, and the others wait for it.
        drop(self.end.lock().map(|end| end.recv()));
        Some(Answer::output(json!("done")))
    }
}

#[test]
fn requests_are_answered_while_executions_block_all_threads_of_the_engine() {
    let (entered, blocked) = channel();
    let (end, ended) = channel();
    let source = Blocks {
        entered,
        end: Mutex::new(ended),
    };
    let api = Api::over(Engine::builder().tasks(source));
    let block = json!({"StartAt": "Block", "States": {"Block": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:block", "End": true,
    }}});
    let machine = api.create("block", &block);
    let threads = available_parallelism().map_or(2, usize::from);
    for _ in 0..threads {
        api.call("StartExecution", json!({"stateMachineArn": machine}));
        blocked.recv().expect("an execution begins");
    }
    // No thread of the runtime is free.
    let started = api.call("StartExecution", json!({"stateMachineArn": machine}));
    assert_eq!(api.get("/health").0, 200);
    assert_eq!(api.get("/metrics").0, 200);
    let described = api.call(
        "DescribeExecution",
        json!({"executionArn": started["executionArn"]}),
    );
    assert_eq!(described["status"], "RUNNING");
    let another = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let pass = json!({"Type": "Pass", "Result": 1, "End": true});
    api.create("another", &another);
    let tested = json!({"definition": pass.to_string(), "roleArn": ROLE});
    assert_eq!(api.call("TestState", tested)["output"], "1");
    drop(end);
}

#[test]
fn starts_beyond_the_limit_get_the_error_of_aws() {
    let limits = Limits::new().open_executions(1);
    let api = Api::over(Engine::builder().limits(limits));
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000, "End": true}}});
    for machine_type in ["STANDARD", "EXPRESS"] {
        let machine = api.call(
            "CreateStateMachine",
            json!({"name": machine_type, "definition": wait.to_string(), "roleArn": ROLE, "type": machine_type}),
        );
        let start = json!({"stateMachineArn": machine["stateMachineArn"]});
        api.call("StartExecution", start.clone());
        // The thread of an execution counts it.
        while api.engine.statistics().all_executions().open == 0 {
            std::thread::yield_now();
        }
        let refused = api.refusal("StartExecution", start);
        assert!(refused.starts_with("ExecutionLimitExceeded: "), "{refused}");
    }
}
