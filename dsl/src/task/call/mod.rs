//! Calls of tasks with JSON text, for a transport that knows no types: a Lambda function, a worker
//! of an activity, or an engine that runs a built workflow.

mod read;
mod scan;
mod stack;
mod write;

use super::{
    Handler, INVALID_INPUT, INVALID_OUTPUT, IntoTaskFailure, Task, TaskContext, TaskFailure,
    WithContext,
};
use std::future::Future;
use std::pin::Pin;

/// The maximum nesting depth of arrays and objects in a payload or a result: the limit of the
/// service's JSON parser.
const MAX_DEPTH: usize = 1_000;

/// The maximum depth of a payload that is read into a type other than `serde_json::Value`: serde's
/// visitors recurse, and buffer untagged enums.
const MAX_TYPED_DEPTH: usize = 256;

/// [`call_json`] for one task.
pub type JsonCall = fn(TaskContext, String) -> JsonFuture;

/// The future of a task's result: its JSON text, or its failure.
pub type JsonFuture = Pin<Box<dyn Future<Output = Result<String, TaskFailure>> + Send>>;

/// Calls a task with its payload as JSON text. Nothing runs before the future is polled. A panic of
/// the function is not caught.
///
/// - The envelope of a `#[task(context)]` is unwrapped. Its [`SentContext`](super::SentContext)
///   answers what `context` does not know.
/// - A payload that does not match the function's parameters fails with [`INVALID_INPUT`], and the
///   message names the field.
/// - Integers of 128 bits are exact, in both directions.
/// - `{}` is read as `null` if only `null` is a value of the single parameter: Lambda passes `{}`
///   to a function whose payload is `null`.
/// - Deep payloads do not overflow the stack of the thread.
///
/// ```
/// use stepwright::task::{TaskContext, call_json};
///
/// #[stepwright::task]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// # fn main() {
/// # use std::future::Future;
/// # let mut polls = std::task::Context::from_waker(std::task::Waker::noop());
/// let mut doubled = call_json::<double>(TaskContext::detached(), "21".to_owned());
/// # let doubled = match doubled.as_mut().poll(&mut polls) { std::task::Poll::Ready(it) => it, _ => unreachable!() };
/// assert_eq!(doubled.as_deref(), Ok("42"));
/// # }
/// ```
pub fn call_json<T: Handler>(context: TaskContext, payload: String) -> JsonFuture {
    Box::pin(async move {
        let (context, input) = if T::SENDS_CONTEXT {
            let envelope: WithContext<T::Input> = read::read(&payload).map_err(invalid_input)?;
            (context.with_sent(envelope.context), envelope.input)
        } else {
            let read = read::read(&payload).or_else(|message| {
                if sent_null::<T>(&payload) {
                    read::read("null").map_err(|_| message)
                } else {
                    Err(message)
                }
            });
            (context, read.map_err(invalid_input)?)
        };
        drop(payload);
        let output = T::call(context, input).await;
        let output = output.map_err(IntoTaskFailure::into_task_failure)?;
        write::write(output).map_err(|message| TaskFailure::with_message(INVALID_OUTPUT, &message))
    })
}

/// Whether a payload may be the `null` that a state sent as the single parameter.
fn sent_null<T: Task>(payload: &str) -> bool {
    let members = payload.trim().strip_prefix('{');
    let members = members.and_then(|members| members.strip_suffix('}'));
    T::PARAMETERS.len() == 1 && members.is_some_and(|members| members.trim().is_empty())
}

fn invalid_input(message: String) -> TaskFailure {
    TaskFailure::with_message(INVALID_INPUT, &message)
}

#[cfg(test)]
mod tests;
