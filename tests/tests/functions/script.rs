//! A script of the replies of all tasks, which a plain run and an execution on the engine share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use stepwright::__::plain::Callable;
use stepwright::Task;
use stepwright::function::{PlainReply, PlainRun};
use stepwright::task::IntoTaskFailure as _;
use stepwright_runtime::task::{Answer, TaskCall, TaskSource};
use stepwright_runtime::testing::{Mock, Mocks};

use super::draw::Draw;

/// One call of a task, and its reply.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptedCall {
    /// The Rust name of the task.
    pub task: &'static str,
    /// The arguments in their order; a task token is `token`.
    pub arguments: Value,
    /// Whether the task succeeded.
    pub succeeded: bool,
}

impl ScriptedCall {
    /// Where the function makes the call, if the first argument is a text.
    pub fn site(&self) -> &str {
        self.arguments[0].as_str().unwrap_or_default()
    }

    /// A text that is equal for equal calls.
    pub fn key(&self) -> String {
        format!("{}{}", self.task, self.arguments)
    }
}

/// The replies of one run. A reply depends on the seed, on the task, on its arguments, and on the
/// number of earlier calls with these arguments, so it does not depend on the order of concurrent
/// calls.
#[derive(Clone, Debug, Default)]
pub struct Script {
    seed: u64,
    calls: Arc<Mutex<Vec<ScriptedCall>>>,
    counts: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// Computes a reply. The draw is the same for both runs.
pub type ReplyOf<E> = fn(&mut Draw, &[Value]) -> PlainReply<E>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Script {
    /// Creates the script with this number.
    pub fn new(seed: u64) -> Script {
        Script {
            seed,
            ..Script::default()
        }
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        locked(&self.calls).clone()
    }

    fn reply<E>(
        &self,
        task: &'static str,
        parameters: &[&str],
        arguments: &[Value],
        compute: ReplyOf<E>,
    ) -> PlainReply<E> {
        let shown = arguments
            .iter()
            .enumerate()
            .map(|(at, argument)| match parameters.get(at) {
                Some(&"token") => Value::from("token"),
                _ => normalized(argument),
            });
        let mut call = ScriptedCall {
            task,
            arguments: shown.collect(),
            succeeded: false,
        };
        let key = call.key();
        let count = {
            let mut counts = locked(&self.counts);
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            *count
        };
        // Concurrent calls with equal arguments get the same reply.
        let count = if call.site().starts_with(['c', 'n']) {
            0
        } else {
            count
        };
        let mut hash = self.seed ^ 0xCBF2_9CE4_8422_2325;
        for byte in key.bytes().chain(count.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        let arguments = call.arguments.as_array().cloned().unwrap_or_default();
        let reply = compute(&mut Draw(hash), &arguments);
        call.succeeded = matches!(reply, PlainReply::Output(_));
        locked(&self.calls).push(call);
        reply
    }
}

/// A number of JSONata has no type: `1.0` is `1`.
fn normalized(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        Value::Array(list) => list.iter().map(normalized).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.clone(), normalized(value)))
                .collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}

type Plain = Box<dyn Fn(PlainRun, &Script) -> PlainRun + Send + Sync>;
type OnEngine = Box<dyn Fn(Mocks, &Script) -> Mocks + Send + Sync>;

/// The replies of all tasks of a function.
#[derive(Default)]
pub struct Replies {
    tasks: Vec<(Plain, OnEngine)>,
}

impl std::fmt::Debug for Replies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replies of {} tasks", self.tasks.len())
    }
}

impl Replies {
    /// No replies.
    pub fn new() -> Replies {
        Replies::default()
    }

    /// Adds a task.
    #[must_use]
    pub fn task<T>(mut self, compute: ReplyOf<T::Error>) -> Replies
    where
        T: Task + Callable,
    {
        let plain: Plain = Box::new(move |run, script| {
            let script = script.clone();
            run.reply::<T>(move |arguments| {
                script.reply(<T as Task>::FUNCTION, T::PARAMETERS, arguments, compute)
            })
        });
        let on_engine: OnEngine = Box::new(move |mocks, script| {
            let script = script.clone();
            let mock = Mock::with(move |call| {
                let payload = call.parameters().to_json()["Payload"].clone();
                let arguments: Vec<Value> = match T::PARAMETERS {
                    [] => Vec::new(),
                    [_] => vec![payload],
                    several => several
                        .iter()
                        .map(|name| payload.get(name).cloned().unwrap_or_default())
                        .collect(),
                };
                match script.reply(<T as Task>::FUNCTION, T::PARAMETERS, &arguments, compute) {
                    // The answer to a token has no envelope.
                    PlainReply::Output(value) if call.token().is_some() => Answer::output(value),
                    PlainReply::Output(value) => Answer::output(serde_json::json!({
                        "ExecutedVersion": "$LATEST",
                        "StatusCode": 200,
                        "Payload": value,
                    })),
                    PlainReply::Error(error) => Answer::result(Err(error.into_task_failure())),
                    PlainReply::Failure(error, cause) => Answer::failure(error, cause),
                    PlainReply::Never => Answer::never(),
                }
            });
            mocks.task::<T>(mock.optional())
        });
        self.tasks.push((plain, on_engine));
        self
    }

    /// A plain run with this script.
    pub fn plain(&self, script: &Script) -> PlainRun {
        let run = PlainRun::new();
        self.tasks
            .iter()
            .fold(run, |run, (plain, _)| plain(run, script))
    }

    /// The replies on the engine with this script.
    pub fn on_engine(&self, script: &Script) -> EngineReplies {
        let mocks = Mocks::new();
        EngineReplies(
            self.tasks
                .iter()
                .fold(mocks, |mocks, (_, on_engine)| on_engine(mocks, script)),
        )
    }
}

/// Mocks of tasks that a workflow may not have.
#[derive(Debug)]
pub struct EngineReplies(Mocks);

impl TaskSource for EngineReplies {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self.0.answer(call)
    }
}
