//! Changes where transitions lead.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::Json;

use super::{OperationError, OperationTarget};
use crate::names::state_names::target_at;

/// A place that names the next state, or says that there is none.
pub(super) struct TransitionPlace<'d> {
    /// The container of its states.
    pub(super) container: usize,
    /// Its target; `None` for `End`.
    pub(super) target: Option<&'d str>,
    pub(super) pointer: String,
}

impl<'d> OperationTarget<'d> {
    /// The transition at a pointer: `Next`, `Default`, `StartAt` or `End`.
    pub(super) fn transition(&self, pointer: &str) -> Result<TransitionPlace<'d>, OperationError> {
        if let Some((container, target)) = target_at(&self.graph, pointer) {
            return Ok(TransitionPlace {
                container,
                target: Some(target),
                pointer: pointer.to_owned(),
            });
        }
        let missing = || OperationError::missing(format!("a transition at `{pointer}`"));
        let state = self.graph.state_at(pointer).ok_or_else(missing)?;
        let state = &self.graph.states()[state];
        let ends = state.pointer.key("End").to_string() == pointer
            && self.definition.json().pointer(pointer) == Some(&Json::Bool(true));
        if !ends {
            return Err(missing());
        }
        Ok(TransitionPlace {
            container: state.container,
            target: None,
            pointer: pointer.to_owned(),
        })
    }

    pub(super) fn retarget(
        &self,
        transition: &str,
        target: &str,
    ) -> Result<Vec<Edit>, OperationError> {
        let place = self.transition(transition)?;
        self.check_target(place.container, target)?;
        Ok(redirect(&place, target))
    }

    /// Refuses a target that is no state of the container.
    pub(super) fn check_target(
        &self,
        container: usize,
        target: &str,
    ) -> Result<(), OperationError> {
        if self.graph.find(container, target).is_some() {
            return Ok(());
        }
        let is_elsewhere = self.graph.states().iter().any(|state| state.name == target);
        Err(if is_elsewhere {
            OperationError::refused(format!(
                "`{target}` is in another body; a transition stays in its body"
            ))
        } else {
            OperationError::missing(format!("a state `{target}` in this body"))
        })
    }
}

/// Lets a transition lead to a state.
pub(super) fn redirect(place: &TransitionPlace<'_>, target: &str) -> Vec<Edit> {
    match place.target {
        Some(old) if old == target => Vec::new(),
        Some(_) => vec![Edit::replace(&place.pointer, target)],
        // `End` becomes `Next`.
        None => vec![
            Edit::replace(&place.pointer, target),
            Edit::rename(&place.pointer, "Next"),
        ],
    }
}
