//! The values that the expressions of a visit produced.

mod catcher;
mod choice;
mod container;
mod context;
mod defined_states;
mod explainer;
mod explanation;
mod operand;
mod replay;
mod replay_field;

use stepwright_asl::model::StateMachine;

use super::Timeline;

pub use self::explainer::Explainer;
pub use self::explanation::{ExplainError, FieldExplanation, FieldOutcome};

impl Timeline {
    /// Returns which expression of a visit's state produced which value, in the order of their
    /// evaluation.
    ///
    /// The values are computed again from the data of the history: the input of the state, the
    /// result of its last attempt, the variables and the context object. `definition` is the
    /// definition of the execution, or for a child of a Distributed Map that of its parent. Values
    /// that the history does not determine are [`Unknown`](FieldOutcome::Unknown): those of
    /// `$random()`, `$uuid()`, `$now()` and `States.UUID()`, those that depend on a task token, and
    /// all values in a history without data. So are values that differ from the history, because
    /// the definition has changed since.
    ///
    /// ```
    /// # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::timeline; }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_asl::StateMachine;
    /// use stepwright_runtime::timeline::{FieldOutcome, Timeline};
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let definition = r#"{"StartAt": "Sum", "States": {
    ///     "Sum": {"Type": "Pass", "Parameters": {"total.$": "States.MathAdd($.a, $.b)"}, "OutputPath": "$.total", "End": true}
    /// }}"#;
    /// let engine = Engine::builder().register_json("m", definition, MachineType::Standard).virtual_time().build()?;
    /// let report = engine.execute_machine("m", json!({"a": 3, "b": 4}), StartOptions::new()).await?;
    ///
    /// let fields = Timeline::of(&report.history).explain(&StateMachine::from_json(definition)?, 0)?;
    /// let shown: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.expression.as_str())).collect();
    /// assert_eq!(shown, [
    ///     ("/Parameters", r#"{"total.$":"States.MathAdd($.a, $.b)"}"#),
    ///     ("/Parameters/total.$", "States.MathAdd($.a, $.b)"),
    ///     ("/OutputPath", "$.total"),
    /// ]);
    /// assert_eq!(fields[2].outcome, FieldOutcome::Value(7.into()));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// An index without a visit, and a definition without the state.
    pub fn explain(
        &self,
        definition: &StateMachine,
        visit: usize,
    ) -> Result<Vec<FieldExplanation>, ExplainError> {
        self.explainer(definition).explain(visit)
    }

    /// Returns an explainer for several visits. `definition` is that of [`explain`](Self::explain).
    pub fn explainer<'t>(&'t self, definition: &'t StateMachine) -> Explainer<'t> {
        Explainer::new(self, definition)
    }
}
