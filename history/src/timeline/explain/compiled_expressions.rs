use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_interpreter::query::{CompileError, Condition, Expr, VariableNames};

/// An expression of a definition.
pub(super) enum CompiledField {
    Expr(Expr),
    Condition(Condition),
}

/// A compiled expression, with the names of the variables that it reads.
pub(super) struct CompiledExpression {
    pub(super) field: CompiledField,
    pub(super) names: VariableNames,
}

/// The result of compiling an expression: a message if it is invalid.
type Compiled = Result<Arc<CompiledExpression>, String>;

/// The compiled expressions of a definition. All visits of a state have the same.
#[derive(Default)]
pub(super) struct CompiledExpressions {
    by_key: Mutex<HashMap<String, Compiled>>,
}

impl CompiledExpressions {
    /// Returns the expression with this key, and compiles it at the first call. Expressions with
    /// the same key must be equal.
    pub(super) fn get(
        &self,
        key: String,
        compile: impl FnOnce(&mut VariableNames) -> Result<CompiledField, CompileError>,
    ) -> Compiled {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        by_key
            .entry(key)
            .or_insert_with(|| {
                let mut names = VariableNames::new();
                let field = compile(&mut names).map_err(|error| error.to_string())?;
                Ok(Arc::new(CompiledExpression { field, names }))
            })
            .clone()
    }
}
