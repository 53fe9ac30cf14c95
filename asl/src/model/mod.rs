//! Definitions as Rust values: a struct for each state type, with every field that AWS accepts.
//!
//! Types have ASL's names; fields have ASL's names in snake case. A parsed struct preserves unknown
//! members and the order of its keys, so that parsing and writing returns the same JSON. Each
//! struct also has a [`Schema`]: the table of its fields, which the validator uses.
//!
//! ```
//! use stepwright_asl::model::{State, StateMachine, Task};
//!
//! let mut machine = StateMachine { start_at: "Charge".to_owned(), ..StateMachine::default() };
//! machine.states.insert("Charge".to_owned(), State::from(Task {
//!     resource: "arn:aws:states:::lambda:invoke".to_owned(),
//!     end: Some(true.into()),
//!     ..Task::default()
//! }));
//! assert_eq!(machine.to_json(), concat!(
//!     r#"{"StartAt":"Charge","States":{"Charge":"#,
//!     r#"{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}"#,
//! ));
//! ```

mod access;
mod all_states;
mod choice;
mod enumerations;
mod error_handling;
mod fail;
mod field;
mod json_text;
mod machine;
mod map;
mod operator;
mod parallel;
mod pass;
mod schema;
mod state;
mod structure;
mod succeed;
mod task;
mod wait;

pub(crate) use all_states::bodies;
pub use all_states::{AllStates, AllStatesMut, Container, StateMut, StateRef};
pub use choice::{Choice, ChoiceRule, Comparison};
pub use enumerations::{JitterStrategy, MachineType, ProcessorMode, QueryLanguage, Word};
pub use error_handling::{Catcher, Retrier};
pub use fail::Fail;
pub use field::{NumberOrExpression, PathField};
pub use machine::{StateMachine, States};
pub use map::{
    ItemBatcher, ItemReader, Map, Processor, ProcessorConfig, ReaderConfig, ResultWriter,
    WriterConfig,
};
pub use operator::{OperandType, Operator};
pub use parallel::{Branch, Parallel};
pub use pass::Pass;
pub use schema::{FieldInfo, Schema, ValueKind};
pub use state::{State, StateKind};
pub use structure::OtherMembers;
pub use succeed::Succeed;
pub use task::Task;
pub use wait::Wait;

#[cfg(test)]
mod tests;
