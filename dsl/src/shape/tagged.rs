//! The shape of an enum.

use super::Fields;
use std::borrow::Cow;

/// An enum: its variants and its tagging.
#[derive(Clone, Debug)]
pub struct EnumShape {
    /// The name of the Rust type.
    pub name: Cow<'static, str>,
    /// How the JSON contains the variant.
    pub tagging: Tagging,
    /// The variants, in the order of the source.
    pub variants: Vec<Variant>,
}

/// How serde serializes the variant of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// `"Variant"` or `{"Variant": content}`: serde's default.
    External,
    /// `{"tag": "Variant", ..fields}`.
    Internal {
        /// The key of the tag.
        tag: Cow<'static, str>,
    },
    /// `{"tag": "Variant", "content": content}`.
    Adjacent {
        /// The key of the tag.
        tag: Cow<'static, str>,
        /// The key of the content.
        content: Cow<'static, str>,
    },
    /// Only the content. Such an enum cannot be matched.
    Untagged,
}

/// One variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub name: Cow<'static, str>,
    /// The name in JSON.
    pub wire: Cow<'static, str>,
    /// Its fields.
    pub fields: Fields,
    /// `#[serde(other)]`: it matches every name that no other variant has.
    pub other: bool,
    /// `#[serde(untagged)]` on the variant: only its content.
    pub untagged: bool,
}

impl EnumShape {
    /// The JSON name of the variant with `#[serde(other)]`.
    pub(crate) fn other_variant(&self) -> Option<&str> {
        let mut variants = self.variants.iter();
        let other = variants.find(|variant| variant.other)?;
        Some(&other.wire)
    }

    /// Whether a variant may be serialized as text.
    pub(super) fn may_be_text(&self, depth: usize) -> bool {
        let mut variants = self.variants.iter();
        variants.any(|variant| {
            let untagged = variant.untagged || self.tagging == Tagging::Untagged;
            match &variant.fields {
                Fields::Unit => self.tagging == Tagging::External && !untagged,
                Fields::Newtype(inner) => untagged && inner.shape.text_within(depth),
                _ => false,
            }
        })
    }
}
