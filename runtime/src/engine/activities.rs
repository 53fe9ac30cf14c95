use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use tokio::sync::oneshot;

use super::cell::Responder;
use super::error::ActivityError;
use crate::clock::{Asked, Clock};
use crate::value::Value;

/// The queues of an engine's activities.
#[derive(Debug, Default)]
pub(super) struct Activities {
    queues: Mutex<HashMap<SmolStr, Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Queued>,
    workers: VecDeque<Worker>,
}

/// A task that waits for a worker.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) token: SmolStr,
    pub(super) input: Value,
    pub(super) responder: Responder,
}

/// A worker that waits for a task.
#[derive(Debug)]
struct Worker {
    name: Option<SmolStr>,
    asks: oneshot::Sender<ActivityTask>,
}

/// A task that an activity's worker took.
///
/// While the worker has it, virtual time stands, as it does for a handler that is pending; while the worker sleeps on the
/// engine's clock, time goes on.
#[derive(Debug)]
pub struct ActivityTask {
    /// What to answer with.
    pub token: String,
    /// The task's input.
    pub input: Value,
    _hold: Asked,
}

impl Activities {
    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn declare(&self, arn: &str) {
        self.lock().entry(arn.into()).or_default();
    }

    pub(super) fn exists(&self, arn: &str) -> bool {
        self.lock().contains_key(arn)
    }

    /// Gives a task to the worker who has waited longest, or queues it.
    pub(super) fn push(&self, arn: &str, mut task: Queued, clock: &Clock) {
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(arn) else {
            return;
        };
        while let Some(worker) = queue.workers.pop_front() {
            let given = ActivityTask {
                token: task.token.to_string(),
                input: task.input.clone(),
                _hold: clock.ask_worker(),
            };
            match worker.asks.send(given) {
                Ok(()) => {
                    task.responder.started(worker.name);
                    return;
                }
                // That worker went away; the task is still ours.
                Err(back) => task.input = back.input,
            }
        }
        queue.waiting.push_back(task);
    }

    /// Forgets a task that no worker took.
    pub(super) fn forget(&self, arn: &str, token: &str) {
        if let Some(queue) = self.lock().get_mut(arn) {
            queue.waiting.retain(|task| task.token != token);
        }
    }

    /// The next task of an activity, oldest first.
    pub(super) async fn take(
        &self,
        arn: &str,
        worker: Option<&str>,
        clock: &Clock,
    ) -> Result<ActivityTask, ActivityError> {
        let worker = worker.map(SmolStr::new);
        loop {
            let answer = {
                let mut queues = self.lock();
                let Some(queue) = queues.get_mut(arn) else {
                    return Err(ActivityError::ActivityDoesNotExist(arn.to_owned()));
                };
                if let Some(task) = queue.waiting.pop_front() {
                    task.responder.started(worker);
                    return Ok(ActivityTask {
                        token: task.token.to_string(),
                        input: task.input,
                        _hold: clock.ask_worker(),
                    });
                }
                let (asks, answer) = oneshot::channel();
                queue.workers.retain(|worker| !worker.asks.is_closed());
                queue.workers.push_back(Worker {
                    name: worker.clone(),
                    asks,
                });
                answer
            };
            if let Ok(mut task) = answer.await {
                // It was given on the thread of an execution; from now on it is this worker's.
                task._hold = clock.ask_worker();
                return Ok(task);
            }
        }
    }
}
