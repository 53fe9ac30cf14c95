//! Paths: constants, and functions as arguments where a method expects a closure.

use super::Local;
use super::expression::Resolver;
use crate::functions::{is_type, written};
use crate::machine::Term;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use stepwright_asl::front_end::callable::{self, FUNCTIONS};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprPath, Path, parse_quote};

/// Methods with a closure: the name, the position of the closure among the arguments, and the
/// number of its parameters.
const WITH_CLOSURE: &[(&str, usize, usize)] = &[
    ("all", 0, 1),
    ("and_then", 0, 1),
    ("any", 0, 1),
    ("filter", 0, 1),
    ("filter_map", 0, 1),
    ("find", 0, 1),
    ("flat_map", 0, 1),
    ("fold", 1, 2),
    ("is_none_or", 0, 1),
    ("is_some_and", 0, 1),
    ("map", 0, 1),
    ("map_or", 1, 1),
    ("max_by_key", 0, 1),
    ("min_by_key", 0, 1),
    ("or_else", 0, 0),
    ("position", 0, 1),
    ("then", 0, 0),
    ("unwrap_or_else", 0, 0),
];

/// Floats that JSON cannot represent.
const NOT_IN_JSON: &[&str] = &["NAN", "INFINITY", "NEG_INFINITY"];

impl Resolver<'_> {
    /// Resolves a function in the position of a closure: `.map(String::from)` becomes
    /// `.map(|it| String::from(it))`, for rustc too, so that the parameters and the value have
    /// witnesses.
    pub(super) fn function_for_closure(
        &mut self,
        method: &str,
        position: usize,
        argument: &mut Expr,
    ) -> Option<Term> {
        let Expr::Path(ExprPath {
            qself: None, path, ..
        }) = argument
        else {
            return None;
        };
        let (_, _, count) = WITH_CLOSURE
            .iter()
            .find(|(name, at, _)| *name == method && *at == position)?;
        let is_value = path.get_ident().is_some_and(|name| self.is_known(name));
        if is_value {
            return None;
        }
        let path = path.clone();
        let names: Vec<&str> = ["it", "other"].into_iter().take(*count).collect();
        // rustc reports a type mismatch at the function.
        let span = Span::call_site().located_at(path.span());
        let parameters = names
            .iter()
            .map(|name| format_ident!("__{name}", span = span));
        let parameters: Vec<Ident> = parameters.collect();
        let mut closure: ExprClosure = parse_quote!(|#(#parameters),*| #path(#(#parameters),*));
        let prepared = self.rewriter.closure(&mut closure, &[]);
        let before = self.locals.len();
        for (name, parameter) in names.iter().zip(&parameters) {
            self.locals.push(Local {
                name: parameter.to_string(),
                value: Term::Local((*name).to_owned()),
            });
        }
        if let Some(call) = self.call_of_a_method(&path, &parameters) {
            *closure.body = call;
        }
        let body = self.value(&mut closure.body);
        let body = self.prove_key(method, &mut closure.body, body);
        self.locals.truncate(before);
        let names = names.into_iter().map(str::to_owned);
        let parameters = names.zip(prepared.parameters.iter().copied()).collect();
        prepared.finish(&mut closure);
        *argument = Expr::Closure(closure);
        Some(Term::Closure(parameters, Box::new(body)))
    }

    /// Returns the method call for the path of a method: `it.len()` for `String::len`.
    fn call_of_a_method(&mut self, path: &Path, parameters: &[Ident]) -> Option<Expr> {
        let method = &path.segments.last()?.ident;
        let is_method = path.segments.len() > 1
            && callable::is_method(&method.to_string())
            && !FUNCTIONS.contains(&written(path).as_str());
        let (receiver, arguments) = parameters.split_first().filter(|_| is_method)?;
        if !self.rewriter.used.method_of(path) {
            self.refuse(
                path.span(),
                format!(
                    "`{}` is not a supported path of a standard method: write a closure, `|it| it.{method}()`",
                    written(path)
                ),
            );
        }
        Some(parse_quote!(#receiver.#method(#(#arguments),*)))
    }

    /// Resolves the path of a constant, whose value JSON must be able to represent.
    pub(super) fn constant(&mut self, path: &Path) -> Term {
        let mut segments = path.segments.iter().rev();
        if let (Some(last), Some(before)) = (segments.next(), segments.next())
            && NOT_IN_JSON.iter().any(|name| last.ident == name)
            && is_type(&before.ident.to_string())
        {
            return self.unsupported(
                path,
                "a float that is not finite",
                "JSON cannot represent it; use an `Option`",
            );
        }
        Term::Constant(path.clone(), Vec::new())
    }
}

/// Whether a path is that of the function in `T::default()` or `Default::default()`.
pub(super) fn is_default(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "default")
        && segments
            .next()
            .is_some_and(|before| is_type(&before.ident.to_string()))
}
