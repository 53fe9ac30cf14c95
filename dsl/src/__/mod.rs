//! What expanded code names. Nothing here is part of the public interface.

pub use ::schemars;
pub use ::serde;
pub use ::serde_json;

pub use crate::check::*;
pub use crate::expr::{Binary, Expr, Piece, Text, Unary, error_field, error_name};
pub use crate::flow::*;
pub use crate::shape::wire;
pub use crate::task::cause;
pub use crate::task::{TaskError, TaskReturn};
pub use crate::workflow::{Binder, Workflow};
