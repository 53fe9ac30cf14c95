//! Proofs that the functions, methods and operators of an expression are those of the standard
//! library.
//!
//! The user's tokens do not change. The code around them compiles only for types of the standard
//! library, or records the type of the compared values. The traits are in
//! `dsl/src/type_block/proof`.

use super::casts::without_parentheses;
use super::expression::Resolver;
use super::rewrite::{ExpressionRewriter, witness_name};
use crate::functions::{type_of, written};
use crate::machine::UsedNames;
use crate::machine::{Term, Witness};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::{BTreeMap, BTreeSet};
use stepwright_asl::front_end::callable::{self, CLOCK, Kind, UNITS, time_function};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Expr, ExprBinary, ExprCall, ExprIndex, ExprMethodCall, ExprUnary, Pat, PatIdent, Path,
    UnOp,
};

impl UsedNames {
    /// Adds `None`, `Some`, and the type of a function such as `String::from`. Other paths are not
    /// lowered as standard functions.
    pub(super) fn path(&mut self, path: &Path) {
        let text = written(path);
        let is_known = matches!(
            text.as_str(),
            "None" | "Some" | "Option::None" | "Option::Some" | "Vec::new"
        ) || callable::FUNCTIONS.contains(&text.as_str());
        if let Some(first) = path.segments.first().filter(|_| is_known) {
            let name = first.ident.to_string();
            self.items.entry(name).or_insert(first.ident.clone());
        }
    }

    /// Adds the type or trait of a path such as `String::len`. Returns whether the standard library
    /// has such a type.
    pub(super) fn method_of(&mut self, path: &Path) -> bool {
        let Some(owner) = path.segments.first().filter(|_| path.segments.len() == 2) else {
            return false;
        };
        let name = owner.ident.to_string();
        let is_standard = standard_item_proof(&name).is_some();
        self.items.entry(name).or_insert(owner.ident.clone());
        is_standard
    }

    pub(super) fn method(&mut self, method: &Ident) {
        let name = method.to_string();
        self.methods.entry(name).or_insert(method.clone());
    }

    pub(super) fn called_macro(&mut self, name: &Ident) {
        let text = name.to_string();
        self.macros.entry(text).or_insert(name.clone());
    }

    /// Returns the statements that prove the names. A workflow contains them once; `owner` is its
    /// name.
    pub(crate) fn proof(&self, owner: &str) -> TokenStream {
        let mut tokens = TokenStream::new();
        if !self.macros.is_empty() {
            quote!(
                use __s::macros::*;
            )
            .to_tokens(&mut tokens);
        }
        // The calls of `format!` and `vec!` stay in the code and use the imported macros.
        if let Some(name) = self.macros.get("matches") {
            quote!(#name!((), ());).to_tokens(&mut tokens);
        }
        if let Some(name) = self.macros.get("json") {
            quote!(#name!(null);).to_tokens(&mut tokens);
        }
        for (name, item) in &self.items {
            if let Some(proof) = standard_item_proof(name) {
                proof(item).to_tokens(&mut tokens);
            }
        }
        self.probes(owner).to_tokens(&mut tokens);
        tokens
    }

    /// Returns code that calls each method on the types that a trait in scope could extend. A local
    /// trait also has the method, so the call is ambiguous if a trait of the user has it. The local
    /// trait has the method once with `self` and once with `&self`, because rustc finds methods
    /// with `self` first.
    ///
    /// The traits are local to the block and cover few types, because rustc suggests the methods of
    /// every trait of a crate and of its dependencies when a user misspells a method.
    fn probes(&self, owner: &str) -> TokenStream {
        let mut types: Vec<(&'static str, Vec<&Ident>)> = Vec::new();
        for (name, method) in &self.methods {
            for ty in probed_types(name) {
                match types.iter_mut().find(|(other, _)| *other == ty) {
                    Some((_, methods)) => methods.push(method),
                    None => types.push((ty, vec![method])),
                }
            }
        }
        // A reference has the methods with `&self` of its target, so a trait for both would find
        // the target's.
        let mut groups: BTreeMap<usize, Vec<ProbedType<'_>>> = BTreeMap::new();
        for (ty, methods) in types {
            let references = ty.len() - ty.trim_start_matches('&').len();
            let group = groups.entry(references).or_default();
            group.push(ProbedType { ty, methods });
        }
        let mut tokens = TokenStream::new();
        let mut count = 0;
        // rustc prints the short name of a trait if it is unique in the program.
        let owner = owner.trim_start_matches("r#");
        let mut named = || {
            count += 1;
            format_ident!("StandardLibraryOf{owner}{count}")
        };
        for group in groups.values() {
            probe(&named(), group, &quote!(self)).to_tokens(&mut tokens);
            let inherent: Vec<_> = group.iter().filter_map(ProbedType::inherent).collect();
            probe(&named(), &inherent, &quote!(&self)).to_tokens(&mut tokens);
        }
        tokens
    }
}

/// A type that a trait in scope could extend, and the methods to call.
struct ProbedType<'m> {
    ty: &'static str,
    methods: Vec<&'m Ident>,
}

impl ProbedType<'_> {
    /// The methods that the trait may have with `&self`, if there are any.
    ///
    /// With `&self`, a method of a standard trait would always be ambiguous. The types of
    /// `has_inherent_methods` have inherent methods, which rustc would call instead and which take
    /// arguments.
    fn inherent(&self) -> Option<Self> {
        let methods = self.methods.iter().copied();
        let methods: Vec<_> = methods
            .filter(|method| !is_trait_method(&method.to_string()))
            .collect();
        let is_probed = !methods.is_empty() && !has_inherent_methods(self.ty);
        is_probed.then_some(ProbedType {
            ty: self.ty,
            methods,
        })
    }

    /// Returns the implementation of the trait, and the calls.
    fn probed(&self, name: &Ident) -> TokenStream {
        let ty = self.ty;
        let parameters = match (ty.contains('?'), ty.contains('!')) {
            (_, true) => "<T, V>",
            (true, false) => "<T>",
            (false, false) => "",
        };
        let implementation = format!(
            "impl{parameters} {name} for {} {{}}",
            ty.replace('?', "T").replace('!', "V")
        );
        let implementation: TokenStream = implementation.parse().unwrap_or_default();
        let ty_of =
            |item| -> TokenStream { ty.replace(['?', '!'], item).parse().unwrap_or_default() };
        // An open item type matches a trait that is implemented for lists of one type only.
        let (open, pinned) = (ty_of("_"), ty_of("()"));
        let calls = self.methods.iter().map(|method| {
            // rustc suggests replacements for an ambiguous call; its span is the method's name.
            let span = method.span().resolved_at(Span::call_site());
            let value = quote_spanned!(span=> __s::any::<#open>());
            let value: TokenStream = value.into_iter().map(|token| with_span(token, span)).collect();
            if ty.contains('?') {
                quote_spanned!(span=> { let mut __value = #value; __value.#method(); __value = __s::any::<#pinned>(); })
            } else {
                quote_spanned!(span=> #value.#method();)
            }
        });
        quote!(#implementation #(#calls)*)
    }
}

/// Whether the standard library has the method in a trait.
fn is_trait_method(method: &str) -> bool {
    matches!(
        method,
        "to_owned" | "as_ref" | "as_mut" | "borrow" | "deref"
    ) || callable::UNIVERSAL.contains(&method)
}

/// Whether a type has the methods itself, without a deref.
fn has_inherent_methods(ty: &str) -> bool {
    ["::std::collections::BTree", "::core::option::", "__s::"]
        .iter()
        .any(|own| ty.starts_with(own))
}

/// Returns calls of methods on values of types, and a trait that has these methods for these types
/// only.
fn probe(name: &Ident, types: &[ProbedType<'_>], receiver: &TokenStream) -> TokenStream {
    let methods = types.iter().flat_map(|one| &one.methods);
    let names: BTreeSet<String> = methods.map(|method| method.to_string()).collect();
    if names.is_empty() {
        return TokenStream::new();
    }
    let names = names.iter().map(|name| Ident::new(name, Span::call_site()));
    let types = types.iter().map(|one| one.probed(name));
    quote!({
        trait #name: ::core::marker::Sized { #(fn #names(#receiver) {})* }
        #(#types)*
    })
}

/// Returns the token with another span.
fn with_span(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(span);
    token
}

/// Returns the proof that a name is the standard library's; `None` if the standard library has no
/// such item.
fn standard_item_proof(name: &str) -> Option<fn(&Ident) -> TokenStream> {
    Some(match name {
        "None" => |item| quote!(let _: ::core::option::Option<()> = #item;),
        // A pattern, because a function with the same name and type is no variant.
        "Some" => |item| quote!(if let #item(()) = __s::any::<::core::option::Option<()>>() {}),
        "String" => |item| quote!(let _: #item = __s::any::<::std::string::String>();),
        "Vec" => |item| quote!(let _: #item<()> = __s::any::<::std::vec::Vec<()>>();),
        "Box" => |item| quote!(let _: #item<()> = __s::any::<::std::boxed::Box<()>>();),
        "Cow" => {
            |item| quote!(let _: #item<'static, str> = __s::any::<::std::borrow::Cow<'static, str>>();)
        }
        "Option" => |item| quote!(let _: #item<()> = __s::any::<::core::option::Option<()>>();),
        "BTreeMap" => {
            |item| quote!(let _: #item<(), ()> = __s::any::<::std::collections::BTreeMap<(), ()>>();)
        }
        "BTreeSet" => {
            |item| quote!(let _: #item<()> = __s::any::<::std::collections::BTreeSet<()>>();)
        }
        "HashMap" => {
            |item| quote!(let _: #item<(), ()> = __s::any::<::std::collections::HashMap<(), ()>>();)
        }
        "HashSet" => {
            |item| quote!(let _: #item<()> = __s::any::<::std::collections::HashSet<()>>();)
        }
        "Decimal" => |item| quote!(__s::decimal::<#item>();),
        "Value" => |item| quote!(let _: #item = __s::any::<__s::serde_json::Value>();),
        "ToString" => |item| trait_proof(item, &quote!(::std::string::ToString)),
        "ToOwned" => |item| trait_proof(item, &quote!(::std::borrow::ToOwned)),
        "Clone" => |item| trait_proof(item, &quote!(::core::clone::Clone)),
        "Iterator" => |item| trait_proof(item, &quote!(::core::iter::Iterator)),
        "str" => |item| quote!(let _: &#item = __s::any::<&::core::primitive::str>();),
        "bool" | "char" | "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16"
        | "u32" | "u64" | "usize" => {
            |item| quote!(let _: #item = __s::any::<::core::primitive::#item>();)
        }
        _ => return None,
    })
}

/// Returns a function such as `Utc::now` or `Duration::days`, whose type is one of `chrono` or of
/// the standard library.
fn proven_time_function(path: &Path, is_clock: bool) -> TokenStream {
    let ty = type_of(path);
    let span = path.span().resolved_at(Span::call_site());
    if is_clock {
        quote_spanned!(span=> ({ __s::clock::<#ty>(); #path }))
    } else {
        quote_spanned!(span=> ({ __s::duration::<#ty>(); #path }))
    }
}

/// Returns the proof that a trait is the standard library's: each type that implements the user's
/// trait implements the standard one.
fn trait_proof(item: &Ident, standard: &TokenStream) -> TokenStream {
    quote! {{
        fn __user<T: #item + ?::core::marker::Sized>() { __standard::<T>() }
        fn __standard<T: #standard + ?::core::marker::Sized>() {}
    }}
}

/// Returns the types that a trait in scope could extend with a method that rustc prefers to the
/// standard library's. `?` and `!` are placeholders for the types of items.
///
/// The types have their full paths, because a program can define its own type with the name `i32`.
fn probed_types(method: &str) -> Vec<&'static str> {
    if callable::UNIVERSAL.contains(&method) {
        // These methods take `&self`, so rustc prefers a user's method that takes `self`.
        return match method {
            "into" => Vec::new(),
            "clone" => vec![
                "::std::string::String",
                "::std::vec::Vec<?>",
                "::core::option::Option<?>",
                "::std::collections::BTreeMap<?, !>",
                "::std::collections::BTreeSet<?>",
                "::core::primitive::i32",
                "::core::primitive::u32",
                "::core::primitive::i64",
                "::core::primitive::f64",
            ],
            _ => vec![
                "::std::string::String",
                "::core::primitive::i32",
                "::core::primitive::u32",
                "::core::primitive::i64",
                "::core::primitive::f64",
            ],
        };
    }
    let mut types = Vec::new();
    for kind in Kind::ALL {
        let shared = kind.by_reference().contains(&method);
        if !shared && !kind.by_value().contains(&method) {
            continue;
        }
        // Traits of the prelude have these methods for references, where the probe would be
        // ambiguous with them.
        let is_trait = is_trait_method(method);
        let of_order = matches!(method, "max" | "min" | "clamp");
        types.extend_from_slice(match kind {
            Kind::Text if is_trait => &["::std::string::String"],
            Kind::Text => &[
                "::std::string::String",
                "&::std::string::String",
                "&&::core::primitive::str",
            ],
            Kind::List if is_trait => &["::std::vec::Vec<?>"],
            Kind::List if shared => &[
                "::std::vec::Vec<?>",
                "&::std::vec::Vec<?>",
                "&&[?]",
                "&&::std::vec::Vec<?>",
            ],
            Kind::List if method != "into_iter" => &["::std::vec::Vec<?>", "&::std::vec::Vec<?>"],
            Kind::Set if shared => &[
                "::std::collections::BTreeSet<?>",
                "&&::std::collections::BTreeSet<?>",
            ],
            Kind::Map if shared => &[
                "::std::collections::BTreeMap<?, !>",
                "&&::std::collections::BTreeMap<?, !>",
            ],
            Kind::Map if method != "into_iter" => &["&::std::collections::BTreeMap<?, !>"],
            Kind::Iterator if shared && !matches!(method, "len" | "as_slice") => {
                &["::std::slice::Iter<'static, ?>"]
            }
            Kind::Option if shared => &["::core::option::Option<?>", "&&::core::option::Option<?>"],
            Kind::Option if method != "into_iter" => &["&::core::option::Option<?>"],
            Kind::Bool => &["&::core::primitive::bool"],
            Kind::Signed if !of_order => &[
                "&::core::primitive::i32",
                "&::core::primitive::i64",
                "&&::core::primitive::i32",
            ],
            Kind::Unsigned if !of_order => &[
                "&::core::primitive::u32",
                "&::core::primitive::u64",
                "&&::core::primitive::u32",
            ],
            Kind::Float => &["&::core::primitive::f64", "&&::core::primitive::f64"],
            Kind::Decimal if shared => &["__s::Amount"],
            Kind::Time if shared => &["__s::Instant"],
            Kind::TimeDelta if shared => &["__s::Elapsed"],
            Kind::Json => &["__s::serde_json::Value", "&&__s::serde_json::Value"],
            _ => &[],
        });
    }
    types
}

/// Returns the kind of standard type that a value has, if the calls that compute it determine it.
fn kind_of(value: &Term) -> Option<Kind> {
    match value {
        Term::Typed(_, inner) | Term::Checked(_, inner) | Term::Let(_, inner) => kind_of(inner),
        Term::If(_, then, otherwise) => kind_of(then).or_else(|| kind_of(otherwise)),
        Term::Literal(syn::Lit::Str(_))
        | Term::Format(_)
        | Term::TaskToken
        | Term::Placeholder(_) => Some(Kind::Text),
        Term::Array(_) => Some(Kind::List),
        Term::Some(_) | Term::None => Some(Kind::Option),
        Term::Method(receiver, name, arguments) => match name.as_str() {
            "iter" | "into_iter" | "keys" | "values" | "chars" | "split" | "filter_map"
            | "flat_map" | "enumerate" | "chain" | "rev" | "into_keys" | "into_values" | "skip"
            | "take" => Some(Kind::Iterator),
            "map" | "filter" | "flatten" | "cloned" | "copied" | "zip" => {
                kind_of(receiver).filter(|kind| matches!(kind, Kind::Iterator | Kind::Option))
            }
            "first" | "last" | "next" | "nth" | "find" | "position" | "max_by_key"
            | "min_by_key" | "as_deref" | "then" | "then_some" | "or" | "or_else" | "and_then"
            | "as_array" | "as_bool" | "as_f64" | "as_i64" => Some(Kind::Option),
            "max" | "min" if arguments.is_empty() => Some(Kind::Option),
            "trim" | "trim_start" | "trim_end" | "to_lowercase" | "to_uppercase" | "replace"
            | "to_string" => Some(Kind::Text),
            "is_empty" | "is_some" | "is_none" | "any" | "all" | "contains" | "is_zero"
            | "is_sign_negative" | "is_sign_positive" => Some(Kind::Bool),
            "to_vec" => Some(Kind::List),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the calls that compute a value determine that it is a number, a text or a `bool` of the
/// standard library, or a time or duration.
fn is_plain(value: &Term) -> bool {
    match value {
        Term::Typed(_, inner) | Term::Checked(_, inner) | Term::Let(_, inner) => is_plain(inner),
        Term::Inline(earlier) => is_plain(&earlier.value),
        Term::If(_, then, otherwise) => is_plain(then) || is_plain(otherwise),
        Term::Literal(_)
        | Term::Format(_)
        | Term::Binary(..)
        | Term::Not(_)
        | Term::Negative(_)
        | Term::TaskToken
        | Term::Placeholder(_) => true,
        Term::Function(name, _) => {
            !matches!(name.as_str(), "Box::new" | "Cow::Borrowed" | "Cow::Owned")
        }
        Term::Library(path, _) => path.segments.last().is_some_and(|last| {
            !matches!(
                last.ident.to_string().as_str(),
                "sorted" | "unique" | "chunks" | "range" | "parse_json"
            )
        }),
        Term::Method(_, name, arguments) => match name.as_str() {
            "len"
            | "count"
            | "is_empty"
            | "is_some"
            | "is_none"
            | "is_some_and"
            | "is_none_or"
            | "any"
            | "all"
            | "contains"
            | "contains_key"
            | "starts_with"
            | "ends_with"
            | "trim"
            | "trim_start"
            | "trim_end"
            | "to_lowercase"
            | "to_uppercase"
            | "replace"
            | "join"
            | "to_string"
            | "abs"
            | "floor"
            | "ceil"
            | "round"
            | "round_dp"
            | "normalize"
            | "is_zero"
            | "is_sign_negative"
            | "is_sign_positive"
            | "trunc"
            | "sqrt"
            | "signum"
            | "pow"
            | "powi"
            | "powf"
            | "sum"
            | "product"
            | "clamp"
            | "is_null"
            | "is_string"
            | "is_number"
            | "is_boolean"
            | "is_array"
            | "is_object"
            | "num_days"
            | "num_hours"
            | "num_milliseconds"
            | "num_minutes"
            | "num_seconds"
            | "num_weeks"
            | "signed_duration_since" => true,
            "max" | "min" => !arguments.is_empty(),
            _ => false,
        },
        _ => false,
    }
}

impl Resolver<'_> {
    /// Proves a method call whose receiver and arguments are resolved.
    pub(super) fn prove_method(&mut self, expression: &mut Expr, value: Term) -> Term {
        let (Expr::MethodCall(call), Term::Method(receiver, name, arguments)) =
            (&mut *expression, &value)
        else {
            return value;
        };
        if !callable::is_method(name) {
            return value;
        }
        let span = call.dot_token.span();
        let kind = kind_of(receiver);
        let rewriter = &mut self.rewriter;
        rewriter.used.method(&call.method);
        match (name.as_str(), arguments.len()) {
            ("to_string", 0) => {
                if !is_plain(receiver) {
                    rewriter.wrap(&mut call.receiver, span, &quote!(Shown::shown));
                }
                return value;
            }
            ("clone" | "to_owned", 0) => {
                if is_plain(receiver) || matches!(kind, Some(Kind::Text | Kind::Iterator)) {
                    return value;
                }
                let (of, method) = (&call.receiver, &call.method);
                let index = rewriter.new_witness(Witness::MethodClone);
                let witness = witness_name(index);
                let code = quote_spanned!(span=> ({
                    let __value = #of;
                    let __clone = __value.#method();
                    __s::Cloneable::both(&__value, &__clone);
                    #witness.owns(&__clone);
                    __clone
                }));
                rewriter.replace(expression, code);
                return Term::Checked(index, Box::new(value));
            }
            ("into", 0) => {
                let (of, method) = (&call.receiver, &call.method);
                let code = quote_spanned!(span=> ({
                    let __from = #of;
                    let mut __into = __s::copy(&__from).#method();
                    __into = __s::Becomes::becomes(__from);
                    __into
                }));
                rewriter.replace(expression, code);
                return value;
            }
            _ => {}
        }
        rewriter.prove_receiver(call, kind, name, arguments);
        if call.attrs.iter().any(|one| one.path().is_ident("extended")) {
            call.attrs.clear();
            if let Some(added) = call.args.first_mut() {
                *added = Expr::Verbatim(quote_spanned!(span=> __s::extended(#added)));
            }
        }
        self.prove_arguments(expression, kind, value)
    }

    /// Proves the arguments and the result of a method call whose receiver is proved.
    fn prove_arguments(&mut self, expression: &mut Expr, kind: Option<Kind>, value: Term) -> Term {
        let (Expr::MethodCall(call), Term::Method(_, name, arguments)) = (&mut *expression, &value)
        else {
            return value;
        };
        let (span, rewriter) = (call.dot_token.span(), &mut self.rewriter);
        match (name.as_str(), arguments.as_slice()) {
            ("concat" | "join", _) => rewriter.wrap(&mut call.receiver, span, &quote!(joined)),
            ("zip" | "chain", [other]) if kind_of(other).is_none() => {
                let on = quote!(StandardMethod::<__s::method::argument>::on);
                rewriter.wrap(&mut call.args[0], span, &on);
            }
            // A type of the user may be borrowed as a time.
            ("signed_duration_since", [_]) => {
                let on = quote!(StandardMethod::<__s::method::signed_duration_since>::on);
                rewriter.wrap(&mut call.args[0], span, &on);
            }
            ("contains", [wanted]) if kind != Some(Kind::Text) && !is_plain(wanted) => {
                let index = rewriter.add_witness(&mut call.args[0], Witness::Equal);
                return Term::Checked(index, Box::new(value));
            }
            ("max" | "min", []) => {
                let index = rewriter.add_witness(expression, Witness::Ordered);
                return Term::Checked(index, Box::new(value));
            }
            ("cloned" | "to_vec" | "into_owned", []) => {
                let index = rewriter.add_witness(expression, Witness::Cloned);
                return Term::Checked(index, Box::new(value));
            }
            // The items are lists or options of the standard library.
            ("flat_map", [_]) | ("flatten", []) if kind == Some(Kind::Iterator) => {
                rewriter.wrap(expression, span, &quote!(Flat::flat));
            }
            ("collect", []) => {
                rewriter.wrap(
                    expression,
                    span,
                    &quote!(StandardMethod::<__s::method::argument>::on),
                );
            }
            _ => {}
        }
        value
    }

    /// Proves the key that the closure of `max_by_key` or `min_by_key` returns.
    pub(super) fn prove_key(&mut self, method: &str, expression: &mut Expr, value: Term) -> Term {
        if !matches!(method, "max_by_key" | "min_by_key") || is_plain(&value) {
            return value;
        }
        let index = self.rewriter.add_witness(expression, Witness::Ordered);
        Term::Checked(index, Box::new(value))
    }

    /// Proves a call of a function.
    pub(super) fn prove_call(&mut self, call: &mut ExprCall, value: &Term) {
        let Expr::Path(function) = &*call.func else {
            return;
        };
        match value {
            Term::Default(_) => {
                let path = &function.path;
                let code = quote_spanned!(path.span().resolved_at(Span::call_site())=> ({
                    let __default = #path;
                    __s::standard_default(__default, <_ as ::core::default::Default>::default);
                    __default
                }));
                self.rewriter.replace(&mut call.func, code);
            }
            Term::Function(name, _) if UNITS.contains(&name.as_str()) => {
                let path = &function.path;
                let span = path.span();
                let standard = Ident::new(name, span.resolved_at(Span::call_site()));
                let function =
                    quote_spanned!(span=> (__s::plain::function_of(#path, __s::plain::#standard)));
                self.rewriter.replace(&mut call.func, function);
            }
            Term::Function(name, _) if time_function(name).is_some() => {
                let function = proven_time_function(&function.path, name == CLOCK);
                self.rewriter.replace(&mut call.func, function);
            }
            Term::Function(name, arguments) => {
                self.rewriter.used.path(&function.path);
                if matches!(name.as_str(), "Box::new" | "Cow::Borrowed" | "Cow::Owned") {
                    return;
                }
                let span = call.paren_token.span.open();
                for (code, argument) in call.args.iter_mut().zip(arguments) {
                    if !is_plain(argument) {
                        let converted = quote!(Convertible::converted);
                        self.rewriter.wrap(code, span, &converted);
                    }
                }
            }
            Term::Some(_) | Term::Array(_) => self.rewriter.used.path(&function.path),
            _ => {}
        }
    }

    /// Proves a value that `format!` formats.
    pub(super) fn prove_shown(&mut self, code: &mut Expr, value: &Term) {
        if !is_plain(value) {
            let span = code.span();
            self.rewriter.wrap(
                code,
                span.resolved_at(Span::call_site()),
                &quote!(Shown::shown),
            );
        }
    }

    /// Proves the names in a pattern.
    pub(super) fn prove_pattern(&mut self, pattern: &Pat) {
        struct Paths<'u>(&'u mut UsedNames);
        impl<'p> Visit<'p> for Paths<'_> {
            fn visit_path(&mut self, path: &'p Path) {
                self.0.path(path);
            }
            fn visit_pat_ident(&mut self, ident: &'p PatIdent) {
                if ident.ident == "None" {
                    self.0.path(&ident.ident.clone().into());
                }
                visit::visit_pat_ident(self, ident);
            }
        }
        Paths(&mut self.rewriter.used).visit_pat(pattern);
    }

    /// Proves `base[index]`.
    pub(super) fn prove_index(&mut self, index: &mut ExprIndex, base: &Term) {
        if kind_of(base) != Some(Kind::List) {
            let span = index.bracket_token.span.open();
            let on = quote!(StandardMethod::<__s::method::index>::on);
            self.rewriter.wrap(&mut index.expr, span, &on);
        }
    }

    /// Proves `-x`, `!x` and `*x`.
    pub(super) fn prove_unary(&mut self, unary: &mut ExprUnary, value: &Term) {
        let span = unary.op.span();
        match unary.op {
            UnOp::Deref(_) => self
                .rewriter
                .wrap(&mut unary.expr, span, &quote!(Points::pointer)),
            UnOp::Not(_) => {
                let is_bool = matches!(value, Term::Not(_)) || kind_of(value) == Some(Kind::Bool);
                if !is_bool {
                    let inverted = quote!(StandardNot::operand);
                    self.rewriter.wrap(&mut unary.expr, span, &inverted);
                }
            }
            _ => {
                let operator = quote!(StandardOperators::operand);
                self.rewriter
                    .operand(&mut unary.expr, value, span, &operator);
            }
        }
    }

    /// Proves an operator, whose sides are resolved.
    pub(super) fn prove_binary(&mut self, expression: &mut Expr, value: Term) -> Term {
        let (Expr::Binary(binary), Term::Binary(_, left, right)) = (&mut *expression, &value)
        else {
            return value;
        };
        let span = binary.op.span();
        let rewriter = &mut self.rewriter;
        let kind = match binary.op {
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) => {
                let computed = quote!(StandardArithmetic::operand);
                rewriter.operand(&mut binary.left, left, span, &computed);
                rewriter.operand(&mut binary.right, right, span, &computed);
                return value;
            }
            // A calculation on the left may be one of decimals.
            BinOp::Div(_) | BinOp::Rem(_) => {
                let divided = quote!(StandardQuotient::operand);
                if !matches!(**left, Term::Literal(_)) {
                    rewriter.wrap(&mut binary.left, span, &divided);
                }
                rewriter.operand(&mut binary.right, right, span, &divided);
                return value;
            }
            BinOp::Eq(_) | BinOp::Ne(_) => Witness::Equal,
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => Witness::PartiallyOrdered,
            _ => return value,
        };
        if is_plain(left) || is_plain(right) {
            // A standard type is compared with a plain value only when it is plain itself.
            let compared = quote!(StandardOperators::operand);
            rewriter.operand(&mut binary.left, left, span, &compared);
            rewriter.operand(&mut binary.right, right, span, &compared);
            return value;
        }
        // `option == None`, on either side.
        let (is_none, option) = match (&**left, &**right) {
            (_, Term::None) => (Some(&mut binary.left), left),
            (Term::None, _) => (Some(&mut binary.right), right),
            _ => (None, left),
        };
        if let Some(code) = is_none {
            if kind_of(option) != Some(Kind::Option) {
                let on = quote!(StandardMethod::<__s::method::is_some>::on);
                rewriter.wrap(code, span, &on);
            }
            return value;
        }
        let index = rewriter.new_witness(kind);
        let witness = witness_name(index);
        let ExprBinary {
            left, right, op, ..
        } = binary;
        // A block at the start of a statement or of an arm would end there.
        let code = quote_spanned!(span=> ({
            let __both = __s::Comparable::both(&(#left), &(#right));
            #witness.owns(__both.0);
            *__both.0 #op *__both.1
        }));
        rewriter.replace(expression, code);
        Term::Checked(index, Box::new(value))
    }
}

impl ExpressionRewriter {
    /// Replaces an expression with code.
    fn replace(&mut self, expression: &mut Expr, code: TokenStream) {
        self.changed();
        *expression = Expr::Verbatim(code);
    }

    /// Refuses a method that advances an iterator in a variable. rustc reports the type.
    pub(super) fn advancing(&mut self, call: &mut ExprMethodCall) {
        let span = call.dot_token.span();
        let name = call.method.unraw().to_string();
        let method = Ident::new(&name, span.resolved_at(Span::call_site()));
        let on = quote!(MethodWithoutPosition::<__s::method::#method>::on_a_variable);
        self.wrap(&mut call.receiver, span, &on);
    }

    /// Requires that the operators of an operand are the standard library's.
    fn operand(&mut self, code: &mut Expr, value: &Term, span: Span, operator: &TokenStream) {
        if !is_plain(value) {
            self.wrap(code, span, operator);
        }
    }

    /// Proves that the receiver of a method has a type of the standard library.
    fn prove_receiver(
        &mut self,
        call: &mut ExprMethodCall,
        kind: Option<Kind>,
        name: &str,
        arguments: &[Term],
    ) {
        let span = call.dot_token.span();
        if let ("sum" | "product", []) = (name, arguments) {
            self.wrap(&mut call.receiver, span, &quote!(Sums::numbers));
        } else if name == "max" && arguments.len() == 1 {
            let first = quote!(StandardMax::first);
            self.wrap_sized(&mut call.receiver, span, &first);
        } else if name == "len" && !kind.is_some_and(|kind| kind.has(name)) {
            self.wrap(&mut call.receiver, span, &quote!(StandardLength::length));
        } else if let ("as_deref" | "cloned" | "copied" | "flatten", []) = (name, arguments)
            && kind != Some(Kind::Iterator)
        {
            let method = Ident::new(name, span.resolved_at(Span::call_site()));
            let on = quote!(StandardOptionMethod::<__s::method::#method>::option);
            self.wrap(&mut call.receiver, span, &on);
        } else if !kind.is_some_and(|kind| kind.has(name)) {
            let method = Ident::new(name, span.resolved_at(Span::call_site()));
            self.wrap(
                &mut call.receiver,
                span,
                &quote!(StandardMethod::<__s::method::#method>::on),
            );
        }
    }

    /// Passes an expression through a function: `__s::StandardOperators::operand(expression)`.
    /// rustc reports a type that does not fit at the expression.
    pub(super) fn wrap(&mut self, code: &mut Expr, span: Span, function: &TokenStream) {
        // The target of `*` may be unsized.
        let has_size = !matches!(without_parentheses(code), Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)));
        if has_size {
            self.wrap_sized(code, span, function);
        } else {
            self.changed();
            let call = call_of(span, function, quote!(&#code));
            *code = Expr::Verbatim(quote!((*#call)));
        }
    }

    /// The same for an expression whose type has a size.
    fn wrap_sized(&mut self, code: &mut Expr, span: Span, function: &TokenStream) {
        self.changed();
        *code = Expr::Verbatim(call_of(span, function, code.to_token_stream()));
    }
}

/// Returns a call of a function of the type block.
fn call_of(span: Span, function: &TokenStream, inner: TokenStream) -> TokenStream {
    let mut argument = Group::new(Delimiter::Parenthesis, inner);
    argument.set_span(span);
    let function = function.clone().into_iter();
    let function = function.map(|token| with_span(token, span));
    let path = quote_spanned!(span=> __s::);
    quote!(#path #(#function)* #argument)
}
