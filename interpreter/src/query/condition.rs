//! Conditions of Choice rules.

mod compare;
#[cfg(test)]
mod tests;

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{ChoiceRule, Comparison as ComparisonSyntax, QueryLanguage};

use self::compare::Comparison;

use super::field::{Field, FieldPath};
use super::jsonata::Jsonata;
use super::{CompileError, Expected, QueryError, Scope, VariableNames};

/// The condition of one rule of a Choice state.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// use stepwright_asl::model::{ChoiceRule, QueryLanguage};
/// use stepwright_interpreter::query::{Condition, Entropy, Scope, VariableNames, Variables};
/// use stepwright_runtime::value::Value;
///
/// let rule = ChoiceRule {
///     condition: Some("{% $states.input.total > 100 %}".into()),
///     ..ChoiceRule::default()
/// };
/// let names = &mut VariableNames::new();
/// let condition = Condition::compile(&rule, QueryLanguage::Jsonata, "Choices[0]", names)?;
///
/// let input = Value::from_text(r#"{"total": 120}"#)?;
/// let scope = Scope {
///     input: &input,
///     result: None,
///     error_output: None,
///     context: &Value::empty_object(),
///     variables: &Variables::new(),
///     entropy: &Entropy::new(1),
///     now_millis: 0,
/// };
/// assert!(condition.test(&scope)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Condition(Test);

#[derive(Debug)]
enum Test {
    And(Box<[Test]>),
    Or(Box<[Test]>),
    Not(Box<Test>),
    /// `IsPresent`: the one test of a variable that may be absent.
    Present(FieldPath, bool),
    Compare(FieldPath, Comparison),
    Constant(bool),
    Jsonata(Box<Jsonata>),
}

impl Condition {
    /// Compiles the condition of a rule. `location` is the path of the rule in the state:
    /// `Choices[0]`.
    ///
    /// # Errors
    ///
    /// Fails when the rule lacks a condition, or a part of it does not parse.
    pub fn compile(
        rule: &ChoiceRule,
        language: QueryLanguage,
        location: &str,
        names: &mut VariableNames,
    ) -> Result<Condition, CompileError> {
        match language {
            QueryLanguage::JsonPath => Test::compile(rule, location, names),
            QueryLanguage::Jsonata => Test::expression(rule, location, names),
        }
        .map(Condition)
    }

    /// Returns whether its result may depend on the time: JSONata that mentions `$now` or
    /// `$millis`.
    pub fn reads_clock(&self) -> bool {
        matches!(&self.0, Test::Jsonata(jsonata) if jsonata.reads_clock())
    }

    /// Returns whether its result may depend on random numbers.
    pub fn draws(&self) -> bool {
        matches!(&self.0, Test::Jsonata(jsonata) if jsonata.draws())
    }

    /// Returns whether the rule matches.
    ///
    /// # Errors
    ///
    /// Fails with `States.Runtime` when a path finds nothing, and with
    /// `States.QueryEvaluationError` when a JSONata expression fails or its result is no boolean.
    pub fn test(&self, scope: &Scope<'_>) -> Result<bool, QueryError> {
        self.0.holds(scope)
    }
}

impl Test {
    fn expression(
        rule: &ChoiceRule,
        location: &str,
        names: &mut VariableNames,
    ) -> Result<Test, CompileError> {
        let location = format!("{location}/Condition");
        let refuse = |message: &str| CompileError::new(&*location, message);
        let source = match &rule.condition {
            None => return Err(refuse("is missing")),
            Some(Json::Bool(constant)) => return Ok(Test::Constant(*constant)),
            Some(other) => other.as_str().and_then(strip),
        };
        let source = source.ok_or_else(|| {
            refuse("must be a boolean, or a JSONata expression between `{%` and `%}`")
        })?;
        let jsonata = Jsonata::compile(source, &location, names)?.expecting(Expected::Boolean);
        Ok(
            match jsonata.as_constant().and_then(|value| value.as_bool()) {
                Some(constant) => Test::Constant(constant),
                None => Test::Jsonata(Box::new(jsonata)),
            },
        )
    }

    /// Compiles a rule. The depth of the recursion is that of the definition, which its parser
    /// limits.
    fn compile(
        rule: &ChoiceRule,
        location: &str,
        names: &mut VariableNames,
    ) -> Result<Test, CompileError> {
        let mut all = |rules: &[ChoiceRule], key: &str| {
            let rules = rules.iter().enumerate();
            rules
                .map(|(index, rule)| {
                    Test::compile(rule, &format!("{location}/{key}[{index}]"), names)
                })
                .collect::<Result<Box<[Test]>, _>>()
        };
        if !rule.and.is_empty() {
            return Ok(Test::And(all(&rule.and, "And")?));
        }
        if !rule.or.is_empty() {
            return Ok(Test::Or(all(&rule.or, "Or")?));
        }
        if let Some(inner) = &rule.not {
            let inner = Test::compile(inner, &format!("{location}/Not"), names)?;
            return Ok(Test::Not(Box::new(inner)));
        }
        let (Some(variable), Some(comparison)) = (&rule.variable, &rule.comparison) else {
            let message = "a rule needs `And`, `Or`, `Not`, or a `Variable` and a comparison";
            return Err(CompileError::new(location, message));
        };
        let ComparisonSyntax { operator, operand } = comparison;
        let variable = FieldPath::compile(variable, Field::Choice, "Variable", names)?;
        let location = format!("{location}/{operator}");
        Ok(
            match Comparison::compile(*operator, operand, &location, names)? {
                compare::CompiledTest::Present(expected) => Test::Present(variable, expected),
                compare::CompiledTest::Comparison(comparison) => {
                    Test::Compare(variable, comparison)
                }
            },
        )
    }

    fn holds(&self, scope: &Scope<'_>) -> Result<bool, QueryError> {
        match self {
            Test::And(tests) => {
                for test in tests {
                    if !test.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Or(tests) => {
                for test in tests {
                    if test.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::Not(test) => Ok(!test.holds(scope)?),
            Test::Present(variable, expected) => Ok(variable.is_present(scope) == *expected),
            Test::Compare(variable, comparison) => match variable.reach(scope) {
                Some(value) => comparison.holds(value, scope),
                None => comparison.holds(&*variable.search(scope)?, scope),
            },
            Test::Constant(constant) => Ok(*constant),
            // The expression expects a boolean, so the result is one.
            Test::Jsonata(jsonata) => Ok(jsonata.eval(scope)?.as_bool().unwrap_or(false)),
        }
    }
}
