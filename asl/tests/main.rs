//! The tests of this package, in one program: linking a program for each file takes most of the
//! time.

mod custom_rules;
#[cfg(feature = "integrations")]
mod definitions;
mod depth;
mod diagnostics;
#[cfg(feature = "diff")]
mod diff;
#[cfg(feature = "yaml")]
mod edit;
#[cfg(all(feature = "yaml", feature = "integrations"))]
mod fix;
mod hostile;
#[cfg(feature = "integrations")]
mod integrations;
#[cfg(feature = "diff")]
mod library;
mod recordings;
mod rules;
#[cfg(feature = "diff")]
mod samples;
#[cfg(feature = "models")]
mod service_models;
#[cfg(feature = "integrations")]
mod unknown_values;
#[cfg(feature = "yaml")]
mod yaml;
