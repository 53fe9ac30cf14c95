//! The shape of an enum.

use super::Fields;
use std::borrow::Cow;

/// An enum: its variants and how serde tells them apart.
#[derive(Clone, Debug)]
pub struct EnumShape {
    /// The name of the Rust type.
    pub name: Cow<'static, str>,
    /// How the variant is written.
    pub tagging: Tagging,
    /// The variants, in the order of the source.
    pub variants: Vec<Variant>,
}

/// How serde writes which variant a value is.
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
    /// The content alone. Such an enum cannot be matched on.
    Untagged,
}

/// One variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub name: Cow<'static, str>,
    /// The name in JSON.
    pub wire: Cow<'static, str>,
    /// What it holds.
    pub fields: Fields,
    /// `#[serde(other)]`: it stands for every name that no other variant has.
    pub other: bool,
    /// `#[serde(untagged)]` on the variant: its content alone.
    pub untagged: bool,
}

impl EnumShape {
    /// Whether a variant is written as text.
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
