//! Steps one execution of a definition by hand, forwards and backwards, without an engine.
//!
//! A [`Debugger`] runs on the caller's thread and on its own virtual time. It stops at positions:
//! before a state is entered, at a task call that needs an answer, at a timer, and at the end. It
//! uses the interpreter of the engine, so the transitions and the history are those of an engine on
//! virtual time whose tasks return the same results.
//!
//! ```
//! use serde_json::json;
//! use stepwright_asl::StateMachine;
//! use stepwright_runtime::MachineType;
//! use stepwright_runtime::debug::{Debugger, PositionKind, Stop};
//! use stepwright_runtime::task::TaskFailure;
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Cool", "States": {
//!     "Cool": {"Type": "Wait", "Seconds": 60, "Next": "Charge"},
//!     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
//!         "Catch": [{"ErrorEquals": ["Declined"], "Next": "Reject"}], "End": true},
//!     "Reject": {"Type": "Fail", "Error": "Rejected"}
//! }}"#)?;
//! let mut debugger = Debugger::new(&machine, MachineType::Standard, json!({"total": 12}))?;
//! assert_eq!(debugger.position().state(), Some("Cool"));
//! assert_eq!(debugger.resume(), Stop::Call);
//! let PositionKind::Call(visit, call) = &debugger.position().kind else { panic!() };
//! assert_eq!((visit.state.as_str(), call.arguments.to_text().as_str()), ("Charge", r#"{"total":12}"#));
//! assert_eq!(debugger.evaluate("$.total")?.to_text(), "12");
//!
//! // The task fails, and the catcher is taken.
//! debugger.answer(Err(TaskFailure::new("Declined", "no funds")))?;
//! assert_eq!(debugger.position().state(), Some("Reject"));
//!
//! // The same call succeeds.
//! debugger.back();
//! debugger.answer(Ok("receipt".into()))?;
//! assert_eq!(debugger.history().path(), ["Cool", "Charge"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Tasks
//!
//! The caller answers each call of a task: with [`answer`](Debugger::answer), or with [default
//! answers](DebugOptions::answer). An answer is the raw result of the state's `Resource`: that of
//! `arn:aws:states:::lambda:invoke` has its output in `Payload`. Tasks with tokens, activities and
//! nested workflows are answered in the same manner; no execution is started for them. So are the
//! child executions of a Distributed Map ([`PositionKind::Child`]). To step through such an
//! execution, create a second debugger, and pass its end to
//! [`answer_with_end`](Debugger::answer_with_end). An ItemReader reads the
//! [items](DebugOptions::items) of the options, and what a ResultWriter writes is dropped.

mod breakpoints;
mod debugger;
mod error;
mod options;
mod position;
mod saved_position;
mod session;
mod stop;

pub use self::debugger::Debugger;
pub use self::error::DebugError;
pub use self::options::DebugOptions;
pub use self::position::{
    ExecutionEnd, OtherCursor, PendingCall, PendingChild, Position, PositionKind, StateVisit,
};
pub use self::stop::Stop;
pub use stepwright_interpreter::execution::ChangeError;
