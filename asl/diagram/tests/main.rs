//! The tests of diagrams, in one program.

mod depth;
mod diagram;
mod fleet;

// The definitions that the tests of `stepwright-asl` compare, and their writer of YAML.
#[path = "../../tests/yaml/emit.rs"]
mod emit;
#[path = "../../tests/samples/mod.rs"]
mod samples;
