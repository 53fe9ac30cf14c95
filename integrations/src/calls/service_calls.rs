//! Executes tasks by calls of AWS services: the settings, and the source of task results.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use stepwright_engine::task::{
    Answer, DefinedState, IntegrationPattern, Job, Resource, TaskCall, TaskFailure, TaskResult,
    TaskSource,
};
use stepwright_engine::value::Value;

use super::action::{ServiceAction, Style};
use super::adaptation::{adapt_parameters, adapt_result};
use super::failure::failure;
use super::jobs::{JobStopRequest, follow, job_kind, stop};
use super::lambda;
use crate::client::call_metadata::with_metadata;
use crate::client::{
    CallError, CallOutput, EndpointKeys, Endpoints, HttpClient, PrepareError, PreparedCall,
    ResponseTime, ServiceClient, SigningKeys,
};
use crate::http_calls::{Connections, HttpTask, api_gateway, http_invoke};
use crate::models::Models;
use crate::protocol::MAX_DEPTH;

/// Executes tasks that call AWS services, at the endpoints of emulators or at AWS.
///
/// An engine consults it after everything else:
/// [`EngineBuilder::fallback_tasks`](stepwright_engine::EngineBuilder::fallback_tasks).
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_integrations::{Endpoints, ServiceCalls};
/// use stepwright_runtime::Engine;
///
/// let endpoints = Endpoints::new().with("http://127.0.0.1:4566")?;
/// let calls = ServiceCalls::builder().endpoints(endpoints).build();
/// let engine = Engine::builder().fallback_tasks(calls).build()?;
/// # let _ = engine;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ServiceCalls {
    pub(crate) client: Arc<ServiceClient>,
    /// Those of `http:invoke` tasks; none if these tasks are not for this source.
    connections: Option<Arc<Connections>>,
}

/// The settings of [`ServiceCalls`].
#[derive(Debug)]
#[must_use]
pub struct ServiceCallsBuilder {
    endpoints: Endpoints,
    models: Models,
    region: String,
    account: String,
    aws: Option<SigningKeys>,
    emulator_keys: Option<SigningKeys>,
    service_keys: HashMap<String, SigningKeys>,
    connections: Option<Connections>,
    response_time: ResponseTime,
}

impl ServiceCalls {
    /// Returns settings without an endpoint, in the region `us-east-1`.
    pub fn builder() -> ServiceCallsBuilder {
        ServiceCallsBuilder {
            endpoints: Endpoints::new(),
            models: Models::embedded(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            aws: None,
            emulator_keys: None,
            service_keys: HashMap::new(),
            connections: None,
            response_time: ResponseTime::default(),
        }
    }

    /// Returns whether the calls of a resource are sent to an endpoint.
    pub fn serves(&self, resource: &Resource) -> bool {
        match HttpApi::of(resource) {
            Some(HttpApi::Any) => {
                self.connections.is_some() || self.client.endpoints.of_http_apis().is_some()
            }
            Some(HttpApi::ApiGateway) => self.client.serves("apigateway"),
            None => {
                let action = ServiceAction::of(resource);
                action.is_some_and(|action| self.client.serves(action.service))
            }
        }
    }

    /// Builds the call of an HTTP API.
    fn http_task(&self, api: HttpApi, call: &TaskCall<'_>) -> Result<HttpTask, String> {
        let parameters = call.parameters().to_json();
        let endpoints = &self.client.endpoints;
        let built = match api {
            HttpApi::Any => {
                let none = Connections::default();
                let connections = self.connections.as_deref().unwrap_or(&none);
                let endpoint = endpoints.of_http_apis();
                http_invoke(&parameters, connections, endpoint, &self.client.region)
            }
            HttpApi::ApiGateway => api_gateway(&parameters, endpoints.of("apigateway")),
        };
        built.map_err(|reason| call.unusable_parameters(&reason))
    }

    /// Builds the call of a task. `None` if the task is for something else; an error is the reason
    /// for which AWS would refuse the parameters.
    fn prepare(&self, call: &TaskCall<'_>) -> Option<Result<ServiceTask, String>> {
        let called = ServiceAction::of(call.resource())?;
        self.client
            .serves(called.service)
            .then(|| self.prepare_action(called, call))
    }

    fn prepare_action(
        &self,
        mut called: ServiceAction,
        call: &TaskCall<'_>,
    ) -> Result<ServiceTask, String> {
        // `Value` permits more levels than a stack.
        if call.parameters().depth() as usize > MAX_DEPTH {
            return Err(format!("The parameters have more than {MAX_DEPTH} levels"));
        }
        let mut parameters = parameters(called.style, call);
        adapt_parameters(&mut called, &mut parameters, call.execution())?;
        let prepared = self.client.prepare(
            called.service,
            &called.action,
            called.style.naming(),
            &Json::Object(parameters),
            &call.request_id(),
        );
        let prepared = prepared.map_err(|error| match error {
            PrepareError::Parameter(error) => call.unusable_parameters(&error.to_string()),
            other => other.to_string(),
        })?;
        let prepared = prepared.ok_or_else(|| format!("{} has no endpoint", called.service))?;
        Ok(ServiceTask {
            called,
            prepared,
            is_job: call.resource().pattern().is_sync(),
            request_id: call.request_id(),
            too_large: call.result_too_large(),
        })
    }

    fn answer_of(&self, task: ServiceTask, pattern: IntegrationPattern) -> Answer {
        let client = self.client.clone();
        let answer = Answer::later(async move { task.perform(&client).await });
        submitting(answer, pattern)
    }
}

impl ServiceCallsBuilder {
    /// Sets the endpoints of services. A service without an endpoint is not called, unless there
    /// are [keys](Self::aws) for AWS.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    /// Sets the API models; by default those that are part of this package.
    pub fn models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    /// Sets the region in signatures, from which some emulators choose their data.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the account, which is the access key for emulators, unless there are
    /// [keys](Self::emulator_keys) for them.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Sets the keys with which requests for emulators are signed.
    pub fn emulator_keys(mut self, keys: SigningKeys) -> Self {
        self.emulator_keys = Some(keys);
        self
    }

    /// Sets the keys with which requests for the endpoint of one service are signed, by its name
    /// in the AWS CLI.
    pub fn service_keys(mut self, service: impl Into<String>, keys: SigningKeys) -> Self {
        self.service_keys.insert(service.into(), keys);
        self
    }

    /// Sets the connections of `http:invoke` tasks, which then call the HTTP APIs of the
    /// definition. An endpoint of the service `http` gets these calls instead, with or without
    /// connections.
    pub fn connections(mut self, connections: Connections) -> Self {
        self.connections = Some(connections);
        self
    }

    /// Calls services without an endpoint at AWS, with these keys: their effects are real. Check
    /// the account first, with `AwsAccount::connect`.
    pub fn aws(mut self, keys: SigningKeys) -> Self {
        self.aws = Some(keys);
        self
    }

    /// Sets how long a service may take to respond: 60 seconds by default, and 16 minutes for
    /// functions of Lambda. A call without a response fails with `SdkClientException`.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_time = ResponseTime {
            service: timeout,
            function: timeout,
        };
        self
    }

    /// Returns the source of task results.
    pub fn build(self) -> ServiceCalls {
        let account = self.account;
        let emulator_keys = self.emulator_keys;
        let emulator_keys =
            emulator_keys.unwrap_or_else(|| SigningKeys::of_emulators(&account, []));
        ServiceCalls {
            client: Arc::new(ServiceClient {
                models: self.models,
                endpoints: self.endpoints,
                aws: self.aws,
                emulator_keys: EndpointKeys::new(emulator_keys, self.service_keys),
                region: self.region,
                http: HttpClient::new(),
                response_time: self.response_time,
            }),
            connections: self.connections.map(Arc::new),
        }
    }
}

impl TaskSource for ServiceCalls {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        if let Some(api) = HttpApi::of(call.resource()) {
            if !self.serves(call.resource()) {
                return None;
            }
            return Some(match self.http_task(api, call) {
                Ok(task) => {
                    let client = self.client.clone();
                    let too_large = call.result_too_large();
                    let answer =
                        Answer::later(async move { task.perform(&client, too_large).await });
                    submitting(answer, call.resource().pattern())
                }
                Err(reason) => Answer::refused(reason),
            });
        }
        Some(match self.prepare(call)? {
            Ok(task) => self.answer_of(task, call.resource().pattern()),
            Err(reason) => Answer::refused(reason),
        })
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        state
            .task()
            .is_some_and(|task| self.serves(task.resource()))
    }

    fn repeat(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let task = self.prepare(call)?.ok()?;
        let is_idempotent = task.prepared.is_idempotent();
        is_idempotent.then(|| self.answer_of(task, call.resource().pattern()))
    }

    fn job(&self, call: &TaskCall<'_>, response: &Value) -> Option<Job> {
        let called = ServiceAction::of(call.resource())?;
        if !self.client.serves(called.service) {
            return None;
        }
        let kind = job_kind(called.service, &called.action)?;
        let names = called.style.optimized()?;
        let job = kind.started(
            names,
            call.parameters().to_json(),
            response.to_json(),
            call.request_id(),
        );
        let stop = job.stop_request();
        let job = Job::new(follow(self.client.clone(), job));
        Some(match stop {
            Some(stop) => job.with_stop_request(stop.to_value()),
            None => job,
        })
    }

    fn stop_job(&self, request: &Value) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let request = JobStopRequest::of_value(request)?;
        if !self.client.serves(&request.service) {
            return None;
        }
        let client = self.client.clone();
        Some(Box::pin(async move { stop(&client, &request).await }))
    }
}

/// A task that calls an HTTP API instead of an operation of a service.
#[derive(Clone, Copy)]
enum HttpApi {
    /// `http:invoke`
    Any,
    /// `apigateway:invoke`
    ApiGateway,
}

impl HttpApi {
    fn of(resource: &Resource) -> Option<Self> {
        match (resource.service(), resource.plain_action()) {
            ("http", "invoke") => Some(Self::Any),
            ("apigateway", "invoke") => Some(Self::ApiGateway),
            _ => None,
        }
    }
}

/// Makes an answer the response to the request of a state that then waits for a token or a job.
fn submitting(answer: Answer, pattern: IntegrationPattern) -> Answer {
    match pattern {
        IntegrationPattern::RequestResponse => answer,
        _ => answer.submitting(),
    }
}

/// The call of a task, before it is sent.
struct ServiceTask {
    called: ServiceAction,
    prepared: PreparedCall,
    is_job: bool,
    request_id: String,
    /// The failure if the response is larger than any result.
    too_large: TaskFailure,
}

impl ServiceTask {
    async fn perform(self, client: &ServiceClient) -> TaskResult {
        let Self {
            called,
            prepared,
            is_job,
            request_id,
            too_large,
        } = self;
        let output = client.send(prepared).await;
        let mut output = output.map_err(|error| match error {
            CallError::TooLarge(_) => too_large,
            error => failure(called.style, error),
        })?;
        let CallOutput { members, .. } = &mut output;
        if called.service == "lambda"
            && called.action == "invoke"
            && called.style.optimized().is_some()
        {
            lambda::read_payload(members)?;
        }
        adapt_result(&called, members, is_job)?;
        Ok(Value::from(match called.style {
            Style::Sdk(_) => Json::Object(output.members),
            // Recorded: the results of EventBridge have no metadata.
            Style::Optimized(_) if called.service == "events" => Json::Object(output.members),
            Style::Optimized(_) => with_metadata(output, &request_id),
            Style::Function => output.members.remove("Payload").unwrap_or_default(),
        }))
    }
}

/// The parameters of the operation.
fn parameters(style: Style, call: &TaskCall<'_>) -> Map<String, Json> {
    let given = call.parameters().to_json();
    let members = match (style, given) {
        (Style::Function, input) => {
            json!({"FunctionName": call.resource().as_str(), "Payload": input})
        }
        (_, Json::Object(mut members)) => {
            if let Some(invocation) = call.invocation() {
                // A function without a payload gets `{}`.
                let payload = invocation.payload().to_json();
                members.insert("Payload".to_owned(), payload);
            }
            return members;
        }
        (_, _) => Json::Null,
    };
    match members {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
