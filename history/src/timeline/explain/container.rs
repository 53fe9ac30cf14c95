//! The items of a Map, and the results of tasks, branches and iterations, for expressions.

use std::collections::HashMap;

use stepwright_asl::model::State;
use stepwright_interpreter::distributed::Item;
use stepwright_interpreter::program::{FieldRole, FieldStage};
use stepwright_interpreter::value::Value;

use super::context::MapItem;
use super::operand::{NoValue, Operand, Outcome, ReplayData};
use super::replay::Replay;
use super::replay_field::ReplayField;
use crate::timeline::AttemptOutcome;

/// How many items the value of an ItemSelector shows.
const MAX_ITEMS: usize = 1_000;

const NO_ITEMS: &str = "the items are not in the history";
const NO_RESULT: &str = "the result of the task is not in the history";
const NO_RESULTS: &str = "a result of the branches or iterations is not in the history";
const DISTRIBUTED: &str = "the history does not contain the results of child executions";

/// Data that a state exchanges with its work: with a task, or with the states inside of it.
impl Replay<'_> {
    /// Returns the items of a Map: those of Items or ItemsPath, or the effective input.
    fn items(&self, data: &ReplayData) -> Operand {
        match (self.state, &data.items) {
            (State::Map(map), _) if map.is_distributed() && map.item_reader.is_some() => {
                Operand::Missing(NoValue::unknown(NO_ITEMS))
            }
            (_, Operand::Absent) => data.input.clone(),
            (_, items) => items.clone(),
        }
    }

    /// Returns whether a Map accepts its items: an array, in a Distributed Map also an object.
    pub(super) fn accepts_items(&self, data: &ReplayData) -> bool {
        let State::Map(map) = self.state else {
            return true;
        };
        match self.items(data) {
            Operand::Value(Value::Object(_)) => map.is_distributed(),
            Operand::Value(items) => items.as_array().is_some(),
            _ => true,
        }
    }

    /// Replays ItemSelector, or the older Parameters, for all items.
    pub(super) fn item_selector(&mut self, selector: &ReplayField, data: &ReplayData) {
        let missing = match self.items(data).outcome() {
            Ok(items @ (Value::Array(_) | Value::Object(_))) => match Item::count(&items) {
                count if count <= MAX_ITEMS => {
                    let items = (0..count).filter_map(|index| MapItem::of_items(&items, index));
                    let items: Vec<MapItem> = items.collect();
                    self.evaluate(selector, data, Some(&items), None);
                    return;
                }
                _ => NoValue::Unknown(format!("there are more than {MAX_ITEMS} items")),
            },
            Ok(_) => NoValue::unknown("the items are neither an array nor an object"),
            Err(missing) => missing,
        };
        let missing = self.stop.clone().unwrap_or(missing);
        self.add(selector, Err(missing), None);
    }

    /// Returns the item of the innermost iteration around the state.
    pub(super) fn item_around(&self) -> MapItem {
        let Some(around) = self.states.map_around(self.name) else {
            return MapItem::None;
        };
        match around.state {
            State::Map(map) if !map.is_distributed() => {}
            _ => {
                return MapItem::Unknown(
                    "the history of a child execution does not contain its item",
                );
            }
        }
        let item = || {
            let frames = self.visit.scope().iter().rev();
            let index = frames.filter_map(|frame| {
                let index = frame.strip_prefix(around.name)?.strip_prefix('[')?;
                index.strip_suffix(']')?.parse::<usize>().ok()
            });
            let index = index.into_iter().next()?;
            let (mut at, mut attempt) = (self.visit.container()?, self.visit.container_attempt);
            while self.timeline.visit(at)?.state() != around.name {
                let container = self.timeline.visit(at)?;
                (at, attempt) = (container.container()?, container.container_attempt);
            }
            let items = self.states.items((at, attempt), || {
                let map = Replay::new(self.timeline, self.states, at, Some(attempt));
                map.ok()?.map_items()
            })?;
            MapItem::of_items(&items, index)
        };
        item().unwrap_or(MapItem::Unknown(NO_ITEMS))
    }

    /// Returns the items of the Map, if they are known.
    fn map_items(mut self) -> Option<Value> {
        let mut data = self.entry_data();
        for field in self.stage_fields(FieldStage::Entry) {
            if matches!(field.role, FieldRole::Replaces | FieldRole::Items) {
                self.replay_field(field, &mut data, None);
            }
        }
        self.items(&data).outcome().ok()
    }

    /// Returns the result of the last attempt.
    pub(super) fn result(&self) -> Operand {
        let [none, running, failed, timed_out, stopped] = match self.state {
            State::Task(_) => [
                "the task was not called",
                "the task has not ended",
                "the task failed",
                "the task timed out",
                "the task was stopped",
            ],
            State::Map(_) => [
                "no iteration was started",
                "the iterations have not ended",
                "an iteration failed",
                "the iterations timed out",
                "the iterations were stopped",
            ],
            _ => [
                "no branch was started",
                "the branches have not ended",
                "a branch failed",
                "the branches timed out",
                "the branches were stopped",
            ],
        };
        let attempt = self.visit.attempts().last();
        let reason = match attempt.map(|attempt| attempt.outcome()) {
            None => none,
            Some(AttemptOutcome::Running) => running,
            Some(AttemptOutcome::Failed) => failed,
            Some(AttemptOutcome::TimedOut) => timed_out,
            Some(AttemptOutcome::Stopped) => stopped,
            Some(AttemptOutcome::Succeeded) if !matches!(self.state, State::Task(_)) => {
                return self.joined_results().into();
            }
            Some(AttemptOutcome::Succeeded) => {
                let result = attempt.and_then(|attempt| attempt.result());
                let unknown = || NoValue::unknown(NO_RESULT);
                return result.cloned().ok_or_else(unknown).into();
            }
        };
        Operand::Missing(NoValue::NotEvaluated(reason))
    }

    /// Returns the array of the outputs of the branches or iterations.
    fn joined_results(&self) -> Outcome {
        let frames: Vec<String> = match self.state {
            State::Map(map) if map.is_distributed() => return Err(NoValue::unknown(DISTRIBUTED)),
            State::Map(_) => {
                let total = self
                    .visit
                    .iterations()
                    .map_or(0, |iterations| iterations.total);
                (0..total)
                    .map(|index| format!("{}[{index}]", self.name))
                    .collect()
            }
            State::Parallel(parallel) => {
                let branches = parallel.branches.iter();
                branches
                    .map(|branch| format!("{}/{}", self.name, branch.start_at))
                    .collect()
            }
            _ => return Err(NoValue::unknown(NO_RESULTS)),
        };
        let depth = self.visit.scope().len();
        let mut outputs: HashMap<&str, Option<&Value>> = HashMap::new();
        let inside = self.timeline.visits_inside(self.index).iter();
        for visit in inside.filter_map(|index| self.timeline.visit(*index)) {
            if let Some(frame) = visit.scope().get(depth) {
                outputs.insert(frame, visit.output());
            }
        }
        let results = frames
            .iter()
            .map(|frame| outputs.get(frame.as_str()).copied().flatten().cloned());
        let results = results.collect::<Option<Vec<Value>>>();
        results
            .map(Value::from)
            .ok_or_else(|| NoValue::unknown(NO_RESULTS))
    }
}
