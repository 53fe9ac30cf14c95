//! An engine on a tested store, for the tests of data that is derived from it.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::StoreError;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, ExecutionFilter, MachineType, Redaction, StartOptions};
use tokio::runtime::{Builder, Runtime};

use super::TestedStore;

/// An execution that succeeds with its input as output, fails, waits, or logs lines.
const MACHINE: &str = r#"{"StartAt": "What?", "States": {
    "What?": {"Type": "Choice", "Default": "Reply", "Choices": [
        {"Variable": "$.kind", "StringEquals": "fail", "Next": "Fail"},
        {"Variable": "$.kind", "StringEquals": "wait", "Next": "Wait"},
        {"Variable": "$.kind", "StringEquals": "log", "Next": "Log"}
    ]},
    "Reply": {"Type": "Pass", "Parameters": {"reply.$": "$.text"}, "End": true},
    "Wait": {"Type": "Wait", "Timestamp": "2999-01-01T00:00:00Z", "End": true},
    "Log": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:log", "End": true},
    "Fail": {"Type": "Fail", "Error": "Refused", "CausePath": "$.text"}
}}"#;

/// A kind of store with an index and logs of handlers next to it.
pub trait TestedDerivedData: TestedStore {
    /// Opens the index of the store with a number.
    ///
    /// # Errors
    ///
    /// Those of opening it.
    fn index(
        &mut self,
        number: u32,
        engine: &Engine,
        masked: &Redaction,
    ) -> Result<ExecutionIndex, StoreError>;

    /// Stores logs next to the store with a number.
    fn keep_logs(&mut self, number: u32, logs: &HandlerLogs);
}

/// An engine on a tested store.
pub(super) struct EngineOfStore<'t, T> {
    pub(super) tested: &'t mut T,
    pub(super) runtime: Runtime,
    pub(super) engine: Engine,
    number: u32,
}

impl<'t, T: TestedDerivedData> EngineOfStore<'t, T> {
    pub(super) fn open(tested: &'t mut T, number: u32) -> Self {
        // One thread, so that a test can observe what handlers log.
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let builder = Engine::builder()
            .register_json("orders", MACHINE, MachineType::Standard)
            .function("log", |input: Json| async move {
                for line in input["lines"].as_array().into_iter().flatten() {
                    tracing::warn!(order = 17, "{}", line.as_str().unwrap_or_default());
                }
                Ok::<_, TaskFailure>(json!({}))
            })
            .store(tested.open(number).expect("a store"));
        let engine = runtime.block_on(async { builder.build() });
        Self {
            tested,
            runtime,
            engine: engine.expect("an engine"),
            number,
        }
    }

    /// Starts an execution, and waits for its end, unless it waits. Returns its ARN.
    pub(super) fn start(&self, input: Json) -> String {
        self.start_with(input, StartOptions::new())
    }

    pub(super) fn start_with(&self, input: Json, options: StartOptions) -> String {
        let ends = input["kind"] != "wait";
        self.runtime.block_on(async {
            let started = self.engine.start_machine("orders", input, options);
            let run = started.await.expect("it starts");
            if ends {
                run.report().await;
            }
            run.id().to_owned()
        })
    }

    pub(super) fn delete(&self, id: &str) {
        let deleted = self.runtime.block_on(self.engine.delete(id));
        deleted.expect("it has ended");
    }

    pub(super) fn index(&mut self, masked: &Redaction) -> ExecutionIndex {
        let index = self.tested.index(self.number, &self.engine, masked);
        let index = index.expect("an index");
        index.catch_up().expect("it has not stopped");
        index
    }

    pub(super) fn keep(&mut self, logs: &HandlerLogs) {
        self.tested.keep_logs(self.number, logs);
    }

    /// Returns the executions that a scan of all finds.
    pub(super) fn scan(&self, filter: &ExecutionFilter, text: &str) -> Vec<String> {
        let page = self.engine.blocking_executions(filter).expect("a list");
        let executions = page.executions.into_iter();
        let ids: Vec<String> = executions.map(|execution| execution.id).collect();
        let data = self.runtime.block_on(self.engine.execution_data(&ids));
        let found = ids.into_iter().zip(data.expect("the data"));
        let found = found.filter(|(_, data)| {
            let data = data.as_ref().expect("it exists");
            let json = [Some(&data.input), data.output.as_ref()];
            let json = json.into_iter().flatten().map(|value| value.to_text());
            let plain = [&data.error, &data.cause].into_iter().flatten();
            let plain = plain.map(|plain| plain.replace('\0', "\u{fffd}"));
            json.chain(plain).any(|known| known.contains(text))
        });
        found.map(|(id, _)| id).collect()
    }
}

impl<T> Drop for EngineOfStore<'_, T> {
    fn drop(&mut self) {
        // The next engine can open the store.
        let ended = self.engine.shutdown(Duration::from_secs(5));
        self.runtime.block_on(ended);
    }
}
