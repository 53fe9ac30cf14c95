//! Activities, and the tasks of their workers.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;
use stepwright_asl::name::check_machine;
use stepwright_engine::ActivityDescription;

use super::configuration::{EncryptionConfiguration, Tag, add_tags};
use crate::arn::{Resource, StatesArn};
use crate::control::{Activity, Encryption};
use crate::error::ApiError;
use crate::page::Page;
use crate::response::{Date, EmptyResponse};
use crate::service::Service;
use crate::shape::{Arn, List, Name, PageSize, PageToken, Required, shape};

/// How long GetActivityTask waits during a shutdown, before it returns an empty response.
const SHUTDOWN_POLL: Duration = Duration::from_millis(500);

/// The maximum activities, as on AWS.
const MOST_ACTIVITIES: usize = 100_000;

shape! {
    /// The request of CreateActivity.
    CreateActivity {
        name: Required<Name>,
        tags: List<Tag>,
        encryption_configuration: Option<EncryptionConfiguration>,
    }
}

/// The response of CreateActivity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateActivityOutput {
    activity_arn: String,
    creation_date: Date,
}

/// Creates an activity. If an activity of this name exists, returns it with unchanged tags; a
/// different encryption key is an error.
pub(crate) async fn create(
    service: &Arc<Service>,
    input: CreateActivity,
) -> Result<CreateActivityOutput, ApiError> {
    let name = input.name.to_string();
    if check_machine(&name).is_err() {
        return Err(ApiError::invalid_name(&name));
    }
    let encryption = match &input.encryption_configuration {
        Some(encryption) => encryption.validated()?,
        None => Encryption::default(),
    };
    let arn = service.engine.arn("activity", &name);
    let mut tags = IndexMap::new();
    add_tags(&mut tags, &input.tags, &arn)?;
    let here = service.clone();
    service
        .change(async move {
            if let Some(known) = here.engine.activity(&arn) {
                return if here.control.activity(&name).encryption == encryption {
                    Ok(created(known))
                } else {
                    Err(ApiError::new(
                        "ActivityAlreadyExists",
                        format!("Activity Already Exists: '{arn}'"),
                    ))
                };
            }
            if here.engine.activities().len() >= MOST_ACTIVITIES {
                return Err(ApiError::new(
                    "ActivityLimitExceeded",
                    format!("There are {MOST_ACTIVITIES} activities, and no more may be created; delete some first"),
                ));
            }
            let activity = Activity { tags, encryption };
            // An activity without additional fields has no document.
            if activity != Activity::default() {
                here.control
                    .put_activity(&here.engine, &name, Some(activity))
                    .await?;
            }
            Ok(created(here.engine.create_activity(&name).await?))
        })
        .await
}

fn created(activity: ActivityDescription) -> CreateActivityOutput {
    CreateActivityOutput {
        activity_arn: activity.arn,
        creation_date: Date(activity.created),
    }
}

/// Returns the name in an activity's ARN, and whether the ARN belongs to this server.
fn name<'a>(service: &Service, arn: &StatesArn<'a>) -> Result<(&'a str, bool), ApiError> {
    match arn.resource {
        Resource::Activity { name } => Ok((name, service.is_own(arn))),
        _ => Err(arn.wrong_type()),
    }
}

shape! {
    /// The request of DescribeActivity.
    DescribeActivity {
        activity_arn: Required<Arn>,
    }
}

/// The response of DescribeActivity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeActivityOutput {
    activity_arn: String,
    name: String,
    creation_date: Date,
    encryption_configuration: Encryption,
}

pub(crate) async fn describe(
    service: &Arc<Service>,
    input: DescribeActivity,
) -> Result<DescribeActivityOutput, ApiError> {
    let arn = StatesArn::parse(&input.activity_arn)?;
    let (name, _) = name(service, &arn)?;
    let found = service.engine.activity(arn.text);
    let found = found.ok_or_else(|| ApiError::no_activity(arn.text))?;
    Ok(DescribeActivityOutput {
        activity_arn: found.arn,
        name: found.name,
        creation_date: Date(found.created),
        encryption_configuration: service.control.activity(name).encryption,
    })
}

shape! {
    /// The request of DeleteActivity.
    DeleteActivity {
        activity_arn: Required<Arn>,
    }
}

/// Deletes an activity. It is no error if the activity does not exist.
pub(crate) async fn delete(
    service: &Arc<Service>,
    input: DeleteActivity,
) -> Result<EmptyResponse, ApiError> {
    let arn = StatesArn::parse(&input.activity_arn)?;
    let (name, is_own) = name(service, &arn)?;
    if is_own {
        let (here, name, text) = (service.clone(), name.to_owned(), arn.text.to_owned());
        service
            .change(async move {
                here.engine.delete_activity(&text).await?;
                here.control.put_activity(&here.engine, &name, None).await
            })
            .await?;
    }
    Ok(EmptyResponse {})
}

shape! {
    /// The request of ListActivities.
    ListActivities {
        max_results: Option<PageSize>,
        next_token: Option<PageToken>,
    }
}

/// The response of ListActivities.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListActivitiesOutput {
    activities: Vec<ActivityListItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityListItem {
    activity_arn: String,
    name: String,
    creation_date: Date,
}

pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListActivities,
) -> Result<ListActivitiesOutput, ApiError> {
    let page = Page::new(
        "ListActivities",
        input.max_results,
        input.next_token.as_deref(),
    )?;
    // A program may have declared an activity by a placeholder, which is no ARN.
    let all = service.engine.activities().into_iter();
    let all = all.filter(|activity| StatesArn::parse(&activity.arn).is_ok());
    let (activities, next_token) = page.of(all, |activity| activity.arn.clone());
    let activities = activities.into_iter().map(|activity| ActivityListItem {
        activity_arn: activity.arn,
        name: activity.name,
        creation_date: Date(activity.created),
    });
    Ok(ListActivitiesOutput {
        activities: activities.collect(),
        next_token,
    })
}

shape! {
    /// The request of GetActivityTask.
    GetActivityTask {
        activity_arn: Required<Arn>,
        worker_name: Option<Name>,
    }
}

/// The response of GetActivityTask: empty when no task arrived in time.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetActivityTaskOutput {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
}

/// Waits for a task. When the client disconnects, the task remains for another worker.
pub(crate) async fn get_task(
    service: &Arc<Service>,
    input: GetActivityTask,
) -> Result<GetActivityTaskOutput, ApiError> {
    let arn = StatesArn::parse(&input.activity_arn)?;
    name(service, &arn)?;
    let _polls = service.pollers.enter(arn.text)?;
    let worker = input.worker_name.as_deref();
    let task = if service.is_shutting_down() {
        // A worker that polls again at once must not be busy with it.
        tokio::select! {
            () = tokio::time::sleep(SHUTDOWN_POLL.min(service.poll)) => {}
            () = service.shutdown.closing() => {}
        }
        None
    } else {
        // Real time, also if executions use virtual time, because the worker runs in a separate
        // process.
        let until = async {
            tokio::select! {
                () = tokio::time::sleep(service.poll) => {}
                () = service.shutdown.begun() => {}
            }
        };
        service
            .engine
            .get_activity_task_until(arn.text, worker, until)
            .await?
    };
    Ok(GetActivityTaskOutput {
        input: task.as_ref().map(|task| task.input.to_text()),
        task_token: task.map(|task| task.token.to_string()),
    })
}
