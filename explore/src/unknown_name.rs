//! Names in properties, compensations and settings of tasks that no definition has. A check of
//! such a name holds on all paths, because no event has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use indexmap::IndexMap;
use stepwright_asl::StateMachine;
use stepwright_asl::placeholder;
use stepwright_asl::similar::nearest;
use stepwright_asl::words::quoted;
use stepwright_interpreter::program::{Kind, Program, ProgramError};

use crate::event::{Action, END_STATUSES, TaskNames};
use crate::settings::Settings;

/// The most names that a message lists.
const LISTED_NAMES: usize = 12;

/// The kind of a name in the settings of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NameKind {
    Task,
    State,
    Variable,
    Status,
}

impl NameKind {
    fn of_target(action: Action) -> Option<Self> {
        match action {
            Action::Called | Action::Succeeded | Action::Failed | Action::Late => Some(Self::Task),
            Action::Entered | Action::Exited => Some(Self::State),
            Action::Assigned => Some(Self::Variable),
            Action::Ended => Some(Self::Status),
            Action::Started => None,
        }
    }

    fn singular(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::State => "state",
            Self::Variable => "variable",
            Self::Status => "status",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Task => "tasks",
            Self::State => "states",
            Self::Variable => "variables",
            Self::Status => "statuses",
        }
    }
}

/// The part of the settings that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NameUser {
    /// The name of a property.
    Property(String),
    Compensation,
    /// The settings of a task, of all state machines or of the one with this name.
    Task(Option<String>),
}

/// `property `a charge is shipped``
impl fmt::Display for NameUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Property(name) => write!(f, "property `{name}`"),
            Self::Compensation => f.write_str("`compensates`"),
            Self::Task(_) => f.write_str("`tasks`"),
        }
    }
}

/// A name in the settings of a search that none of its definitions has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    kind: NameKind,
    name: String,
    user: NameUser,
    suggestion: Option<String>,
    known: Vec<String>,
}

impl UnknownName {
    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the property that has it.
    pub fn property(&self) -> Option<&str> {
        match &self.user {
            NameUser::Property(name) => Some(name),
            NameUser::Compensation | NameUser::Task(_) => None,
        }
    }

    /// Replaces the suggested name, if the caller knows a better one, such as the new name of a
    /// renamed state.
    #[must_use]
    pub fn suggest(mut self, name: impl Into<String>) -> Self {
        self.suggestion = Some(format!("`{}`", name.into()));
        self
    }
}

/// ``property `nothing is saved`: no task is named `svae`; did you mean `Save`?``
impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, name) = (self.kind.singular(), &self.name);
        write!(f, "{}: no {noun} is named `{name}`", self.user)?;
        let nouns = self.kind.plural();
        match (&self.suggestion, self.known.as_slice()) {
            (Some(suggestion), _) => write!(f, "; did you mean {suggestion}?"),
            (None, []) => write!(f, "; the definition has no {nouns}"),
            (None, known) => {
                let listed = &known[..known.len().min(LISTED_NAMES)];
                write!(f, "; the {nouns} are {}", quoted(listed))?;
                match known.len() - listed.len() {
                    0 => Ok(()),
                    left => write!(f, " and {left} others"),
                }
            }
        }
    }
}

/// Returns the names in the settings that neither the definition nor one that it starts has.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_explore::{Action, Formula, Pattern, Property, Settings, unknown_names};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Save", "States": {
///     "Save": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:save", "End": true}
/// }}"#)?;
/// let mut settings = Settings::new();
/// let never = Formula::never(Pattern::new(Action::Called, "svae"));
/// settings.properties.push(Property::new("nothing is saved", never));
/// let unknown = unknown_names(&machine, &settings)?;
/// assert_eq!(unknown[0].to_string(), "property `nothing is saved`: no task is named `svae`; did you mean `Save`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If a definition cannot run.
pub fn unknown_names(
    machine: &StateMachine,
    settings: &Settings,
) -> Result<Vec<UnknownName>, ProgramError> {
    Ok(CheckedNames::of(machine, settings)?.unknown)
}

/// The names in the settings, compared with those of the definitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckedNames {
    pub(crate) unknown: Vec<UnknownName>,
    /// Names that are no error although the explored definition does not have them.
    pub(crate) notes: Vec<String>,
}

impl CheckedNames {
    pub(crate) fn of(machine: &StateMachine, settings: &Settings) -> Result<Self, ProgramError> {
        let names = settings_names(settings);
        if names.is_empty() {
            return Ok(Self::default());
        }
        let nested = settings.nested.iter();
        let nested =
            nested.map(|nested| (nested.name.as_str(), &nested.machine, nested.machine_type));
        let own = (
            settings.machine_name.as_str(),
            machine,
            settings.machine_type,
        );
        let definitions =
            std::iter::once(own)
                .chain(nested)
                .map(|(name, machine, machine_type)| {
                    let program = Program::compile(machine, machine_type, &IndexMap::new())?;
                    Ok(NamedDefinition::of(
                        name,
                        &program,
                        machine.to_value().to_string(),
                    ))
                });
        let definitions: Vec<NamedDefinition> = definitions.collect::<Result<_, _>>()?;
        let mut checked = Self::default();
        let mut tasks = settings.tasks.iter();
        let has_given_values =
            !settings.inputs.is_empty() || tasks.any(|task| !task.results.is_empty());
        for name in names {
            checked.check(&definitions, name, has_given_values);
        }
        checked.notes.sort();
        checked.notes.dedup();
        Ok(checked)
    }

    fn check(
        &mut self,
        definitions: &[NamedDefinition],
        (kind, name, user): (NameKind, String, NameUser),
        has_given_values: bool,
    ) {
        let (has_readers, machine) = match &user {
            NameUser::Task(machine) => (true, machine.as_deref()),
            NameUser::Property(_) | NameUser::Compensation => (false, None),
        };
        let has = |definition: &NamedDefinition| {
            let is_reader = has_readers && definition.readers.contains(&name);
            machine.is_none_or(|machine| definition.name == machine)
                && (is_reader || definition.has(kind, &name))
        };
        let known = definitions.iter();
        let known: Vec<&str> = known
            .filter(|definition| has(definition))
            .map(|definition| definition.name.as_str())
            .collect();
        let noun = kind.singular();
        if !known.is_empty() {
            if machine.is_none() && definitions.iter().take(1).any(|own| !has(own)) {
                let machines = quoted(known);
                self.notes
                    .push(format!("`{name}` is a {noun} of {machines} only"));
            }
            return;
        }
        let mut all = definitions.iter();
        let computed = all.find_map(|definition| {
            // A target that is computed from made-up values has no name of a property.
            let may_be_named = has_given_values || definition.text.contains(&name);
            definition
                .computed_target
                .as_deref()
                .filter(|_| may_be_named)
        });
        if let (NameKind::Task, Some(state)) = (kind, computed) {
            self.notes.push(format!(
                "{user}: no {noun} is named `{name}`, unless the target that `{state}` computes has this name"
            ));
            return;
        }
        let candidates = definitions.iter();
        let mut candidates: Vec<&str> = candidates
            .flat_map(|definition| {
                let readers = definition.readers.iter().map(String::as_str);
                let readers = readers.filter(|_| has_readers);
                definition.names(kind).into_iter().chain(readers)
            })
            .collect();
        let mut seen = BTreeSet::new();
        candidates.retain(|candidate| seen.insert(*candidate));
        let suggestion = suggestion(definitions, &name, &candidates);
        self.unknown.push(UnknownName {
            suggestion,
            known: candidates.into_iter().map(str::to_owned).collect(),
            kind,
            name,
            user,
        });
    }
}

/// Returns the most similar name. A function that a placeholder names is suggested with the state
/// that calls it, because the placeholder is hard to write in YAML.
fn suggestion(definitions: &[NamedDefinition], name: &str, candidates: &[&str]) -> Option<String> {
    let words: BTreeMap<&str, &str> = candidates
        .iter()
        .map(|candidate| {
            let word = placeholder::whole(candidate).map(placeholder::resource_name);
            (word.unwrap_or(candidate), *candidate)
        })
        .collect();
    let word = placeholder::whole(name).map_or(name, placeholder::resource_name);
    let found = words.get(nearest(word, words.keys().copied())?)?;
    let mut callers = definitions.iter();
    let caller = callers.find_map(|definition| definition.caller(found));
    Some(
        match caller.filter(|_| placeholder::whole(found).is_some()) {
            Some(caller) => format!("`{caller}`, which calls `{found}`"),
            None => format!("`{found}`"),
        },
    )
}

/// The names in the settings: each with what it means and where it is.
fn settings_names(settings: &Settings) -> Vec<(NameKind, String, NameUser)> {
    let mut names = Vec::new();
    for property in &settings.properties {
        for pattern in property.formula.patterns() {
            if let Some(target) = pattern.target()
                && let Some(kind) = NameKind::of_target(pattern.action())
            {
                let user = NameUser::Property(property.name.clone());
                names.push((kind, target.to_owned(), user));
            }
        }
    }
    for pair in &settings.compensations {
        for name in [&pair.undo, &pair.of] {
            names.push((NameKind::Task, name.clone(), NameUser::Compensation));
        }
    }
    for task in &settings.tasks {
        let user = NameUser::Task(task.machine.clone());
        names.push((NameKind::Task, task.target.clone(), user));
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

impl Settings {
    /// Returns whether properties, compensations or settings of tasks name something.
    pub fn has_names(&self) -> bool {
        !settings_names(self).is_empty()
    }
}

/// A definition with the names of its tasks, states and variables.
#[derive(Debug)]
struct NamedDefinition {
    name: String,
    /// The definition as JSON.
    text: String,
    states: Vec<String>,
    /// The states that call a task, with the names of the task.
    tasks: Vec<(String, TaskNames)>,
    /// The Maps with an `ItemReader`, whose settings are those of a task.
    readers: Vec<String>,
    variables: Vec<String>,
    /// A state that computes the target of its call.
    computed_target: Option<String>,
}

impl NamedDefinition {
    fn of(name: &str, program: &Program, text: String) -> Self {
        let states = program.states().iter().zip(TaskNames::of_program(program));
        let tasks: Vec<(String, TaskNames)> = states
            .filter_map(|(state, names)| Some((state.name.to_string(), names?)))
            .collect();
        let mut states = program.states().iter();
        let computed_target = states.find(|state| match &state.kind {
            Kind::Task(task) => {
                let resource = &task.resource;
                resource.target_key().is_some() && state.io.target(resource).is_none()
            }
            _ => false,
        });
        Self {
            name: name.to_owned(),
            text,
            states: program
                .states()
                .iter()
                .map(|state| state.name.to_string())
                .collect(),
            tasks,
            readers: program
                .states()
                .iter()
                .filter(|state| state.has_item_reader())
                .map(|state| state.name.to_string())
                .collect(),
            variables: program.variables.iter().map(str::to_owned).collect(),
            computed_target: computed_target.map(|state| state.name.to_string()),
        }
    }

    fn has(&self, kind: NameKind, name: &str) -> bool {
        match kind {
            NameKind::Task => {
                let mut tasks = self.tasks.iter();
                tasks.any(|(state, names)| state == name || names.contain(name))
            }
            NameKind::State | NameKind::Variable | NameKind::Status => {
                self.names(kind).contains(&name)
            }
        }
    }

    /// Returns the names that a message suggests or lists.
    fn names(&self, kind: NameKind) -> Vec<&str> {
        match kind {
            NameKind::Task => {
                let states = self.tasks.iter().map(|(state, _)| state.as_str());
                let names = self.tasks.iter();
                let names =
                    names.flat_map(|(_, names)| names.function().into_iter().chain(names.action()));
                states.chain(names).collect()
            }
            NameKind::State => self.states.iter().map(String::as_str).collect(),
            NameKind::Variable => self.variables.iter().map(String::as_str).collect(),
            NameKind::Status => END_STATUSES.to_vec(),
        }
    }

    /// Returns the state that calls a function.
    fn caller(&self, function: &str) -> Option<&str> {
        let mut tasks = self.tasks.iter();
        let (state, _) = tasks.find(|(_, names)| names.function() == Some(function))?;
        Some(state)
    }
}
