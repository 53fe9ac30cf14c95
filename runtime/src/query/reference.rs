//! `ResultPath`: where a value is put.

use crate::value::{NotAnObject, RefPath, Value};

use super::{CompileError, QueryError};

/// A path that names one place, made when it is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferencePath {
    path: RefPath,
}

impl ReferencePath {
    /// Compiles a `ResultPath`.
    pub fn compile(text: &str) -> Result<ReferencePath, CompileError> {
        let _ = text;
        Err(CompileError::new(
            "ResultPath",
            "paths are not built in yet",
        ))
    }

    /// Whether the path is `$`: the value replaces everything.
    pub fn is_root(&self) -> bool {
        self.path.is_root()
    }

    /// Puts `value` into `input` at the path; the objects on the way are made where missing.
    ///
    /// Fails with `States.ReferencePathConflict` when a step leads into something that is no
    /// object.
    pub fn put(&self, input: &mut Value, value: Value) -> Result<(), QueryError> {
        let placed = input.put(&self.path, value);
        placed.map_err(|NotAnObject { step, input }| {
            QueryError::conflict(&step, &super::error::shown(&input))
        })
    }
}
