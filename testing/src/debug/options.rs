//! The options of a debugger: names, start time, limits, placeholders and default answers.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use stepwright_engine::clock::VIRTUAL_START;
use stepwright_engine::task::TaskResult;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{Limits, Timestamp};

use super::position::{PendingCall, StateVisit};

/// Chooses the answer to a call.
type ChooseAnswer = dyn Fn(&StateVisit, &PendingCall) -> Option<TaskResult> + Send + Sync;

/// How many steps one call of a debugger may make unless the options set it.
const STEP_LIMIT: u32 = 10_000;

/// Options of a [`Debugger`](super::Debugger).
///
/// ```
/// use stepwright_runtime::debug::DebugOptions;
///
/// let options = DebugOptions::new()
///     .name("order-17")
///     .substitute("TopicArn", "arn:aws:sns:us-east-1:123456789012:orders")
///     .answer(|visit, _| (visit.state == "Charge").then(|| Ok("receipt".into())));
/// # let _ = options;
/// ```
#[derive(Clone)]
#[must_use]
pub struct DebugOptions {
    pub(super) name: String,
    pub(super) machine: String,
    pub(super) seed: u64,
    pub(super) start: Timestamp,
    pub(super) limits: Limits,
    pub(super) step_limit: u32,
    pub(super) substitutions: HashMap<String, String>,
    pub(super) items: BTreeMap<String, Value>,
    pub(super) answers: Vec<Arc<ChooseAnswer>>,
}

impl DebugOptions {
    /// Returns the defaults: an execution `debug` of the state machine `debug`, the seed 0, and the
    /// time at which virtual time starts.
    pub fn new() -> Self {
        Self {
            name: "debug".to_owned(),
            machine: "debug".to_owned(),
            seed: 0,
            start: VIRTUAL_START,
            limits: Limits::default(),
            step_limit: STEP_LIMIT,
            substitutions: HashMap::new(),
            items: BTreeMap::new(),
            answers: Vec::new(),
        }
    }

    /// Sets the name of the execution.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the name of the state machine.
    pub fn machine(mut self, machine: impl Into<String>) -> Self {
        self.machine = machine.into();
        self
    }

    /// Sets the seed of random numbers. An engine with this seed gives its first execution, if it
    /// has the same name, the same random numbers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets when the execution starts.
    pub fn start(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    /// Sets other limits than AWS's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many steps one call may make until it returns [`Stop::Limit`](super::Stop::Limit);
    /// 10,000 unless set. It is at least 1.
    pub fn step_limit(mut self, steps: u32) -> Self {
        self.step_limit = steps.max(1);
        self
    }

    /// Sets the value of a placeholder, as
    /// [`EngineBuilder::substitute`](stepwright_engine::EngineBuilder::substitute) does.
    pub fn substitute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(name.into(), value.into());
        self
    }

    /// Sets the array that the ItemReader of a Distributed Map reads, by the name of the state.
    pub fn items(mut self, state: impl Into<String>, items: impl Into<Value>) -> Self {
        self.items.insert(state.into(), items.into());
        self
    }

    /// Adds default answers to calls: the first that is not `None` is used. With the same arguments
    /// it must return the same answer, so that steps can be repeated. A call with a default answer
    /// needs none of the caller, except after [`step_into`](super::Debugger::step_into).
    pub fn answer(
        mut self,
        choose: impl Fn(&StateVisit, &PendingCall) -> Option<TaskResult> + Send + Sync + 'static,
    ) -> Self {
        self.answers.push(Arc::new(choose));
        self
    }

    /// Returns the default answer to a call.
    pub(super) fn default_answer(
        &self,
        visit: &StateVisit,
        call: &PendingCall,
    ) -> Option<TaskResult> {
        self.answers.iter().find_map(|choose| choose(visit, call))
    }
}

impl Default for DebugOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DebugOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DebugOptions")
            .field("name", &self.name)
            .field("machine", &self.machine)
            .field("seed", &self.seed)
            .field("start", &self.start)
            .field("step_limit", &self.step_limit)
            .field("has_answers", &!self.answers.is_empty())
            .finish_non_exhaustive()
    }
}
