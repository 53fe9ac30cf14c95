//! The expansion of a workflow: its type, the block in which rustc checks it, and the flow tree.
//!
//! Only `flow` requires a valid workflow. With errors its body is a stub and everything else is
//! emitted, so that rustc reports its own errors in the same compile, an editor finds all names,
//! and other code still compiles.
//!
//! Expanded code refers only to `::stepwright::__`, under the name `__s`. The user's tokens retain
//! their spans. Code around them has the span of an adjacent keyword or punctuation, never of a
//! name, because an editor would follow the name.

mod bind;
mod flow;
mod fragment;
mod item;
mod literal;
mod pattern;
mod picture;
mod source_location;
mod states;
mod term;
mod types;
mod warnings;
mod witness_types;
mod written;

pub(crate) use self::item::WorkflowItem;
pub(crate) use self::source_location::{at, file};
pub(crate) use self::term::TermWriter;
pub(crate) use self::witness_types::tree_of;

use crate::errors::MacroDiagnostic;
use crate::machine::Machine;
use proc_macro2::TokenStream;
use quote::quote;

/// The public part of the workflow: its type.
pub(crate) fn declared(machine: &Machine, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    match machine.workflow.fragment {
        Some(_) => fragment::item(machine, diagnostics),
        None => item::item(machine, diagnostics),
    }
}

/// The part that rustc and editors check.
///
/// It comes before all code that contains names as text. An editor completes in an expansion with a
/// word inserted at the cursor, and finds the same position in the expansion without the word by
/// counting characters. Code that contains the word earlier would shift the position.
pub(crate) fn checked(machine: &Machine, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let conditions = item::conditions(machine);
    let states = states::states(machine);
    let types = types::block(machine, diagnostics);
    // Next to an error, warnings are noise.
    let warnings = diagnostics.is_empty().then(|| warnings::warnings(machine));
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
