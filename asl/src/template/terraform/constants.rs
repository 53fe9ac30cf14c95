//! Values of Terraform's expressions that do not depend on a deployment.

use std::collections::BTreeMap;

use hcl_edit::Span;
use hcl_edit::expr::{BinaryOperator, Expression, FuncCall, UnaryOperator};
use hcl_edit::template::{Element, StringTemplate};
use hcl_edit::visit::{self, Visit};
use serde_json::{Map, Value};

use super::text::placeholder_name;
use super::{Module, attribute_of, name_of};

/// Maximum number of expressions in a value.
const MOST_STEPS: usize = 10_000;
/// Maximum nesting depth of expressions, also through locals and variables.
const MOST_LEVELS: usize = 64;

/// The constant expressions of a module, as JSON by the names of their placeholders: literals,
/// locals, variables with defaults, operators, conditions, and functions of texts and lists.
pub fn constants(module: &Module) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in &module.files {
        let mut visitor = ConstantVisitor {
            module,
            text: &file.text,
            found: &mut found,
        };
        visitor.visit_body(&file.body);
    }
    found
}

struct ConstantVisitor<'m, 'f> {
    module: &'m Module,
    text: &'m str,
    found: &'f mut BTreeMap<String, String>,
}

impl Visit for ConstantVisitor<'_, '_> {
    fn visit_expr(&mut self, expression: &Expression) {
        if matches!(
            expression,
            Expression::Traversal(_)
                | Expression::FuncCall(_)
                | Expression::Conditional(_)
                | Expression::BinaryOp(_)
                | Expression::UnaryOp(_)
                | Expression::StringTemplate(_)
        ) {
            let mut evaluator = Evaluator {
                module: self.module,
                left: MOST_STEPS,
            };
            let span = expression.span().unwrap_or_default();
            let source = self.text.get(span).unwrap_or_default();
            if let Some(value) = evaluator.value(expression, 0) {
                self.found
                    .insert(placeholder_name(source), value.to_string());
            }
        }
        visit::visit_expr(self, expression);
    }
}

struct Evaluator<'m> {
    module: &'m Module,
    left: usize,
}

impl<'m> Evaluator<'m> {
    fn value(&mut self, expression: &Expression, level: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if level > MOST_LEVELS {
            return None;
        }
        let level = level + 1;
        match expression {
            Expression::Null(_) => Some(Value::Null),
            Expression::Bool(value) => Some(Value::Bool(*value.value())),
            Expression::Number(number) => {
                number.value().to_string().parse().ok().map(Value::Number)
            }
            Expression::String(text) => Some(Value::String(text.as_str().to_owned())),
            Expression::Parenthesis(inner) => self.value(inner.inner(), level),
            Expression::StringTemplate(template) => self.template(template, level),
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.value(item, level));
                items.collect::<Option<Vec<Value>>>().map(Value::Array)
            }
            Expression::Object(object) => {
                let members = object.iter().map(|(key, member)| {
                    let (name, _) = name_of(key)?;
                    Some((name, self.value(member.expr(), level)?))
                });
                members.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            Expression::Conditional(condition) => {
                let is_true = self.value(&condition.cond_expr, level)?.as_bool()?;
                match is_true {
                    true => self.value(&condition.true_expr, level),
                    false => self.value(&condition.false_expr, level),
                }
            }
            Expression::UnaryOp(unary) => {
                let value = self.value(&unary.expr, level)?;
                match *unary.operator.value() {
                    UnaryOperator::Not => Some(Value::Bool(!value.as_bool()?)),
                    UnaryOperator::Neg => number(-value.as_f64()?),
                }
            }
            Expression::BinaryOp(binary) => {
                let left = self.value(&binary.lhs_expr, level)?;
                let right = self.value(&binary.rhs_expr, level)?;
                operated(*binary.operator.value(), &left, &right)
            }
            Expression::FuncCall(call) => self.called(call, level),
            other => match attribute_of(other)? {
                ("local", name) => self.value(&self.module.locals.get(name)?.1, level),
                ("var", name) => self.value(default_of(self.module, name)?, level),
                _ => None,
            },
        }
    }

    /// The value of a template: that of its only interpolation, or a text.
    fn template(&mut self, template: &StringTemplate, level: usize) -> Option<Value> {
        let elements: Vec<&Element> = template.iter().collect();
        if let [Element::Interpolation(only)] = elements.as_slice() {
            return self.value(&only.expr, level);
        }
        let parts = elements.into_iter().map(|element| match element {
            Element::Literal(text) => Some(text.as_str().to_owned()),
            Element::Interpolation(one) => text_of(&self.value(&one.expr, level)?),
            Element::Directive(_) => None,
        });
        parts.collect::<Option<String>>().map(Value::String)
    }

    fn called(&mut self, call: &FuncCall, level: usize) -> Option<Value> {
        if call.args.expand_final() || !call.name.namespace.is_empty() {
            return None;
        }
        let arguments = call.args.iter().map(|argument| self.value(argument, level));
        let arguments = arguments.collect::<Option<Vec<Value>>>()?;
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("upper", [text]) => Some(text_of(text)?.to_uppercase().into()),
            ("lower", [text]) => Some(text_of(text)?.to_lowercase().into()),
            ("trimspace", [text]) => Some(text_of(text)?.trim().into()),
            ("tostring", [value]) => Some(text_of(value)?.into()),
            ("tonumber", [Value::String(text)]) => text.parse().ok().map(Value::Number),
            ("tonumber", [Value::Number(value)]) => Some(Value::Number(value.clone())),
            ("tobool", [Value::Bool(value)]) => Some(Value::Bool(*value)),
            ("tobool", [Value::String(text)]) => text.parse().ok().map(Value::Bool),
            ("tolist", [Value::Array(items)]) => Some(Value::Array(items.clone())),
            ("jsonencode", [value]) => Some(value.to_string().into()),
            ("length", [Value::Array(items)]) => Some(items.len().into()),
            ("length", [Value::Object(members)]) => Some(members.len().into()),
            ("length", [Value::String(text)]) => Some(text.chars().count().into()),
            ("join", [separator, Value::Array(items)]) => {
                let items = items.iter().map(text_of).collect::<Option<Vec<String>>>()?;
                Some(items.join(separator.as_str()?).into())
            }
            ("concat", lists) => {
                let lists = lists.iter().map(Value::as_array);
                let lists = lists.collect::<Option<Vec<&Vec<Value>>>>()?;
                Some(Value::Array(lists.into_iter().flatten().cloned().collect()))
            }
            ("merge", objects) => {
                let objects = objects.iter().map(Value::as_object);
                let objects = objects.collect::<Option<Vec<_>>>()?.into_iter().flatten();
                let members = objects.map(|(key, value)| (key.clone(), value.clone()));
                Some(Value::Object(members.collect()))
            }
            ("coalesce", values) => {
                let is_given = |value: &&Value| !value.is_null() && value.as_str() != Some("");
                values.iter().find(is_given).cloned()
            }
            ("min", [first, more @ ..]) => extreme(first, more, f64::min),
            ("max", [first, more @ ..]) => extreme(first, more, f64::max),
            _ => None,
        }
    }
}

/// The default of a variable.
fn default_of<'m>(module: &'m Module, name: &str) -> Option<&'m Expression> {
    let blocks = module.files.iter().flat_map(|file| file.body.blocks());
    let mut variables = blocks.filter(|block| {
        let label = block.labels.first().map(|label| label.as_str());
        block.ident.as_str() == "variable" && label == Some(name)
    });
    Some(&variables.next()?.body.get_attribute("default")?.value)
}

fn extreme(first: &Value, more: &[Value], of: fn(f64, f64) -> f64) -> Option<Value> {
    let mut more = more.iter();
    let found = more.try_fold(first.as_f64()?, |found, value| {
        Some(of(found, value.as_f64()?))
    });
    number(found?)
}

/// A value as Terraform writes it into a text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A number; `None` for a fraction, which Terraform computes with more digits than `f64` has.
fn number(value: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_exact = value.fract() == 0.0 && value.abs() < EXACT;
    is_exact.then(|| Value::from(value as i64))
}

fn operated(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    let numbers = || Some((left.as_f64()?, right.as_f64()?));
    let computed = |compute: fn(f64, f64) -> f64| {
        let (left, right) = numbers()?;
        number(compute(left, right))
    };
    let compared = |compare: fn(&f64, &f64) -> bool| {
        let (left, right) = numbers()?;
        Some(Value::Bool(compare(&left, &right)))
    };
    match operator {
        BinaryOperator::Eq => Some(Value::Bool(left == right)),
        BinaryOperator::NotEq => Some(Value::Bool(left != right)),
        BinaryOperator::And => Some(Value::Bool(left.as_bool()? && right.as_bool()?)),
        BinaryOperator::Or => Some(Value::Bool(left.as_bool()? || right.as_bool()?)),
        BinaryOperator::Less => compared(f64::lt),
        BinaryOperator::LessEq => compared(f64::le),
        BinaryOperator::Greater => compared(f64::gt),
        BinaryOperator::GreaterEq => compared(f64::ge),
        BinaryOperator::Plus => computed(|left, right| left + right),
        BinaryOperator::Minus => computed(|left, right| left - right),
        BinaryOperator::Mul => computed(|left, right| left * right),
        BinaryOperator::Div => computed(|left, right| left / right),
        BinaryOperator::Mod => computed(|left, right| left % right),
    }
}
