//! The code that a workflow becomes: its type, the block in which rustc checks it, and the flow tree.
//!
//! Only `flow` depends on the workflow being right. With mistakes its body is a stub and all else stays, so that
//! rustc reports its own errors in the same compile, an editor has its names, and nobody else's code breaks.
//!
//! Expanded code names `::stepwright::__` alone, under the name `__s`. The user's tokens keep their spans; what wraps
//! them takes the span of a keyword or punctuation beside them, never of a name, which an editor would follow.

mod bind;
mod flow;
mod fragment;
mod item;
mod known;
mod literal;
mod pattern;
mod place;
mod states;
mod term;
mod types;
mod warnings;

pub(crate) use self::item::Declared;
pub(crate) use self::known::tree_of;
pub(crate) use self::place::{at, file};
pub(crate) use self::term::Terms;

use crate::errors::Mistake;
use crate::machine::Machine;
use proc_macro2::TokenStream;
use quote::quote;

/// What the workflow is to everybody else: its type.
pub(crate) fn declared(machine: &Machine, mistakes: &[Mistake]) -> TokenStream {
    match machine.workflow.fragment {
        Some(_) => fragment::item(machine, mistakes),
        None => item::item(machine, mistakes),
    }
}

/// What rustc and editors look at.
///
/// It stands before everything else that holds names as text. An editor completes in an expansion into which it has put
/// a word at the cursor, and finds the place again in the one without the word by counting characters: whatever shows
/// the word earlier leads it astray.
pub(crate) fn checked(machine: &Machine, mistakes: &[Mistake]) -> TokenStream {
    let conditions = item::conditions(machine);
    let states = states::states(machine);
    let types = types::block(machine, mistakes);
    // Beside a mistake a warning is noise.
    let warnings = mistakes.is_empty().then(|| warnings::warnings(machine));
    quote! {
        #conditions
        #[doc(hidden)]
        const _: () = {
            use ::stepwright::__ as __s;
            #types
            #states
            #warnings
        };
    }
}
