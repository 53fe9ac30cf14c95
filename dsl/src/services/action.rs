//! What an action of a service has.

use crate::Payload;
use crate::sealed::Sealed;
use stepwright_asl::integrations::Pattern;

/// An action of a service: `sqs:sendMessage`.
pub trait Action: Sealed {
    /// What follows `arn:aws:states:::`.
    const RESOURCE: &'static str;
    /// The parameters that it cannot do without.
    const REQUIRED: &'static [&'static str];
    /// Its other parameters.
    const OPTIONAL: &'static [&'static str];
    /// Its patterns, as the traits [`HasSync`] and [`HasTaskToken`] have them; `.sync:2` is not among them.
    const PATTERNS: &'static [Pattern];
    /// What it gives by itself.
    type Answer: Payload;
}

/// An action that starts a job for whose end a state can wait: `.sync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.sync`",
    label = "Step Functions cannot wait for its end",
    note = "without `.sync` the state goes on with the service's answer; to wait, poll with `Wait` and `Choice` states, or use `wait_for_task_token` where there is one"
)]
pub trait HasSync: Action {
    /// The job as it ended.
    type Job: Payload;
}

/// An action with `.sync:2`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.sync:2`",
    label = "only `states:startExecution` has it",
    note = "use `sync`, where the action has it"
)]
pub trait HasSync2: Action {}

/// An action that can hand on a task token, with which somebody answers: `.waitForTaskToken`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `.waitForTaskToken`",
    label = "Step Functions hands no token to it",
    note = "hand the token on with an action that takes one: `lambda::invoke`, `sqs::send_message`, `sns::publish`, `events::put_events`"
)]
pub trait HasTaskToken: Action {}

/// An action: its marker, its function, and the methods of its request.
macro_rules! action {
    (
        $(#[$doc:meta])*
        $function:ident = $action:ident($resource:literal) -> $answer:ty
        $(, sync -> $job:ty)? $(=> $token:ident)?;
        $($required:ident: $kind:ident = $key:literal,)*
        { $($optional:ident: $optional_kind:ident = $optional_key:literal,)* }
    ) => {
        action!(
            @marker
            $(#[$doc])*
            $function = $action($resource) -> $answer $(, sync -> $job)? $(=> $token)?;
            $($key,)*
            { $($optional: $optional_kind = $optional_key,)* }
        );

        $(#[$doc])*
        pub fn $function<From>(
            $($required: impl $crate::services::Argument<From, $crate::services::$kind>),*
        ) -> $crate::services::Request<$action, From> {
            $crate::services::Request::new()$(.with($key, $required))*
        }
    };
    // Without the function, where a parameter is not what its name says.
    (
        @marker
        $(#[$doc:meta])*
        $function:ident = $action:ident($resource:literal) -> $answer:ty
        $(, sync -> $job:ty)? $(=> $token:ident)?;
        $($key:literal,)*
        { $($optional:ident: $optional_kind:ident = $optional_key:literal,)* }
    ) => {
        #[doc = concat!("The action `", $resource, "`, which [`", stringify!($function), "`] calls.")]
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $action;

        impl $crate::sealed::Sealed for $action {}

        impl $crate::services::Action for $action {
            const RESOURCE: &'static str = $resource;
            const REQUIRED: &'static [&'static str] = &[$($key),*];
            const OPTIONAL: &'static [&'static str] = &[$($optional_key),*];
            const PATTERNS: &'static [stepwright_asl::integrations::Pattern] = &[
                stepwright_asl::integrations::Pattern::RequestResponse,
                $(action!(@sync $job),)?
                $(action!(@pattern $token),)?
            ];
            type Answer = $answer;
        }

        $(impl $crate::services::HasSync for $action {
            type Job = $job;
        })?

        $(action!(@$token $action);)?

        impl<From, Answer> $crate::services::Request<$action, From, Answer> {
            $(
                #[doc = concat!("`", $optional_key, "`.")]
                pub fn $optional(
                    self,
                    value: impl $crate::services::Argument<From, $crate::services::$optional_kind>,
                ) -> Self {
                    self.with($optional_key, value)
                }
            )*
        }
    };
    (@sync $job:ty) => {
        stepwright_asl::integrations::Pattern::Sync
    };
    (@pattern token) => {
        stepwright_asl::integrations::Pattern::WaitForTaskToken
    };
    (@token $action:ident) => {
        impl $crate::services::HasTaskToken for $action {}
    };
}
