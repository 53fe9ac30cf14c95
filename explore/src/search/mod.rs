//! The search: all paths up to a bound, over executions as plain data.

mod absent_variables;
mod call_options;
mod calls;
mod counterexample;
mod definition;
mod driver;
mod event_tracker;
mod frontier;
mod inner_executions;
mod machine;
mod node_graph;
mod observation;
mod path_execution;
mod path_part;
mod path_record;
mod path_rules;
mod path_state;
mod path_step;
mod reached_parts;
mod task_tokens;
mod violation;
mod visit;

pub use self::counterexample::{Counterexample, numbered};
pub use self::frontier::{Progress, explore, explore_with};
pub(crate) use self::machine::ExploredMachine;
pub use self::path_record::InnerHistory;
pub use self::path_step::PathStep;
