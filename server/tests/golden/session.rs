//! Runs the steps of one session.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Hold};
use stepwright_engine::{Engine, StartOptions};

use crate::golden::environment::{Environment, activity, execution, minute, open};
use crate::golden::http::Api;
use crate::golden::script::{Session, Step};

/// The virtual time between two steps. Virtual time passes at real speed while a handler runs, and
/// no handler here runs that long.
const STEP: Duration = Duration::from_secs(10);

/// An engine, and the guard that holds its clock.
struct SessionRunner {
    environment: Environment,
    clock: Clock,
    hold: Option<Hold>,
    engine: Engine,
    /// Starts with the first step that calls the API.
    api: Option<Api>,
}

/// Runs a session on its own thread and tokio runtime, and returns the results of its steps and of
/// `ends`. Dropping the runtime then ends all running handlers, as the end of a process does.
pub(crate) fn run<T: Send>(
    store: &Path,
    session: &Session,
    environment: &Environment,
    ends: impl AsyncFnOnce(&Engine) -> T + Send,
) -> (Vec<Json>, T) {
    let play = async || {
        let clock = Clock::virtual_from(minute(session.opens));
        let hold = clock.hold();
        let builder = environment.builder(session, &clock).store(open(store));
        let mut runner = SessionRunner {
            environment: environment.clone(),
            clock,
            hold: Some(hold),
            engine: builder.build().unwrap(),
            api: None,
        };
        runner.settle().await;
        let mut shown = Vec::new();
        for step in &session.steps {
            shown.push(runner.step(step).await);
            runner.settle().await;
        }
        let end = ends(&runner.engine).await;
        (shown, end)
    };
    std::thread::scope(|scope| {
        let process = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(play())
        });
        process.join().unwrap()
    })
}

impl SessionRunner {
    /// Waits until the engine is idle, then for the time between two steps.
    async fn settle(&mut self) {
        self.pass(STEP).await;
    }

    /// Sleeps on the virtual clock. The clock jumps only when the engine is idle.
    async fn pass(&mut self, time: Duration) {
        let sleep = self.clock.sleep(time);
        drop(self.hold.take());
        self.hold = Some(sleep.await);
    }

    /// Runs a step and returns its result.
    async fn step(&mut self, step: &Step) -> Json {
        let engine = &self.engine;
        match step {
            Step::Start { machine, input } => {
                let (machine, name) = machine.split_once(':').unwrap_or((machine, "e"));
                let options = StartOptions::new().name(name);
                let run = engine.start_machine(machine, input.clone(), options).await;
                run.unwrap();
            }
            Step::Until(minutes) => {
                let time = minute(*minutes).since(self.clock.now());
                assert!(!time.is_zero(), "the clock has passed minute {minutes}");
                self.pass(time).await;
            }
            Step::Succeed { token, output } => {
                let known = self.environment.token(token);
                let answered = engine.send_task_success(&known, output).await;
                answered.unwrap_or_else(|error| panic!("{token}: {error}"));
            }
            Step::Fail {
                token,
                error,
                cause,
            } => {
                let token = self.environment.token(token);
                let answered = engine.send_task_failure(&token, Some(error), Some(cause));
                answered.await.unwrap();
            }
            Step::Heartbeat(token) => {
                let token = self.environment.token(token);
                engine.send_task_heartbeat(&token).await.unwrap();
            }
            Step::Poll {
                activity: name,
                token,
            } => {
                let arn = activity(name);
                let polled = engine.get_activity_task(&arn, Some("worker"));
                let task = tokio::time::timeout(Duration::from_secs(60), polled).await;
                let task = task.unwrap().unwrap();
                self.environment.set_token(token, &task.token);
                return json!({"input": task.input.to_json()});
            }
            Step::Redrive(name) => {
                engine.redrive(&execution(name)).await.unwrap();
            }
            Step::Stop {
                execution: name,
                error,
                cause,
            } => {
                let run = engine
                    .blocking_execution(&execution(name))
                    .unwrap()
                    .unwrap();
                run.stop(error.as_deref(), cause.as_deref()).await;
            }
            Step::WaitingForHandlers => return self.unhandled_tasks(),
            Step::MapRuns(name) => {
                let runs = engine.blocking_map_runs(&execution(name)).unwrap();
                return runs.iter().map(|run| run.to_json()).collect();
            }
            Step::Results => {
                let objects = &self.environment.objects;
                let keys = objects.keys("out").into_iter();
                let pairs = keys.map(|key| {
                    let text = objects.text("out", &key).unwrap();
                    let read = serde_json::from_str(&text);
                    (key, read.unwrap_or(Json::String(text)))
                });
                return Json::Object(pairs.collect());
            }
            Step::Call { operation, request } => {
                if self.api.is_none() {
                    self.api = Some(Api::over(engine).await);
                }
                let api = self.api.as_ref().unwrap();
                return api.call(operation, request, &self.environment).await;
            }
        }
        Json::Null
    }

    fn unhandled_tasks(&self) -> Json {
        let tasks = self.engine.unhandled_tasks().into_iter();
        let mut tasks: Vec<Json> = tasks
            .map(|task| json!({"execution": task.execution, "state": task.state, "target": task.target}))
            .collect();
        tasks.sort_by_key(Json::to_string);
        tasks.into()
    }
}
