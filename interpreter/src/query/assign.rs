//! `Assign` blocks.

use stepwright_asl::json::Object;
use stepwright_asl::model::QueryLanguage;

use crate::value::Value;

use super::{CompileError, Expr, QueryError, Scope, VariableIx, VariableNames};

/// The compiled expressions of an `Assign`. All are evaluated with the variables from before the
/// state.
#[derive(Debug, Default)]
pub struct Assignments {
    assignments: Box<[(VariableIx, Expr)]>,
}

impl Assignments {
    /// Compiles an `Assign`. `field` is its path in the state: `Assign`,
    /// `Choices[0]/Assign`, `Catch[1]/Assign`.
    ///
    /// Fails when a path, a call or an expression in it does not parse.
    pub fn compile(
        assign: &Object,
        language: QueryLanguage,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Assignments, CompileError> {
        let mut assignments = Vec::with_capacity(assign.len());
        for (key, json) in assign {
            let location = format!("{field}/{key}");
            let evaluated = match language {
                QueryLanguage::JsonPath => key.strip_suffix(".$"),
                QueryLanguage::Jsonata => None,
            };
            let expr = match (evaluated, language) {
                (Some(_), _) => {
                    let text = json.as_str().ok_or_else(|| {
                        let message = "must be a path or an intrinsic function in a string";
                        CompileError::new(&*location, message)
                    })?;
                    Expr::evaluated(text, key, names)?
                }
                (None, QueryLanguage::JsonPath) => Expr::jsonpath_template(json, &location, names)?,
                (None, QueryLanguage::Jsonata) => Expr::jsonata_template(json, &location, names)?,
            };
            assignments.push((names.intern(evaluated.unwrap_or(key)), expr));
        }
        Ok(Assignments {
            assignments: assignments.into(),
        })
    }

    /// Returns whether there is nothing to assign.
    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty()
    }

    /// Returns the values, in the order of the block. Pass them to
    /// [`Variables::set`](super::Variables::set) after the state is left.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Vec<(VariableIx, Value)>, QueryError> {
        let mut values = Vec::with_capacity(self.assignments.len());
        for (ix, expr) in &self.assignments {
            values.push((*ix, expr.eval(scope)?));
        }
        Ok(values)
    }
}
