//! Fields, items and keys of a value.

use super::expression::{Lowering, panics, step};
use super::methods::is_plain_key;
use crate::expr::Expr;
use crate::lower::code::{Code, UndefinedMeaning};
use crate::lower::members::{self, Member};
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{Field, Presence, Shape};
use stepwright_asl::jsonata::text::is_in_each_object;

impl Lowering<'_, '_> {
    /// Reads a field by its Rust name.
    pub(in crate::lower) fn field(&mut self, base: &Code, name: &str) -> Code {
        match members::field(&base.shape, name) {
            Ok(Member::Same(shape)) => {
                self.refuse_custom(&shape);
                base.clone().shaped(shape)
            }
            Ok(Member::Field(field)) => {
                self.refuse_custom(&field.shape);
                self.step(base, &field)
            }
            Ok(Member::Unknown) => {
                let base = self.propagated(base);
                step(&base, name, Shape::Any)
            }
            Err(message) => self.refuse_code(message),
        }
    }

    /// Reports a read of a field with a custom form, unless the value is passed on as the same
    /// field.
    fn refuse_custom(&mut self, shape: &Shape) {
        if let Some(form) = members::custom_field(shape)
            && !self.passes
        {
            self.report.fault(form.refusal());
        }
    }

    /// A value that exists, or is undefined where Rust panics: a step from it is then undefined,
    /// too.
    fn propagated(&mut self, code: &Code) -> Code {
        match code.absent {
            UndefinedMeaning::Panic(_) => code.clone(),
            _ => self.present(code.clone()),
        }
    }

    /// The step to a serialized field.
    pub(super) fn step(&mut self, base: &Code, field: &Field) -> Code {
        // An absent struct with a default has the default's fields.
        let base = match base.absent {
            UndefinedMeaning::Default(_) => &self.present(base.clone()),
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
                // Otherwise an absent field and an absent base could not be distinguished.
                let base = &self.present(base.clone());
                let code = optional_step(base, field);
                code.absent(default.map_or(UndefinedMeaning::Null, UndefinedMeaning::Default))
            }
            Presence::Always if code.is_option() => {
                let base = &self.present(base.clone());
                optional_step(base, field).absent(UndefinedMeaning::Null)
            }
            _ => code,
        }
    }

    pub(in crate::lower) fn tuple_field(&mut self, base: Code, index: usize) -> Code {
        match members::item(&base.shape, index) {
            Ok((place, shape)) => {
                self.refuse_custom(&shape);
                match place {
                    Some(place) => item(&base, place, shape),
                    None => base.shaped(shape),
                }
            }
            Err(message) => self.refuse_code(message),
        }
    }

    /// `base[index]`: Rust panics if the item does not exist, except for a `Value`, which returns
    /// `null`.
    pub(super) fn index(&mut self, base: &Expr, index: &Expr) -> Code {
        let base = self.propagating(base);
        let is_plain = is_plain_key(index);
        let index = self.value(index);
        match base.shape.plain() {
            Shape::Custom(form) => self.refuse_code(form.refusal()),
            Shape::Map(map) => {
                let found = if is_plain || map.key.is_integer() {
                    Code::new(
                        Syntax::call("lookup", vec![base.syntax, index.syntax]),
                        map.value.clone(),
                    )
                } else {
                    self.twice(index, |this, key| {
                        this.twice(base, |_, base| {
                            Code::new(own(&base.syntax, &key.syntax), map.value.clone())
                        })
                    })
                };
                found.absent(UndefinedMeaning::Panic("the map has no such key"))
            }
            Shape::Any if matches!(index.shape.plain(), Shape::String) => {
                let base = self.present(base);
                match index.syntax {
                    Syntax::Text(name) if is_plain => {
                        self.of_kind(base, "object", |base| base.field(name))
                    }
                    _ => self.twice(index, |this, key| {
                        this.of_kind(base, "object", |base| own(&base, &key.syntax))
                    }),
                }
            }
            Shape::Any if index.shape.is_integer() => {
                let base = self.present(base);
                self.of_kind(base, "array", |base| base.item(index.syntax))
            }
            shape => {
                let absent = UndefinedMeaning::Panic("the list has no such item");
                Code::new(base.syntax.item(index.syntax), shape.item()).absent(absent)
            }
        }
    }

    /// A part of a `Value` of unknown kind: `null` if the value has another kind or the part is
    /// missing.
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
            Code::new(syntax, Shape::Any).absent(UndefinedMeaning::Null)
        })
    }
}

/// Whether an item other than this one can panic.
fn others_panic(items: &[Syntax], index: usize) -> bool {
    let mut items = items.iter().enumerate();
    items.any(|(other, item)| other != index && item.can_panic())
}

/// The step to a field that may be absent.
fn optional_step(base: &Code, field: &Field) -> Code {
    let code = step(base, &field.wire, field.shape.clone());
    if !is_in_each_object(&field.wire) {
        return code;
    }
    Code {
        syntax: own(&base.syntax, &Syntax::text(field.wire.clone())),
        ..code
    }
}

/// The member with this key, if the object itself has it: `$lookup` also finds inherited properties
/// of JavaScript objects.
fn own(object: &Syntax, key: &Syntax) -> Syntax {
    let keys = Syntax::call("keys", vec![object.clone()]);
    let has = key.clone().binary(Operator::In, keys);
    let found = Syntax::call("lookup", vec![object.clone(), key.clone()]);
    Syntax::When(Box::new(has), Box::new(found))
}

/// The item of an array literal, without the wrapper that prevents its flattening.
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

/// The item of an array at a fixed index; for an array literal, the item itself if no other item
/// can panic.
fn item(base: &Code, index: usize, shape: Shape) -> Code {
    let syntax = match &base.syntax {
        Syntax::Array(items)
            if index < items.len()
                && !matches!(
                    items.as_slice(),
                    [Syntax::Call(..) | Syntax::ByCharacters(..) | Syntax::Whole(_)]
                )
                && !others_panic(items, index) =>
        {
            unwrapped(&items[index]).clone()
        }
        _ => base.syntax.clone().item(Syntax::Number(index.to_string())),
    };
    Code::new(syntax, shape).absent(panics(base))
}
