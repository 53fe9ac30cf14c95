use std::collections::HashMap;

use stepwright_asl::model::{Map, State};
use stepwright_interpreter::distributed::Item;
use stepwright_interpreter::query::Expected;
use stepwright_interpreter::value::Value;

use super::context::MapItem;
use super::replay::{NoValue, Operand, Outcome, Replay, ReplayData};

/// How many items the value of an ItemSelector shows.
const MAX_ITEMS: usize = 1_000;

const NO_ITEMS: &str = "the items are not in the history";
const NO_RESULTS: &str = "a result of the branches or iterations is not in the history";
const DISTRIBUTED: &str = "the history does not contain the results of child executions";

/// Returns the number of items if a value is a collection that a Map accepts.
pub(super) fn map_items(items: &Value) -> Option<usize> {
    matches!(items, Value::Array(_) | Value::Object(_)).then(|| Item::count(items))
}

/// Data that a Map or Parallel exchanges with the states inside of it.
impl Replay<'_> {
    /// Evaluates Items, or ItemsPath.
    pub(super) fn items(&mut self, map: &Map, effective: &ReplayData) -> Operand {
        match (self.is_jsonata(), &map.items, &map.items_path) {
            (true, Some(items), _) => {
                self.template("/Items", items, Expected::Collection, effective, None)
            }
            (false, _, Some(path)) if path == "$" => {
                let items = self.unless_stopped(effective.input.outcome());
                self.add("/ItemsPath", path, items, None)
            }
            (false, _, Some(path)) => self.path("/ItemsPath", "ItemsPath", path, effective),
            _ => effective.input.clone(),
        }
    }

    /// Replays ItemSelector, or the older Parameters, for all items.
    pub(super) fn item_selector(
        &mut self,
        map: &Map,
        effective: &ReplayData,
        items: Option<Operand>,
    ) {
        let (pointer, selector) = match (&map.item_selector, &map.parameters) {
            (None, Some(parameters)) => ("/Parameters", parameters),
            (Some(selector), _) => ("/ItemSelector", selector),
            (None, None) => return,
        };
        let items = items.unwrap_or_else(|| Operand::Missing(NoValue::unknown(NO_ITEMS)));
        let missing = match items.outcome() {
            Ok(items) => match map_items(&items) {
                Some(count) if count <= MAX_ITEMS => {
                    let items = (0..count).filter_map(|index| MapItem::of_items(&items, index));
                    let items: Vec<MapItem> = items.collect();
                    self.template_of_items(pointer, selector, effective, &items);
                    return;
                }
                Some(_) => NoValue::Unknown(format!("there are more than {MAX_ITEMS} items")),
                None => NoValue::unknown("the items are neither an array nor an object"),
            },
            Err(missing) => missing,
        };
        let missing = self.unless_stopped(Err(missing));
        self.add(pointer, selector.to_string(), missing, None);
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
        let State::Map(map) = self.state else {
            return None;
        };
        let raw = self.entry_data();
        let effective = self.effective_input(&raw);
        self.items(map, &effective).outcome().ok()
    }

    /// Returns the array of the outputs of the branches or iterations.
    pub(super) fn joined_results(&self) -> Outcome {
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
