//! What a task may know about where it runs.

use serde::{Deserialize, Serialize};
use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The first parameter of a task function that wants it: the application's own state, cancellation, heartbeats and,
/// where they are known, the execution, state and attempt it runs for.
///
/// It never travels: a task with a context has the same payload on the wire as one without.
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
    /// `None` where it is detached.
    host: Option<Arc<dyn TaskHost>>,
}

impl TaskContext {
    /// The context that a runtime gives.
    pub fn new(host: Arc<dyn TaskHost>) -> TaskContext {
        TaskContext { host: Some(host) }
    }

    /// A context without anything, for calling a task function in a plain test.
    #[must_use]
    pub const fn detached() -> TaskContext {
        TaskContext { host: None }
    }

    fn host(&self) -> &dyn TaskHost {
        self.host.as_deref().unwrap_or(&Detached)
    }

    /// The application's shared state of that type, if the runtime was given one.
    pub fn state<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.host().state(TypeId::of::<T>())?.downcast_ref()
    }

    /// Whether nobody waits for the result any more: the task timed out or the execution ended.
    pub fn is_cancelled(&self) -> bool {
        self.host().is_cancelled()
    }

    /// Waits until nobody waits for the result any more; forever where the host cannot know.
    pub async fn cancelled(&self) {
        self.host().cancelled().await;
    }

    /// Says that the work goes on, so that the state's heartbeat does not run out. It never waits; where there is no
    /// heartbeat (a Lambda function) it does nothing.
    pub fn heartbeat(&self) {
        self.host().heartbeat();
    }

    /// The execution's id. `None` on Lambda and in activities, unless the task is `#[task(context)]`.
    pub fn execution(&self) -> Option<&str> {
        self.host().execution()
    }

    /// The state's name, where the execution is known.
    pub fn state_name(&self) -> Option<&str> {
        self.host().state_name()
    }

    /// How many attempts came before this one, where the execution is known: 0 at first.
    pub fn attempt(&self) -> Option<u32> {
        self.host().attempt()
    }

    /// When the execution started, RFC 3339, where it is known.
    pub fn start_time(&self) -> Option<&str> {
        self.host().start_time()
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

/// A future that ends when a task is cancelled.
pub type Cancelled<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What a runtime puts behind a [`TaskContext`]. Everything has a default that knows nothing.
pub trait TaskHost: Send + Sync + 'static {
    /// The shared state of that type.
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        let _ = type_id;
        None
    }

    /// Whether nobody waits for the result any more.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Ends when nobody waits for the result any more.
    fn cancelled(&self) -> Cancelled<'_> {
        Box::pin(std::future::pending())
    }

    /// Starts the heartbeat's time anew.
    fn heartbeat(&self) {}

    /// The execution's id.
    fn execution(&self) -> Option<&str> {
        None
    }

    /// The state's name.
    fn state_name(&self) -> Option<&str> {
        None
    }

    /// How many attempts came before this one.
    fn attempt(&self) -> Option<u32> {
        None
    }

    /// When the execution started, RFC 3339.
    fn start_time(&self) -> Option<&str> {
        None
    }
}

struct Detached;

impl TaskHost for Detached {}

/// The context that travels with the input of a `#[task(context)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentContext {
    /// The execution's id.
    pub execution: String,
    /// The state's name.
    pub state: String,
    /// How many attempts came before this one.
    pub attempt: u32,
    /// When the execution started, RFC 3339.
    pub start_time: String,
}

/// The payload of a `#[task(context)]`, which every transport unwraps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithContext<T> {
    /// What the function takes.
    pub input: T,
    /// Where it is called from.
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
    fn a_detached_context_knows_nothing() {
        let context = TaskContext::detached();
        assert!(!context.is_cancelled());
        assert_eq!(context.execution(), None);
        assert_eq!(context.attempt(), None);
    }

    #[test]
    fn the_sent_context_reads_what_the_emitted_payload_holds() {
        let sent: WithContext<u8> = serde_json::from_str(
            r#"{"input": 1, "context": {"execution": "e", "state": "S", "attempt": 2, "startTime": "t"}}"#,
        )
        .unwrap();
        assert_eq!((sent.input, sent.context.attempt), (1, 2));
    }
}
