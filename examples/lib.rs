//! Realistic workflows as a library, so that the tests run the same workflows.

pub mod patterns;
