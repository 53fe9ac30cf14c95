//! Describes a task that is about to start to the handler or mock that executes it.

use std::sync::Arc;
use std::time::Duration;

use crate::task::TraceContext;
use smol_str::SmolStr;

use crate::execution::step_loop::Execution;
use crate::execution::task_request::TaskRequest;
use crate::program::Kind;
use crate::task::TaskCall;

impl Execution {
    /// Calls `read` with the task of a request as handlers and mocks see it. `trace` is the context
    /// of the attempt's span. Returns `None` if its state was left.
    pub fn with_call<R>(
        &self,
        request: &TaskRequest,
        trace: Option<&Arc<TraceContext>>,
        read: impl FnOnce(&TaskCall<'_>) -> R,
    ) -> Option<R> {
        let cursor = self.cursors.get(request.wait_id.cursor)?;
        let state = self.program.state(cursor.state);
        let Kind::Task(task) = &state.kind else {
            return None;
        };
        let scope = self.recorder.scope_path(&self.program, cursor.scope);
        Some(read(&TaskCall {
            about: &self.about,
            trace,
            at: cursor.state,
            state: &state.name,
            resource: &task.resource,
            parameters: &request.parameters,
            scope: &scope,
            attempt: cursor.attempt_state.retry_count(),
            call: request.call,
            token: cursor.attempt_state.token().map(SmolStr::as_str),
            timeout: request.timeout().map(Duration::from_secs),
            heartbeat: request.heartbeat().map(Duration::from_secs),
        }))
    }
}
