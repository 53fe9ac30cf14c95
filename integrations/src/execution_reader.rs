//! Downloads the histories and definitions of executions from Step Functions.

use serde_json::{Map, Value as Json, json};

use crate::client::{
    CallError, Endpoints, HttpClient, PrepareError, ResponseTime, ServiceClient, SigningKeys,
};
use crate::models::Models;
use crate::protocol::Naming;

/// The most pages of one history: 25,000 events in pages of 1,000, with a margin for smaller pages.
const MAX_PAGES: usize = 1_000;

/// Reads recorded executions from Step Functions on AWS, or from a server with the same API.
#[derive(Debug)]
pub struct ExecutionReader {
    client: ServiceClient,
}

/// An execution cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{operation} of `{execution}` failed: {reason}")]
pub struct ReadExecutionError {
    operation: &'static str,
    execution: String,
    reason: String,
}

impl ExecutionReader {
    /// Creates a reader that calls AWS with these keys.
    pub fn of_aws(keys: SigningKeys, region: &str) -> Self {
        Self::new(Endpoints::new(), Some(keys.clone()), keys, region)
    }

    /// Creates a reader that calls a server with the API of Step Functions.
    pub fn of_endpoint(endpoints: Endpoints, keys: SigningKeys, region: &str) -> Self {
        Self::new(endpoints, None, keys, region)
    }

    fn new(
        endpoints: Endpoints,
        aws: Option<SigningKeys>,
        emulator_keys: SigningKeys,
        region: &str,
    ) -> Self {
        Self {
            client: ServiceClient {
                models: Models::embedded(),
                endpoints,
                aws,
                emulator_keys: emulator_keys.into(),
                region: region.to_owned(),
                http: HttpClient::new(),
                response_time: ResponseTime::default(),
            },
        }
    }

    /// Reads the whole history of an execution, with its data, as GetExecutionHistory returns it.
    ///
    /// # Errors
    ///
    /// The error of the service, or of the connection.
    pub async fn history(&self, execution: &str) -> Result<Json, ReadExecutionError> {
        let mut events = Vec::new();
        let mut page = json!({
            "ExecutionArn": execution, "IncludeExecutionData": true, "MaxResults": 1_000
        });
        for _ in 0..MAX_PAGES {
            let mut response = self.call("getExecutionHistory", execution, &page).await?;
            if let Some(Json::Array(more)) = response.remove("events") {
                events.extend(more);
            }
            match response.remove("nextToken") {
                Some(Json::String(token)) => page["NextToken"] = token.into(),
                _ => break,
            }
        }
        Ok(json!({ "events": events }))
    }

    /// Reads the definition with which an execution started.
    ///
    /// # Errors
    ///
    /// The error of the service, or of the connection.
    pub async fn definition(&self, execution: &str) -> Result<String, ReadExecutionError> {
        let operation = "describeStateMachineForExecution";
        let request = json!({ "ExecutionArn": execution });
        let mut response = self.call(operation, execution, &request).await?;
        match response.remove("definition") {
            Some(Json::String(definition)) => Ok(definition),
            _ => Err(ReadExecutionError {
                operation,
                execution: execution.to_owned(),
                reason: "the response has no definition".to_owned(),
            }),
        }
    }

    async fn call(
        &self,
        operation: &'static str,
        execution: &str,
        request: &Json,
    ) -> Result<Map<String, Json>, ReadExecutionError> {
        let failed = |reason: String| ReadExecutionError {
            operation,
            execution: execution.to_owned(),
            reason,
        };
        let prepared = self
            .client
            .prepare("stepfunctions", operation, Naming::Sdk, request, "");
        let prepared = prepared.map_err(|error: PrepareError| failed(error.to_string()))?;
        let call = prepared.ok_or_else(|| failed("Step Functions has no endpoint".to_owned()))?;
        let output = self.client.send(call).await;
        let output = output.map_err(|error| match error {
            CallError::Api(error, _) => failed(format!("{} ({})", error.message, error.code)),
            CallError::Client(message, _) | CallError::TooLarge(message) => failed(message),
        })?;
        Ok(output.members.into_iter().map(api_name).collect())
    }
}

/// Returns a member with its name in the API, which begins with a lower-case letter. Names of
/// workflow variables remain.
fn api_name((name, value): (String, Json)) -> (String, Json) {
    let mut letters = name.chars();
    let name = match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => name,
    };
    let value = match value {
        value if name == "assignedVariables" => value,
        Json::Object(members) => Json::Object(members.into_iter().map(api_name).collect()),
        Json::Array(items) => {
            let items = items.into_iter().map(|item| match item {
                Json::Object(members) => Json::Object(members.into_iter().map(api_name).collect()),
                item => item,
            });
            items.collect()
        }
        value => value,
    };
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_names_of_the_api_and_variables_keep_theirs() {
        let response = json!({"Events": [{"Id": 1, "StateExitedEventDetails": {
            "Name": "A", "AssignedVariables": {"Total": "1"}}}]});
        let Json::Object(members) = response else {
            panic!("an object")
        };
        let members: Map<String, Json> = members.into_iter().map(api_name).collect();
        assert_eq!(
            Json::Object(members),
            json!({"events": [{"id": 1, "stateExitedEventDetails": {
                "name": "A", "assignedVariables": {"Total": "1"}}}]})
        );
    }
}
