//! The definitions of both sides of a change, and which of them belong together.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use stepwright_asl::MachineType;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Document, Json};
use stepwright_asl::validate::Validator;
use stepwright_review::review::ReviewedDefinition;

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded;
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::project::{File, FileOrigin, SettingsSource, files_of};
use crate::failure::Failure;

/// The definitions of one side: by the path below its root, and the name of the machine in a
/// template.
pub(super) struct DefinitionSet {
    definitions: BTreeMap<DefinitionKey, LoadedDefinition>,
    pub(super) notes: Vec<String>,
    /// Whether the root is one file, so that the name of the file does not matter.
    is_file: bool,
    /// The path of the file or the folder, which a report shows.
    root: PathBuf,
}

/// The path below the root, and the name of the machine in a template.
type DefinitionKey = (PathBuf, Option<String>);

/// The files of one side of a change.
pub(super) struct Side {
    /// The folder that contains them.
    pub(super) root: PathBuf,
    /// The paths below the root that are read.
    pub(super) paths: Vec<PathBuf>,
}

impl DefinitionSet {
    /// Reads a file, or all definitions of a folder.
    pub(super) fn read_path(path: &Path, machine_type: MachineType) -> Result<Self, Failure> {
        if path.is_dir() {
            let side = Side {
                root: path.to_owned(),
                paths: vec![PathBuf::new()],
            };
            return Self::read(&side, machine_type);
        }
        let (file, wanted) = embedded::split(path);
        let mut set = Self::new(&file, true);
        let file = File {
            path: file,
            origin: FileOrigin::OnlyPath,
        };
        set.add_file(&file, PathBuf::new(), &Validator::new(machine_type))?;
        if let Some(wanted) = wanted {
            set.definitions
                .retain(|(_, machine), _| machine.as_ref() == Some(&wanted));
        }
        if set.definitions.is_empty() {
            Err(Failure::Usage(format!(
                "{} has no state machine",
                path.display()
            )))
        } else {
            Ok(set)
        }
    }

    /// Reads all definitions of the folders of a side.
    pub(super) fn read(side: &Side, machine_type: MachineType) -> Result<Self, Failure> {
        let mut set = Self::new(&side.root, false);
        let mut settings = SettingsSource::of(None, true)?;
        let mut failures = Vec::new();
        let roots: Vec<PathBuf> = side.paths.iter().map(|path| side.root.join(path)).collect();
        let roots: Vec<PathBuf> = roots.into_iter().filter(|path| path.exists()).collect();
        let files = files_of(&roots, &mut settings, &mut failures)?;
        if let Some(failure) = failures.into_iter().next() {
            return Err(failure);
        }
        let validator = Validator::new(machine_type);
        let root = side.root.strip_prefix(".").unwrap_or(&side.root);
        for file in files {
            let below = file.path.strip_prefix(root).unwrap_or(&file.path);
            let below = below.to_owned();
            if let Err(failure) = set.add_file(&file, below, &validator) {
                set.notes.push(failure.into_reason());
            }
        }
        Ok(set)
    }

    fn new(root: &Path, is_file: bool) -> Self {
        Self {
            definitions: BTreeMap::new(),
            notes: Vec::new(),
            is_file,
            root: root.to_owned(),
        }
    }

    fn add_file(
        &mut self,
        file: &File,
        below: PathBuf,
        validator: &Validator,
    ) -> Result<(), Failure> {
        for machine in file.machines(validator)? {
            match machine {
                Ok(EmbeddedMachine::Definition(definition, _)) => {
                    let machine = definition.machine.clone();
                    self.definitions
                        .insert((below.clone(), machine), *definition);
                }
                Ok(EmbeddedMachine::Unread { machine, reason }) => self
                    .notes
                    .push(format!("`{machine}` is not reviewed: {reason}")),
                Err(failure) => self.notes.push(failure.into_reason()),
            }
        }
        Ok(())
    }

    /// Removes the definition of a file that was renamed: the one with the most states of the same
    /// names, if that is half of them. The machine of a template gets another name by a change of
    /// its resource, which replaces it.
    fn take_similar(&mut self, after: &LoadedDefinition) -> Option<LoadedDefinition> {
        let wanted = state_names(after.document()?.json());
        if after.machine.is_some() || wanted.is_empty() {
            return None;
        }
        let of_files = self.definitions.iter();
        let of_files = of_files.filter(|((_, machine), _)| machine.is_none());
        let similar = of_files.filter_map(|(key, before)| {
            let names = state_names(before.document()?.json());
            let both = names.intersection(&wanted).count();
            let all = names.union(&wanted).count();
            (2 * both >= all).then_some((both * 1_000 / all, key))
        });
        let (_, key) = similar.max_by_key(|(share, _)| *share)?;
        let key = key.clone();
        self.definitions.remove(&key)
    }

    /// The path that a report shows.
    fn shown(&self, (below, machine): &DefinitionKey) -> String {
        let path = if self.is_file {
            self.root.as_path()
        } else {
            below.as_path()
        };
        match machine {
            Some(machine) => format!("{}#{machine}", path.display()),
            None => path.display().to_string(),
        }
    }
}

fn state_names(definition: &Json) -> HashSet<String> {
    let graph = Graph::of(definition);
    let states = graph.states().iter();
    states.map(|state| state.name.to_owned()).collect()
}

/// A definition before and after the change.
pub(super) struct Pair {
    name: String,
    file: String,
    old: Option<LoadedDefinition>,
    new: Option<LoadedDefinition>,
}

/// The definitions of both sides that belong together.
pub(super) struct Pairing(Vec<Pair>);

impl Pairing {
    /// Pairs the definitions by their keys. Of the others, a file that has moved is paired by the
    /// name of its machine, one that was renamed by its states, and two single files are one pair.
    pub(super) fn of(mut old: DefinitionSet, mut new: DefinitionSet) -> Self {
        let mut pairs = Vec::new();
        let is_one =
            old.is_file && new.is_file && old.definitions.len() == 1 && new.definitions.len() == 1;
        let keys: Vec<DefinitionKey> = new.definitions.keys().cloned().collect();
        let (mut added, mut renamed) = (Vec::new(), Vec::new());
        for key in keys {
            let Some(after) = new.definitions.remove(&key) else {
                continue;
            };
            let shown = new.shown(&key);
            let before = if is_one {
                old.definitions.pop_first().map(|(_, before)| before)
            } else {
                old.definitions.remove(&key)
            };
            match before {
                Some(before) => pairs.push(Pair::of(shown, Some(before), Some(after))),
                None => added.push((shown, after)),
            }
        }
        for (shown, after) in added {
            let moved = old
                .definitions
                .iter()
                .find(|(_, before)| before.name() == after.name())
                .map(|(key, _)| key.clone());
            let before = moved.and_then(|key| old.definitions.remove(&key));
            match before {
                Some(before) => pairs.push(Pair::of(shown, Some(before), Some(after))),
                None => renamed.push((shown, after)),
            }
        }
        for (shown, after) in renamed {
            let before = old.take_similar(&after);
            pairs.push(Pair::of(shown, before, Some(after)));
        }
        let removed = std::mem::take(&mut old.definitions);
        for (key, before) in removed {
            pairs.push(Pair::of(old.shown(&key), Some(before), None));
        }
        Self(pairs)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pair> {
        self.0.iter()
    }

    pub(super) fn into_pairs(self) -> Vec<Pair> {
        self.0
    }

    /// Whether one definition changed, so that all given files belong to it.
    pub(super) fn has_one_change(&self) -> bool {
        let changed = self.0.iter().filter(|pair| pair.differs());
        changed.count() == 1
    }
}

impl Pair {
    fn of(file: String, old: Option<LoadedDefinition>, new: Option<LoadedDefinition>) -> Self {
        let name = new.as_ref().or(old.as_ref());
        Self {
            name: name.map_or_else(String::new, |one| one.name().to_owned()),
            file,
            old,
            new,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn before(&self) -> Option<&LoadedDefinition> {
        self.old.as_ref()
    }

    pub(super) fn after(&self) -> Option<&LoadedDefinition> {
        self.new.as_ref()
    }

    /// Whether both sides exist and are not equal.
    pub(super) fn differs(&self) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                old.document().map(Document::json) != new.document().map(Document::json)
            }
            _ => false,
        }
    }

    /// Returns the two sides for a review. A side whose text cannot be parsed is missing.
    pub(super) fn into_sides(
        self,
        machine_type: MachineType,
    ) -> (Option<ReviewedDefinition>, Option<ReviewedDefinition>) {
        let (name, file) = (self.name, self.file);
        let side = |loaded: LoadedDefinition| {
            let document = loaded.document()?.clone();
            let definition = ReviewedDefinition::new(&name, &file, document.json().clone());
            // The lines of a definition inside of a template are those of the template.
            let definition = if loaded.machine.is_some() {
                definition
            } else {
                definition.document(document)
            };
            let definition = match loaded.machine_type {
                Some(machine_type) => definition.machine_type(machine_type),
                None => definition.machine_type(machine_type),
            };
            Some(definition.diagnostics(loaded.diagnostics))
        };
        (self.old.and_then(side), self.new.and_then(side))
    }
}
