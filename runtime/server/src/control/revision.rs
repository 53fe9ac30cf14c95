use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::variable_references;

use crate::clock::Timestamp;
use crate::engine::{self, BuildError, Engine};
use crate::execution_info::Origin;

/// The id of the first revision of a state machine. DescribeStateMachine does not show it, but PublishStateMachineVersion accepts it.
pub(in crate::serve) const INITIAL: &str = "INITIAL";

/// The fields of a revision, without the state machine's name and type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::serve) struct Configuration {
    /// The unchanged text of the definition.
    pub(in crate::serve) definition: String,
    pub(in crate::serve) role_arn: String,
    #[serde(default)]
    pub(in crate::serve) logging: Logging,
    /// Whether executions are traced.
    #[serde(default)]
    pub(in crate::serve) is_traced: bool,
    #[serde(default)]
    pub(in crate::serve) encryption: Encryption,
}

/// The logging configuration. A local server stores it, but logs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Logging {
    pub(in crate::serve) level: String,
    pub(in crate::serve) include_execution_data: bool,
    /// As in the request: an empty list is shown, a missing one is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) destinations: Option<Vec<LogDestination>>,
}

impl Default for Logging {
    fn default() -> Self {
        Self {
            level: "OFF".to_owned(),
            include_execution_data: false,
            destinations: None,
        }
    }
}

/// A destination of logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct LogDestination {
    pub(in crate::serve) cloud_watch_logs_log_group: LogGroup,
}

/// A log group of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct LogGroup {
    pub(in crate::serve) log_group_arn: String,
}

/// The encryption configuration. A local server stores it, but encrypts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Encryption {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) kms_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::serve) kms_data_key_reuse_period_seconds: Option<u64>,
    #[serde(rename = "type")]
    pub(in crate::serve) kind: String,
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            kms_key_id: None,
            kms_data_key_reuse_period_seconds: None,
            kind: "AWS_OWNED_KEY".to_owned(),
        }
    }
}

/// A revision of a state machine: the result of its creation or of one update.
pub(in crate::serve) struct Revision {
    pub(in crate::serve) id: SmolStr,
    pub(in crate::serve) configuration: Configuration,
    pub(in crate::serve) made: Timestamp,
    /// The compiled revision for executions of the unqualified ARN.
    pub(in crate::serve) compiled: engine::Revision,
    references: OnceLock<References>,
}

/// The variables that each state reads.
pub(in crate::serve) type References = IndexMap<String, Vec<String>>;

impl Revision {
    /// Compiles the configuration that a state machine is created with.
    ///
    /// # Errors
    ///
    /// The problems of its definition.
    pub(in crate::serve) fn first(
        engine: &Engine,
        machine: (&str, MachineType),
        configuration: Configuration,
        made: Timestamp,
    ) -> Result<Self, BuildError> {
        Self::new(engine, machine, INITIAL, configuration, made)
    }

    /// Compiles a configuration.
    ///
    /// # Errors
    ///
    /// The problems of its definition.
    pub(in crate::serve) fn new(
        engine: &Engine,
        (name, machine_type): (&str, MachineType),
        id: &str,
        configuration: Configuration,
        made: Timestamp,
    ) -> Result<Self, BuildError> {
        let Configuration {
            definition,
            role_arn,
            ..
        } = &configuration;
        let compiled = engine.compile(name, definition, machine_type, role_arn)?;
        Ok(Self::of(compiled, id, configuration, made))
    }

    /// Creates a revision that is compiled already.
    pub(super) fn of(
        compiled: engine::Revision,
        id: &str,
        configuration: Configuration,
        made: Timestamp,
    ) -> Self {
        let id = SmolStr::new(id);
        let origin = Origin {
            revision: id.clone(),
            version: None,
            alias: None,
            trace: None,
            input: None,
        };
        Self {
            id,
            configuration,
            made,
            compiled: compiled.with_origin(origin),
            references: OnceLock::new(),
        }
    }

    /// Returns the variables that each state reads; `None` when no state reads any.
    pub(in crate::serve) fn references(&self) -> Option<&References> {
        let definition = &self.configuration.definition;
        let found = self
            .references
            .get_or_init(|| variable_references(definition));
        (!found.is_empty()).then_some(found)
    }

    /// Returns the id for DescribeStateMachine, which shows it only after the first update.
    pub(in crate::serve) fn shown_id(&self) -> Option<&str> {
        (self.id != INITIAL).then_some(&*self.id)
    }
}
