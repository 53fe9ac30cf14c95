//! The state machines of a store that another process writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::ServerEngine;
use stepwright_engine::store::{StoredDocument, StoredMachine};

use super::machine::Machine;
use super::revision::{Configuration, Encryption, INITIAL, Logging, Revision};
use super::{Control, documents};

impl Control {
    /// Replaces all state machines by those of a store: those that clients created, and those of
    /// programs, of which the store has the versions of executions. `engine` compiles them, and
    /// does not run them.
    pub(crate) fn replace(
        &self,
        engine: &ServerEngine,
        documents: &[StoredDocument],
        versions: &[StoredMachine],
        now: Timestamp,
    ) {
        let stored = documents::read(engine, documents);
        let mut machines: BTreeMap<SmolStr, Arc<Machine>> = BTreeMap::new();
        // The last version of a name is its newest one.
        for version in versions {
            match of_version(engine, version, now) {
                Ok(machine) => drop(machines.insert(machine.name.clone(), Arc::new(machine))),
                Err(error) => tracing::warn!(
                    %error,
                    "the version {} of the state machine `{}` cannot be read and is missing",
                    version.hash,
                    version.name
                ),
            }
        }
        for machine in stored.machines {
            machines.insert(machine.name.clone(), Arc::new(machine));
        }
        *self.machines.write() = machines;
        *self.activities.write() = stored.activities;
    }
}

/// Creates a state machine from the version of its executions.
fn of_version(
    engine: &ServerEngine,
    version: &StoredMachine,
    now: Timestamp,
) -> Result<Machine, stepwright_engine::BuildError> {
    let name = version.name.as_str();
    let configuration = Configuration {
        definition: version.definition.clone(),
        role_arn: String::new(),
        logging: Logging::default(),
        is_traced: false,
        encryption: Encryption::default(),
    };
    let machine = (name, version.machine_type);
    let first = Revision::new(engine, machine, INITIAL, configuration, now)?;
    let arn = engine.arn("stateMachine", name);
    let machine = Machine::new(name, arn, version.machine_type, first, IndexMap::new());
    Ok(machine)
}
