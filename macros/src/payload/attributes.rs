//! What serde's attributes say, as far as they shape the JSON.

use super::case::Case;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, LitStr, Path, Result, Token};

/// Where a default comes from.
#[derive(Clone)]
pub(super) enum DefaultValue {
    /// `#[serde(default)]`
    Trait,
    /// `#[serde(default = "path")]`
    Function(Path),
}

/// `#[serde(..)]` on a type.
#[derive(Default)]
pub(super) struct Container {
    pub(super) rename: Option<String>,
    pub(super) rename_all: Option<Case>,
    pub(super) rename_all_fields: Option<Case>,
    pub(super) tag: Option<String>,
    pub(super) content: Option<String>,
    pub(super) untagged: bool,
    pub(super) transparent: bool,
    pub(super) default: Option<DefaultValue>,
    /// `from`, `try_from`, `into`: the JSON is another type's.
    pub(super) converted: bool,
}

/// `#[serde(..)]` on a variant.
#[derive(Default)]
pub(super) struct Variant {
    pub(super) rename: Option<String>,
    pub(super) rename_all: Option<Case>,
    pub(super) skip: bool,
    pub(super) other: bool,
    pub(super) untagged: bool,
    pub(super) opaque: bool,
}

/// `#[serde(..)]` and `#[payload(..)]` on a field.
#[derive(Default)]
pub(super) struct Field {
    pub(super) rename: Option<String>,
    pub(super) skip: bool,
    pub(super) sometimes: bool,
    pub(super) default: Option<DefaultValue>,
    pub(super) flatten: bool,
    pub(super) opaque: bool,
}

impl Container {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Container> {
        let mut read = Container::default();
        each(attributes, &mut |meta| {
            match name(&meta).as_str() {
                "rename" => read.rename = renamed(&meta)?,
                "rename_all" => read.rename_all = case(&meta)?,
                "rename_all_fields" => read.rename_all_fields = case(&meta)?,
                "tag" => read.tag = Some(text(&meta)?.value()),
                "content" => read.content = Some(text(&meta)?.value()),
                "untagged" => read.untagged = true,
                "transparent" => read.transparent = true,
                "default" => read.default = Some(default(&meta)?),
                "from" | "try_from" | "into" => {
                    read.converted = true;
                    ignore(&meta)?;
                }
                _ => ignore(&meta)?,
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl Variant {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Variant> {
        let mut read = Variant::default();
        each(attributes, &mut |meta| {
            match name(&meta).as_str() {
                "rename" => read.rename = renamed(&meta)?,
                "rename_all" => read.rename_all = case(&meta)?,
                "skip" => read.skip = true,
                "other" => read.other = true,
                "untagged" => read.untagged = true,
                "with" | "serialize_with" | "deserialize_with" => {
                    read.opaque = true;
                    ignore(&meta)?;
                }
                _ => ignore(&meta)?,
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl Field {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Field> {
        let mut read = Field::default();
        each(attributes, &mut |meta| {
            match name(&meta).as_str() {
                "rename" => read.rename = renamed(&meta)?,
                "skip" => read.skip = true,
                "skip_serializing" | "skip_deserializing" => read.sometimes = true,
                "skip_serializing_if" => {
                    read.sometimes = true;
                    ignore(&meta)?;
                }
                "default" => read.default = Some(default(&meta)?),
                "flatten" => read.flatten = true,
                "with" | "serialize_with" | "deserialize_with" => {
                    read.opaque = true;
                    ignore(&meta)?;
                }
                _ => ignore(&meta)?,
            }
            Ok(())
        })?;
        for attribute in attributes {
            if attribute.path().is_ident("payload") {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("opaque") {
                        read.opaque = true;
                        Ok(())
                    } else {
                        Err(meta.error("a payload's field takes only `#[payload(opaque)]`"))
                    }
                })?;
            }
        }
        Ok(read)
    }
}

fn each(
    attributes: &[Attribute],
    take: &mut dyn FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attribute in attributes {
        if attribute.path().is_ident("serde") {
            attribute.parse_nested_meta(&mut *take)?;
        }
    }
    Ok(())
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    meta.value()?.parse()
}

/// What does not change the JSON's names: serde's own derive judges it.
fn ignore(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        let _: syn::Expr = meta.value()?.parse()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        let _: proc_macro2::TokenStream = content.parse()?;
    }
    Ok(())
}

fn default(meta: &ParseNestedMeta<'_>) -> Result<DefaultValue> {
    if meta.input.peek(Token![=]) {
        Ok(DefaultValue::Function(text(meta)?.parse()?))
    } else {
        Ok(DefaultValue::Trait)
    }
}

fn renamed(meta: &ParseNestedMeta<'_>) -> Result<Option<String>> {
    Ok(both_ways(meta)?.map(|text| text.value()))
}

fn case(meta: &ParseNestedMeta<'_>) -> Result<Option<Case>> {
    match both_ways(meta)? {
        None => Ok(None),
        Some(text) => Case::from_text(&text.value())
            .map(Some)
            .ok_or_else(|| Error::new(text.span(), "serde knows no such case")),
    }
}

/// `= "x"`, or `(serialize = "x", deserialize = "x")` with the same text: a payload has one JSON form.
fn both_ways(meta: &ParseNestedMeta<'_>) -> Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return text(meta).map(Some);
    }
    let (mut out, mut back): (Option<LitStr>, Option<LitStr>) = (None, None);
    let span = meta.path.span();
    meta.parse_nested_meta(|way| {
        if way.path.is_ident("serialize") {
            out = Some(text(&way)?);
        } else {
            back = Some(text(&way)?);
        }
        Ok(())
    })?;
    match (out, back) {
        (Some(out), Some(back)) if out.value() == back.value() => Ok(Some(out)),
        _ => Err(Error::new(
            span,
            "a payload is written by one task and read by the next, so its names must be the same both ways: give one name \
             for `serialize` and `deserialize`",
        )),
    }
}
