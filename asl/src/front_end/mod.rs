//! What only front ends need: the macros and the typed builder, in which a user writes a workflow
//! as Rust. The validator shares the rules of [`analysis`](crate::analysis) with them; these rules
//! are about code that no definition has.
//!
//! It is public for the packages of this project only. Its API changes without notice.

pub mod callable;
mod express;
mod lints;
mod loops;
#[cfg(feature = "integrations")]
mod services;
mod settings;

pub use express::{ExpressPart, StandardFeature};
pub use lints::{Lint, LintWords, retried_computation, unused_panicking_variable, unused_variable};
pub use loops::{LoopChoice, LoopState, unbounded_loops};
#[cfg(feature = "integrations")]
pub use services::{ServiceProblem, check_service, check_service_error, waiting_resource};
pub use settings::{GivenSetting, GivenValue, SettingProblem, SettingWords, check_settings};
