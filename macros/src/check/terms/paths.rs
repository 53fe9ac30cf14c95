//! Paths: constants, and functions in the place of closures.

use super::expression::Resolver;
use crate::functions::{is_type, written};
use crate::machine::Term;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use stepwright_asl::callable::{FUNCTIONS, METHODS};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprPath, Path, parse_quote};

/// Methods that take a function: their name, its place among the arguments, how many parameters it has.
const TAKE_FUNCTIONS: &[(&str, usize, usize)] = &[
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

/// Floats that JSON cannot write.
const NOT_IN_JSON: &[&str] = &["NAN", "INFINITY", "NEG_INFINITY"];

impl Resolver<'_> {
    /// A function that stands where a method takes a closure: `.map(String::from)` is `.map(|it| String::from(it))`, and
    /// rustc takes it so, because its parameters and its value have witnesses then.
    pub(super) fn function_for_closure(
        &mut self,
        method: &str,
        place: usize,
        argument: &mut Expr,
    ) -> Option<Term> {
        let Expr::Path(ExprPath {
            qself: None, path, ..
        }) = argument
        else {
            return None;
        };
        let (_, _, count) = TAKE_FUNCTIONS
            .iter()
            .find(|(name, at, _)| *name == method && *at == place)?;
        let own = path.get_ident().is_some_and(|name| self.is_known(name));
        if own {
            return None;
        }
        let path = path.clone();
        let names: Vec<&str> = ["it", "other"].into_iter().take(*count).collect();
        // What does not fit is said of the function.
        let span = Span::call_site().located_at(path.span());
        let parameters = names
            .iter()
            .map(|name| format_ident!("__{name}", span = span));
        let parameters: Vec<Ident> = parameters.collect();
        let mut closure: ExprClosure = parse_quote!(|#(#parameters),*| #path(#(#parameters),*));
        let prepared = self.rewriting.closure(&mut closure, &[]);
        let locals = names.iter().map(|name| Term::Local((*name).to_owned()));
        let body = self.applied(&path, locals.collect());
        let body = self.witnessed(body, &mut closure.body);
        let names = names.into_iter().map(str::to_owned);
        let parameters = names.zip(prepared.parameters.iter().copied()).collect();
        prepared.finish(&mut closure);
        *argument = Expr::Closure(closure);
        Some(Term::Closure(parameters, Box::new(body)))
    }

    /// A function by its path, or a method by the path of its type, applied to arguments.
    fn applied(&mut self, path: &Path, mut arguments: Vec<Term>) -> Term {
        let text = written(path);
        let last = path.segments.last().map(|last| last.ident.to_string());
        let last = last.unwrap_or_default();
        let is_method = path.segments.len() > 1
            && METHODS.contains(&last.as_str())
            && !FUNCTIONS.contains(&text.as_str())
            && !arguments.is_empty();
        if is_method {
            let receiver = arguments.remove(0);
            return Term::Method(Box::new(receiver), last, arguments);
        }
        self.call(path, arguments)
    }

    /// A constant by its path, where JSON can write its value.
    pub(super) fn constant(&mut self, path: &Path) -> Term {
        let mut segments = path.segments.iter().rev();
        if let (Some(last), Some(before)) = (segments.next(), segments.next())
            && NOT_IN_JSON.iter().any(|name| last.ident == name)
            && is_type(&before.ident.to_string())
        {
            return self.cannot(
                path,
                "a float without a number",
                "JSON has none; leave it out with an `Option`",
            );
        }
        Term::Constant(path.clone(), Vec::new())
    }
}

/// Whether a call of it is `T::default()` or `Default::default()`.
pub(super) fn is_default(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "default")
        && segments
            .next()
            .is_some_and(|before| is_type(&before.ident.to_string()))
}
