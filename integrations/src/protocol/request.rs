//! Builds the HTTP request of an operation in the protocol of its service.

use serde_json::{Map, Value as Json};

use super::writer::{ApiRequest, InvalidParameter, Writer};
use super::{json, query, rest, scalar};
use crate::models::{ComputedArguments, Operation, Protocol, ServiceModel, check_arguments};

/// Builds the request of an operation. `token` is used for each idempotency token that the
/// parameters do not have.
pub(crate) fn request(
    model: &ServiceModel,
    operation: &Operation,
    parameters: &Json,
    token: &str,
) -> Result<ApiRequest, InvalidParameter> {
    let problems = check_arguments(model, operation.input, parameters, ComputedArguments::None);
    if !problems.is_empty() {
        let reasons: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Err(InvalidParameter(reasons.join(", ")));
    }
    let empty = Map::new();
    let parameters = match parameters {
        Json::Object(members) => members,
        Json::Null => &empty,
        _ => {
            return Err(InvalidParameter(
                "The parameters must be an object".to_owned(),
            ));
        }
    };
    let writer = Writer { model, token };
    let mut request = ApiRequest {
        needs_checksum: operation.needs_checksum,
        ..match model.protocol {
            Protocol::Json => json::request(&writer, operation, parameters)?,
            Protocol::RestJson | Protocol::RestXml => {
                rest::request(&writer, operation, parameters)?
            }
            Protocol::Query | Protocol::Ec2 => query::request(&writer, operation, parameters)?,
        }
    };
    if let (Some(prefix), Some(input)) = (&operation.host_prefix, model.structure(operation.input))
    {
        request.host_prefix = rest::expand(prefix, |name| {
            let member = input.members.iter().find(|member| member.name == name)?;
            let given = parameters.get(&member.sdk_name);
            let given = given.or_else(|| parameters.get(&member.optimized_name));
            given.map(scalar::text)
        })?;
    }
    Ok(request)
}
