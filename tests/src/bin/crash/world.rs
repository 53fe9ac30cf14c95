//! An engine with the machines, and the tasks that work for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_interpreter::query::Entropy;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, EngineBuilder, MachineType, TokenError};
use tokio::sync::mpsc;

use crate::log::{Attempt, Line, Log};
use crate::machines::{self, PICK};
use crate::verdict::{Broken, Kind};

/// A task whose token must be answered.
pub(crate) struct TokenRequest {
    pub(crate) execution: String,
    pub(crate) token: String,
    pub(crate) says: String,
}

/// The state that the tasks share.
pub(crate) struct World {
    pub(crate) log: Log,
    entropy: Mutex<Entropy>,
    asked: mpsc::UnboundedSender<TokenRequest>,
}

impl World {
    /// Creates the world; returns also the receiver of its tokens.
    pub(crate) fn new(log: Log, seed: u64) -> (Arc<Self>, mpsc::UnboundedReceiver<TokenRequest>) {
        let (asked, tokens) = mpsc::unbounded_channel();
        let entropy = Mutex::new(Entropy::new(seed));
        (
            Arc::new(Self {
                log,
                entropy,
                asked,
            }),
            tokens,
        )
    }

    /// A random number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let entropy = self
            .entropy
            .lock()
            .expect("no thread panicked with the lock");
        entropy.next_u64() % end
    }

    pub(crate) async fn works(&self) {
        tokio::time::sleep(Duration::from_millis(self.below(30))).await;
    }

    /// Queues a token for an answer.
    pub(crate) fn ask(&self, asked: TokenRequest) {
        // The receiver lives as long as the process.
        let _ended = self.asked.send(asked);
    }

    pub(crate) async fn note(&self, call: Value, fails_once: bool) -> Result<Value, TaskFailure> {
        let attempt = attempt(&call);
        self.log.write(Line::Start(attempt.clone())).await;
        self.works().await;
        let fails = fails_once && attempt.attempt == 0;
        self.log.write(Line::End(attempt)).await;
        if fails {
            Err(TaskFailure::new("Busy", "once"))
        } else {
            Ok(says(&call))
        }
    }

    pub(crate) async fn hand_out(&self, call: Value) -> Result<Value, TaskFailure> {
        let attempt = attempt(&call);
        let token = attempt.token.clone().unwrap_or_default();
        self.log.write(Line::Start(attempt.clone())).await;
        self.ask(TokenRequest {
            execution: attempt.execution.clone(),
            token,
            says: attempt.task.clone(),
        });
        // The answer may arrive first.
        self.works().await;
        self.log.write(Line::End(attempt)).await;
        Ok(json!({}))
    }
}

/// The attempt that a task's input belongs to.
pub(crate) fn attempt(call: &Value) -> Attempt {
    let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
    Attempt {
        execution: text("execution"),
        task: text("task"),
        attempt: call["attempt"]
            .as_u64()
            .and_then(|attempt| attempt.try_into().ok())
            .unwrap_or(u32::MAX),
        token: call["token"].as_str().map(str::to_owned),
    }
}

fn says(call: &Value) -> Value {
    json!({"task": call["task"], "of": call["id"]})
}

/// An engine with the machines and their functions.
pub(crate) fn builder(world: &Arc<World>) -> EngineBuilder {
    let mut builder = Engine::builder().activity(PICK);
    for (name, definition) in machines::all() {
        builder = builder.register_json(name, &definition.to_string(), MachineType::Standard);
    }
    for (name, fails_once) in [("note", false), ("fails once", true)] {
        let world = world.clone();
        builder = builder.function(name, move |call: Value| {
            let world = world.clone();
            async move { world.note(call, fails_once).await }
        });
    }
    let world = world.clone();
    builder.function("ask", move |call: Value| {
        let world = world.clone();
        async move { world.hand_out(call).await }
    })
}

/// Answers tokens, each from two tasks at the same time.
pub(crate) async fn answer(
    engine: Engine,
    world: Arc<World>,
    mut tokens: mpsc::UnboundedReceiver<TokenRequest>,
) {
    while let Some(asked) = tokens.recv().await {
        let (engine, world) = (engine.clone(), world.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(world.below(40))).await;
            let TokenRequest {
                execution,
                token,
                says,
            } = asked;
            let answer = json!({"token": token, "says": says});
            let (one, other) = tokio::join!(
                engine.send_task_success(&token, &answer),
                engine.send_task_success(&token, &answer)
            );
            let line = match (one, other) {
                (Ok(()), Ok(())) => Line::Broken {
                    kind: Kind::Twice,
                    what: format!("{execution}: the token {token} was answered twice"),
                },
                (Ok(()), _) | (_, Ok(())) => Line::Answered { execution, token },
                // The next process issues the token again.
                (Err(TokenError::CommitFailed), _) => return,
                (Err(error), _) => Line::Late {
                    token,
                    error: error.to_string(),
                },
            };
            world.log.write(line).await;
        });
    }
}

/// Works for the activity.
pub(crate) async fn pick(engine: Engine, world: Arc<World>) -> Result<(), Broken> {
    loop {
        let polled = engine.get_activity_task(PICK, Some("picker")).await;
        let task = polled.map_err(|error| error.to_string())?;
        let mut attempt = attempt(&task.input.to_json());
        attempt.token = Some(task.token.clone());
        world.log.write(Line::Start(attempt.clone())).await;
        world.works().await;
        world.log.write(Line::End(attempt.clone())).await;
        world.ask(TokenRequest {
            execution: attempt.execution,
            token: task.token.clone(),
            says: attempt.task,
        });
    }
}
