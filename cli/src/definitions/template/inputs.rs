//! The values that a deployment to AWS would supply.

use std::collections::HashMap;

/// The values for the evaluation of templates: the options of the command, and where the resources
/// are.
#[derive(Debug, Clone, Default)]
pub(crate) struct TemplateInputs {
    pub(crate) region: String,
    pub(crate) account: String,
    /// `--parameter`: the values of parameters, and of pseudo parameters such as `AWS::StackName`.
    pub(crate) parameters: HashMap<String, String>,
    /// `--resource`: the values of `LogicalId` (`Ref`), `LogicalId.Attribute` (`Fn::GetAtt`) and
    /// dynamic references (`{{resolve:..}}`).
    pub(crate) resources: HashMap<String, String>,
    /// `--import`: the exports of stacks whose templates are not given.
    pub(crate) imports: HashMap<String, String>,
}

/// `NAME=VALUE` from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedValue {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Parses `NAME=VALUE`. The value may be empty, and may contain `=`.
pub(crate) fn named_value(text: &str) -> Result<NamedValue, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok(NamedValue {
            name: name.trim().to_owned(),
            value: value.to_owned(),
        }),
        _ => Err("expected NAME=VALUE, for example Stage=dev".to_owned()),
    }
}
