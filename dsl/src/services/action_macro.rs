//! The macro that defines the actions of a service.

/// Defines an action: its marker, its function, and the methods of its request.
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
    // Without the function, for an action whose parameters need special types.
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
            const PATTERNS: &'static [stepwright_asl::integrations::IntegrationPattern] = &[
                stepwright_asl::integrations::IntegrationPattern::RequestResponse,
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
        stepwright_asl::integrations::IntegrationPattern::Sync
    };
    (@pattern token) => {
        stepwright_asl::integrations::IntegrationPattern::WaitForTaskToken
    };
    (@token $action:ident) => {
        impl $crate::services::HasTaskToken for $action {}
    };
}
