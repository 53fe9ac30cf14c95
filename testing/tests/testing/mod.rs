//! Tests of the test kit: assertions, coverage, replay, properties.

mod coverage;
mod coverage_suite;
mod expect;
mod generated_test;
mod misuse;
mod mock_verification;
mod overlay;
mod properties;
mod redaction;
mod replay;
mod replay_children;
mod replay_placeholders;
pub(crate) mod support;
