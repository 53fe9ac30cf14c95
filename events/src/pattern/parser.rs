//! The fields of a pattern, and `$or`.

use std::collections::BTreeMap;

use stepwright_asl::json::{Document, Json, Pointer};

use super::error::{ErrorPosition, PatternError};
use super::operators::value_test;
use super::value_test::ValueTest;

/// What the text of a pattern has.
pub(super) struct ParsedPattern {
    /// Each test of a field. `$or` can use one in several alternatives.
    pub(super) fields: Vec<FieldTest>,
    /// The indices of the tests of each alternative, sorted by the path of their field.
    pub(super) alternatives: Vec<Vec<usize>>,
}

/// The tests of a field, of which one must succeed.
#[derive(Debug, Clone)]
pub(super) struct FieldTest {
    /// The names of the field and of those around it, joined by `.`: `detail.state`.
    pub(super) path: String,
    pub(super) tests: Vec<ValueTest>,
}

/// The maximum length of a pattern in characters.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
const MAX_CHARS: usize = 4_096;

/// EventBridge's limit for the alternatives that the lists of `$or` make together.
const MAX_ALTERNATIVES: usize = 1_000;

/// Names that no field in `$or` has, because event-ruler reserves them.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Parses the text of a pattern.
pub(super) fn parse(text: &str) -> Result<ParsedPattern, PatternError> {
    let length = text.chars().count();
    if length > MAX_CHARS {
        let message = format!("the pattern has {length} characters, and 4,096 are allowed");
        let error = PatternError::new(message, None);
        return Err(error.with_help("make several rules of this one"));
    }
    let document = Document::parse(text).map_err(|error| {
        let position = error.position;
        PatternError::new(error.message, position)
    })?;
    let mut parser = PatternParser {
        positions: ErrorPosition(&document),
        fields: Vec::new(),
    };
    let root = Node {
        json: document.json(),
        pointer: Pointer::default(),
        is_in_or: false,
    };
    let Json::Object(_) = root.json else {
        let error = parser.error(&root.pointer, "Filter is not an object");
        return Err(
            error.with_help("write an object with a field, as in `{\"source\": [\"shop\"]}`")
        );
    };
    let mut alternatives = vec![Alternative::new()];
    parser.object(&root, "", &mut alternatives)?;
    let alternatives = alternatives.into_iter();
    Ok(ParsedPattern {
        fields: parser.fields,
        alternatives: alternatives
            .map(|alternative| alternative.into_values().collect())
            .collect(),
    })
}

/// The tests that must all succeed: their indices by the path of their field.
type Alternative = BTreeMap<String, usize>;

/// An object of a pattern.
struct Node<'d> {
    json: &'d Json,
    pointer: Pointer<'d>,
    is_in_or: bool,
}

struct PatternParser<'d> {
    positions: ErrorPosition<'d>,
    fields: Vec<FieldTest>,
}

impl<'d> PatternParser<'d> {
    fn error(&self, pointer: &Pointer<'_>, message: impl Into<String>) -> PatternError {
        self.positions.error(pointer, message)
    }

    /// Adds the fields of an object to each alternative.
    fn object(
        &mut self,
        node: &Node<'d>,
        path: &str,
        alternatives: &mut Vec<Alternative>,
    ) -> Result<(), PatternError> {
        let members = node.json.as_object().into_iter().flatten();
        let mut is_empty = true;
        for (name, json) in members {
            is_empty = false;
            let pointer = node.pointer.key(name);
            if name == "$or" {
                self.or(json, &pointer, path, alternatives)?;
                continue;
            }
            if node.is_in_or && RESERVED.contains(&name.as_str()) {
                return Err(self.error(
                    &pointer,
                    format!("{name} is Ruler reserved fieldName which cannot be used inside $or."),
                ));
            }
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            match json {
                Json::Object(_) => {
                    let node = Node {
                        json,
                        pointer,
                        is_in_or: node.is_in_or,
                    };
                    self.object(&node, &path, alternatives)?;
                }
                Json::Array(items) => {
                    let tests = self.field(items, &pointer)?;
                    for alternative in alternatives.iter_mut() {
                        alternative.insert(path.clone(), self.fields.len());
                    }
                    self.fields.push(FieldTest { path, tests });
                }
                value => {
                    let message = format!("\"{name}\" must be an object or an array");
                    let error = self.error(&pointer, message);
                    return Err(error.with_help(format!("write `[{value}]`")));
                }
            }
        }
        if is_empty {
            return Err(self.error(&node.pointer, "Empty objects are not allowed"));
        }
        Ok(())
    }

    /// Multiplies the alternatives by the objects of a list.
    fn or(
        &mut self,
        json: &'d Json,
        pointer: &Pointer<'d>,
        path: &str,
        alternatives: &mut Vec<Alternative>,
    ) -> Result<(), PatternError> {
        let Json::Array(items) = json else {
            return Err(self.error(pointer, "It must be an Array followed with $or."));
        };
        let before = std::mem::take(alternatives);
        for (index, json) in items.iter().enumerate() {
            let pointer = pointer.index(index);
            let Json::Object(_) = json else {
                return Err(self.error(
                    &pointer,
                    "Only JSON object is allowed in array of $or relationship.",
                ));
            };
            let node = Node {
                json,
                pointer,
                is_in_or: true,
            };
            let mut added = before.clone();
            self.object(&node, path, &mut added)?;
            if alternatives.len() + added.len() > MAX_ALTERNATIVES {
                let error = self.error(
                    &node.pointer,
                    format!("the lists of $or have more than {MAX_ALTERNATIVES} combinations"),
                );
                return Err(error.with_help("make several rules of this one"));
            }
            alternatives.append(&mut added);
        }
        if items.len() < 2 {
            return Err(self.error(
                pointer,
                "There must have at least 2 Objects in $or relationship.",
            ));
        }
        Ok(())
    }

    fn field(
        &self,
        items: &'d [Json],
        pointer: &Pointer<'d>,
    ) -> Result<Vec<ValueTest>, PatternError> {
        if items.is_empty() {
            return Err(self.error(pointer, "Empty arrays are not allowed"));
        }
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| value_test(self.positions, item, &pointer.index(index)))
            .collect()
    }
}
