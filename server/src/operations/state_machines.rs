//! State machines: create, describe, update, delete, list.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use stepwright_asl::model::MachineType;
use stepwright_asl::name::check_machine;

use super::configuration::{
    EncryptionConfiguration, LoggingConfiguration, Tag, TracingConfiguration, add_tags,
    check_definition, check_role, not_compiled,
};
use crate::arn::{Qualifier, Resource, StatesArn};
use crate::control::{
    Configuration, Encryption, Logging, MOST_VERSIONS, Machine, References, Revision, labelled,
};
use crate::error::ApiError;
use crate::page::Page;
use crate::response::{Date, EmptyResponse};
use crate::service::Service;
use crate::shape::{
    Arn, Definition, Description, IncludedData, List, Name, PageSize, PageToken, Required,
    StateMachineType, shape,
};

/// The maximum state machines, as on AWS.
const MOST_MACHINES: usize = 100_000;

shape! {
    /// The request of CreateStateMachine.
    CreateStateMachine {
        name: Required<Name>,
        definition: Required<Definition>,
        role_arn: Required<Arn>,
        r#type: Option<StateMachineType>,
        logging_configuration: Option<LoggingConfiguration>,
        tags: List<Tag>,
        tracing_configuration: Option<TracingConfiguration>,
        publish: bool,
        version_description: Option<Description>,
        encryption_configuration: Option<EncryptionConfiguration>,
    }
}

/// The response of CreateStateMachine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateStateMachineOutput {
    state_machine_arn: String,
    creation_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_version_arn: Option<String>,
}

pub(crate) async fn create(
    service: &Arc<Service>,
    input: CreateStateMachine,
) -> Result<CreateStateMachineOutput, ApiError> {
    if check_machine(&input.name).is_err() {
        return Err(ApiError::invalid_name(&input.name));
    }
    check_role(&input.role_arn)?;
    check_version_description(input.version_description.as_deref(), input.publish)?;
    let machine_type = match input.r#type.as_deref() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    check_definition(&input.definition, machine_type)?;
    let configuration = Configuration {
        definition: input.definition.to_string(),
        role_arn: input.role_arn.to_string(),
        logging: match &input.logging_configuration {
            Some(logging) => logging.validated()?,
            None => Logging::default(),
        },
        is_traced: input
            .tracing_configuration
            .is_some_and(|tracing| tracing.enabled),
        encryption: match &input.encryption_configuration {
            Some(encryption) => encryption.validated()?,
            None => Encryption::default(),
        },
    };
    let arn = service.engine.arn("stateMachine", &input.name);
    let mut tags = IndexMap::new();
    add_tags(&mut tags, &input.tags, &arn)?;
    let description = input.version_description.as_deref().map(str::to_owned);
    let name = input.name.to_string();
    let service_here = service.clone();
    service
        .change(async move {
            let service = service_here;
            let mut machine = match service.control.machine(&name) {
                Some(known) => again(&known, machine_type, &configuration)?,
                None => {
                    if service.control.count() >= MOST_MACHINES {
                        return Err(ApiError::new(
                            "StateMachineLimitExceeded",
                            format!("There are {MOST_MACHINES} state machines, and no more may be created; delete some first"),
                        ));
                    }
                    let first = Revision::first(
                        &service.engine,
                        (&name, machine_type),
                        configuration,
                        service.now(),
                    );
                    let first = first.map_err(|error| not_compiled(error.problems()))?;
                    Machine::new(&name, arn, machine_type, first, tags)
                }
            };
            if input.publish {
                check_versions(&machine)?;
            }
            let version = input
                .publish
                .then(|| machine.publish(description, service.now()));
            let version = version.map(|number| machine.version_arn(number));
            let machine = service.control.put(&service.engine, machine).await?;
            Ok(CreateStateMachineOutput {
                state_machine_arn: machine.arn.to_string(),
                creation_date: Date(machine.created),
                state_machine_version_arn: version,
            })
        })
        .await
}

/// Returns the existing machine if a repeated creation has the same parameters. A different role
/// and different tags are ignored, and change nothing (the API's documentation).
fn again(
    known: &Machine,
    machine_type: MachineType,
    asked: &Configuration,
) -> Result<Machine, ApiError> {
    let has = &known.current.configuration;
    let is_same = known.machine_type == machine_type
        && *asked
            == Configuration {
                role_arn: asked.role_arn.clone(),
                ..has.clone()
            };
    if is_same {
        Ok(known.clone())
    } else {
        Err(ApiError::new(
            "StateMachineAlreadyExists",
            format!("State Machine Already Exists: '{}'", known.arn),
        ))
    }
}

/// Checks that only a version that is published has a description.
///
/// # Errors
///
/// `ValidationException` for a version description without `publish`.
fn check_version_description(description: Option<&str>, publish: bool) -> Result<(), ApiError> {
    if description.is_some() && !publish {
        Err(ApiError::validation(
            "Version description can only be set when publish is true",
        ))
    } else {
        Ok(())
    }
}

shape! {
    /// The request of UpdateStateMachine.
    UpdateStateMachine {
        state_machine_arn: Required<Arn>,
        definition: Option<Definition>,
        role_arn: Option<Arn>,
        logging_configuration: Option<LoggingConfiguration>,
        tracing_configuration: Option<TracingConfiguration>,
        publish: bool,
        version_description: Option<Description>,
        encryption_configuration: Option<EncryptionConfiguration>,
    }
}

/// The response of UpdateStateMachine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateStateMachineOutput {
    update_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_machine_version_arn: Option<String>,
}

pub(crate) async fn update(
    service: &Arc<Service>,
    input: UpdateStateMachine,
) -> Result<UpdateStateMachineOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let machine = service.unqualified(&arn)?;
    if input.definition.is_none()
        && input.role_arn.is_none()
        && input.logging_configuration.is_none()
        && input.tracing_configuration.is_none()
        && input.encryption_configuration.is_none()
    {
        return Err(ApiError::new(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
        ));
    }
    check_version_description(input.version_description.as_deref(), input.publish)?;
    if let Some(definition) = &input.definition {
        check_definition(definition, machine.machine_type)?;
    }
    if let Some(role) = &input.role_arn {
        check_role(role)?;
    }
    let logging = input.logging_configuration.as_ref();
    let logging = logging.map(LoggingConfiguration::validated).transpose()?;
    let encryption = input.encryption_configuration.as_ref();
    let encryption = encryption
        .map(EncryptionConfiguration::validated)
        .transpose()?;
    let service_here = service.clone();
    let name = machine.name.clone();
    service
        .change(async move {
            let service = service_here;
            let known = service.control.machine(&name);
            let known = known.ok_or_else(|| ApiError::no_machine(&input.state_machine_arn))?;
            let has = &known.current.configuration;
            let text = |text: Option<&str>, else_text: &String| {
                text.map_or_else(|| else_text.clone(), str::to_owned)
            };
            let asked = Configuration {
                definition: text(input.definition.as_deref(), &has.definition),
                role_arn: text(input.role_arn.as_deref(), &has.role_arn),
                logging: logging.unwrap_or_else(|| has.logging.clone()),
                is_traced: input
                    .tracing_configuration
                    .map_or(has.is_traced, |tracing| tracing.enabled),
                encryption: encryption.unwrap_or_else(|| has.encryption.clone()),
            };
            let now = service.now();
            let mut machine = Machine::clone(&known);
            // An update without changes creates no revision.
            if asked != *has {
                let id = uuid::Uuid::new_v4().to_string();
                let made = Revision::new(
                    &service.engine,
                    (&name, machine.machine_type),
                    &id,
                    asked,
                    now,
                );
                machine.update(made.map_err(|error| not_compiled(error.problems()))?);
            }
            let version = if input.publish {
                check_versions(&machine)?;
                let description = input.version_description.as_deref().map(str::to_owned);
                let number = machine.publish(description, now);
                Some(machine.version_arn(number))
            } else {
                None
            };
            let machine = service.control.put(&service.engine, machine).await?;
            Ok(UpdateStateMachineOutput {
                update_date: Date(now),
                revision_id: machine.current.shown_id().map(str::to_owned),
                state_machine_version_arn: version,
            })
        })
        .await
}

/// Checks the number of versions before another one is published.
///
/// # Errors
///
/// `ServiceQuotaExceededException` if no further version may be published.
pub(super) fn check_versions(machine: &Machine) -> Result<(), ApiError> {
    if machine.versions.len() < MOST_VERSIONS {
        Ok(())
    } else {
        Err(ApiError::quota(format!(
            "The state machine '{}' has {MOST_VERSIONS} versions, and no more may be published; delete some first",
            machine.arn
        )))
    }
}

shape! {
    /// The request of DescribeStateMachine.
    DescribeStateMachine {
        state_machine_arn: Required<Arn>,
        included_data: Option<IncludedData>,
    }
}

/// The response of DescribeStateMachine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeStateMachineOutput {
    state_machine_arn: String,
    name: String,
    status: &'static str,
    definition: String,
    role_arn: String,
    #[serde(rename = "type")]
    machine_type: &'static str,
    creation_date: Date,
    logging_configuration: Logging,
    tracing_configuration: Tracing,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    encryption_configuration: Encryption,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable_references: Option<References>,
}

/// `TracingConfiguration`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Tracing {
    pub(super) enabled: bool,
}

pub(crate) async fn describe(
    service: &Arc<Service>,
    input: DescribeStateMachine,
) -> Result<DescribeStateMachineOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let missing = || ApiError::no_machine(arn.text);
    if let Resource::Labelled { name, label } = arn.resource {
        let machine = service.control.machine(name);
        let machine = machine.filter(|_| service.is_own(&arn));
        let machine = machine.ok_or_else(missing)?;
        let definition = &machine.current.configuration.definition;
        let found = labelled(definition, label).ok_or_else(missing)?;
        return Ok(DescribeStateMachineOutput {
            name: format!("{name}/{label}"),
            label: Some(label.to_owned()),
            machine_type: found.machine_type.as_str(),
            definition: found.definition,
            ..DescribeStateMachineOutput::of(&arn, &machine, &machine.current)
        });
    }
    let machine = service.machine(&arn)?;
    let (_, qualifier) = arn.state_machine()?;
    let version = match qualifier {
        None => None,
        Some(Qualifier::Version(number)) => {
            Some(machine.versions.get(&number).ok_or_else(missing)?)
        }
        Some(Qualifier::Alias(_)) => return Err(missing()),
    };
    let revision = version.map_or(&machine.current, |version| &version.revision);
    let described = DescribeStateMachineOutput::of(&arn, &machine, revision);
    Ok(match version {
        None => described,
        Some(version) => DescribeStateMachineOutput {
            creation_date: Date(version.created),
            description: version.description.clone(),
            ..described
        },
    })
}

impl DescribeStateMachineOutput {
    fn of(arn: &StatesArn<'_>, machine: &Machine, revision: &Revision) -> Self {
        let configuration = &revision.configuration;
        Self {
            state_machine_arn: arn.text.to_owned(),
            name: machine.name.to_string(),
            status: "ACTIVE",
            definition: configuration.definition.clone(),
            role_arn: configuration.role_arn.clone(),
            machine_type: machine.machine_type.as_str(),
            creation_date: Date(machine.created),
            logging_configuration: configuration.logging.clone(),
            tracing_configuration: Tracing {
                enabled: configuration.is_traced,
            },
            label: None,
            revision_id: revision.shown_id().map(str::to_owned),
            description: None,
            encryption_configuration: configuration.encryption.clone(),
            variable_references: revision.references().cloned(),
        }
    }
}

shape! {
    /// The request of DeleteStateMachine.
    DeleteStateMachine {
        state_machine_arn: Required<Arn>,
    }
}

/// Deletes a machine with its versions and aliases. It is no error if the machine does not exist.
/// Running executions continue.
pub(crate) async fn delete(
    service: &Arc<Service>,
    input: DeleteStateMachine,
) -> Result<EmptyResponse, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let (name, qualifier) = arn.state_machine()?;
    if qualifier.is_some() {
        return Err(ApiError::validation(
            "DeleteStateMachine takes the ARN of a state machine; delete a version with DeleteStateMachineVersion, and an alias with DeleteStateMachineAlias",
        ));
    }
    if service.is_own(&arn) {
        let (service_here, name) = (service.clone(), name.to_owned());
        let deleted = service.change(async move {
            let control = &service_here.control;
            control.remove(&service_here.engine, &name).await
        });
        deleted.await?;
    }
    Ok(EmptyResponse {})
}

shape! {
    /// The request of ListStateMachines.
    ListStateMachines {
        max_results: Option<PageSize>,
        next_token: Option<PageToken>,
    }
}

/// The response of ListStateMachines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListStateMachinesOutput {
    state_machines: Vec<StateMachineListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StateMachineListItem {
    state_machine_arn: String,
    name: String,
    #[serde(rename = "type")]
    machine_type: &'static str,
    creation_date: Date,
}

pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListStateMachines,
) -> Result<ListStateMachinesOutput, ApiError> {
    let page = Page::new(
        "ListStateMachines",
        input.max_results,
        input.next_token.as_deref(),
    )?;
    // One machine more than the limit shows that a next page exists.
    let machines = service
        .control
        .machines_after(page.after.as_deref(), page.limit + 1);
    let (machines, next_token) = page.of(machines, |machine| machine.name.to_string());
    let state_machines = machines.into_iter().map(|machine| StateMachineListItem {
        state_machine_arn: machine.arn.to_string(),
        name: machine.name.to_string(),
        machine_type: machine.machine_type.as_str(),
        creation_date: Date(machine.created),
    });
    Ok(ListStateMachinesOutput {
        state_machines: state_machines.collect(),
        next_token,
    })
}
