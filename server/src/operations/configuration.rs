//! The settings for the creation and the update of state machines.

use indexmap::IndexMap;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::{Severity, service_diagnostics};

use crate::control::{Encryption, LogDestination, LogGroup, Logging};
use crate::error::ApiError;
use crate::shape::{
    Arn, EncryptionType, KmsKeyId, List, LogLevel, Required, ReuseSeconds, TagKey, TagValue, shape,
};

/// The maximum tags of a resource.
pub(super) const MOST_TAGS: usize = 50;

shape! {
    /// `LoggingConfiguration`.
    LoggingConfiguration {
        level: Option<LogLevel>,
        include_execution_data: bool,
        destinations: Option<List<LogDestinationInput>>,
    }
}

shape! {
    /// `LogDestination`.
    LogDestinationInput {
        cloud_watch_logs_log_group: Option<LogGroupInput>,
    }
}

shape! {
    /// `CloudWatchLogsLogGroup`.
    LogGroupInput {
        log_group_arn: Option<Arn>,
    }
}

shape! {
    /// `TracingConfiguration`.
    TracingConfiguration {
        enabled: bool,
    }
}

shape! {
    /// `EncryptionConfiguration`.
    EncryptionConfiguration {
        kms_key_id: Option<KmsKeyId>,
        kms_data_key_reuse_period_seconds: Option<ReuseSeconds>,
        r#type: Required<EncryptionType>,
    }
}

shape! {
    /// `Tag`.
    Tag {
        key: Option<TagKey>,
        value: Option<TagValue>,
    }
}

impl LoggingConfiguration {
    /// Returns the settings of the logs with their defaults.
    ///
    /// # Errors
    ///
    /// `InvalidLoggingConfiguration`.
    pub(super) fn validated(&self) -> Result<Logging, ApiError> {
        let level = self.level.as_deref().unwrap_or("OFF");
        let given = self.destinations.as_deref().unwrap_or_default();
        let groups = given.iter().map(|destination| {
            let group = destination.cloud_watch_logs_log_group.as_ref();
            group.and_then(|group| group.log_group_arn.as_deref())
        });
        let groups: Vec<&str> = groups.flatten().collect();
        let invalid = |reason: &str| {
            let message = format!("Invalid Logging Configuration: {reason}");
            Err(ApiError::new("InvalidLoggingConfiguration", message))
        };
        if level != "OFF" {
            let ([group], 1) = (groups.as_slice(), given.len()) else {
                return invalid("Must specify exactly one Log Destination.");
            };
            match log_group_name(group) {
                None => {
                    return invalid(&format!("{group} is not the ARN of a log group."));
                }
                // <https://github.com/hashicorp/terraform-provider-aws/issues/17682>
                Some(name) if !name.ends_with(":*") => {
                    return invalid("Log Group ARN must be provided with '*' qualifier.");
                }
                Some(_) => {}
            }
        }
        Ok(Logging {
            level: level.to_owned(),
            include_execution_data: self.include_execution_data,
            destinations: self.destinations.is_some().then(|| {
                let destinations = groups.into_iter().map(|arn| LogDestination {
                    cloud_watch_logs_log_group: LogGroup {
                        log_group_arn: arn.to_owned(),
                    },
                });
                destinations.collect()
            }),
        })
    }
}

impl EncryptionConfiguration {
    /// Returns the settings of the encryption with their defaults.
    ///
    /// # Errors
    ///
    /// `InvalidEncryptionConfiguration`.
    pub(super) fn validated(&self) -> Result<Encryption, ApiError> {
        let is_managed = &**self.r#type == "CUSTOMER_MANAGED_KMS_KEY";
        if is_managed != self.kms_key_id.is_some()
            || !is_managed && self.kms_data_key_reuse_period_seconds.is_some()
        {
            return Err(ApiError::new(
                "InvalidEncryptionConfiguration",
                "Invalid Encryption Configuration: a customer managed key needs `kmsKeyId`, and a key that AWS owns takes neither `kmsKeyId` nor `kmsDataKeyReusePeriodSeconds`",
            ));
        }
        let seconds = self.kms_data_key_reuse_period_seconds;
        Ok(Encryption {
            kms_key_id: self.kms_key_id.as_ref().map(|key| key.to_string()),
            // The default is 300 (the API's documentation).
            kms_data_key_reuse_period_seconds: is_managed
                .then(|| seconds.map_or(300, |seconds| seconds.count())),
            kind: self.r#type.to_string(),
        })
    }
}

/// Returns the name of the log group of an ARN, with its qualifier.
fn log_group_name(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(7, ':');
    let is_arn = parts.next() == Some("arn");
    let is_logs = parts.nth(1) == Some("logs") && parts.nth(2) == Some("log-group");
    let name = parts.next()?;
    (is_arn && is_logs && !name.is_empty() && !name.starts_with(':')).then_some(name)
}

/// Checks the form of the ARN of a role.
///
/// # Errors
///
/// `InvalidArn` for text that is not an ARN.
pub(super) fn check_role(arn: &str) -> Result<(), ApiError> {
    let mut parts = arn.splitn(6, ':');
    let is_arn = parts.next() == Some("arn") && parts.nth(4).is_some_and(|rest| !rest.is_empty());
    if is_arn {
        Ok(())
    } else {
        let message = format!("Invalid Role Arn: '{arn}'");
        Err(ApiError::new("InvalidArn", message))
    }
}

/// Checks a definition for the errors that AWS refuses.
///
/// # Errors
///
/// `InvalidDefinition`, with the messages of AWS's validator.
pub(super) fn check_definition(text: &str, machine_type: MachineType) -> Result<(), ApiError> {
    let diagnostics = service_diagnostics(text, machine_type).all.into_iter();
    // Additional rules of this project must not reject a definition here.
    let errors = diagnostics
        .filter(|diagnostic| diagnostic.is_of_service && diagnostic.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid_definition(errors.join(", ")))
    }
}

/// Returns the error for a definition that the validator accepts and the engine rejects.
pub(super) fn not_compiled(problems: &[String]) -> ApiError {
    let problems: Vec<String> = problems
        .iter()
        .map(|problem| format!("SCHEMA_VALIDATION_FAILED: {problem}"))
        .collect();
    ApiError::invalid_definition(problems.join(", "))
}

/// Adds tags to those of a resource.
///
/// # Errors
///
/// `TooManyTags`.
pub(super) fn add_tags(
    to: &mut IndexMap<String, String>,
    tags: &[Tag],
    arn: &str,
) -> Result<(), ApiError> {
    for tag in tags {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        to.insert(text(tag.key.as_deref()), text(tag.value.as_deref()));
    }
    if to.len() <= MOST_TAGS {
        Ok(())
    } else {
        Err(ApiError::too_many_tags(arn, MOST_TAGS))
    }
}
