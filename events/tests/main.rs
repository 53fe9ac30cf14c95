//! Tests of the package.

mod pattern_facts;
