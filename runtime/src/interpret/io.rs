use super::cursor::Cursor;
use super::execution::Execution;
use super::inspection::Stage;
use super::step::Exit;
use crate::program::{Io, JsonPathIo, JsonataIo, ResultPath, Selection, State, StateIx};
use crate::query::{Assignments, Expr, QueryError, ReferencePath};
use crate::value::Value;

type Evaluated<T> = Result<T, QueryError>;

/// The order in which a state's fields are evaluated (SERVICE_FACTS 1).
impl Execution {
    /// InputPath; in JSONata the input itself.
    pub(super) fn effective_input(&self, cursor: &Cursor, state: &State) -> Evaluated<Value> {
        match &state.io {
            Io::JsonPath(io) => {
                let effective = self.select(&io.input_path, cursor, &cursor.input)?;
                self.saw(Stage::InputPath, &effective);
                Ok(effective)
            }
            Io::Jsonata(_) => Ok(cursor.input.clone()),
        }
    }

    /// Parameters over the effective input, or Arguments.
    pub(super) fn parameters(
        &self,
        cursor: &Cursor,
        state: &State,
        effective: Value,
    ) -> Evaluated<Value> {
        let template = match &state.io {
            Io::JsonPath(io) => io.parameters.as_ref(),
            Io::Jsonata(io) => io.arguments.as_ref(),
        };
        let parameters = match template {
            Some(template) => self.evaluate(template, cursor, &effective)?,
            None => effective,
        };
        self.saw(Stage::Parameters, &parameters);
        Ok(parameters)
    }

    /// An expression over `input`: the effective input in JSONPath, the state's in JSONata.
    pub(super) fn evaluate(&self, expr: &Expr, cursor: &Cursor, input: &Value) -> Evaluated<Value> {
        let context = self.context(cursor);
        expr.eval(&self.scope(cursor, &context, input))
    }

    /// Leaves a state that did work: ResultSelector, Assign, ResultPath, OutputPath; or Assign and Output.
    pub(super) fn exit_with_result(
        &self,
        cursor: &Cursor,
        state: &State,
        result: Value,
    ) -> Evaluated<Exit> {
        self.saw(Stage::Result, &result);
        match &state.io {
            Io::JsonPath(io) => {
                let selected = match &io.result_selector {
                    Some(selector) => self.evaluate(selector, cursor, &result)?,
                    None => result,
                };
                self.exit_with_selected(cursor, io, selected, state.next)
            }
            Io::Jsonata(io) => self.exit_jsonata(cursor, io, Some(result), state.next),
        }
    }

    /// Assign, ResultPath and OutputPath of a JSONPath state whose effective result is there.
    pub(super) fn exit_with_selected(
        &self,
        cursor: &Cursor,
        io: &JsonPathIo,
        selected: Value,
        next: Option<StateIx>,
    ) -> Evaluated<Exit> {
        self.saw(Stage::ResultSelector, &selected);
        let assigned = self.assign(&io.assign, cursor, &selected)?;
        let placed = place(&io.result_path, &cursor.input, selected)?;
        self.saw(Stage::ResultPath, &placed);
        Ok(Exit {
            output: self.select(&io.output_path, cursor, &placed)?,
            assigned,
            next,
        })
    }

    /// Leaves a state that only forwards its effective input: Assign, then OutputPath; or Assign and Output.
    pub(super) fn exit_forwarding(
        &self,
        cursor: &Cursor,
        state: &State,
        effective: Value,
        next: Option<StateIx>,
    ) -> Evaluated<Exit> {
        match &state.io {
            Io::JsonPath(io) => Ok(Exit {
                assigned: self.assign(&io.assign, cursor, &effective)?,
                output: self.select(&io.output_path, cursor, &effective)?,
                next,
            }),
            Io::Jsonata(io) => self.exit_jsonata(cursor, io, None, next),
        }
    }

    fn exit_jsonata(
        &self,
        cursor: &Cursor,
        io: &JsonataIo,
        result: Option<Value>,
        next: Option<StateIx>,
    ) -> Evaluated<Exit> {
        let context = self.context(cursor);
        let mut scope = self.scope(cursor, &context, &cursor.input);
        scope.result = result.as_ref();
        let assigned = io.assign.eval(&scope)?;
        let output = match &io.output {
            Some(output) => output.eval(&scope)?,
            None => result.unwrap_or_else(|| cursor.input.clone()),
        };
        Ok(Exit {
            output,
            assigned,
            next,
        })
    }

    pub(super) fn assign(
        &self,
        assign: &Assignments,
        cursor: &Cursor,
        input: &Value,
    ) -> Evaluated<Vec<(crate::query::VariableIx, Value)>> {
        if assign.is_empty() {
            return Ok(Vec::new());
        }
        let context = self.context(cursor);
        assign.eval(&self.scope(cursor, &context, input))
    }

    pub(super) fn select(
        &self,
        selection: &Selection,
        cursor: &Cursor,
        input: &Value,
    ) -> Evaluated<Value> {
        match selection {
            Selection::Whole => Ok(input.clone()),
            Selection::Nothing => Ok(Value::empty_object()),
            Selection::Path(path) => self.evaluate(path, cursor, input),
        }
    }
}

/// ResultPath: puts a result into the raw input.
pub(super) fn place(path: &ResultPath, raw: &Value, result: Value) -> Evaluated<Value> {
    match path {
        ResultPath::Replace => Ok(result),
        ResultPath::Discard => Ok(raw.clone()),
        ResultPath::Put(path) => put(path, raw, result),
    }
}

fn put(path: &ReferencePath, raw: &Value, result: Value) -> Evaluated<Value> {
    let mut output = raw.clone();
    path.put(&mut output, result)?;
    Ok(output)
}
