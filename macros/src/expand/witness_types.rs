//! Passes types from the checked block to the flow tree: the types that its witnesses have
//! inferred.
//!
//! Both find a witness by its number. The witnesses in expressions come first, then the variables,
//! scope by scope, then the results of bodies and the items of maps.

use crate::check::witness_name;
use crate::machine::{Machine, Witness};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::collections::HashSet;
use std::ops::Range;

/// The numbers of a machine's witnesses.
pub(super) struct WitnessNumbers {
    /// For each scope the numbers of its variables, in the order of the machine.
    variables: Vec<Range<usize>>,
    /// The number that the first scope's result would have.
    results: usize,
}

impl WitnessNumbers {
    pub(super) fn of(machine: &Machine) -> WitnessNumbers {
        let mut counts = vec![0; machine.scopes.len()];
        for variable in &machine.variables {
            counts[variable.scope] += 1;
        }
        let mut next = machine.witnesses.len();
        let ranges = counts.iter().map(|count| {
            next += count;
            next - count..next
        });
        let variables = ranges.collect();
        WitnessNumbers {
            variables,
            results: next,
        }
    }

    /// The variables of a scope.
    pub(super) fn variables(&self, scope: usize) -> Range<usize> {
        self.variables[scope].clone()
    }

    /// The result of a body.
    pub(super) fn result(&self, scope: usize) -> usize {
        self.results + scope
    }

    /// The item of a map's body.
    pub(super) fn item(&self, scope: usize) -> usize {
        self.results + self.variables.len() + scope
    }

    fn count(&self) -> usize {
        self.results + 2 * self.variables.len()
    }
}

/// The witnesses that are visible in the surrounding code, by their numbers, in variables that
/// contain the number in their names.
#[derive(Default)]
pub(super) struct VisibleWitnesses {
    numbers: Vec<usize>,
    /// The witnesses that are not in variables yet: those in expressions.
    open: Vec<usize>,
}

impl VisibleWitnesses {
    /// Adds the witnesses in an expression.
    pub(super) fn see_in(&mut self, expression: Range<usize>) {
        for number in expression {
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
                self.open.push(number);
            }
        }
    }

    /// Declares variables for the witnesses in expressions.
    pub(super) fn declared(&self) -> TokenStream {
        let names = self.open.iter().map(|number| witness_name(*number));
        quote!(#(let #names = __s::Witness::new();)*)
    }

    /// Adds witnesses that are already in variables.
    pub(super) fn see(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            // Code that is emitted twice has its witnesses only once.
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub(super) fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    /// The names of the variables, as a pattern and as an expression.
    pub(super) fn tuple(&self) -> TokenStream {
        let names = self.numbers.iter().map(|number| witness_name(*number));
        quote!((#(#names,)*))
    }
}

/// The result of a block: the data about its witnesses, in the order of their numbers.
pub(super) fn tree(
    machine: &Machine,
    numbers: &WitnessNumbers,
    seen: &VisibleWitnesses,
) -> TokenStream {
    let seen: HashSet<usize> = seen.numbers.iter().copied().collect();
    let leaves = (0..numbers.count()).map(|number| {
        if !seen.contains(&number) {
            return quote!(__s::nothing());
        }
        leaf(number, machine.witnesses.get(number).copied())
    });
    tuples(leaves.collect())
}

/// The same for a single expression.
pub(crate) fn tree_of(witnesses: &[Witness]) -> TokenStream {
    let leaves = witnesses.iter().enumerate();
    tuples(
        leaves
            .map(|(number, kind)| leaf(number, Some(*kind)))
            .collect(),
    )
}

fn leaf(number: usize, kind: Option<Witness>) -> TokenStream {
    let name = witness_name(number);
    match kind {
        Some(Witness::Default) => {
            quote!((&&#name).with_default((&&&&#name).known()))
        }
        Some(Witness::Equal) => quote!((&&&#name).equal((&&&&#name).known())),
        Some(Witness::PartiallyOrdered) => {
            quote!((&&&#name).partially_ordered((&&&&#name).known()))
        }
        Some(Witness::Ordered) => quote!((&&&#name).ordered((&&&&#name).known())),
        Some(Witness::Cloned) => quote!((&&&#name).cloned((&&&&#name).known())),
        Some(Witness::MethodClone) => {
            quote!((&&&#name).cloned((&&#name).cloned_by_method((&&&&#name).known())))
        }
        _ => quote!((&&&&#name).known()),
    }
}

/// Nests tuples, so that each has at most eight items.
fn tuples(mut list: Vec<TokenStream>) -> TokenStream {
    while list.len() > 8 {
        list = list.chunks(8).map(|chunk| quote!((#(#chunk,)*))).collect();
    }
    let tree = quote!((#(#list,)*));
    quote! {{
        use __s::{ByDefault as _, ByForm as _, ByItems as _, ByNoDefault as _, ByNothing as _, ByPayload as _};
        use __s::{ClonedByMethod as _, ClonedByNothing as _, ClonedItems as _, ClonedNothing as _, ClonedValues as _};
        use __s::{EqualItems as _, EqualNothing as _, EqualValues as _};
        use __s::{OrderedItems as _, OrderedNothing as _, OrderedValues as _};
        use __s::{PartiallyOrderedItems as _, PartiallyOrderedNothing as _, PartiallyOrderedValues as _};
        #tree
    }}
}

/// The data about the witness with this number.
pub(super) fn known(number: usize) -> TokenStream {
    let number = Literal::usize_unsuffixed(number);
    quote!(__known[#number])
}
