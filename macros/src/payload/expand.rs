//! The code of a `Payload` implementation.

use super::attributes::{self, Container, CustomFunctions, DefaultValue};
use super::case::NameCase;
use crate::checked_type;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, Result, parse_quote};

pub(super) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::read(&input.attrs)?;
    let shape = match (&container.converted, &input.data) {
        (Some(attribute), _) => custom(attribute, false),
        (None, Data::Struct(data)) => expand_struct(input, &container, &data.fields)?,
        (None, Data::Enum(data)) => expand_enum(input, &container, data)?,
        (None, Data::Union(data)) => {
            return Err(Error::new(
                data.union_token.span,
                "a union cannot be passed between workflow states: make it an enum",
            ));
        }
    };
    let name = &input.ident;
    let mut generics = input.generics.clone();
    if let Some(lifetime) = generics.lifetimes().next() {
        return Err(Error::new(
            lifetime.span(),
            "a payload owns its data, because it arrives as JSON: use `String` for `&str`, `Vec<T>` for `&[T]`",
        ));
    }
    let parameters: Vec<_> = generics.type_params().map(|p| p.ident.clone()).collect();
    if !parameters.is_empty() {
        let bounds = generics.make_where_clause();
        for parameter in parameters {
            bounds
                .predicates
                .push(parse_quote!(#parameter: ::stepwright::__::Payload));
        }
    }
    let derived = checked_type::derived_payload(name, &generics);
    let checked = &derived.implementation;
    let (own, _, own_bounds) = derived.generics.split_for_impl();
    let (implementation, arguments, bounds) = generics.split_for_impl();
    let untagged = (container.untagged && container.converted.is_none()).then(|| {
        quote! {
            #[automatically_derived]
            impl #implementation __shape::UntaggedEnum for #name #arguments #bounds {}
        }
    });
    Ok(quote! {
        const _: () = {
            #[allow(unused_imports)]
            use ::stepwright::__::{shape as __shape, wire as __wire};
            #[automatically_derived]
            impl #own ::stepwright::__::Payload for #name #arguments #own_bounds {
                fn shape() -> __shape::Shape {
                    #shape
                }
                #[allow(deprecated, unused_imports, noop_method_call, suspicious_double_ref_op, clippy::all, clippy::pedantic)]
                fn __method_copies(&self) -> [(&'static ::core::primitive::str, ::core::option::Option<Self>); 2] {
                    use __shape::{OtherResult as _, ResultOfType as _};
                    [
                        ("clone", (&&__shape::MethodResult::<_, Self>::new(self.clone())).value()),
                        ("to_owned", (&&__shape::MethodResult::<_, Self>::new(self.to_owned())).value()),
                    ]
                }
            }
            #[automatically_derived]
            impl #implementation __shape::Form for #name #arguments #bounds {
                type Owned = Self;
            }
            #untagged
            #checked
        };
    })
}

fn expand_struct(
    input: &DeriveInput,
    container: &Container,
    fields: &Fields,
) -> Result<TokenStream> {
    let rust_name = input.ident.unraw().to_string();
    let scope = PayloadScope {
        rename_all: container.rename_all,
        container_default: container.default.as_ref(),
        in_variant: false,
    };
    let fields = if container.transparent {
        transparent(&scope, fields)?
    } else {
        expand_fields(&scope, fields)?
    };
    let tag = match &container.tag {
        Some(tag) => {
            let wire = container.rename.as_ref().unwrap_or(&rust_name);
            quote!(::core::option::Option::Some((#tag.into(), #wire.into())))
        }
        None => quote!(::core::option::Option::None),
    };
    Ok(quote! {
        __shape::Shape::Struct(__shape::StructShape {
            name: #rust_name.into(),
            fields: #fields,
            tag: #tag,
        })
    })
}

fn expand_enum(input: &DeriveInput, container: &Container, data: &DataEnum) -> Result<TokenStream> {
    let rust_name = input.ident.unraw().to_string();
    let tagging = match (&container.tag, &container.content) {
        _ if container.untagged => quote!(Untagged),
        (Some(tag), Some(content)) => {
            quote!(Adjacent { tag: #tag.into(), content: #content.into() })
        }
        (Some(tag), None) => quote!(Internal { tag: #tag.into() }),
        (None, _) => quote!(External),
    };
    let mut variants = Vec::new();
    for variant in &data.variants {
        let read = attributes::Variant::read(&variant.attrs)?;
        if read.skip {
            continue;
        }
        let name = variant.ident.unraw().to_string();
        let wire = read.rename.clone().unwrap_or_else(|| {
            container
                .rename_all
                .map_or_else(|| name.clone(), |case| case.variant(&name))
        });
        let scope = PayloadScope {
            rename_all: read.rename_all.or(container.rename_all_fields),
            container_default: None,
            in_variant: true,
        };
        let fields = if let Some(form) = &read.custom {
            let shape = custom(&form.attribute, true);
            quote! {
                __shape::Fields::Newtype(::std::boxed::Box::new(__shape::Field {
                    name: "0".into(),
                    wire: "0".into(),
                    shape: #shape,
                    flatten: false,
                    is_redacted: false,
                    presence: __shape::Presence::Always,
                }))
            }
        } else {
            expand_fields(&scope, &variant.fields)?
        };
        let (other, untagged) = (read.other, read.untagged);
        variants.push(quote! {
            __shape::Variant {
                name: #name.into(),
                wire: #wire.into(),
                fields: #fields,
                other: #other,
                untagged: #untagged,
            }
        });
    }
    Ok(quote! {
        __shape::Shape::Enum(__shape::EnumShape {
            name: #rust_name.into(),
            tagging: __shape::Tagging::#tagging,
            variants: ::std::vec![#(#variants),*],
        })
    })
}

/// The shape of a value that the user's functions serialize.
fn custom(attribute: &str, of_field: bool) -> TokenStream {
    quote! {
        __shape::Shape::Custom(__shape::CustomForm {
            attribute: #attribute,
            module: ::core::module_path!(),
            of_field: #of_field,
        })
    }
}

/// The context of a field: attributes of its type and variant.
struct PayloadScope<'a> {
    rename_all: Option<NameCase>,
    container_default: Option<&'a DefaultValue>,
    in_variant: bool,
}

fn expand_fields(scope: &PayloadScope<'_>, fields: &Fields) -> Result<TokenStream> {
    Ok(match fields {
        Fields::Unit => quote!(__shape::Fields::Unit),
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            let field = expand_field(scope, 0, &unnamed.unnamed[0])?;
            quote!(__shape::Fields::Newtype(::std::boxed::Box::new(#field)))
        }
        Fields::Unnamed(unnamed) => {
            let fields = each(scope, unnamed.unnamed.iter())?;
            quote!(__shape::Fields::Tuple(::std::vec![#(#fields),*]))
        }
        Fields::Named(named) => {
            let fields = each(scope, named.named.iter())?;
            quote!(__shape::Fields::Named(::std::vec![#(#fields),*]))
        }
    })
}

fn each<'a>(
    scope: &PayloadScope<'_>,
    fields: impl Iterator<Item = &'a Field>,
) -> Result<Vec<TokenStream>> {
    fields
        .enumerate()
        .map(|(index, field)| expand_field(scope, index, field))
        .collect()
}

/// `#[serde(transparent)]`: the only field that is not skipped is the value.
fn transparent(scope: &PayloadScope<'_>, fields: &Fields) -> Result<TokenStream> {
    for (index, field) in fields.iter().enumerate() {
        if !attributes::PayloadField::read(field)?.skip && !is_phantom(field) {
            let field = expand_field(scope, index, field)?;
            return Ok(quote!(__shape::Fields::Newtype(::std::boxed::Box::new(#field))));
        }
    }
    Ok(quote!(__shape::Fields::Unit))
}

fn is_phantom(field: &Field) -> bool {
    match &field.ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "PhantomData"),
        _ => false,
    }
}

fn expand_field(scope: &PayloadScope<'_>, index: usize, field: &Field) -> Result<TokenStream> {
    let read = attributes::PayloadField::read(field)?;
    let ty = &field.ty;
    let name = match &field.ident {
        Some(ident) => ident.unraw().to_string(),
        None => index.to_string(),
    };
    let wire = match (&read.rename, &field.ident, scope.rename_all) {
        (Some(rename), ..) => rename.clone(),
        (None, Some(_), Some(case)) => case.field(&name),
        _ => name.clone(),
    };
    let shape = if let Some(form) = &read.custom {
        custom(&form.attribute, true)
    } else if read.skip || read.opaque && scope.in_variant {
        quote!(__shape::Shape::Any)
    } else if read.opaque && field.ident.is_some() && !read.flatten {
        quote!(__shape::Shape::Lazy(|| __wire::property::<Self>(#wire)))
    } else if read.opaque {
        quote!(__shape::Shape::Lazy(__wire::schema::<#ty>))
    } else {
        // The span of the user's type: rustc reports "cannot be passed between workflow states"
        // there.
        let payload = quote_spanned!(ty.span()=> <#ty as ::stepwright::__::Payload>::shape);
        quote!(__shape::Shape::Lazy(#payload))
    };
    let some = |value: TokenStream| {
        let value = match &read.custom {
            Some(CustomFunctions { write, .. }) => {
                quote!(__wire::written(&#value, |value, to| #write(value, to)))
            }
            None => quote!(__wire::value(&#value)),
        };
        quote!(::core::option::Option::Some(|| #value))
    };
    let default = match (&read.default, scope.container_default) {
        (Some(DefaultValue::Function(path)), _) => {
            let path = quote_spanned!(path.span()=> #path());
            some(quote!({ let value: #ty = #path; value }))
        }
        (Some(DefaultValue::Trait), _) => {
            some(quote!(<#ty as ::core::default::Default>::default()))
        }
        (None, Some(container)) => {
            let whole = match container {
                DefaultValue::Trait => quote!(<Self as ::core::default::Default>::default()),
                DefaultValue::Function(path) => quote!(#path()),
            };
            let member = match &field.ident {
                Some(ident) => ident.to_token_stream(),
                None => syn::Index::from(index).to_token_stream(),
            };
            some(quote!({ let whole: Self = #whole; whole }.#member))
        }
        (None, None) => quote!(::core::option::Option::None),
    };
    let optional = read.sometimes || read.default.is_some() || scope.container_default.is_some();
    let presence = if read.skip {
        // The type of a skipped field may lack serde's traits; then the field cannot be read
        // either.
        quote!(Never)
    } else if read.omits_none {
        quote!(Omitted(#default))
    } else if optional {
        quote!(Sometimes(#default))
    } else {
        quote!(Always)
    };
    let (flatten, is_redacted) = (read.flatten, read.is_redacted);
    Ok(quote! {
        __shape::Field {
            name: #name.into(),
            wire: #wire.into(),
            shape: #shape,
            flatten: #flatten,
            is_redacted: #is_redacted,
            presence: __shape::Presence::#presence,
        }
    })
}
