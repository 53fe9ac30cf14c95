//! The syntax of placeholders.

/// Whether a text is a valid placeholder name: an ASCII letter, then letters, digits and `_`. SAM,
/// CDK and CloudFormation accept such names in `DefinitionSubstitutions`, and Terraform as template
/// variables.
///
/// ```
/// use stepwright_asl::placeholder::is_name;
///
/// assert!(is_name("TopicArn") && is_name("topic_2"));
/// assert!(!is_name("") && !is_name("2nd") && !is_name("topic-arn") && !is_name("Topic.Arn"));
/// ```
pub fn is_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic())
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// The placeholder with a name: `${TopicArn}`.
pub fn text(name: &str) -> String {
    format!("${{{name}}}")
}

/// The placeholder's name if the text consists of a single placeholder.
pub fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    is_name(name).then_some(name)
}

/// The name of the resource whose ARN a placeholder has: `ChargeCard` for `ChargeCardArn`.
pub fn resource_name(placeholder: &str) -> &str {
    placeholder.strip_suffix("Arn").unwrap_or(placeholder)
}

/// The names of the placeholders in a text, in order.
///
/// ```
/// use stepwright_asl::placeholder::names;
///
/// let found: Vec<&str> = names("arn:${Partition}:sns:::${Topic}, ${not one}, ${").collect();
/// assert_eq!(found, ["Partition", "Topic"]);
/// ```
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    found(text).map(|(_, name)| name)
}

/// The placeholders in a text: the offset and the name of each.
pub(super) fn found(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("${").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let name = &rest[..rest.find('}')?];
        is_name(name).then_some((at, name))
    })
}
