//! The region and the account of a deployment, and the expressions that have them.

use hcl_edit::Span;
use hcl_edit::structure::Block;

use super::Module;
use super::constants::Constants;
use crate::deployment::{ACCOUNT, PARTITION, REGION};

/// The region and the account of a deployment, and the expressions that have them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeploymentLocation {
    /// The region, or its placeholder.
    pub region: String,
    /// The account, or its placeholder.
    pub account: String,
    /// Placeholders of expressions of the files, each with the part that it is.
    values: Vec<(String, LocationPart)>,
}

/// A part of an ARN that the deployment decides.
#[derive(Debug, Clone, Copy)]
enum LocationPart {
    Partition,
    Region,
    Account,
}

impl Default for DeploymentLocation {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            values: Vec::new(),
        }
    }
}

impl DeploymentLocation {
    /// Reads the provider `aws`, and the data sources about it.
    pub(super) fn of(module: &Module) -> Self {
        let mut location = Self::default();
        let constants = Constants::of_module(module, false);
        for file in &module.files {
            for block in file.body.blocks() {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
                match (block.ident.as_str(), labels.as_slice()) {
                    ("provider", ["aws"]) if !has_attribute(block, &["alias"]) => {
                        location.add_provider(block, &file.text, &constants);
                    }
                    // Another provider can have another region.
                    ("data", [kind, name])
                        if !has_attribute(block, &["provider", "region", "name", "endpoint"]) =>
                    {
                        location.add_data(kind, name);
                    }
                    _ => {}
                }
            }
        }
        location
    }

    fn add_provider(&mut self, block: &Block, text: &str, constants: &Constants<'_>) {
        let Some(region) = block.body.get_attribute("region") else {
            return;
        };
        if let Some(name) = constants.text(&region.value) {
            self.region = name;
            return;
        }
        let source = region.value.span().and_then(|span| text.get(span));
        if let Some(source) = source {
            let placeholder = format!("${{{}}}", source.trim());
            self.values.push((placeholder, LocationPart::Region));
        }
    }

    fn add_data(&mut self, kind: &str, name: &str) {
        let attributes: &[(&str, LocationPart)] = match kind {
            "aws_region" => &[
                ("region", LocationPart::Region),
                ("name", LocationPart::Region),
                ("id", LocationPart::Region),
            ],
            "aws_caller_identity" => &[
                ("account_id", LocationPart::Account),
                ("id", LocationPart::Account),
            ],
            "aws_partition" => &[
                ("partition", LocationPart::Partition),
                ("id", LocationPart::Partition),
            ],
            _ => return,
        };
        let values = attributes
            .iter()
            .map(|(attribute, part)| (format!("${{data.{kind}.{name}.{attribute}}}"), *part));
        self.values.extend(values);
    }

    /// A text with a partition, and with the region and the account of the deployment.
    pub fn filled(&self, text: &str, partition: &str) -> String {
        let filled = self
            .values
            .iter()
            .fold(text.to_owned(), |text, (placeholder, part)| {
                text.replace(
                    placeholder,
                    match part {
                        LocationPart::Partition => partition,
                        LocationPart::Region => &self.region,
                        LocationPart::Account => &self.account,
                    },
                )
            });
        filled
            .replace(PARTITION, partition)
            .replace(REGION, &self.region)
            .replace(ACCOUNT, &self.account)
    }
}

fn has_attribute(block: &Block, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| block.body.get_attribute(name).is_some())
}
