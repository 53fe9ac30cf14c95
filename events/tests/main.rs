//! Tests of the package.

mod naive;
mod pattern_facts;
mod pattern_property;
