//! The JSON Schemas of the inputs of deployed definitions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use crate::control::Machine;

/// The schemas by the names of state machines.
#[derive(Debug, Default)]
pub(crate) struct InputSchemas(Mutex<HashMap<String, InputSchema>>);

#[derive(Debug)]
struct InputSchema {
    /// The definition to which the schema belongs.
    definition: String,
    schema: Json,
}

impl InputSchemas {
    /// Sets or removes the schema of a state machine's current definition.
    pub(crate) fn set(&self, machine: &Machine, schema: Option<Json>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = machine.name.to_string();
        match schema {
            None => drop(all.remove(&name)),
            Some(schema) => {
                let definition = machine.current.configuration.definition.clone();
                all.insert(name, InputSchema { definition, schema });
            }
        }
    }

    /// Returns the schema of a state machine's current definition.
    pub(crate) fn of(&self, machine: &Machine) -> Option<Json> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(machine.name.as_str())?;
        let is_current = found.definition == machine.current.configuration.definition;
        is_current.then(|| found.schema.clone())
    }
}
