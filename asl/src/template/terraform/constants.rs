//! Values of Terraform's expressions that do not depend on a deployment.

use std::collections::VecDeque;

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::template::{Element, StringTemplate};
use serde_json::{Map, Value};

use super::{Module, name_of};

/// Maximum number of expressions, and of copied parts of values, in a value.
const MOST_STEPS: usize = 10_000;
/// Maximum nesting depth of expressions, also through locals and variables.
const MOST_LEVELS: usize = 64;
/// Maximum number of bytes of a text that a function returns.
const MOST_BYTES: usize = 1 << 20;

/// The names that an expression can use, and their values.
#[derive(Debug, Clone)]
pub(super) struct Constants<'m> {
    /// The locals and variables; `None` in a file of `templatefile`, which has its arguments only.
    module: Option<&'m Module>,
    /// Arguments of `templatefile` and variables of loops; the last one with a name counts.
    variables: Vec<(String, Value)>,
    /// Whether variables of the module have the values of their defaults.
    uses_defaults: bool,
}

impl<'m> Constants<'m> {
    /// The constants of a module. A deployment can set variables, so that their defaults are only
    /// constants of a local run.
    pub(super) fn of_module(module: &'m Module, uses_defaults: bool) -> Self {
        Self {
            module: Some(module),
            variables: Vec::new(),
            uses_defaults,
        }
    }

    /// The constants of a file that `templatefile` reads.
    pub(super) fn of_file(arguments: &[(String, Value)]) -> Self {
        Self {
            module: None,
            variables: arguments.to_vec(),
            uses_defaults: false,
        }
    }

    /// These constants and a variable of a loop.
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
        let mut inner = self.clone();
        inner.variables.push((name.to_owned(), value));
        inner
    }

    /// The value of an expression; `None` if a deployment or an unknown function decides it.
    pub(super) fn value(&self, expression: &Expression) -> Option<Value> {
        let mut evaluator = Evaluator {
            constants: self,
            variables: Vec::new(),
            left: MOST_STEPS,
        };
        evaluator.value(expression, 0)
    }

    /// The text that an interpolation of an expression adds.
    pub(super) fn text(&self, expression: &Expression) -> Option<String> {
        text_of(&self.value(expression)?)
    }
}

/// The keys and the values of a collection, as a loop has them.
pub(super) fn items_of(collection: Value) -> Option<Vec<(Value, Value)>> {
    match collection {
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            Some(items.map(|(index, item)| (index.into(), item)).collect())
        }
        Value::Object(members) => {
            // Terraform orders the members of objects by their keys.
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            let members = members.into_iter();
            Some(members.map(|(key, value)| (key.into(), value)).collect())
        }
        _ => None,
    }
}

struct Evaluator<'c> {
    constants: &'c Constants<'c>,
    /// Variables of `for` expressions around the expression.
    variables: Vec<(String, Value)>,
    left: usize,
}

impl Evaluator<'_> {
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
                    let name = match (name_of(key), key) {
                        (Some((name, _)), _) => name,
                        (None, ObjectKey::Expression(key)) => text_of(&self.value(key, level)?)?,
                        (None, ObjectKey::Ident(_)) => return None,
                    };
                    Some((name, self.value(member.expr(), level)?))
                });
                members.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            Expression::Conditional(condition) => {
                let is_true = self.value(&condition.cond_expr, level)?.as_bool()?;
                if is_true {
                    self.value(&condition.true_expr, level)
                } else {
                    self.value(&condition.false_expr, level)
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
            Expression::ForExpr(each) => self.collected(each, level),
            Expression::Variable(name) => {
                let variables = self.constants.variables.iter().chain(&self.variables);
                let mut variables = variables.rev();
                let (_, value) = variables.find(|(known, _)| known == name.as_str())?;
                let value = value.clone();
                self.left = self.left.checked_sub(size_of(&value))?;
                Some(value)
            }
            Expression::Traversal(traversal) => {
                let operators = traversal.operators.iter().map(|one| one.value());
                self.member(&traversal.expr, operators.collect(), level)
            }
            Expression::HeredocTemplate(_) => None,
        }
    }

    /// The value of a member of a member of an expression. Other members may be unknown.
    fn member<'e>(
        &mut self,
        of: &'e Expression,
        mut operators: VecDeque<&'e TraversalOperator>,
        level: usize,
    ) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if level > MOST_LEVELS {
            return None;
        }
        let level = level + 1;
        if operators.is_empty() {
            return self.value(of, level);
        }
        match of {
            Expression::Parenthesis(inner) => self.member(inner.inner(), operators, level),
            Expression::Traversal(inner) => {
                for operator in inner.operators.iter().rev() {
                    operators.push_front(operator.value());
                }
                self.member(&inner.expr, operators, level)
            }
            Expression::Variable(root)
                if self.constants.module.is_some() && ["local", "var"].contains(&root.as_str()) =>
            {
                let module = self.constants.module?;
                let TraversalOperator::GetAttr(name) = operators.pop_front()? else {
                    return None;
                };
                let value = match root.as_str() {
                    "local" => &module.locals.get(name.as_str())?.1,
                    _ if self.constants.uses_defaults => default_of(module, name.as_str())?,
                    _ => return None,
                };
                self.member(value, operators, level)
            }
            Expression::Object(object) => {
                let key = text_of(&self.key(operators.pop_front()?, level)?)?;
                let mut members = object.iter();
                let is_named =
                    |name: &ObjectKey| name_of(name).is_some_and(|(name, _)| name == key);
                let (_, member) = members.find(|(name, _)| is_named(name))?;
                self.member(member.expr(), operators, level)
            }
            Expression::Array(items) => {
                let index = self.key(operators.pop_front()?, level)?.as_u64()?;
                let item = items.get(usize::try_from(index).ok()?)?;
                self.member(item, operators, level)
            }
            other => {
                let mut value = self.value(other, level)?;
                for operator in operators {
                    let key = self.key(operator, level)?;
                    value = match &mut value {
                        Value::Object(members) => members.remove(&text_of(&key)?)?,
                        Value::Array(items) => {
                            let index = usize::try_from(key.as_u64()?).ok()?;
                            items.get_mut(index)?.take()
                        }
                        _ => return None,
                    };
                }
                Some(value)
            }
        }
    }

    /// The name or the index in an operator.
    fn key(&mut self, operator: &TraversalOperator, level: usize) -> Option<Value> {
        match operator {
            TraversalOperator::GetAttr(name) => Some(name.as_str().into()),
            TraversalOperator::Index(index) => self.value(index, level),
            TraversalOperator::LegacyIndex(index) => Some((*index.value()).into()),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => None,
        }
    }

    /// The list or the object of a `for` expression.
    fn collected(&mut self, each: &ForExpr, level: usize) -> Option<Value> {
        let items = items_of(self.value(&each.intro.collection_expr, level)?)?;
        if each.grouping {
            return None;
        }
        let known = self.variables.len();
        let (mut list, mut object) = (Vec::new(), Map::new());
        for (key, item) in items {
            self.variables.truncate(known);
            if let Some(name) = &each.intro.key_var {
                self.variables.push((name.as_str().to_owned(), key));
            }
            let name = each.intro.value_var.as_str().to_owned();
            self.variables.push((name, item));
            let is_selected = match &each.cond {
                Some(condition) => self.value(&condition.expr, level)?.as_bool()?,
                None => true,
            };
            if !is_selected {
                continue;
            }
            let value = self.value(&each.value_expr, level)?;
            match &each.key_expr {
                Some(key) => {
                    let key = text_of(&self.value(key, level)?)?;
                    object.insert(key, value);
                }
                None => list.push(value),
            }
        }
        self.variables.truncate(known);
        Some(match each.key_expr {
            Some(_) => Value::Object(object),
            None => Value::Array(list),
        })
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
                let separator = separator.as_str()?;
                let bytes: usize = items.iter().map(|item| item.len() + separator.len()).sum();
                (bytes <= MOST_BYTES).then(|| items.join(separator).into())
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
            ("contains", [Value::Array(items), wanted]) => Some(items.contains(wanted).into()),
            ("keys", [Value::Object(members)]) => {
                let keys = items_of(Value::Object(members.clone()))?.into_iter();
                Some(Value::Array(keys.map(|(key, _)| key).collect()))
            }
            ("values", [Value::Object(members)]) => {
                let values = items_of(Value::Object(members.clone()))?.into_iter();
                Some(Value::Array(values.map(|(_, value)| value).collect()))
            }
            ("lookup", [Value::Object(members), Value::String(key), rest @ ..]) => {
                members.get(key).or(rest.first()).cloned()
            }
            ("split", [Value::String(separator), Value::String(text)]) if !separator.is_empty() => {
                Some(Value::Array(
                    text.split(separator.as_str()).map(Value::from).collect(),
                ))
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

/// The steps that a copy of a value counts as.
fn size_of(value: &Value) -> usize {
    const BYTES_OF_STEP: usize = 16;
    match value {
        Value::String(text) => 1 + text.len() / BYTES_OF_STEP,
        Value::Array(items) => 1 + items.iter().map(size_of).sum::<usize>(),
        Value::Object(members) => {
            let members = members.iter();
            let sizes = members.map(|(key, value)| key.len() / BYTES_OF_STEP + size_of(value));
            1 + sizes.sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
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
