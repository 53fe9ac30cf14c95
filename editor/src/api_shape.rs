//! The types of the arguments and results of services, by the models of their APIs.

use std::sync::Arc;

use stepwright_asl::service_models::{CalledOperation, Models, ServiceModel, Shape, ShapeIx};

/// The type of a value in a request or a response.
#[derive(Debug, Clone)]
pub(crate) struct ApiShape {
    model: Arc<ServiceModel>,
    shape: ShapeIx,
    is_sdk: bool,
}

/// A member of an object in a request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiMember {
    /// The name, as the arguments of a task write it.
    pub name: String,
    /// The type, with its article: `a string`.
    pub noun: &'static str,
}

/// Returns the members of the arguments of the operation that a resource calls. It is empty if no
/// model describes the operation.
///
/// ```
/// let members = stepwright_editor::argument_members("arn:aws:states:::sqs:sendMessage");
/// let queue = members.iter().find(|member| member.name == "QueueUrl").expect("it has a queue");
/// assert_eq!(queue.noun, "a string");
/// ```
pub fn argument_members(resource: &str) -> Vec<ApiMember> {
    let shape = ApiShape::arguments(resource);
    shape.map_or_else(Vec::new, |shape| shape.members())
}

impl ApiShape {
    /// The arguments of the operation that a resource calls.
    pub(crate) fn arguments(resource: &str) -> Option<ApiShape> {
        ApiShape::of(resource, true)
    }

    /// The response of the operation that a resource calls. `None` if the task waits, because the
    /// result of a job differs from the response of the call that starts it.
    pub(crate) fn response(resource: &str) -> Option<ApiShape> {
        let waits = resource.contains(".sync") || resource.contains(".waitForTaskToken");
        if waits {
            return None;
        }
        ApiShape::of(resource, false)
    }

    fn of(resource: &str, is_request: bool) -> Option<ApiShape> {
        let called = CalledOperation::of(resource)?;
        let model = Models::shared().find(called.service).ok()?;
        let operation = model.operations.get(&called.action)?;
        let shape = if is_request {
            operation.input?
        } else {
            operation.output?
        };
        Some(ApiShape {
            shape,
            model,
            is_sdk: called.is_sdk,
        })
    }

    /// The type of a member, of an item or of a value of a map.
    pub(crate) fn member(&self, key: &str) -> Option<ApiShape> {
        let shape = match self.model.shape(self.shape) {
            Shape::Structure(structure) => structure.member(key)?.shape,
            Shape::Map(map) => map.value,
            // Paths read the members of all items.
            Shape::List(list) if stepwright_asl::json::index(key).is_none() => {
                return self.with(list.item).member(key);
            }
            Shape::List(list) => list.item,
            _ => return None,
        };
        Some(self.with(shape))
    }

    /// The items of a list, or the type itself.
    pub(crate) fn item(&self) -> ApiShape {
        match self.model.shape(self.shape) {
            Shape::List(list) => self.with(list.item),
            _ => self.clone(),
        }
    }

    fn with(&self, shape: ShapeIx) -> ApiShape {
        ApiShape {
            shape,
            model: Arc::clone(&self.model),
            is_sdk: self.is_sdk,
        }
    }

    /// The members of an object, or of the objects in a list.
    pub(crate) fn members(&self) -> Vec<ApiMember> {
        let mut shape = self.shape;
        // A list of lists has no end in a recursive model only.
        for _ in 0..4 {
            if let Shape::List(list) = self.model.shape(shape) {
                shape = list.item;
            }
        }
        let Shape::Structure(structure) = self.model.shape(shape) else {
            return Vec::new();
        };
        let members = structure.members.iter().map(|member| ApiMember {
            name: if self.is_sdk {
                member.sdk_name.clone()
            } else {
                member.optimized_name.clone()
            },
            noun: self.with(member.shape).noun(),
        });
        members.collect()
    }

    /// The type, with its article.
    pub(crate) fn noun(&self) -> &'static str {
        match self.model.shape(self.shape) {
            Shape::Structure(_) | Shape::Map(_) => "an object",
            Shape::List(_) => "an array",
            Shape::Text | Shape::Blob => "a string",
            Shape::Boolean => "a boolean",
            Shape::Integer | Shape::Float => "a number",
            Shape::Timestamp(_) => "a point in time",
            Shape::Document | Shape::EventStream => "any JSON value",
        }
    }
}
