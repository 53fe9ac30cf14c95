//! The code of a `TaskError` implementation.

use super::attributes;
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

/// Code that constructs each variant: errors of a task that is implemented elsewhere are constructed nowhere else, and rustc would
/// warn about dead code.
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
    Ok(ErrorCase {
        path,
        variant,
        error,
        fields: travelling,
    })
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
    let (implementation, arguments, bounds) = generics.split_for_impl();
    let rows = cases.iter().map(row);
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

            fn name(&self) -> ::std::borrow::Cow<'static, str> {
                match #subject { #(#names)* }
            }

            fn cause(&self) -> ::std::string::String {
                match #subject { #(#causes)* }
            }
        }
    }
}

/// The variant's row of the table that `retry` and `catch` read.
fn row(case: &ErrorCase) -> TokenStream {
    let (variant, error) = (&case.variant, &case.error);
    let fields = case.fields.iter().map(|field| {
        let (name, ty) = (&field.name, &field.ty);
        // The span of the user's type: rustc reports "cannot be passed between workflow states" there.
        let shape = quote_spanned!(ty.span()=> <#ty as ::stepwright::__::Payload>::shape);
        quote!((#name, #shape))
    });
    quote! {
        ::stepwright::__::ErrorVariant {
            variant: #variant,
            error: #error,
            fields: &[#(#fields),*],
        }
    }
}

/// The variant's arms in `name` and `cause`.
fn arms(case: &ErrorCase) -> (TokenStream, TokenStream) {
    let (path, error) = (&case.path, &case.error);
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
