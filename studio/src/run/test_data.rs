//! The data of tests that a page has: the input of an execution, and for single states their inputs
//! and the results of their calls.

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use stepwright_history::timeline::{Timeline, Visit};

use crate::run::mock_answer::MockAnswer;
use crate::run::state_data::{StateData, members};

/// The texts that a page has for tests. Each may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct TestData {
    /// The input of an execution.
    pub(crate) input: String,
    /// An object with the inputs of states that are tested alone.
    pub(crate) inputs: String,
    /// An object with the results of states: see [`MockAnswer::of`].
    pub(crate) mocks: String,
    /// An object with the variables of a state that is tested alone.
    pub(crate) variables: String,
}

impl TestData {
    /// The input of a state that is tested alone: its own one, that of the last run, or the input
    /// of an execution.
    pub(crate) fn input_of(
        &self,
        state: &str,
        is_start: bool,
        last: Option<&Timeline>,
    ) -> Result<String, String> {
        if is_start {
            return Ok(self.input.clone());
        }
        if let Some(own) = members(StateData::Input, &self.inputs)?.get(state) {
            return Ok(format!("{own:#}"));
        }
        let last = last.and_then(|timeline| last_visit(timeline, state)?.input());
        Ok(last.map_or_else(|| self.input.clone(), |input| pretty(&input.to_text())))
    }
}

/// The last visit of a state.
pub(crate) fn last_visit<'t>(timeline: &'t Timeline, state: &str) -> Option<&'t Visit> {
    let last = timeline.visits_of(state).last()?;
    timeline.visit(*last)
}

/// A value that a user typed in the form of a state, or a new name of the state.
#[derive(Debug, Deserialize)]
pub(crate) struct StateDataEdit {
    kind: StateData,
    /// The name of the state; `None` for the input of an execution.
    state: Option<String>,
    /// Empty to remove it.
    #[serde(default)]
    value: String,
    /// The new name of the state, whose data remains.
    rename: Option<String>,
    /// The object with the data of all states.
    all: String,
}

impl StateDataEdit {
    /// The text of the object with the new value, or with the new name.
    pub(crate) fn apply(&self) -> Result<String, String> {
        if let (Some(state), Some(name)) = (&self.state, &self.rename) {
            return self.renamed(state, name);
        }
        let Some(state) = &self.state else {
            json("the input", &self.value)?;
            return Ok(self.value.clone());
        };
        let mut all = members(self.kind, &self.all)?;
        match self.value.trim() {
            "" => {
                all.shift_remove(state);
            }
            text => {
                let value = json(&format!("the {} of `{state}`", self.kind), text)?;
                if self.kind == StateData::Mock {
                    MockAnswer::of(&value)
                        .map_err(|reason| format!("the mock of `{state}`: {reason}"))?;
                }
                all.insert(state.clone(), value);
            }
        }
        Ok(if all.is_empty() {
            String::new()
        } else {
            format!("{:#}", Json::Object(all))
        })
    }

    fn renamed(&self, state: &str, name: &str) -> Result<String, String> {
        let mut all = members(self.kind, &self.all)?;
        if !all.contains_key(state) {
            return Ok(self.all.clone());
        }
        // Data of a state that was removed.
        all.shift_remove(name);
        let all = all.into_iter().map(|(key, value)| {
            if key == state {
                (name.to_owned(), value)
            } else {
                (key, value)
            }
        });
        Ok(format!("{:#}", Json::Object(all.collect())))
    }
}

/// Reads a value; an empty text is an empty object.
pub(crate) fn json(what: &str, text: &str) -> Result<Json, String> {
    match text.trim() {
        "" => Ok(Json::Object(Map::new())),
        text => serde_json::from_str(text).map_err(|error| format!("{what} is no JSON: {error}")),
    }
}

/// A JSON text with line breaks; another text as it is.
pub(crate) fn pretty(text: &str) -> String {
    match serde_json::from_str::<Json>(text) {
        Ok(value) => format!("{value:#}"),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_form_changes_one_member() {
        let edit = |state: &str, value: &str| StateDataEdit {
            kind: StateData::Mock,
            state: Some(state.to_owned()),
            value: value.to_owned(),
            rename: None,
            all: r#"{"Ship": 1, "Charge": {"a": 1e3}}"#.to_owned(),
        };
        let set = edit("Ship", "[2]").apply().expect("a value");
        assert_eq!(
            json("it", &set),
            json("it", r#"{"Ship": [2], "Charge": {"a": 1e3}}"#)
        );
        let removed = edit("Ship", " ").apply().expect("a value");
        assert_eq!(
            json("it", &removed),
            json("it", r#"{"Charge": {"a": 1e3}}"#)
        );
        for (value, reason) in [
            ("{", "the mock of `Ship` is no JSON"),
            (r#"{"Throw": {}}"#, "the mock of `Ship`: "),
            (r#"{"Sequence": [1, {"Throw": 1}]}"#, "the mock of `Ship`: "),
        ] {
            let error = edit("Ship", value).apply().expect_err(value);
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn the_data_of_a_renamed_state_remains_at_its_position() {
        let rename = |state: &str, name: &str| {
            let edit = StateDataEdit {
                kind: StateData::Mock,
                state: Some(state.to_owned()),
                rename: Some(name.to_owned()),
                all: r#"{"Charge": 3, "Ship": {"a": 2}, "Old": 1}"#.to_owned(),
                value: String::new(),
            };
            edit.apply().expect("the data can be read")
        };
        assert_eq!(
            rename("Charge", "Old"),
            "{\n  \"Old\": 3,\n  \"Ship\": {\n    \"a\": 2\n  }\n}"
        );
        assert!(rename("None", "Old").contains(r#""Ship": {"a": 2}"#));
    }
}
