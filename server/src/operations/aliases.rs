//! Aliases of state machines, and their routing.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use crate::arn::{Qualifier, Resource, StatesArn};
use crate::control::{Alias, MOST_ALIASES, Machine, Route};
use crate::error::ApiError;
use crate::page::Page;
use crate::response::{Date, EmptyResponse};
use crate::service::Service;
use crate::shape::{
    Arn, CharacterRestrictedName, Description, List, PageSize, PageToken, Required, VersionWeight,
    shape,
};

shape! {
    /// An element of `routingConfiguration`.
    RoutingConfigurationListItem {
        state_machine_version_arn: Required<Arn>,
        weight: Required<VersionWeight>,
    }
}

type Routing = List<RoutingConfigurationListItem, 1, 2>;

/// The checked routing of a request.
struct RoutedMachine {
    machine: Arc<Machine>,
    routes: Vec<Route>,
}

impl RoutedMachine {
    /// Reads the versions of an alias and their weights.
    ///
    /// # Errors
    ///
    /// `ValidationException` for an invalid routing; `ResourceNotFound`.
    fn read(service: &Service, routing: &Routing) -> Result<Self, ApiError> {
        let received = |why: &str, shown: Vec<String>| {
            ApiError::validation_for(
                "INVALID_ROUTING_CONFIGURATION",
                format!("{why} Received: [{}]", shown.join(", ")),
            )
        };
        let arns = || routing.iter().map(|one| &**one.state_machine_version_arn);
        let invalid = |why: &str| received(why, arns().map(str::to_owned).collect());
        if arns().collect::<HashSet<_>>().len() < routing.len() {
            return Err(invalid(
                "Routing configuration must contain distinct state machine version ARNs.",
            ));
        }
        let mut name = None;
        let mut routes = Vec::new();
        let mut parsed = Vec::new();
        for one in routing.iter() {
            let arn = StatesArn::parse(&one.state_machine_version_arn)?;
            let Resource::StateMachine {
                name: machine,
                qualifier: Some(Qualifier::Version(version)),
            } = arn.resource
            else {
                return Err(invalid(
                    "Routing configuration must contain state machine version ARNs.",
                ));
            };
            if *name.get_or_insert(machine) != machine {
                return Err(invalid(
                    "Routing configuration must contain versions of the same state machine.",
                ));
            }
            let weight = u32::try_from(one.weight.count()).unwrap_or(u32::MAX);
            routes.push(Route { version, weight });
            parsed.push(arn);
        }
        let sum: u32 = routes.iter().map(|route| route.weight).sum();
        if sum != 100 {
            let weights = routes.iter().map(|route| route.weight.to_string());
            return Err(received(
                "Sum of routing configuration weights must equal 100.",
                weights.collect(),
            ));
        }
        let machine = name.and_then(|name| service.control.machine(name));
        let machine = machine.ok_or_else(missing)?;
        let is_there = |arn: &StatesArn<'_>, route: &Route| {
            service.is_own(arn) && machine.versions.contains_key(&route.version)
        };
        if parsed
            .iter()
            .zip(&routes)
            .all(|(arn, route)| is_there(arn, route))
        {
            Ok(Self { machine, routes })
        } else {
            Err(missing())
        }
    }
}

/// Returns the error of a version or an alias that does not exist.
fn missing() -> ApiError {
    ApiError::new(
        "ResourceNotFound",
        "Request references a resource that does not exist.",
    )
}

shape! {
    /// The request of CreateStateMachineAlias.
    CreateStateMachineAlias {
        description: Option<Description>,
        name: Required<CharacterRestrictedName>,
        routing_configuration: Required<Routing>,
    }
}

/// The response of CreateStateMachineAlias.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateAliasOutput {
    state_machine_alias_arn: String,
    creation_date: Date,
}

pub(crate) async fn create(
    service: &Arc<Service>,
    input: CreateStateMachineAlias,
) -> Result<CreateAliasOutput, ApiError> {
    let here = service.clone();
    service
        .change(async move {
            let RoutedMachine { machine, routes } = RoutedMachine::read(&here, &input.routing_configuration)?;
            let name = input.name.to_string();
            let description = input.description.as_deref().map(str::to_owned);
            let created = |machine: &Machine, alias: &Alias| CreateAliasOutput {
                state_machine_alias_arn: machine.alias_arn(&name),
                creation_date: Date(alias.created),
            };
            if let Some(known) = machine.aliases.get(&name) {
                let is_same = known.routing == routes && known.description == description;
                return if is_same {
                    Ok(created(&machine, known))
                } else {
                    Err(ApiError::conflict(
                        "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
                    ))
                };
            }
            if machine.aliases.len() >= MOST_ALIASES {
                return Err(ApiError::quota(format!(
                    "The state machine '{}' has {MOST_ALIASES} aliases, and no more may be created; delete some first",
                    machine.arn
                )));
            }
            let now = here.now();
            let alias = Alias {
                description,
                routing: routes,
                created: now,
                updated: now,
            };
            let mut machine = Machine::clone(&machine);
            machine.aliases.insert(name.clone(), alias.clone());
            let machine = here.control.put(&here.engine, machine).await?;
            Ok(created(&machine, &alias))
        })
        .await
}

/// Returns the state machine and the name of an alias's ARN.
///
/// # Errors
///
/// `InvalidArn`, `ResourceNotFound`.
fn find(service: &Service, text: &str) -> Result<(Arc<Machine>, String), ApiError> {
    search(service, text)?.ok_or_else(missing)
}

/// Like `find`; `None` when there is no such alias.
///
/// # Errors
///
/// `InvalidArn`, `ValidationException`.
fn search(service: &Service, text: &str) -> Result<Option<(Arc<Machine>, String)>, ApiError> {
    let arn = StatesArn::parse(text)?;
    let (name, Some(Qualifier::Alias(alias))) = arn.state_machine()? else {
        let message = format!("Invalid state machine alias ARN: '{text}'");
        return Err(ApiError::validation(message));
    };
    let machine = service
        .control
        .machine(name)
        .filter(|_| service.is_own(&arn));
    let found = machine.filter(|machine| machine.aliases.contains_key(alias));
    Ok(found.map(|machine| (machine, alias.to_owned())))
}

shape! {
    /// The request of DescribeStateMachineAlias.
    DescribeStateMachineAlias {
        state_machine_alias_arn: Required<Arn>,
    }
}

/// The response of DescribeStateMachineAlias.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeAliasOutput {
    state_machine_alias_arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    routing_configuration: Vec<DescribedRoute>,
    creation_date: Date,
    update_date: Date,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedRoute {
    state_machine_version_arn: String,
    weight: u32,
}

pub(crate) async fn describe(
    service: &Arc<Service>,
    input: DescribeStateMachineAlias,
) -> Result<DescribeAliasOutput, ApiError> {
    let (machine, name) = find(service, &input.state_machine_alias_arn)?;
    let alias = machine.aliases.get(&name).ok_or_else(missing)?;
    let routes = alias.routing.iter().map(|route| DescribedRoute {
        state_machine_version_arn: machine.version_arn(route.version),
        weight: route.weight,
    });
    Ok(DescribeAliasOutput {
        state_machine_alias_arn: machine.alias_arn(&name),
        description: alias.description.clone(),
        routing_configuration: routes.collect(),
        creation_date: Date(alias.created),
        update_date: Date(alias.updated),
        name,
    })
}

shape! {
    /// The request of UpdateStateMachineAlias.
    UpdateStateMachineAlias {
        state_machine_alias_arn: Required<Arn>,
        description: Option<Description>,
        routing_configuration: Option<Routing>,
    }
}

/// The response of UpdateStateMachineAlias.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateAliasOutput {
    update_date: Date,
}

pub(crate) async fn update(
    service: &Arc<Service>,
    input: UpdateStateMachineAlias,
) -> Result<UpdateAliasOutput, ApiError> {
    if input.description.is_none() && input.routing_configuration.is_none() {
        return Err(ApiError::validation_for(
            "MISSING_REQUIRED_PARAMETER",
            "Either the description or the routing configuration must be specified",
        ));
    }
    let here = service.clone();
    service
        .change(async move {
            let (known, name) = find(&here, &input.state_machine_alias_arn)?;
            let mut machine = Machine::clone(&known);
            let alias = machine.aliases.get_mut(&name).ok_or_else(missing)?;
            if let Some(routing) = &input.routing_configuration {
                let routed = RoutedMachine::read(&here, routing)?;
                if routed.machine.name != known.name {
                    return Err(ApiError::validation_for(
                        "INVALID_ROUTING_CONFIGURATION",
                        "Routing configuration must contain versions of the state machine that the alias belongs to.",
                    ));
                }
                alias.routing = routed.routes;
            }
            if let Some(description) = input.description.as_deref() {
                alias.description = Some(description.to_owned());
            }
            alias.updated = here.now();
            let update_date = Date(alias.updated);
            here.control.put(&here.engine, machine).await?;
            Ok(UpdateAliasOutput { update_date })
        })
        .await
}

shape! {
    /// The request of DeleteStateMachineAlias.
    DeleteStateMachineAlias {
        state_machine_alias_arn: Required<Arn>,
    }
}

pub(crate) async fn delete(
    service: &Arc<Service>,
    input: DeleteStateMachineAlias,
) -> Result<EmptyResponse, ApiError> {
    let here = service.clone();
    service
        .change(async move {
            // Deleting an alias that does not exist is no error (recorded).
            if let Some((known, name)) = search(&here, &input.state_machine_alias_arn)? {
                let mut machine = Machine::clone(&known);
                machine.aliases.remove(&name);
                here.control.put(&here.engine, machine).await?;
            }
            Ok(EmptyResponse {})
        })
        .await
}

shape! {
    /// The request of ListStateMachineAliases.
    ListStateMachineAliases {
        state_machine_arn: Required<Arn>,
        next_token: Option<PageToken>,
        max_results: Option<PageSize>,
    }
}

/// The response of ListStateMachineAliases.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListAliasesOutput {
    state_machine_aliases: Vec<AliasListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AliasListItem {
    state_machine_alias_arn: String,
    creation_date: Date,
}

/// Returns the aliases of a state machine, or those that route to one of its versions, by name.
pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListStateMachineAliases,
) -> Result<ListAliasesOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let machine = service.machine(&arn)?;
    let version = match arn.state_machine()? {
        (_, None) => None,
        (_, Some(Qualifier::Version(number))) if machine.versions.contains_key(&number) => {
            Some(number)
        }
        _ => return Err(ApiError::no_machine(arn.text)),
    };
    let list = format!("ListStateMachineAliases {}", arn.text);
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let routes = |alias: &Alias| {
        let mut routes = alias.routing.iter();
        version.is_none_or(|version| routes.any(|route| route.version == version))
    };
    let aliases = machine.aliases.iter().filter(|(_, alias)| routes(alias));
    let (aliases, next_token) = page.of(aliases, |(name, _)| (*name).clone());
    let aliases = aliases.into_iter().map(|(name, alias)| AliasListItem {
        state_machine_alias_arn: machine.alias_arn(name),
        creation_date: Date(alias.created),
    });
    Ok(ListAliasesOutput {
        state_machine_aliases: aliases.collect(),
        next_token,
    })
}
