//! The tests of several packages, in one program: a program for each file would link the engine 45 times.

#[macro_use]
mod same;

mod asl_file;
mod asl_snapshot;
mod build_script;
mod builder;
mod builder_distributed;
mod builder_doc;
mod builder_random;
mod builder_rules;
mod builder_same;
mod catch_names;
mod child_errors;
mod crash;
mod distributed_map;
mod error_index;
mod errors_inside;
mod expressions;
mod faults;
mod flattened_values;
mod fragments;
mod front_ends;
mod guides;
mod imported;
mod language_page;
mod lets;
mod literals;
mod meaning_of_failures;
mod meaning_of_names;
mod meaning_of_values;
mod members;
mod metrics_page;
mod nested_inputs;
mod optional_conditions;
#[path = "order_processing.rs"]
mod order_processing_example;
mod own_code_of_types;
mod pages;
mod payload_forms;
mod placeholders;
mod raw_forms;
mod readme;
mod recordings;
mod refused_values;
mod rust_forms;
mod token_answers;
mod types;
mod without_diagnostics;

// docs/guides/import.md shows a test at the root of a crate.
use imported::order_processing;
