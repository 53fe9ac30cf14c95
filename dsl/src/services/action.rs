//! The actions of services.

use crate::Payload;
use crate::sealed::Sealed;
use stepwright_asl::integrations::IntegrationPattern;

/// An action of a service: `sqs:sendMessage`.
pub trait Action: Sealed {
    /// The part of the resource ARN after `arn:aws:states:::`.
    const RESOURCE: &'static str;
    /// Its required parameters.
    #[doc(hidden)]
    const REQUIRED: &'static [&'static str];
    /// Its optional parameters.
    #[doc(hidden)]
    const OPTIONAL: &'static [&'static str];
    /// Its patterns, as in the traits [`HasSync`] and [`HasTaskToken`]; without `.sync:2`.
    #[doc(hidden)]
    const PATTERNS: &'static [IntegrationPattern];
    /// The result of the request-response pattern.
    type Answer: Payload;
}

/// An action that starts a job whose end a state can wait for: `.sync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.sync`",
    label = "Step Functions cannot wait for this job to end",
    note = "without `.sync` the state continues as soon as the service responds; to wait, poll with `Wait` and `Choice` states, or use `wait_for_task_token` where the action has it"
)]
pub trait HasSync: Action {
    /// The finished job.
    type Job: Payload;
}

/// An action with `.sync:2`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.sync:2`",
    label = "only `states:startExecution` has `.sync:2`",
    note = "use `sync` if the action has it"
)]
pub trait HasSync2: Action {}

/// An action that can pass a task token on, with which an external system completes the task:
/// `.waitForTaskToken`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.waitForTaskToken`",
    label = "Step Functions cannot pass a task token to this action",
    note = "pass the token with an action that takes one: `lambda::invoke`, `sqs::send_message`, `sns::publish`, `events::put_events`"
)]
pub trait HasTaskToken: Action {}
