//! The source of the executions that the pages show: a running engine, or a store that the engine
//! of another process writes.
//!
//! | file | content |
//! |---|---|
//! | `execution_snapshot.rs` | one execution, with its history |
//! | `execution_counts.rs` | the executions of a state machine by their status |
//! | `store_source.rs`, `idle_readers.rs` | a store without an engine; its open readers |

mod execution_counts;
mod execution_snapshot;
mod idle_readers;
mod store_source;

use std::ops::Range;
use std::sync::Arc;

use stepwright_asl::model::MachineType;
use stepwright_engine::store::StoreError;
use stepwright_engine::{
    ActivityDescription, ExecutionData, ExecutionFilter, ExecutionInfo, ExecutionPage, MapRun,
    MapRunChild, Redaction, Status, StoredExecutions, Wait,
};

pub(super) use self::execution_counts::ExecutionCounts;
pub(super) use self::execution_snapshot::ExecutionSnapshot;
pub(crate) use self::store_source::StoreSource;
use crate::service::Service;

/// The source of the executions that the pages show.
pub(crate) enum ExecutionSource {
    /// An engine of this process.
    Engine(Arc<Service>),
    /// A store without an engine.
    Store(Arc<StoreSource>),
}

/// The methods read stores on threads for blocking work. Their errors are those of the store.
impl ExecutionSource {
    /// Returns the store, if there is no engine.
    pub(super) fn store(&self) -> Option<&StoreSource> {
        match self {
            Self::Engine(_) => None,
            Self::Store(store) => Some(store),
        }
    }

    /// Returns what no page shows, and no filter compares: fields, and task tokens.
    pub(super) fn redaction(&self) -> &Redaction {
        match self {
            Self::Engine(service) => service.engine.redaction(),
            Self::Store(store) => store.redaction(),
        }
    }

    /// Returns a page of executions.
    pub(super) async fn executions(
        &self,
        filter: ExecutionFilter,
    ) -> Result<ExecutionPage, StoreError> {
        match self {
            Self::Engine(service) => service.engine.executions(&filter).await,
            Self::Store(store) => store.read(move |stored| stored.list(&filter)).await,
        }
    }

    /// Returns the executions of each state machine by their status: those of the store, or those
    /// that the engine has counted without one.
    pub(super) async fn counts(&self) -> Result<ExecutionCounts, StoreError> {
        match self {
            Self::Engine(service) => {
                let counted = ExecutionCounts::of_statistics(service.engine.statistics());
                let stored = service.engine.stored_counts().await?;
                let is_express = |name: &str| {
                    let machine = service.control.machine(name);
                    machine.is_some_and(|machine| machine.machine_type == MachineType::Express)
                };
                Ok(match stored {
                    Some(stored) => counted.with_stored(stored, is_express),
                    None => counted,
                })
            }
            Self::Store(store) => {
                let stored = store.read(StoredExecutions::counts).await?;
                Ok(ExecutionCounts::default().with_stored(stored, |_| false))
            }
        }
    }

    /// Returns an execution with its history.
    pub(super) async fn execution(
        &self,
        arn: &str,
    ) -> Result<Option<ExecutionSnapshot>, StoreError> {
        match self {
            Self::Engine(service) => match service.engine.execution(arn).await? {
                Some(run) => Ok(Some(ExecutionSnapshot::of_engine(run).await)),
                None => Ok(None),
            },
            Self::Store(store) => {
                let described = store.describe(arn).await?;
                Ok(described.map(ExecutionSnapshot::of_store))
            }
        }
    }

    /// Returns the inputs and the results of executions, in the same order; `None` for an execution
    /// that does not exist.
    pub(super) async fn data(
        &self,
        arns: Vec<String>,
    ) -> Result<Vec<Option<ExecutionData>>, StoreError> {
        match self {
            Self::Engine(service) => service.engine.execution_data(&arns).await,
            Self::Store(store) => {
                let read = store.read(move |stored| {
                    let described = arns.iter().map(|arn| stored.describe(arn));
                    let data = described.map(|one| Ok(one?.map(ExecutionData::from)));
                    data.collect()
                });
                read.await
            }
        }
    }

    /// Returns a Map Run.
    pub(super) async fn map_run(&self, arn: &str) -> Result<Option<MapRun>, StoreError> {
        match self {
            Self::Engine(service) => service.engine.map_run(arn).await,
            Self::Store(store) => {
                let arn = arn.to_owned();
                store.read(move |stored| stored.map_run(&arn)).await
            }
        }
    }

    /// Returns the ARNs of the Map Runs of an execution.
    pub(super) async fn map_runs(&self, execution: &str) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Engine(service) => {
                let runs = service.engine.map_runs(execution).await?;
                Ok(runs.into_iter().map(|run| run.arn).collect())
            }
            Self::Store(store) => {
                let execution = execution.to_owned();
                let read = move |stored: &mut StoredExecutions| {
                    let reader = stored.reader();
                    let Some(row) = reader.execution(&execution)? else {
                        return Ok(Vec::new());
                    };
                    let runs = reader.map_runs(row.key)?;
                    Ok(runs.into_iter().map(|run| run.arn).collect())
                };
                store.read(read).await
            }
        }
    }

    /// Returns the children of a Map Run whose numbers are in a range; with a status, only those
    /// children.
    pub(super) async fn map_run_children(
        &self,
        arn: &str,
        numbers: Range<u32>,
        status: Option<Status>,
    ) -> Result<Vec<MapRunChild>, StoreError> {
        match self {
            Self::Engine(service) => {
                let engine = &service.engine;
                engine.map_run_children(arn, numbers, status).await
            }
            Self::Store(store) => {
                let arn = arn.to_owned();
                let read = move |stored: &mut StoredExecutions| {
                    stored.map_run_children(&arn, &numbers, status)
                };
                store.read(read).await
            }
        }
    }

    /// Returns the ARN of the Map Run of a child execution; `None` for another execution.
    pub(super) async fn map_run_of(&self, child: &str) -> Result<Option<String>, StoreError> {
        // The state machine of a child is `<machine>/<label>`, and no name contains a `/`.
        if !child.contains('/') {
            return Ok(None);
        }
        match self {
            Self::Engine(service) => {
                let run = service.engine.map_run_of(child).await?;
                Ok(run.map(String::from))
            }
            Self::Store(store) => {
                let child = child.to_owned();
                let read = move |stored: &mut StoredExecutions| {
                    let row = stored.reader().execution(&child)?;
                    Ok(row.and_then(|row| Some(row.child_of?.map_run)))
                };
                store.read(read).await
            }
        }
    }

    /// Returns an execution, and what it waits for; `None` if it does not exist.
    pub(super) async fn waits(
        &self,
        arn: &str,
    ) -> Result<Option<(ExecutionInfo, Vec<Wait>)>, StoreError> {
        match self {
            Self::Engine(service) => match service.engine.execution(arn).await? {
                Some(run) => {
                    let waits = execution_snapshot::waits_of(&run).await;
                    Ok(Some((run.execution().clone(), waits)))
                }
                None => Ok(None),
            },
            Self::Store(store) => {
                let described = store.describe(arn).await?;
                Ok(described.map(|described| (described.execution, described.waits)))
            }
        }
    }

    /// Returns the activities.
    pub(super) async fn activities(&self) -> Result<Vec<ActivityDescription>, StoreError> {
        match self {
            Self::Engine(service) => Ok(service.engine.activities()),
            Self::Store(store) => store.read(StoredExecutions::activities).await,
        }
    }

    /// Returns numbers that change with each start and each end of an execution, and with each task
    /// that is queued for a worker.
    pub(super) fn changes(&self) -> [u64; 3] {
        let service = match self {
            Self::Engine(service) => service,
            Self::Store(store) => return [store.change(), 0, 0],
        };
        let statistics = service.engine.statistics();
        let all = statistics.all_executions();
        let begun = all.started + all.redriven + all.resumed;
        let ended = all.succeeded + all.failed + all.aborted + all.timed_out + all.suspended;
        let queues = statistics.activity_queues.iter();
        [begun, ended, queues.map(|queue| queue.waiting).sum()]
    }
}
