//! The outputs of services: the tables of `models/`, which `models/derive.py` generates and
//! documents.

use std::str::Lines;

use stepwright_interpreter::task::IntegrationPattern;
use stepwright_interpreter::value::{Object, Value};

use stepwright_engine::task::Resource;

/// How strictly a result is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Required members must exist, and all members must be valid.
    Required,
    /// Existing members must be valid.
    Present,
}

/// Checks a mocked result against the integration's output. Integrations without a table accept any
/// JSON, as do functions, activities and callbacks, whose results their authors define.
pub(super) fn check(
    resource: &Resource,
    result: &Value,
    strictness: Strictness,
) -> Result<(), String> {
    match Table::of(resource) {
        Some((table, kind)) => table.value("", kind, result, strictness),
        None => Ok(()),
    }
}

macro_rules! tables {
    ($($service:literal)*) => {
        &[$(($service, include_str!(concat!("models/", $service, ".txt")))),*]
    };
}

/// The `aws-sdk:` services.
const SDK: &[(&str, &str)] = tables!(
    "athena" "batch" "bedrockruntime" "cloudformation" "cloudwatch" "cloudwatchlogs" "comprehend" "dynamodb" "ec2" "ecs"
    "emrserverless" "eventbridge" "firehose" "glue" "kinesis" "kms" "lambda" "polly" "rds" "rdsdata" "redshiftdata"
    "rekognition" "s3" "scheduler" "secretsmanager" "ses" "sesv2" "sfn" "sns" "sqs" "ssm" "sts" "textract" "transcribe"
    "translate"
);

/// The optimised integrations, by `service:action`.
const OPTIMIZED: &str = include_str!("models/optimized.txt");

/// The structures of one table.
#[derive(Clone)]
struct Table {
    structures: Lines<'static>,
}

impl Table {
    /// Returns the table of an integration, and the type of its result.
    fn of(resource: &Resource) -> Option<(Self, &'static str)> {
        if resource.pattern() == IntegrationPattern::WaitForTaskToken {
            return None;
        }
        let action = resource.action();
        let (text, key) = match resource.service().strip_prefix("aws-sdk:") {
            Some(service) => {
                let (_, text) = SDK.iter().find(|(known, _)| *known == service)?;
                (*text, action.to_owned())
            }
            None => (OPTIMIZED, format!("{}:{action}", resource.service())),
        };
        let mut lines = text.lines();
        let kind = lines
            .by_ref()
            .take_while(|line| *line != "=")
            .find_map(|line| {
                let (action, kind) = line.split_once(' ')?;
                (action == key).then_some(kind)
            })?;
        let mut structures = text.lines();
        structures.by_ref().find(|line| *line == "=");
        Some((Self { structures }, kind))
    }

    fn value(
        &self,
        name: &str,
        kind: &str,
        value: &Value,
        strictness: Strictness,
    ) -> Result<(), String> {
        let Some(letter) = kind.chars().next() else {
            return Ok(());
        };
        let rest = &kind[letter.len_utf8()..];
        let must = |what: &str| Err(format!("Field '{name}' must be {what}"));
        match letter {
            's' => match value {
                Value::Str(text) => length(name, rest, text.chars().count()),
                _ => must("a string"),
            },
            'e' => match value {
                Value::Str(text) if rest.split('|').any(|known| known == text.as_str()) => Ok(()),
                Value::Str(_) => Err(format!("Field '{name}' is not an expected value")),
                _ => must("a string"),
            },
            'n' => match value.as_f64() {
                Some(number) => bounds(name, rest, number),
                None => must("a number"),
            },
            'b' => match value {
                Value::Bool(_) => Ok(()),
                _ => must("a boolean"),
            },
            '[' => {
                let Some(items) = value.as_array() else {
                    return must("an array");
                };
                let is_bound = |c: char| c.is_ascii_digit() || c == '~';
                let kind = rest.trim_start_matches(is_bound);
                let items = items.as_slice();
                length(name, &rest[..rest.len() - kind.len()], items.len())?;
                items
                    .iter()
                    .try_for_each(|item| self.value(name, kind, item, strictness))
            }
            '{' => match value.as_object() {
                Some(members) => members
                    .iter()
                    .try_for_each(|(_, member)| self.value(name, rest, member, strictness)),
                None => must("an object"),
            },
            '#' => match value.as_object() {
                Some(members) => {
                    let line = rest.parse().ok();
                    let line = line.and_then(|number| self.structures.clone().nth(number));
                    structure(line.unwrap_or_default(), members, strictness)
                        .and_then(|found| self.members(found, strictness))
                }
                None if name.is_empty() => Err("Mocked result must be a JSON object".to_owned()),
                None => must("an object"),
            },
            _ => Ok(()),
        }
    }

    fn members(
        &self,
        found: Vec<(&str, &str, &Value)>,
        strictness: Strictness,
    ) -> Result<(), String> {
        found
            .into_iter()
            .try_for_each(|(name, kind, value)| self.value(name, kind, value, strictness))
    }
}

/// Returns the members of a structure that a value has. Null counts as missing; members that the
/// structure does not have never fail.
fn structure<'v, 't>(
    line: &'t str,
    value: &'v Object,
    strictness: Strictness,
) -> Result<Vec<(&'t str, &'t str, &'v Value)>, String> {
    let mut found = Vec::new();
    for member in line.split('\t') {
        let Some((name, kind)) = member.split_once(' ') else {
            continue;
        };
        let (name, is_required) = match name.strip_suffix('!') {
            Some(name) => (name, true),
            None => (name, false),
        };
        match value.get(name) {
            None | Some(Value::Null) if is_required && strictness == Strictness::Required => {
                return Err(format!("Required field '{name}' is missing"));
            }
            None | Some(Value::Null) => {}
            Some(value) => found.push((name, kind, value)),
        }
    }
    Ok(found)
}

fn length(name: &str, bounds: &str, length: usize) -> Result<(), String> {
    let (min, max) = bounds.split_once('~').unwrap_or_default();
    if min.parse().is_ok_and(|min: usize| length < min) {
        return Err(format!("Field '{name}' is smaller than the minimum length"));
    }
    if max.parse().is_ok_and(|max: usize| length > max) {
        return Err(format!("Field '{name}' exceeds the maximum length"));
    }
    Ok(())
}

fn bounds(name: &str, bounds: &str, number: f64) -> Result<(), String> {
    let (min, max) = bounds.split_once('~').unwrap_or_default();
    if min.parse().is_ok_and(|min: f64| number < min) {
        return Err(format!("Field '{name}' is less than the minimum value"));
    }
    if max.parse().is_ok_and(|max: f64| number > max) {
        return Err(format!("Field '{name}' exceeds the maximum value"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the type inside the containers around it; `None` if the tables do not have it.
    fn innermost(kind: &str) -> Option<(char, &str)> {
        let letter = kind.chars().next()?;
        let rest = &kind[letter.len_utf8()..];
        match letter {
            '[' => innermost(rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '~')),
            '{' => innermost(rest),
            's' | 'e' | 'n' | 'b' | '?' | '#' => Some((letter, rest)),
            _ => None,
        }
    }

    #[test]
    fn every_table_can_be_read() {
        let optimized = [("optimized", OPTIMIZED)];
        for (service, text) in SDK.iter().chain(&optimized) {
            let (actions, structures) = text.split_once("\n=\n").unwrap();
            let count = structures.lines().count();
            let results = actions.lines().map(|line| line.split_once(' ').unwrap().1);
            let members = structures.lines().flat_map(|line| line.split('\t'));
            let members = members.filter_map(|member| member.split_once(' '));
            for kind in results.chain(members.map(|(_, kind)| kind)) {
                match innermost(kind) {
                    _ if kind == "-" => {}
                    Some(('#', number)) => {
                        assert!(
                            number.parse::<usize>().unwrap() < count,
                            "{service}: {kind}"
                        );
                    }
                    Some(('s' | 'n', bounds)) if !bounds.is_empty() => {
                        let (min, max) = bounds.split_once('~').unwrap();
                        for bound in [min, max] {
                            assert!(
                                bound.is_empty() || bound.parse::<f64>().is_ok(),
                                "{service}: {kind}"
                            );
                        }
                    }
                    Some(_) => {}
                    None => panic!("{service}: {kind}"),
                }
            }
        }
    }
}
