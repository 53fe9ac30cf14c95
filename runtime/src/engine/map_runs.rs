use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use super::state::{ExecutionState, Message};
use crate::clock::Timestamp;
use crate::distributed::{MapRun, RunView, Tally};
use crate::interpret::Failure;
use crate::status::Status;

/// The Map Runs of an engine.
#[derive(Debug, Default)]
pub(super) struct MapRuns {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_arn: HashMap<SmolStr, Arc<MapRunRecord>>,
    /// The ARNs of the runs of an execution, in the order of their starts.
    of_execution: HashMap<SmolStr, Vec<SmolStr>>,
}

impl MapRuns {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run, or goes on with one that is redriven, of which `retention` children can be described when they are over.
    pub(super) fn open(&self, view: RunView, retention: usize) -> Arc<MapRunRecord> {
        let mut known = self.lock();
        let (arn, execution) = (view.arn.clone(), view.execution.clone());
        if let Some(run) = known.by_arn.get(&arn) {
            run.reopen(view);
            return run.clone();
        }
        let run = Arc::new(MapRunRecord {
            arn: arn.clone(),
            retention,
            state: Mutex::new(State::new(view)),
        });
        known
            .of_execution
            .entry(execution)
            .or_default()
            .push(arn.clone());
        known.by_arn.insert(arn, run.clone());
        run
    }

    /// Forgets the runs of an execution with their children, and the runs of these.
    pub(super) fn forget(&self, execution: &str) {
        let mut known = self.lock();
        let mut executions = vec![SmolStr::new(execution)];
        let mut forgotten = Vec::new();
        while let Some(execution) = executions.pop() {
            for arn in known.of_execution.remove(&execution).unwrap_or_default() {
                if let Some(run) = known.by_arn.remove(&arn) {
                    executions.extend(
                        run.children()
                            .iter()
                            .map(|execution| execution.about.id.clone()),
                    );
                    forgotten.push(run);
                }
            }
        }
        drop(known);
        drop(forgotten);
    }

    pub(super) fn of_execution(&self, execution: &str) -> Vec<MapRun> {
        let known = self.lock();
        let arns = known.of_execution.get(execution).into_iter().flatten();
        arns.filter_map(|arn| Some(known.by_arn.get(arn)?.describe()))
            .collect()
    }

    pub(super) fn describe(&self, arn: &str) -> Option<MapRun> {
        Some(self.lock().by_arn.get(arn)?.describe())
    }

    /// The children of a run, in the order of their starts.
    pub(super) fn children(&self, arn: &str) -> Vec<Arc<ExecutionState>> {
        let run = self.lock().by_arn.get(arn).cloned();
        run.map_or_else(Vec::new, |run| run.children())
    }

    /// A child of a run is over. Gives the one that is forgotten for it.
    pub(super) fn child_ended(&self, arn: &str, number: u32) -> Option<Arc<ExecutionState>> {
        let run = self.lock().by_arn.get(arn).cloned();
        run?.ended(number)
    }

    /// The children of an execution's runs that are at work, and theirs.
    pub(super) fn at_work(&self, execution: &str) -> Vec<Arc<ExecutionState>> {
        let known = self.lock();
        let mut executions = vec![SmolStr::new(execution)];
        let mut at_work = Vec::new();
        while let Some(execution) = executions.pop() {
            for arn in known.of_execution.get(&execution).into_iter().flatten() {
                let children = known.by_arn.get(arn).map(|run| run.children());
                for child in children.into_iter().flatten() {
                    executions.push(child.about.id.clone());
                    if child.report().is_none() {
                        at_work.push(child);
                    }
                }
            }
        }
        at_work
    }

    /// A child of any run.
    pub(super) fn child(&self, id: &str) -> Option<Arc<ExecutionState>> {
        let runs: Vec<_> = self.lock().by_arn.values().cloned().collect();
        let mut found = runs.iter().filter_map(|run| run.child(id));
        found.next()
    }
}

/// One Map Run as others see it.
pub(super) struct MapRunRecord {
    arn: SmolStr,
    retention: usize,
    state: Mutex<State>,
}

struct State {
    view: RunView,
    tally: Tally,
    /// How it ended, and when.
    ended: Option<(Status, Timestamp)>,
    /// By number: the children that are at work.
    running: BTreeMap<u32, Arc<ExecutionState>>,
    /// The children that ended last, by number, in the order of their ends.
    over: VecDeque<(u32, Arc<ExecutionState>)>,
    /// By number: the children that can go on when the run is redriven.
    redrivable: BTreeMap<u32, Arc<ExecutionState>>,
}

impl State {
    fn new(view: RunView) -> Self {
        Self {
            view,
            tally: Tally::default(),
            ended: None,
            running: BTreeMap::new(),
            over: VecDeque::new(),
            redrivable: BTreeMap::new(),
        }
    }

    fn children(&self) -> impl Iterator<Item = (u32, &Arc<ExecutionState>)> {
        let over = self
            .over
            .iter()
            .map(|(number, execution)| (*number, execution));
        let kept = self.running.iter().chain(&self.redrivable);
        over.chain(kept.map(|(number, execution)| (*number, execution)))
    }
}

impl MapRunRecord {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn arn(&self) -> &SmolStr {
        &self.arn
    }

    /// It is redriven.
    fn reopen(&self, view: RunView) {
        let mut state = self.lock();
        state.view = view;
        state.ended = None;
    }

    /// A child starts, for the first time or again.
    pub(super) fn started(&self, number: u32, execution: &Arc<ExecutionState>) {
        let mut state = self.lock();
        state.redrivable.remove(&number);
        state.over.retain(|(other, _)| *other != number);
        state.running.insert(number, execution.clone());
    }

    /// A child by its number.
    pub(super) fn numbered(&self, number: u32) -> Option<Arc<ExecutionState>> {
        let state = self.lock();
        let mut children = state.children();
        children.find_map(|(other, execution)| (other == number).then(|| execution.clone()))
    }

    /// A child is over. Gives the one that is forgotten for it.
    fn ended(&self, number: u32) -> Option<Arc<ExecutionState>> {
        let mut state = self.lock();
        let execution = state.running.remove(&number)?;
        if execution.is_redrivable() {
            state.redrivable.insert(number, execution);
            return None;
        }
        state.over.push_back((number, execution));
        if state.over.len() <= self.retention {
            return None;
        }
        state.over.pop_front().map(|(_, execution)| execution)
    }

    /// Tells the children that are at work to stop.
    pub(super) fn stop_children(&self) {
        let running: Vec<_> = self.lock().running.values().cloned().collect();
        for child in running {
            // One that is over meanwhile needs not be told.
            let _ = child.send(Message::Stop(Failure::stopped(None, None)));
        }
    }

    pub(super) fn report(&self, tally: Tally, ended: Option<Status>, now: Timestamp) {
        let mut state = self.lock();
        state.tally = tally;
        if let Some(status) = ended {
            state.ended = Some((status, now));
        }
    }

    /// The state that waits for the run has ended. A run that is at work ends here, and its children with it.
    pub(super) fn abort(&self, now: Timestamp) {
        let was_running = {
            let mut state = self.lock();
            let was_running = state.ended.is_none();
            state.ended.get_or_insert((Status::Aborted, now));
            if was_running {
                state.tally.abort();
            }
            was_running
        };
        if was_running {
            self.stop_children();
        }
    }

    fn describe(&self) -> MapRun {
        let state = self.lock();
        let status = state.ended.map_or(Status::Running, |(status, _)| status);
        let stopped = state.ended.map(|(_, at)| at);
        state.view.describe(status, stopped, state.tally)
    }

    fn children(&self) -> Vec<Arc<ExecutionState>> {
        let state = self.lock();
        let all: BTreeMap<u32, &Arc<ExecutionState>> = state.children().collect();
        all.into_values().cloned().collect()
    }

    fn child(&self, id: &str) -> Option<Arc<ExecutionState>> {
        let state = self.lock();
        let mut all = state.children().map(|(_, execution)| execution);
        all.find(|execution| execution.about.id == id).cloned()
    }
}

impl fmt::Debug for MapRunRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapRunRecord")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
