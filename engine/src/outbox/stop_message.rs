//! The stop messages of the outbox, and how they are encoded in the store.

use serde_json::{Value as Json, json};
use stepwright_interpreter::value::Value;

/// Something that must be stopped, because the task that waited for it has ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StopMessage {
    /// A nested execution, by its ARN.
    Execution(String),
    /// A job of a service, by the request of its source.
    Job(Value),
}

const EXECUTION: &str = "execution";
const JOB: &str = "job";

impl StopMessage {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let message = match self {
            Self::Execution(arn) => json!({EXECUTION: arn}),
            Self::Job(request) => json!({JOB: request.to_json()}),
        };
        message.to_string().into_bytes()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let message: Json = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if let Some(arn) = message.get(EXECUTION).and_then(Json::as_str) {
            return Ok(Self::Execution(arn.to_owned()));
        }
        match message.get(JOB) {
            Some(request) => Ok(Self::Job(Value::from(request.clone()))),
            None => Err("a newer version of stepwright-runtime wrote it".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_they_were_written() {
        for message in [
            StopMessage::Execution("arn:e".to_owned()),
            StopMessage::Job(Value::from(json!({"service": "glue", "n": 1}))),
            StopMessage::Job(Value::from(Json::Null)),
        ] {
            assert_eq!(StopMessage::decode(&message.encode()), Ok(message));
        }
        assert!(StopMessage::decode(b"{}").is_err());
        assert!(StopMessage::decode(b"?").is_err());
    }
}
