//! The parts of requests that all protocols share, and the checks of parameters.

use serde_json::{Map, Value as Json};

use crate::models::{Member, ServiceModel, Shape, ShapeIx, Structure};

/// The maximum depth of parameters. DynamoDB, whose values nest deepest, has a limit of 32 levels,
/// which are 64 here. The functions that write parameters are recursive: 500 levels overflow the
/// stack of a thread in a debug build.
pub(crate) const MAX_DEPTH: usize = 200;

/// A request, without the host and the signature.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ApiRequest {
    pub(crate) method: String,
    /// The encoded path, which begins with `/`.
    pub(crate) path: String,
    /// The query, not encoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// A prefix of the host name on AWS.
    pub(crate) host_prefix: String,
    pub(crate) needs_checksum: bool,
}

/// A parameter that the API does not have, or that cannot be sent. The message is that of Step
/// Functions, if one is known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct InvalidParameter(pub(crate) String);

/// What the writers of all protocols share.
pub(super) struct Writer<'a> {
    pub(super) model: &'a ServiceModel,
    pub(super) token: &'a str,
}

impl<'a> Writer<'a> {
    pub(super) fn shape(&self, at: ShapeIx) -> &'a Shape {
        self.model.shape(at)
    }

    /// Returns the members of a structure that are sent, with their values: those of the
    /// parameters, and an idempotency token. A null counts as missing.
    pub(super) fn members<'v>(
        &self,
        structure: &'a Structure,
        parameters: &'v Map<String, Json>,
    ) -> Result<Vec<(&'a Member, SentValue<'v>)>, InvalidParameter> {
        let mut sent = Vec::new();
        for (name, value) in parameters {
            let member = structure.member(name).ok_or_else(|| unknown_field(name))?;
            if !value.is_null() {
                sent.push((member, SentValue::Given(value)));
            }
        }
        for member in structure
            .members
            .iter()
            .filter(|member| member.is_idempotency_token)
        {
            if !sent.iter().any(|(other, _)| std::ptr::eq(*other, member)) {
                sent.push((member, SentValue::Generated(Json::from(self.token))));
            }
        }
        Ok(sent)
    }

    /// Returns the members of an object for a structure.
    pub(super) fn object<'v>(
        value: &'v Json,
        what: &str,
    ) -> Result<&'v Map<String, Json>, InvalidParameter> {
        value
            .as_object()
            .ok_or_else(|| wrong_type(what, "an object"))
    }

    pub(super) fn list<'v>(value: &'v Json, what: &str) -> Result<&'v [Json], InvalidParameter> {
        value
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| wrong_type(what, "a list"))
    }

    /// Returns the depth below, or an error if it is too deep.
    pub(super) fn deeper(depth: usize) -> Result<usize, InvalidParameter> {
        match depth {
            MAX_DEPTH.. => Err(InvalidParameter(format!(
                "The parameters have more than {MAX_DEPTH} levels"
            ))),
            _ => Ok(depth + 1),
        }
    }
}

/// The value of a member in a request.
pub(super) enum SentValue<'v> {
    Given(&'v Json),
    Generated(Json),
}

impl SentValue<'_> {
    pub(super) fn json(&self) -> &Json {
        match self {
            Self::Given(value) => value,
            Self::Generated(value) => value,
        }
    }
}

/// The message is that of CreateStateMachine, for a field that is only known when the state runs.
pub(crate) fn unknown_field(name: &str) -> InvalidParameter {
    InvalidParameter(format!(
        "The field \"{name}\" is not supported by Step Functions"
    ))
}

fn wrong_type(name: &str, expected: &str) -> InvalidParameter {
    InvalidParameter(format!(
        "The value for the field '{name}' must be {expected}"
    ))
}
