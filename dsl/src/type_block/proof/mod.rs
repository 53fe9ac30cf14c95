//! The proof that rustc resolves what a workflow calls to the standard library's definitions.
//!
//! The lowering goes by names: `order.status.len()` becomes `$length(..)` because the method is called `len`. A type of the
//! user may have its own `len`, a trait in scope may add one to `String`, and a macro of the user may be called `format!`.
//! The checked block therefore keeps the user's call as it is, and adds what compiles only when the call means the
//! standard library's definition:
//!
//! - [`receiver`]: the receiver of a method, the base of an index and the operand of a `*` are types of the standard
//!   library (or references to them), which have the method.
//! - [`operand`]: the operands of `+`, `-`, `!` and of comparisons with literals are numbers, texts or `bool`s; values that
//!   become text have the text of the standard library.
//! - [`comparison`]: both sides of other comparisons have one type. How a type of the user compares cannot be proven, so
//!   samples of it are compared when the definition is built.
//! - [`scope`]: no trait in scope adds a method of the same name to a standard type, and macros, types and variants have
//!   their usual meaning.

/// Calls a macro with the name of each method.
macro_rules! for_each_name {
    ($then:ident) => {
        $then! {
            abs all and_then any as_array as_bool as_deref as_f64 as_i64 as_mut as_ref as_slice as_str borrow ceil chain
            chars clamp clone cloned collect concat contains contains_key copied count deref ends_with enumerate expect filter
            filter_map find first flat_map flatten floor fold get into into_boxed_str into_iter into_keys into_owned
            into_string into_values is_array is_boolean is_empty is_none is_none_or is_null is_number is_object is_some
            is_some_and is_string iter join keys last len map map_or max max_by_key min min_by_key next nth or or_else position
            pow powf powi product replace rev round signum skip split sqrt starts_with sum take then then_some to_lowercase
            to_owned to_string to_uppercase to_vec trim trim_end trim_start trunc unwrap unwrap_or unwrap_or_default
            unwrap_or_else values zip
        }
    };
}
use for_each_name;

pub(crate) mod comparison;
pub(crate) mod operand;
pub(crate) mod receiver;
pub(crate) mod scope;
