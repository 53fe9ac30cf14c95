//! Runs AWS Step Functions workflows in process.
