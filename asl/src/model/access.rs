//! Access to fields that several state types have.

use indexmap::IndexMap;

use crate::json::Json;

use super::{Branch, Catcher, PathField, Processor, Retrier, State, Word};

/// The value of a field if the state has it, otherwise `None`.
macro_rules! in_states {
    ($this:ident: $($name:ident)|+, $state:ident => $value:expr) => {
        match $this {
            $( State::$name($state) => $value, )+
            _ => None,
        }
    };
}

/// Accessors for a field that some state types have, shared and mutable.
macro_rules! fields {
    ($( $(#[$meta:meta])* $get:ident, $get_mut:ident, $field:ident: $type:ty = $name:literal in $($state:ident)|+; )*) => {
        impl State {
            $(
                #[doc = concat!("`", $name, "`, when it is there.")]
                pub fn $get(&self) -> Option<&$type> {
                    in_states!(self: $($state)|+, state => state.$field.as_ref())
                }

                #[doc = concat!("`", $name, "` to be set, changed or taken out; `None` for the states that have no such field.")]
                pub fn $get_mut(&mut self) -> Option<&mut Option<$type>> {
                    in_states!(self: $($state)|+, state => Some(&mut state.$field))
                }
            )*
        }
    };
}

fields! {
    input_path, input_path_mut, input_path: PathField = "InputPath"
        in Task | Pass | Choice | Wait | Succeed | Parallel | Map;
    output_path, output_path_mut, output_path: PathField = "OutputPath"
        in Task | Pass | Choice | Wait | Succeed | Parallel | Map;
    result_path, result_path_mut, result_path: PathField = "ResultPath" in Task | Pass | Parallel | Map;
    result_selector, result_selector_mut, result_selector: Json = "ResultSelector" in Task | Parallel | Map;
    parameters, parameters_mut, parameters: Json = "Parameters" in Task | Pass | Parallel | Map;
    arguments, arguments_mut, arguments: Json = "Arguments" in Task | Parallel;
    output, output_mut, output: Json = "Output" in Task | Pass | Choice | Wait | Succeed | Parallel | Map;
    assign, assign_mut, assign: IndexMap<String, Json> = "Assign" in Task | Pass | Choice | Wait | Parallel | Map;
    end, end_mut, end: Word<bool> = "End" in Task | Pass | Wait | Parallel | Map;
}

impl State {
    /// The name in `Next`.
    pub fn next(&self) -> Option<&str> {
        in_states!(self: Task | Pass | Wait | Parallel | Map, state => state.next.as_deref())
    }

    /// Returns `Next` mutably, to set or remove it; `None` for states without this field.
    pub fn next_mut(&mut self) -> Option<&mut Option<String>> {
        in_states!(self: Task | Pass | Wait | Parallel | Map, state => Some(&mut state.next))
    }

    /// Whether the execution, branch or iteration ends here successfully: `End` is true, or the
    /// state is a Succeed.
    pub fn is_end(&self) -> bool {
        self.end().is_some_and(|end| *end == true) || matches!(self, State::Succeed(_))
    }

    /// Whether no state follows: [`State::is_end`], or the state is a Fail.
    pub fn is_terminal(&self) -> bool {
        self.is_end() || matches!(self, State::Fail(_))
    }

    /// The retriers; empty for states without this field.
    pub fn retry(&self) -> &[Retrier] {
        in_states!(self: Task | Parallel | Map, state => Some(state.retry.as_slice()))
            .unwrap_or_default()
    }

    /// Returns the retriers mutably; `None` for states without this field. An empty list is not
    /// written, unless it was already empty in the parsed JSON.
    ///
    /// ```
    /// use stepwright_asl::model::State;
    ///
    /// let text = r#"{"Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": true}"#;
    /// let mut state = State::from_json(text)?;
    /// state.retry_mut().expect("a Task has retriers").clear();
    /// assert_eq!(state.to_json(), r#"{"Type":"Task","Resource":"r","End":true}"#);
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn retry_mut(&mut self) -> Option<&mut Vec<Retrier>> {
        in_states!(self: Task | Parallel | Map, state => Some(&mut state.retry))
    }

    /// The catchers; empty for states without this field.
    pub fn catch(&self) -> &[Catcher] {
        in_states!(self: Task | Parallel | Map, state => Some(state.catch.as_slice()))
            .unwrap_or_default()
    }

    /// Returns the catchers mutably; `None` for states without this field.
    pub fn catch_mut(&mut self) -> Option<&mut Vec<Catcher>> {
        in_states!(self: Task | Parallel | Map, state => Some(&mut state.catch))
    }

    /// The branches of a Parallel; empty for other states.
    pub fn branches(&self) -> &[Branch] {
        in_states!(self: Parallel, state => Some(state.branches.as_slice())).unwrap_or_default()
    }

    /// Returns the branches of a Parallel mutably; `None` for other states.
    pub fn branches_mut(&mut self) -> Option<&mut Vec<Branch>> {
        in_states!(self: Parallel, state => Some(&mut state.branches))
    }

    /// The processor of a Map, from `ItemProcessor` or `Iterator`.
    pub fn processor(&self) -> Option<&Processor> {
        in_states!(self: Map, state => state.processor())
    }

    /// Returns the processor of a Map mutably.
    pub fn processor_mut(&mut self) -> Option<&mut Processor> {
        in_states!(self: Map, state => state.processor_mut())
    }
}
