//! A job of a service that a `.sync` task waits for, and how it is stopped.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use stepwright_interpreter::value::Value;

use super::{TaskFuture, TaskResult};

/// The future that stops a job.
pub(crate) type JobStopFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How a job is stopped.
pub(crate) enum JobStop {
    /// This future stops it. If the process ends before, it is not stopped.
    Now(JobStopFuture),
    /// A source stops it by this request, which the store of a durable engine retains until the job
    /// is stopped.
    Request(Value),
}

/// A job that a `.sync` task has started at a service, as a [`TaskSource`](super::TaskSource::job)
/// follows it.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::task::Job;
/// use stepwright_runtime::value::Value;
///
/// let job = Job::new(async { Ok(Value::from("done")) }).with_stop(async { println!("stopped") });
/// # let _ = job;
/// ```
#[must_use]
pub struct Job {
    pub(crate) end: TaskFuture,
    pub(crate) stop: Option<Box<JobStop>>,
}

impl Job {
    /// Returns a job with which the task ends when `end` is ready.
    pub fn new(end: impl Future<Output = TaskResult> + Send + 'static) -> Self {
        Self {
            end: Box::pin(end),
            stop: None,
        }
    }

    /// Sets what happens if the task ends before its job: by its timeout, by a failure in another
    /// branch, or because the execution is stopped. A process that ends before the future is ready
    /// does not stop the job.
    pub fn with_stop(self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            stop: Some(Box::new(JobStop::Now(Box::pin(stop)))),
            ..self
        }
    }

    /// Sets the request that [`TaskSource::stop_job`](super::TaskSource::stop_job) receives to stop
    /// the job if the task ends before it. A durable engine writes the request with the end of the
    /// task. If this process ends before the job is stopped, the next one stops it.
    pub fn with_stop_request(self, request: Value) -> Self {
        Self {
            stop: Some(Box::new(JobStop::Request(request))),
            ..self
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}
