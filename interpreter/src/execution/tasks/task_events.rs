//! The events of tasks, by the kinds of their resources.

use crate::execution::task_request::{TaskRequest, TaskSettings};
use crate::history::{Details, EventKind, Payload};
use crate::task::ResourceKind;

#[inline]
pub(crate) fn scheduled_payload(request: &TaskRequest) -> Payload {
    let parameters = request.parameters.clone();
    match request.settings.as_deref().cloned().unwrap_or_default() {
        TaskSettings {
            timeout: None,
            heartbeat: None,
            role: None,
        } => Payload::Value(parameters),
        TaskSettings {
            timeout,
            heartbeat,
            role,
        } => Details::Scheduled {
            parameters,
            timeout,
            heartbeat,
            role,
        }
        .into(),
    }
}

#[inline]
pub(crate) fn scheduled(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionScheduled,
        ResourceKind::Activity => EventKind::ActivityScheduled,
        ResourceKind::Service => EventKind::TaskScheduled,
    }
}

#[inline]
pub(crate) fn started(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionStarted,
        ResourceKind::Activity => EventKind::ActivityStarted,
        ResourceKind::Service => EventKind::TaskStarted,
    }
}

#[inline]
pub(crate) fn succeeded(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionSucceeded,
        ResourceKind::Activity => EventKind::ActivitySucceeded,
        ResourceKind::Service => EventKind::TaskSucceeded,
    }
}

#[inline]
pub(crate) fn failed(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionFailed,
        ResourceKind::Activity => EventKind::ActivityFailed,
        ResourceKind::Service => EventKind::TaskFailed,
    }
}

pub(crate) fn timed_out(family: ResourceKind) -> EventKind {
    match family {
        ResourceKind::Lambda => EventKind::LambdaFunctionTimedOut,
        ResourceKind::Activity => EventKind::ActivityTimedOut,
        ResourceKind::Service => EventKind::TaskTimedOut,
    }
}
