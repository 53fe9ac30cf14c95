use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::{TaskFuture, TaskResult};

/// The future that stops a job.
pub(crate) type JobStop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A job that a `.sync` task has started at a service, as a [`TaskSource`](super::TaskSource::job) follows it.
///
/// ```
/// use stepwright_runtime::task::Job;
/// use stepwright_runtime::value::Value;
///
/// let job = Job::new(async { Ok(Value::from("done")) }).with_stop(async { println!("stopped") });
/// # let _ = job;
/// ```
#[must_use]
pub struct Job {
    pub(crate) end: TaskFuture,
    pub(crate) stop: JobStop,
}

impl Job {
    /// Returns a job with which the task ends when `end` is ready.
    pub fn new(end: impl Future<Output = TaskResult> + Send + 'static) -> Self {
        Self {
            end: Box::pin(end),
            stop: Box::pin(std::future::ready(())),
        }
    }

    /// Sets what happens if the task ends before its job: by its timeout, by a failure in another branch, or because the execution is stopped.
    pub fn with_stop(self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            stop: Box::pin(stop),
            ..self
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}
