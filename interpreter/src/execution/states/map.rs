//! Runs inline Map states, and evaluates the fields that both kinds of Map have.

use crate::execution::cursor::{Cursor, Item, Waiting};
use crate::execution::failure::Failure;
use crate::execution::inspection::InspectionStage;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::history::{Details, EventKind, Payload};
use crate::program::{Io, Items, Map, State};
use crate::query::QueryError;
use crate::value::Value;
use crate::wait_id::CursorId;

impl Execution {
    /// Evaluates the items and starts the first iterations.
    pub(crate) fn map(
        &mut self,
        id: CursorId,
        state: &State,
        map: &Map,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        if let Some(distributed) = &map.distributed {
            return self.distribute(id, state, map, distributed, cx);
        }
        let (items, concurrency) = match self.items_inline(id, state, map) {
            Ok(found) => found,
            Err(error) => return Err(self.map_refused(id, state, &error)),
        };
        let length = Item::count(&items);
        let shown_length = u64::try_from(length).unwrap_or(u64::MAX);
        self.write(
            id,
            EventKind::MapStateStarted,
            Details::Length(shown_length).into(),
        );
        if let Some(progress) = self.mocked_map(id, map, &items, cx) {
            return progress;
        }
        if !self.wait_for_children(id, items, length) {
            return Ok(StateProgress::Wait);
        }
        let at_once = usize::try_from(concurrency)
            .unwrap_or(usize::MAX)
            .min(length);
        for _ in 0..at_once {
            if let Err(failure) = self.start_next(id, map) {
                self.abort_inside(id, cx);
                return Err(failure.inner());
            }
        }
        Ok(StateProgress::Wait)
    }

    /// Starts the next item, if there is one.
    pub(super) fn start_next(&mut self, id: CursorId, map: &Map) -> Result<(), Failure> {
        let Some(cursor) = self.cursors.get_mut(id) else {
            return Ok(());
        };
        let Waiting::Children(children) = &mut cursor.waiting else {
            return Ok(());
        };
        let index = children.next;
        let Some(item) = Item::of_items(&children.items, index) else {
            return Ok(());
        };
        children.next += 1;
        let container = cursor.state;
        let input = match map.item_selector {
            // Without an ItemSelector, the item is the input of the iteration.
            None => item.input(),
            Some(_) => {
                let selected = self.cursor(id);
                let selected = selected.and_then(|cursor| self.selected(cursor, map, &item));
                match selected {
                    Ok(input) => input,
                    Err(error) => {
                        let name = self.program.state(container).name.clone();
                        return Err(self.query_failed(id, &error, &name));
                    }
                }
            }
        };
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(());
        };
        let variables = cursor.variables.clone();
        let scope = self.recorder.open(cursor.scope, container, index);
        self.write_at(
            container,
            scope,
            EventKind::MapIterationStarted,
            Payload::None,
        );
        let parent = Some((id, index));
        self.spawn(Cursor::at(
            map.start, input, variables, self.now, scope, parent,
        ));
        Ok(())
    }

    /// Returns the items, and the maximum number of concurrent iterations.
    fn items_inline(
        &self,
        id: CursorId,
        state: &State,
        map: &Map,
    ) -> Result<(Value, u64), QueryError> {
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let max = u64::from(self.limits.map_concurrency);
        // If the items cannot be evaluated, TestState shows no MaxConcurrency (recorded).
        let items = self.items(cursor, state, map, &effective)?;
        let concurrency = match self.declared_concurrency(cursor, map, &effective)? {
            None | Some(0) => max,
            Some(number) => number.min(max),
        };
        Ok((items, concurrency))
    }

    /// Evaluates MaxConcurrency.
    pub(super) fn declared_concurrency(
        &self,
        cursor: &Cursor,
        map: &Map,
        effective: &Value,
    ) -> Result<Option<u64>, QueryError> {
        let declared =
            self.non_negative_integer(cursor, &map.max_concurrency, "MaxConcurrency", effective)?;
        self.inspect_value(
            InspectionStage::MaxConcurrency,
            &declared.unwrap_or(0).into(),
        );
        Ok(declared)
    }

    /// Evaluates Items or ItemsPath: an array, in a Distributed Map also an object.
    pub(crate) fn items(
        &self,
        cursor: &Cursor,
        state: &State,
        map: &Map,
        effective: &Value,
    ) -> Result<Value, QueryError> {
        let items = match &map.items {
            Items::Input => effective.clone(),
            Items::Path { value, .. } => self.evaluate(value, cursor, effective)?,
            Items::Expression(items) => self.evaluate(items, cursor, effective)?,
        };
        // Recorded: an inline Map does not accept an object.
        let is_accepted = match items {
            Value::Array(_) => true,
            Value::Object(_) => map.distributed.is_some(),
            _ => false,
        };
        if !is_accepted {
            return Err(match (&map.items, &state.io) {
                (Items::Input | Items::Expression(_), Io::Jsonata(_)) => {
                    let mut error = QueryError::jsonata(
                        "",
                        format!(
                            "Map state input must be an array but was: {}",
                            items.to_text_within(100_000).unwrap_or_default()
                        ),
                    );
                    error.location = None;
                    error
                }
                (Items::Path { path, .. }, _) => no_array(path),
                (Items::Input | Items::Expression(_), Io::JsonPath(_)) => no_array("$"),
            });
        }
        self.inspect_value(InspectionStage::ItemsPath, &items);
        Ok(items)
    }
}

/// Returns the error for a path that selects no array. AWS shows a path of
/// the context object without the first `$` (recorded).
fn no_array(path: &str) -> QueryError {
    let path = match path.strip_prefix('$') {
        Some(shorter) if shorter.starts_with('$') => shorter,
        _ => path,
    };
    QueryError::runtime(format!("Reference path \"{path}\" must point to array."))
}
