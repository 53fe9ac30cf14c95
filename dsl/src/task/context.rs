//! The context of a running task.

use serde::{Deserialize, Serialize};
use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// An optional first parameter of a task function: the application's state, cancellation,
/// heartbeats and, if they are known, the execution, state and attempt that the task runs for.
///
/// It is not part of the payload: a task with a context has the same payload as one without.
///
/// ```
/// use stepwright::TaskContext;
///
/// struct Database;
///
/// async fn charge_card(context: &TaskContext, amount: f64) -> f64 {
///     let _database: Option<&Database> = context.state();
///     amount
/// }
/// # let _ = charge_card(&TaskContext::detached(), 1.0);
/// ```
#[derive(Clone)]
pub struct TaskContext {
    /// `None` if it is detached.
    host: Option<Arc<dyn TaskHost>>,
}

impl TaskContext {
    /// Creates the context of a task that a runtime runs.
    pub fn new(host: Arc<dyn TaskHost>) -> TaskContext {
        TaskContext { host: Some(host) }
    }

    /// Creates an empty context, for a call of a task function in a unit test.
    #[must_use]
    pub const fn detached() -> TaskContext {
        TaskContext { host: None }
    }

    /// Adds the context that was sent with the input, for questions that the host cannot answer.
    pub(super) fn with_sent(self, sent: SentContext) -> TaskContext {
        TaskContext::new(Arc::new(HostWithSent {
            host: self.host.unwrap_or_else(|| Arc::new(Detached)),
            sent,
        }))
    }

    fn host(&self) -> &dyn TaskHost {
        self.host.as_deref().unwrap_or(&Detached)
    }

    /// Returns the application's shared state of this type, if the runtime has one.
    pub fn state<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.host().state(TypeId::of::<T>())?.downcast_ref()
    }

    /// Whether the result is no longer needed: the task timed out or the execution ended.
    pub fn is_cancelled(&self) -> bool {
        self.host().is_cancelled()
    }

    /// Waits until the result is no longer needed. If the host does not know this, it waits
    /// forever.
    pub async fn cancelled(&self) {
        self.host().cancelled().await;
    }

    /// Reports that the task is still running, which restarts the state's heartbeat timeout. It
    /// does not block; without a heartbeat (in a Lambda function) it does nothing.
    pub fn heartbeat(&self) {
        self.host().heartbeat();
    }

    /// Returns the execution's id. `None` on Lambda and in activities, unless the task is
    /// `#[task(context)]`.
    pub fn execution(&self) -> Option<&str> {
        self.host().execution()
    }

    /// Returns the state's name, if the execution is known.
    pub fn state_name(&self) -> Option<&str> {
        self.host().state_name()
    }

    /// Returns the number of earlier attempts, if the execution is known: 0 for the first attempt.
    pub fn attempt(&self) -> Option<u32> {
        self.host().attempt()
    }

    /// Returns the start time of the execution in RFC 3339, if it is known.
    pub fn start_time(&self) -> Option<&str> {
        self.host().start_time()
    }

    /// Returns the position of the task in a distributed trace, if the start of the execution was
    /// part of one: the header `traceparent` of [W3C Trace
    /// Context](https://www.w3.org/TR/trace-context/). Send it with requests to other services.
    pub fn traceparent(&self) -> Option<&str> {
        self.host().traceparent()
    }

    /// Returns the header `tracestate`, the data of tracing systems. Send it together with
    /// [`traceparent`](Self::traceparent).
    pub fn tracestate(&self) -> Option<&str> {
        self.host().tracestate()
    }
}

impl fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext")
            .field("execution", &self.execution())
            .field("state_name", &self.state_name())
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}

/// A future that completes when a task is cancelled.
pub type Cancelled<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The runtime's side of a [`TaskContext`]. By default, all methods report that nothing is known.
pub trait TaskHost: Send + Sync + 'static {
    /// Returns the shared state of this type.
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        let _ = type_id;
        None
    }

    /// Whether the result is no longer needed.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Completes when the result is no longer needed.
    fn cancelled(&self) -> Cancelled<'_> {
        Box::pin(std::future::pending())
    }

    /// Restarts the heartbeat timeout.
    fn heartbeat(&self) {}

    /// Returns the execution's id.
    fn execution(&self) -> Option<&str> {
        None
    }

    /// Returns the state's name.
    fn state_name(&self) -> Option<&str> {
        None
    }

    /// Returns the number of earlier attempts.
    fn attempt(&self) -> Option<u32> {
        None
    }

    /// Returns the start time of the execution, in RFC 3339.
    fn start_time(&self) -> Option<&str> {
        None
    }

    /// Returns the position of the task in a distributed trace.
    fn traceparent(&self) -> Option<&str> {
        None
    }

    /// Returns the data of tracing systems.
    fn tracestate(&self) -> Option<&str> {
        None
    }
}

struct Detached;

impl TaskHost for Detached {}

/// A host with the context that was sent with the input.
struct HostWithSent {
    host: Arc<dyn TaskHost>,
    sent: SentContext,
}

impl TaskHost for HostWithSent {
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.host.state(type_id)
    }

    fn is_cancelled(&self) -> bool {
        self.host.is_cancelled()
    }

    fn cancelled(&self) -> Cancelled<'_> {
        self.host.cancelled()
    }

    fn heartbeat(&self) {
        self.host.heartbeat();
    }

    fn execution(&self) -> Option<&str> {
        self.host.execution().or(Some(&self.sent.execution))
    }

    fn state_name(&self) -> Option<&str> {
        self.host.state_name().or(Some(&self.sent.state))
    }

    fn attempt(&self) -> Option<u32> {
        self.host.attempt().or(Some(self.sent.attempt))
    }

    fn start_time(&self) -> Option<&str> {
        self.host.start_time().or(Some(&self.sent.start_time))
    }

    fn traceparent(&self) -> Option<&str> {
        self.host.traceparent()
    }

    fn tracestate(&self) -> Option<&str> {
        self.host.tracestate()
    }
}

/// The context that is sent with the input of a `#[task(context)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentContext {
    /// The execution's id.
    pub execution: String,
    /// The state's name.
    pub state: String,
    /// The number of earlier attempts.
    pub attempt: u32,
    /// The start time of the execution, in RFC 3339.
    pub start_time: String,
}

/// The payload of a `#[task(context)]`, which every transport unwraps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithContext<T> {
    /// The input of the function.
    pub input: T,
    /// The context of the call.
    pub context: SentContext,
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shared(u32);

    impl TaskHost for Shared {
        fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
            (type_id == TypeId::of::<u32>()).then_some(&self.0 as &(dyn Any + Send + Sync))
        }
    }

    #[test]
    fn shared_state_is_found_by_its_type() {
        let context = TaskContext::new(Arc::new(Shared(7)));
        assert_eq!(context.state::<u32>(), Some(&7));
        assert_eq!(context.state::<String>(), None);
    }

    #[test]
    fn a_detached_context_is_empty() {
        let context = TaskContext::detached();
        assert!(!context.is_cancelled());
        assert_eq!(context.execution(), None);
        assert_eq!(context.attempt(), None);
    }

    #[test]
    fn the_context_of_an_emitted_payload_is_deserialised() {
        let sent: WithContext<u8> = serde_json::from_str(
            r#"{"input": 1, "context": {"execution": "e", "state": "S", "attempt": 2, "startTime": "t"}}"#,
        )
        .unwrap();
        assert_eq!((sent.input, sent.context.attempt), (1, 2));
    }
}
