//! Objects with data of single states, by the names of the states.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value as Json};

/// A kind of data of single states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum StateData {
    #[serde(rename = "inputs", alias = "input")]
    Input,
    #[serde(rename = "mocks")]
    Mock,
}

impl fmt::Display for StateData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StateData::Input => "input",
            StateData::Mock => "mock",
        })
    }
}

/// Reads an object with data of states by their names. An error names the state with the fault.
pub(crate) fn members(kind: StateData, text: &str) -> Result<Map<String, Json>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut last_name = None;
    let read = reader.deserialize_map(MembersVisitor(&mut last_name));
    let read = read.and_then(|members| reader.end().map(|()| members));
    read.map_err(|error| match last_name {
        Some(name) => format!("the {kind} of `{name}` is no JSON: {error}"),
        None => format!("the {kind}s are an object by the names of the states: {error}"),
    })
}

/// Reads the members of an object, and notes the name of the last one.
struct MembersVisitor<'n>(&'n mut Option<String>);

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Map<String, Json>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            *self.0 = Some(name.clone());
            members.insert(name, map.next_value()?);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_state_with_the_fault() {
        for (text, reason) in [
            (
                r#"{"Charge": {"a": 1}, "Ship": {"b": }}"#,
                "the mock of `Ship` is no JSON",
            ),
            (
                r#"{"Charge": {"a": 1} "Ship": 1}"#,
                "the mock of `Charge` is no JSON",
            ),
            (r#"{"Charge": 1"#, "the mock of `Charge` is no JSON"),
            (r#"[1]"#, "the mocks are an object"),
            ("nothing", "the mocks are an object"),
        ] {
            let error = members(StateData::Mock, text).expect_err(text);
            assert!(error.starts_with(reason), "{error}");
        }
        let deep = format!("{{\"A\": {}", "[".repeat(100_000));
        let error = members(StateData::Input, &deep).expect_err("too deep");
        assert!(error.starts_with("the input of `A`"), "{error}");
    }
}
