//! Typed workflows.
