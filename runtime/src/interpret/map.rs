use std::sync::Arc;

use smol_str::SmolStr;

use super::cursor::{Children, Cursor, CursorId, Item, Tolerance, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::Cx;
use super::inspect::Stage;
use super::step::{Done, Stepped};
use crate::about::About;
use crate::history::{Details, EventKind, Payload, ScopeId};
use crate::program::{Batcher, Distributed, Io, Items, Map, State};
use crate::query::{QueryError, Variables};
use crate::value::Value;

/// The most child executions of a Distributed Map at a time.
const DISTRIBUTED_CONCURRENCY: u64 = 10_000;

impl Execution {
    /// Finds the items and starts the first of them.
    pub(super) fn map(
        &mut self,
        id: CursorId,
        state: &State,
        map: &Map,
        cx: &mut Cx<'_>,
    ) -> Stepped {
        let found = self.items(id, state, map);
        let (items, concurrency) = match found {
            Ok(found) => found,
            Err(error) => {
                let failure = self.query_failed(id, &error, &state.name);
                // What JSONata cannot give is MapStateFailed too; what a path cannot, is not.
                let is_jsonata = matches!(state.io, Io::Jsonata(_));
                return Err(if is_jsonata { failure.inner() } else { failure });
            }
        };
        let length = items.as_array().map_or(0, |items| items.as_slice().len());
        let shown_length = u64::try_from(length).unwrap_or(u64::MAX);
        self.write(
            id,
            EventKind::MapStateStarted,
            Details::Length(shown_length).into(),
        );
        let mut items = items;
        let mut tolerance = None;
        if let Some(distributed) = &map.distributed {
            match self.start_run(id, state, distributed, items) {
                Ok((batches, tolerated)) => {
                    items = batches;
                    tolerance = Some(tolerated);
                }
                Err(error) => return Err(self.query_failed(id, &error, &state.name)),
            }
        }
        if let Some(stepped) = self.mocked_run(id, map, &items, tolerance.as_ref(), cx) {
            return stepped;
        }
        let length = items.as_array().map_or(0, |items| items.as_slice().len());
        if length == 0 {
            self.resume(
                id,
                Waiting::Joined(Vec::<Value>::new().into_iter().collect()),
            );
            return Ok(Done::Waits);
        }
        self.wait(
            id,
            Waiting::Children(Box::new(Children {
                items,
                results: vec![None; length],
                left: u32::try_from(length).unwrap_or(u32::MAX),
                next: 0,
                tolerance,
            })),
        );
        let at_once = usize::try_from(concurrency)
            .unwrap_or(usize::MAX)
            .min(length);
        for _ in 0..at_once {
            if let Err(failure) = self.start_next(id, map) {
                self.abort_inside(id, cx);
                return Err(failure.inner());
            }
        }
        Ok(Done::Waits)
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
        let Some(value) = children.items.item(index as usize).cloned() else {
            return Ok(());
        };
        children.next += 1;
        let container = cursor.state;
        let (input, about) = match self.item_input(id, map, index, &value) {
            Ok(found) => found,
            Err(error) => {
                let name = self.program.state(container).name.clone();
                return Err(self.query_failed(id, &error, &name));
            }
        };
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(());
        };
        let child = about.or_else(|| cursor.child.clone());
        let parent = cursor.scope;
        let muted = child.is_some();
        let scope = if muted {
            ScopeId::TOP
        } else {
            self.recorder.open(parent, container, index)
        };
        let variables = if map.distributed.is_some() {
            Variables::new()
        } else {
            cursor.variables.clone()
        };
        self.write_at(
            container,
            scope,
            muted,
            EventKind::MapIterationStarted,
            Payload::None,
        );
        self.spawn(Cursor {
            state: map.start,
            input,
            variables,
            entered: 0,
            entered_at: self.now,
            scope,
            parent: Some((id, index)),
            item: Some(Arc::new(Item { index, value })),
            child,
            retries: Vec::new(),
            retry_count: 0,
            token: None,
            waiting: Waiting::Enter,
            wait: 0,
        });
        Ok(())
    }

    /// What an item becomes for its iteration, and the child execution that it is when the Map is distributed.
    fn item_input(
        &self,
        id: CursorId,
        map: &Map,
        index: u32,
        item: &Value,
    ) -> Result<(Value, Option<Arc<About>>), QueryError> {
        let cursor = self.cursor(id)?;
        let is_batched = map
            .distributed
            .as_ref()
            .is_some_and(|distributed| distributed.batcher.is_some());
        let input = match &map.item_selector {
            // The items of a batch were selected before they were put together.
            Some(_) if !is_batched => self.selected_item(cursor, map, index, item)?,
            _ => item.clone(),
        };
        let about = map
            .distributed
            .as_ref()
            .map(|distributed| self.child_about(distributed, &input));
        Ok((input, about))
    }

    pub(super) fn selected_item(
        &self,
        cursor: &Cursor,
        map: &Map,
        index: u32,
        item: &Value,
    ) -> Result<Value, QueryError> {
        let Some(selector) = &map.item_selector else {
            return Ok(item.clone());
        };
        let effective = self.effective_input(cursor, self.program.state(cursor.state))?;
        let mut context = self.context(cursor);
        context.item = Some((index, item));
        selector.eval(&self.scope(cursor, &context, &effective))
    }

    fn child_about(&self, distributed: &Distributed, input: &Value) -> Arc<About> {
        let label = distributed.label.clone().unwrap_or_default();
        let name = SmolStr::from(self.entropy.uuid());
        let parent = &self.about;
        let prefix = parent.machine_id.replace(":stateMachine:", ":execution:");
        Arc::new(About {
            id: format!("{prefix}/{label}:{name}").into(),
            name,
            role_arn: parent.role_arn.clone(),
            machine_id: format!("{}/{label}", parent.machine_id).into(),
            machine_name: format!("{}/{label}", parent.machine_name).into(),
            started: self.now,
            input: input.clone(),
            redrive_count: parent.redrive_count,
        })
    }

    /// The items, and how many may run at a time.
    fn items(&self, id: CursorId, state: &State, map: &Map) -> Result<(Value, u64), QueryError> {
        let cursor = self.cursor(id)?;
        if let Some(distributed) = &map.distributed
            && let Some(field) = distributed.unsupported
            && self.inspection.is_none()
        {
            return Err(QueryError::runtime(format!(
                "The field {field} of a Distributed Map is not supported by this runtime yet"
            )));
        }
        let effective = self.effective_input(cursor, state)?;
        let declared = self.whole(cursor, &map.max_concurrency, "MaxConcurrency", &effective)?;
        self.saw(Stage::MaxConcurrency, &declared.unwrap_or(0).into());
        let most = match &map.distributed {
            Some(_) => DISTRIBUTED_CONCURRENCY,
            None => u64::from(self.limits.map_concurrency),
        };
        let concurrency = match declared {
            None | Some(0) => most,
            Some(number) => number.min(most),
        };
        let items = match &map.items {
            _ if self.reads_in_test(map) => self.read_in_test(),
            Items::Input => match (&state.io, &effective) {
                (_, Value::Array(_)) => effective,
                (Io::JsonPath(_), _) => return Err(no_array("$")),
                (Io::Jsonata(_), other) => {
                    let mut error = QueryError::jsonata(
                        "",
                        format!(
                            "Map state input must be an array but was: {}",
                            other.to_text_within(100_000).unwrap_or_default()
                        ),
                    );
                    error.location = None;
                    return Err(error);
                }
            },
            Items::Path { path, value } => match self.evaluate(value, cursor, &effective)? {
                items @ Value::Array(_) => items,
                _ => return Err(no_array(path)),
            },
            Items::Expression(items) => self.evaluate(items, cursor, &effective)?,
        };
        self.saw(Stage::ItemsPath, &items);
        Ok((items, concurrency))
    }

    /// Begins the run of a Distributed Map: batches and tolerance.
    fn start_run(
        &mut self,
        id: CursorId,
        state: &State,
        distributed: &Distributed,
        items: Value,
    ) -> Result<(Value, Tolerance), QueryError> {
        let tolerance = {
            let cursor = self.cursor(id)?;
            let input = self.effective_input(cursor, state)?;
            Tolerance {
                count: self.whole(
                    cursor,
                    &distributed.tolerated_count,
                    "ToleratedFailureCount",
                    &input,
                )?,
                percentage: self.percentage(
                    cursor,
                    &distributed.tolerated_percentage,
                    "ToleratedFailurePercentage",
                    &input,
                )?,
                failed: 0,
            }
        };
        self.saw(Stage::ToleratedCount, &tolerance.count.into());
        self.saw(Stage::ToleratedPercentage, &tolerance.percentage.into());
        let items = match &distributed.batcher {
            Some(batcher) => {
                let batches = self.batches(id, state, batcher, &items)?;
                self.saw(Stage::ItemBatcher, &batches);
                batches
            }
            None => items,
        };
        let label = distributed
            .label
            .clone()
            .unwrap_or_else(|| state.name.clone());
        let prefix = self.about.machine_id.replace(":stateMachine:", ":mapRun:");
        let arn = format!("{prefix}/{label}:{}", self.entropy.uuid());
        self.write(
            id,
            EventKind::MapRunStarted,
            Details::MapRun(arn.into()).into(),
        );
        Ok((items, tolerance))
    }

    /// `{"BatchInput": .., "Items": [..]}` for as many items as fit, whichever bound comes first.
    fn batches(
        &self,
        id: CursorId,
        state: &State,
        batcher: &Batcher,
        items: &Value,
    ) -> Result<Value, QueryError> {
        let cursor = self.cursor(id)?;
        let crate::program::Kind::Map(map) = &state.kind else {
            return Ok(items.clone());
        };
        let input = self.effective_input(cursor, state)?;
        let most = self.whole(cursor, &batcher.max_items, "MaxItemsPerBatch", &input)?;
        let bytes = self.whole(cursor, &batcher.max_bytes, "MaxInputBytesPerBatch", &input)?;
        let shared = match &batcher.input {
            Some(template) => Some(self.evaluate(template, cursor, &input)?),
            None => None,
        };
        let batch = |items: Vec<Value>| -> Value {
            let mut members = Vec::new();
            if let Some(shared) = &shared {
                members.push((SmolStr::new_static("BatchInput"), shared.clone()));
            }
            members.push((SmolStr::new_static("Items"), items.into_iter().collect()));
            members.into_iter().collect()
        };
        let most = most.filter(|most| *most > 0).map_or(usize::MAX, |most| {
            usize::try_from(most).unwrap_or(usize::MAX)
        });
        let bytes = bytes.filter(|bytes| *bytes > 0).unwrap_or(u64::MAX);
        let mut batches = Vec::new();
        let mut open: Vec<Value> = Vec::new();
        let mut size = 0u64;
        let items = items.as_array().map_or(&[][..], |items| items.as_slice());
        for (index, item) in (0u32..).zip(items) {
            let item = self.selected_item(cursor, map, index, item)?;
            let next = item.json_len().saturating_add(1);
            if !open.is_empty() && (open.len() >= most || size.saturating_add(next) > bytes) {
                batches.push(batch(std::mem::take(&mut open)));
                size = 0;
            }
            size = size.saturating_add(next);
            open.push(item);
        }
        if !open.is_empty() {
            batches.push(batch(open));
        }
        Ok(batches.into_iter().collect())
    }
}

fn no_array(path: &str) -> QueryError {
    QueryError::runtime(format!("Reference path \"{path}\" must point to array."))
}
