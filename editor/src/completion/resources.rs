//! Completion of resources: the integrations of Step Functions.

use stepwright_asl::integrations::{IntegrationPattern, ResourceField, optimized, services};

use super::{Completion, CompletionKind};

/// The prefix of all integrations.
const PREFIX: &str = "arn:aws:states:::";

/// The actions of a service are listed when its name is complete, or when the optimized
/// integrations do not have what was typed. There are more than ten thousand.
const MOST_ACTIONS: usize = 500;

/// The resources for a text that the user has typed: `dynamodb put` finds
/// `arn:aws:states:::dynamodb:putItem`.
pub(super) fn resources(
    place: ResourceField,
    typed: &str,
    range: &std::ops::Range<usize>,
    write: impl Fn(&str) -> String,
) -> Vec<Completion> {
    let mut found = Vec::new();
    let mut add = |resource: String, detail: &str, rank: u8| {
        let mut completion = Completion::new(CompletionKind::Resource, resource, range.clone());
        completion.text = write(&completion.label);
        // Editors compare it with the replaced text, which has quotes.
        let quote = completion.text.split("arn").next().unwrap_or_default();
        completion.filter = format!("{quote}{}", words(&completion.label));
        found.push(completion.detail(detail).rank(rank));
    };
    let own = optimized().iter().filter(|action| action.place == place);
    for action in own.filter(|action| !action.action().is_empty()) {
        for pattern in &action.patterns {
            let (suffix, detail) = match pattern {
                IntegrationPattern::RequestResponse => ("", "calls and continues"),
                IntegrationPattern::Sync => (".sync", "waits for the job"),
                IntegrationPattern::Sync2 => (".sync:2", "waits for the job, result as JSON"),
                IntegrationPattern::WaitForTaskToken => {
                    (".waitForTaskToken", "waits for a callback")
                }
                _ => continue,
            };
            add(format!("{PREFIX}{}{suffix}", action.resource), detail, 1);
        }
    }
    if place != ResourceField::Task {
        return found;
    }
    let typed = typed.to_ascii_lowercase();
    let wanted: Vec<&str> = typed_words(&typed).collect();
    let mut count = 0;
    for service in services() {
        let Some((first, rest)) = wanted.split_first() else {
            // Only the services, to be completed by their actions.
            add(
                format!("{PREFIX}aws-sdk:{}:", service.name()),
                "all actions",
                3,
            );
            continue;
        };
        if !service.name().starts_with(first) {
            continue;
        }
        for action in service.actions() {
            let lower = action.to_ascii_lowercase();
            if count < MOST_ACTIONS
                && !service.is_unsupported(&action)
                && rest.iter().all(|word| lower.contains(word))
            {
                count += 1;
                add(
                    format!("{PREFIX}aws-sdk:{}:{action}", service.name()),
                    "any action of the AWS SDK",
                    2,
                );
            }
        }
    }
    found
}

/// The words that a user has typed, without those of every ARN.
fn typed_words(typed: &str) -> impl Iterator<Item = &str> {
    let words = typed.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| !matches!(*word, "" | "arn" | "aws" | "states" | "sdk"))
}

/// Whether a user has typed the start of a resource's service.
pub(super) fn is_typed(typed: &str, resource: &str) -> bool {
    let typed = typed.to_ascii_lowercase();
    let service = resource.strip_prefix(PREFIX).unwrap_or(resource);
    let first = typed_words(&typed).next();
    first.is_some_and(|first| service.starts_with(first))
}

/// The text that editors compare with what was typed: the ARN, and its words with spaces.
fn words(resource: &str) -> String {
    let bare = resource.strip_prefix(PREFIX).unwrap_or(resource);
    format!("{resource} {}", bare.replace([':', '.'], " "))
}
