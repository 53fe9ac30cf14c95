use std::cell::RefCell;

use super::failure::Failure;
use crate::distributed::Item;
use crate::program::StateIx;
use crate::query::{VariableIx, Variables};
use crate::task::TaskResult;
use crate::value::Value;

/// What AWS calls the state under test in its context object, also where it has a name in its machine (recorded).
pub(crate) const TESTED_STATE: &str = "StateName";

/// A place on the way from a state's input to its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    InputPath,
    /// Parameters, or Arguments.
    Parameters,
    Result,
    ResultSelector,
    ResultPath,
    /// A Map's items.
    ItemsPath,
    /// Its items, where an ItemsPointer finds them in what is read.
    ItemsPointer,
    /// The inputs of its iterations, as its ItemSelector makes them.
    ItemSelector,
    /// Its batches.
    ItemBatcher,
    MaxConcurrency,
    ToleratedCount,
    ToleratedPercentage,
}

/// What a test of one state wants, and what it has seen.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// The context object in place of the execution's own.
    pub(crate) context: Option<Value>,
    /// What the branches or iterations of the state come to; none of them runs.
    pub(crate) inside: Option<TaskResult>,
    /// What the ItemReader of a Map reads, until it is read.
    pub(crate) read: Option<String>,
    /// How many iterations of a Map failed.
    pub(crate) failed_iterations: Option<u32>,
    /// There are not as many iterations as failed.
    pub(crate) has_too_few_iterations: bool,
    /// The latest value of each stage.
    pub(crate) seen: RefCell<Vec<(Stage, Value)>>,
    /// The retrier that names the failure, used up or not.
    pub(crate) retrier: Option<usize>,
    /// The failure is one that the retrier tries again.
    pub(crate) is_retriable: bool,
    /// The catcher that takes the failure.
    pub(crate) catcher: Option<usize>,
    /// What went wrong; also when a catcher takes it.
    pub(crate) failure: Option<Failure>,
    /// How the state was left.
    pub(crate) left: Option<Left>,
}

/// A state that was left, by its own way or by a catcher's.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) output: Value,
    pub(crate) assigned: Vec<(VariableIx, Value)>,
    pub(crate) next: Option<StateIx>,
}

impl Inspection {
    /// What a stage gave, if the state came so far.
    pub(crate) fn at(&self, stage: Stage) -> Option<Value> {
        let seen = self.seen.borrow();
        let found = seen.iter().find(|(at, _)| *at == stage);
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn saw(&self, stage: Stage, value: &Value) {
        let mut seen = self.seen.borrow_mut();
        match seen.iter_mut().find(|(at, _)| *at == stage) {
            Some((_, known)) => *known = value.clone(),
            None => seen.push((stage, value.clone())),
        }
    }
}

/// Where a test of one state begins.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) state: StateIx,
    pub(crate) input: Value,
    pub(crate) variables: Variables,
    /// How often each retrier was used before.
    pub(crate) retries: u32,
    /// The item, when the state stands in a Map.
    pub(crate) item: Option<Item>,
}
