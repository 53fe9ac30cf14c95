//! What the checked block hands to the flow tree: the types that its witnesses have seen.
//!
//! A witness has a number, by which both find it: first come those inside of expressions, then the variables, scope by
//! scope, then the results of bodies and the items of maps.

use crate::check::witness;
use crate::machine::{Machine, Witness};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::collections::HashSet;
use std::ops::Range;

/// The numbers of a machine's witnesses.
pub(super) struct Numbers {
    /// For each scope those of its variables, in the order in which the machine has them.
    variables: Vec<Range<usize>>,
    /// The number of the first scope's result, if it had one.
    results: usize,
}

impl Numbers {
    pub(super) fn of(machine: &Machine) -> Numbers {
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
        Numbers {
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

/// The witnesses that the code around sees, by their numbers, in the variables that are named by them.
#[derive(Default)]
pub(super) struct Seen {
    numbers: Vec<usize>,
    /// Those of them that are not in variables yet: the witnesses in expressions.
    open: Vec<usize>,
}

impl Seen {
    /// Witnesses in an expression.
    pub(super) fn see_in(&mut self, expression: Range<usize>) {
        for number in expression {
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
                self.open.push(number);
            }
        }
    }

    /// The variables of the witnesses in expressions.
    pub(super) fn declared(&self) -> TokenStream {
        let names = self.open.iter().map(|number| witness(*number));
        quote!(#(let #names = __s::Witness::new();)*)
    }

    /// Witnesses that are in variables already.
    pub(super) fn see(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            // A piece of code that stands twice has its witnesses once.
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

    /// Their names, as a pattern and as an expression.
    pub(super) fn tuple(&self) -> TokenStream {
        let names = self.numbers.iter().map(|number| witness(*number));
        quote!((#(#names,)*))
    }
}

/// The value that a block ends with: what its witnesses say, in the order of their numbers.
pub(super) fn tree(machine: &Machine, numbers: &Numbers, seen: &Seen) -> TokenStream {
    let seen: HashSet<usize> = seen.numbers.iter().copied().collect();
    let leaves = (0..numbers.count()).map(|number| {
        if !seen.contains(&number) {
            return quote!(__s::nothing());
        }
        leaf(number, machine.witnesses.get(number).copied())
    });
    tuples(leaves.collect())
}

/// The same of an expression that stands alone.
pub(crate) fn tree_of(witnesses: &[Witness]) -> TokenStream {
    let leaves = witnesses.iter().enumerate();
    tuples(
        leaves
            .map(|(number, kind)| leaf(number, Some(*kind)))
            .collect(),
    )
}

fn leaf(number: usize, kind: Option<Witness>) -> TokenStream {
    let name = witness(number);
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

/// Tuples of at most eight.
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

/// What is known by a number.
pub(super) fn known(number: usize) -> TokenStream {
    let number = Literal::usize_unsuffixed(number);
    quote!(__known[#number])
}
