//! The code of an `expr!`: a block in which rustc checks it, and the tree.

use super::parse::Lambda;
use crate::check::{StandaloneExpression, witness_name};
use crate::errors::{CompileError, MacroDiagnostic};
use crate::expand::{TermWriter, at, file, tree_of};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMatch, Pat, PatIdent};

pub(super) fn expand(
    lambda: &Lambda,
    lowered: &StandaloneExpression,
    diagnostics: &[MacroDiagnostic],
) -> TokenStream {
    let types: Vec<_> = lambda
        .parameters
        .iter()
        .map(|parameter| &parameter.ty)
        .collect();
    // Several parameters destructure a tuple.
    let input = match types.as_slice() {
        [] => quote!(_),
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    let output = match &lambda.output {
        Some(ty) => quote!(#ty),
        None => quote!(_),
    };
    let parameters = lambda.parameters.iter().map(|parameter| {
        let ty = &parameter.ty;
        // rustc reports "cannot be passed between workflow states" at the type.
        let payload = quote_spanned!(ty.span()=> __s::payload::<#ty>);
        let bound = parameter
            .name
            .as_ref()
            .map(|name| quote!(let #name: #ty = __s::any();));
        quote!(let _ = #payload; #bound)
    });
    let captured = &lambda.captured;
    // rustc reports "is not a variable of a workflow" at the name.
    let values = captured
        .iter()
        .map(|name| quote_spanned!(name.span()=> let #name = __s::value_of(&#name);));
    let values = quote!(#(#values)*);
    let bound = lambda
        .targets
        .is_some()
        .then(|| BoundNames::of(&lambda.body.syn));
    let body = match &lowered.rewritten {
        _ if lowered.faulty => quote!(__s::any()),
        Some(rewritten) => seen(&rewritten.code, bound.as_ref()),
        None => seen(&lambda.body.syn, bound.as_ref()),
    };
    let bound_witnesses = bound.iter().map(BoundNames::witnesses);
    let tree = match diagnostics {
        [] => tree_of(&lowered.witnesses),
        _ => quote!(()),
    };
    let seen = (0..lowered.witnesses.len()).map(witness_name);
    // As in `workflow!`, the code never runs. After a `loop {}` rustc checks types but not moves.
    let names = lowered.used.proof("Expression");
    let functions = lowered.used.functions.imports();
    let quiet = quote! {
        #[allow(
            dead_code, unused, unreachable_code, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
    };
    let check = quote! {
        #functions
        #quiet
        let __known = __s::known(|| {
            loop {}
            #(#bound_witnesses)*
            #(#parameters)*
            #values
            #names
            #(let #seen = __s::Witness::new();)*
            __types.gives(#body);
            #tree
        });
    };
    let made = match diagnostics {
        [] => made(lambda, lowered, bound.as_ref(), &quiet),
        diagnostics => failed(lambda, diagnostics),
    };
    quote! {{
        use ::stepwright::__ as __s;
        let __types = __s::ExpressionTypes::<#input, #output>::new();
        #check
        #made
    }}
}

/// Returns the code that creates the tree of an expression.
fn made(
    lambda: &Lambda,
    lowered: &StandaloneExpression,
    bound: Option<&BoundNames>,
    quiet: &TokenStream,
) -> TokenStream {
    let mut values = TermWriter::default();
    let tree = values.value(&lowered.value);
    let witnesses = values.witnesses();
    let file = file();
    let place = at(lambda.body.syn.span());
    let count = Literal::usize_unsuffixed(lambda.parameters.len());
    let reads = lambda
        .captured
        .iter()
        .map(|name| quote_spanned!(name.span()=> __s::Readable::read(&#name)));
    let reads = quote!(::std::vec![#(#reads),*]);
    let made = match (&lambda.targets, bound) {
        (Some(targets), Some(bound)) => {
            let arms = targets.iter().zip(&bound.arms).map(|(target, names)| {
                let texts = names.iter().map(|name| name.unraw().to_string());
                quote!(.arm(::std::vec![#((#texts, __s::Readable::read(&#names))),*], #target))
            });
            quote!(__types.arms(#count, __tree, #reads)#(#arms)*)
        }
        _ => quote!(__types.expression(#count, __tree, #reads)),
    };
    quote! {
        #quiet
        let __tree = {
            #file
            #witnesses
            let __tree = #tree;
            __tree #place
        };
        #made
    }
}

/// Returns the code of an expression with errors.
fn failed(lambda: &Lambda, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let diagnostics = diagnostics.iter().map(CompileError::expression);
    let nothing = match lambda.targets {
        Some(_) => quote!(arms),
        None => quote!(expression),
    };
    quote! {
        #(#diagnostics;)*
        __types.#nothing(0, __s::Expr::none(), ::std::vec![])
    }
}

/// The names that the arms of a `match` bind and that are variables: those without a leading `_`.
struct BoundNames {
    arms: Vec<Vec<Ident>>,
}

impl BoundNames {
    fn of(body: &Expr) -> BoundNames {
        let arms = match body {
            Expr::Match(matched) => matched.arms.as_slice(),
            _ => &[],
        };
        BoundNames {
            arms: arms.iter().map(|arm| bound_in(&arm.pat)).collect(),
        }
    }

    /// Witnesses of the variables' types, before a pattern shadows them.
    fn witnesses(&self) -> TokenStream {
        let mut tokens = TokenStream::new();
        for (index, names) in self.arms.iter().enumerate() {
            for name in names {
                let witness = bound_witness_name(index, name);
                quote!(let #witness = __s::witness_of(&#name);).to_tokens(&mut tokens);
            }
        }
        tokens
    }
}

/// The name of the witness of an arm's variable.
fn bound_witness_name(arm: usize, name: &Ident) -> Ident {
    format_ident!("__bound_{}_{}", arm, name.unraw())
}

fn bound_in(pattern: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl Visit<'_> for Names {
        fn visit_pat_ident(&mut self, pattern: &PatIdent) {
            let name = &pattern.ident;
            let text = name.unraw().to_string();
            // Otherwise it is a unit variant or a constant.
            if text.starts_with(|first: char| first.is_lowercase()) && !self.0.contains(name) {
                self.0.push(name.clone());
            }
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// An expression in the form that rustc checks: in an `arms!`, each arm compares its bound names
/// with the variables of the same names.
fn seen(code: &Expr, bound: Option<&BoundNames>) -> TokenStream {
    let Some(bound) = bound else {
        return code.to_token_stream();
    };
    let mut code = code.clone();
    if let Some(matched) = inner_match(&mut code) {
        for (index, (arm, names)) in matched.arms.iter_mut().zip(&bound.arms).enumerate() {
            let body = &arm.body;
            // rustc reports "mismatched types" at the name that the pattern binds.
            let sees = names.iter().map(|name| {
                let witness = bound_witness_name(index, name);
                quote_spanned!(name.span()=> #witness.see(#name);)
            });
            let block = quote!({ #(#sees)* #body });
            *arm.body = Expr::Verbatim(block);
        }
    }
    code.to_token_stream()
}

fn inner_match(code: &mut Expr) -> Option<&mut ExprMatch> {
    match code {
        Expr::Match(matched) => Some(matched),
        Expr::Paren(inner) => inner_match(&mut inner.expr),
        Expr::Group(inner) => inner_match(&mut inner.expr),
        _ => None,
    }
}

/// The expansion of input that could not be parsed.
pub(super) fn nothing(diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let diagnostics = diagnostics.iter().map(CompileError::expression);
    quote!({ #(#diagnostics;)* ::stepwright::__::any() })
}
