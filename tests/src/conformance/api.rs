//! Replays rows through the API of Step Functions, with a server and a client.

use std::time::Duration;

use serde_json::Value as Json;
use stepwright_runtime::Engine;
use stepwright_server::{Server, ServerError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client::Client;

/// How a row is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayMode<'a> {
    /// By calls of the engine.
    InProcess,
    /// By requests to a server of the API, which this process starts for the row.
    Api,
    /// By requests to a running server of the API at `HOST:PORT`. It knows neither tasks nor
    /// objects of a row.
    Endpoint(&'a str),
}

/// A connection to a server of the API.
pub(super) struct Api {
    client: Client,
    /// The server, if this process runs it.
    server: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Api {
    pub(super) async fn at(address: &str) -> Result<Self, String> {
        Ok(Self {
            client: Client::connect(address).await?,
            server: None,
        })
    }

    pub(super) async fn over(engine: Engine) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let server = Server::builder().engine(engine).build();
        let server = server.map_err(|error| error.to_string())?;
        let server = tokio::spawn(server.serve(listener));
        let client = Client::connect(&address.to_string()).await?;
        Ok(Self {
            client,
            server: Some(server),
        })
    }

    /// The response, or the code and the message of the error.
    pub(super) async fn ask(
        &mut self,
        operation: &str,
        request: &Json,
    ) -> Result<Result<Json, (String, String)>, String> {
        let (status, body) = self.client.ask(operation, request).await?;
        if status == 200 {
            return Ok(Ok(body));
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let kind = text("__type");
        let code = kind.rsplit('#').next().unwrap_or_default();
        Ok(Err((code.to_owned(), text("message"))))
    }

    /// The response of an operation that has to succeed.
    pub(super) async fn call(&mut self, operation: &str, request: &Json) -> Result<Json, String> {
        self.client.call(operation, request).await
    }

    /// All events of an execution.
    pub(super) async fn events(&mut self, execution: &Json) -> Result<Vec<Json>, String> {
        let mut events = Vec::new();
        let mut request = serde_json::json!({"executionArn": execution, "maxResults": 1_000});
        loop {
            let mut page = self.call("GetExecutionHistory", &request).await?;
            if let Json::Array(found) = page["events"].take() {
                events.extend(found);
            }
            match page.get("nextToken") {
                Some(token) => request["nextToken"] = token.clone(),
                None => return Ok(events),
            }
        }
    }

    /// The DescribeExecution response of a finished execution.
    pub(super) async fn finished(&mut self, execution: &Json) -> Result<Json, String> {
        let request = serde_json::json!({"executionArn": execution});
        loop {
            let described = self.call("DescribeExecution", &request).await?;
            if described["status"] != "RUNNING" {
                return Ok(described);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}
