//! The parts of the engine that the package `stepwright-server` needs in addition to the public
//! API.
//!
//! `stepwright-server` is the only user of this module. The module is exempt from semantic
//! versioning: any release may change or remove it. An application uses [`Engine`].
//!
//! | item | content |
//! |---|---|
//! | [`ServerEngine`] | an engine with the methods that only a server calls |
//! | [`Revision`], [`Origin`] | a compiled definition of a state machine; the data of a server in an execution of it |
//! | [`ListedExecution`], [`OriginFilter`], [`ChildFilter`] | lists with all columns of ListExecutions |
//! | [`Redrivability`], [`RunChanges`] | DescribeExecution's redrive status; UpdateMapRun's changes |
//! | [`DirectCall`] | the call of a task without an execution |
//! | [`ReservedRuntime`] | the runtime of executions, where requests have another one |
//! | [`origin`], [`input_text`], [`event_json`], [`label_of`], [`missing_machine`] | functions of executions, events, labels and tasks |

mod direct_call;
mod lists;
mod redrivability;
mod reserved_runtime;
mod revision;

use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value as Json;
use smol_str::SmolStr;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::distributed::MapRun;
use stepwright_interpreter::history::Event;
use stepwright_interpreter::task::Integration;
use tokio::sync::oneshot;

use super::activities::ActivityTask;
use super::{ActivityError, Engine, StartError, TokenError, nested};
use crate::execution::message::Message;
use crate::store::{Change, StoreError, StoredDocument};
use crate::task::{Answer, TaskCall, TaskResult, TaskSource};

pub use self::direct_call::DirectCall;
pub use self::lists::{ChildFilter, ListedExecution, OriginFilter};
pub use self::redrivability::Redrivability;
pub use self::reserved_runtime::ReservedRuntime;
pub use self::revision::Revision;
pub use stepwright_interpreter::Origin;
pub use stepwright_interpreter::distributed::RunChanges;
pub use stepwright_interpreter::program::label_of;

/// An engine with the methods that only a server calls.
#[derive(Clone, Debug)]
pub struct ServerEngine(Engine);

impl Deref for ServerEngine {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.0
    }
}

/// The configuration of the engine.
impl ServerEngine {
    /// Wraps an engine.
    pub fn new(engine: Engine) -> Self {
        Self(engine)
    }

    /// Makes a server execute the tasks that call its API. Only the first server of an engine is
    /// used.
    pub fn set_own_api(&self, api: Arc<dyn TaskSource>) {
        // A second server has the same state machines and executions.
        let _first = self.shared.sources.own_api.set(api);
    }

    /// Returns the ARN of a resource of this engine:
    /// `arn:aws:states:<region>:<account>:<kind>:<name>`.
    pub fn arn(&self, kind: &str, name: &str) -> SmolStr {
        self.shared.compile_settings.arn(kind, name)
    }

    /// Returns the region of its ARNs.
    pub fn region(&self) -> &str {
        &self.shared.compile_settings.region
    }

    /// Returns the account of its ARNs.
    pub fn account(&self) -> &str {
        &self.shared.compile_settings.account
    }

    /// Returns the maximum bytes of a payload: an input or the output of a task, for example.
    pub fn payload_bytes(&self) -> u64 {
        self.shared.limits.payload_bytes
    }

    /// Whether fields of executions are masked in output for people.
    pub fn has_redaction(&self) -> bool {
        self.redaction().has_fields()
    }

    /// Returns what is masked in output for people: fields, and task tokens.
    pub fn redaction(&self) -> &Redaction {
        &self.shared.compile_settings.redaction
    }

    /// Whether the engine was shut down, so that it starts nothing any more.
    pub fn is_shut_down(&self) -> bool {
        self.shared.running.is_shut_down()
    }

    /// Waits for the next task of an activity, oldest first. Returns `None` when `until` is ready
    /// first. A task that is being handed to the worker is returned in any case, so that no task is
    /// marked as started without a worker.
    ///
    /// # Errors
    ///
    /// When the activity does not exist, or is deleted during the call.
    pub async fn get_activity_task_until(
        &self,
        arn: &str,
        worker: Option<&str>,
        until: impl Future<Output = ()>,
    ) -> Result<Option<ActivityTask>, ActivityError> {
        let shared = &self.shared;
        shared
            .activities
            .take(arn, worker, &shared.clock, until)
            .await
    }

    /// Returns a random number below `end`, which must not be 0.
    pub fn draw_below(&self, end: u64) -> u64 {
        self.shared.entropy.draw(1).next_u64() % end
    }
}

/// The documents of the store.
impl ServerEngine {
    /// Returns the documents of the store.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        match &self.shared.durable {
            Some(durable) => durable.reader().documents(),
            None => Ok(Vec::new()),
        }
    }

    /// Commits changes in one transaction, if there is a store.
    ///
    /// # Errors
    ///
    /// When the store cannot commit them; then nothing changes.
    pub async fn commit_all(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.keep_all(changes).await
    }
}

/// Task tokens.
impl ServerEngine {
    /// Checks that a task waits for the answer to a token.
    ///
    /// # Errors
    ///
    /// Those of an answer to the token.
    pub async fn check_token(&self, token: &str) -> Result<(), TokenError> {
        match self.shared.tokens.get(token) {
            Ok(_) => Ok(()),
            Err(refused) => Err(self.shared.ended_token(token, refused).await),
        }
    }

    /// Answers a token, and waits until the execution has accepted the answer.
    ///
    /// # Errors
    ///
    /// When no task waits for the token, or the execution does not accept the answer.
    pub async fn answer_token(&self, token: &str, result: TaskResult) -> Result<(), TokenError> {
        self.answer(token, result).await
    }
}

/// Map Runs.
impl ServerEngine {
    /// Changes a Map Run as UpdateMapRun does. Returns `false` when it is not running.
    pub async fn update_map_run(&self, run: &MapRun, changes: RunChanges) -> bool {
        // An execution that only the store has is closed.
        let Ok(Some(state)) = self.shared.remembered(&run.execution) else {
            return false;
        };
        let (answer, updated) = oneshot::channel();
        let message = Message::UpdateRun(run.arn.as_str().into(), changes, answer);
        // A closed execution drops the message, and the sender in it.
        state.send(message).is_ok() && updated.await.unwrap_or(false)
    }

    /// Returns the ARN of the Map Run of a child execution.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub async fn map_run_of(&self, child: &str) -> Result<Option<SmolStr>, StoreError> {
        // Its state machine is `<machine>/<label>`, and no name contains a `/`.
        if !child.contains('/') {
            return Ok(None);
        }
        if let Some(run) = self.shared.runs.run_of(child) {
            return Ok(Some(run));
        }
        let child = child.to_owned();
        let read = self
            .shared
            .read_store(move |_, reader| reader.execution(&child));
        let row = read.await?.flatten();
        Ok(row.and_then(|row| Some(SmolStr::from(row.child_of?.map_run))))
    }
}

/// Returns the origin of an execution, if a server started it.
pub fn origin(execution: &ExecutionInfo) -> Option<&Origin> {
    execution.origin()
}

/// Returns the input of an execution as JSON: the original text, if a server started it.
pub fn input_text(execution: &ExecutionInfo) -> String {
    execution.input_text()
}

/// Returns an event in the format of GetExecutionHistory, with or without inputs and outputs.
pub fn event_json(event: &Event, has_data: bool) -> Json {
    event.print(has_data, &Redaction::new())
}

/// Returns the answer to a task that starts an execution of a state machine that the engine does
/// not have; `None` for other tasks.
pub fn missing_machine(call: &TaskCall<'_>) -> Option<Answer> {
    let integration = Integration::of(call.resource())?;
    let machine = call.target()?;
    let error = StartError::StateMachineDoesNotExist(machine.to_owned());
    let failure = nested::refused_start(integration, &error, &call.request_id());
    Some(if integration.is_submitted(call.resource().pattern()) {
        Answer::request_failed(failure)
    } else {
        Answer::result(Err(failure))
    })
}
