//! Items that macro-expanded code refers to. Nothing here is part of the public interface.

pub mod requirements;

pub use ::schemars;
pub use ::serde;
pub use ::serde_json;

pub use crate::builder::{
    ExpressionTypes, Readable, TaskWithInput, errors_of, field_of, value_of, witness_of,
};
pub use crate::expr::{
    Align, Binary, Case, ErrorNames, Expr, ExpressionFunction, InlinedFunction, Pattern, Piece,
    Spec, Text, Unary, ValueFunction, called_error_field, called_error_names,
    called_error_names_of_variant, error_field, error_names, error_names_of,
    error_names_of_variant, inlined, plain_function,
};
pub use crate::flow::*;
pub use crate::function::plain;
pub use crate::map_run::{Batch, MapResults, NoInput};
pub use crate::shape::{self, Payload, Shape, wire};
pub use crate::task::{
    Address, CallOutcome, DeclaredTask, Deploy, ErrorOutput, ErrorVariant, Handler, MessagePiece,
    NoError, ParameterType, Runs, Task, TaskBinder, TaskContext, TaskError, TaskReturn, cause,
};
pub use crate::type_block::*;
pub use crate::workflow::{Binder, Definition, InvalidWorkflow, Workflow};
pub use stepwright_asl::model::{MachineType, QueryLanguage};

/// A call of a function in [`functions`](crate::functions), identified by its type.
pub fn library<F: crate::functions::Function>(arguments: Vec<Expr>) -> Expr {
    Expr::function(format!("functions::{}", F::NAME), arguments)
}
