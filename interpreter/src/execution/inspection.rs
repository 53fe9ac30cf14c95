//! The settings and the observations of a test of one state, as in `TestState`.

use std::cell::RefCell;

use super::failure::Failure;
use crate::distributed::Item;
use crate::program::StateIx;
use crate::query::{VariableIx, Variables};
use crate::task::TaskResult;
use crate::value::Value;

/// The name of the state under test in its context object, even if the state has a name in its
/// definition (recorded).
pub const TESTED_STATE: &str = "StateName";

/// A stage of the data flow from a state's input to its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionStage {
    /// The input after InputPath.
    InputPath,
    /// Parameters, or Arguments.
    Parameters,
    /// The result of the state's work.
    Result,
    /// The result after ResultSelector.
    ResultSelector,
    /// The output of ResultPath.
    ResultPath,
    /// A Map's items.
    ItemsPath,
    /// A Map's items that ItemsPointer selects from the content of the ItemReader.
    ItemsPointer,
    /// The inputs of a Map's iterations after its ItemSelector.
    ItemSelector,
    /// A Map's batches.
    ItemBatcher,
    /// The evaluated MaxConcurrency.
    MaxConcurrency,
    /// The evaluated ToleratedFailureCount.
    ToleratedCount,
    /// The evaluated ToleratedFailurePercentage.
    ToleratedPercentage,
}

/// The settings and observations of a test of one state.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// The context object that replaces the execution's.
    pub context: Option<Value>,
    /// The mocked result of the branches or iterations of the state, which do not run.
    pub mocked_children: Option<TaskResult>,
    /// The content that the ItemReader of a Map reads. Taken when it is read.
    pub reader_content: Option<String>,
    /// The number of iterations of a Map that failed.
    pub failed_iterations: Option<u32>,
    /// The Map has fewer iterations than `failed_iterations`.
    pub has_too_few_iterations: bool,
    /// The latest value of each stage.
    pub values: RefCell<Vec<(InspectionStage, Value)>>,
    /// The retrier that matches the failure, even if it has no attempts left.
    pub retrier: Option<usize>,
    /// Whether the retrier would retry the state.
    pub is_retriable: bool,
    /// The catcher that handles the failure.
    pub catcher: Option<usize>,
    /// The failure of the state, even if a catcher handles it.
    pub failure: Option<Failure>,
    /// The transition out of the state.
    pub exit: Option<InspectedExit>,
}

/// The transition out of the state under test, or out of its catcher.
#[derive(Clone, Debug)]
pub struct InspectedExit {
    pub output: Value,
    pub assigned: Vec<(VariableIx, Value)>,
    pub next: Option<StateIx>,
}

impl Inspection {
    /// Returns the value of a stage, if the state reached it.
    pub fn value_at(&self, stage: InspectionStage) -> Option<Value> {
        let values = self.values.borrow();
        let found = values.iter().find(|(at, _)| *at == stage);
        found.map(|(_, value)| value.clone())
    }

    pub(super) fn set_value(&self, stage: InspectionStage, value: &Value) {
        let mut values = self.values.borrow_mut();
        match values.iter_mut().find(|(at, _)| *at == stage) {
            Some((_, latest)) => *latest = value.clone(),
            None => values.push((stage, value.clone())),
        }
    }
}

/// The start of a test of one state.
#[derive(Debug)]
pub struct InspectionStart {
    /// The tested state.
    pub state: StateIx,
    /// Its input.
    pub input: Value,
    /// The variables that it sees.
    pub variables: Variables,
    /// The number of earlier retries by each retrier.
    pub retries: u32,
    /// The item, if the state is inside a Map.
    pub item: Option<Item>,
}
