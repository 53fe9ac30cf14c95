//! Types that rustc has inferred in a checked block, read from the type of the block's result.
//!
//! The block is a closure that is never called. Its result is a tree of tuples. The type of each
//! leaf contains the data about one witness: its [`Payload`], or that of the owned form of a
//! borrowed type or an iterator, or nothing. The call of `known` selects the leaf by autoref: it
//! uses the first of the traits below that the type implements, in the order of their `&`s.

use super::witness::Witness;
use crate::expr::{Expr, Text};
use crate::shape::samples;
use crate::shape::{Check, Form, IntegerType, Payload, Shape, for_tuples};
use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;

/// The data about one type.
#[derive(Clone, Copy, Default)]
pub struct TypeData {
    shape: Option<fn() -> Shape>,
    default: Option<fn() -> Expr>,
    check: Option<Check>,
    /// The check of `value.clone()`.
    method_check: Option<Check>,
}

impl TypeData {
    /// The value, unless samples of the type show that its own code disagrees with its JSON.
    #[must_use]
    pub fn checked(&self, value: Expr) -> Expr {
        let mut checks = [self.check, self.method_check].into_iter().flatten();
        match checks.find_map(|check| check()) {
            Some(why) => Expr::refused(why),
            None => value,
        }
    }

    /// The JSON form.
    #[must_use]
    pub fn shape(&self) -> Option<fn() -> Shape> {
        self.shape
    }

    /// The value with the type's shape, if the type is known.
    #[must_use]
    pub fn typed(&self, value: Expr) -> Expr {
        match self.shape {
            Some(shape) => value.typed(shape),
            None => value,
        }
    }

    /// A constant. A plain text, a number or a `bool` needs no shape, except that an unsigned
    /// integer must not become negative.
    #[must_use]
    pub fn constant(&self, value: Expr) -> Expr {
        match self.shape.map(|shape| shape().resolve()) {
            Some(shape) if shape.is_unsigned() => {
                match value.constant_value().map(|value| Shape::of_value(&value)) {
                    Some(Shape::SmallInteger) => value.typed(|| Shape::Int(IntegerType::Count)),
                    _ => self.typed(value),
                }
            }
            Some(shape) if shape.is_integer() => value,
            Some(Shape::Bool | Shape::Number | Shape::String) => value,
            _ => self.typed(value),
        }
    }

    /// The value with other fields.
    #[must_use]
    pub fn updated(&self, fields: Vec<(&'static str, Expr)>, base: Expr) -> Expr {
        match self.shape {
            Some(shape) => Expr::updated(shape, fields, base),
            None => Expr::refused(
                "the JSON form of the type of this value is not known, so its field cannot be assigned",
            ),
        }
    }

    /// `T::default()`.
    #[must_use]
    pub fn default_value(&self) -> Expr {
        match self.default {
            Some(default) => self.typed(default()),
            None => Expr::refused("the default of this type cannot be written as JSON"),
        }
    }

    /// `option.unwrap_or_default()`; the witness has the type of the option.
    #[must_use]
    pub fn unwrap_or_default(&self, option: Expr) -> Expr {
        match self.default {
            Some(default) => self.typed(option.method("unwrap_or", vec![default()])),
            None => self.typed(option.method("unwrap_or_default", Vec::new())),
        }
    }
}

impl fmt::Debug for TypeData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypeData")
            .field("shape", &self.shape.map(|shape| shape()))
            .field("default", &self.default.map(|default| default()))
            .finish()
    }
}

/// Declarations whose block rustc has checked.
pub trait Witnessed {
    /// Returns the data about each witness of the block.
    fn known() -> Vec<TypeData>;
}

/// Reads the result type of a block. The block is never called.
pub fn known<R: Witnesses>(_block: impl FnOnce() -> R) -> Vec<TypeData> {
    let mut list = Vec::new();
    R::put(&mut list);
    list
}

/// The variables of a scope whose types are known.
#[must_use]
pub fn variables(names: &[&'static str], known: &[TypeData]) -> Vec<(Text, fn() -> Shape)> {
    let names = names.iter().zip(known);
    names
        .filter_map(|(name, known)| Some((Text::Borrowed(name), known.shape?)))
        .collect()
}

/// The result type of a block: leaves, and tuples of them.
pub trait Witnesses {
    /// Adds the data of the leaves.
    fn put(list: &mut Vec<TypeData>);
}

macro_rules! trees {
    ($($($name:ident)*;)+) => {
        $(
            impl<$($name: Witnesses),*> Witnesses for ($($name,)*) {
                fn put(list: &mut Vec<TypeData>) {
                    let _ = &list;
                    $($name::put(list);)*
                }
            }
        )+
    };
}

trees! { ; }
for_tuples!(trees);

/// One witness.
pub trait OneWitness {
    /// Returns the data about it.
    fn known() -> TypeData;
}

macro_rules! leaves {
    ($($(#[$docs:meta])* $name:ident<$($parameter:ident),*>: [$($bounds:tt)*] $known:expr;)+) => {
        $(
            $(#[$docs])*
            #[derive(Debug)]
            pub struct $name<$($parameter),*>(PhantomData<fn() -> ($($parameter,)*)>);

            impl<$($parameter),*> $name<$($parameter),*> {
                pub(super) fn new() -> Self {
                    $name(PhantomData)
                }
            }

            impl<$($bounds)*> OneWitness for $name<$($parameter),*> {
                fn known() -> TypeData {
                    $known
                }
            }

            impl<$($bounds)*> Witnesses for $name<$($parameter),*> {
                fn put(list: &mut Vec<TypeData>) {
                    list.push(<Self as OneWitness>::known());
                }
            }
        )+
    };
}

leaves! {
    /// A payload.
    Owned<T>: [T: Payload] TypeData { shape: Some(T::shape), ..TypeData::default() };
    /// A type with the JSON form of a payload.
    Borrowed<T>: [T: Form<Owned: Payload>] TypeData { shape: Some(<T::Owned as Payload>::shape), ..TypeData::default() };
    /// An iterator, which has the JSON form of a list.
    Items<T>: [T: Form<Owned: Payload>] TypeData { shape: Some(<Vec<T::Owned> as Payload>::shape), ..TypeData::default() };
    /// An unknown type.
    Nothing<>: [] TypeData::default();
    /// A type with a default.
    WithDefault<T, Shaped>: [T: Default + Serialize, Shaped: OneWitness] TypeData {
        default: Some(|| Expr::constant(&T::default())),
        ..Shaped::known()
    };
    /// A type whose `==` is compared with the equality of its JSON.
    Equal<T, Shaped>: [T: Payload + PartialEq, Shaped: OneWitness] TypeData {
        check: Some(samples::equality::<T>),
        ..Shaped::known()
    };
    /// A type whose `<` is compared with the order of its JSON.
    PartiallyOrdered<T, Shaped>: [T: Payload + PartialOrd, Shaped: OneWitness] TypeData {
        check: Some(samples::partial_order::<T>),
        ..Shaped::known()
    };
    /// A type whose `Ord` is compared with the order of its JSON.
    Ordered<T, Shaped>: [T: Payload + Ord, Shaped: OneWitness] TypeData {
        check: Some(samples::order::<T>),
        ..Shaped::known()
    };
    /// A type whose clones are compared with their originals.
    Cloned<T, Shaped>: [T: Payload + Clone, Shaped: OneWitness] TypeData {
        check: Some(samples::clone::<T>),
        ..Shaped::known()
    };
    /// A type whose `value.clone()` is compared with the value.
    MethodClone<T, Shaped>: [T: Payload, Shaped: OneWitness] TypeData {
        method_check: Some(samples::method_clone::<T>),
        ..Shaped::known()
    };
}

/// A witness without a type.
pub fn nothing() -> Nothing {
    Nothing::new()
}

/// The first choice.
pub trait ByPayload {
    /// The type of the witness.
    type Of;
    /// Returns its data as a payload.
    fn known(&self) -> Owned<Self::Of> {
        Owned::new()
    }
}

impl<T: Payload> ByPayload for &&&Witness<T> {
    type Of = T;
}

/// The second choice.
pub trait ByForm {
    /// The type of the witness.
    type Of;
    /// Returns its data as a type with the form of a payload.
    fn known(&self) -> Borrowed<Self::Of> {
        Borrowed::new()
    }
}

impl<T: Form> ByForm for &&Witness<T> {
    type Of = T;
}

/// The third choice.
pub trait ByItems {
    /// The type of an item.
    type Of;
    /// Returns its data as an iterator.
    fn known(&self) -> Items<Self::Of> {
        Items::new()
    }
}

impl<T: Iterator<Item: Form>> ByItems for &Witness<T> {
    type Of = T::Item;
}

/// The last choice.
pub trait ByNothing {
    /// Returns no data.
    fn known(&self) -> Nothing {
        Nothing::new()
    }
}

impl<T> ByNothing for Witness<T> {}

/// The first choice for defaults.
pub trait ByDefault {
    /// The type of the witness.
    type Of;
    /// Adds the default to the data.
    fn with_default<Shaped>(&self, _shaped: Shaped) -> WithDefault<Self::Of, Shaped> {
        WithDefault::new()
    }
}

impl<T: Default + Serialize> ByDefault for &Witness<T> {
    type Of = T;
}

/// The second choice for defaults.
pub trait ByNoDefault {
    /// Returns the data unchanged.
    fn with_default<Shaped>(&self, shaped: Shaped) -> Shaped {
        shaped
    }
}

impl<T> ByNoDefault for Witness<T> {}

#[cfg(test)]
#[allow(clippy::needless_borrow)] // The number of references selects the trait.
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    struct Strange;

    #[derive(Serialize)]
    struct Written {
        field: u32,
    }

    /// Lists the data of each type, one per line.
    macro_rules! known_of {
        ($($ty:ty),* $(,)?) => {
            known(|| ($((&&&&Witness::<$ty>::new()).known(),)*))
                .into_iter()
                .map(|known| known.shape().map_or("nothing".to_owned(), |shape| words(&shape())))
                .collect::<Vec<_>>()
        };
    }

    fn words(shape: &Shape) -> String {
        match shape.resolve() {
            Shape::Array(item) => format!("[{}]", words(&item)),
            Shape::Option(item) => format!("{}?", words(&item)),
            Shape::Tuple(items) => {
                let items: Vec<_> = items.iter().map(words).collect();
                format!("({})", items.join(", "))
            }
            other => other.describe(),
        }
    }

    #[test]
    fn payload_types_have_a_known_shape() {
        assert_eq!(
            known_of!(u32, Option<String>, Vec<(f64, bool)>, BTreeSet<u32>),
            ["an integer", "a text?", "[(a number, a `bool`)]", "a set"]
        );
    }

    #[test]
    fn borrowed_types_have_the_shape_of_owned_types() {
        assert_eq!(
            known_of!(
                &str,
                &&u32,
                &[String],
                Option<&u32>,
                Vec<&str>,
                (usize, &[Option<&str>])
            ),
            [
                "a text",
                "an integer",
                "[a text]",
                "an integer?",
                "[a text]",
                "(an integer, [a text?])"
            ]
        );
    }

    #[test]
    fn iterators_have_the_form_of_lists() {
        assert_eq!(
            known_of!(
                std::slice::Iter<'static, u32>,
                std::iter::Enumerate<std::vec::IntoIter<String>>,
            ),
            ["[an integer]", "[(an integer, a text)]"]
        );
    }

    #[test]
    fn unsupported_types_have_no_known_shape() {
        assert_eq!(
            known_of!(
                Strange,
                Written,
                Vec<Strange>,
                fn() -> u32,
                std::vec::IntoIter<Strange>
            ),
            ["nothing"; 5]
        );
    }

    #[test]
    fn only_types_with_a_default_have_a_default_value() {
        let list = known(|| {
            let (text, none) = (Witness::<String>::new(), Witness::<Written>::new());
            (
                (&&text).with_default((&&&&text).known()),
                (&&none).with_default((&&&&none).known()),
            )
        });
        assert!(format!("{:?}", list[0].default_value()).contains(r#"String("")"#));
        assert!(format!("{:?}", list[1].default_value()).contains("Refused"));
        let _ = Written { field: 0 }.field;
    }

    #[test]
    fn leaves_are_listed_in_order() {
        let list = known(|| {
            let (a, b) = (Witness::<u32>::new(), Witness::<String>::new());
            (((&&&&a).known(), (&&&&b).known()), ((&&&&a).known(),))
        });
        let shapes: Vec<_> = list.iter().filter_map(TypeData::shape).collect();
        let shapes: Vec<_> = shapes.iter().map(|shape| words(&shape())).collect();
        assert_eq!(shapes, ["an integer", "a text", "an integer"]);
    }
}
