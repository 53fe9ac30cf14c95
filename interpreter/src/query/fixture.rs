//! The data on which tests of queries evaluate expressions.

use stepwright_asl::json::Json;

use crate::value::Value;

use super::{Entropy, Expr, QueryError, Scope, VariableNames, Variables};

pub(super) struct Fixture {
    pub(super) input: Value,
    pub(super) result: Option<Value>,
    pub(super) error_output: Option<Value>,
    pub(super) context: Value,
    pub(super) variables: Variables,
    pub(super) names: VariableNames,
    pub(super) entropy: Entropy,
}

pub(super) fn value(text: &str) -> Value {
    Value::from_text(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Fixture {
    pub(super) fn new(input: &str) -> Fixture {
        Fixture {
            input: value(input),
            result: None,
            error_output: None,
            context: value(r#"{"Execution": {"Name": "run", "Input": {"a": 1}}}"#),
            variables: Variables::new(),
            names: VariableNames::new(),
            entropy: Entropy::new(7),
        }
    }

    pub(super) fn with(mut self, name: &str, text: &str) -> Fixture {
        let ix = self.names.intern(name);
        self.variables.set(ix, value(text));
        self
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            input: &self.input,
            result: self.result.as_ref(),
            error_output: self.error_output.as_ref(),
            context: &self.context,
            variables: &self.variables,
            entropy: &self.entropy,
            now_millis: 1_700_000_000_123,
        }
    }

    pub(super) fn eval(&self, expr: &Expr) -> Result<Value, QueryError> {
        expr.eval(&self.scope())
    }

    /// Returns the text of the result of the JSONata `source`, or the cause of its failure.
    #[cfg(feature = "jsonata")]
    pub(super) fn jsonata(&mut self, source: &str) -> Result<String, String> {
        let text = format!("{{% {source} %}}");
        let expr = Expr::jsonata_field(&text, "Output", &mut self.names);
        let expr = expr.unwrap_or_else(|error| panic!("{error}"));
        let result = self.eval(&expr).map(|value| value.to_text());
        result.map_err(|error| {
            assert_eq!(error.error, "States.QueryEvaluationError");
            assert_eq!(error.location.as_deref(), Some("Output"));
            let start =
                format!("The JSONata expression '{source}' specified for the field 'Output' ");
            error.cause.replace(&start, "")
        })
    }

    /// Returns the text of the result of the template value `source`, or the cause of its failure.
    pub(super) fn member(&mut self, source: &str) -> Result<String, String> {
        let expr = Expr::evaluated(source, "x.$", &mut self.names);
        let expr = expr.unwrap_or_else(|error| panic!("{error}"));
        let result = self.eval(&expr).map(|value| value.to_text());
        result.map_err(|error| {
            assert_eq!((&*error.error, error.location), ("States.Runtime", None));
            error.cause
        })
    }

    pub(super) fn template(&mut self, template: &str) -> Result<String, QueryError> {
        let json: Json = template.parse().expect("is JSON");
        let expr = Expr::jsonpath_template(&json, "Parameters", &mut self.names);
        let expr = expr.unwrap_or_else(|error| panic!("{error}"));
        self.eval(&expr).map(|value| value.to_text())
    }
}
