//! Calls the API over HTTP.

use serde_json::Value as Json;
use stepwright_engine::Engine;
use stepwright_server::Server;
use tokio::net::TcpListener;

use crate::golden::environment::Environment;

/// A server over an engine, and its client.
pub(crate) struct Api {
    address: String,
    agent: ureq::Agent,
}

impl Api {
    pub(crate) async fn over(engine: &Engine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Server::builder().engine(engine.clone()).build().unwrap();
        tokio::spawn(server.serve(listener));
        let agent = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            address,
            agent: agent.build().into(),
        }
    }

    /// Calls an operation and returns its response. A task token in the response gets the label
    /// `api`.
    pub(crate) async fn call(
        &self,
        operation: &str,
        request: &Json,
        environment: &Environment,
    ) -> Json {
        let mut request = request.clone();
        let token = request["taskToken"].as_str();
        let label = token.and_then(|text| text.strip_prefix("<token ")?.strip_suffix('>'));
        if let Some(token) = label.map(|label| environment.token(label)) {
            request["taskToken"] = token.into();
        }
        let sent = self
            .agent
            .post(format!("http://{}/", self.address))
            .header("X-Amz-Target", format!("AWSStepFunctions.{operation}"))
            .content_type("application/x-amz-json-1.0");
        let response = tokio::task::spawn_blocking(move || {
            let mut response = sent.send(request.to_string().as_bytes()).unwrap();
            let body: Json = response.body_mut().read_json().unwrap();
            (response.status().as_u16(), body)
        });
        let (status, mut body) = response.await.unwrap();
        assert_eq!(status, 200, "{operation}: {body}");
        if let Some(token) = body["taskToken"].as_str() {
            environment.set_token("api", token);
            body["taskToken"] = "<token api>".into();
        }
        body
    }
}
