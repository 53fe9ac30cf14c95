//! The request that stops a job, and its format in a store.

use serde_json::{Value as Json, json};
use stepwright_engine::value::Value;

/// The request that stops a job, as the store of an engine retains it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::calls) struct JobStopRequest {
    /// The service in botocore.
    pub(in crate::calls) service: String,
    pub(super) action: String,
    pub(super) parameters: Json,
    pub(super) request_id: String,
}

impl JobStopRequest {
    pub(in crate::calls) fn to_value(&self) -> Value {
        Value::from(json!({
            "service": self.service,
            "action": self.action,
            "parameters": self.parameters,
            "requestId": self.request_id,
        }))
    }

    /// Returns the request in a value; `None` if another source has written it.
    pub(in crate::calls) fn of_value(value: &Value) -> Option<Self> {
        let value = value.to_json();
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(Self {
            service: text("service")?,
            action: text("action")?,
            parameters: value.get("parameters")?.clone(),
            request_id: text("requestId")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let request = JobStopRequest {
            service: "glue".to_owned(),
            action: "batchStopJobRun".to_owned(),
            parameters: json!({"JobName": "j", "JobRunIds": ["r"]}),
            request_id: "1".to_owned(),
        };
        let read = JobStopRequest::of_value(&request.to_value());
        assert_eq!(read, Some(request));
        assert_eq!(JobStopRequest::of_value(&Value::from(json!({}))), None);
    }
}
