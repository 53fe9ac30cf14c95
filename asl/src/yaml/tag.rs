//! Tags: `!Sub`, `!!str` and the others.

use granit_parser::Tag;

use crate::json::{Json, Number};

/// The effect of a tag on its node.
#[derive(Debug, Clone, Copy)]
pub(super) enum TagEffect {
    /// No effect: there is no tag, or it is `!`, or the tag states the actual type.
    Plain,
    /// `!!str`: always a string.
    Text,
    /// `!!int` and the like: the value of the text, with or without quotes, which must have this
    /// type.
    Core {
        /// The type, as in messages.
        noun: &'static str,
        /// Whether a value has the type.
        fits: fn(&Json) -> bool,
    },
    /// `!Sub`: a string with substitutions.
    Sub,
    /// `!Ref` or `!GetAtt`: a substitution.
    Reference,
}

/// The kind of a node, as far as tags are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Scalar,
    Sequence,
    Mapping,
}

/// The long form of CloudFormation's function that a tag names: `Fn::Sub` for `!Sub`.
pub(super) fn function(tag: &Tag) -> Option<String> {
    let (handle, suffix) = tag.original_parts();
    match suffix {
        _ if handle != "!" => None,
        "" => None,
        // A condition is no function, but has the same syntax.
        "Ref" | "Condition" => Some(suffix.to_owned()),
        name => Some(format!("Fn::{name}")),
    }
}

/// The meaning of a node's tag; an error for an unsupported tag.
pub(super) fn meaning(tag: Option<&Tag>, node: NodeKind) -> Result<TagEffect, String> {
    let Some(tag) = tag else {
        return Ok(TagEffect::Plain);
    };
    let (handle, suffix) = tag.original_parts();
    let written = format!("{handle}{suffix}");
    if let Some(core) = tag.core_suffix() {
        let fits = match (node, core) {
            (NodeKind::Scalar, "str") => Some(TagEffect::Text),
            (NodeKind::Scalar, "int") => Some(core_kind("an integer", |json| {
                json.as_number().is_some_and(Number::is_integer)
            })),
            (NodeKind::Scalar, "float") => {
                Some(core_kind("a number", |json| json.as_number().is_some()))
            }
            (NodeKind::Scalar, "bool") => {
                Some(core_kind("a boolean", |json| json.as_bool().is_some()))
            }
            (NodeKind::Scalar, "null") => Some(core_kind("null", Json::is_null)),
            (NodeKind::Sequence, "seq") | (NodeKind::Mapping, "map") => Some(TagEffect::Plain),
            _ => None,
        };
        return fits.ok_or_else(|| format!("the tag `{written}` does not fit its value"));
    }
    match (written.as_str(), node) {
        ("!", _) => Ok(TagEffect::Plain),
        ("!Sub", NodeKind::Scalar | NodeKind::Sequence) => Ok(TagEffect::Sub),
        ("!Ref", NodeKind::Scalar) | ("!GetAtt", NodeKind::Scalar | NodeKind::Sequence) => {
            Ok(TagEffect::Reference)
        }
        ("!Sub" | "!Ref" | "!GetAtt", _) => {
            Err(format!("the tag `{written}` does not fit its value"))
        }
        (local, _) if local.starts_with("!!") || !local.starts_with('!') => Err(format!(
            "the tag `{written}` has no meaning in a definition"
        )),
        _ => Err(format!(
            "the tag `{written}` is not evaluated in a definition; write `${{Name}}` and define the name in `DefinitionSubstitutions`"
        )),
    }
}

fn core_kind(noun: &'static str, fits: fn(&Json) -> bool) -> TagEffect {
    TagEffect::Core { noun, fits }
}
