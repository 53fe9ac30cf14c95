//! ARNs of the service.

use crate::error::ApiError;

/// An ARN of Step Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StatesArn<'a> {
    /// The whole ARN, without a test case.
    pub(crate) text: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: Resource<'a>,
    /// The text after `#`: the test case of Step Functions Local's mocks.
    pub(crate) test_case: Option<&'a str>,
}

/// The resource of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    StateMachine {
        name: &'a str,
        qualifier: Option<Qualifier<'a>>,
    },
    /// The children of a Distributed Map are executions of `<machine>/<label>`.
    Labelled {
        name: &'a str,
        label: &'a str,
    },
    Execution {
        machine: &'a str,
        name: &'a str,
    },
    Express,
    Activity {
        name: &'a str,
    },
    MapRun,
}

/// The text after a state machine's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Qualifier<'a> {
    Version(u32),
    Alias(&'a str),
}

impl Resource<'_> {
    /// Returns the type as messages name it.
    fn word(self) -> &'static str {
        match self {
            Self::StateMachine { .. } | Self::Labelled { .. } => "statemachine",
            Self::Execution { .. } => "execution",
            Self::Express => "express",
            Self::Activity { .. } => "activity",
            Self::MapRun => "maprun",
        }
    }
}

impl<'a> StatesArn<'a> {
    /// Parses the ARN of a resource of Step Functions.
    ///
    /// # Errors
    ///
    /// `InvalidArn`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, ApiError> {
        let invalid = || ApiError::invalid_arn(format_args!("Invalid ARN prefix: {text}"));
        let (arn, test_case) = match text.split_once('#') {
            Some((arn, case)) => (arn, Some(case)),
            None => (text, None),
        };
        let mut parts = arn.splitn(7, ':');
        let mut part = || parts.next().ok_or_else(invalid);
        let (prefix, partition, service) = (part()?, part()?, part()?);
        let (region, account, kind) = (part()?, part()?, part()?);
        let rest = part()?;
        if prefix != "arn" || !partition.starts_with("aws") || service != "states" {
            return Err(invalid());
        }
        let resource = resource(kind, rest).ok_or_else(invalid)?;
        Ok(Self {
            text: arn,
            region,
            account,
            resource,
            test_case,
        })
    }

    /// Returns the error for a resource of the wrong type.
    pub(crate) fn wrong_type(&self) -> ApiError {
        ApiError::invalid_arn(format_args!(
            "Resource type not valid in this context: {}",
            self.resource.word()
        ))
    }

    /// Returns the name and the qualifier of a state machine.
    ///
    /// # Errors
    ///
    /// `InvalidArn`; `ValidationException` for the children of a Distributed Map.
    pub(crate) fn state_machine(&self) -> Result<(&'a str, Option<Qualifier<'a>>), ApiError> {
        match self.resource {
            Resource::StateMachine { name, qualifier } => Ok((name, qualifier)),
            Resource::Labelled { .. } => Err(ApiError::validation_for(
                "API_DOES_NOT_SUPPORT_LABELED_ARNS",
                format!(
                    "This operation does not support the ARN of a Distributed Map's state: {}",
                    self.text
                ),
            )),
            _ => Err(self.wrong_type()),
        }
    }
}

/// Parses the parts after the account.
fn resource<'a>(kind: &str, rest: &'a str) -> Option<Resource<'a>> {
    let (first, more) = match rest.split_once(':') {
        Some((first, more)) => (first, Some(more)),
        None => (rest, None),
    };
    if first.is_empty() || more.is_some_and(str::is_empty) {
        return None;
    }
    Some(match (kind, more) {
        ("stateMachine", more) if first.contains('/') => {
            let (name, label) = first.split_once('/')?;
            if more.is_some() || name.is_empty() || label.is_empty() {
                return None;
            }
            Resource::Labelled { name, label }
        }
        ("stateMachine", qualifier) => Resource::StateMachine {
            name: first,
            qualifier: match qualifier {
                None => None,
                Some(text) if text.contains(':') => return None,
                Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Some(Qualifier::Version(text.parse().ok()?))
                }
                Some(text) => Some(Qualifier::Alias(text)),
            },
        },
        ("execution", Some(name)) => Resource::Execution {
            machine: first,
            name,
        },
        ("express", Some(_)) => Resource::Express,
        ("activity", None) => Resource::Activity { name: first },
        ("mapRun", Some(_)) => Resource::MapRun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource_of(rest: &str) -> Option<Resource<'_>> {
        let arn = Box::leak(format!("arn:aws:states:us-east-1:123456789012:{rest}").into());
        StatesArn::parse(arn).ok().map(|arn| arn.resource)
    }

    #[test]
    fn an_arn_names_a_state_machine_a_version_an_alias_or_a_label() {
        let machine = |qualifier| {
            Some(Resource::StateMachine {
                name: "m",
                qualifier,
            })
        };
        assert_eq!(resource_of("stateMachine:m"), machine(None));
        let version = Some(Qualifier::Version(7));
        assert_eq!(resource_of("stateMachine:m:7"), machine(version));
        let alias = Some(Qualifier::Alias("prod"));
        assert_eq!(resource_of("stateMachine:m:prod"), machine(alias));
        let labelled = Some(Resource::Labelled {
            name: "m",
            label: "each",
        });
        assert_eq!(resource_of("stateMachine:m/each"), labelled);
        assert_eq!(resource_of("stateMachine:m/"), None);
        assert_eq!(resource_of("stateMachine:m:1:2"), None);
        assert_eq!(resource_of("stateMachine:"), None);
        assert_eq!(resource_of("lambda:m"), None);
    }

    #[test]
    fn a_test_case_suffix_is_separated_from_the_arn() {
        let text = "arn:aws:states:us-east-1:123456789012:stateMachine:m#Happy";
        let arn = StatesArn::parse(text).expect("it is one");
        assert_eq!(arn.test_case, Some("Happy"));
        assert!(arn.text.ends_with(":m"));
    }

    #[test]
    fn an_invalid_arn_is_quoted_in_the_error() {
        for text in [
            "",
            "no",
            "arn:aws:lambda:us-east-1:1:function:f",
            "arn:aws:states",
        ] {
            let error = StatesArn::parse(text).expect_err("it is none").to_json();
            let message = format!("Invalid Arn: 'Invalid ARN prefix: {text}'");
            assert_eq!(error["message"], message);
        }
    }
}
