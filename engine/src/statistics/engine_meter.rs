//! All meters of an engine: one for each state machine, resource and activity.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

use super::execution_meter::ExecutionMeter;
use super::level::Level;
use super::running_tasks::{RunningTaskGuard, RunningTasks};
use super::snapshot::{ActivityQueueStatistics, Statistics};
use super::table::{self, METRICS};
use super::task_meter::TaskMeter;
use super::total::Total;
use crate::task::ResourceKind;

/// The label of executions, tasks and queues beyond the first 1,000 state machines, resources or
/// activities. No name and no ARN contains `<`.
pub const OTHER: &str = "<other>";

/// The maximum number of values of a label: clients of a server may create state machines without
/// end.
const LABELS: usize = 1_000;

/// Counts what an engine does. Each state machine, resource and activity has a separate meter,
/// which is created once.
pub(crate) struct EngineMeter {
    executions: Meters<ExecutionMeter>,
    activities: Meters<TaskMeter>,
    functions: Meters<TaskMeter>,
    services: Meters<TaskMeter>,
    queues: Meters<Level>,
    running: Arc<RunningTasks>,
    deleted: Total,
    open_limit: Level,
    pub(crate) quarantined: Arc<Level>,
    /// The messages of the outbox.
    pub(crate) undelivered: Arc<[Level; 2]>,
    pub(crate) unhandled: Arc<Level>,
}

/// Meters by the values of their label.
struct Meters<T>(Mutex<BTreeMap<SmolStr, Arc<T>>>);

impl<T> Default for Meters<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Meters<T> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SmolStr, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the meter of a label, or creates it.
    fn get(&self, label: &str, create: impl FnOnce(&str) -> T) -> Arc<T> {
        let mut meters = self.lock();
        let is_full = meters.len() >= LABELS && !meters.contains_key(label);
        let label = if is_full { OTHER } else { label };
        if let Some(known) = meters.get(label) {
            return known.clone();
        }
        let meter = Arc::new(create(label));
        meters.insert(label.into(), meter.clone());
        meter
    }

    fn map<R>(&self, of: impl Fn(&str, &T) -> R) -> Vec<R> {
        let meters = self.lock();
        let all = meters.iter().map(|(label, meter)| of(label, meter));
        all.collect()
    }
}

impl EngineMeter {
    /// Creates the meter of an engine with this limit of open executions, and describes all metrics
    /// to the recorder of the crate `metrics`.
    pub(crate) fn new(open_limit: usize) -> Self {
        for metric in METRICS {
            metric.describe();
        }
        let meter = Self {
            executions: Meters::default(),
            activities: Meters::default(),
            functions: Meters::default(),
            services: Meters::default(),
            queues: Meters::default(),
            running: Arc::default(),
            deleted: Total::new(table::EXECUTIONS_DELETED.counter(None)),
            open_limit: Level::new(table::OPEN_EXECUTIONS_LIMIT.gauge(None)),
            undelivered: Arc::new([
                Level::new(table::STATUS_CHANGES_UNDELIVERED.gauge(None)),
                Level::new(table::STOPS_UNDELIVERED.gauge(None)),
            ]),
            quarantined: Arc::new(Level::new(table::EXECUTIONS_QUARANTINED.gauge(None))),
            unhandled: Arc::new(Level::new(table::EXECUTIONS_UNHANDLED.gauge(None))),
        };
        meter.open_limit.set(open_limit as u64);
        meter
    }

    /// Returns the meter of a state machine's executions.
    pub(crate) fn executions(&self, state_machine: &str) -> Arc<ExecutionMeter> {
        self.executions.get(state_machine, ExecutionMeter::new)
    }

    /// Returns the meter of a resource's tasks.
    pub(crate) fn tasks(&self, kind: ResourceKind, resource: &str) -> Arc<TaskMeter> {
        let meters = match kind {
            ResourceKind::Activity => &self.activities,
            ResourceKind::Lambda => &self.functions,
            ResourceKind::Service => &self.services,
        };
        meters.get(resource, |label| TaskMeter::new(kind, label))
    }

    /// Returns the number of tasks that wait for a worker of an activity.
    pub(crate) fn queue(&self, activity: &str) -> Arc<Level> {
        self.queues.get(activity, |label| {
            Level::new(table::ACTIVITY_QUEUE_LENGTH.gauge(Some(label)))
        })
    }

    /// Counts a handler as running until the guard is dropped.
    pub(crate) fn task_runs(&self) -> RunningTaskGuard {
        RunningTaskGuard::new(&self.running)
    }

    /// Counts executions that were deleted because of the retention settings.
    pub(crate) fn deleted(&self, count: usize) {
        if count > 0 {
            self.deleted.add(count as u64);
        }
    }

    /// Returns the numbers of an engine without a store.
    pub(crate) fn statistics(&self) -> Statistics {
        let tasks = [&self.activities, &self.functions, &self.services];
        Statistics {
            executions: self.executions.map(|_, meter| meter.statistics()),
            tasks: tasks
                .into_iter()
                .flat_map(|meters| meters.map(|_, meter| meter.statistics()))
                .collect(),
            activity_queues: self
                .queues
                .map(|activity, waiting| ActivityQueueStatistics {
                    activity: activity.to_owned(),
                    waiting: waiting.get(),
                }),
            running_tasks: self.running.get(),
            quarantined_executions: self.quarantined.get(),
            undelivered_status_changes: self.undelivered[0].get(),
            undelivered_stops: self.undelivered[1].get(),
            unhandled_executions: self.unhandled.get(),
            open_executions_limit: self.open_limit.get(),
            deleted_executions: self.deleted.get(),
            store: None,
        }
    }
}
