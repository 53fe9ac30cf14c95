//! The argument with which a service recognizes a repeated request.

/// Returns the name of the argument, if the operation of a resource has one.
#[cfg(feature = "models")]
pub(crate) fn idempotency_token(resource: &str) -> Option<String> {
    use stepwright_asl::service_models::CalledOperation;

    CalledOperation::of(resource)?.idempotency_token()
}

/// Without the models of services, the argument is not known.
#[cfg(not(feature = "models"))]
pub(crate) fn idempotency_token(_resource: &str) -> Option<String> {
    None
}
