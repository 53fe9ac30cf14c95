use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::variable_references;

use crate::clock::Timestamp;
use crate::engine::{self, BuildError, Engine};
use crate::execution_info::Origin;

/// The id of the revision that a state machine was created with. DescribeStateMachine does not show it, and
/// PublishStateMachineVersion takes it.
pub(in crate::serve) const INITIAL: &str = "INITIAL";

/// What a revision of a state machine says beside its name and its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::serve) struct Configuration {
    /// The definition, letter by letter.
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

/// Where executions are logged. A local server keeps what it is told, and logs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Logging {
    pub(in crate::serve) level: String,
    pub(in crate::serve) include_execution_data: bool,
    /// As they were given: an empty list is shown, and none is not.
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

/// A log that executions are written to.
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

/// Whose key encrypts. A local server keeps what it is told, and encrypts nothing.
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

/// A revision of a state machine: what one creation or one update made of it.
pub(in crate::serve) struct Revision {
    pub(in crate::serve) id: SmolStr,
    pub(in crate::serve) configuration: Configuration,
    pub(in crate::serve) made: Timestamp,
    /// What executions of the unqualified ARN are started of.
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
    /// What is wrong with its definition.
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
    /// What is wrong with its definition.
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

    /// One that is compiled already.
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

    /// The variables that each state reads; `None` when none does.
    pub(in crate::serve) fn references(&self) -> Option<&References> {
        let definition = &self.configuration.definition;
        let found = self
            .references
            .get_or_init(|| variable_references(definition));
        (!found.is_empty()).then_some(found)
    }

    /// The id as DescribeStateMachine shows it: only after the first update.
    pub(in crate::serve) fn shown_id(&self) -> Option<&str> {
        (self.id != INITIAL).then_some(&*self.id)
    }
}
