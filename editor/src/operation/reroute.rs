//! Moves a state to another transition.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::Json;

use super::transitions::redirect;
use super::{OperationError, OperationTarget};

impl OperationTarget<'_> {
    pub(super) fn reroute_state(
        &self,
        pointer: &str,
        transition: &str,
    ) -> Result<Vec<Edit>, OperationError> {
        let index = self.state(pointer)?;
        let state = &self.graph.states()[index];
        let place = self.transition(transition)?;
        if place.container != state.container {
            return Err(OperationError::refused(format!(
                "`{}` is in another body; a state stays in its body",
                state.name
            )));
        }
        if place.target == Some(state.name) {
            return Ok(Vec::new());
        }
        if self.graph.state_at(transition) == Some(index) {
            let reason = format!("`{}` cannot follow itself", state.name);
            return Err(OperationError::refused(reason));
        }
        let exits = ["Next", "End", "Default"];
        let exit = exits.into_iter().find(|field| {
            let value = state.object.get(*field);
            value.is_some_and(|value| value.as_str().is_some() || *value == Json::Bool(true))
        });
        let Some(exit) = exit else {
            let reason = format!(
                "no state can follow `{}`; drag the end of a transition to it instead",
                state.name
            );
            return Err(OperationError::refused(reason));
        };
        let successor = self.only_successor(index)?;
        let mut edits = self.connect_neighbours(index, successor)?;
        edits.extend(redirect(&place, state.name));
        let own = state.pointer.key(exit).to_string();
        match place.target {
            Some(target) => edits.extend(redirect(&self.transition(&own)?, target)),
            None if exit == "Default" => {
                let reason = "a Choice cannot be the last state; its rules need targets";
                return Err(OperationError::refused(reason));
            }
            None if exit == "Next" => {
                edits.push(Edit::replace(&own, true));
                edits.push(Edit::rename(&own, "End"));
            }
            None => {}
        }
        Ok(edits)
    }
}
