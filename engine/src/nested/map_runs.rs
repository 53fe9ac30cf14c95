//! The Map Runs of an engine: their children, their counts, and their descriptions.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright_interpreter::Status;
use stepwright_interpreter::distributed::{MapRun, RunView, Tally};
use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::record::{
    DamagedRecord, ReadNodes, Record, RecordReader, RecordWriter, required,
};

use crate::clock::Timestamp;
use crate::execution::drain::Drain;
use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;
use crate::store::StoredMapRun;

/// The version of the descriptions in the store.
const VERSION: u8 = 1;

/// The Map Runs of an engine.
#[derive(Debug, Default)]
pub(crate) struct MapRuns {
    known: Mutex<MapRunIndex>,
}

#[derive(Debug, Default)]
struct MapRunIndex {
    by_arn: HashMap<SmolStr, Arc<MapRunRecord>>,
    /// The ARNs of the runs of an execution, in the order of their starts.
    of_execution: HashMap<SmolStr, Vec<SmolStr>>,
}

impl MapRuns {
    fn lock(&self) -> MutexGuard<'_, MapRunIndex> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a run, or continues a redriven one, that retains `retention` closed children.
    pub(crate) fn open(&self, view: RunView, retention: usize) -> Arc<MapRunRecord> {
        let mut known = self.lock();
        let (arn, execution) = (view.arn.clone(), view.execution.clone());
        if let Some(run) = known.by_arn.get(&arn) {
            run.reopen(view);
            return run.clone();
        }
        let run = Arc::new(MapRunRecord {
            arn: arn.clone(),
            retention,
            state: Mutex::new(MapRunState::new(view)),
        });
        known
            .of_execution
            .entry(execution)
            .or_default()
            .push(arn.clone());
        known.by_arn.insert(arn, run.clone());
        run
    }

    /// Removes the runs of an execution with their children, and the runs of these.
    pub(crate) fn forget(&self, execution: &str) {
        let mut known = self.lock();
        // Most engines have no Map Runs at all.
        if known.of_execution.is_empty() {
            return;
        }
        let mut executions = vec![SmolStr::new(execution)];
        let mut forgotten = Vec::new();
        while let Some(execution) = executions.pop() {
            for arn in known.of_execution.remove(&execution).unwrap_or_default() {
                if let Some(run) = known.by_arn.remove(&arn) {
                    executions.extend(
                        run.children()
                            .values()
                            .map(|execution| execution.about.arn().clone()),
                    );
                    forgotten.push(run);
                }
            }
        }
        drop(known);
        drop(forgotten);
    }

    pub(crate) fn of_execution(&self, execution: &str) -> Vec<MapRun> {
        let known = self.lock();
        let arns = known.of_execution.get(execution).into_iter().flatten();
        arns.filter_map(|arn| Some(known.by_arn.get(arn)?.describe()))
            .collect()
    }

    pub(crate) fn describe(&self, arn: &str) -> Option<MapRun> {
        Some(self.lock().by_arn.get(arn)?.describe())
    }

    /// Returns the children of a run by number.
    pub(crate) fn children(&self, arn: &str) -> BTreeMap<u32, Arc<ExecutionState>> {
        let run = self.lock().by_arn.get(arn).cloned();
        run.map_or_else(BTreeMap::new, |run| run.children())
    }

    /// Returns the children of a run whose numbers are in `from..before` and that pass `filter`,
    /// from the largest number, at most `limit`.
    pub(crate) fn children_before(
        &self,
        arn: &str,
        numbers: (u32, Option<u32>),
        limit: usize,
        filter: impl Fn(&ExecutionState) -> bool,
    ) -> Vec<(u32, Arc<ExecutionState>)> {
        let run = self.lock().by_arn.get(arn).cloned();
        run.map_or_else(Vec::new, |run| run.children_before(numbers, limit, filter))
    }

    /// Marks a child of a run as closed. Returns the child that is evicted for it.
    pub(crate) fn child_ended(&self, arn: &str, number: u32) -> Option<Arc<ExecutionState>> {
        let run = self.lock().by_arn.get(arn).cloned();
        run?.ended(number)
    }

    /// Returns the running children of an execution's runs, and their own running children.
    pub(crate) fn at_work(&self, execution: &str) -> Vec<Arc<ExecutionState>> {
        let known = self.lock();
        let mut executions = vec![SmolStr::new(execution)];
        let mut at_work = Vec::new();
        while let Some(execution) = executions.pop() {
            for arn in known.of_execution.get(&execution).into_iter().flatten() {
                let children = known.by_arn.get(arn).map(|run| run.children());
                for child in children.into_iter().flat_map(BTreeMap::into_values) {
                    executions.push(child.about.arn().clone());
                    if child.report().is_none() {
                        at_work.push(child);
                    }
                }
            }
        }
        at_work
    }

    /// Returns the ARN of the run of a child.
    pub(crate) fn run_of(&self, child: &str) -> Option<SmolStr> {
        let runs: Vec<_> = self.lock().by_arn.values().cloned().collect();
        let run = runs.iter().find(|run| run.child(child).is_some())?;
        Some(run.arn.clone())
    }

    /// Returns a child of any run.
    pub(crate) fn child(&self, id: &str) -> Option<Arc<ExecutionState>> {
        let runs: Vec<_> = self.lock().by_arn.values().cloned().collect();
        let mut found = runs.iter().filter_map(|run| run.child(id));
        found.next()
    }
}

/// One Map Run, as DescribeMapRun and its parent's redrive need it.
pub(crate) struct MapRunRecord {
    arn: SmolStr,
    retention: usize,
    state: Mutex<MapRunState>,
}

struct MapRunState {
    view: RunView,
    tally: Tally,
    /// The final status, and the time of the end.
    ended: Option<(Status, Timestamp)>,
    /// The running children, by number.
    running: BTreeMap<u32, Arc<ExecutionState>>,
    /// The children that ended last, by number, in the order of their ends.
    ended_children: VecDeque<(u32, Arc<ExecutionState>)>,
    /// The children that can continue when the run is redriven, by number.
    redrivable: BTreeMap<u32, Arc<ExecutionState>>,
}

impl MapRunState {
    fn new(view: RunView) -> Self {
        Self {
            view,
            tally: Tally::default(),
            ended: None,
            running: BTreeMap::new(),
            ended_children: VecDeque::new(),
            redrivable: BTreeMap::new(),
        }
    }

    /// Returns `now`, or the time of the start or the redrive if that is later: the clock of an
    /// earlier process may have been ahead.
    fn not_before_start(&self, now: Timestamp) -> Timestamp {
        now.max(self.view.started)
            .max(self.view.redriven.unwrap_or_default())
    }

    fn children(&self) -> impl Iterator<Item = (u32, &Arc<ExecutionState>)> {
        let over = self
            .ended_children
            .iter()
            .map(|(number, execution)| (*number, execution));
        let kept = self.running.iter().chain(&self.redrivable);
        over.chain(kept.map(|(number, execution)| (*number, execution)))
    }
}

impl MapRunRecord {
    fn lock(&self) -> MutexGuard<'_, MapRunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn arn(&self) -> &SmolStr {
        &self.arn
    }

    /// Reopens the run for a redrive.
    fn reopen(&self, view: RunView) {
        let mut state = self.lock();
        state.view = view;
        state.ended = None;
    }

    /// Records that a child starts, for the first time or again.
    pub(crate) fn started(&self, number: u32, execution: &Arc<ExecutionState>, is_restart: bool) {
        let mut state = self.lock();
        if is_restart {
            state.redrivable.remove(&number);
            state.ended_children.retain(|(other, _)| *other != number);
        }
        state.running.insert(number, execution.clone());
    }

    /// Returns a child by its number.
    pub(crate) fn numbered(&self, number: u32) -> Option<Arc<ExecutionState>> {
        let state = self.lock();
        let mut children = state.children();
        children.find_map(|(other, execution)| (other == number).then(|| execution.clone()))
    }

    /// Records the end of a child. Returns the child that is evicted for it.
    fn ended(&self, number: u32) -> Option<Arc<ExecutionState>> {
        let mut state = self.lock();
        let execution = state.running.remove(&number)?;
        if execution.is_redrivable() {
            state.redrivable.insert(number, execution);
            return None;
        }
        state.ended_children.push_back((number, execution));
        if state.ended_children.len() <= self.retention {
            return None;
        }
        state
            .ended_children
            .pop_front()
            .map(|(_, execution)| execution)
    }

    /// Stops the running children.
    pub(crate) fn stop_children(&self) {
        for child in self.running() {
            // A child that has ended concurrently ignores the message.
            let _ = child.send(Message::Stop(Failure::stopped(None, None)));
        }
    }

    /// Reports the begin of a shutdown to the running children.
    pub(crate) fn drain_children(&self, drain: &Drain) {
        for child in self.running() {
            // A child that has ended concurrently ignores the message.
            let _ = child.send(Message::Drain(drain.clone()));
        }
    }

    /// Suspends the running children.
    pub(crate) fn suspend_children(&self, why: &Failure) {
        for child in self.running() {
            // A child that has ended concurrently ignores the message.
            let _ = child.send(Message::Suspended(why.clone()));
        }
    }

    fn running(&self) -> Vec<Arc<ExecutionState>> {
        self.lock().running.values().cloned().collect()
    }

    /// Returns the run's row in the store; `execution` is the key of the parent execution.
    pub(crate) fn stored(&self, execution: u64) -> StoredMapRun {
        let state = self.lock();
        StoredMapRun {
            arn: self.arn.to_string(),
            execution,
            data: encode(&state.view, &state.tally, &state.ended).into(),
        }
    }

    pub(crate) fn report(&self, tally: Tally, ended: Option<Status>, now: Timestamp) {
        let mut state = self.lock();
        state.tally = tally;
        if let Some(status) = ended {
            state.ended = Some((status, state.not_before_start(now)));
        }
    }

    /// Records that the state that waits for the run has ended. Returns whether this ends the run;
    /// then its children must be stopped.
    pub(crate) fn abort(&self, now: Timestamp) -> bool {
        let mut state = self.lock();
        let was_running = state.ended.is_none();
        let stopped = state.not_before_start(now);
        state.ended.get_or_insert((Status::Aborted, stopped));
        if was_running {
            state.tally.abort();
        }
        was_running
    }

    fn describe(&self) -> MapRun {
        let state = self.lock();
        described(&state.view, state.tally, state.ended)
    }

    fn children(&self) -> BTreeMap<u32, Arc<ExecutionState>> {
        let state = self.lock();
        let children = state.children();
        children
            .map(|(number, execution)| (number, execution.clone()))
            .collect()
    }

    fn children_before(
        &self,
        (from, before): (u32, Option<u32>),
        limit: usize,
        filter: impl Fn(&ExecutionState) -> bool,
    ) -> Vec<(u32, Arc<ExecutionState>)> {
        let state = self.lock();
        let numbers = (
            Bound::Included(from),
            before.map_or(Bound::Unbounded, Bound::Excluded),
        );
        let is_in = |number: u32| numbers.contains(&number);
        let copy = |(number, execution): (u32, &Arc<ExecutionState>)| (number, execution.clone());
        // Each part is limited, so that the cost of a page does not depend on the number of
        // children.
        let part = |part: &BTreeMap<u32, Arc<ExecutionState>>| {
            let children = part.range(numbers).rev();
            let children = children.map(|(number, execution)| (*number, execution));
            let children = children.filter(|(_, execution)| filter(execution));
            children.take(limit).map(copy).collect::<Vec<_>>()
        };
        let mut all = part(&state.running);
        all.extend(part(&state.redrivable));
        let over = state.ended_children.iter();
        let over = over.map(|(number, execution)| (*number, execution));
        let over = over.filter(|(number, execution)| is_in(*number) && filter(execution));
        all.extend(over.map(copy));
        drop(state);
        all.sort_unstable_by_key(|(number, _)| Reverse(*number));
        all.truncate(limit);
        all
    }

    fn child(&self, id: &str) -> Option<Arc<ExecutionState>> {
        let state = self.lock();
        let mut all = state.children().map(|(_, execution)| execution);
        all.find(|execution| execution.about.arn() == id).cloned()
    }
}

/// Describes a run, before or after its end.
fn described(view: &RunView, tally: Tally, ended: Option<(Status, Timestamp)>) -> MapRun {
    let status = ended.map_or(Status::Running, |(status, _)| status);
    view.describe(status, ended.map(|(_, at)| at), tally)
}

/// The fields of a stored run.
type RunFields = (RunView, Tally, Option<(Status, Timestamp)>);

/// Reads what [`MapRunRecord::stored`] wrote.
pub(crate) fn read(data: &[u8]) -> Result<MapRun, DamagedRecord> {
    let (view, tally, ended) = decode(data)?;
    Ok(described(&view, tally, ended))
}

/// Returns the row of a run whose execution ends without an engine; `None` if the run has ended, or
/// cannot be read.
pub(crate) fn aborted(run: &StoredMapRun, now: Timestamp) -> Option<StoredMapRun> {
    let (view, mut tally, ended) = decode(&run.data).ok()?;
    if ended.is_some() {
        return None;
    }
    tally.abort();
    Some(StoredMapRun {
        data: encode(&view, &tally, &Some((Status::Aborted, now))).into(),
        ..run.clone()
    })
}

fn encode(view: &RunView, tally: &Tally, ended: &Option<(Status, Timestamp)>) -> Vec<u8> {
    let mut to = RecordWriter::default();
    to.value(1, view);
    to.value(2, tally);
    to.value(3, ended);
    to.end_fields();
    to.finish(VERSION)
}

fn decode(data: &[u8]) -> Result<RunFields, DamagedRecord> {
    let from = RecordReader::new(ReadNodes::default(), data, VERSION);
    let (mut view, mut tally, mut ended) = (None, None, None);
    from.map_err(|_| DamagedRecord)?.fields(|number, from| {
        match number {
            1 => view = Some(Record::read(from)?),
            2 => tally = Some(Record::read(from)?),
            3 => ended = Some(Record::read(from)?),
            _ => from.skip()?,
        }
        Ok(())
    })?;
    Ok((required(view)?, required(tally)?, required(ended)?))
}

impl fmt::Debug for MapRunRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapRunRecord")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
