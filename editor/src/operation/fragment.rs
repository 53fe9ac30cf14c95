//! Adds several states at once, and the first states of a body.

use stepwright_asl::edit::Edit;
use stepwright_asl::json::{Json, Object, escape};

use super::transitions::redirect;
use super::{OperationError, OperationTarget};

impl OperationTarget<'_> {
    pub(super) fn add_fragment(
        &self,
        transition: &str,
        fragment: &Json,
    ) -> Result<Vec<Edit>, OperationError> {
        let refused = || OperationError::refused("a fragment is an object with StartAt and States");
        let start = fragment.get("StartAt").and_then(Json::as_str);
        let states = fragment.get("States").and_then(Json::as_object);
        let (Some(start), Some(states)) = (start, states) else {
            return Err(refused());
        };
        if !states.contains_key(start) {
            return Err(OperationError::missing(format!(
                "a state `{start}` in the fragment"
            )));
        }
        let (container, place) = match self.empty_body(transition) {
            Some(container) => (container, None),
            None => {
                let place = self.transition(transition)?;
                (place.container, Some(place))
            }
        };
        let target = place.as_ref().and_then(|place| place.target);
        let mut new = Vec::with_capacity(states.len());
        for (name, state) in states {
            self.check_new_name(container, name)?;
            let fields = state.as_object().ok_or_else(refused)?;
            new.push((name.clone(), Json::Object(continued(fields, target))));
        }
        let Some(place) = place else {
            return Ok(self.first_states(container, start, new));
        };
        let body = self.graph.containers()[container].pointer.key("States");
        let source = self.graph.state_at(transition);
        let source = source.filter(|source| self.graph.states()[*source].container == container);
        let mut after = source.map(|source| self.graph.states()[source].name.to_owned());
        let mut edits = redirect(&place, start);
        for (name, state) in new {
            let pointer = format!("{body}/{}", escape(&name));
            edits.push(match (&after, place.target) {
                (Some(after), _) => Edit::insert_after(pointer, after.as_str(), state),
                (None, Some(first)) => Edit::insert_before(pointer, first, state),
                (None, None) => Edit::insert(pointer, state),
            });
            after = Some(name);
        }
        Ok(edits)
    }

    /// The body without states whose `StartAt` a pointer names; `None` for another pointer.
    pub(super) fn empty_body(&self, transition: &str) -> Option<usize> {
        let mut bodies = self.graph.containers().iter().enumerate();
        let (index, _) = bodies.find(|(_, body)| {
            body.states.is_empty() && body.pointer.key("StartAt").to_string() == transition
        })?;
        Some(index)
    }

    /// Adds the states of a body that has none.
    pub(super) fn first_states(
        &self,
        container: usize,
        start: &str,
        states: Vec<(String, Json)>,
    ) -> Vec<Edit> {
        let body = &self.graph.containers()[container];
        let start_at = body.pointer.key("StartAt");
        let all = body.pointer.key("States");
        let has_states = body.object.get("States").is_some();
        let mut edits = vec![match body.object.get("StartAt") {
            Some(_) => Edit::replace(start_at, start),
            None if has_states => Edit::insert_before(start_at, "States", start),
            None => Edit::insert(start_at, start),
        }];
        let states: Object = states.into_iter().collect();
        edits.push(if has_states {
            Edit::replace(all, Json::Object(states))
        } else {
            Edit::insert(all, Json::Object(states))
        });
        edits
    }
}

/// A state of a fragment that leads to the target of the transition instead of ending.
fn continued(fields: &Object, target: Option<&str>) -> Object {
    let Some(target) = target else {
        return fields.clone();
    };
    let members = fields.iter().map(|(key, value)| match (&**key, value) {
        ("End", Json::Bool(true)) => ("Next".to_owned(), target.into()),
        _ => (key.clone(), value.clone()),
    });
    members.collect()
}
