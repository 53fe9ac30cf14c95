//! Evaluates paths, intrinsic functions, payload templates and JSONata on a JSON value, in one call
//! and without an engine.
//!
//! ```
//! # extern crate stepwright_interpreter as stepwright_runtime;
//! use serde_json::json;
//! use stepwright_runtime::evaluate;
//!
//! let order = json!({"id": 7, "items": [{"price": 3}, {"price": 4}]});
//! assert_eq!(evaluate::path("$.items[*].price", &order)?.to_json(), json!([3, 4]));
//! assert_eq!(evaluate::intrinsic("States.Format('order-{}', $.id)", &order)?, "order-7");
//! # #[cfg(feature = "jsonata")]
//! assert_eq!(evaluate::jsonata("$sum($states.input.items.price)", &order)?.to_json(), json!(7));
//! # Ok::<(), evaluate::EvaluateError>(())
//! ```
//!
//! Results and errors are those of the service in a state with this input. Use an [`Evaluation`]
//! for expressions that read the context object or variables.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::strip;
use web_time::{SystemTime, UNIX_EPOCH};

use crate::query::{CompileError, Entropy, Expr, QueryError, Scope, VariableNames, Variables};
use crate::value::{MAX_DEPTH, Value};

/// Evaluates a path: `$.a`, `$$.Execution.Name`, `$variable.a`.
///
/// # Errors
///
/// When the text is not a path, and when it selects nothing. The result of a path that can select
/// several values, such as `$.a[*]`, is an array.
pub fn path(path: &str, input: impl Into<Value>) -> Result<Value, EvaluateError> {
    Evaluation::of(input).path(path)
}

/// Evaluates a call of an intrinsic function: `States.Format('{}', $.id)`.
///
/// # Errors
///
/// When the text is not a call, and when the function fails.
pub fn intrinsic(call: &str, input: impl Into<Value>) -> Result<Value, EvaluateError> {
    Evaluation::of(input).intrinsic(call)
}

/// Evaluates a JSONata expression, with or without its `{%` and `%}`. The input is `$states.input`,
/// as in a state: AWS's JSONata has no root.
///
/// # Errors
///
/// When the text is not an expression, when the expression fails or returns nothing, and without
/// the crate's feature `jsonata`.
pub fn jsonata(expression: &str, input: impl Into<Value>) -> Result<Value, EvaluateError> {
    Evaluation::of(input).jsonata(expression)
}

/// An evaluation failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The text is invalid, or the input is too deep: AWS accepts neither.
    #[error("{0}")]
    Refused(String),
    /// It fails on this input, with the error that a state would have.
    #[error("{error}: {cause}")]
    #[non_exhaustive]
    Failed {
        /// Its name: `States.Runtime`, `States.QueryEvaluationError`, ...
        error: String,
        /// The cause, as AWS reports it.
        cause: String,
    },
}

impl From<CompileError> for EvaluateError {
    fn from(error: CompileError) -> EvaluateError {
        EvaluateError::Refused(error.message)
    }
}

impl From<QueryError> for EvaluateError {
    fn from(error: QueryError) -> EvaluateError {
        EvaluateError::Failed {
            error: error.error.into_owned(),
            cause: error.cause,
        }
    }
}

/// The data for evaluations: the input, and the other values that an expression may read.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// use serde_json::json;
/// use stepwright_runtime::evaluate::Evaluation;
///
/// let evaluation = Evaluation::of(json!({"total": 120}))
///     .context(json!({"Execution": {"Name": "run-1"}}))
///     .variable("limit", 100);
/// assert_eq!(evaluation.path("$$.Execution.Name")?, "run-1");
/// assert_eq!(evaluation.intrinsic("States.MathAdd($.total, $limit)")?.to_json(), json!(220));
/// # #[cfg(feature = "jsonata")]
/// assert_eq!(evaluation.jsonata("{% $states.input.total > $limit %}")?.to_json(), json!(true));
/// # Ok::<(), stepwright_runtime::evaluate::EvaluateError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Evaluation {
    input: Value,
    result: Option<Value>,
    error_output: Option<Value>,
    context: Value,
    names: VariableNames,
    variables: Variables,
    seed: Option<u64>,
    now: Option<SystemTime>,
}

impl Evaluation {
    /// Creates an evaluation of an input: `$` of paths, `$states.input` of JSONata.
    pub fn of(input: impl Into<Value>) -> Evaluation {
        Evaluation {
            input: input.into(),
            result: None,
            error_output: None,
            context: Value::empty_object(),
            names: VariableNames::new(),
            variables: Variables::new(),
            seed: None,
            now: None,
        }
    }

    /// Sets the context object: `$$` of paths, `$states.context` of JSONata. It is empty unless
    /// set.
    pub fn context(mut self, context: impl Into<Value>) -> Evaluation {
        self.context = context.into();
        self
    }

    /// Sets a workflow variable, by its name without the `$`.
    pub fn variable(mut self, name: &str, value: impl Into<Value>) -> Evaluation {
        let variable = self.names.intern(name);
        self.variables.set(variable, value.into());
        self
    }

    /// Sets the result of the task, branches or iterations: `$states.result` of JSONata.
    pub fn result(mut self, result: impl Into<Value>) -> Evaluation {
        self.result = Some(result.into());
        self
    }

    /// Sets the error output for a catcher: `$states.errorOutput` of JSONata.
    pub fn error_output(mut self, error_output: impl Into<Value>) -> Evaluation {
        self.error_output = Some(error_output.into());
        self
    }

    /// Seeds `States.UUID`, `$random` and the other random functions, so that they repeat their
    /// results; otherwise they are random.
    pub fn seed(mut self, seed: u64) -> Evaluation {
        self.seed = Some(seed);
        self
    }

    /// Sets the time that `$now()` and `$millis()` return; the current time unless set.
    pub fn at(mut self, now: SystemTime) -> Evaluation {
        self.now = Some(now);
        self
    }

    /// Evaluates a path.
    ///
    /// # Errors
    ///
    /// As [`path`].
    pub fn path(&self, path: &str) -> Result<Value, EvaluateError> {
        self.eval(|names| Expr::path(path, "InputPath", names))
    }

    /// Evaluates a call of an intrinsic function.
    ///
    /// # Errors
    ///
    /// As [`intrinsic`].
    pub fn intrinsic(&self, call: &str) -> Result<Value, EvaluateError> {
        if !call.starts_with("States.") {
            let message =
                format!("`{call}` is not a call of an intrinsic function, such as `States.UUID()`");
            return Err(EvaluateError::Refused(message));
        }
        self.eval(|names| Expr::evaluated(call, "call", names))
    }

    /// Evaluates a JSONata expression.
    ///
    /// # Errors
    ///
    /// As [`jsonata`].
    pub fn jsonata(&self, expression: &str) -> Result<Value, EvaluateError> {
        let text = match strip(expression) {
            Some(_) => expression.to_owned(),
            None => format!("{{%{expression}%}}"),
        };
        self.eval(|names| Expr::jsonata_field(&text, "expression", names))
    }

    /// Evaluates a JSONPath payload template (`Parameters`, `ResultSelector`, `ItemSelector`): the
    /// members with a key that ends in `.$` are evaluated.
    ///
    /// ```
    /// # extern crate stepwright_interpreter as stepwright_runtime;
    /// use stepwright_asl::json;
    /// use stepwright_runtime::evaluate::Evaluation;
    ///
    /// let template = json!({"id.$": "$.order.id", "note": "new"});
    /// let value = Evaluation::of(&json!({"order": {"id": 7}})).template(&template)?;
    /// assert_eq!(value.to_text(), r#"{"id":7,"note":"new"}"#);
    /// # Ok::<(), stepwright_runtime::evaluate::EvaluateError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a path or a call in it cannot be parsed, and when one fails.
    pub fn template(&self, template: &Json) -> Result<Value, EvaluateError> {
        self.eval(|names| Expr::jsonpath_template(template, "template", names))
    }

    /// Evaluates the JSON of a JSONata field (`Arguments`, `Output`, a value of `Assign`): each
    /// string that is one `{% .. %}` is evaluated.
    ///
    /// # Errors
    ///
    /// When an expression in it cannot be parsed, and when one fails.
    pub fn jsonata_template(&self, template: &Json) -> Result<Value, EvaluateError> {
        self.eval(|names| Expr::jsonata_template(template, "template", names))
    }

    fn eval(
        &self,
        compile: impl FnOnce(&mut VariableNames) -> Result<Expr, CompileError>,
    ) -> Result<Value, EvaluateError> {
        let given = [
            Some(&self.input),
            Some(&self.context),
            self.result.as_ref(),
            self.error_output.as_ref(),
        ];
        let variables = self.variables.iter().map(|(_, value)| value);
        if given
            .into_iter()
            .flatten()
            .chain(variables)
            .any(|value| value.depth() > MAX_DEPTH)
        {
            let message = format!("a value nests deeper than {MAX_DEPTH} levels");
            return Err(EvaluateError::Refused(message));
        }
        // An unset variable is in the expression's table of names, and has no value.
        let mut names = self.names.clone();
        let expression = compile(&mut names)?;
        let entropy = Entropy::new(
            self.seed
                .unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0),
        );
        let now = self.now.unwrap_or_else(SystemTime::now);
        let since = now
            .duration_since(UNIX_EPOCH)
            .map(|since| i64::try_from(since.as_millis()));
        let scope = Scope {
            input: &self.input,
            result: self.result.as_ref(),
            error_output: self.error_output.as_ref(),
            context: &self.context,
            variables: &self.variables,
            entropy: &entropy,
            now_millis: since.ok().and_then(Result::ok).unwrap_or_default(),
        };
        Ok(expression.eval(&scope)?)
    }
}

#[cfg(test)]
mod tests;
