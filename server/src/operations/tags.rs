//! Tags of state machines and activities.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::configuration::{Tag, add_tags};
use crate::arn::{Resource, StatesArn};
use crate::control::Machine;
use crate::error::ApiError;
use crate::response::EmptyResponse;
use crate::service::Service;
use crate::shape::{Arn, List, Required, TagKey, shape};

type Tags = IndexMap<String, String>;

/// A resource that has tags.
enum TaggedResource {
    Machine(Arc<Machine>),
    Activity(String),
}

impl TaggedResource {
    /// Finds the resource of an ARN.
    ///
    /// # Errors
    ///
    /// `InvalidArn`, `ResourceNotFound`.
    fn find(service: &Service, text: &str) -> Result<Self, ApiError> {
        let arn = StatesArn::parse(text)?;
        let found = match arn.resource {
            Resource::StateMachine {
                name,
                qualifier: None,
            } => service.control.machine(name).map(Self::Machine),
            Resource::Activity { name } => {
                let found = service.engine.activity(arn.text);
                found.map(|_| Self::Activity(name.to_owned()))
            }
            // Versions and aliases have no tags (recorded).
            Resource::StateMachine { .. } => None,
            _ => return Err(arn.wrong_type()),
        };
        let found = found.filter(|_| service.is_own(&arn));
        found.ok_or_else(|| ApiError::no_resource(text))
    }

    fn tags(&self, service: &Service) -> Tags {
        match self {
            Self::Machine(machine) => machine.tags.clone(),
            Self::Activity(name) => service.control.activity(name).tags,
        }
    }
}

/// Changes the tags of a resource.
async fn change(
    service: &Arc<Service>,
    arn: String,
    change: impl FnOnce(&mut Tags) -> Result<(), ApiError> + Send + 'static,
) -> Result<EmptyResponse, ApiError> {
    let here = service.clone();
    service
        .change(async move {
            let tagged = TaggedResource::find(&here, &arn)?;
            let mut tags = tagged.tags(&here);
            change(&mut tags)?;
            match tagged {
                TaggedResource::Machine(machine) => {
                    let mut machine = Machine::clone(&machine);
                    machine.tags = tags;
                    here.control.put(&here.engine, machine).await?;
                }
                TaggedResource::Activity(name) => {
                    let mut activity = here.control.activity(&name);
                    activity.tags = tags;
                    here.control
                        .put_activity(&here.engine, &name, Some(activity))
                        .await?;
                }
            }
            Ok(EmptyResponse {})
        })
        .await
}

shape! {
    /// The request of TagResource.
    TagResource {
        resource_arn: Required<Arn>,
        tags: Required<List<Tag>>,
    }
}

pub(crate) async fn tag(
    service: &Arc<Service>,
    input: TagResource,
) -> Result<EmptyResponse, ApiError> {
    let arn = input.resource_arn.to_string();
    change(service, arn.clone(), move |tags| {
        add_tags(tags, &input.tags, &arn)
    })
    .await
}

shape! {
    /// The request of UntagResource.
    UntagResource {
        resource_arn: Required<Arn>,
        tag_keys: Required<List<TagKey>>,
    }
}

/// Removes tags. A key that the resource does not have is no error.
pub(crate) async fn untag(
    service: &Arc<Service>,
    input: UntagResource,
) -> Result<EmptyResponse, ApiError> {
    let arn = input.resource_arn.to_string();
    let take = move |tags: &mut Tags| {
        for key in input.tag_keys.iter() {
            tags.shift_remove(&**key);
        }
        Ok(())
    };
    change(service, arn, take).await
}

shape! {
    /// The request of ListTagsForResource.
    ListTagsForResource {
        resource_arn: Required<Arn>,
    }
}

/// The response of ListTagsForResource.
#[derive(Debug, Serialize)]
pub(crate) struct ListTagsOutput {
    tags: Vec<TagOutput>,
}

#[derive(Debug, Serialize)]
struct TagOutput {
    key: String,
    value: String,
}

pub(crate) async fn list(
    service: &Arc<Service>,
    input: ListTagsForResource,
) -> Result<ListTagsOutput, ApiError> {
    let tags = TaggedResource::find(service, &input.resource_arn)?.tags(service);
    let tags = tags
        .into_iter()
        .map(|(key, value)| TagOutput { key, value });
    Ok(ListTagsOutput {
        tags: tags.collect(),
    })
}
