//! The partition of a definition's resources: `aws`, `aws-cn` or `aws-us-gov`.

use stepwright_asl::json::Json;
use stepwright_asl::model::StateMachine;
use stepwright_asl::words::quoted;

use super::options::PolicyOptions;

/// The regions that are not in the partition `aws`, by the beginnings of their names, each with its
/// partition.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>, and the
/// endpoints of the SDKs.
const REGIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// The partition of a region, if its name shows that it is not `aws`.
pub(super) fn of_region(region: &str) -> Option<&'static str> {
    let mut regions = REGIONS.iter();
    let (_, partition) = regions.find(|(start, _)| region.starts_with(start))?;
    Some(partition)
}

/// The partition of a host such as `sqs.cn-north-1.amazonaws.com.cn`, if the host shows it.
pub(super) fn of_host(host: &str) -> Option<&'static str> {
    if host.ends_with(".amazonaws.com.cn") {
        return Some("aws-cn");
    }
    host.split('.').find_map(of_region)
}

/// The partitions that a definition uses.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    /// Those of ARNs with an account or region, and of hosts, in the order of the definition.
    resources: Vec<String>,
    /// Those of ARNs of service integrations.
    integrations: Vec<String>,
}

impl Partitions {
    pub(super) fn of(machine: &StateMachine) -> Partitions {
        let mut found = Partitions::default();
        found.add(&machine.to_value());
        found
    }

    fn add(&mut self, json: &Json) {
        match json {
            Json::String(text) => self.add_text(text),
            Json::Array(items) => items.iter().for_each(|item| self.add(item)),
            Json::Object(members) => members.values().for_each(|value| self.add(value)),
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        for (at, _) in text.match_indices("arn:aws") {
            let rest = &text[at + "arn:".len()..];
            let Some((partition, rest)) = rest.split_once(':') else {
                continue;
            };
            let is_word = |char: char| char.is_ascii_lowercase() || char == '-';
            if !partition.chars().all(is_word) {
                continue;
            }
            let list = if rest.starts_with("states:::") {
                &mut self.integrations
            } else {
                &mut self.resources
            };
            add(list, partition);
        }
        if let Some((_, rest)) = text.split_once("://") {
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            if host.contains(".amazonaws.com")
                && let Some(partition) = of_host(host)
            {
                add(&mut self.resources, partition);
            }
        }
    }

    /// The partition for ARNs that the definition does not contain: that of its resources, of its
    /// integrations, or of the region.
    pub(super) fn chosen(&self, options: &PolicyOptions) -> String {
        if let Some(given) = &options.given_partition {
            return given.clone();
        }
        let used = self.resources.first().or(self.integrations.first());
        let used = used.map(String::as_str);
        used.or_else(|| of_region(&options.region))
            .unwrap_or("aws")
            .to_owned()
    }

    /// The warning for a definition that uses several partitions.
    pub(super) fn warning(&self, chosen: &str) -> Option<String> {
        let mut all = self.resources.clone();
        for partition in &self.integrations {
            add(&mut all, partition);
        }
        if all.iter().all(|one| one == chosen) {
            return None;
        }
        Some(format!(
            "the definition has ARNs of {}, but a state machine reaches only its own partition; the policy writes `{chosen}` where the definition has no ARN",
            quoted(&all)
        ))
    }
}

fn add(list: &mut Vec<String>, partition: &str) {
    if !list.iter().any(|one| one == partition) {
        list.push(partition.to_owned());
    }
}
