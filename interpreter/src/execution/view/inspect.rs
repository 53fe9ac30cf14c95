//! Inspects one state, for tests of single states: the values of its fields, and its exit.
//!
//! Such an execution starts at the state and ends with it. It uses the same code as other
//! executions, so the test shows the behavior of an execution.

use std::sync::Arc;

use crate::distributed::Items;
use crate::execution::cursor::{AttemptState, Cursor, Item, Waiting};
use crate::execution::failure::Failure;
use crate::execution::inspection::{InspectedExit, Inspection, InspectionStage, InspectionStart};
use crate::execution::map_run::tolerance::Tolerance;
use crate::execution::step::{Exit, StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::history::ScopeId;
use crate::program::{Format, Map, ReaderSource};
use crate::query::QueryError;
use crate::value::{Array, Value};
use crate::wait_id::CursorId;

impl Execution {
    /// Starts at a state, which is the only state that this execution runs.
    pub fn begin_inspection(&mut self, start: InspectionStart, inspection: Inspection) {
        let retriers = self.program.state(start.state).retry.len();
        self.cold().inspection = Some(Box::new(inspection));
        self.spawn(Cursor {
            item: start.item.map(Arc::new),
            attempt_state: AttemptState::with_retries(retriers, start.retries),
            waiting: Waiting::Attempt,
            ..Cursor::at(
                start.state,
                start.input,
                start.variables,
                self.now,
                ScopeId::TOP,
                None,
            )
        });
    }

    /// Returns whether this is a test of one state.
    #[inline]
    pub fn is_inspected(&self) -> bool {
        self.inspection().is_some()
    }

    /// Returns the inspection, in a test of one state.
    #[inline]
    pub(crate) fn inspection(&self) -> Option<&Inspection> {
        self.cold.as_ref()?.inspection.as_deref()
    }

    pub(crate) fn inspection_mut(&mut self) -> Option<&mut Inspection> {
        self.cold.as_mut()?.inspection()
    }

    /// Takes the inspection, after the end of the test.
    pub fn take_inspection(&mut self) -> Option<Box<Inspection>> {
        self.cold.as_mut()?.inspection.take()
    }

    /// Stores the value of a stage, in a test of one state.
    #[inline]
    pub(crate) fn inspect_value(&self, stage: InspectionStage, value: &Value) {
        if let Some(inspection) = self.inspection() {
            inspection.set_value(stage, value);
        }
    }

    /// Stores the exit of the state under test, and ends the test.
    pub(crate) fn inspect_exit(&mut self, id: CursorId, exit: Exit, cx: &mut StepContext<'_>) {
        let input = self.cursors.get(id).map(|cursor| cursor.input.clone());
        let Some(inspection) = self.inspection_mut() else {
            return;
        };
        let output = exit.output.or(input).unwrap_or_default();
        inspection.exit = Some(InspectedExit {
            output: output.clone(),
            assigned: exit.assigned,
            next: exit.next,
        });
        self.succeed(output, cx);
    }

    /// Ends the test with a failure that would be retried.
    pub(crate) fn would_retry(&mut self, failure: Failure, cx: &mut StepContext<'_>) {
        if let Some(inspection) = self.inspection_mut() {
            inspection.is_retriable = true;
            self.fail(failure, cx);
        }
    }

    /// Returns the mocked result of the branches or iterations, if the test has one.
    pub(crate) fn mocked_result(
        &mut self,
        id: CursorId,
        cx: &mut StepContext<'_>,
    ) -> Option<StateResult> {
        let mocked = self.inspection()?.mocked_children.clone()?;
        Some(match mocked {
            Ok(results) => self.exit_joined(id, results, cx),
            Err(failure) => Err(Failure::from(failure).inner()),
        })
    }

    /// Returns the mocked result of an inline Map, if the test has one.
    pub(crate) fn mocked_map(
        &mut self,
        id: CursorId,
        map: &Map,
        items: &Value,
        cx: &mut StepContext<'_>,
    ) -> Option<StateResult> {
        self.inspection()?.mocked_children.as_ref()?;
        if let Err(error) = self.select_items(id, map, items) {
            let name = self.program.state(self.cursor(id).ok()?.state).name.clone();
            return Some(Err(self.query_failed(id, &error, &name)));
        }
        // An inline Map has no failure tolerance.
        let count = u64::try_from(Item::count(items)).unwrap_or(u64::MAX);
        self.mocked_run(id, Some(count), None, cx)
    }

    /// Returns the mocked result of a Map: the outputs, or the failure of exceeding the tolerated
    /// failures. Only a Map with a declared tolerance has a threshold here. If the number of
    /// iterations is unknown, it is the number of outputs.
    pub(crate) fn mocked_run(
        &mut self,
        id: CursorId,
        iterations: Option<u64>,
        tolerance: Option<&Tolerance>,
        cx: &mut StepContext<'_>,
    ) -> Option<StateResult> {
        let inspection = self.inspection_mut()?;
        let total = match inspection.mocked_children.as_ref()? {
            Ok(results) if iterations.is_none() => results.as_array().map(length),
            _ => iterations,
        };
        let failed = u64::from(inspection.failed_iterations.unwrap_or(0));
        if total.is_some_and(|total| failed > total) {
            inspection.has_too_few_iterations = true;
            self.fail(Failure::new("", ""), cx);
            return Some(Ok(StateProgress::Wait));
        }
        let is_exceeded = tolerance.is_some_and(|tolerance| {
            (tolerance.count.is_some() || tolerance.percentage.is_some())
                && tolerance.is_exceeded(failed, total)
        });
        if is_exceeded && matches!(inspection.mocked_children, Some(Ok(_))) {
            return Some(Err(Failure::exceeds_threshold().inner()));
        }
        self.mocked_result(id, cx)
    }

    /// Stores the result of the ItemSelector for each item.
    fn select_items(&self, id: CursorId, map: &Map, items: &Value) -> Result<(), QueryError> {
        if map.item_selector.is_none() {
            return Ok(());
        }
        let cursor = self.cursor(id)?;
        let selected: Value = (0u32..)
            .map_while(|index| Item::of_items(items, index))
            .map(|item| self.selected(cursor, map, &item))
            .collect::<Result<Vec<Value>, QueryError>>()?
            .into();
        self.inspect_value(InspectionStage::ItemSelector, &selected);
        Ok(())
    }

    /// Supplies the content of the test to an ItemReader, once. Returns whether there was any.
    pub(crate) fn supply_in_test(&mut self, map: &Map, items: &mut Items) -> Result<bool, String> {
        let inspection = self.inspection_mut();
        let Some(text) = inspection.and_then(|inspection| inspection.reader_content.take()) else {
            return Ok(false);
        };
        let supplied = items.supply_content(text.into_bytes().into());
        supplied.map_err(|error| error.cause)?;
        let reader = map.distributed.as_ref().and_then(|run| run.reader.as_ref());
        if let (Some(reader), Some(found)) = (reader, items.collection())
            && matches!(
                &reader.source,
                ReaderSource::Object(Format::Json { pointer: Some(_) })
            )
        {
            self.inspect_value(InspectionStage::ItemsPointer, found);
        }
        Ok(true)
    }
}

fn length(array: &Array) -> u64 {
    u64::try_from(array.as_slice().len()).unwrap_or(u64::MAX)
}
