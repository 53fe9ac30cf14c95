//! Fields, items and keys of a value.

use super::code::{Absent, Code};
use super::expression::{Lowering, panics, step};
use super::syntax::{Operator, Syntax};
use crate::expr::Expr;
use crate::shape::{Field, Fields, Presence, Shape};

impl Lowering<'_, '_> {
    /// Reads a field by its Rust name.
    pub(in crate::lower) fn field(&mut self, base: &Code, name: &str) -> Code {
        match base.shape.resolve() {
            Shape::Struct(shape) => match &shape.fields {
                Fields::Newtype(field) if field.name == name => {
                    base.clone().shaped(field.shape.clone())
                }
                Fields::Newtype(field) => {
                    let inner = base.clone().shaped(field.shape.clone());
                    self.field(&inner, name)
                }
                Fields::Named(fields) => match fields.iter().find(|field| field.name == name) {
                    Some(field) => self.step(base, field),
                    None => self.refuse_code(format!("`{}` has no field `{name}`", shape.name)),
                },
                Fields::Tuple(_) | Fields::Unit => {
                    self.refuse_code(format!("`{}` has no field `{name}`", shape.name))
                }
            },
            Shape::Any => {
                let base = self.propagated(base);
                step(&base, name, Shape::Any)
            }
            other => self.refuse_code(format!("{} has no field `{name}`", other.describe())),
        }
    }

    /// A value that is there, or that is nothing where Rust panics: then a step from it is nothing as well.
    fn propagated(&mut self, code: &Code) -> Code {
        match code.absent {
            Absent::Panic(_) => code.clone(),
            _ => self.present(code.clone()),
        }
    }

    /// The step to a field of a struct's shape.
    pub(super) fn step(&mut self, base: &Code, field: &Field) -> Code {
        if let Presence::Never = field.presence {
            return self.refuse_code(format!(
                "the field `{}` never travels, because serde skips it, so a workflow cannot read it",
                field.name
            ));
        }
        // A default struct that is absent has its default's fields.
        let base = match base.absent {
            Absent::Default(_) => &self.present(base.clone()),
            _ => base,
        };
        if field.flatten {
            let mut code = base.clone().shaped(field.shape.clone());
            code.flattened = true;
            return code;
        }
        let code = step(base, &field.wire, field.shape.clone());
        match field.presence {
            Presence::Sometimes(default) | Presence::Omitted(default) => {
                // Its absence and that of the base would look the same.
                let base = &self.present(base.clone());
                let code = step(base, &field.wire, field.shape.clone());
                code.absent(default.map_or(Absent::Null, Absent::Default))
            }
            Presence::Always if code.is_option() => {
                let base = &self.present(base.clone());
                step(base, &field.wire, field.shape.clone()).absent(Absent::Null)
            }
            _ => code,
        }
    }

    pub(in crate::lower) fn tuple_field(&mut self, base: Code, index: usize) -> Code {
        match base.shape.resolve() {
            Shape::Struct(shape) => match &shape.fields {
                Fields::Newtype(field) if index == 0 => base.shaped(field.shape.clone()),
                Fields::Tuple(fields) => {
                    // Fields that serde skips take no place in the array.
                    let place = fields
                        .iter()
                        .take(index)
                        .filter(|field| !matches!(field.presence, Presence::Never))
                        .count();
                    match fields.get(index) {
                        Some(field) => item(&base, place, field.shape.clone()),
                        None => {
                            self.refuse_code(format!("`{}` has no field `{index}`", shape.name))
                        }
                    }
                }
                _ => self.refuse_code(format!("`{}` has no field `{index}`", shape.name)),
            },
            Shape::Tuple(items) => match items.get(index) {
                Some(shape) => item(&base, index, shape.clone()),
                None => {
                    self.refuse_code(format!("a tuple of {} has no field `{index}`", items.len()))
                }
            },
            Shape::Array(shape) => item(&base, index, *shape),
            Shape::Any => item(&base, index, Shape::Any),
            other => self.refuse_code(format!("{} has no field `{index}`", other.describe())),
        }
    }

    /// `base[index]`: Rust panics where nothing stands there, but for a `Value`, which gives `null`.
    pub(super) fn index(&mut self, base: &Expr, index: &Expr) -> Code {
        let base = self.propagating(base);
        let index = self.value(index);
        match base.shape.plain() {
            Shape::Map(map) => {
                let found = Syntax::call("lookup", vec![base.syntax, index.syntax]);
                Code::new(found, map.value).absent(Absent::Panic("the map has no such key"))
            }
            Shape::Any if matches!(index.shape.plain(), Shape::String) => {
                let base = self.present(base);
                self.of_kind(base, "object", |base| match index.syntax {
                    Syntax::Text(name) => base.field(name),
                    other => Syntax::call("lookup", vec![base, other]),
                })
            }
            Shape::Any if index.shape.is_integer() => {
                let base = self.present(base);
                self.of_kind(base, "array", |base| base.item(index.syntax))
            }
            shape => {
                let absent = Absent::Panic("the list has no such item");
                Code::new(base.syntax.item(index.syntax), shape.item()).absent(absent)
            }
        }
    }

    /// A part of a `Value` that may be of another kind: then, and where the part is missing, `null`.
    fn of_kind(
        &mut self,
        base: Code,
        kind: &'static str,
        part: impl FnOnce(Syntax) -> Syntax,
    ) -> Code {
        self.twice(base, |_, base| {
            let of = Syntax::call("type", vec![base.syntax.clone()]);
            let test = of.binary(Operator::Eq, Syntax::text(kind));
            let syntax = Syntax::When(Box::new(test), Box::new(part(base.syntax.clone())));
            Code::new(syntax, Shape::Any).absent(Absent::Null)
        })
    }
}

/// What stands in a list that is written out, without what keeps a list whole there.
fn unwrapped(member: &Syntax) -> &Syntax {
    if let Syntax::Whole(inner) = member
        && let Syntax::Call(name, arguments) = &**inner
        && let ("map", [Syntax::Array(_), Syntax::Function(parameters, body)]) =
            (&**name, arguments.as_slice())
        && parameters.is_empty()
    {
        return body;
    }
    member
}

/// The item of an array at a fixed place; of one that is written out, that item.
fn item(base: &Code, index: usize, shape: Shape) -> Code {
    let syntax = match &base.syntax {
        Syntax::Array(items)
            if index < items.len()
                && !matches!(items.as_slice(), [Syntax::Call(..) | Syntax::Whole(_)]) =>
        {
            unwrapped(&items[index]).clone()
        }
        _ => base.syntax.clone().item(Syntax::Number(index.to_string())),
    };
    Code::new(syntax, shape).absent(panics(base))
}
