//! The control plane in the engine's store: a document for each state machine, revision and
//! activity.
//!
//! A state machine's document names its revisions, which have separate documents: these contain
//! definitions, and are written once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Error;
use stepwright_asl::model::MachineType;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::ServerEngine;
use stepwright_engine::store::{Change, StoredDocument};
use stepwright_engine::{BuildError, Engine};

use super::activity::Activity;
use super::alias::{Alias, Route};
use super::machine::{Machine, Version};
use super::revision::{Configuration, Revision};
#[cfg(feature = "schedules")]
use super::schedule_record::ScheduleRecord;

/// The prefix of keys.
const MACHINE: &str = "serve/machine/";
const REVISION: &str = "serve/revision/";
const ACTIVITY: &str = "serve/activity/";
#[cfg(feature = "schedules")]
const SCHEDULE: &str = "serve/schedule/";

/// The stored form of a state machine. Times are microseconds since 1970.
#[derive(Serialize, Deserialize)]
struct MachineDocument {
    is_express: bool,
    created: i64,
    current: String,
    last_version: u32,
    versions: BTreeMap<u32, VersionDocument>,
    aliases: BTreeMap<String, AliasDocument>,
    tags: IndexMap<String, String>,
    /// The ids of earlier revisions, the newest last.
    earlier: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct VersionDocument {
    revision: String,
    created: i64,
    description: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct AliasDocument {
    description: Option<String>,
    routing: Vec<Route>,
    created: i64,
    updated: i64,
}

#[derive(Serialize, Deserialize)]
struct RevisionDocument {
    made: i64,
    configuration: Configuration,
}

/// The state machines and activities of a store.
#[derive(Default)]
pub(super) struct ControlData {
    pub(super) machines: Vec<Machine>,
    pub(super) activities: BTreeMap<String, Activity>,
    #[cfg(feature = "schedules")]
    pub(super) schedules: BTreeMap<String, ScheduleRecord>,
    /// Documents that were skipped.
    pub(super) unreadable: Vec<UnreadableDocument>,
}

/// A document of a server that this version cannot read. A server logs and skips it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableDocument {
    /// Its key in the store.
    pub key: String,
    /// The reason.
    pub reason: String,
}

/// Returns the documents of a store that a server cannot read: state machines, or the tags of
/// activities. Documents of other programs are ignored. `documents` are all documents of the store,
/// because the document of a state machine refers to those of its revisions.
///
/// ```
/// use stepwright_engine::store::StoredDocument;
///
/// let damaged = StoredDocument { key: "serve/activity/pack".to_owned(), data: "?".into() };
/// let unreadable = stepwright_server::unreadable_documents(&[damaged])?;
/// assert_eq!(unreadable[0].key, "serve/activity/pack");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// When no engine can be built to compile the definitions.
pub fn unreadable_documents(
    documents: &[StoredDocument],
) -> Result<Vec<UnreadableDocument>, BuildError> {
    let engine = ServerEngine::new(Engine::builder().build()?);
    Ok(read(&engine, documents).unreadable)
}

/// Returns the changes that replace a state machine.
pub(super) fn put(before: Option<&Machine>, machine: &Machine) -> Result<Vec<Change>, Error> {
    let known: HashSet<&str> = ids(before);
    let now = ids(Some(machine));
    let mut changes = Vec::new();
    for revision in machine.revisions() {
        if !known.contains(&*revision.id) {
            let stored = RevisionDocument {
                made: revision.made.unix_micros(),
                configuration: revision.configuration.clone(),
            };
            changes.push(document(revision_key(machine, &revision.id), &stored)?);
        }
    }
    let gone = known.difference(&now);
    changes.extend(gone.map(|id| Change::DeleteDocument {
        key: revision_key(machine, id),
    }));
    let id = |revision: &Arc<Revision>| revision.id.to_string();
    let versions = machine.versions.iter().map(|(number, version)| {
        let stored = VersionDocument {
            revision: id(&version.revision),
            created: version.created.unix_micros(),
            description: version.description.clone(),
        };
        (*number, stored)
    });
    let aliases = machine.aliases.iter().map(|(name, alias)| {
        let stored = AliasDocument {
            description: alias.description.clone(),
            routing: alias.routing.clone(),
            created: alias.created.unix_micros(),
            updated: alias.updated.unix_micros(),
        };
        (name.clone(), stored)
    });
    let stored = MachineDocument {
        is_express: machine.machine_type == MachineType::Express,
        created: machine.created.unix_micros(),
        current: id(&machine.current),
        last_version: machine.last_version,
        versions: versions.collect(),
        aliases: aliases.collect(),
        tags: machine.tags.clone(),
        earlier: machine.earlier.iter().map(id).collect(),
    };
    changes.push(document(format!("{MACHINE}{}", machine.name), &stored)?);
    Ok(changes)
}

/// Returns the changes that delete a state machine.
pub(super) fn remove(machine: &Machine) -> Vec<Change> {
    let ids = ids(Some(machine)).into_iter();
    let keys = ids.map(|id| revision_key(machine, id));
    let own = format!("{MACHINE}{}", machine.name);
    keys.chain([own])
        .map(|key| Change::DeleteDocument { key })
        .collect()
}

/// Returns the change that stores the fields of an activity.
pub(super) fn put_activity(name: &str, activity: &Activity) -> Result<Change, Error> {
    document(format!("{ACTIVITY}{name}"), activity)
}

/// Returns the change that deletes them.
pub(super) fn remove_activity(name: &str) -> Change {
    Change::DeleteDocument {
        key: format!("{ACTIVITY}{name}"),
    }
}

/// Returns the change that stores the progress of a schedule.
#[cfg(feature = "schedules")]
pub(crate) fn put_schedule(name: &str, record: &ScheduleRecord) -> Result<Change, Error> {
    document(format!("{SCHEDULE}{name}"), record)
}

/// Returns the change that deletes it.
#[cfg(feature = "schedules")]
pub(crate) fn remove_schedule(name: &str) -> Change {
    Change::DeleteDocument {
        key: format!("{SCHEDULE}{name}"),
    }
}

/// Reads all documents. Logs and skips unreadable ones: one state machine must not stop the server.
pub(super) fn read(engine: &ServerEngine, documents: &[StoredDocument]) -> ControlData {
    let by_key: HashMap<&str, &Bytes> = documents
        .iter()
        .map(|document| (document.key.as_str(), &document.data))
        .collect();
    let mut stored = ControlData::default();
    for document in documents {
        let key = document.key.as_str();
        if let Some(name) = key.strip_prefix(MACHINE) {
            match read_machine(engine, name, &document.data, &by_key) {
                Ok(machine) => stored.machines.push(machine),
                Err(error) => {
                    tracing::warn!(
                        key,
                        error,
                        "the state machine `{name}` of the store cannot be read and is missing; create it again, or open the store with a version that can read it"
                    );
                    stored.unreadable.push(UnreadableDocument {
                        key: key.to_owned(),
                        reason: error,
                    });
                }
            }
        } else if let Some(name) = key.strip_prefix(ACTIVITY) {
            match serde_json::from_slice(&document.data) {
                Ok(activity) => drop(stored.activities.insert(name.to_owned(), activity)),
                Err(error) => {
                    tracing::warn!(
                        key,
                        %error,
                        "the tags and the encryption of the activity `{name}` cannot be read; the activity has none"
                    );
                    stored.unreadable.push(UnreadableDocument {
                        key: key.to_owned(),
                        reason: error.to_string(),
                    });
                }
            }
        } else {
            #[cfg(feature = "schedules")]
            read_schedule(document, &mut stored);
        }
    }
    stored
}

/// Reads the progress of a schedule, if the document contains one.
#[cfg(feature = "schedules")]
fn read_schedule(document: &StoredDocument, stored: &mut ControlData) {
    let key = document.key.as_str();
    let Some(name) = key.strip_prefix(SCHEDULE) else {
        return;
    };
    match serde_json::from_slice(&document.data) {
        Ok(record) => drop(stored.schedules.insert(name.to_owned(), record)),
        Err(error) => {
            tracing::warn!(
                key,
                %error,
                "the progress of the schedule `{name}` cannot be read; the schedule begins again now"
            );
            stored.unreadable.push(UnreadableDocument {
                key: key.to_owned(),
                reason: error.to_string(),
            });
        }
    }
}

fn read_machine(
    engine: &ServerEngine,
    name: &str,
    data: &[u8],
    by_key: &HashMap<&str, &Bytes>,
) -> Result<Machine, String> {
    let stored: MachineDocument =
        serde_json::from_slice(data).map_err(|error| error.to_string())?;
    let machine_type = if stored.is_express {
        MachineType::Express
    } else {
        MachineType::Standard
    };
    let mut read: HashMap<String, Arc<Revision>> = HashMap::new();
    let mut revision = |id: &str| -> Result<Arc<Revision>, String> {
        if let Some(known) = read.get(id) {
            return Ok(known.clone());
        }
        let key = format!("{REVISION}{name}/{id}");
        let data = by_key.get(key.as_str());
        let data = data.ok_or_else(|| format!("the document `{key}` is missing"))?;
        let stored: RevisionDocument =
            serde_json::from_slice(data).map_err(|error| error.to_string())?;
        let made = Timestamp::from_unix_micros(stored.made);
        let made = Revision::new(engine, (name, machine_type), id, stored.configuration, made);
        let made = Arc::new(made.map_err(|error| error.to_string())?);
        read.insert(id.to_owned(), made.clone());
        Ok(made)
    };
    let current = revision(&stored.current)?;
    let versions = stored.versions.into_iter().map(|(number, version)| {
        let version = Version {
            revision: revision(&version.revision)?,
            created: Timestamp::from_unix_micros(version.created),
            description: version.description,
        };
        Ok((number, version))
    });
    let versions = versions.collect::<Result<_, String>>()?;
    let earlier = stored.earlier.iter().map(|id| revision(id));
    let earlier = earlier.collect::<Result<_, String>>()?;
    let aliases = stored.aliases.into_iter().map(|(name, alias)| {
        let alias = Alias {
            description: alias.description,
            routing: alias.routing,
            created: Timestamp::from_unix_micros(alias.created),
            updated: Timestamp::from_unix_micros(alias.updated),
        };
        (name, alias)
    });
    Ok(Machine {
        name: name.into(),
        arn: engine.arn("stateMachine", name),
        machine_type,
        created: Timestamp::from_unix_micros(stored.created),
        current,
        versions,
        last_version: stored.last_version,
        aliases: aliases.collect(),
        tags: stored.tags,
        is_declared: false,
        earlier,
    })
}

fn ids(machine: Option<&Machine>) -> HashSet<&str> {
    // A state machine that the engine was built with has no documents yet.
    let stored = machine.filter(|machine| !machine.is_declared);
    let revisions = stored.into_iter().flat_map(Machine::revisions);
    revisions.map(|revision| &*revision.id).collect()
}

fn revision_key(machine: &Machine, id: &str) -> String {
    format!("{REVISION}{}/{id}", machine.name)
}

fn document(key: String, content: &impl Serialize) -> Result<Change, Error> {
    let data = serde_json::to_vec(content)?.into();
    Ok(Change::Document(StoredDocument { key, data }))
}
