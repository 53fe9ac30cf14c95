//! Input and output processing of a state: evaluates its fields from InputPath to Output.

use super::cursor::Cursor;
use super::inspection::InspectionStage;
use super::step::Exit;
use super::step_loop::Execution;
use crate::program::{Io, JsonPathIo, JsonataIo, ResultPath, Selection, State, StateIx};
use crate::query::{Assignments, Expr, QueryError};
use crate::value::Value;
use crate::wait_id::CursorId;

type QueryResult<T> = Result<T, QueryError>;

/// Evaluates the fields of a state in the order of docs/reference/service-behaviour.md
/// ("Input and output", "JSONata fields").
impl Execution {
    /// Evaluates InputPath. In JSONata, the effective input is the input.
    pub(super) fn effective_input(&self, cursor: &Cursor, state: &State) -> QueryResult<Value> {
        let mut selected = None;
        self.effective(cursor, state, &mut selected).cloned()
    }

    /// Evaluates InputPath like [`effective_input`](Self::effective_input), without a copy of the
    /// whole input. A part of the input is put into `selected`.
    #[inline]
    pub(super) fn effective<'a>(
        &self,
        cursor: &'a Cursor,
        state: &State,
        selected: &'a mut Option<Value>,
    ) -> QueryResult<&'a Value> {
        let Io::JsonPath(io) = &state.io else {
            return Ok(&cursor.input);
        };
        let effective = match &io.input_path {
            Selection::Whole => &cursor.input,
            path => selected.insert(self.select(path, cursor, &cursor.input)?),
        };
        self.inspect_value(InspectionStage::InputPath, effective);
        Ok(effective)
    }

    /// Evaluates InputPath, then Parameters with the effective input, or Arguments.
    pub(super) fn parameters(&self, cursor: &Cursor, state: &State) -> QueryResult<Value> {
        let mut selected = None;
        let effective = self.effective(cursor, state, &mut selected)?;
        let template = match &state.io {
            Io::JsonPath(io) => io.parameters.as_ref(),
            Io::Jsonata(io) => io.arguments.as_ref(),
        };
        let Some(template) = template else {
            self.inspect_value(InspectionStage::Parameters, effective);
            return Ok(effective.clone());
        };
        let parameters = self.evaluate(template, cursor, effective)?;
        self.inspect_value(InspectionStage::Parameters, &parameters);
        Ok(parameters)
    }

    /// Evaluates an expression with `input`: the effective input in JSONPath, the state's input in
    /// JSONata.
    pub(super) fn evaluate(
        &self,
        expr: &Expr,
        cursor: &Cursor,
        input: &Value,
    ) -> QueryResult<Value> {
        let context = self.context(cursor);
        expr.eval(&self.scope(cursor, &context, input))
    }

    /// Returns the exit of a state with a result: ResultSelector, Assign, ResultPath, OutputPath;
    /// or Assign and Output.
    pub(super) fn exit_with_result(
        &mut self,
        id: CursorId,
        state: &State,
        result: Value,
    ) -> QueryResult<Exit> {
        self.inspect_value(InspectionStage::Result, &result);
        match &state.io {
            Io::JsonPath(io) => {
                let selected = match &io.result_selector {
                    Some(selector) => self.evaluate(selector, self.cursor(id)?, &result)?,
                    None => result,
                };
                self.exit_with_selected(id, state, io, selected)
            }
            Io::Jsonata(io) => self.exit_jsonata(self.cursor(id)?, io, Some(result), state.next),
        }
    }

    /// Applies Assign, ResultPath and OutputPath of a JSONPath state to the result of its
    /// ResultSelector.
    pub(super) fn exit_with_selected(
        &mut self,
        id: CursorId,
        state: &State,
        io: &JsonPathIo,
        selected: Value,
    ) -> QueryResult<Exit> {
        self.inspect_value(InspectionStage::ResultSelector, &selected);
        let assigned = self.assign(&io.assign, self.cursor(id)?, &selected)?;
        let combined = match &io.result_path {
            ResultPath::Replace => selected,
            path => path.apply(|| self.raw_input(id, state), selected)?,
        };
        self.inspect_value(InspectionStage::ResultPath, &combined);
        Ok(Exit {
            output: Some(match &io.output_path {
                Selection::Whole => combined,
                path => self.select(path, self.cursor(id)?, &combined)?,
            }),
            assigned,
            next: state.next,
        })
    }

    /// Returns the state's input, which becomes its output. Takes it out of the cursor, so that it
    /// is changed in place, if nothing can read it again: no retrier, catcher, redrive or test of
    /// the state.
    fn raw_input(&mut self, id: CursorId, state: &State) -> QueryResult<Value> {
        let is_spent = state.retry.is_empty()
            && state.catch.is_empty()
            && !self.is_redrivable
            && !self.is_inspected();
        match self.cursors.get_mut(id) {
            Some(cursor) if is_spent => Ok(std::mem::take(&mut cursor.input)),
            _ => Ok(self.cursor(id)?.input.clone()),
        }
    }

    /// Returns the exit of a state that forwards its effective input: Assign, then OutputPath; or
    /// Assign and Output. `selected` is the effective input, unless that is the input.
    pub(super) fn exit_forwarding(
        &self,
        cursor: &Cursor,
        state: &State,
        selected: Option<Value>,
        next: Option<StateIx>,
    ) -> QueryResult<Exit> {
        let io = match &state.io {
            Io::JsonPath(io) => io,
            Io::Jsonata(io) => return self.exit_jsonata(cursor, io, None, next),
        };
        let effective = selected.as_ref().unwrap_or(&cursor.input);
        Ok(Exit {
            assigned: self.assign(&io.assign, cursor, effective)?,
            output: match &io.output_path {
                Selection::Whole => selected,
                path => Some(self.select(path, cursor, effective)?),
            },
            next,
        })
    }

    fn exit_jsonata(
        &self,
        cursor: &Cursor,
        io: &JsonataIo,
        result: Option<Value>,
        next: Option<StateIx>,
    ) -> QueryResult<Exit> {
        let context = self.context(cursor);
        let mut scope = self.scope(cursor, &context, &cursor.input);
        scope.result = result.as_ref();
        let assigned = io.assign.eval(&scope)?;
        let output = match &io.output {
            Some(output) => Some(output.eval(&scope)?),
            None => result,
        };
        Ok(Exit {
            output,
            assigned,
            next,
        })
    }

    #[inline]
    pub(super) fn assign(
        &self,
        assign: &Assignments,
        cursor: &Cursor,
        input: &Value,
    ) -> QueryResult<Vec<(crate::query::VariableIx, Value)>> {
        if assign.is_empty() {
            return Ok(Vec::new());
        }
        let context = self.context(cursor);
        assign.eval(&self.scope(cursor, &context, input))
    }

    #[inline]
    pub(super) fn select(
        &self,
        selection: &Selection,
        cursor: &Cursor,
        input: &Value,
    ) -> QueryResult<Value> {
        match selection {
            Selection::Whole => Ok(input.clone()),
            Selection::Nothing => Ok(Value::empty_object()),
            Selection::Path(path) => self.evaluate(path, cursor, input),
        }
    }
}
