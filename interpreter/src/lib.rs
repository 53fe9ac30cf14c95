//! Interprets AWS Step Functions state machines, as plain data.
//!
//! This crate has no I/O: no async runtime, no clock, no files, no threads, no task handlers. An
//! [`Execution`](execution::Execution) takes one input at a time (a result, a timer, the answer to
//! a token, the end of a child), and returns commands as data (call a task, set a timer, start an
//! execution, read an object). The caller performs the commands. `stepwright-runtime` is such a
//! caller: an engine for tests and for production, with the test kit on top of it.
//!
//! This is a whole caller, for a definition that only waits:
//!
//! ```
//! use std::sync::Arc;
//!
//! use indexmap::IndexMap;
//! use smol_str::SmolStr;
//! use stepwright_asl::model::MachineType;
//! use stepwright_interpreter::distributed::TransferError;
//! use stepwright_interpreter::execution::{
//!     Caller, Calls, Command, CommandQueue, Environment, Execution, Input, Step,
//! };
//! use stepwright_interpreter::program::{Program, StateIx};
//! use stepwright_interpreter::value::Value;
//! use stepwright_interpreter::{ExecutionInfo, Limits, MachineInfo, Names, Timestamp};
//!
//! /// The definition has no tasks, so it needs no handlers and no tokens.
//! struct NoTasks;
//!
//! impl Caller for NoTasks {
//!     fn has_handler(&self, _: StateIx) -> bool {
//!         false
//!     }
//!     fn new_token(&self, _: &ExecutionInfo, _: &str, _: u32) -> SmolStr {
//!         SmolStr::default()
//!     }
//!     fn items_of_reader(&self, _: &ExecutionInfo, _: &str) -> Option<Result<Value, TransferError>> {
//!         None
//!     }
//! }
//!
//! let definition = r#"{"StartAt": "Pause", "States": {
//!     "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
//!     "Done": {"Type": "Succeed"}
//! }}"#;
//! let machine = serde_json::from_str(definition)?;
//! let program = Program::compile(&machine, MachineType::Standard, &IndexMap::new())?;
//! let program = Arc::new(program);
//!
//! let mut now = Timestamp::parse("2026-01-01T00:00:00Z").ok_or("no timestamp")?;
//! let machine = MachineInfo::new(
//!     "arn:aws:states:us-east-1:123456789012:stateMachine:m",
//!     "arn:aws:states:us-east-1:123456789012:execution:m:",
//! );
//! let names = Names::with_prefix(&machine.prefix, "first");
//! let about = Arc::new(ExecutionInfo::new(machine.into(), names, Value::from(1), now));
//! let (history, seed) = (25_000, 7);
//! let mut execution = Execution::new(program.clone(), about, Arc::new(Limits::default()), history, seed);
//! execution.begin();
//!
//! let mut commands = CommandQueue::default();
//! loop {
//!     let environment = Environment { program: &program, now, caller: &NoTasks, has_spans: false };
//!     let step = execution.step(None, &mut 1_000, Calls::Made, environment, &mut commands);
//!     while let Some(command) = commands.pop() {
//!         // A caller on real time would wait. This one steps its time.
//!         if let Command::Arm { wait_id, kind, at } = command {
//!             now = at;
//!             let environment = Environment { program: &program, now, caller: &NoTasks, has_spans: false };
//!             execution.receive(Input::Timer(wait_id, kind), environment, &mut commands);
//!         }
//!     }
//!     if step == Step::Ended {
//!         break;
//!     }
//! }
//! assert_eq!(now.to_string(), "2026-01-01T00:01:00.000Z");
//! assert_eq!(execution.history().path(), ["Pause", "Done"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//!
//! | module | content |
//! |---|---|
//! | [`program`] | compiled definitions: states and transitions as indices |
//! | [`execution`] | executions: inputs, commands, steps, records |
//! | [`history`] | the events of an execution, with AWS's names, order and ids |
//! | [`query`] | JSONPath, intrinsic functions, Choice conditions and JSONata |
//! | [`mod@evaluate`] | the same for a single value, without a program |
//! | [`distributed`] | the items and the results of Distributed Maps |
//! | [`task`] | the calls of tasks |
//! | [`record`] | the format in which executions are stored |
//! | [`value`] | JSON values of executions: shared, never deep-copied, with known sizes |
//!
//! # Features
//!
//! `jsonata` (on unless `default-features = false`) evaluates JSONata, with the crate
//! `stepwright-jlens`. A regular expression of JSONata may backtrack for a long time, so an
//! evaluation ends after two seconds. This is the only use of a clock; the limit of steps ends all
//! others first.
//!
//! # Stability
//!
//! The example above, [`execution`], [`history`], [`mod@evaluate`] and [`value`] follow semantic
//! versioning. [`query`], [`record`] and the fields of [`program`] are for `stepwright-runtime`:
//! they may change with each version.
//!
//! The enums are exhaustive on purpose: a caller that does not handle each command, request and
//! outcome loses one. A variant is added only in a version that may change the API.
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl`, and with the feature `jsonata` on `stepwright-jlens`. It
//!   compiles no macros.
//! - It never knows its caller: no engine, store, handler, thread, file or async runtime, and no
//!   Rust types of a workflow. The time and tokens come with each call, and the seed of random
//!   numbers with the start.
//! - An execution is plain data. The same inputs in the same order produce the same history.
//! - At any time when it waits, an execution can be encoded as records and decoded in another
//!   process.
//! - A step parses no expression, and finds no state or variable by its name: the program contains
//!   indices.
//! - The numbers of fields in records and of event types never change.

pub mod distributed;
pub mod evaluate;
pub mod execution;
pub mod history;
pub mod program;
pub mod query;
pub mod record;
pub mod task;
pub mod value;

mod execution_info;
mod limits;
mod status;
mod timestamp;
mod wait_id;

pub use self::execution_info::{ExecutionInfo, MachineInfo, NameKey, Names, Origin};
pub use self::limits::Limits;
pub use self::status::Status;
pub use self::timestamp::Timestamp;
pub use self::wait_id::{CursorId, TimerKind, WaitId};
