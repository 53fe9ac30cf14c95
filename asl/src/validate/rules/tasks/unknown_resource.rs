//! Reports a `Resource` that AWS does not know, or that has none of the allowed forms.

use crate::resource::Resource;
use crate::similar::is_slip;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::arn::form_fault;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW041",
    name: "unknown-resource",
    severity: Severity::Error,
    code: Some("INVALID_RESOURCE"),
    known: Evidence::Measured,
    summary: "A Task's `Resource` names an unknown integration, action or pattern, or is not an ARN, a URI or a complete `${substitution}`.",
    doc: "An integration is written `arn:<partition>:states:::<service>:<action>`, followed by one of the patterns `.sync`, `.sync:2` and `.waitForTaskToken` where the service supports it. An action of the AWS SDK is `arn:<partition>:states:::aws-sdk:<service>:<action>`, where the action begins with a lower-case letter. With the feature `integrations`, which the `stepwright` command has, service, action and pattern are looked up in AWS's tables. AWS often adds services and actions, so a name that is not in the tables is only a warning with the date of the tables (`stepwright --version` prints it); `known-services` in `stepwright.toml` names such services, and `--allow SW041` silences it. It is an error if the name is similar to one in the tables, or if an action of the SDK lacks `aws-sdk:`. These are also warnings: a service that AWS has removed from Step Functions, with the date; a pattern about which AWS's pages disagree; a bare name that ends in `arn`, such as `charge_arn`, which a script may later replace by the ARN; and a URI of another scheme, such as `https://example.com/task`, which the States Language allows but AWS does not call. A URI that is an integration without its prefix, such as `lambda:invoke`, is an error. The ARN of a function ends in `function:<name>` or `function:<name>:<version or alias>`, the ARN of an activity in `activity:<name>`.",
    source: source::RESOURCES,
    check: resource,
};

/// The prefix before the service and the action of an integration.
const INTEGRATION: &str = "arn:aws:states:::";

/// The most frequent integration.
pub(in crate::validate::rules) const LAMBDA: &str = "arn:aws:states:::lambda:invoke";

/// A resource that a template engine fills in, and that the console shows.
pub(in crate::validate::rules) const PLACEHOLDER: &str = "${ResourceArn}";

fn resource(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut tables = tables::Tables::default();
    let places = ["Task", "ItemReader", "ResultWriter"];
    for part in places.iter().flat_map(|place| definition.parts_of(place)) {
        let place = part.schema.name;
        let Some(resource) = part.text("Resource") else {
            continue;
        };
        let pointer = part.at("Resource");
        if let Some(fault) = form_fault(resource) {
            let message = if fault.is_arn {
                ResourceFault::unrecognized(resource, None).message
            } else {
                "Value is not a valid resource ARN".to_owned()
            };
            let meant = format!("{INTEGRATION}{resource}");
            if !fault.is_arn && tables::knows(place, &meant) {
                let suggestion = format!("did you mean `{meant}`?");
                let fix = proposals::replace(&pointer, resource, &meant);
                report
                    .add(pointer, message)
                    .suggest(suggestion)
                    .fix(Some(fix));
                continue;
            }
            let meant = fault.meant.clone();
            let entry = report.add(&pointer, message).suggest(fault.suggestion);
            let entry = entry.choices(|| {
                let usual = [LAMBDA, PLACEHOLDER].map(str::to_owned);
                let usual = usual
                    .into_iter()
                    .filter(|_| place == "Task" && !fault.doubt);
                let resources = meant.into_iter().chain(usual);
                resources.map(|resource| field_fixes::replace(&pointer, resource))
            });
            if fault.doubt {
                entry.warn();
            }
            continue;
        }
        let is_integration = Resource::parse(resource).integration().is_some();
        let is_known = definition.known.has_service(resource);
        // SW107 reports the other actions of a reader or writer.
        if is_substitution(resource) || !is_integration || is_known || place != "Task" {
            continue;
        }
        let Some(fault) = tables.fault(resource) else {
            continue;
        };
        let fix = fault.fix(&pointer, resource);
        let entry = report
            .add(&pointer, fault.message)
            .suggest(fault.suggestion)
            .fix(fix)
            .choices(|| {
                // The same action without the pattern may exist.
                let name = resource.rfind(':').map_or(0, |at| at + 1);
                let bare = resource[name..].find('.').map(|at| &resource[..name + at]);
                let bare = bare.filter(|bare| tables::knows(place, bare));
                bare.map(|bare| field_fixes::replace(&pointer, bare))
            });
        if fault.doubt {
            entry.warn();
        }
    }
}

/// A fault in the name of an integration.
struct ResourceFault {
    message: String,
    suggestion: Option<String>,
    /// The known resource, if no other is as similar.
    meant: Option<String>,
    /// Whether AWS may still accept it.
    doubt: bool,
}

impl ResourceFault {
    fn unrecognized(resource: &str, suggestion: Option<String>) -> ResourceFault {
        ResourceFault {
            message: format!(
                "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
            ),
            suggestion,
            meant: None,
            doubt: false,
        }
    }

    fn fix(&self, pointer: &Pointer<'_>, resource: &str) -> Option<Fix> {
        let meant = self.meant.as_deref()?;
        let fix = proposals::replace(pointer, resource, meant);
        let is_safe = !self.doubt && is_slip(resource, meant);
        Some(if is_safe {
            fix
        } else {
            fix.with_safety(Safety::Unsafe)
        })
    }
}

/// Checks with the tables of integrations.
#[cfg(feature = "integrations")]
mod tables {
    use super::ResourceFault;
    use crate::integrations::{
        ResolvedResource, UnknownResource, find, lookup_item_reader, lookup_result_writer,
        tables_date,
    };

    /// Whether the tables contain the integration.
    pub(super) fn knows(place: &str, resource: &str) -> bool {
        match place {
            "ItemReader" => lookup_item_reader(resource).is_ok(),
            "ResultWriter" => lookup_result_writer(resource).is_ok(),
            _ => find(resource, false).is_ok(),
        }
    }

    /// Maximum number of suggestions in one definition. Each suggestion searches hundreds of names.
    const SUGGESTIONS: usize = 100;

    #[derive(Default)]
    pub(super) struct Tables {
        asked: usize,
    }

    impl Tables {
        pub(super) fn fault(&mut self, resource: &str) -> Option<ResourceFault> {
            let unknown = |unknown: UnknownResource| {
                let fault = ResourceFault {
                    meant: unknown.only_meant(),
                    ..ResourceFault::unrecognized(resource, unknown.suggestion.clone())
                };
                if unknown.doubt {
                    let message = format!(
                        "{} is not in the tables of {}; AWS may have added it since",
                        unknown.part(),
                        tables_date()
                    );
                    return ResourceFault {
                        message,
                        doubt: true,
                        ..fault
                    };
                }
                fault
            };
            match find(resource, self.asked < SUGGESTIONS) {
                Ok(found) if found.is_unsure() => Some(ResourceFault {
                    message: format!(
                        "AWS's pages disagree about whether `{}:{}` has the pattern `{}`",
                        found.service(),
                        found.action(),
                        found.pattern()
                    ),
                    suggestion: None,
                    meant: None,
                    doubt: true,
                }),
                Ok(found) => {
                    let ResolvedResource::Sdk(service) = found.kind() else {
                        return None;
                    };
                    Some(ResourceFault {
                        message: format!(
                            "Step Functions has had no integration with `{}` since {}",
                            service.name(),
                            service.removed()?
                        ),
                        suggestion: Some(
                            "call its successor, or the API from a Lambda function".to_owned(),
                        ),
                        meant: None,
                        doubt: true,
                    })
                }
                Err(error) => {
                    self.asked += 1;
                    Some(unknown(error))
                }
            }
        }
    }
}

/// Checks without the tables: only what all integrations have in common.
#[cfg(not(feature = "integrations"))]
mod tables {
    use super::ResourceFault;
    use crate::resource::{IntegrationPattern, Resource};
    use crate::similar::nearest;

    /// No integration is known.
    pub(super) fn knows(_: &str, _: &str) -> bool {
        false
    }

    #[derive(Default)]
    pub(super) struct Tables {}

    impl Tables {
        pub(super) fn fault(&mut self, resource: &str) -> Option<ResourceFault> {
            let name = Resource::parse(resource).integration()?;
            let (service, action) = name.split_once(':').unwrap_or((name, ""));
            // After `aws-sdk` follows the name of the service.
            let action = match service {
                "aws-sdk" => action.split_once(':').map_or("", |(_, action)| action),
                _ => action,
            };
            let (action, suffix) = action.split_at(action.find('.').unwrap_or(action.len()));
            if service.is_empty() || action.is_empty() {
                return Some(ResourceFault::unrecognized(resource, None));
            }
            if IntegrationPattern::from_suffix(suffix).is_some() {
                return None;
            }
            let bare = resource.strip_suffix(suffix).unwrap_or(resource);
            let suffixes = IntegrationPattern::ALL
                .iter()
                .map(|pattern| pattern.suffix());
            let meant = nearest(suffix, suffixes.filter(|suffix| !suffix.is_empty()));
            let suggestion = meant.map(|meant| format!("did you mean `{bare}{meant}`?"));
            Some(ResourceFault::unrecognized(resource, suggestion))
        }
    }
}
