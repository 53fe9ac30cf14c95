//! The signature of a function with `#[expression]`.

use crate::errors::Errors;
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, GenericParam, Ident, ItemFn, Lifetime, Pat, PathArguments, ReturnType, Safety, Type,
    TypeReference, parse_quote,
};

/// The parts of the signature.
pub(super) struct Signature<'f> {
    pub(super) parameters: Vec<Parameter<'f>>,
    /// The type of the result, in which lifetimes have no names.
    pub(super) output: Option<Type>,
}

/// One parameter; `_` has no name.
pub(super) struct Parameter<'f> {
    pub(super) name: Option<&'f Ident>,
    /// Its type, in which lifetimes have no names.
    pub(super) ty: Type,
}

/// Reads the signature, and reports each part that no expression has.
pub(super) fn read<'f>(function: &'f ItemFn, errors: &Errors) -> Signature<'f> {
    let signature = &function.sig;
    let name = &signature.ident;
    if let Some(token) = &signature.asyncness {
        errors.on(
            token,
            "a function with `#[expression]` computes a value without waiting: remove `async`, or use `#[task]`",
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.on(
            token,
            "a function with `#[expression]` is a safe function: remove `unsafe`",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(
            abi,
            "a function with `#[expression]` is a function of Rust: remove `extern`",
        );
    }
    let mut generics = signature.generics.params.iter();
    let generic = generics.find(|one| !matches!(one, GenericParam::Lifetime(_)));
    if let Some(generic) = generic {
        errors.on(
            generic,
            format!("`{name}` has one JSON form, so it has no generic types: write one function for each type"),
        );
    }
    let mut parameters = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.on(
                receiver,
                "a function with `#[expression]` is a free function: write it outside of the `impl`, with a parameter such as `order: &Order` instead of `self`",
            ),
            FnArg::Typed(typed) => {
                let of = match &*typed.pat {
                    Pat::Ident(one) if one.by_ref.is_none() && one.subpat.is_none() => {
                        if let Some(mutable) = &one.mutability {
                            errors.on(mutable, format!("a value of an expression does not change: bind the new value to a new name, `let changed = {};`", one.ident));
                        }
                        Some(&one.ident)
                    }
                    Pat::Wild(_) => None,
                    pattern => {
                        errors.on(pattern, "a parameter of a function with `#[expression]` is a plain name: take its fields in the function");
                        None
                    }
                };
                refuse_type(&typed.ty, errors);
                parameters.push(Parameter {
                    name: of,
                    ty: without_lifetimes(&typed.ty),
                });
            }
        }
    }
    let output = match &signature.output {
        ReturnType::Default => {
            errors.on(
                &signature.ident,
                format!("`{name}` computes nothing: write the type of its value, as in `fn {name}(..) -> i64`"),
            );
            None
        }
        ReturnType::Type(_, ty) => {
            if is_result(ty) {
                errors.on(ty, "an expression has no `Result`: return an `Option` or an enum, or make the function a task");
            }
            refuse_type(ty, errors);
            // The type next to the function does not have its generic types.
            generic.is_none().then(|| without_lifetimes(ty))
        }
    };
    Signature { parameters, output }
}

/// Reports a type that is not one type of JSON.
fn refuse_type(ty: &Type, errors: &Errors) {
    match ty {
        Type::ImplTrait(_) | Type::TraitObject(_) => errors.on(
            ty,
            "a value of an expression has one type, because it is JSON: write the type, such as `Vec<Item>` or `&[Item]`",
        ),
        Type::Reference(TypeReference {
            mutability: Some(_),
            ..
        }) => errors.on(
            ty,
            "an expression cannot change a value: take `&T`, and return the new value",
        ),
        Type::Reference(inner) => refuse_type(&inner.elem, errors),
        _ => {}
    }
}

fn is_result(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| {
        last.ident == "Result" && matches!(last.arguments, PathArguments::AngleBracketed(_))
    }))
}

fn without_lifetimes(ty: &Type) -> Type {
    struct Names;
    impl VisitMut for Names {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = Lifetime::new("'_", lifetime.span());
            }
        }
    }
    let mut ty = ty.clone();
    Names.visit_type_mut(&mut ty);
    ty
}

/// The type of the value that a state passes: `String` for `&str`, `Vec<T>` for `&[T]`, `T` for
/// `&T`.
pub(super) fn owned(ty: &Type) -> Type {
    struct Owned;
    impl VisitMut for Owned {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            while let Type::Reference(inner) = ty {
                *ty = match &*inner.elem {
                    Type::Slice(slice) => {
                        let item = &slice.elem;
                        parse_quote!(::std::vec::Vec<#item>)
                    }
                    Type::Path(path) if path.path.is_ident("str") => {
                        parse_quote!(::std::string::String)
                    }
                    other => other.clone(),
                };
            }
            visit_mut::visit_type_mut(self, ty);
        }
    }
    let mut ty = ty.clone();
    Owned.visit_type_mut(&mut ty);
    ty
}
