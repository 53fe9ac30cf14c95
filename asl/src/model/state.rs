//! What all states have in common.

use std::fmt;

use indexmap::IndexMap;

use crate::finding::{Finding, Findings};
use crate::json::{Document, Json};
use crate::place::Place;
use crate::substitution::is_substitution;

use super::structure::{Field, Reading, Structure};
use super::{
    Catcher, Choice, Fail, Map, Other, Parallel, Pass, PathField, QueryLanguage, Retrier, Schema,
    Succeed, Task, Wait, Word,
};

macro_rules! states {
    ($( $(#[$meta:meta])* $name:ident, )*) => {
        /// A state. `State::from(Task { .. })` makes one.
        #[derive(Debug, Clone, PartialEq)]
        pub enum State {
            $( $(#[$meta])* $name(Box<$name>), )*
        }

        /// The type of a state: the value of its field `Type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StateKind {
            $( $(#[$meta])* $name, )*
        }

        impl StateKind {
            /// All types.
            pub const ALL: &'static [StateKind] = &[$(StateKind::$name),*];

            /// The word of ASL.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( StateKind::$name => stringify!($name), )*
                }
            }

            /// The type that a word names, which is spelled exactly so.
            pub fn from_word(word: &str) -> Option<StateKind> {
                StateKind::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }

            /// The fields that a state of this type has.
            pub fn schema(self) -> &'static Schema {
                match self {
                    $( StateKind::$name => $name::schema(), )*
                }
            }

            fn read(self, json: &Json, at: &Place<'_>, reading: &mut Reading<'_>) -> Option<State> {
                Some(match self {
                    $( StateKind::$name => State::$name(Field::read(json, at, reading)?), )*
                })
            }
        }

        impl State {
            /// Its type.
            pub fn kind(&self) -> StateKind {
                match self {
                    $( State::$name(_) => StateKind::$name, )*
                }
            }

            /// What it is for.
            pub fn comment(&self) -> Option<&str> {
                match self {
                    $( State::$name(state) => state.comment.as_deref(), )*
                }
            }

            /// Sets what it is for.
            pub fn set_comment(&mut self, comment: Option<String>) {
                match self {
                    $( State::$name(state) => state.comment = comment, )*
                }
            }

            /// The query language that it names itself.
            pub fn query_language(&self) -> Option<&Word<QueryLanguage>> {
                match self {
                    $( State::$name(state) => state.query_language.as_ref(), )*
                }
            }

            /// Sets the query language of this state.
            pub fn set_query_language(&mut self, language: Option<QueryLanguage>) {
                match self {
                    $( State::$name(state) => state.query_language = language.map(Word::Known), )*
                }
            }

            /// Members that are no field of ASL.
            pub fn other(&self) -> &Other {
                match self {
                    $( State::$name(state) => &state.other, )*
                }
            }

            /// The same, to be changed.
            pub fn other_mut(&mut self) -> &mut Other {
                match self {
                    $( State::$name(state) => &mut state.other, )*
                }
            }

            pub(super) fn write(&self) -> Json {
                Json::Object(match self {
                    $( State::$name(state) => Structure::write(state.as_ref()), )*
                })
            }
        }

        $(
            impl From<$name> for State {
                fn from(state: $name) -> State {
                    State::$name(Box::new(state))
                }
            }
        )*
    };
}

// In the order in which AWS's messages list them.
states! {
    /// Does work.
    Task,
    /// Waits.
    Wait,
    /// Passes its input on, or puts something in its place.
    Pass,
    /// Ends with success.
    Succeed,
    /// Ends with failure.
    Fail,
    /// Goes on by what the data is.
    Choice,
    /// Runs branches side by side.
    Parallel,
    /// Runs the same states for each item.
    Map,
}

/// The value of a field in the states that have it, and `None` in the others.
macro_rules! in_states {
    ($this:ident: $($name:ident)|+, $state:ident => $value:expr) => {
        match $this {
            $( State::$name($state) => $value, )+
            _ => None,
        }
    };
}

impl State {
    /// Reads one state from JSON text, as TestState takes it.
    ///
    /// # Errors
    ///
    /// As [`StateMachine::from_json`](super::StateMachine::from_json).
    pub fn from_json(text: &str) -> Result<State, Findings> {
        State::from_document(&Document::parse(text)?)
    }

    /// Reads one state from a text that was read already.
    ///
    /// # Errors
    ///
    /// As [`StateMachine::from_json`](super::StateMachine::from_json).
    pub fn from_document(document: &Document) -> Result<State, Findings> {
        let mut reading = Reading::new(document);
        for duplicate in document.duplicates() {
            reading.push(Finding::duplicate(duplicate));
        }
        let state = State::read(document.json(), &Place::ROOT, &mut reading);
        reading.finish(state.unwrap_or_else(|| Pass::default().into()))
    }

    /// The state as a value.
    pub fn to_value(&self) -> Json {
        self.write()
    }

    pub(super) fn read(json: &Json, at: &Place<'_>, reading: &mut Reading<'_>) -> Option<State> {
        let Some(object) = json.as_object() else {
            reading.wrong_type(json, "an object", at);
            return None;
        };
        let Some(kind) = object.get("Type") else {
            reading.missing("Type", at);
            return None;
        };
        if let Some(open) = kind.as_str().filter(|word| is_substitution(word)) {
            let message =
                format!("nobody knows what a state of the type `{open}` is before it is filled in");
            reading.fault("SW015", message, &at.key("Type"));
            return None;
        }
        match kind.as_str().map(StateKind::from_word) {
            Some(Some(kind)) => kind.read(json, at, reading),
            Some(None) => {
                let words = StateKind::ALL.iter().map(|kind| kind.as_str());
                let message = format!(
                    "Value is not one of: [{}]",
                    words.collect::<Vec<_>>().join(", ")
                );
                reading.fault("SW015", message, &at.key("Type"));
                None
            }
            None => {
                reading.wrong_type(kind, "a string", &at.key("Type"));
                None
            }
        }
    }

    /// The name in `Next`.
    pub fn next(&self) -> Option<&str> {
        in_states!(self: Task | Pass | Wait | Parallel | Map, state => state.next.as_deref())
    }

    /// Whether the execution, branch or iteration ends here with success: `End` is true, or it is a Succeed.
    pub fn is_end(&self) -> bool {
        let end = in_states!(self: Task | Pass | Wait | Parallel | Map, state => state.end);
        end == Some(true) || matches!(self, State::Succeed(_))
    }

    /// Whether nothing follows: [`State::is_end`], or it is a Fail.
    pub fn is_terminal(&self) -> bool {
        self.is_end() || matches!(self, State::Fail(_))
    }

    /// The retriers; empty for the states that have none.
    pub fn retry(&self) -> &[Retrier] {
        match self {
            State::Task(task) => &task.retry,
            State::Parallel(parallel) => &parallel.retry,
            State::Map(map) => &map.retry,
            _ => &[],
        }
    }

    /// The catchers; empty for the states that have none.
    pub fn catch(&self) -> &[Catcher] {
        match self {
            State::Task(task) => &task.catch,
            State::Parallel(parallel) => &parallel.catch,
            State::Map(map) => &map.catch,
            _ => &[],
        }
    }

    /// `InputPath`.
    pub fn input_path(&self) -> Option<&PathField> {
        in_states!(self: Task | Pass | Choice | Wait | Succeed | Parallel | Map, state => state.input_path.as_ref())
    }

    /// `OutputPath`.
    pub fn output_path(&self) -> Option<&PathField> {
        in_states!(self: Task | Pass | Choice | Wait | Succeed | Parallel | Map, state => state.output_path.as_ref())
    }

    /// `ResultPath`.
    pub fn result_path(&self) -> Option<&PathField> {
        in_states!(self: Task | Pass | Parallel | Map, state => state.result_path.as_ref())
    }

    /// `ResultSelector`.
    pub fn result_selector(&self) -> Option<&Json> {
        in_states!(self: Task | Parallel | Map, state => state.result_selector.as_ref())
    }

    /// `Parameters`.
    pub fn parameters(&self) -> Option<&Json> {
        in_states!(self: Task | Pass | Parallel | Map, state => state.parameters.as_ref())
    }

    /// `Arguments`.
    pub fn arguments(&self) -> Option<&Json> {
        in_states!(self: Task | Parallel, state => state.arguments.as_ref())
    }

    /// `Output`.
    pub fn output(&self) -> Option<&Json> {
        in_states!(self: Task | Pass | Choice | Wait | Succeed | Parallel | Map, state => state.output.as_ref())
    }

    /// `Assign`.
    pub fn assign(&self) -> Option<&IndexMap<String, Json>> {
        in_states!(self: Task | Pass | Choice | Wait | Parallel | Map, state => state.assign.as_ref())
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
