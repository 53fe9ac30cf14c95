//! The tests of diagrams, in one program.

mod depth;
mod diagram;
mod editable;
mod fleet;

// The definitions that the tests of `stepwright-asl` compare, and their writer of YAML.
#[path = "../../asl/tests/yaml/emit.rs"]
mod emit;
#[path = "../../asl/tests/samples/mod.rs"]
mod samples;
