//! Runs the real handler of a pending call.

use std::sync::Arc;
use std::time::Duration;

use stepwright_engine::server_support::DirectCall;
use stepwright_engine::task::TaskResult;
use stepwright_history::report::text;

use super::outcome::Outcome;
use super::session::{DebugSession, SessionState};
use crate::console::form::params::Params;
use crate::console::http::blocking::blocking;
use crate::console::http::error::PageError;
use crate::console::state::Console;

/// How long a handler may run.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether a handler of the engine may execute the pending call. The pages of an engine that
/// redacts data must not show its result.
pub(super) fn is_available(console: &Console, state: &SessionState) -> bool {
    let engine = &console.service.engine;
    let debugger = &state.frame().debugger;
    let may_call = debugger.with_call(|call| engine.may_call(call));
    may_call.unwrap_or(false) && !engine.has_redaction()
}

/// Runs the handler, and answers the call with its result. The debugger is not locked while the
/// handler runs. Returns whether this succeeded.
pub(super) async fn perform(
    console: &Console,
    session: &Arc<DebugSession>,
    params: Params,
) -> Result<bool, PageError> {
    let params = Arc::new(params);
    let begin = {
        let (console, session, params) = (console.clone(), session.clone(), params.clone());
        move || session.lock().begin_call(&console, &params)
    };
    let done = match blocking(begin).await? {
        Err(problem) => Err(problem),
        Ok((changes, call)) => match tokio::time::timeout(PATIENCE, call.work).await {
            Ok(result) => Ok((changes, call.delay, result)),
            Err(_) => Err(format!(
                "the handler did not end within {} seconds, and was cancelled; choose the result by hand",
                PATIENCE.as_secs()
            )),
        },
    };
    let session = session.clone();
    let finish = move || {
        let mut state = session.lock();
        let outcome = match done {
            Ok((changes, delay, result)) => state.finish_call(changes, delay, result),
            Err(problem) => Err(problem),
        };
        let is_done = outcome.is_ok();
        state.report(&params, outcome);
        is_done
    };
    blocking(finish).await
}

impl SessionState {
    /// Returns the work of the handler, and the number of changes so far.
    fn begin_call(&self, console: &Console, params: &Params) -> Result<(u64, DirectCall), String> {
        self.check_current(params)?;
        let debugger = &self.frame().debugger;
        let engine = &console.service.engine;
        if engine.has_redaction() {
            return Err(
                "this engine redacts data, and the page would show the result of the handler; choose the result by hand"
                    .to_owned(),
            );
        }
        let history = debugger.history();
        let call = debugger.with_call(|call| engine.call_directly(call, history.program()));
        let call = call.ok_or("no call waits for an answer here; continue to the next call")??;
        Ok((self.changes, call))
    }

    fn finish_call(&mut self, changes: u64, delay: Duration, result: TaskResult) -> Outcome {
        if self.changes != changes {
            return Err(
                "the debugger continued while the handler ran, so its result was dropped"
                    .to_owned(),
            );
        }
        let notice = match &result {
            Ok(value) => format!("The handler returned {}", text::brief(value)),
            Err(failure) => {
                let error = failure.error.as_deref().unwrap_or("no error name");
                let cause = failure.cause.as_deref().unwrap_or_default();
                format!("The handler failed with {error}: {}", text::cut(cause))
            }
        };
        let outcome = self.advance(|debugger| {
            let stop = debugger.answer_after(delay, result);
            stop.map_err(|error| error.to_string())
        });
        outcome.map(|more| Some(more.map_or(notice.clone(), |more| format!("{notice}\n{more}"))))
    }
}
