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
mod pattern;
mod states;
mod types;
mod value;
mod warnings;

pub(crate) use self::types::verbatim;
pub(crate) use self::value::Values;

use crate::check::Machine;
use crate::errors::Mistake;
use proc_macro2::TokenStream;
use quote::quote;

/// The code of one workflow.
pub(crate) fn workflow(machine: &Machine, mistakes: &[Mistake]) -> TokenStream {
    let item = match machine.workflow.fragment {
        Some(_) => fragment::item(machine, mistakes),
        None => item::item(machine, mistakes),
    };
    let conditions = item::conditions(machine);
    let states = states::states(machine);
    let types = types::block(machine, mistakes.first());
    // Beside a mistake a warning is noise.
    let warnings = mistakes.is_empty().then(|| warnings::warnings(machine));
    quote! {
        #item

        #conditions
        #[doc(hidden)]
        const _: () = {
            use ::stepwright::__ as __s;
            #states
            #types
            #warnings
        };
    }
}
