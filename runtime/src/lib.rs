//! Runs AWS Step Functions workflows in process.

pub mod value;
