//! State machines with their revisions, versions and aliases.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support;
use stepwright_engine::server_support::Origin;

use super::alias::Alias;
use super::revision::{Configuration, INITIAL, Revision};

/// The maximum versions of a state machine.
pub(crate) const MOST_VERSIONS: usize = 1_000;
/// How many revisions are retained that are neither the current one nor a version's, for executions
/// that were started with them.
const MOST_EARLIER: usize = 1_000;

/// A state machine.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) name: SmolStr,
    pub(crate) arn: SmolStr,
    pub(crate) machine_type: MachineType,
    pub(crate) created: Timestamp,
    /// The revision of the unqualified ARN.
    pub(crate) current: Arc<Revision>,
    /// The published versions, by their numbers.
    pub(crate) versions: BTreeMap<u32, Version>,
    /// The number of the version that was published last. Numbers are not reused.
    pub(crate) last_version: u32,
    /// The aliases, by their names.
    pub(crate) aliases: BTreeMap<String, Alias>,
    pub(crate) tags: IndexMap<String, String>,
    /// Whether the engine was built with it, so that the next engine has it without a document.
    pub(super) is_declared: bool,
    /// Earlier revisions, the newest last.
    pub(super) earlier: VecDeque<Arc<Revision>>,
}

/// A published version of a state machine.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) revision: Arc<Revision>,
    pub(crate) created: Timestamp,
    pub(crate) description: Option<String>,
}

impl Machine {
    /// Creates a state machine with its first revision.
    pub(crate) fn new(
        name: &str,
        arn: SmolStr,
        machine_type: MachineType,
        first: Revision,
        tags: IndexMap<String, String>,
    ) -> Self {
        Self {
            name: name.into(),
            arn,
            machine_type,
            created: first.made,
            current: Arc::new(first),
            versions: BTreeMap::new(),
            last_version: 0,
            aliases: BTreeMap::new(),
            tags,
            is_declared: false,
            earlier: VecDeque::new(),
        }
    }

    /// Creates an entry for a state machine that the engine was built with.
    pub(super) fn declared(compiled: &server_support::Revision, now: Timestamp) -> Self {
        let described = compiled.describe();
        let configuration = Configuration {
            definition: described.definition.clone(),
            role_arn: compiled.role_arn().to_owned(),
            logging: super::Logging::default(),
            is_traced: false,
            encryption: super::revision::Encryption::default(),
        };
        let first = Revision::of(compiled.clone(), INITIAL, configuration, now);
        let name = described.name.as_str();
        let arn = described.arn.as_str().into();
        Self {
            is_declared: true,
            ..Self::new(name, arn, described.machine_type, first, IndexMap::new())
        }
    }

    /// Makes another revision the current one.
    pub(crate) fn update(&mut self, revision: Revision) {
        let before = std::mem::replace(&mut self.current, Arc::new(revision));
        self.earlier.push_back(before);
        if self.earlier.len() > MOST_EARLIER {
            self.earlier.pop_front();
        }
    }

    /// Publishes the current revision. Returns the number of its version. If the newest version has
    /// the same revision, returns that version.
    pub(crate) fn publish(&mut self, description: Option<String>, now: Timestamp) -> u32 {
        if let Some((number, newest)) = self.versions.last_key_value()
            && newest.revision.id == self.current.id
        {
            return *number;
        }
        self.last_version += 1;
        let version = Version {
            revision: self.current.clone(),
            created: now,
            description,
        };
        self.versions.insert(self.last_version, version);
        self.last_version
    }

    /// Returns the revision for a start with this qualifier, with the origin of the execution and
    /// the text of its input; `None` when the version does not exist.
    pub(crate) fn started(
        &self,
        version: Option<u32>,
        alias: Option<&str>,
        trace: Option<&str>,
        input: Option<&str>,
    ) -> Option<server_support::Revision> {
        let revision = match version {
            None => &self.current,
            Some(number) => &self.versions.get(&number)?.revision,
        };
        if version.is_none() && trace.is_none() && input.is_none() {
            return Some(revision.compiled.clone());
        }
        Some(revision.compiled.with_origin(Origin {
            revision: revision.id.clone(),
            version: version.map(|number| self.version_arn(number).into()),
            alias: alias.map(SmolStr::new),
            trace: trace.map(SmolStr::new),
            input: input.map(Arc::from),
        }))
    }

    /// Returns the ARN of a version.
    pub(crate) fn version_arn(&self, number: u32) -> String {
        format!("{}:{number}", self.arn)
    }

    /// Deletes a version; its revision is retained for executions of it. Returns whether it
    /// existed.
    pub(crate) fn delete_version(&mut self, number: u32) -> bool {
        let Some(version) = self.versions.remove(&number) else {
            return false;
        };
        if self.revision(&version.revision.id).is_none() {
            self.earlier.push_back(version.revision);
        }
        true
    }

    /// Returns the ARN of an alias.
    pub(crate) fn alias_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.arn)
    }

    /// Returns the names of the aliases that route to a version.
    pub(crate) fn aliases_of(&self, version: u32) -> impl Iterator<Item = &str> {
        let all = self.aliases.iter();
        all.filter(move |(_, alias)| alias.routing.iter().any(|route| route.version == version))
            .map(|(name, _)| name.as_str())
    }

    /// Returns all retained revisions: the current one, those of versions, and earlier ones. A
    /// revision may occur twice.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = &Arc<Revision>> {
        let versions = self.versions.values().map(|version| &version.revision);
        std::iter::once(&self.current)
            .chain(versions)
            .chain(&self.earlier)
    }

    /// Returns a revision by its id, as long as it is retained.
    pub(crate) fn revision(&self, id: &str) -> Option<&Arc<Revision>> {
        self.revisions().find(|revision| revision.id == id)
    }
}
