//! Checks AWS Step Functions state machines over all their paths.
//!
//! [`explore`] follows every path of a definition up to a bound: each result and each error of each
//! call, the values at the boundaries of Choice conditions, timeouts, and the order of concurrent
//! branches where it makes a difference. It checks the [rules](Rule) that every state machine
//! should keep, and [properties](Property) that a team writes about its own. A [`Counterexample`]
//! is a shortest path, as steps and as a history that other tools open.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_explore::{Action, Formula, Pattern, Property, Settings, explore};
//!
//! let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {
//!     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Ship"},
//!     "Ship": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship", "End": true}
//! }}"#)?;
//! let mut settings = Settings::new();
//! settings.properties.push(Property::new(
//!     "a charge is shipped",
//!     Formula::LeadsTo(
//!         Pattern::new(Action::Succeeded, "charge"),
//!         Pattern::new(Action::Succeeded, "ship"),
//!         None,
//!     ),
//! ));
//! let report = explore(&machine, &settings)?;
//! let path = report.findings()[0].counterexample().expect("a path");
//! assert_eq!(path.lines()[2], "`Ship` is called with {} and fails with `AnyOtherError`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is explored
//!
//! | | |
//! |---|---|
//! | inputs and results | those that are given; otherwise values that are made from what the definition reads and compares |
//! | errors | those that are declared; otherwise those that a handler names, and one that only a wildcard matches; with [`Settings::undeclared_errors`] all of them |
//! | time | virtual: calls take none, waits and retries theirs, a timeout is a fault |
//! | faults | up to [`Settings::faults`]; the repeated failure of a retried call is one |
//! | nested executions | those of [`Settings::nested`] run as parts of the path; the start of another state machine has the outcomes of any task |
//! | Map Runs | their children run as parts of the path, with batches, tolerated failures and results |
//! | task tokens | answers, also late ones, second ones and none; a state machine of [`Settings::nested`] that sends answers is the one that answers |
//! | loops | a state that is entered again has all outcomes in the first [`Settings::loops`] more rounds, then its last ones |
//!
//! Points of paths are equal if the execution continues in the same manner and all properties get
//! the same verdicts. Then only the path with fewer faults and events is followed.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `jsonata` (on unless `default-features = false`) | expressions in properties, and definitions in JSONata |
//! | `yaml` (on unless `default-features = false`) | property files in YAML |
//! | `models` | the API models of AWS's services (1.8 MB): `effect-repeated` also finds calls of services that have an idempotency token |
//!
//! # Boundary
//!
//! - It is a separate package because it needs neither an engine nor a workflow in Rust: the
//!   command and editors use it for any definition, and `stepwright_runtime::testing` for workflows
//!   with types.
//! - It depends on `stepwright-asl`, `stepwright-interpreter` and `stepwright-history`, whose
//!   coverage lists the parts that paths reach. It compiles no macros.
//! - It runs executions as plain data: no async runtime, no engine, no handlers, no store. It reads
//!   a clock only for its time limit, and writes no file.
//! - A definition is any state machine of `stepwright-asl`; a property names tasks by their states,
//!   functions or resources.
//! - The same definition with the same settings has the same findings and counterexamples, unless
//!   the time limit stops the search.
//! - Time, points and memory are bounded by default; [`Coverage::stopped_by`] names the bound at
//!   which a search stopped.

mod budget;
mod event;
mod expression;
mod handled_errors;
mod idempotency;
mod monitor;
mod nested_machine;
mod outcomes;
mod pattern;
mod property;
mod property_file;
mod report;
mod rule;
mod search;
mod settings;
mod unknown_name;
mod values;

pub use self::budget::StopReason;
pub use self::event::{Action, PathEvent, TaskNames};
pub use self::expression::{Bindings, TemplateError, ValueTemplate, parse_duration};
pub use self::monitor::Monitor;
pub use self::nested_machine::{NestedMachine, started_machine, started_machines};
pub use self::outcomes::{ANY_OTHER_ERROR, Outcome};
pub use self::pattern::Pattern;
pub use self::property::{Formula, Property};
pub use self::property_file::PropertyFileError;
pub use self::report::{Coverage, Finding, Report};
pub use self::rule::Rule;
pub use self::search::{
    Counterexample, InnerHistory, PathStep, Progress, explore, explore_with, numbered,
};
pub use self::settings::{Compensation, Settings, TaskSettings};
pub use self::unknown_name::{UnknownName, unknown_names};
pub use self::values::{DerivedSchemas, DerivedTaskSchemas};
