//! Runs a definition with scripted results of tasks, and describes the execution.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use stepwright_runtime::task::{Answer, TaskCall, TaskSource};
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, Limits, MachineType, StartOptions};

use super::super::draw::Draw;
use super::shape::Shape;

/// How an execution ended, with its calls of tasks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) status: &'static str,
    pub(super) output: Option<Json>,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
    /// The names of the states in the order in which they were entered.
    pub(super) path: Vec<String>,
    /// The state and the arguments of each call.
    pub(super) calls: Vec<(String, Json)>,
    /// The virtual time between start and end, in milliseconds.
    pub(super) milliseconds: u128,
}

/// An engine with one definition.
pub(super) struct Runner {
    engine: Engine,
    calls: Arc<Mutex<Vec<(String, Json)>>>,
    script: Arc<Mutex<u64>>,
}

/// The results of the tasks of a machine. They depend on the seed of the run, the state and the
/// number of the call.
struct Script {
    results: HashMap<String, Shape>,
    seed: Arc<Mutex<u64>>,
    calls: Arc<Mutex<Vec<(String, Json)>>>,
}

impl TaskSource for Script {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let arguments = call.parameters().to_json();
        let made = (call.state().to_owned(), arguments);
        lock(&self.calls).push(made);
        let mut hasher = DefaultHasher::new();
        (*lock(&self.seed), call.state(), call.call()).hash(&mut hasher);
        let mut draw = Draw(hasher.finish());
        let answer = match draw.number(12) {
            0 => Answer::failure("Declined", "{\"why\": 1}"),
            1 => Answer::failure("Throttled", ""),
            2 => Answer::failure("it's", "say \"x\""),
            _ => {
                let shape = self.results.get(call.state())?;
                Answer::output(shape.value(&mut draw))
            }
        };
        // An answer at the same time as a call of another child execution would leave open which of
        // them is first.
        let delay = 1 + draw.number(2_000);
        Some(answer.after(Duration::from_millis(delay as u64)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    /// Compiles a definition.
    ///
    /// # Errors
    ///
    /// If the engine rejects it.
    pub(super) fn new(
        definition: &str,
        results: &HashMap<String, Shape>,
    ) -> Result<Runner, String> {
        let (calls, script) = (Arc::default(), Arc::<Mutex<u64>>::default());
        let engine = Engine::builder()
            .register_json("m", definition, MachineType::Standard)
            .tasks(Script {
                results: results.clone(),
                seed: Arc::clone(&script),
                calls: Arc::clone(&calls),
            })
            .limits(Limits::new().events(2_000))
            .virtual_time()
            .seed(1)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Runner {
            engine,
            calls,
            script,
        })
    }

    /// Runs the definition on an input, with the results of this seed.
    pub(super) async fn run(&self, input: &Json, seed: u64) -> Result<Outcome, String> {
        *lock(&self.script) = seed;
        lock(&self.calls).clear();
        let options = StartOptions::new().name(format!("run-{seed}"));
        let started = self.engine.execute_machine("m", input.clone(), options);
        let report = started.await.map_err(|error| error.to_string())?;
        let time = report.stopped - report.execution().started();
        let mut calls = std::mem::take(&mut *lock(&self.calls));
        // Concurrent branches have no order.
        calls.sort_by_cached_key(|(state, arguments)| format!("{state} {arguments}"));
        Ok(Outcome {
            status: report.status.as_str(),
            output: report.output.as_ref().map(Value::to_json),
            error: report.error.clone(),
            cause: report.cause.clone(),
            path: report.history.path(),
            calls,
            milliseconds: time.as_millis(),
        })
    }
}
