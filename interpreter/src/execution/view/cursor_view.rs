//! The cursors of an execution, for callers that step it one transition at a time.

use smol_str::SmolStr;
use stepwright_asl::jsonata::strip;

use crate::evaluate::EvaluateError;
use crate::execution::cursor::{Cursor, Waiting};
use crate::execution::step_loop::Execution;
use crate::history::ScopeNames as _;
use crate::program::{Io, StateIx};
use crate::query::{Expr, Scope};
use crate::value::Value;
use crate::wait_id::CursorId;

/// One thread of control of an execution: the top level, a branch or an iteration.
#[derive(Clone, Debug)]
pub struct CursorView {
    /// Its id.
    pub id: CursorId,
    /// The state.
    pub state: StateIx,
    /// The name of the state.
    pub name: SmolStr,
    /// The enclosing Map iterations and Parallel branches, outermost first.
    pub scope: Vec<String>,
    /// The raw input of the state.
    pub input: Value,
    /// The variables that have a value.
    pub variables: Vec<(SmolStr, Value)>,
    /// How many times this visit of the state was retried.
    pub retries: u32,
    /// Its progress in the state.
    pub stage: CursorStage,
}

/// The progress of a cursor in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorStage {
    /// It is about to enter the state.
    Entering,
    /// It continues in the state with the next step.
    Continuing,
    /// It waits for an event, or for the reply to a command.
    Waiting,
    /// It waits for the branches or iterations inside of the state.
    Containing,
}

/// A cursor cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Only a cursor that is about to enter a state can be changed.
    #[error("the state has begun; change the input and the variables before a state is entered")]
    StateHasBegun,
    /// The definition has no variable of this name.
    #[error("no state reads or assigns a variable `{0}`; choose another name")]
    UnknownVariable(String),
    /// The value exceeds a limit.
    #[error("the value has too many bytes or levels; choose a smaller one")]
    TooLarge,
}

impl Execution {
    /// Returns the cursor that the next step advances; `None` if every cursor waits.
    pub fn next_cursor(&self) -> Option<CursorId> {
        let is_runnable = |id: &CursorId| {
            let cursor = self.cursors.get(*id);
            cursor.is_some_and(|cursor| cursor.waiting.is_runnable())
        };
        self.current
            .into_iter()
            .chain(self.runnable.iter())
            .find(is_runnable)
    }

    /// Describes a cursor.
    pub fn cursor_view(&self, id: CursorId) -> Option<CursorView> {
        self.cursors.get(id).map(|cursor| self.view(id, cursor))
    }

    /// Describes all cursors, in the order in which they entered their states.
    pub fn cursor_views(&self) -> Vec<CursorView> {
        let mut cursors: Vec<_> = self.cursors.iter().collect();
        cursors.sort_by_key(|(id, cursor)| (cursor.entered, id.index()));
        let views = cursors.into_iter();
        views.map(|(id, cursor)| self.view(id, cursor)).collect()
    }

    fn view(&self, id: CursorId, cursor: &Cursor) -> CursorView {
        let variables = cursor.variables.iter();
        let variables =
            variables.map(|(ix, value)| (self.program.variable_name(ix), value.clone()));
        let scope = self.recorder.scope_path(&self.program, cursor.scope);
        CursorView {
            id,
            state: cursor.state,
            name: self.program.state(cursor.state).name.clone(),
            scope: scope.names(),
            input: cursor.input.clone(),
            variables: variables.collect(),
            retries: cursor.attempt_state.retry_count(),
            stage: match &cursor.waiting {
                Waiting::Enter => CursorStage::Entering,
                Waiting::Children(_) => CursorStage::Containing,
                waiting if waiting.is_runnable() => CursorStage::Continuing,
                // An attempt that waits for the reply to its task is not runnable.
                _ => CursorStage::Waiting,
            },
        }
    }

    /// Replaces the raw input of the state that a cursor is about to enter.
    ///
    /// # Errors
    ///
    /// When the state has begun, and when the input exceeds the limit of payloads.
    pub fn set_input(&mut self, id: CursorId, input: Value) -> Result<(), ChangeError> {
        if !self.is_within_limits(&input) {
            return Err(ChangeError::TooLarge);
        }
        self.entering(id)?.input = input;
        Ok(())
    }

    /// Sets a variable in the scope of a cursor that is about to enter a state.
    ///
    /// # Errors
    ///
    /// When the state has begun, the definition does not name the variable, and when the value
    /// exceeds the limit of variables.
    pub fn set_variable(
        &mut self,
        id: CursorId,
        name: &str,
        value: Value,
    ) -> Result<(), ChangeError> {
        let unknown = || ChangeError::UnknownVariable(name.to_owned());
        let variable = self.program.variables.find(name).ok_or_else(unknown)?;
        if value.json_len() > self.limits.variable_bytes || value.depth() > self.limits.value_depth
        {
            return Err(ChangeError::TooLarge);
        }
        let (most, cursor) = (self.limits.variables_bytes, self.entering(id)?);
        let mut variables = cursor.variables.clone();
        variables.set(variable, value);
        if variables.bytes() > most {
            return Err(ChangeError::TooLarge);
        }
        cursor.variables = variables;
        Ok(())
    }

    fn entering(&mut self, id: CursorId) -> Result<&mut Cursor, ChangeError> {
        match self.cursors.get(id).map(|cursor| &cursor.waiting) {
            Some(Waiting::Enter) => self.cursors.get_mut(id).ok_or(ChangeError::StateHasBegun),
            _ => Err(ChangeError::StateHasBegun),
        }
    }

    /// Evaluates an expression as a field of the cursor's state would be: a JSONata expression,
    /// with or without its `{%` and `%}`, in a JSONata state; a path or a call of an intrinsic
    /// function in a JSONPath state. With the delimiters it is JSONata in every state. `$` and
    /// `$states.input` are the raw input of the state. The execution does not change: random
    /// numbers are not taken from its stream.
    ///
    /// # Errors
    ///
    /// When the cursor has ended, the expression does not parse, or it fails.
    pub fn evaluate_in(&self, id: CursorId, expression: &str) -> Result<Value, EvaluateError> {
        let ended = || EvaluateError::Refused("the scope of this expression has ended".to_owned());
        let cursor = self.cursors.get(id).ok_or_else(ended)?;
        let is_jsonata = matches!(self.program.state(cursor.state).io, Io::Jsonata(_));
        // A variable that the definition does not name has no value.
        let mut names = self.program.variables.clone();
        let expression = expression.trim();
        let compiled = match strip(expression) {
            Some(_) => Expr::jsonata_field(expression, "expression", &mut names)?,
            None if is_jsonata => {
                let text = format!("{{% {expression} %}}");
                Expr::jsonata_field(&text, "expression", &mut names)?
            }
            None => Expr::evaluated(expression, "expression", &mut names)?,
        };
        let (context, entropy) = (self.context(cursor), self.entropy.clone());
        let scope = Scope {
            entropy: &entropy,
            ..self.scope(cursor, &context, &cursor.input)
        };
        Ok(compiled.eval(&scope)?)
    }
}
