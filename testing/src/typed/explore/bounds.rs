use std::fmt;
use std::sync::Arc;

use stepwright::{Address, Task, Workflow};
use stepwright_interpreter::value::Value;

use crate::matcher::Matcher;
use crate::typed::tasks::calls_of;
use stepwright_engine::objects::ObjectStore;

/// The inputs, samples and errors that [`explore`](fn@super::explore) combines, and the limits of
/// the exploration.
#[derive(Clone, Debug)]
#[must_use]
pub struct Bounds {
    pub(super) inputs: Vec<Value>,
    pub(super) samples: Vec<(Matcher, Value)>,
    pub(super) errors: Vec<(Matcher, String)>,
    /// The outputs of machines, by their names or placeholders.
    pub(super) machines: Vec<(String, Value)>,
    /// The items of readers, by the states of their Maps.
    pub(super) items: Vec<(String, Items)>,
    pub(super) objects: Option<Objects>,
    pub(super) faults: usize,
    pub(super) runs: usize,
    pub(super) calls: usize,
    pub(super) events: u32,
}

/// The items of a Map, as a list.
#[derive(Clone, Debug)]
pub(super) struct Items(pub(super) Value);

#[derive(Clone)]
pub(super) struct Objects(pub(super) Arc<dyn ObjectStore>);

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Objects")
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            samples: Vec::new(),
            errors: Vec::new(),
            machines: Vec::new(),
            items: Vec::new(),
            objects: None,
            faults: 2,
            runs: 10_000,
            calls: 50,
            events: 1_000,
        }
    }
}

impl Bounds {
    /// Creates bounds of up to 2 faults in a run, and at most 10,000 runs. In each run the outcomes
    /// of the first 50 calls are combined, and after 1,000 events it counts as endless. The input
    /// is `{}`, and so is the result of a task without samples.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input of the execution; each input is tried.
    pub fn input(mut self, input: impl Into<Value>) -> Self {
        self.inputs.push(input.into());
        self
    }

    /// Adds a result of the task of a state, as the state's resource returns it; several are
    /// combined.
    pub fn sample(mut self, state: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::State(state.into()), result.into()));
        self
    }

    /// Adds a result of a function, by its name, ARN or placeholder, without the envelope of
    /// `lambda:invoke`.
    pub fn function_sample(mut self, name: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::Function(name.into()), result.into()));
        self
    }

    /// Adds a result of a task function. A value that cannot be serialized to JSON is ignored.
    pub fn task_sample<T: Task>(mut self, result: &T::Output) -> Self {
        if let Ok(result) = Value::from_typed(result) {
            self.samples.push((calls_of::<T>(), result));
        }
        self
    }

    /// Adds an output of a nested workflow, instead of values of its type; several are combined.
    pub fn workflow_sample<W: Workflow>(mut self, output: &W::Output) -> Self {
        let target = Address::of_workflow::<W>().target;
        if let (Some(target), Ok(output)) = (target, Value::from_typed(output)) {
            self.machines.push((target, output));
        }
        self
    }

    /// Adds an output of a state machine that states start, by its name, ARN or placeholder; the
    /// default is `{}`.
    pub fn machine_sample(mut self, name: impl Into<String>, output: impl Into<Value>) -> Self {
        self.machines.push((name.into(), output.into()));
        self
    }

    /// Sets the items of the ItemReader of a Distributed Map, for all its sources; the default is
    /// one item, `{}`.
    pub fn items<V: Into<Value>>(
        mut self,
        state: impl Into<String>,
        items: impl IntoIterator<Item = V>,
    ) -> Self {
        let items = items.into_iter().map(Into::into).collect();
        self.items.push((state.into(), Items(items)));
        self
    }

    /// Sets the objects that ItemReaders read. Nothing is written to the store.
    pub fn objects(mut self, store: impl ObjectStore + 'static) -> Self {
        self.objects = Some(Objects(Arc::new(store)));
        self
    }

    /// Adds an error that the task of a state may fail with.
    pub fn error(mut self, state: impl Into<String>, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::State(state.into()), error.into()));
        self
    }

    /// Adds an error that every task may fail with.
    pub fn error_of_all(mut self, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::Resource("*".to_owned()), error.into()));
        self
    }

    /// Sets the maximum faults in one run; 2 by default. The number of runs grows with the number
    /// of tasks to the power of this: a workflow of 12 tasks with four failures each has about 50
    /// combinations of one fault, 1,000 of two and 14,000 of three. Most bugs in error handling
    /// need one fault to show, and a second one in the state that handles the first.
    ///
    /// A fault is an outcome of a task other than success, including all attempts that fail in the
    /// same manner: `faults(1)` includes a task that fails until its retriers are exhausted, and
    /// one whose first retry succeeds. A different outcome of a retry is a further fault. A sample
    /// other than the first counts as a fault only if it does not change the path of an execution.
    pub fn faults(mut self, faults: usize) -> Self {
        self.faults = faults;
        self
    }

    /// Sets the maximum number of runs.
    pub fn runs(mut self, runs: usize) -> Self {
        self.runs = runs;
        self
    }

    /// Sets for how many calls of one run the outcomes are combined; later calls succeed.
    pub fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// Sets after how many events a run counts as endless.
    pub fn events(mut self, events: u32) -> Self {
        self.events = events;
        self
    }
}
