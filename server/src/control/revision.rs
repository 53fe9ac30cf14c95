//! Revisions of state machines: the definition, logging, encryption and compiled form.

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::variable_references;
use stepwright_engine::BuildError;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::Origin;
use stepwright_engine::server_support::{self, ServerEngine};

/// The id of the first revision of a state machine. DescribeStateMachine does not show it, but
/// PublishStateMachineVersion accepts it.
pub(crate) const INITIAL: &str = "INITIAL";

/// The fields of a revision, without the state machine's name and type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// The unchanged text of the definition.
    pub(crate) definition: String,
    pub(crate) role_arn: String,
    pub(crate) logging: Logging,
    /// Whether executions are traced.
    pub(crate) is_traced: bool,
    pub(crate) encryption: Encryption,
}

impl Configuration {
    /// Returns what an execution retains of the revision that it started with.
    pub(crate) fn of_execution(definition: &str, role_arn: &str) -> Self {
        Self {
            definition: definition.to_owned(),
            role_arn: role_arn.to_owned(),
            logging: Logging::default(),
            is_traced: false,
            encryption: Encryption::default(),
        }
    }
}

/// The logging configuration. A local server stores it, but logs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logging {
    pub(crate) level: String,
    pub(crate) include_execution_data: bool,
    /// As in the request: an empty list is shown, a missing one is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destinations: Option<Vec<LogDestination>>,
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
pub(crate) struct LogDestination {
    pub(crate) cloud_watch_logs_log_group: LogGroup,
}

/// A log group of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogGroup {
    pub(crate) log_group_arn: String,
}

/// The encryption configuration. A local server stores it, but encrypts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Encryption {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_data_key_reuse_period_seconds: Option<u64>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
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
pub(crate) struct Revision {
    pub(crate) id: SmolStr,
    pub(crate) configuration: Configuration,
    pub(crate) made: Timestamp,
    /// The compiled revision for executions of the unqualified ARN.
    pub(crate) compiled: server_support::Revision,
    references: OnceLock<References>,
}

/// The variables that each state reads.
pub(crate) type References = IndexMap<String, Vec<String>>;

impl Revision {
    /// Compiles the configuration that a state machine is created with.
    ///
    /// # Errors
    ///
    /// The problems of its definition.
    pub(crate) fn first(
        engine: &ServerEngine,
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
    pub(crate) fn new(
        engine: &ServerEngine,
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
        compiled: server_support::Revision,
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
    pub(crate) fn references(&self) -> Option<&References> {
        let definition = &self.configuration.definition;
        let found = self
            .references
            .get_or_init(|| variable_references(definition));
        (!found.is_empty()).then_some(found)
    }

    /// Returns the id for DescribeStateMachine, which shows it only after the first update.
    pub(crate) fn shown_id(&self) -> Option<&str> {
        (self.id != INITIAL).then_some(&*self.id)
    }
}
