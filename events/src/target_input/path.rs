//! The path of a part of an event.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use stepwright_asl::json::Json;

use super::TargetInputError;

/// The maximum length of a path in characters.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html>
const MAX_PATH_CHARS: usize = 256;

/// A path in an event, as in `$.detail.items[0].sku`.
///
/// EventBridge supports dot notation, array indices and the wildcard `*`. Names have letters,
/// digits, `-`, `_` and `/`.
///
/// ```
/// use stepwright_events::target_input::EventPath;
///
/// assert!("$.detail.items[*].sku".parse::<EventPath>().is_ok());
/// let error = "$.detail['sku']".parse::<EventPath>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "path `$.detail['sku']` is not supported: \
///      brackets contain an index or `*`, as in `[0]`; write a field as `.name` (character 9)"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPath {
    text: String,
    steps: Vec<PathStep>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PathStep {
    /// `.name`
    Field(String),
    /// `[0]`
    Index(usize),
    /// `.*` or `[*]`
    Wildcard,
}

/// The value of a path or of a reserved variable. Its `Display` is compact JSON.
#[derive(Debug)]
pub(super) enum EventValue<'e> {
    One(Cow<'e, Json>),
    /// The values that a path with a wildcard finds. They form an array.
    Matches(Vec<&'e Json>),
}

impl EventPath {
    /// Finds the value at the path.
    ///
    /// Assumption: AWS documents that wildcards are supported, but not their result. As in Jayway's
    /// JsonPath, the library of most JVM services, it is an array of all found values. It is empty
    /// if the container before the first wildcard is empty. Without that container, nothing is
    /// found.
    pub(super) fn find<'e>(&self, event: &'e Json) -> Option<EventValue<'e>> {
        let is_wildcard = |step: &PathStep| *step == PathStep::Wildcard;
        let fixed = self.steps.iter().position(is_wildcard);
        let (fixed, rest) = self.steps.split_at(fixed.unwrap_or(self.steps.len()));
        let start = fixed
            .iter()
            .try_fold(event, |node, step| step.child(node))?;
        if rest.is_empty() {
            return Some(EventValue::One(Cow::Borrowed(start)));
        }
        if !is_container(start) {
            return None;
        }
        let mut nodes = vec![start];
        for step in rest {
            let mut found = Vec::new();
            for node in nodes {
                match (step, node) {
                    (PathStep::Wildcard, Json::Array(items)) => found.extend(items),
                    (PathStep::Wildcard, Json::Object(members)) => found.extend(members.values()),
                    _ => found.extend(step.child(node)),
                }
            }
            nodes = found;
        }
        Some(EventValue::Matches(nodes))
    }
}

impl PathStep {
    /// Parses the first step of a text, and returns it with the remaining text.
    fn parse(text: &str) -> Result<(Self, &str), &'static str> {
        if let Some(inside) = text.strip_prefix('[') {
            let (inside, rest) = inside.split_once(']').ok_or("close `[` with `]`")?;
            if inside == "*" {
                return Ok((Self::Wildcard, rest));
            }
            if inside.is_empty() || !inside.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(
                    "brackets contain an index or `*`, as in `[0]`; write a field as `.name`",
                );
            }
            let index = inside.parse().map_err(|_| "the index is too large")?;
            return Ok((Self::Index(index), rest));
        }
        let name = text
            .strip_prefix('.')
            .ok_or("expected `.` or `[`; names have letters, digits, `-`, `_` and `/`")?;
        if let Some(rest) = name.strip_prefix('*') {
            return Ok((Self::Wildcard, rest));
        }
        let is_end = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '/');
        let (name, rest) = name.split_at(name.find(is_end).unwrap_or(name.len()));
        if name.is_empty() {
            return Err(
                "write a name or `*` after `.`; names have letters, digits, `-`, `_` and `/`",
            );
        }
        Ok((Self::Field(name.to_owned()), rest))
    }

    fn child<'e>(&self, node: &'e Json) -> Option<&'e Json> {
        match self {
            Self::Field(name) => node.get(name),
            Self::Index(index) => node.as_array()?.get(*index),
            Self::Wildcard => None,
        }
    }
}

fn is_container(json: &Json) -> bool {
    matches!(json, Json::Array(_) | Json::Object(_))
}

impl EventValue<'_> {
    pub(super) fn is_container(&self) -> bool {
        match self {
            Self::One(json) => is_container(json),
            Self::Matches(_) => true,
        }
    }
}

impl fmt::Display for EventValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(json) => json.fmt(f),
            Self::Matches(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl FromStr for EventPath {
    type Err = TargetInputError;

    fn from_str(text: &str) -> Result<Self, TargetInputError> {
        let length = text.chars().count();
        let unsupported = |message| TargetInputError::UnsupportedPath {
            path: text.to_owned(),
            message,
        };
        if length > MAX_PATH_CHARS {
            let message = format!("it has {length} characters, and {MAX_PATH_CHARS} are allowed");
            return Err(unsupported(message));
        }
        let error = |rest: &str, message: &str| {
            let character = length - rest.chars().count() + 1;
            unsupported(format!("{message} (character {character})"))
        };
        let mut rest = text
            .strip_prefix('$')
            .ok_or_else(|| error(text, "a path begins with `$`, as in `$.detail`"))?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = PathStep::parse(rest).map_err(|message| error(rest, message))?;
            steps.push(step);
            rest = after;
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

impl fmt::Display for EventPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
