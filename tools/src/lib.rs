//! Tools over definitions of the Amazon States Language (AWS Step Functions): the IAM policy that a
//! definition needs, what its executions cost, its conversion from JSONPath to JSONata, and its
//! Rust source.
//!
//! The crate `stepwright-asl` parses and validates definitions. The tools of this crate read its
//! model.
//!
//! ```
//! use stepwright_asl::StateMachine;
//! use stepwright_tools::convert::Converter;
//! use stepwright_tools::estimate::{Estimate, EstimateOptions};
//! use stepwright_tools::policy::{Policy, PolicyOptions};
//!
//! let text = r#"{"StartAt": "Save", "States": {"Save": {"Type": "Task", "End": true,
//!     "Resource": "arn:aws:states:::dynamodb:putItem",
//!     "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}}}}}"#;
//! let machine = StateMachine::from_json(text)?;
//!
//! let policy = Policy::of(&machine, &PolicyOptions::new("Orders").region("eu-west-1"));
//! assert_eq!(policy.statements()[0].resources, ["arn:aws:dynamodb:eu-west-1:*:table/orders"]);
//!
//! let estimate = Estimate::of(&machine, &EstimateOptions::new());
//! assert_eq!(estimate.best.transitions, 1.0);
//!
//! let converted = Converter::new().convert_json(text)?;
//! assert!(converted.text.contains("{% $states.input.id %}"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What you want, and what to use
//!
//! | you want | use |
//! |---|---|
//! | the permissions that a machine's role needs | [`policy::Policy::of`] |
//! | to compare them with a role | [`policy::Policy::check`] with [`RolePolicies`](policy::RolePolicies), [`TemplateRole`](policy::TemplateRole) or [`TerraformPlan`](policy::TerraformPlan) |
//! | what executions cost, and how close they come to the limits | [`estimate::Estimate::of`] |
//! | the prices of a region | [`estimate::prices_of`] |
//! | the edits that convert states from JSONPath to JSONata | [`convert::Converter::convert`] |
//! | the converted text of a file | [`Converter::convert_json`](convert::Converter::convert_json), and with the feature `yaml` `convert_yaml` and `convert_template` |
//! | the types of inputs, outputs and tasks for other languages | `types::print`, with the feature `types` |
//! | the Rust source of a definition's workflow | `import::Importer`, with the feature `import` |
//! | the settings of a project, `stepwright.toml` | `settings::Settings`, with the feature `settings` |
//! | the path of a file as a URI | [`file_uri::uri_reference`] |
//! | to read, check or change a definition | the crate `stepwright-asl` |
//! | all of this as a command | `stepwright policy`, `stepwright estimate`, `stepwright convert`, `stepwright import`, `stepwright types` |
//!
//! `examples/report.rs` prints the policy, the cost and the conversion of a file.
//!
//! # Features
//!
//! No feature is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `import` | the module `import`: the source of a `workflow!` |
//! | `settings` | the module `settings`: `stepwright.toml` |
//! | `terraform` | `RolePolicies::of_terraform`: the policies of roles in Terraform files, with `yaml` |
//! | `types` | the module `types`: TypeScript, Python and JSON Schema |
//! | `yaml` | `Converter::convert_yaml` and `convert_template`: definitions in YAML and in templates |
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl` only.
//! - A tool reads a definition and returns a value: no engine, no clock, no I/O. Prices, limits and
//!   IAM actions are tables in this crate or in `stepwright-asl`, with their dates.
//! - The modules do not use each other.
//! - Any definition has a result. A requirement that no definition shows is a warning of the
//!   policy; an unbounded amount is infinite; a state that cannot be converted exactly has a note.

pub mod convert;
pub mod estimate;
pub mod file_uri;
#[cfg(feature = "import")]
pub mod import;
#[cfg(any(feature = "import", feature = "types"))]
pub mod names;
pub mod policy;
#[cfg(feature = "settings")]
pub mod settings;
#[cfg(feature = "types")]
pub mod types;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
