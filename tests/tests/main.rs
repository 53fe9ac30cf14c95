//! The tests of several packages, in one program: a program for each file would link the engine 45
//! times.

#[macro_use]
mod same;

mod asl_file;
mod asl_snapshot;
mod build_script;
mod builder;
mod builder_and_macro;
mod builder_distributed;
mod builder_doc;
mod builder_random;
mod builder_rules;
mod catch_names;
mod characters;
mod child_errors;
mod convert_page;
mod crash;
mod custom_trait_impls;
mod decimals;
mod developer_paths;
mod distributed_map;
mod earlier_values;
mod error_index;
mod errors_in_parallel_and_map;
mod expressions;
mod failures_as_in_rust;
mod faults;
mod flattened_values;
mod float_texts;
mod fragments;
mod front_ends;
mod functions;
mod guides;
mod imported;
mod integers;
mod language_page;
mod lets;
mod literals;
mod log_lines;
mod members;
mod name_clashes;
mod nested_inputs;
mod optional_conditions;
#[path = "order_processing.rs"]
mod order_processing_example;
mod pages;
mod payload_forms;
mod placeholders;
mod property;
mod random_conversions;
mod raw_forms;
mod readme;
mod recordings;
mod refused_values;
mod review_pages;
mod rust_forms;
mod spellings;
mod stores;
mod task_names;
mod times;
mod token_outputs;
mod typed_fails;
mod types;
mod values_as_in_rust;
mod without_diagnostics;

// docs/guides/import.md shows a test at the root of a crate.
use imported::order_processing;
