//! The properties that all states share.

use std::fmt;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json::{Document, Json};
use crate::substitution::is_substitution;
use crate::value_path::ValuePath;

use super::json_text::json_text;
use super::structure::{Field, ParseContext, Structure};
use super::{
    Choice, Fail, Map, OtherMembers, Parallel, Pass, QueryLanguage, Schema, Succeed, Task, Wait,
    Word,
};

macro_rules! states {
    ($( $(#[$meta:meta])* $name:ident: $as:ident, $as_mut:ident; )*) => {
        /// A state. Create one with `State::from(Task { .. })`.
        #[derive(Debug, Clone, PartialEq)]
        pub enum State {
            $( $(#[$meta])* $name(Box<$name>), )*
        }

        /// The type of a state, which is the value of `Type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StateKind {
            $( $(#[$meta])* $name, )*
        }

        impl StateKind {
            /// All types.
            pub const ALL: &'static [StateKind] = &[$(StateKind::$name),*];

            /// The type's name in ASL.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( StateKind::$name => stringify!($name), )*
                }
            }

            /// The type with exactly this name.
            pub fn from_word(word: &str) -> Option<StateKind> {
                StateKind::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }

            /// The fields of a state of this type.
            pub fn schema(self) -> &'static Schema {
                match self {
                    $( StateKind::$name => $name::schema(), )*
                }
            }

            fn read(self, json: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) -> Option<State> {
                Some(match self {
                    $( StateKind::$name => State::$name(Field::read(json, at, reading)?), )*
                })
            }
        }

        impl State {
            /// The state's type.
            pub fn kind(&self) -> StateKind {
                match self {
                    $( State::$name(_) => StateKind::$name, )*
                }
            }

            $(
                #[doc = concat!("The state, when it is a ", stringify!($name), ".")]
                pub fn $as(&self) -> Option<&$name> {
                    match self {
                        State::$name(state) => Some(state),
                        _ => None,
                    }
                }

                #[doc = concat!("The state to be changed, when it is a ", stringify!($name), ".")]
                pub fn $as_mut(&mut self) -> Option<&mut $name> {
                    match self {
                        State::$name(state) => Some(state),
                        _ => None,
                    }
                }
            )*

            /// The state's comment.
            pub fn comment(&self) -> Option<&str> {
                match self {
                    $( State::$name(state) => state.comment.as_deref(), )*
                }
            }

            /// Sets the comment.
            pub fn set_comment(&mut self, comment: Option<String>) {
                match self {
                    $( State::$name(state) => state.comment = comment, )*
                }
            }

            /// The state's own query language.
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

            /// Members that are not fields of ASL.
            pub fn other(&self) -> &OtherMembers {
                match self {
                    $( State::$name(state) => &state.other, )*
                }
            }

            /// The mutable form of [`State::other`].
            pub fn other_mut(&mut self) -> &mut OtherMembers {
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

// In the order of AWS's messages.
states! {
    /// Does work.
    Task: as_task, as_task_mut;
    /// Waits.
    Wait: as_wait, as_wait_mut;
    /// Passes its input on, or replaces it.
    Pass: as_pass, as_pass_mut;
    /// Ends with success.
    Succeed: as_succeed, as_succeed_mut;
    /// Ends with failure.
    Fail: as_fail, as_fail_mut;
    /// Continues depending on the data.
    Choice: as_choice, as_choice_mut;
    /// Runs branches concurrently.
    Parallel: as_parallel, as_parallel_mut;
    /// Runs the same states for each item.
    Map: as_map, as_map_mut;
}

impl State {
    /// Parses one state from JSON text, as TestState accepts it.
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`](super::StateMachine::from_json).
    pub fn from_json(text: &str) -> Result<State, Diagnostics> {
        State::from_document(&Document::parse(text)?)
    }

    /// Reads one state from a parsed document.
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`](super::StateMachine::from_json).
    pub fn from_document(document: &Document) -> Result<State, Diagnostics> {
        let mut reading = ParseContext::new(document);
        for duplicate in document.duplicates() {
            reading.push(Diagnostic::duplicate(duplicate));
        }
        let state = State::read(document.json(), &ValuePath::ROOT, &mut reading);
        reading.finish(state.unwrap_or_else(|| Pass::default().into()))
    }

    /// Reads one state from a JSON value, for example a part of another document.
    ///
    /// ```
    /// use stepwright_asl::json;
    /// use stepwright_asl::model::State;
    ///
    /// let state = State::from_value(&json!({"Type": "Wait", "Seconds": 5, "Next": "Charge"}))?;
    /// assert_eq!(state.next(), Some("Charge"));
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`StateMachine::from_json`](super::StateMachine::from_json); lines and columns are
    /// those of the value's compact text.
    pub fn from_value(json: &Json) -> Result<State, Diagnostics> {
        State::from_json(&json.to_string())
    }

    /// The state as a JSON value.
    pub fn to_value(&self) -> Json {
        self.write()
    }

    /// The state as compact JSON text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The state as JSON text, indented by two blanks for each level.
    pub fn to_json_pretty(&self) -> String {
        self.to_value().to_pretty()
    }

    pub(super) fn read(
        json: &Json,
        at: &ValuePath<'_>,
        reading: &mut ParseContext<'_>,
    ) -> Option<State> {
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
                format!("the fields of a state are unknown until its type `{open}` is filled in");
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
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

json_text!(State);
