//! The code of a `TaskError` implementation.

use super::attributes::{self, MessagePart};
use crate::checked_type;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Index, Member, Result, parse_quote};

/// One variant, or the struct.
struct ErrorCase {
    /// The pattern's path: `Self::Declined` or `Self`.
    path: TokenStream,
    /// The Rust name.
    variant: String,
    /// The name in ASL.
    error: String,
    /// The serialized fields.
    fields: Vec<CauseFields>,
    /// The template of the message, if it is simple.
    message: Option<Vec<MessagePart>>,
    /// The error inside, if this variant has its name.
    transparent: Option<(Member, syn::Type)>,
}

struct CauseFields {
    member: Member,
    name: String,
    ty: syn::Type,
}

pub(super) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let cases = match &input.data {
        Data::Enum(data) => {
            let mut cases = Vec::new();
            let mut errors: Option<Error> = None;
            for variant in &data.variants {
                let ident = &variant.ident;
                let plain = ident.unraw().to_string();
                let default = format!("{}.{plain}", input.ident.unraw());
                match case(
                    quote!(Self::#ident),
                    plain,
                    default,
                    &variant.attrs,
                    &variant.fields,
                ) {
                    Ok(case) => cases.push(case),
                    Err(error) => match &mut errors {
                        Some(errors) => errors.combine(error),
                        None => errors = Some(error),
                    },
                }
            }
            if let Some(errors) = errors {
                return Err(errors);
            }
            cases
        }
        Data::Struct(data) => {
            let plain = input.ident.unraw().to_string();
            vec![case(
                quote!(Self),
                plain.clone(),
                plain,
                &input.attrs,
                &data.fields,
            )?]
        }
        Data::Union(data) => {
            return Err(Error::new(
                data.union_token.span,
                "a union cannot be a task's error: make it an enum",
            ));
        }
    };
    let implementation = implementation(input, &cases);
    let constructed = constructed(input);
    Ok(quote!(#implementation #constructed))
}

/// Code that constructs each variant: errors of a task that is implemented elsewhere are
/// constructed nowhere else, and rustc would warn about dead code.
fn constructed(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let name = &input.ident;
    let make = |path: TokenStream, fields: &Fields| {
        let members: Vec<_> = fields.members().collect();
        let types = fields.iter().map(|field| &field.ty);
        let values: Vec<_> = (0..members.len())
            .map(|index| format_ident!("__field_{index}"))
            .collect();
        quote! {
            #[allow(dead_code, deprecated, clippy::too_many_arguments)]
            fn __made(#(#values: #types),*) -> #name {
                #path { #(#members: #values),* }
            }
        }
    };
    let made: Vec<_> = match &input.data {
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| {
                let ident = &variant.ident;
                make(quote!(#name::#ident), &variant.fields)
            })
            .collect(),
        Data::Struct(data) => vec![make(quote!(#name), &data.fields)],
        Data::Union(_) => Vec::new(),
    };
    quote!(#(const _: () = { #made };)*)
}

fn case(
    path: TokenStream,
    variant: String,
    default: String,
    attributes: &[syn::Attribute],
    fields: &Fields,
) -> Result<ErrorCase> {
    let error = attributes::name(attributes)?.map_or(default, |name| name.value());
    let transparent = transparent(attributes, fields)?;
    let mut travelling = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        if attributes::travels(field)? {
            let (member, name) = match &field.ident {
                Some(ident) => (Member::Named(ident.clone()), ident.unraw().to_string()),
                None => (Member::Unnamed(Index::from(index)), index.to_string()),
            };
            travelling.push(CauseFields {
                member,
                name,
                ty: field.ty.clone(),
            });
        }
    }
    let message = attributes::message(attributes).filter(|parts| {
        parts.iter().all(|part| match part {
            MessagePart::Text(_) => true,
            MessagePart::Field(name) => travelling
                .iter()
                .any(|field: &CauseFields| field.name == *name),
        })
    });
    Ok(ErrorCase {
        path,
        variant,
        error,
        fields: travelling,
        message,
        transparent,
    })
}

/// The error inside of a variant with `#[task_error(transparent)]`.
fn transparent(
    attributes: &[syn::Attribute],
    fields: &Fields,
) -> Result<Option<(Member, syn::Type)>> {
    if !attributes::is_transparent(attributes) {
        return Ok(None);
    }
    let mut members = fields.members().zip(fields);
    match (members.next(), members.next()) {
        (Some((member, field)), None) if attributes::is_from(field) => {
            Ok(Some((member, field.ty.clone())))
        }
        _ => {
            let span = attributes
                .iter()
                .find(|attribute| attribute.path().is_ident("task_error"));
            Err(Error::new_spanned(
                span,
                "a transparent variant contains one error with `#[from]`: write `#[task_error(transparent)] Payment(#[from] PaymentError)`",
            ))
        }
    }
}

fn implementation(input: &DeriveInput, cases: &[ErrorCase]) -> TokenStream {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    let parameters: Vec<_> = generics.type_params().map(|p| p.ident.clone()).collect();
    if !parameters.is_empty() {
        let (_, arguments, _) = input.generics.split_for_impl();
        let whole = quote!(#name #arguments);
        let bounds = generics.make_where_clause();
        for parameter in parameters {
            bounds
                .predicates
                .push(parse_quote!(#parameter: ::stepwright::__::Payload));
        }
        bounds
            .predicates
            .push(parse_quote!(#whole: ::std::error::Error + ::core::marker::Send + 'static));
    }
    let derived = checked_type::derived_task_error(name, &generics);
    let checked = &derived.implementation;
    let (implementation, _, bounds) = derived.generics.split_for_impl();
    let (_, arguments, _) = generics.split_for_impl();
    let rows = cases
        .iter()
        .filter(|case| case.transparent.is_none())
        .map(row);
    let kept = kept_names(input, cases);
    let variants = variants_inside(cases);
    let (names, causes): (Vec<_>, Vec<_>) = cases.iter().map(arms).unzip();
    // An enum without variants is matched by value.
    let subject = if cases.is_empty() {
        quote!(*self)
    } else {
        quote!(self)
    };
    quote! {
        #[automatically_derived]
        impl #implementation ::stepwright::__::TaskError for #name #arguments #bounds {
            const VARIANTS: &'static [::stepwright::__::ErrorVariant] = &[#(#rows),*];

            #variants

            fn name(&self) -> ::std::borrow::Cow<'static, str> {
                match #subject { #(#names)* }
            }

            fn cause(&self) -> ::std::string::String {
                match #subject { #(#causes)* }
            }
        }

        #kept
        #checked
    }
}

/// The variants of the errors inside of transparent variants.
fn variants_inside(cases: &[ErrorCase]) -> Option<TokenStream> {
    let transparent = cases.iter().filter_map(|case| {
        let (_, ty) = case.transparent.as_ref()?;
        Some((&case.variant, ty))
    });
    let (variants, inner): (Vec<_>, Vec<_>) = transparent.unzip();
    (!inner.is_empty()).then(|| {
        quote! {
            fn variants() -> ::std::vec::Vec<::stepwright::__::ErrorVariant> {
                let mut all = <Self as ::stepwright::__::TaskError>::VARIANTS.to_vec();
                #(all.extend(<#inner as ::stepwright::__::TaskError>::variants());)*
                all
            }

            fn variants_inside(
                variant: &str,
            ) -> ::core::option::Option<::std::vec::Vec<::stepwright::__::ErrorVariant>> {
                match variant {
                    #(#variants => ::core::option::Option::Some(<#inner as ::stepwright::__::TaskError>::variants()),)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

/// The errors that this one passes on under their names: those in transparent variants.
fn kept_names(input: &DeriveInput, cases: &[ErrorCase]) -> TokenStream {
    let name = &input.ident;
    let (implementation, arguments, bounds) = input.generics.split_for_impl();
    let inner = cases.iter().filter_map(|case| {
        let (member, ty) = case.transparent.as_ref()?;
        let path = &case.path;
        Some(quote! {
            #[automatically_derived]
            impl #implementation ::stepwright::__::plain::KeepsName<#ty> for #name #arguments #bounds {
                fn keep(error: #ty) -> Self {
                    #path { #member: error }
                }
            }
        })
    });
    quote!(#(#inner)*)
}

/// The variant's row of the table that `retry` and `catch` read.
fn row(case: &ErrorCase) -> TokenStream {
    let (variant, error) = (&case.variant, &case.error);
    let fields = case.fields.iter().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        // The span of the user's type: rustc reports "cannot be passed between workflow states"
        // there.
        let shape = quote_spanned!(ty.span()=> <#ty as ::stepwright::__::Payload>::shape);
        quote!((#name, #shape))
    });
    let message = match &case.message {
        Some(parts) => {
            let parts = parts.iter().map(|part| match part {
                MessagePart::Text(text) => quote!(::stepwright::__::MessagePiece::Text(#text)),
                MessagePart::Field(name) => quote!(::stepwright::__::MessagePiece::Field(#name)),
            });
            quote!(::core::option::Option::Some(&[#(#parts),*]))
        }
        None => quote!(::core::option::Option::None),
    };
    quote! {
        ::stepwright::__::ErrorVariant {
            variant: #variant,
            error: #error,
            fields: &[#(#fields),*],
            message: #message,
        }
    }
}

/// The variant's arms in `name` and `cause`.
fn arms(case: &ErrorCase) -> (TokenStream, TokenStream) {
    let (path, error) = (&case.path, &case.error);
    if let Some((member, _)) = &case.transparent {
        return (
            quote!(#path { #member: inner } => ::stepwright::__::TaskError::name(inner),),
            quote!(#path { #member: inner } => ::stepwright::__::TaskError::cause(inner),),
        );
    }
    let name = quote!(#path { .. } => ::std::borrow::Cow::Borrowed(#error),);
    let fields = case.fields.iter().enumerate();
    let bindings: Vec<_> = fields
        .map(|(index, field)| format_ident!("__field_{index}", span = field.ty.span()))
        .collect();
    let members = case
        .fields
        .iter()
        .map(|field| field.member.to_token_stream());
    let fields = if case.fields.is_empty() {
        quote!(::core::option::Option::None)
    } else {
        let fields = case.fields.iter().zip(&bindings).map(|(field, binding)| {
            let name = &field.name;
            // The span of the user's type again, so that both uses cause only one message.
            let ty = &field.ty;
            let value =
                quote_spanned!(ty.span()=> <#ty as ::stepwright::__::Payload>::__to_json(#binding));
            quote!((#name, #value))
        });
        quote! {
            ::core::option::Option::Some(::std::vec![#(#fields),*])
        }
    };
    let cause = quote! {
        #path { #(#members: #bindings,)* .. } => ::stepwright::__::cause(
            #error,
            &::std::string::ToString::to_string(self),
            #fields,
        ),
    };
    (name, cause)
}
