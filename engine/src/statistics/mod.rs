//! The numbers of an engine: [`Engine::statistics`](crate::Engine::statistics), and the same
//! numbers as metrics.
//!
//! | you want | use |
//! |---|---|
//! | the numbers in Rust | [`Engine::statistics`](crate::Engine::statistics) |
//! | Prometheus, in a program with an HTTP server | [`Statistics::to_prometheus`] |
//! | Prometheus, with the command | `stepwright serve`, and `GET /metrics` |
//! | any other system | the feature `metrics`, and the crate [`metrics`](https://docs.rs/metrics): install a recorder before the engine is built |
//! | the names of all metrics | [`METRICS`] |
//!
//! # The crate `metrics`
//!
//! An engine registers its metrics when it is built, and when it gets a new state machine, resource
//! or activity. It uses the recorder that is installed then. Without a recorder, the crate does
//! nothing. Several engines of a process have the same metrics: their numbers are added.
//!
//! # What a change costs
//!
//! The start and the end of an execution, and each task, add to numbers that belong to the thread,
//! and to the metrics of the recorder, if there is one. A transition adds nothing. No name and no
//! label is built after the registration.
//!
//! # Differences from CloudWatch
//!
//! - Times are in seconds, as is usual in Prometheus.
//! - The executions of a Map Run have the label `<state machine>/<label of the Map>`, as in their
//!   ARNs. AWS does not document their label.
//! - A redriven execution counts as redriven, and its end counts again. Its time begins with the
//!   redrive. AWS documents neither.
//! - Times of tasks are known if the execution records its history: see
//!   [`EngineBuilder::history`](crate::EngineBuilder::history).
//! - Tests of single states (`test_state` of the test kit) count nothing.

mod buckets;
mod definition;
mod engine_meter;
mod execution_meter;
mod level;
mod prometheus;
mod recorder;
mod running_tasks;
mod snapshot;
mod store_meter;
mod table;
mod task_meter;
mod total;

pub use self::definition::{MetricDefinition, MetricKind, MetricUnit};
pub(crate) use self::engine_meter::EngineMeter;
pub use self::engine_meter::OTHER;
pub(crate) use self::execution_meter::{ExecutionBegin, ExecutionMeter};
pub(crate) use self::level::Level;
pub use self::prometheus::PROMETHEUS_TEXT;
pub(crate) use self::running_tasks::RunningTaskGuard;
pub use self::snapshot::{
    ActivityQueueStatistics, ExecutionStatistics, HistogramStatistics, Statistics, StoreStatistics,
    TaskStatistics,
};
pub(crate) use self::store_meter::StoreMeter;
pub use self::store_meter::StoreSize;
pub use self::table::METRICS;
pub(crate) use self::task_meter::TaskMeter;
