//! What the never-run blocks of `workflow!` are written with.
//!
//! `workflow!` writes the user's expressions once more, as they stand, into a function that is never called, so that
//! rustc checks them on the real types and reports on the user's own tokens. Nothing of this module ever runs, and
//! nothing of it is part of the public interface.

mod call;
mod known;
mod place;
pub(crate) mod proof;
mod told;
mod witness;

pub use self::call::{Called, Catches, First, Later, covered};
pub use self::known::{
    ByDefault, ByForm, ByItems, ByNoDefault, ByNothing, ByPayload, Known, Witnessed, known,
    nothing, variables,
};
pub use self::place::{
    Counts, FailText, Items, Json, Lossless, Percentage, Rounded, Seconds, Timestamp, Untyped,
    WholeNumber,
};
pub use self::proof::comparison::{
    ClonedByMethod, ClonedByNothing, ClonedItems, ClonedNothing, ClonedValues, Comparable,
    EqualItems, EqualNothing, EqualValues, OrderedItems, OrderedNothing, OrderedValues,
    PartiallyOrderedItems, PartiallyOrderedNothing, PartiallyOrderedValues,
};
pub use self::proof::operand::{Becomes, Convertible, Operand, Points, Shown, Sums, joined};
pub use self::proof::receiver::{Flat, Has, HasInside, method};
pub use self::proof::scope::{macros, standard_default};
pub use self::told::{OfTagged, OfUntagged, Tagged, Tagging, Told, Untagged, tagging};
pub use self::witness::{
    Witness, error_field_of, error_name_of, input_shape, output_shape, record_from, record_of,
};

use crate::map_run::Batch;

/// A value of whatever type its place asks for, in code that never runs.
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

/// The same value once more: values of a workflow are JSON and never move.
pub fn copy<T>(_value: &T) -> T {
    never()
}

/// What everything here does when it is called all the same.
fn never() -> ! {
    unreachable!("type blocks never run")
}
