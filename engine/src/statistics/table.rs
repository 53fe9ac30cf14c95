//! The table of all metrics: their names, meanings and values. The page `docs/reference/metrics.md`
//! is generated from it.

use super::definition::{MetricDefinition, MetricKind, MetricUnit, Series, SeriesValue};
use super::snapshot::{ExecutionStatistics, Statistics, StoreStatistics, TaskStatistics};
use crate::task::ResourceKind;

/// The label of executions.
const STATE_MACHINE: Option<&str> = Some("state_machine");
/// The label of activities: the dimension `ActivityArn` of CloudWatch.
const ACTIVITY: Option<&str> = Some("activity");
/// The label of Lambda functions: the dimension `LambdaFunctionArn` of CloudWatch.
const FUNCTION: Option<&str> = Some("function");
/// The label of service integrations: the dimension `ServiceIntegrationResourceArn` of CloudWatch.
const RESOURCE: Option<&str> = Some("resource");

fn by_machine<'a>(
    all: &'a Statistics,
    value: impl Fn(&'a ExecutionStatistics) -> SeriesValue<'a>,
) -> Vec<Series<'a>> {
    let series = all.executions.iter().map(|executions| Series {
        label: Some(&executions.state_machine),
        value: value(executions),
    });
    series.collect()
}

fn by_resource<'a>(
    all: &'a Statistics,
    kind: ResourceKind,
    value: impl Fn(&'a TaskStatistics) -> SeriesValue<'a>,
) -> Vec<Series<'a>> {
    let tasks = all.tasks.iter().filter(|tasks| tasks.kind == kind);
    let series = tasks.map(|tasks| Series {
        label: Some(&tasks.resource),
        value: value(tasks),
    });
    series.collect()
}

fn of_store<'a>(
    all: &'a Statistics,
    value: impl Fn(&'a StoreStatistics) -> SeriesValue<'a>,
) -> Vec<Series<'a>> {
    let series = all.store.iter().map(|store| Series {
        label: None,
        value: value(store),
    });
    series.collect()
}

fn of_engine<'a>(number: u64) -> Vec<Series<'a>> {
    vec![Series {
        label: None,
        value: SeriesValue::Number(number),
    }]
}

/// Defines each metric as a static, and all of them in a list.
macro_rules! metrics {
    ($($id:ident: $name:literal, $cloudwatch:expr, $kind:ident, $unit:ident, $label:expr, $meaning:literal, $read:expr;)+) => {
        $(pub(super) static $id: MetricDefinition = MetricDefinition {
            name: concat!("stepwright_", $name),
            cloudwatch: $cloudwatch,
            kind: MetricKind::$kind,
            unit: MetricUnit::$unit,
            label: $label,
            meaning: $meaning,
            read: $read,
        };)+

        /// All metrics of the engine.
        ///
        /// The names follow Prometheus: a prefix, lower case, the unit, and `_total` for counters.
        /// `cloudwatch` is the name of the same metric in CloudWatch's namespace `AWS/States`.
        ///
        /// ```
        /// # extern crate stepwright_engine as stepwright_runtime;
        /// use stepwright_runtime::statistics::METRICS;
        ///
        /// let started = METRICS.iter().find(|metric| metric.cloudwatch == Some("ExecutionsStarted"));
        /// assert_eq!(started.expect("it is in the table").name, "stepwright_executions_started_total");
        /// ```
        pub static METRICS: &[&MetricDefinition] = &[$(&$id),+];
    };
}

use ResourceKind::{Activity, Lambda, Service};
use SeriesValue::{Histogram as Times, Number};

metrics! {
    EXECUTIONS_STARTED: "executions_started_total", Some("ExecutionsStarted"), Counter, Count, STATE_MACHINE,
        "Executions that were started; with a store, when the start was durable",
        |all| by_machine(all, |of| Number(of.started));
    EXECUTIONS_REDRIVEN: "executions_redriven_total", Some("ExecutionsRedriven"), Counter, Count, STATE_MACHINE,
        "Closed executions that were redriven",
        |all| by_machine(all, |of| Number(of.redriven));
    EXECUTIONS_RESUMED: "executions_resumed_total", None, Counter, Count, STATE_MACHINE,
        "Open executions of the store that were resumed when the engine was built",
        |all| by_machine(all, |of| Number(of.resumed));
    EXECUTIONS_SUCCEEDED: "executions_succeeded_total", Some("ExecutionsSucceeded"), Counter, Count, STATE_MACHINE,
        "Executions that succeeded",
        |all| by_machine(all, |of| Number(of.succeeded));
    EXECUTIONS_FAILED: "executions_failed_total", Some("ExecutionsFailed"), Counter, Count, STATE_MACHINE,
        "Executions that failed",
        |all| by_machine(all, |of| Number(of.failed));
    EXECUTIONS_ABORTED: "executions_aborted_total", Some("ExecutionsAborted"), Counter, Count, STATE_MACHINE,
        "Executions that were aborted",
        |all| by_machine(all, |of| Number(of.aborted));
    EXECUTIONS_TIMED_OUT: "executions_timed_out_total", Some("ExecutionsTimedOut"), Counter, Count, STATE_MACHINE,
        "Executions that timed out",
        |all| by_machine(all, |of| Number(of.timed_out));
    EXECUTION_TIME: "execution_time_seconds", Some("ExecutionTime"), Histogram, Seconds, STATE_MACHINE,
        "The time from the start of an execution, or from its newest redrive, to its end",
        |all| by_machine(all, |of| Times(&of.time));
    EXECUTIONS_OPEN: "executions_open", Some("OpenExecutionCount"), Gauge, Count, STATE_MACHINE,
        "Executions that are running, including the children of Map Runs and Express executions",
        |all| by_machine(all, |of| Number(of.open));
    EXECUTIONS_SUSPENDED: "executions_suspended", None, Gauge, Count, STATE_MACHINE,
        "Executions that this engine suspended, because it was shut down or the store failed; the next engine resumes them",
        |all| by_machine(all, |of| Number(of.suspended));
    EXECUTIONS_QUARANTINED: "executions_quarantined", None, Gauge, Count, None,
        "Open executions of the store that cannot be read",
        |all| of_engine(all.quarantined_executions);
    STATUS_CHANGES_UNDELIVERED: "status_changes_undelivered", None, Gauge, Count, None,
        "Status changes in the store that the listener has not confirmed, measured at most every five seconds",
        |all| of_engine(all.undelivered_status_changes);
    STOPS_UNDELIVERED: "stops_undelivered", None, Gauge, Count, None,
        "Jobs and nested executions in the store that are to be stopped, measured at most every five seconds",
        |all| of_engine(all.undelivered_stops);
    EXECUTIONS_UNHANDLED: "executions_unhandled", None, Gauge, Count, None,
        "Open executions with a task that no handler executes",
        |all| of_engine(all.unhandled_executions);
    OPEN_EXECUTIONS_LIMIT: "open_executions_limit", Some("OpenExecutionLimit"), Gauge, Count, None,
        "The maximum number of open Standard executions",
        |all| of_engine(all.open_executions_limit);
    EXECUTIONS_DELETED: "executions_deleted_total", None, Counter, Count, None,
        "Closed executions that were deleted because of the retention settings",
        |all| of_engine(all.deleted_executions);
    TASKS_RUNNING: "tasks_running", None, Gauge, Count, None,
        "Handlers that were called and have not finished",
        |all| of_engine(all.running_tasks);
    ACTIVITIES_SCHEDULED: "activities_scheduled_total", Some("ActivitiesScheduled"), Counter, Count, ACTIVITY,
        "Tasks of activities that were scheduled",
        |all| by_resource(all, Activity, |of| Number(of.scheduled));
    ACTIVITIES_STARTED: "activities_started_total", Some("ActivitiesStarted"), Counter, Count, ACTIVITY,
        "Tasks of activities that a worker took",
        |all| by_resource(all, Activity, |of| Number(of.started));
    ACTIVITIES_SUCCEEDED: "activities_succeeded_total", Some("ActivitiesSucceeded"), Counter, Count, ACTIVITY,
        "Tasks of activities that succeeded",
        |all| by_resource(all, Activity, |of| Number(of.succeeded));
    ACTIVITIES_FAILED: "activities_failed_total", Some("ActivitiesFailed"), Counter, Count, ACTIVITY,
        "Tasks of activities that failed",
        |all| by_resource(all, Activity, |of| Number(of.failed));
    ACTIVITIES_TIMED_OUT: "activities_timed_out_total", Some("ActivitiesTimedOut"), Counter, Count, ACTIVITY,
        "Tasks of activities that exceeded `TimeoutSeconds`",
        |all| by_resource(all, Activity, |of| Number(of.timed_out));
    ACTIVITIES_HEARTBEAT_TIMED_OUT: "activities_heartbeat_timed_out_total", Some("ActivitiesHeartbeatTimedOut"), Counter, Count, ACTIVITY,
        "Tasks of activities that exceeded `HeartbeatSeconds`",
        |all| by_resource(all, Activity, |of| Number(of.heartbeat_timed_out));
    ACTIVITY_TIME: "activity_time_seconds", Some("ActivityTime"), Histogram, Seconds, ACTIVITY,
        "The time from the schedule of an activity's task to its end",
        |all| by_resource(all, Activity, |of| Times(&of.time));
    ACTIVITY_SCHEDULE_TIME: "activity_schedule_time_seconds", Some("ActivityScheduleTime"), Histogram, Seconds, ACTIVITY,
        "The time that an activity's task waits for a worker",
        |all| by_resource(all, Activity, |of| Times(&of.schedule_time));
    ACTIVITY_RUN_TIME: "activity_run_time_seconds", Some("ActivityRunTime"), Histogram, Seconds, ACTIVITY,
        "The time from the start of an activity's task to its end",
        |all| by_resource(all, Activity, |of| Times(&of.run_time));
    ACTIVITY_QUEUE_LENGTH: "activity_queue_length", None, Gauge, Count, ACTIVITY,
        "Tasks of an activity that wait for a worker",
        |all| {
            let queues = all.activity_queues.iter();
            queues.map(|queue| Series { label: Some(&queue.activity), value: Number(queue.waiting) }).collect()
        };
    LAMBDA_FUNCTIONS_SCHEDULED: "lambda_functions_scheduled_total", Some("LambdaFunctionsScheduled"), Counter, Count, FUNCTION,
        "Lambda functions that were scheduled",
        |all| by_resource(all, Lambda, |of| Number(of.scheduled));
    LAMBDA_FUNCTIONS_STARTED: "lambda_functions_started_total", Some("LambdaFunctionsStarted"), Counter, Count, FUNCTION,
        "Lambda functions that were started",
        |all| by_resource(all, Lambda, |of| Number(of.started));
    LAMBDA_FUNCTIONS_SUCCEEDED: "lambda_functions_succeeded_total", Some("LambdaFunctionsSucceeded"), Counter, Count, FUNCTION,
        "Lambda functions that succeeded",
        |all| by_resource(all, Lambda, |of| Number(of.succeeded));
    LAMBDA_FUNCTIONS_FAILED: "lambda_functions_failed_total", Some("LambdaFunctionsFailed"), Counter, Count, FUNCTION,
        "Lambda functions that failed",
        |all| by_resource(all, Lambda, |of| Number(of.failed));
    LAMBDA_FUNCTIONS_TIMED_OUT: "lambda_functions_timed_out_total", Some("LambdaFunctionsTimedOut"), Counter, Count, FUNCTION,
        "Lambda functions that exceeded `TimeoutSeconds` or `HeartbeatSeconds`",
        |all| by_resource(all, Lambda, |of| Number(of.timed_out));
    LAMBDA_FUNCTION_TIME: "lambda_function_time_seconds", Some("LambdaFunctionTime"), Histogram, Seconds, FUNCTION,
        "The time from the schedule of a Lambda function to its end",
        |all| by_resource(all, Lambda, |of| Times(&of.time));
    LAMBDA_FUNCTION_SCHEDULE_TIME: "lambda_function_schedule_time_seconds", Some("LambdaFunctionScheduleTime"), Histogram, Seconds, FUNCTION,
        "The time from the schedule of a Lambda function to its start",
        |all| by_resource(all, Lambda, |of| Times(&of.schedule_time));
    LAMBDA_FUNCTION_RUN_TIME: "lambda_function_run_time_seconds", Some("LambdaFunctionRunTime"), Histogram, Seconds, FUNCTION,
        "The time from the start of a Lambda function to its end",
        |all| by_resource(all, Lambda, |of| Times(&of.run_time));
    SERVICE_INTEGRATIONS_SCHEDULED: "service_integrations_scheduled_total", Some("ServiceIntegrationsScheduled"), Counter, Count, RESOURCE,
        "Tasks of service integrations that were scheduled",
        |all| by_resource(all, Service, |of| Number(of.scheduled));
    SERVICE_INTEGRATIONS_STARTED: "service_integrations_started_total", Some("ServiceIntegrationsStarted"), Counter, Count, RESOURCE,
        "Tasks of service integrations that were started",
        |all| by_resource(all, Service, |of| Number(of.started));
    SERVICE_INTEGRATIONS_SUCCEEDED: "service_integrations_succeeded_total", Some("ServiceIntegrationsSucceeded"), Counter, Count, RESOURCE,
        "Tasks of service integrations that succeeded",
        |all| by_resource(all, Service, |of| Number(of.succeeded));
    SERVICE_INTEGRATIONS_FAILED: "service_integrations_failed_total", Some("ServiceIntegrationsFailed"), Counter, Count, RESOURCE,
        "Tasks of service integrations that failed",
        |all| by_resource(all, Service, |of| Number(of.failed));
    SERVICE_INTEGRATIONS_TIMED_OUT: "service_integrations_timed_out_total", Some("ServiceIntegrationsTimedOut"), Counter, Count, RESOURCE,
        "Tasks of service integrations that exceeded `TimeoutSeconds` or `HeartbeatSeconds`",
        |all| by_resource(all, Service, |of| Number(of.timed_out));
    SERVICE_INTEGRATION_TIME: "service_integration_time_seconds", Some("ServiceIntegrationTime"), Histogram, Seconds, RESOURCE,
        "The time from the schedule of a service integration's task to its end",
        |all| by_resource(all, Service, |of| Times(&of.time));
    SERVICE_INTEGRATION_SCHEDULE_TIME: "service_integration_schedule_time_seconds", Some("ServiceIntegrationScheduleTime"), Histogram, Seconds, RESOURCE,
        "The time from the schedule of a service integration's task to its start",
        |all| by_resource(all, Service, |of| Times(&of.schedule_time));
    SERVICE_INTEGRATION_RUN_TIME: "service_integration_run_time_seconds", Some("ServiceIntegrationRunTime"), Histogram, Seconds, RESOURCE,
        "The time from the start of a service integration's task to its end",
        |all| by_resource(all, Service, |of| Times(&of.run_time));
    STORE_COMMITS: "store_commits_total", None, Counter, Count, None,
        "Transactions that the store committed",
        |all| of_store(all, |of| Number(of.commits));
    STORE_COMMITS_FAILED: "store_commits_failed_total", None, Counter, Count, None,
        "Transactions that the store could not commit",
        |all| of_store(all, |of| Number(of.failed_commits));
    STORE_CHANGES: "store_changes_total", None, Counter, Count, None,
        "Changes that the store committed",
        |all| of_store(all, |of| Number(of.changes));
    STORE_COMMIT_TIME: "store_commit_time_seconds", None, Histogram, Seconds, None,
        "The time of a commit, with the sync to the disk",
        |all| of_store(all, |of| Times(&of.commit_time));
    STORE_COMMIT_SIZE: "store_commit_size_bytes", None, Histogram, Bytes, None,
        "The bytes of the changes of a commit",
        |all| of_store(all, |of| Times(&of.commit_bytes));
    STORE_QUEUE_LENGTH: "store_queue_length", None, Gauge, Count, None,
        "Submissions that wait for the next transaction",
        |all| of_store(all, |of| Number(of.waiting_commits));
    STORE_UNAVAILABLE: "store_unavailable", None, Gauge, Count, None,
        "1 while the store cannot commit, otherwise 0",
        |all| of_store(all, |of| Number(u64::from(!of.is_available)));
    STORE_FILE_SIZE: "store_file_size_bytes", None, Gauge, Bytes, None,
        "The size of the store's file",
        |all| of_store(all, |of| Number(of.file_bytes));
    STORE_LOG_SIZE: "store_log_size_bytes", None, Gauge, Bytes, None,
        "The size of the store's write-ahead log",
        |all| of_store(all, |of| Number(of.log_bytes));
    STORE_EPOCH: "store_epoch", None, Gauge, Count, None,
        "How many engines have had the store, if it can be taken over",
        |all| of_store(all, |of| Number(of.epoch));
    STORE_LAST_COMMIT: "store_last_commit", None, Gauge, Count, None,
        "The number of the store's last commit, if it can be taken over",
        |all| of_store(all, |of| Number(of.last_commit));
}
