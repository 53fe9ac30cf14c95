//! A string that `Fn::Join` builds.

use std::ops::Range;

use crate::json::{Document, escape};

/// Source: CloudFormation's reference of pseudo parameters.
pub(super) const PSEUDO_PARAMETERS: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A string that `Fn::Join` builds. CloudFormation replaces no `${..}` in its parts, so a computed
/// value is a separate item of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedText {
    /// The text between two parts.
    pub delimiter: String,
    /// The items of the list.
    pub parts: Vec<JoinedPart>,
    /// The values in the text that CloudFormation computes, in text order.
    pub values: Vec<JoinedValue>,
    /// Whether the list is in brackets.
    pub is_flow: bool,
    /// Whether the list is still read.
    pub(super) is_open: bool,
}

/// An item of the list of `Fn::Join`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedPart {
    /// The range of its text in the string.
    pub text: Range<usize>,
    /// The range of the item in the file.
    pub source: Range<usize>,
}

/// A value in a string of `Fn::Join` that CloudFormation computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedValue {
    /// The range in the string.
    pub text: Range<usize>,
    /// The value as an item of a list: `{"Fn::GetAtt": ["Charge", "Arn"]}`.
    pub source: String,
}

/// The meaning of a name between `${` and `}` for a definition of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameMeaning {
    /// A key of `DefinitionSubstitutions`, which replaces the text everywhere.
    Substitution,
    /// A resource, a parameter or an attribute, which only a function of the template can read.
    Reference,
    /// The template has nothing of this name.
    Unknown,
}

/// The meaning of a name for the definition of a machine.
pub fn name_meaning(file: &Document, machine: &str, name: &str) -> NameMeaning {
    let properties = format!("/Resources/{}/Properties", escape(machine));
    let substitutions = format!("{properties}/DefinitionSubstitutions/{}", escape(name));
    if file.json().pointer(&substitutions).is_some() {
        return NameMeaning::Substitution;
    }
    let has = |section: &str, name: &str| {
        let section = file.json().get(section);
        section.is_some_and(|section| section.get(name).is_some())
    };
    if has("Resources", name) || has("Parameters", name) || PSEUDO_PARAMETERS.contains(&name) {
        return NameMeaning::Reference;
    }
    match name.split_once('.') {
        Some((resource, _)) if has("Resources", resource) => NameMeaning::Reference,
        _ => NameMeaning::Unknown,
    }
}
