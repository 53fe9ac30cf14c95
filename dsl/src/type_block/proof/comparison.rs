//! Comparisons and clones of values that may have a user's type.
//!
//! A workflow compares the JSON of two values. For types of the standard library, `==` and `<` do
//! the same. For a type of the user, rustc cannot tell whether `PartialEq` was derived. The block
//! therefore records the compared type, and [samples](crate::shape::samples) of it are compared in
//! both ways when the definition is built.

use crate::shape::Form;
use crate::type_block::Witness;
use crate::type_block::type_data::{Cloned, Equal, MethodClone, Ordered, PartiallyOrdered};

/// A value of the same type as another one, borrowed or not.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` and a `{Other}` are compared by code of the program, which a workflow cannot run",
    label = "this is a `{Self}`",
    note = "compare two values of one type, or compare in a task"
)]
pub trait Comparable<Other: ?Sized> {
    /// Both sides.
    fn both<'v>(&'v self, other: &'v Other) -> (&'v Self, &'v Other) {
        (self, other)
    }
}

#[diagnostic::do_not_recommend]
impl<A: Form + ?Sized, B: Form<Owned = A::Owned> + ?Sized> Comparable<B> for A {}

/// A value that `clone` or `to_owned` copies.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot copy a `{Self}`",
    label = "this is a `{Self}`, which is no value of a workflow",
    note = "instead of an iterator, write the list and iterate it again: `order.items.iter()`",
    note = "a type of your own needs `#[derive(Serialize, Deserialize, JsonSchema, Payload)]`, and a `clone` that returns the same type"
)]
pub trait Cloneable<Clone: ?Sized> {
    /// Both values.
    fn both(&self, _clone: &Clone) {}
}

#[diagnostic::do_not_recommend]
impl<A: Form + ?Sized, B: Form<Owned = A::Owned> + ?Sized> Cloneable<B> for A {}

impl<T> Witness<T> {
    /// Infers the type from a value that is borrowed, or contains borrowed values.
    pub fn owns<V: Form<Owned = T> + ?Sized>(&self, _value: &V) {}
}

/// The choices of a check: a type with the form of a payload, an iterator over such values, or no
/// check.
macro_rules! checks {
    ($($(#[$docs:meta])* $method:ident: $bound:ident => $leaf:ident, $first:ident, $second:ident, $last:ident;)*) => {$(
        $(#[$docs])*
        pub trait $first {
            /// The payload.
            type Of;
            /// Adds the check to the data.
            fn $method<Shaped>(&self, _shaped: Shaped) -> $leaf<Self::Of, Shaped> {
                $leaf::new()
            }
        }

        impl<T: Form<Owned: $bound>> $first for &&Witness<T> {
            type Of = T::Owned;
        }

        $(#[$docs])*
        pub trait $second {
            /// The payload type of an item.
            type Of;
            /// Adds the check to the data.
            fn $method<Shaped>(&self, _shaped: Shaped) -> $leaf<Self::Of, Shaped> {
                $leaf::new()
            }
        }

        impl<T: Iterator<Item: Form<Owned: $bound>>> $second for &Witness<T> {
            type Of = <T::Item as Form>::Owned;
        }

        $(#[$docs])*
        pub trait $last {
            /// Adds no check.
            fn $method<Shaped>(&self, shaped: Shaped) -> Shaped {
                shaped
            }
        }

        impl<T> $last for Witness<T> {}
    )*};
}

checks! {
    /// Checks that `==` equals the equality of the JSON.
    equal: PartialEq => Equal, EqualValues, EqualItems, EqualNothing;
    /// Checks that `<` equals the order of the JSON.
    partially_ordered: PartialOrd => PartiallyOrdered, PartiallyOrderedValues, PartiallyOrderedItems, PartiallyOrderedNothing;
    /// Checks that `Ord` equals the order of the JSON.
    ordered: Ord => Ordered, OrderedValues, OrderedItems, OrderedNothing;
    /// Checks that the clones of items have the JSON of the items.
    cloned: Clone => Cloned, ClonedValues, ClonedItems, ClonedNothing;
}

/// Checks that the result of `value.clone()` has the JSON of the value. An inherent method `clone`
/// also counts if the type is not `Clone`.
pub trait ClonedByMethod {
    /// The payload.
    type Of;
    /// Adds the check to the data.
    fn cloned_by_method<Shaped>(&self, _shaped: Shaped) -> MethodClone<Self::Of, Shaped> {
        MethodClone::new()
    }
}

impl<T: Form> ClonedByMethod for &Witness<T> {
    type Of = T::Owned;
}

/// No check of `value.clone()`.
pub trait ClonedByNothing {
    /// Adds no check.
    fn cloned_by_method<Shaped>(&self, shaped: Shaped) -> Shaped {
        shaped
    }
}

impl<T> ClonedByNothing for Witness<T> {}
