//! Structured values: literals, lists, objects.

use super::expression::Lowering;
use crate::expr::Text;
use crate::lower::code::{Code, ListKind};
use crate::lower::syntax::{Operator, Syntax};
use crate::lower::tree::LoweredTree;
use crate::shape::{Fields, Presence, Shape};
use serde_json::Value;

/// The maximum number of parts in the type of a tuple: nested tuples double it at each level.
const MOST_PARTS: usize = 10_000;

/// The largest integer that JSONata represents exactly.
const EXACT: u64 = 1 << 53;

impl Lowering<'_, '_> {
    /// A structured value inside an expression.
    pub(super) fn built(&mut self, tree: LoweredTree<Code>) -> Code {
        match tree {
            LoweredTree::Leaf(code) => {
                let code = self.present(code);
                if self.writes {
                    self.written(code)
                } else {
                    code
                }
            }
            LoweredTree::Placeholder(name) => {
                Code::new(Syntax::Placeholder(name.into()), Shape::String)
            }
            LoweredTree::Literal(value) => self.literal(value),
            LoweredTree::Array(items) => {
                let items: Vec<_> = items.into_iter().map(|item| self.built(item)).collect();
                let parts: usize = items.iter().map(|item| item.shape.parts(MOST_PARTS)).sum();
                if parts >= MOST_PARTS {
                    return self.refuse_code(format!(
                        "the type of this value has more than {MOST_PARTS} parts; give it a struct, or build it in a task"
                    ));
                }
                let shape = Shape::of_items(items.iter().map(|item| item.shape.clone()).collect());
                let members = items
                    .into_iter()
                    .map(|item| self.member(item.syntax, &item.shape));
                Code::new(Syntax::Array(members.collect()), shape)
            }
            LoweredTree::Object(entries) => {
                let mut shapes = Vec::new();
                let mut members = Vec::new();
                for (key, value) in entries {
                    let value = self.built(value);
                    members.push((Syntax::text(key.clone()), value.syntax));
                    shapes.push((Text::Owned(key), value.shape));
                }
                Code::new(Syntax::Object(members), Shape::object(shapes))
            }
            LoweredTree::Optional(value) => {
                let code = match *value {
                    LoweredTree::Leaf(code) => self.reached(code),
                    other => self.built(other),
                };
                self.twice(code, |_, code| {
                    let there = code.syntax.clone().binary(Operator::Ne, Syntax::Null);
                    let member = Syntax::When(Box::new(there), Box::new(code.syntax.clone()));
                    Code::new(member, code.shape.clone())
                })
            }
            LoweredTree::Shaped(value, shape) => self.built(*value).shaped(shape),
            LoweredTree::Merge(parts) => {
                let parts = parts.into_iter().map(|part| self.built(part).syntax);
                let parts = Syntax::Array(parts.collect());
                self.call("merge", vec![parts], Shape::Any)
            }
        }
    }

    /// The item of an array literal: JSONata would flatten an item that is a list.
    pub(super) fn member(&mut self, item: Syntax, shape: &Shape) -> Syntax {
        match ListKind::of(shape) {
            ListKind::Never => item,
            // An array literal is not flattened.
            ListKind::Always if item.is_array() => item,
            ListKind::Always => Syntax::Nested(Box::new(item)),
            ListKind::Perhaps => {
                let nothing = Syntax::Array(vec![Syntax::number(0)]);
                let same = Syntax::Function(Vec::new(), Box::new(item));
                Syntax::Whole(Box::new(Syntax::call("map", vec![nothing, same])))
            }
        }
    }

    fn literal(&mut self, value: Value) -> Code {
        let shape = Shape::of_value(&value);
        let syntax = match value {
            Value::Null => Syntax::Null,
            Value::Bool(value) => Syntax::Bool(value),
            Value::Number(number) => {
                let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
                if magnitude.is_some_and(|magnitude| magnitude > EXACT) {
                    return self.refuse_code(format!(
                        "the number {number} is beyond 2^53, so JSONata does not represent it exactly; pass it as a text"
                    ));
                }
                Syntax::Number(match number.as_f64() {
                    // `1000.0` and `1000` are the same number in JSON.
                    Some(float)
                        if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 =>
                    {
                        format!("{float:.0}")
                    }
                    _ => number.to_string(),
                })
            }
            Value::String(text) => Syntax::text(text),
            Value::Array(items) => {
                let code = self.built(LoweredTree::Array(
                    items.into_iter().map(LoweredTree::Literal).collect(),
                ));
                return code.shaped(shape);
            }
            Value::Object(entries) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key, LoweredTree::Literal(value)));
                return self.built(LoweredTree::Object(entries.collect()));
            }
        };
        Code::new(syntax, shape)
    }

    /// The value of a flattened struct, extracted from the object that contains it.
    pub(super) fn unflatten(&mut self, code: Code) -> Code {
        if !code.flattened {
            return code;
        }
        let base = Code {
            flattened: false,
            ..code.clone()
        };
        self.twice(base, |this, base| {
            let mut entries = Vec::new();
            this.flat_members(base, &code.shape, &mut entries);
            Code::new(Syntax::Object(entries), code.shape.clone())
        })
    }

    /// The members of a flattened struct in the object that contains it.
    fn flat_members(&mut self, base: &Code, shape: &Shape, entries: &mut Vec<(Syntax, Syntax)>) {
        let (shape, fields) = match shape.plain() {
            Shape::Struct(shape) => match shape.fields.clone() {
                Fields::Named(fields) => (shape, fields),
                _ => {
                    return self.report.fault(format!(
                        "`{}` is flattened, so it cannot be read as a whole",
                        shape.name
                    ));
                }
            },
            other => {
                return self.report.fault(format!(
                    "{} is flattened into the struct that holds it, so it cannot be read as a whole; read its fields",
                    other.describe()
                ));
            }
        };
        let base = &base.clone().shaped(Shape::Struct(shape.clone()));
        if let Some((key, name)) = shape.tag {
            entries.push((Syntax::text(key), Syntax::text(name)));
        }
        for field in fields {
            if field.flatten {
                self.flat_members(base, &field.shape, entries);
                continue;
            }
            let value = match field.presence {
                Presence::Never => continue,
                // Serde omits it, so it may be absent in the base.
                Presence::Omitted(_) => {
                    let value = self.step(base, &field);
                    self.built(LoweredTree::Optional(Box::new(LoweredTree::Leaf(value))))
                }
                _ => {
                    let value = self.step(base, &field);
                    self.present(value)
                }
            };
            entries.push((Syntax::text(field.wire.clone()), value.syntax));
        }
    }
}
