//! serde's attributes, as far as they change the JSON.

use super::case::NameCase;
use proc_macro2::{Ident, Span};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, ExprPath, LitStr, Path, Result, Token};

/// The source of a default.
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
    pub(super) rename_all: Option<NameCase>,
    pub(super) rename_all_fields: Option<NameCase>,
    pub(super) tag: Option<String>,
    pub(super) content: Option<String>,
    pub(super) untagged: bool,
    pub(super) transparent: bool,
    pub(super) default: Option<DefaultValue>,
    /// The attribute, as written, if `from`, `try_from` and `into` name the type of the JSON.
    pub(super) converted: Option<String>,
}

/// `#[serde(..)]` on a variant.
#[derive(Default)]
pub(super) struct Variant {
    pub(super) rename: Option<String>,
    pub(super) rename_all: Option<NameCase>,
    pub(super) skip: bool,
    pub(super) other: bool,
    pub(super) untagged: bool,
    pub(super) custom: Option<CustomFunctions>,
}

/// User functions that serialize and deserialize a field or a variant.
pub(super) struct CustomFunctions {
    /// The attribute as written in the source: `with = "as_text"`.
    pub(super) attribute: String,
    /// The function that serializes.
    pub(super) write: ExprPath,
}

/// `#[serde(..)]` and `#[payload(..)]` on a field.
#[derive(Default)]
pub(super) struct PayloadField {
    pub(super) rename: Option<String>,
    pub(super) skip: bool,
    pub(super) sometimes: bool,
    /// serde omits it if it is `None`.
    pub(super) omits_none: bool,
    pub(super) default: Option<DefaultValue>,
    pub(super) flatten: bool,
    pub(super) opaque: bool,
    pub(super) is_redacted: bool,
    pub(super) custom: Option<CustomFunctions>,
}

impl Container {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Container> {
        let mut read = Container::default();
        let (mut from, mut into) = (None, None);
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
                "from" | "try_from" => from = Some((meta.path.span(), text(&meta)?.value())),
                "into" => into = Some((meta.path.span(), text(&meta)?.value())),
                "remote" => {
                    return Err(meta.error(
                        "`remote` makes serde write a different type, which does not implement `Payload`: derive `Payload` on \
                         your own type with the same fields",
                    ));
                }
                "field_identifier" | "variant_identifier" => {
                    return Err(meta.error(
                        "serde only reads this enum, but a payload is also written: remove its `Payload`",
                    ));
                }
                // `deny_unknown_fields`, `bound`, `crate` and `expecting` do not change the JSON.
                _ => ignore(&meta)?,
            }
            Ok(())
        })?;
        read.converted = converted(from, into)?;
        Ok(read)
    }
}

impl Variant {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Variant> {
        let mut read = Variant::default();
        let mut with = SerdeFunctions::default();
        each(attributes, &mut |meta| {
            match name(&meta).as_str() {
                "rename" => read.rename = renamed(&meta)?,
                "rename_all" => read.rename_all = case(&meta)?,
                "skip" => read.skip = true,
                "other" => read.other = true,
                "untagged" => read.untagged = true,
                other => with.read(other, &meta, "variant")?,
            }
            Ok(())
        })?;
        read.custom = with.both()?;
        Ok(read)
    }
}

impl PayloadField {
    pub(super) fn read(field: &syn::Field) -> Result<PayloadField> {
        let attributes = &field.attrs;
        let mut read = PayloadField::default();
        let mut with = SerdeFunctions::default();
        each(attributes, &mut |meta| {
            match name(&meta).as_str() {
                "rename" => read.rename = renamed(&meta)?,
                "skip" => read.skip = true,
                "skip_serializing_if" => {
                    read.sometimes = true;
                    let predicate: LitStr = meta.value()?.parse()?;
                    let predicate = predicate.value();
                    read.omits_none = predicate.rsplit("::").next() == Some("is_none");
                }
                "default" => read.default = Some(default(&meta)?),
                "flatten" => read.flatten = true,
                other => with.read(other, &meta, "field")?,
            }
            Ok(())
        })?;
        read.custom = with.both()?;
        for attribute in attributes {
            if attribute.path().is_ident("payload") {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("opaque") {
                        read.opaque = true;
                        Ok(())
                    } else if meta.path.is_ident("redact") {
                        read.is_redacted = true;
                        redactable(field, read.flatten).map_err(|reason| meta.error(reason))
                    } else {
                        Err(meta.error("expected `#[payload(opaque)]` or `#[payload(redact)]`"))
                    }
                })?;
            }
        }
        Ok(read)
    }
}

/// Checks that the values of a field can be found by its name in the JSON.
fn redactable(field: &syn::Field, flatten: bool) -> std::result::Result<(), &'static str> {
    if field.ident.is_none() {
        Err(
            "a value is redacted by the name of its field, and this field has no name in the JSON: put the attribute on each \
             field of this type",
        )
    } else if flatten {
        Err(
            "a value is redacted by the name of its field, and a flattened field has no name in the JSON: put the attribute \
             on the fields of its type",
        )
    } else {
        Ok(())
    }
}

/// The attributes that set how a field or a variant is serialized and deserialized.
#[derive(Default)]
struct SerdeFunctions {
    /// `with`
    both: Option<LitStr>,
    /// `serialize_with`
    out: Option<LitStr>,
    /// `deserialize_with`
    back: Option<Span>,
}

impl SerdeFunctions {
    /// Parses attributes that fields and variants share; refuses attributes that apply in only one
    /// direction.
    fn read(&mut self, name: &str, meta: &ParseNestedMeta<'_>, of: &str) -> Result<()> {
        match name {
            "with" => {
                self.both = Some(text(meta)?);
                return Ok(());
            }
            "serialize_with" => {
                self.out = Some(text(meta)?);
                return Ok(());
            }
            "deserialize_with" => self.back = Some(meta.path.span()),
            "alias" => {
                return Err(meta.error(format!(
                    "a workflow reads a {of} by one name, but its JSON may have the name of an `alias`: use a single name, or \
                     read the other JSON in a separate task with a separate type"
                )));
            }
            "skip_serializing" | "skip_deserializing" => {
                return Err(meta.error(format!(
                    "a payload is written by one task and read by the next, so a {of} is both written and read, or neither: \
                     `skip` leaves it out, {}",
                    if of == "field" {
                        "`skip_serializing_if` with `default` leaves out some values"
                    } else {
                        "or use two types, one with each set of variants"
                    }
                )));
            }
            "getter" => {
                return Err(meta.error("`getter` belongs to `remote`, which a payload cannot have"));
            }
            // `bound` and `borrow` do not change the JSON.
            _ => {}
        }
        ignore(meta)
    }

    /// The user's functions that serialize and deserialize it.
    fn both(self) -> Result<Option<CustomFunctions>> {
        match (self.out, self.back) {
            (None, None) => self
                .both
                .as_ref()
                .map(CustomFunctions::of_module)
                .transpose(),
            (Some(write), Some(_)) => Ok(Some(CustomFunctions {
                attribute: format!("serialize_with = {:?}", write.value()),
                write: write.parse()?,
            })),
            (out, back) => Err(Error::new(
                out.map(|text| text.span())
                    .or(back)
                    .unwrap_or_else(Span::call_site),
                "a payload is written by one task and read by the next: give `serialize_with` and `deserialize_with` \
                 together, or `with`",
            )),
        }
    }
}

impl CustomFunctions {
    /// `with = "module"`
    fn of_module(module: &LitStr) -> Result<CustomFunctions> {
        let mut write: ExprPath = module.parse()?;
        let serialize = Ident::new("serialize", module.span());
        write.path.segments.push(serialize.into());
        Ok(CustomFunctions {
            attribute: format!("with = {:?}", module.value()),
            write,
        })
    }
}

/// The attribute `into`, if `from` (or `try_from`) and `into` name the same type.
fn converted(from: Option<(Span, String)>, into: Option<(Span, String)>) -> Result<Option<String>> {
    match (from, into) {
        (None, None) => Ok(None),
        (Some((_, from)), Some((_, into))) if from.replace(' ', "") == into.replace(' ', "") => {
            Ok(Some(format!("into = {into:?}")))
        }
        (Some((span, _)), _) | (None, Some((span, _))) => Err(Error::new(
            span,
            "a payload is written by one task and read by the next, so its JSON has one form: give `from` (or `try_from`) \
             and `into` with the same type",
        )),
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

/// Skips attributes that do not change the JSON's names: serde's own derive checks them.
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

fn case(meta: &ParseNestedMeta<'_>) -> Result<Option<NameCase>> {
    match both_ways(meta)? {
        None => Ok(None),
        Some(text) => NameCase::from_text(&text.value())
            .map(Some)
            .ok_or_else(|| Error::new(text.span(), "serde has no such case")),
    }
}

/// `= "x"`, or `(serialize = "x", deserialize = "x")` with the same text: a payload has one JSON
/// form.
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
            "a payload is written by one task and read by the next: give the same name for `serialize` and \
             `deserialize`",
        )),
    }
}
