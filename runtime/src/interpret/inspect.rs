//! Watches one state, for tests of single states: what its fields come to on the way, and how it is left.
//!
//! Such an execution begins at the state and ends with it. It steps as every other does, so that what a test shows is what
//! an execution does.

use std::sync::Arc;

use super::cursor::{Cursor, Item, Visit, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use super::inspection::{Inspection, Left, Stage, Start};
use super::step::{Done, Exit, Stepped};
use super::tolerance::Tolerance;
use crate::distributed::source::Items;
use crate::history::ScopeId;
use crate::program::{Format, Map, Reads};
use crate::query::QueryError;
use crate::value::{Array, Value};
use crate::wait_id::CursorId;

impl Execution {
    /// Puts the first cursor at a state, which is all that this execution runs.
    pub(crate) fn begin_inspection(&mut self, start: Start, inspection: Inspection) {
        let retriers = self.program.state(start.state).retry.len();
        self.rare().inspection = Some(Box::new(inspection));
        self.spawn(Cursor {
            item: start.item.map(Arc::new),
            visit: Visit::of_tries(retriers, start.retries),
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

    /// Whether it is the test of one state.
    pub(crate) fn is_inspected(&self) -> bool {
        self.inspection().is_some()
    }

    /// What is seen, in the test of one state.
    pub(super) fn inspection(&self) -> Option<&Inspection> {
        self.rare.as_ref()?.inspection.as_deref()
    }

    pub(super) fn inspection_mut(&mut self) -> Option<&mut Inspection> {
        self.rare.as_mut()?.inspection()
    }

    /// What was seen, when it is over.
    pub(crate) fn take_inspection(&mut self) -> Option<Box<Inspection>> {
        self.rare.as_mut()?.inspection.take()
    }

    /// Notes what a stage gave.
    pub(super) fn saw(&self, stage: Stage, value: &Value) {
        if let Some(inspection) = self.inspection() {
            inspection.saw(stage, value);
        }
    }

    /// Takes the way out of the state, which ends the test; gives it back when nothing is tested.
    pub(super) fn left(&mut self, exit: Exit, cx: &mut Cx<'_>) {
        let Some(inspection) = self.inspection_mut() else {
            return;
        };
        let output = exit.output.clone();
        inspection.left = Some(Left {
            output: exit.output,
            assigned: exit.assigned,
            next: exit.next,
        });
        self.succeed(output, cx);
    }

    /// Takes a failure that would be tried again, which ends the test.
    pub(super) fn would_retry(&mut self, failure: Failure, cx: &mut Cx<'_>) {
        if let Some(inspection) = self.inspection_mut() {
            inspection.is_retriable = true;
            self.fail(failure, cx.host);
        }
    }

    /// What the branches or iterations come to where a test says so, instead of running them.
    pub(super) fn mocked_inside(&mut self, id: CursorId, cx: &mut Cx<'_>) -> Option<Stepped> {
        let inside = self.inspection()?.inside.clone()?;
        Some(match inside {
            Ok(results) => self.joined(id, results, cx),
            Err(failure) => Err(Failure::from(failure).inner()),
        })
    }

    /// The end of a Map within the execution whose iterations do not run.
    pub(super) fn mocked_map(
        &mut self,
        id: CursorId,
        map: &Map,
        items: &Value,
        cx: &mut Cx<'_>,
    ) -> Option<Stepped> {
        self.inspection()?.inside.as_ref()?;
        if let Err(error) = self.select_items(id, map, items) {
            let name = self.program.state(self.cursor(id).ok()?.state).name.clone();
            return Some(Err(self.query_failed(id, &error, &name)));
        }
        // What an inline Map says that it tolerates means nothing.
        self.mocked_run(id, items.as_array().map(length), None, cx)
    }

    /// The end of a Map whose iterations do not run: their mocked outputs, or the threshold of failures that they
    /// exceed. Only a Map that says what it tolerates has a threshold here. Where it is not known how many there are,
    /// there are as many as outputs.
    pub(super) fn mocked_run(
        &mut self,
        id: CursorId,
        iterations: Option<u64>,
        tolerance: Option<&Tolerance>,
        cx: &mut Cx<'_>,
    ) -> Option<Stepped> {
        let inspection = self.inspection_mut()?;
        let total = match inspection.inside.as_ref()? {
            Ok(results) if iterations.is_none() => results.as_array().map(length),
            _ => iterations,
        };
        let failed = u64::from(inspection.failed_iterations.unwrap_or(0));
        if total.is_some_and(|total| failed > total) {
            inspection.has_too_few_iterations = true;
            self.fail(Failure::new("", ""), cx.host);
            return Some(Ok(Done::Waits));
        }
        let is_exceeded = tolerance.is_some_and(|tolerance| {
            (tolerance.count.is_some() || tolerance.percentage.is_some())
                && tolerance.is_exceeded(failed, total)
        });
        if is_exceeded && matches!(inspection.inside, Some(Ok(_))) {
            return Some(Err(Failure::exceeds_threshold().inner()));
        }
        self.mocked_inside(id, cx)
    }

    /// Notes what the ItemSelector makes of each item.
    fn select_items(&self, id: CursorId, map: &Map, items: &Value) -> Result<(), QueryError> {
        if map.item_selector.is_none() {
            return Ok(());
        }
        let cursor = self.cursor(id)?;
        let items = items.as_array().map_or(&[][..], |items| items.as_slice());
        let selected: Value = (0u32..)
            .zip(items)
            .map(|(index, item)| self.selected(cursor, map, &Item::of_input(index, item.clone())))
            .collect::<Result<Vec<Value>, QueryError>>()?
            .into();
        self.saw(Stage::ItemSelector, &selected);
        Ok(())
    }

    /// Gives a reader what the test says is read, once. Whether there was anything.
    pub(super) fn supply_in_test(&mut self, map: &Map, items: &mut Items) -> Result<bool, String> {
        let inspection = self.inspection_mut();
        let Some(text) = inspection.and_then(|inspection| inspection.read.take()) else {
            return Ok(false);
        };
        items.supply_content(text.into_bytes().into())?;
        let reader = map.distributed.as_ref().and_then(|run| run.reader.as_ref());
        if let (Some(reader), Some(found)) = (reader, items.whole())
            && matches!(
                &reader.reads,
                Reads::Object(Format::Json { pointer: Some(_) })
            )
        {
            self.saw(Stage::ItemsPointer, found);
        }
        Ok(true)
    }
}

fn length(array: &Array) -> u64 {
    u64::try_from(array.as_slice().len()).unwrap_or(u64::MAX)
}
