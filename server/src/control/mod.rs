//! The control plane: state machines with their revisions, versions, aliases and tags, and the
//! fields of activities that the engine does not have. The engine has the executions.

mod activity;
mod alias;
mod child_machine;
mod documents;
mod machine;
mod revision;
#[cfg(feature = "schedules")]
mod schedule_record;
#[cfg(feature = "console")]
mod store_view;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use smol_str::SmolStr;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::ServerEngine;
use stepwright_engine::store::StoreError;

pub(super) use self::activity::Activity;
pub(super) use self::alias::{Alias, MOST_ALIASES, Route};
#[cfg(feature = "console")]
pub(super) use self::child_machine::ChildMachine;
pub(super) use self::child_machine::labelled;
pub use self::documents::{UnreadableDocument, unreadable_documents};
#[cfg(feature = "schedules")]
pub(super) use self::documents::{put_schedule, remove_schedule};
pub(super) use self::machine::{MOST_VERSIONS, Machine};
pub(super) use self::revision::{
    Configuration, Encryption, INITIAL, LogDestination, LogGroup, Logging, References, Revision,
};
#[cfg(feature = "schedules")]
pub(super) use self::schedule_record::ScheduleRecord;
use crate::error::ApiError;

/// How many deleted state machines are retained, for their executions.
const MOST_DELETED: usize = 100;

/// The server's data in addition to the engine.
pub(super) struct Control {
    machines: SharedData<BTreeMap<SmolStr, Arc<Machine>>>,
    activities: SharedData<BTreeMap<String, Activity>>,
    /// Held during a change: changes are serialized.
    changing: Arc<tokio::sync::Mutex<()>>,
    deleted: Mutex<VecDeque<Arc<Machine>>>,
    /// The progress of schedules, by their names, until the scheduler takes it.
    #[cfg(feature = "schedules")]
    schedule_records: Mutex<BTreeMap<String, ScheduleRecord>>,
}

/// Data that each request reads, and that changes rarely.
struct SharedData<T>(RwLock<T>);

impl<T> SharedData<T> {
    fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Control {
    /// Reads the control plane from the engine's store, and adds the state machines that the engine
    /// was built with.
    ///
    /// # Errors
    ///
    /// When the store cannot be read. A document that cannot be read is logged and left as it is.
    pub(super) fn open(engine: &ServerEngine, now: Timestamp) -> Result<Self, StoreError> {
        let stored = engine.documents()?;
        let data = documents::read(engine, &stored);
        let declared = engine.newest_revisions().into_iter();
        let declared = declared.map(|compiled| Machine::declared(&compiled, now));
        let mut machines: BTreeMap<SmolStr, Arc<Machine>> = BTreeMap::new();
        for machine in data.machines.into_iter().chain(declared) {
            let name = machine.name.clone();
            // A declared state machine replaces a stored one of the same name.
            machines.insert(name, Arc::new(machine));
        }
        for machine in machines.values() {
            deploy(engine, None, machine);
        }
        Ok(Self {
            machines: SharedData::new(machines),
            activities: SharedData::new(data.activities),
            changing: Arc::default(),
            deleted: Mutex::default(),
            #[cfg(feature = "schedules")]
            schedule_records: Mutex::new(data.schedules),
        })
    }

    /// Takes the progress of schedules that was in the store when the server was built.
    #[cfg(feature = "schedules")]
    pub(super) fn take_schedule_records(&self) -> BTreeMap<String, ScheduleRecord> {
        let records = self.schedule_records.lock();
        std::mem::take(&mut *records.unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a state machine by its name.
    pub(super) fn machine(&self, name: &str) -> Option<Arc<Machine>> {
        self.machines.read().get(name).cloned()
    }

    /// Returns the number of state machines.
    pub(super) fn count(&self) -> usize {
        self.machines.read().len()
    }

    /// Returns at most `most` state machines, in the order of their names, from the first one or
    /// after a name.
    pub(super) fn machines_after(&self, name: Option<&str>, most: usize) -> Vec<Arc<Machine>> {
        let from = name.map_or(Bound::Unbounded, Bound::Excluded);
        let machines = self.machines.read();
        let machines = machines.range::<str, _>((from, Bound::Unbounded));
        machines
            .take(most)
            .map(|(_, machine)| machine.clone())
            .collect()
    }

    /// Returns a revision of a state machine, also of a deleted one, as long as it is retained.
    pub(super) fn revision(&self, machine: &str, id: &str) -> Option<Arc<Revision>> {
        let known = self.machine(machine);
        let found = known.and_then(|machine| machine.revision(id).cloned());
        found.or_else(|| {
            let deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
            let mut of_name = deleted.iter().rev().filter(|one| one.name == machine);
            of_name.find_map(|machine| machine.revision(id).cloned())
        })
    }

    /// Returns the fields of an activity that the engine does not have.
    pub(super) fn activity(&self, name: &str) -> Activity {
        let known = self.activities.read().get(name).cloned();
        known.unwrap_or_default()
    }

    /// Waits for the end of other changes, and excludes them.
    pub(super) async fn alone(&self) -> tokio::sync::OwnedMutexGuard<()> {
        self.changing.clone().lock_owned().await
    }

    /// Replaces the state machine of this name: in the store, in the engine, and here.
    ///
    /// # Errors
    ///
    /// When the store cannot commit it; then nothing changes.
    pub(super) async fn put(
        &self,
        engine: &ServerEngine,
        machine: Machine,
    ) -> Result<Arc<Machine>, ApiError> {
        let before = self.machine(&machine.name);
        let machine = Machine {
            is_declared: false,
            ..machine
        };
        let changes = documents::put(before.as_deref(), &machine);
        let changes = changes.map_err(|error| ApiError::internal(error.to_string()))?;
        engine.commit_all(changes).await?;
        let machine = Arc::new(machine);
        deploy(engine, before.as_deref(), &machine);
        self.machines
            .write()
            .insert(machine.name.clone(), machine.clone());
        Ok(machine)
    }

    /// Deletes a state machine, if it exists.
    ///
    /// # Errors
    ///
    /// When the store cannot commit it; then nothing changes.
    pub(super) async fn remove(&self, engine: &ServerEngine, name: &str) -> Result<(), ApiError> {
        let Some(machine) = self.machine(name) else {
            return Ok(());
        };
        engine.commit_all(documents::remove(&machine)).await?;
        engine.delete_machine(name);
        self.machines.write().remove(name);
        let mut deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.push_back(machine);
        if deleted.len() > MOST_DELETED {
            deleted.pop_front();
        }
        Ok(())
    }

    /// Stores the fields of an activity; deletes the document when they are empty.
    ///
    /// # Errors
    ///
    /// When the store cannot commit it; then nothing changes.
    pub(super) async fn put_activity(
        &self,
        engine: &ServerEngine,
        name: &str,
        activity: Option<Activity>,
    ) -> Result<(), ApiError> {
        let change = match &activity {
            Some(activity) => documents::put_activity(name, activity),
            None => Ok(documents::remove_activity(name)),
        };
        let change = change.map_err(|error| ApiError::internal(error.to_string()))?;
        engine.commit_all(vec![change]).await?;
        let mut activities = self.activities.write();
        match activity {
            Some(activity) => activities.insert(name.to_owned(), activity),
            None => activities.remove(name),
        };
        Ok(())
    }
}

/// Registers a state machine in the engine, under all its ARNs, for states that start executions of
/// it.
fn deploy(engine: &ServerEngine, before: Option<&Machine>, machine: &Machine) {
    let is_same = |before: &Machine| Arc::ptr_eq(&before.current, &machine.current);
    if !before.is_some_and(is_same) && !machine.is_declared {
        engine.put_revision(&machine.current.compiled);
    }
    let gone = before.into_iter().flat_map(|before| {
        let versions = before.versions.keys();
        let versions = versions.filter(|number| !machine.versions.contains_key(number));
        let aliases = before.aliases.keys();
        let aliases = aliases.filter(|name| !machine.aliases.contains_key(*name));
        let versions = versions.map(|number| before.version_arn(*number));
        versions.chain(aliases.map(|name| before.alias_arn(name)))
    });
    for arn in gone {
        engine.put_qualified(&arn, Vec::new());
    }
    let is_new = |number: &u32| !before.is_some_and(|before| before.versions.contains_key(number));
    for number in machine.versions.keys().filter(|number| is_new(number)) {
        let version = machine.started(Some(*number), None, None, None);
        let version = version.map(|version| (1, version)).into_iter().collect();
        engine.put_qualified(&machine.version_arn(*number), version);
    }
    for (name, alias) in &machine.aliases {
        if before.and_then(|before| before.aliases.get(name)) == Some(alias) {
            continue;
        }
        let arn = machine.alias_arn(name);
        let routes = alias.routing.iter().filter_map(|route| {
            let version = machine.started(Some(route.version), Some(&arn), None, None)?;
            Some((route.weight, version))
        });
        engine.put_qualified(&arn, routes.collect());
    }
}
