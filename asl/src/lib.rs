//! The Amazon States Language (ASL): the language in which AWS Step Functions workflows are written.
//!
//! The crate reads, checks and writes definitions; it runs nothing. It knows the language as AWS accepts it in 2026, with both query
//! languages, JSONPath and JSONata.
//!
//! ```
//! use stepwright_asl::model::{State, StateMachine};
//!
//! let machine = StateMachine::from_json(r#"{
//!     "StartAt": "Greet",
//!     "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": true}}
//! }"#)?;
//! let State::Pass(greet) = &machine.states["Greet"] else { unreachable!() };
//! assert_eq!(greet.end, Some(true));
//! # Ok::<(), stepwright_asl::Findings>(())
//! ```

#[doc(hidden)]
pub mod callable;
#[cfg(feature = "diagram")]
pub mod diagram;
#[cfg(feature = "diff")]
pub mod diff;
pub mod edit;
pub mod errors;
#[doc(hidden)]
pub mod facts;
pub mod graph;
#[cfg(feature = "integrations")]
pub mod integrations;
pub mod intrinsic;
pub mod json;
pub mod jsonata;
pub mod model;
pub mod name;
pub mod overlay;
pub mod path;
pub mod placeholder;
pub mod resource;
pub mod similar;
#[cfg(feature = "yaml")]
pub mod template;
pub mod timestamp;
pub mod validate;
pub mod wildcard;
#[cfg(feature = "yaml")]
pub mod yaml;

#[cfg(any(feature = "diagram", feature = "diff"))]
mod condition;
mod cursor;
mod finding;
mod place;
mod substitution;
mod syntax_error;

pub use finding::{Finding, Findings, Severity};
pub use model::{MachineType, QueryLanguage, StateMachine};
pub use syntax_error::{SyntaxError, SyntaxFault};
