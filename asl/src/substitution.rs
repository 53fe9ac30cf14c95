//! `${...}`: what a template engine (SAM, CDK, CloudFormation) fills in before AWS sees the definition.

/// Whether a substitution stands in the text, so that the text is not known yet.
pub(crate) fn is_substitution(text: &str) -> bool {
    text.contains("${")
}
