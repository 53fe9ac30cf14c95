//! The types of signatures, which rustc checks once.
//!
//! Generated code names a type of a signature many times. If the type lacks a derive, rustc would
//! report each of them. [`payload`], [`task_return`] and [`task_error`] return a type that is the
//! type of an error then, and [`DerivedType`] that of a type that lacks another derive.

use crate::editor;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, Generics, Path, PathArguments, Type, TypePath, parse_quote};

/// The type that the source declares for a value.
#[derive(Clone)]
pub(crate) struct DeclaredType {
    /// As the user wrote it. Struct literals take their type arguments from it.
    pub(crate) written: Type,
    form: TypeForm,
}

/// How code names a declared type.
#[derive(Clone, Copy)]
enum TypeForm {
    Written,
    Payload,
    /// The output of a return type, which may be an alias of `Result`.
    Returned,
}

impl DeclaredType {
    fn new(written: Type, form: TypeForm) -> DeclaredType {
        DeclaredType { written, form }
    }

    /// The type of a `let`.
    pub(crate) fn of_let(written: Type) -> DeclaredType {
        DeclaredType::new(written, TypeForm::Written)
    }

    /// The type of a signature.
    pub(crate) fn payload(written: Type) -> DeclaredType {
        DeclaredType::new(written, TypeForm::Payload)
    }

    /// The output of a function whose return type is not a `Result` in the source.
    pub(crate) fn returned(written: Type) -> DeclaredType {
        DeclaredType::new(written, TypeForm::Returned)
    }

    /// A text that two types share only if they are equal.
    pub(crate) fn identity(&self) -> String {
        let written = &self.written;
        let tokens = match self.form {
            TypeForm::Written | TypeForm::Payload => quote!(#written),
            TypeForm::Returned => quote!(<#written>::Output),
        };
        tokens.to_string()
    }

    /// The type that `change` returns for the written one.
    pub(crate) fn map(self, change: impl FnOnce(Type) -> Type) -> DeclaredType {
        DeclaredType::new(change(self.written), self.form)
    }
}

impl ToTokens for DeclaredType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let written = &self.written;
        match self.form {
            TypeForm::Written => written.to_tokens(tokens),
            TypeForm::Payload => payload(written).to_tokens(tokens),
            TypeForm::Returned => {
                let ty = task_return(written);
                let span = written.span();
                quote_spanned!(span=> <#ty as ::stepwright::__::TaskReturn>::Output)
                    .to_tokens(tokens);
            }
        }
    }
}

/// The type of a value that states pass.
pub(crate) fn payload(ty: &Type) -> TokenStream {
    checked_payload(ty, "Payload", "shape")
}

/// The return type of a task, which is not a `Result` in the source.
pub(crate) fn task_return(ty: &Type) -> TokenStream {
    checked_payload(ty, "TaskReturn", "into_result")
}

/// The type of an error.
pub(crate) fn task_error(ty: &Type) -> TokenStream {
    checked(ty, "TASK_ERROR", "TaskError", "name")
}

/// Types of the standard library that need no check, so that rustc has less to do.
const PAYLOADS: [&str; 14] = [
    "String", "bool", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "Vec",
    "Option",
];

/// Whether a path is a name of [`PAYLOADS`]. A type of the user with such a name is only not
/// checked here.
fn is_standard(path: &Path) -> bool {
    let name = path.segments.first().filter(|_| path.segments.len() == 1);
    name.is_some_and(|name| PAYLOADS.iter().any(|known| name.ident == known))
}

/// Whether a type consists of payloads of the standard library: `Vec<String>`.
fn is_standard_payload(ty: &Type) -> bool {
    let is_inner = |argument: &GenericArgument| match argument {
        GenericArgument::Type(ty) => is_standard_payload(ty),
        _ => false,
    };
    match ty {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Path(TypePath {
            qself: None, path, ..
        }) if is_standard(path) => path.segments.iter().all(|name| match &name.arguments {
            PathArguments::None => true,
            PathArguments::AngleBracketed(inner) => inner.args.iter().all(is_inner),
            PathArguments::Parenthesized(_) => false,
        }),
        _ => false,
    }
}

fn checked_payload(ty: &Type, implements: &str, method: &str) -> TokenStream {
    if is_standard_payload(ty) {
        ty.to_token_stream()
    } else {
        checked(ty, "PAYLOAD", implements, method)
    }
}

fn checked(ty: &Type, derives: &str, implements: &str, method: &str) -> TokenStream {
    if is_shown() {
        return ty.to_token_stream();
    }
    let span = ty.span();
    let mut named = NamedTypes(Vec::new());
    named.visit_type_mut(&mut ty.clone());
    let named = named.0;
    let derives = Ident::new(derives, span);
    let implements = Ident::new(implements, span);
    let method = Ident::new(method, span);
    // rustc checks the trait of a type with errors only once the other derives are known.
    let derived = quote_spanned! {span=>
        <[(); {
            #[allow(unused_imports)]
            use ::stepwright::__::NotDerived as _;
            #(let _ = ::stepwright::__::AnyType::<#named>::#derives;)*
            0
        }] as ::stepwright::__::CheckedType<#ty>>::Type
    };
    quote_spanned! {span=>
        <[(); {
            let _ = <#derived as ::stepwright::__::#implements>::#method;
            0
        }] as ::stepwright::__::CheckedType<#ty>>::Type
    }
}

/// The generics of the `impl` of a derive, and the `impl` that checks the other derives.
pub(crate) struct DerivedType {
    pub(crate) generics: Generics,
    pub(crate) implementation: TokenStream,
}

/// For `#[derive(Payload)]`.
pub(crate) fn derived_payload(name: &Ident, generics: &Generics) -> DerivedType {
    let traits = quote! {
        ::stepwright::__::serde::Serialize + ::stepwright::__::serde::de::DeserializeOwned
            + ::stepwright::__::schemars::JsonSchema
    };
    derived(name, generics, &traits, ("DerivesPayload", "PayloadTraits"))
}

/// For `#[derive(TaskError)]`.
pub(crate) fn derived_task_error(name: &Ident, generics: &Generics) -> DerivedType {
    let names = ("DerivesTaskError", "TaskErrorTraits");
    derived(name, generics, &quote!(::std::error::Error), names)
}

fn derived(
    name: &Ident,
    generics: &Generics,
    traits: &TokenStream,
    (derive, others): (&str, &str),
) -> DerivedType {
    // More bounds would change what rustc infers for a generic type.
    if is_shown() || !generics.params.is_empty() {
        return DerivedType {
            generics: generics.clone(),
            implementation: TokenStream::new(),
        };
    }
    let span = name.span();
    let (derive, others) = (Ident::new(derive, span), Ident::new(others, span));
    let implementation = quote_spanned! {span=>
        #[automatically_derived]
        impl ::stepwright::__::Derived<::stepwright::__::#derive> for #name {
            const CHECKED: ::core::primitive::usize =
                <#name as ::stepwright::__::#others>::CHECKED;
        }
    };
    // rustc would report the traits that the type lacks once more.
    let mut own = generics.clone();
    own.params.push(parse_quote!('__derive));
    own.make_where_clause()
        .predicates
        .push(parse_quote!(<#name as ::stepwright::__::Itself<'__derive>>::Type: #traits));
    DerivedType {
        generics: own,
        implementation,
    }
}

/// Whether the code is shown: rustdoc and editors show types as the user wrote them.
pub(crate) fn is_shown() -> bool {
    editor::is_here() || editor::is_documentation()
}

/// The types with names in a type, without those of the standard library: `Order` in `Vec<Order>`.
struct NamedTypes(Vec<TypePath>);

impl VisitMut for NamedTypes {
    fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
        if !is_standard(&ty.path) {
            self.0.push(ty.clone());
        }
        visit_mut::visit_type_path_mut(self, ty);
    }
}
