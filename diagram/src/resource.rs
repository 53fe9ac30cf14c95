//! Short details of states.

use stepwright_asl::duration_text::PROSE;
use stepwright_asl::graph::State;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata;
use stepwright_asl::model::StateKind;
use stepwright_asl::resource::{Resource, ResourceKind};

use super::text::one_line;

/// Maximum length of a detail.
const LONGEST: usize = 40;

/// The detail next to the type of a state: the service that a Task calls, or how long a Wait waits.
pub(super) fn detail(state: &State<'_>) -> Option<String> {
    let object = state.object;
    let detail = match state.kind? {
        StateKind::Task => resource(object.get("Resource")?.as_str()?),
        StateKind::Wait => wait(object)?,
        StateKind::Fail => text(object.get("Error").or_else(|| object.get("ErrorPath"))?),
        StateKind::Map => map(object)?,
        StateKind::Parallel => match state.inner.len() {
            1 => "1 branch".to_owned(),
            branches => format!("{branches} branches"),
        },
        StateKind::Pass | StateKind::Choice | StateKind::Succeed => return None,
    };
    let detail = one_line(&detail, LONGEST);
    (!detail.is_empty()).then_some(detail)
}

/// `lambda:invoke.waitForTaskToken` for an integration, the name for a function or an activity.
fn resource(text: &str) -> String {
    let resource = Resource::parse(text);
    if let Some(integration) = resource.integration() {
        let integration = integration.strip_prefix("aws-sdk:").unwrap_or(integration);
        return integration.to_owned();
    }
    match (resource.name(), resource.kind()) {
        (Some(name), ResourceKind::Activity) => format!("activity {name}"),
        (Some(name), _) => format!("lambda {name}"),
        (None, _) => text.to_owned(),
    }
}

fn wait(state: &Object) -> Option<String> {
    if let Some(seconds) = state.get("Seconds") {
        return Some(match seconds.as_i64() {
            Some(seconds) => PROSE.exact(seconds),
            None => format!("{} s", text(seconds)),
        });
    }
    if let Some(path) = state.get("SecondsPath") {
        return Some(format!("{} s", text(path)));
    }
    let until = state
        .get("Timestamp")
        .or_else(|| state.get("TimestampPath"))?;
    Some(format!("until {}", text(until)))
}

fn map(state: &Object) -> Option<String> {
    let processor = state
        .get("ItemProcessor")
        .or_else(|| state.get("Iterator"))?;
    let mode = processor
        .get("ProcessorConfig")
        .and_then(|config| config.get("Mode"));
    let distributed = mode.and_then(Json::as_str) == Some("DISTRIBUTED");
    let limit = state.get("MaxConcurrency").and_then(Json::as_i64);
    match (distributed, limit.filter(|limit| *limit > 0)) {
        (true, Some(limit)) => Some(format!("distributed, {limit} at once")),
        (true, None) => Some("distributed".to_owned()),
        (false, Some(1)) => Some("one at a time".to_owned()),
        (false, Some(limit)) => Some(format!("{limit} at once")),
        (false, None) => None,
    }
}

/// The text of a string, without the delimiters of an expression; any other value as JSON.
fn text(json: &Json) -> String {
    match json.as_str() {
        Some(text) => jsonata::strip(text).unwrap_or(text).trim().to_owned(),
        None => json.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_arns_are_shortened() {
        for (arn, words) in [
            ("arn:aws:states:::lambda:invoke", "lambda:invoke"),
            (
                "arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken",
                "sqs:sendMessage.waitForTaskToken",
            ),
            (
                "arn:aws:states:::aws-sdk:dynamodb:getItem",
                "dynamodb:getItem",
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:Charge",
                "lambda Charge",
            ),
            (
                "arn:aws:states:us-east-1:123456789012:activity:Review",
                "activity Review",
            ),
            ("${ChargeArn}", "${ChargeArn}"),
        ] {
            assert_eq!(resource(arn), words);
        }
    }
}
