//! The actions of a user, as values that the page sends.

use serde::{Deserialize, Serialize};
use stepwright_asl::json::escape;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::placeholder;
use stepwright_asl::template::{NameMeaning, name_meaning};
use stepwright_editor::{
    Definition, Document, EditorDiagnostic, Operation, TextEdit, Wrapper, state_machine_placeholder,
};

use crate::edit::action_error::ActionError;
use crate::edit::clipboard::CopiedStates;
use crate::edit::field_input::{FieldKind, named_field, value_of};
use crate::edit::performed::{NewFile, Performed, edits, in_body, of, of_round};
use crate::edit::rounds::Rounds;
use crate::edit::shown_text::{ShownEdit, ShownText};
use crate::edit::state_group;
use crate::palette::{self, Fragment};

/// An action of a user. `definition` is the index of a definition in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Action {
    /// An operation of the editor.
    Edit {
        /// The definition.
        definition: usize,
        /// The operation.
        operation: Operation,
    },
    /// Typing in the text.
    Type {
        /// The changes of the shown text.
        edits: Vec<ShownEdit>,
        /// Whether the previous typing belongs to the same step.
        #[serde(default)]
        joins: bool,
    },
    /// Inserts an item of the palette at a transition.
    Insert {
        /// The definition.
        definition: usize,
        /// Pointer to the name of the target, as for [`Operation::AddState`].
        transition: String,
        /// The id of the item.
        item: String,
    },
    /// Inserts states of the clipboard at a transition.
    Paste {
        /// The definition.
        definition: usize,
        /// Pointer to the name of the target, as for [`Operation::AddState`].
        transition: String,
        /// The states: a definition, one state, or an object of states by their names.
        text: String,
    },
    /// Adds a copy of a state, to which a transition leads.
    Duplicate {
        /// The definition.
        definition: usize,
        /// Pointer to the state.
        state: String,
    },
    /// Removes states. All states of a state machine leave an empty one.
    Remove {
        /// The definition.
        definition: usize,
        /// Pointers to the states.
        states: Vec<String>,
        /// The name of the state to which the transitions to a removed one lead, if several follow
        /// it.
        #[serde(default)]
        successor: Option<String>,
    },
    /// Moves states to a transition, one after the other.
    Move {
        /// The definition.
        definition: usize,
        /// Pointers to the states.
        states: Vec<String>,
        /// Pointer to the name of the target, as for [`Operation::RerouteState`].
        transition: String,
    },
    /// Moves states into a new Parallel or Map.
    Wrap {
        /// The definition.
        definition: usize,
        /// Pointers to the states.
        states: Vec<String>,
        /// The type of the new state.
        wrapper: Wrapper,
    },
    /// Moves states to a new state machine in another file.
    Extract {
        /// The definition.
        definition: usize,
        /// Pointers to the states.
        states: Vec<String>,
    },
    /// Makes a fix of a problem.
    Fix {
        /// The definition.
        definition: usize,
        /// Pointer to the node with the problem.
        pointer: String,
        /// The title of the fix.
        title: String,
    },
    /// Sets a field to what a user typed into a form. An empty text removes the field.
    Set {
        /// The definition.
        definition: usize,
        /// Pointer to the field.
        field: String,
        /// How the text is read.
        kind: FieldKind,
        /// The text.
        input: String,
    },
    /// Undoes the last step.
    Undo,
    /// Repeats the last undone step.
    Redo,
}

/// Performs an action other than undo and redo. `diagnostics` are those of the document.
pub(crate) fn perform(
    document: &Document,
    action: &Action,
    diagnostics: &[EditorDiagnostic],
) -> Result<Performed, ActionError> {
    match action {
        Action::Undo | Action::Redo => Ok(Performed::default()),
        Action::Type { edits, .. } => {
            let edits = ShownText::of(document.text()).edits(edits);
            let edits = edits.ok_or_else(|| ActionError::new("the edits overlap"))?;
            Ok(of_round(edits))
        }
        Action::Edit {
            definition,
            operation,
        } => {
            let edits = edits(document, *definition, operation)?;
            let select = match operation {
                Operation::RenameState { state, name } => vec![sibling(state, name)],
                Operation::UnwrapState { state } => inner_states(document, *definition, state),
                _ => Vec::new(),
            };
            Ok(Performed {
                select,
                ..of_round(edits)
            })
        }
        Action::Insert {
            definition,
            transition,
            item,
        } => {
            let unknown = || match &**item {
                "" => ActionError::new("the palette has no item with these words"),
                item => ActionError::new(format!("the palette has no item `{item}`")),
            };
            insert(
                document,
                *definition,
                transition,
                QueryLanguage::Jsonata,
                |place| palette::fragment(item, place).ok_or_else(unknown),
            )
        }
        Action::Paste {
            definition,
            transition,
            text,
        } => {
            let states = CopiedStates::read(text)?;
            let language = states.language();
            let mut names: Vec<String> = Vec::new();
            let mut done = insert(document, *definition, transition, language, |place| {
                let fragment = states.fragment(place)?;
                names.extend(fragment.names().map(str::to_owned));
                Ok(fragment)
            })?;
            let pasted = names.iter().map(|name| sibling(&done.select[0], name));
            done.select = pasted.collect();
            Ok(done)
        }
        Action::Duplicate { definition, state } => duplicate(document, *definition, state),
        Action::Remove {
            definition,
            states,
            successor,
        } => state_group::remove(document, *definition, states, successor.as_deref()),
        Action::Move {
            definition,
            states,
            transition,
        } => state_group::move_to(document, *definition, states, transition),
        Action::Wrap {
            definition,
            states,
            wrapper,
        } => {
            let first = states.first().map_or("", String::as_str);
            let name = match wrapper {
                Wrapper::Parallel => "Parallel",
                Wrapper::Map => "Map",
            };
            let name = of(document, *definition)?.free_state_name(name);
            let operation = Operation::WrapStates {
                states: states.clone(),
                name: name.clone(),
                wrapper: *wrapper,
            };
            Ok(Performed {
                select: vec![sibling(first, &name)],
                ..of_round(edits(document, *definition, &operation)?)
            })
        }
        Action::Extract { definition, states } => extract(document, *definition, states),
        Action::Fix {
            definition,
            pointer,
            title,
        } => {
            let fixes = diagnostics.iter().filter(|diagnostic| {
                diagnostic.definition == Some(*definition) && diagnostic.pointer == *pointer
            });
            let mut fixes = fixes.flat_map(|diagnostic| &diagnostic.fixes);
            let fix = fixes.find(|fix| fix.title == *title);
            let fix = fix.ok_or_else(|| ActionError::new("this problem has been solved"))?;
            Ok(of_round(document.fix_edits(*definition, fix)?))
        }
        Action::Set {
            definition,
            field,
            kind,
            input,
        } => {
            let json = of(document, *definition)?.json();
            let value = value_of(*kind, input)
                .map_err(|reason| ActionError::new(format!("{}: {reason}", named_field(field))))?;
            let operation = match value {
                Some(value) if json.pointer(field) == Some(&value) => {
                    return Ok(Performed::default());
                }
                Some(value) => Operation::SetField {
                    field: field.clone(),
                    value,
                },
                None if json.pointer(field).is_none() => return Ok(Performed::default()),
                None => Operation::RemoveField {
                    field: field.clone(),
                },
            };
            Ok(of_round(edits(document, *definition, &operation)?))
        }
    }
}

/// The pointer to a state of the same body.
fn sibling(state: &str, name: &str) -> String {
    let body = state.rsplit_once('/').map_or("", |(body, _)| body);
    format!("{body}/{}", escape(name))
}

/// The pointers that the states inside a state have after it is replaced by them.
fn inner_states(document: &Document, definition: usize, state: &str) -> Vec<String> {
    let Some(found) = document.definitions().get(definition) else {
        return Vec::new();
    };
    let graph = found.graph();
    let bodies = graph
        .state_at(state)
        .map(|state| &graph.states()[state].inner);
    let bodies = bodies.into_iter().flatten();
    let states = bodies.flat_map(|body| &graph.containers()[*body].states);
    states
        .map(|inner| sibling(state, graph.states()[*inner].name))
        .collect()
}

fn insert(
    document: &Document,
    definition: usize,
    transition: &str,
    language: QueryLanguage,
    fragment: impl FnOnce(&palette::InsertionPlace<'_>) -> Result<Fragment, ActionError>,
) -> Result<Performed, ActionError> {
    let mut rounds = Rounds::new();
    let mut document = document.clone();
    // A file without text becomes a definition first.
    if document.text().trim().is_empty() {
        let is_yaml = [".yaml", ".yml"]
            .iter()
            .any(|ending| document.name().ends_with(ending));
        let language = language.as_ref();
        let skeleton = if is_yaml {
            format!("QueryLanguage: {language}\n")
        } else {
            format!("{{\n  \"QueryLanguage\": \"{language}\"\n}}\n")
        };
        let round = vec![TextEdit::replace(0..document.text().len(), &*skeleton)];
        document = document.with_text(&skeleton, 0);
        rounds.push(round);
    }
    let target = of(&document, definition)?;
    let place = palette::InsertionPlace::of(target, transition);
    let fragment = fragment(&place)?;
    let start = fragment.start().to_owned();
    let select = vec![in_body(target, transition, &start)];
    let operation = match fragment.only() {
        Some((name, state)) => Operation::AddState {
            transition: transition.to_owned(),
            name: name.to_owned(),
            state: state.clone(),
        },
        None => Operation::AddFragment {
            transition: transition.to_owned(),
            fragment: fragment.to_json(),
        },
    };
    rounds.push(edits(&document, definition, &operation)?);
    Ok(Performed {
        rounds,
        select,
        extracted: None,
    })
}

fn duplicate(
    document: &Document,
    definition: usize,
    state: &str,
) -> Result<Performed, ActionError> {
    let found = of(document, definition)?;
    let graph = found.graph();
    let original = graph
        .state_at(state)
        .ok_or_else(|| ActionError::new(format!("there is no state at `{state}`")))?;
    let name = found.free_state_name(graph.states()[original].name);
    let operation = Operation::DuplicateState {
        state: state.to_owned(),
        name: name.clone(),
        connects: true,
    };
    Ok(Performed {
        select: vec![sibling(state, &name)],
        ..of_round(edits(document, definition, &operation)?)
    })
}

fn extract(
    document: &Document,
    definition: usize,
    states: &[String],
) -> Result<Performed, ActionError> {
    let found = of(document, definition)?;
    let graph = found.graph();
    let first = states.first().and_then(|state| graph.state_at(state));
    let first = first.ok_or_else(|| ActionError::new("select the states first"))?;
    let first = graph.states()[first].name;
    let name = found.free_state_name(&format!("Run {first}"));
    let state_machine = state_machine_placeholder(first);
    let operation = Operation::ExtractStates {
        states: states.to_vec(),
        name: name.clone(),
        state_machine: state_machine.clone(),
    };
    let extraction = document.extraction(definition, &operation)?;
    let words = first.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let ending = match document.name().rsplit_once('.') {
        Some((_, ending @ ("yaml" | "yml" | "jsonc" | "json5"))) => ending,
        _ => "json",
    };
    let file = format!("{}.asl.{ending}", words.join("-"));
    let needs = extraction.substitutions.iter();
    let needs: Vec<String> = needs
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut needs = needs.join(", ");
    if let Some(caller) = caller_needs(document, found, &state_machine) {
        if !needs.is_empty() {
            needs.push_str("; ");
        }
        needs.push_str(&caller);
    }
    let new_file = NewFile {
        name: file,
        text: extraction.definition,
        needs,
    };
    Ok(Performed {
        select: vec![sibling(&states[0], &name)],
        extracted: Some(new_file),
        ..of_round(extraction.edits)
    })
}

/// The key that `DefinitionSubstitutions` of a template lacks for the call of a new state machine:
/// `in Orders, ChargeStateMachineArn: the ARN of the new state machine`.
fn caller_needs(document: &Document, caller: &Definition, placeholder: &str) -> Option<String> {
    let machine = caller.name()?;
    let name = placeholder::whole(placeholder)?;
    let resources = document.file().json().get("Resources")?;
    resources.get(machine)?;
    let is_missing = name_meaning(document.file(), machine, name) == NameMeaning::Unknown;
    is_missing.then(|| format!("in {machine}, {name}: the ARN of the new state machine"))
}
