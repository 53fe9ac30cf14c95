//! The control plane: state machines with their revisions, versions, aliases and tags. Executions and activities are the engine's.

mod machine;
mod revision;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use smol_str::SmolStr;

pub(super) use self::machine::{MOST_VERSIONS, Machine, Version};
pub(super) use self::revision::{
    Configuration, Encryption, LogDestination, LogGroup, Logging, Revision,
};
use crate::clock::Timestamp;
use crate::engine::Engine;

/// What the server has beside the engine. It is read with each request, and changed seldom: a change replaces what it changes.
pub(super) struct Control {
    machines: ArcSwap<BTreeMap<SmolStr, Arc<Machine>>>,
    /// One thing is changed at a time.
    changing: Arc<tokio::sync::Mutex<()>>,
}

impl Control {
    /// With the state machines that the engine was built with.
    pub(super) fn new(engine: &Engine, now: Timestamp) -> Self {
        let declared = engine.newest_revisions().into_iter();
        let declared = declared.map(|compiled| Arc::new(Machine::declared(&compiled, now)));
        let machines = declared.map(|machine| (machine.name.clone(), machine));
        Self {
            machines: ArcSwap::from_pointee(machines.collect()),
            changing: Arc::default(),
        }
    }

    /// A state machine by its name.
    pub(super) fn machine(&self, name: &str) -> Option<Arc<Machine>> {
        self.machines.load().get(name).cloned()
    }

    /// All of them, by their names.
    pub(super) fn machines(&self) -> Arc<BTreeMap<SmolStr, Arc<Machine>>> {
        self.machines.load_full()
    }

    /// Waits until nothing else is being changed.
    pub(super) async fn alone(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.changing.clone().lock_owned().await
    }

    /// Puts a state machine in the place of the one with its name.
    pub(super) fn put(&self, machine: Machine) -> Arc<Machine> {
        let machine = Arc::new(machine);
        self.machines.rcu(|before| {
            let mut machines = BTreeMap::clone(before);
            machines.insert(machine.name.clone(), machine.clone());
            machines
        });
        machine
    }

    /// Forgets a state machine.
    pub(super) fn remove(&self, name: &str) {
        self.machines.rcu(|before| {
            let mut machines = BTreeMap::clone(before);
            machines.remove(name);
            machines
        });
    }
}
