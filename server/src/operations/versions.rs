//! Published versions of state machines.

use std::sync::Arc;

use serde::Serialize;

use super::state_machines::check_versions;
use crate::arn::{Qualifier, StatesArn};
use crate::control::Machine;
use crate::error::ApiError;
use crate::page::Page;
use crate::response::{Date, EmptyResponse};
use crate::service::Service;
use crate::shape::{Arn, Description, LongArn, PageSize, PageToken, Required, RevisionId, shape};

shape! {
    /// The request of PublishStateMachineVersion.
    PublishStateMachineVersion {
        state_machine_arn: Required<Arn>,
        revision_id: Option<RevisionId>,
        description: Option<Description>,
    }
}

/// The response of PublishStateMachineVersion.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishVersionOutput {
    creation_date: Date,
    state_machine_version_arn: String,
}

/// Publishes the current revision. If the revision has a version already, returns that version.
pub(crate) async fn publish(
    service: &Arc<Service>,
    input: PublishStateMachineVersion,
) -> Result<PublishVersionOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    let name = service.unqualified(&arn)?.name.clone();
    let here = service.clone();
    service
        .change(async move {
            let known = here.control.machine(&name);
            let known = known.ok_or_else(|| ApiError::no_machine(&input.state_machine_arn))?;
            let current = &known.current.id;
            if let Some(asked) = input.revision_id.as_deref()
                && asked != current
            {
                return Err(ApiError::conflict(format!(
                    "Failed to publish the State Machine version for revision {asked}. The current State Machine revision is {current}."
                )));
            }
            let mut machine = Machine::clone(&known);
            check_versions(&machine)?;
            let description = input.description.as_deref().map(str::to_owned);
            let number = machine.publish(description, here.now());
            let machine = here.control.put(&here.engine, machine).await?;
            let created = machine.versions.get(&number).map(|version| version.created);
            Ok(PublishVersionOutput {
                creation_date: Date(created.unwrap_or(machine.created)),
                state_machine_version_arn: machine.version_arn(number),
            })
        })
        .await
}

shape! {
    /// The request of DeleteStateMachineVersion.
    DeleteStateMachineVersion {
        state_machine_version_arn: Required<LongArn>,
    }
}

/// Deletes a version that no alias routes to. It is no error if the version does not exist.
pub(crate) async fn delete(
    service: &Arc<Service>,
    input: DeleteStateMachineVersion,
) -> Result<EmptyResponse, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_version_arn)?;
    let (name, Some(Qualifier::Version(number))) = arn.state_machine()? else {
        return Err(not_a_version(arn.text));
    };
    if !service.is_own(&arn) {
        return Ok(EmptyResponse {});
    }
    let (here, name) = (service.clone(), name.to_owned());
    service
        .change(async move {
            let Some(known) = here.control.machine(&name) else {
                return Ok(EmptyResponse {});
            };
            let aliases: Vec<&str> = known.aliases_of(number).collect();
            if !aliases.is_empty() {
                return Err(ApiError::conflict(format!(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                    aliases.join(", ")
                )));
            }
            let mut machine = Machine::clone(&known);
            if machine.delete_version(number) {
                here.control.put(&here.engine, machine).await?;
            }
            Ok(EmptyResponse {})
        })
        .await
}

/// Returns the error of an ARN without a version number.
pub(super) fn not_a_version(arn: &str) -> ApiError {
    ApiError::validation(format!("Invalid state machine version ARN: '{arn}'"))
}

shape! {
    /// The request of ListStateMachineVersions.
    ListStateMachineVersions {
        state_machine_arn: Required<Arn>,
        next_token: Option<PageToken>,
        max_results: Option<PageSize>,
    }
}

/// The response of ListStateMachineVersions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListVersionsOutput {
    state_machine_versions: Vec<VersionListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionListItem {
    state_machine_version_arn: String,
    creation_date: Date,
}

/// Returns the versions of a state machine, the largest number first.
pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListStateMachineVersions,
) -> Result<ListVersionsOutput, ApiError> {
    let arn = StatesArn::parse(&input.state_machine_arn)?;
    // The API's model has no StateMachineDoesNotExist here.
    let machine = service
        .unqualified(&arn)
        .map_err(|_| ApiError::new("InvalidArn", format!("Invalid arn: {}", arn.text)))?;
    let list = format!("ListStateMachineVersions {}", machine.arn);
    let page = Page::new(list, input.max_results, input.next_token.as_deref())?;
    let versions = machine.versions.iter().rev();
    // Later entries of the list have a larger position.
    let place = |number: u32| format!("{:010}", u32::MAX - number);
    let (versions, next_token) = page.of(versions, |(number, _)| place(**number));
    let versions = versions
        .into_iter()
        .map(|(number, version)| VersionListItem {
            state_machine_version_arn: machine.version_arn(*number),
            creation_date: Date(version.created),
        });
    Ok(ListVersionsOutput {
        state_machine_versions: versions.collect(),
        next_token,
    })
}
