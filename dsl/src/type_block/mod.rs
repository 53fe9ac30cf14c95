//! The items that the never-run blocks of `workflow!` use.
//!
//! `workflow!` copies the user's expressions verbatim into a function that is never called, so that
//! rustc checks them on the real types and reports errors on the user's tokens. Nothing in this
//! module ever runs, and nothing of it is part of the public interface.

mod call;
mod checked_type;
mod position_types;
pub(crate) mod proof;
mod tagging;
mod type_data;
mod witness;

pub use self::call::{
    Called, Catches, First, Later, NeverFails, covered, covered_error, raises, value_without_error,
};
pub use self::checked_type::{
    AnyType, CheckedType, Derived, DerivesPayload, DerivesTaskError, Itself, NotDerived,
    PayloadTraits, TaskErrorTraits,
};
pub use self::position_types::{
    Counts, FailText, ForItems, Items, Json, Lossless, Percentage, Rounded, Seconds, Timestamp,
    Untyped, WholeNumber,
};
pub use self::proof::comparison::{
    Cloneable, ClonedByMethod, ClonedByNothing, ClonedItems, ClonedNothing, ClonedValues,
    Comparable, EqualItems, EqualNothing, EqualValues, OrderedItems, OrderedNothing, OrderedValues,
    PartiallyOrderedItems, PartiallyOrderedNothing, PartiallyOrderedValues,
};
pub use self::proof::operand::{
    Becomes, Convertible, Shown, StandardArithmetic, StandardDecimal, StandardLength, StandardMax,
    StandardNot, StandardOperators, StandardQuotient, Sums, decimal, joined,
};
pub use self::proof::receiver::{
    Amount, Flat, Instant, MethodWithoutPosition, Points, StandardMethod, StandardOptionMethod,
    method,
};
pub use self::proof::scope::{macros, standard_default};
pub use self::proof::time::{Elapsed, StandardClock, StandardDuration, clock, duration};
pub use self::tagging::{
    MatchableTagging, OfTagged, OfUntagged, Tagged, Tagging, Untagged, tagging,
};
pub use self::type_data::{
    ByDefault, ByForm, ByItems, ByNoDefault, ByNothing, ByPayload, TypeData, Witnessed, known,
    nothing, variables,
};
pub use self::witness::{
    RecordType, Witness, error_field_of, error_names_of_witness, input_shape, is, output_shape,
    payload, record_from, record_of,
};

use crate::map_run::Batch;

/// A value of the inferred type, in code that never runs.
pub fn any<T>() -> T {
    never()
}

/// A list of values like this one.
pub fn list<T>(_item: T) -> Vec<T> {
    never()
}

/// Several items like this one.
pub fn batch<Item, Input>(_item: Item) -> Batch<Item, Input> {
    never()
}

/// A copy of the value: values of a workflow are JSON and never move.
pub fn copy<T>(_value: &T) -> T {
    never()
}

/// The number of the items of a list.
pub fn count<L: ?Sized>(_list: &L) -> usize {
    never()
}

/// The items that `extend` adds to a list, which may be references: rustc checks them in the
/// function itself.
pub fn extended<T>(_items: impl IntoIterator) -> std::vec::IntoIter<T> {
    never()
}

/// What `*` reaches from a variable: a value, or what a reference refers to. Variables of a
/// workflow are values, and here they have the types of the code that assigns them.
pub trait Followed {
    /// A reference to it.
    fn followed(&self) -> &Self {
        never()
    }
}

impl<T: ?Sized> Followed for T {}

/// The body of every function here, which is never called.
fn never() -> ! {
    unreachable!("type blocks never run")
}
