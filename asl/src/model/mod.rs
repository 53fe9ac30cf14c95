//! Definitions as Rust values: a structure for each state type, with every field that AWS accepts.
//!
//! Names are ASL's; fields are ASL's in snake case. A structure that was read keeps what it does not know and the order of its keys, so that
//! reading and writing gives the same JSON. Each structure also has a [`Schema`]: the table of its fields, from which the validator
//! knows what may stand where.
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
mod error_handling;
mod fail;
mod field;
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
mod words;

pub(crate) use all_states::bodies;
pub use all_states::{AllStates, AllStatesMut, Container, StateMut, StateRef};
pub use choice::{Choice, ChoiceRule, Comparison};
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
pub use schema::{FieldInfo, Kind, Schema};
pub use state::{State, StateKind};
pub use structure::Other;
pub use succeed::Succeed;
pub use task::Task;
pub use wait::Wait;
pub use words::{JitterStrategy, MachineType, ProcessorMode, QueryLanguage, Word};

#[cfg(test)]
mod tests;
