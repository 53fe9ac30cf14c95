//! A replacement of JSONata in builds without it.

use std::convert::Infallible;

use crate::value::Value;

use super::{CompileError, Expected, QueryError, Scope, VariableNames};

/// No expression compiles, so this type has no values.
#[derive(Debug)]
pub(super) struct Jsonata(Infallible);

impl Jsonata {
    pub(super) fn compile(
        source: &str,
        field: &str,
        _: &mut VariableNames,
    ) -> Result<Jsonata, CompileError> {
        let message = format!(
            "the JSONata expression `{}` needs the feature `jsonata` of `stepwright-runtime`, which is turned off",
            source.trim()
        );
        Err(CompileError::new(field, message))
    }

    pub(super) fn expecting(self, _: Expected) -> Jsonata {
        match self.0 {}
    }

    pub(super) fn as_constant(&self) -> Option<&Value> {
        match self.0 {}
    }

    pub(super) fn reads_clock(&self) -> bool {
        match self.0 {}
    }

    pub(super) fn draws(&self) -> bool {
        match self.0 {}
    }

    pub(super) fn eval(&self, _: &Scope<'_>) -> Result<Value, QueryError> {
        match self.0 {}
    }
}
