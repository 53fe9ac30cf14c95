//! The static values of a call's arguments.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::strip;

/// The arguments of a call: `Parameters` or `Arguments`, or the input if both are absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallArguments<'a>(pub(super) Option<&'a Json>);

/// The static value of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StaticValue {
    /// A literal string, possibly with `${placeholders}`.
    Literal(String),
    /// A path, an expression or an intrinsic function computes it at run time.
    Computed,
    /// The argument is absent.
    Absent,
}

impl StaticValue {
    /// The literal string, if there is one.
    pub(super) fn literal(self) -> Option<String> {
        match self {
            StaticValue::Literal(text) => Some(text),
            StaticValue::Computed | StaticValue::Absent => None,
        }
    }
}

impl<'a> CallArguments<'a> {
    /// The argument at a path: `Input.S3Uri`.
    pub(super) fn get(&self, path: &str) -> StaticValue {
        self.all(path).swap_remove(0)
    }

    /// The arguments at a path with lists: `Entries[].EventBusName`. Returns at least one.
    pub(super) fn all(&self, path: &str) -> Vec<StaticValue> {
        let Some(json) = self.0 else {
            return vec![StaticValue::Computed];
        };
        let segments = path
            .split('.')
            .map(|segment| segment.trim_end_matches("[]"));
        let mut found = walk(json, &segments.collect::<Vec<_>>());
        if found.is_empty() {
            found.push(StaticValue::Absent);
        }
        found
    }

    /// The literal begin of a computed argument: of `States.Format('/orders/{}', $.id)`, and of the
    /// expression `{% '/orders/' & $states.input.id %}`.
    pub(super) fn begin(&self, name: &str) -> Option<String> {
        let members = self.0?.as_object()?;
        let literal = match (members.get(&format!("{name}.$")), members.get(name)) {
            (Some(intrinsic), _) => {
                let inside = intrinsic.as_str()?.trim().strip_prefix("States.Format(")?;
                let text = inside.trim_start().strip_prefix('\'')?;
                text.split(['\'', '{', '\\']).next()?
            }
            (None, Some(text)) => {
                let expression = strip(text.as_str()?)?.trim();
                let quote = expression
                    .chars()
                    .next()
                    .filter(|one| matches!(one, '\'' | '"'))?;
                let (text, rest) = expression[1..].split_once(quote)?;
                let is_begin = rest.trim_start().starts_with('&') && !text.contains('\\');
                is_begin.then_some(text)?
            }
            (None, None) => return None,
        };
        (!literal.is_empty()).then(|| literal.to_owned())
    }

    /// Whether there is an argument, computed or not.
    pub(super) fn has(&self, path: &str) -> bool {
        self.get(path) != StaticValue::Absent
    }

    /// The names of the top-level arguments, without `.$`.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let members = self.0.and_then(Json::as_object).into_iter().flatten();
        members.map(|(name, _)| name.strip_suffix(".$").unwrap_or(name))
    }

    /// Whether the arguments contain an instance profile: `IamInstanceProfile: {Arn: ..}`, or its
    /// ARN.
    pub(super) fn has_instance_profile(&self) -> bool {
        let mut open: Vec<&Json> = self.0.into_iter().collect();
        while let Some(json) = open.pop() {
            match json {
                Json::Array(items) => open.extend(items),
                Json::Object(members) => {
                    if members.keys().any(|name| name.contains("InstanceProfile")) {
                        return true;
                    }
                    open.extend(members.values());
                }
                Json::String(text) if text.contains(":instance-profile/") => return true,
                _ => {}
            }
        }
        false
    }

    /// Calls a function with each argument on all levels: its own name, and its static value.
    pub(super) fn each(&self, see: &mut dyn FnMut(&str, StaticValue)) {
        // An explicit stack, because the value may nest deeply.
        let mut open: Vec<(&str, &Json)> = self.0.map(|json| ("", json)).into_iter().collect();
        while let Some((name, json)) = open.pop() {
            match json {
                Json::Array(items) => open.extend(items.iter().map(|item| (name, item))),
                Json::Object(members) => {
                    open.extend(members.iter().map(|(name, member)| (name.as_str(), member)))
                }
                leaf => match name.strip_suffix(".$") {
                    Some(name) => see(name, StaticValue::Computed),
                    None => see(name, of(leaf)),
                },
            }
        }
    }
}

/// The static values at a path, through nested lists.
fn walk(json: &Json, path: &[&str]) -> Vec<StaticValue> {
    let mut found = Vec::new();
    let mut open = vec![(json, path)];
    while let Some((json, path)) = open.pop() {
        let given = match (json, path.split_first()) {
            (Json::Array(items), _) => {
                open.extend(items.iter().rev().map(|item| (item, path)));
                continue;
            }
            (leaf, None) => of(leaf),
            (Json::Object(members), Some((first, rest))) => match members.get(*first) {
                Some(member) => {
                    open.push((member, rest));
                    continue;
                }
                None if members.contains_key(&format!("{first}.$")) => StaticValue::Computed,
                None => StaticValue::Absent,
            },
            (Json::String(text), Some(_)) if is_expression(text) => StaticValue::Computed,
            _ => StaticValue::Absent,
        };
        found.push(given);
    }
    found
}

fn of(json: &Json) -> StaticValue {
    match json {
        Json::String(text) if is_expression(text) => match constant(text) {
            Some(text) => StaticValue::Literal(text),
            None => StaticValue::Computed,
        },
        Json::String(text) => StaticValue::Literal(text.clone()),
        Json::Null => StaticValue::Absent,
        Json::Bool(_) | Json::Number(_) => StaticValue::Literal(json.to_string()),
        Json::Array(_) | Json::Object(_) => StaticValue::Computed,
    }
}

fn is_expression(text: &str) -> bool {
    strip(text).is_some()
}

/// The constant string of an expression: `{% 'orders' %}`.
fn constant(text: &str) -> Option<String> {
    let text = strip(text)?.trim();
    let quote = text
        .chars()
        .next()
        .filter(|char| matches!(char, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains([quote, '\\'])).then(|| inner.to_owned())
}
