//! AWS Step Functions workflows as type-checked Rust.
