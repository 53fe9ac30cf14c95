//! Explains many visits of one timeline, with expressions that are compiled only once.

use stepwright_asl::model::StateMachine;

use super::defined_states::DefinedStates;
use super::explanation::{ExplainError, FieldExplanation};
use super::replay::Replay;
use crate::timeline::Timeline;

/// Explains visits of one timeline. It compiles each expression of the definition once, and
/// evaluates the items of a Map once for all its iterations, so that many visits are explained
/// faster than by [`Timeline::explain`].
///
/// ```
/// # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::timeline; }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::timeline::Timeline;
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Twice", "States": {"Twice": {"Type": "Map", "Items": [1, 2], "End": true,
///     "ItemProcessor": {"StartAt": "Double", "States": {"Double": {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true}}}}
/// }}"#;
/// let engine = Engine::builder().register_json("m", definition, MachineType::Standard).virtual_time().build()?;
/// let report = engine.execute_machine("m", json!({}), StartOptions::new()).await?;
///
/// let timeline = Timeline::of(&report.history);
/// let definition = StateMachine::from_json(definition)?;
/// let explainer = timeline.explainer(&definition);
/// assert_eq!(explainer.explain(1)?, timeline.explain(&definition, 1)?);
/// assert_eq!(explainer.explain(2)?.len(), 1);
/// # Ok(()) }
/// ```
pub struct Explainer<'t> {
    timeline: &'t Timeline,
    states: DefinedStates<'t>,
}

impl<'t> Explainer<'t> {
    pub(super) fn new(timeline: &'t Timeline, definition: &'t StateMachine) -> Self {
        Self {
            timeline,
            states: DefinedStates::of(definition),
        }
    }

    /// Returns what [`Timeline::explain`] returns.
    ///
    /// # Errors
    ///
    /// As [`Timeline::explain`].
    pub fn explain(&self, visit: usize) -> Result<Vec<FieldExplanation>, ExplainError> {
        Ok(Replay::new(self.timeline, &self.states, visit, None)?.explanations())
    }
}

impl std::fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explainer")
            .field("title", &self.timeline.title())
            .finish_non_exhaustive()
    }
}
