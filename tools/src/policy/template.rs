//! ARN templates with placeholders.

use super::options::PolicyOptions;

/// Replaces the placeholders of a template: those of the account from the options, the others with
/// `value`.
pub(super) fn fill(
    template: &str,
    options: &PolicyOptions,
    value: &mut dyn FnMut(&str) -> String,
) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        match name {
            "partition" | "Partition" => filled.push_str(&options.partition),
            "region" | "Region" => filled.push_str(&options.region),
            "account" | "Account" => filled.push_str(&options.account),
            "stateMachineArn" => filled.push_str(&options.machine_arn()),
            name => filled.push_str(&value(name)),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The names of a template's placeholders that the options do not define.
pub(super) fn undefined_placeholders(template: &str) -> Vec<&str> {
    let pieces = template.split("${").skip(1);
    let names = pieces.filter_map(|piece| Some(piece.split_once('}')?.0));
    names
        .filter(|name| !matches!(*name, "Partition" | "Region" | "Account"))
        .collect()
}

/// Whether a text is a valid IAM resource: `*`, an ARN with all its parts, or a placeholder for
/// one.
pub(super) fn is_resource(text: &str) -> bool {
    let readable = !text.chars().any(char::is_control);
    readable
        && (text == "*"
            || super::names::is_arn(text)
            || text.starts_with("${") && text.contains('}'))
}
