//! Time, handlers, tokens and objects: the parts of a test that are not in the store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::objects::Memory;
use stepwright_engine::store::{SqliteStore, StoreError};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, MachineType};

use crate::golden::script::{Script, Session};

/// The start of virtual time in all stores: 2027-01-15T08:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_unix_micros(1_800_000_000_000_000);

/// The functions that Task states call.
const FUNCTIONS: [&str; 6] = ["echo", "ask", "hang", "again", "flaky", "late"];

/// The time that the handlers of `hang` and `again` sleep while a store is written.
const HANG_TIME: Duration = Duration::from_secs(86_400 * 10_000);

/// Returns the time that is this many minutes after `START`.
pub(crate) fn minute(minutes: f64) -> Timestamp {
    Timestamp::from_unix_micros(START.unix_micros() + (minutes * 60_000_000.0).round() as i64)
}

/// Whether a store is written or read. Some handlers hang or fail while it is written, and return
/// while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Writing,
    Reading,
}

/// The state that all engines of a script share.
#[derive(Clone)]
pub(crate) struct Environment {
    phase: Phase,
    tokens: Arc<Mutex<BTreeMap<String, String>>>,
    pub(crate) objects: Memory,
}

impl Environment {
    pub(crate) fn new(phase: Phase, script: &Script) -> Self {
        let mut objects = Memory::new().bucket("out");
        for (name, text) in &script.objects {
            let (bucket, key) = name.split_once('/').unwrap();
            objects = objects.with(bucket, key, text);
        }
        Self {
            phase,
            tokens: Arc::new(Mutex::new(script.tokens.clone())),
            objects,
        }
    }

    /// Returns the tokens by their labels.
    pub(crate) fn tokens(&self) -> BTreeMap<String, String> {
        self.tokens.lock().unwrap().clone()
    }

    pub(crate) fn token(&self, label: &str) -> String {
        let tokens = self.tokens();
        let token = tokens.get(label);
        token
            .unwrap_or_else(|| panic!("no token `{label}` in {tokens:?}"))
            .clone()
    }

    pub(crate) fn set_token(&self, label: &str, token: &str) {
        let mut tokens = self.tokens.lock().unwrap();
        tokens.insert(label.to_owned(), token.to_owned());
    }

    /// Stores the token of a payload under the label of the payload.
    fn note(&self, payload: &Json) {
        if let (Some(label), Some(token)) = (payload["label"].as_str(), payload["token"].as_str()) {
            self.set_token(label, token);
        }
    }

    /// Runs a function. The tasks of `ask` wait for their tokens. `hang` and `again` run when the
    /// store is copied, and `flaky` fails before.
    async fn work(self, function: &str, clock: Clock, payload: Json) -> Result<Json, TaskFailure> {
        self.note(&payload);
        match (function, self.phase) {
            ("ask", _) => return Ok(Json::Null),
            ("hang" | "again", Phase::Writing) => drop(clock.sleep(HANG_TIME).await),
            ("flaky", Phase::Writing) => return Err(TaskFailure::new("Closed", "until tomorrow")),
            _ => {}
        }
        echo(payload)
    }

    /// Returns a builder with the configuration of a session.
    pub(crate) fn builder(&self, session: &Session, clock: &Clock) -> EngineBuilder {
        let mut builder = Engine::builder()
            .clock(clock.clone())
            .seed(11)
            .objects(self.objects.clone());
        for function in FUNCTIONS {
            if session.without.iter().any(|missing| missing == function) {
                continue;
            }
            let (environment, clock) = (self.clone(), clock.clone());
            builder = builder.function(function, move |payload: Json| {
                environment.clone().work(function, clock.clone(), payload)
            });
            if function == "again" {
                builder = builder.idempotent(function);
            }
        }
        for name in &session.activities {
            builder = builder.activity(activity(name));
        }
        for (name, definition) in &session.machines {
            let text = definition.to_string();
            builder = builder.register_json(name, &text, MachineType::Standard);
        }
        builder
    }
}

/// Returns the payload, or fails if it has an `error` and its `attempt` is less than its `until`.
fn echo(payload: Json) -> Result<Json, TaskFailure> {
    let fails = payload["attempt"].as_u64() < payload["until"].as_u64();
    match payload["error"].as_str() {
        Some(error) if fails => {
            let cause = json!({"attempt": payload["attempt"]}).to_string();
            Err(TaskFailure::new(error, cause))
        }
        _ => Ok(payload),
    }
}

pub(crate) fn activity(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:activity:{name}")
}

pub(crate) fn state_machine(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

/// Returns the ARN of the execution `<machine>:<name>`.
pub(crate) fn execution(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:{name}")
}

/// Opens a store. Waits while the last engine releases its lock.
pub(crate) fn open(path: &Path) -> SqliteStore {
    let since = Instant::now();
    loop {
        match SqliteStore::open(path) {
            Err(StoreError::InUse { .. }) if since.elapsed() < Duration::from_secs(60) => {
                std::thread::sleep(Duration::from_millis(2));
            }
            opened => return opened.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        }
    }
}
