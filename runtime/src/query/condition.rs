//! Conditions of Choice rules.

use stepwright_asl::model::{ChoiceRule, QueryLanguage};

use super::{CompileError, QueryError, Scope, VariableNames};

/// The condition of one rule of a Choice state.
#[derive(Debug)]
pub struct Condition(());

impl Condition {
    /// Compiles the condition of the rule at `index` of its state.
    pub fn compile(
        rule: &ChoiceRule,
        language: QueryLanguage,
        index: usize,
        names: &mut VariableNames,
    ) -> Result<Condition, CompileError> {
        let _ = (rule, language, names);
        let field = format!("Choices[{index}]");
        Err(CompileError::new(field, "conditions are not built in yet"))
    }

    /// Whether the rule matches.
    pub fn test(&self, scope: &Scope<'_>) -> Result<bool, QueryError> {
        let _ = scope;
        Ok(false)
    }
}
