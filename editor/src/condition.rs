//! The condition of a Choice rule as parts, in both query languages.

use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::jsonata::{LogicKind, LogicPart, strip};
use stepwright_asl::model::QueryLanguage;

/// The members of a rule that are no part of its condition.
const NOT_CONDITION: [&str; 4] = ["Next", "Comment", "Assign", "Output"];

/// A part of the condition of a Choice rule.
///
/// ```
/// use stepwright_asl::json;
/// use stepwright_asl::jsonata::LogicKind;
/// use stepwright_asl::model::QueryLanguage;
/// use stepwright_editor::ConditionPart;
///
/// let rule = json!({"Condition": "{% $a = 1 and $not($b) %}", "Next": "Done"});
/// let whole = ConditionPart::of(&rule, QueryLanguage::Jsonata).expect("it can be read");
/// assert_eq!(whole.kind, LogicKind::And);
/// assert_eq!(whole.parts[0].condition, json!("{% $a = 1 %}"));
/// assert_eq!(whole.parts[1].parts[0].condition, json!("{% $b %}"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConditionPart {
    /// The kind.
    pub kind: LogicKind,
    /// The part as a condition: an expression in JSONata, an object in JSONPath.
    pub condition: Json,
    /// Pointer to the part in the rule. In JSONata it is that of the whole condition.
    pub pointer: String,
    /// The parts that it combines.
    pub parts: Vec<ConditionPart>,
}

impl ConditionPart {
    /// Reads the condition of a rule; `None` if it has none that can be read.
    pub fn of(rule: &Json, language: QueryLanguage) -> Option<ConditionPart> {
        match language {
            QueryLanguage::Jsonata => {
                let text = strip(rule.get("Condition")?.as_str()?)?;
                Some(of_expression(text, &LogicPart::parse(text).ok()?))
            }
            QueryLanguage::JsonPath => of_object(rule, String::new(), 0),
        }
    }
}

fn of_expression(text: &str, part: &LogicPart) -> ConditionPart {
    let parts = part.parts.iter();
    ConditionPart {
        kind: part.kind,
        condition: expression(&text[part.span.clone()]).into(),
        pointer: "/Condition".to_owned(),
        parts: parts.map(|part| of_expression(text, part)).collect(),
    }
}

fn expression(text: &str) -> String {
    format!("{{% {text} %}}")
}

fn of_object(rule: &Json, pointer: String, level: usize) -> Option<ConditionPart> {
    let members = condition_members(rule.as_object()?);
    let (key, value) = members.iter().next()?;
    let mut kind = group_kind(key).unwrap_or(LogicKind::Test);
    let inner: Vec<(String, &Json)> = match (kind, value) {
        (LogicKind::Not, part) => vec![(format!("{pointer}/Not"), part)],
        (LogicKind::And | LogicKind::Or, Json::Array(items)) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, part)| (format!("{pointer}/{key}/{index}"), part))
                .collect()
        }
        _ => Vec::new(),
    };
    let parts = inner
        .into_iter()
        .filter(|_| level < LogicPart::MOST_LEVELS)
        .map(|(pointer, part)| of_object(part, pointer, level + 1));
    let parts: Option<Vec<ConditionPart>> = parts.collect();
    // A group with a part that cannot be read is one part.
    let parts = parts.filter(|parts| !parts.is_empty()).unwrap_or_else(|| {
        kind = LogicKind::Test;
        Vec::new()
    });
    Some(ConditionPart {
        kind,
        condition: Json::Object(members),
        pointer,
        parts,
    })
}

fn group_kind(key: &str) -> Option<LogicKind> {
    match key {
        "And" => Some(LogicKind::And),
        "Or" => Some(LogicKind::Or),
        "Not" => Some(LogicKind::Not),
        _ => None,
    }
}

/// The members of a rule that are its condition.
pub(crate) fn condition_members(rule: &Object) -> Object {
    let members = rule.iter();
    members
        .filter(|(key, _)| !NOT_CONDITION.contains(&&***key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The part at a path of indices, with the groups around it, the innermost last.
pub(crate) fn part_at<'p, P>(
    whole: &'p P,
    path: &[usize],
    parts: impl Fn(&'p P) -> &'p [P],
) -> Option<(&'p P, Vec<&'p P>)> {
    let mut around = Vec::new();
    let mut part = whole;
    for index in path {
        around.push(part);
        part = parts(part).get(*index)?;
    }
    Some((part, around))
}

/// Pointer to the member `key` of an object.
pub(crate) fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}
