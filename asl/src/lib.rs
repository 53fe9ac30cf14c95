//! The Amazon States Language (ASL), the language of AWS Step Functions workflows, for tools.
//!
//! The crate parses, checks, changes, compares and writes definitions in both query languages,
//! JSONPath and JSONata, as AWS accepts them in 2026. Parsing and writing a definition preserves
//! its JSON: unknown fields, the order of keys and the digits of numbers.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_asl::graph::Graph;
//! use stepwright_asl::validate::{MachineType, validate};
//!
//! let mut machine = StateMachine::from_json(r#"{"StartAt": "Each", "States": {
//!     "Each": {"Type": "Map", "ItemsPath": "$.orders", "Next": "Done", "ItemProcessor": {"StartAt": "Charge", "States": {
//!         "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
//!             "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "End": true}}}},
//!     "Done": {"Type": "Succeed"}}}"#)?;
//!
//! for found in machine.states() {
//!     if let Some(task) = found.state.as_task() {
//!         println!("{}: {}", found.pointer, task.resource);
//!     }
//! }
//! machine.states_mut().for_each(|found| {
//!     if let Some(task) = found.state.as_task_mut() {
//!         task.timeout_seconds.get_or_insert(300.into());
//!     }
//! });
//! assert!(!validate(&machine, MachineType::Standard).has_errors());
//! let graph = Graph::of(&machine);
//! assert!(graph.uncaught().iter().any(|found| graph.states()[found.state].name == "Charge"));
//! println!("{}", machine.to_json_pretty());
//! # Ok::<(), stepwright_asl::Diagnostics>(())
//! ```
//!
//! # What you want, and what to use
//!
//! | you want | use |
//! |---|---|
//! | to read a definition | [`StateMachine::from_json`], [`from_yaml`](StateMachine::from_yaml), [`from_value`](StateMachine::from_value), or serde |
//! | to write it | [`StateMachine::to_json_pretty`], [`to_json`](StateMachine::to_json), [`to_value`](StateMachine::to_value) |
//! | each state, at any depth | [`StateMachine::states`], [`states_mut`](StateMachine::states_mut) |
//! | the state at a pointer | [`StateMachine::state_at`], [`Graph::state_at`](graph::Graph::state_at) |
//! | a field that several types of states have | the methods of [`State`](model::State): [`retry_mut`](model::State::retry_mut), [`next`](model::State::next), ... |
//! | to build a definition | the structures of [`model`], [`json!`] |
//! | transitions, reachable states, uncaught errors | [`graph::Graph`] |
//! | to check a definition | [`validate`](validate::validate), [`Validator`](validate::Validator) |
//! | to fix what it finds | [`fix::Fixer`], which changes the text |
//! | to change the text of a definition | [`edit::Editor`] |
//! | what changed, and the effects on running executions | [`diff::Diff`] |
//! | a picture | `stepwright_diagram::Diagram`, in the crate `stepwright-diagram` |
//! | the IAM policy, the cost of executions, the conversion to JSONata | the crate `stepwright-tools` |
//! | the condition of a Choice rule, in readable form | [`condition::readable`] |
//! | lines and columns in a text | [`json::Document`] |
//! | to parse, change and write JSON without loss | [`json::Json`] |
//! | to parse a `Resource` | [`resource::Resource`] |
//! | the arguments and errors of an integration | [`integrations`] |
//! | to mask the values of sensitive fields | [`redaction`] |
//! | to replace `${...}` placeholders | [`placeholder`] |
//! | to escape characters that a person does not see | [`hidden`] |
//! | the syntax of paths, intrinsic functions and JSONata | [`path`], [`intrinsic`], [`jsonata`] |
//! | the errors that a `Catch` matches | [`errors`] |
//! | **to evaluate** a path, an intrinsic function or JSONata | `stepwright_runtime::evaluate`, one call in the crate `stepwright-runtime`; this one runs nothing |
//! | to run a definition | `stepwright_runtime::Engine` |
//!
//! `examples/fleet.rs` in the package `stepwright-diagram` is a complete tool.
//!
//! # Features
//!
//! No feature is on by default. No feature adds an evaluator or C code: this crate contains only
//! the syntax of JSONata.
//!
//! | feature | what it adds | depends on |
//! |---|---|---|
//! | `diff` | [`diff`]: what changed between two definitions | |
//! | `integrations` | [`integrations`]: the tables of AWS's service integrations | |
//! | `models` | the API models of AWS's services, with which the validator checks arguments and error names | the feature `integrations`, `flate2` |
//! | `terraform` | [`template::terraform`]: definitions in Terraform files, with `yaml` | `hcl-edit` |
//! | `yaml` | [`yaml`]: definitions in YAML | `granit-parser` |
//!
//! # Boundary
//!
//! - It depends on no package of the project. The macros compile it for each build of a user, so
//!   each part that a front end does not need is a feature.
//! - It knows definitions and nothing that runs them: no engine, no handler, no clock and no
//!   evaluator. It reads no files, except for `Models::in_directory`.
//! - Parsing and writing preserve a definition. Any input is a value or diagnostics, never a panic.
//! - A rule about states, variables, error names or numbers exists once, in `analysis`, which the
//!   validator, `workflow!` and the typed builder share. A rule about code that no definition has
//!   is in `front_end`.
//! - The modules that are hidden in this documentation are for the packages of the project, and
//!   change without notice.

#[doc(hidden)]
pub mod analysis;
pub mod condition;
#[doc(hidden)]
pub mod deployment;
#[cfg(feature = "diff")]
pub mod diff;
#[doc(hidden)]
pub mod duration_text;
pub mod edit;
pub mod errors;
pub mod fix;
mod fixer;
#[doc(hidden)]
pub mod front_end;
pub mod graph;
pub mod hidden;
#[cfg(feature = "integrations")]
pub mod integrations;
pub mod intrinsic;
pub mod json;
pub mod jsonata;
#[doc(hidden)]
pub mod limits;
pub mod model;
#[doc(hidden)]
pub mod name;
pub mod overlay;
pub mod path;
pub mod placeholder;
pub mod redaction;
pub mod resource;
#[cfg(feature = "models")]
#[doc(hidden)]
pub mod service_models;
#[doc(hidden)]
pub mod similar;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod substitution;
#[cfg(feature = "yaml")]
pub mod template;
pub mod timestamp;
pub mod validate;
#[doc(hidden)]
pub mod wildcard;
#[doc(hidden)]
pub mod words;
#[cfg(feature = "yaml")]
pub mod yaml;

mod cursor;
mod diagnostic;
mod route;
mod service_text;
mod setters;
mod syntax_error;
mod value_path;

pub use diagnostic::{
    Diagnostic, DiagnosticLocation, Diagnostics, RelatedLocation, Severity, TextLocation,
};
#[doc(no_inline)]
pub use indexmap::IndexMap;
pub use model::{MachineType, QueryLanguage, StateMachine};
pub use syntax_error::{SyntaxError, SyntaxFault};
