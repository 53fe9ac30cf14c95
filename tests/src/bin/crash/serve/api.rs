//! A client of the server. It logs each request before it is sent, and each response.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_tests::client::Client;
use tokio::sync::watch;

use crate::log::{Line, Log};
use crate::verdict::Kind;

/// How long a response may take. A store that another program locks delays responses by seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often a request is repeated while the server is unavailable, and the pause before that.
const REPEATS: u32 = 20;
const REPEAT_PAUSE: Duration = Duration::from_millis(100);

/// The pause after a connection that is refused.
const RECONNECTS: Duration = Duration::from_millis(20);

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) round: u32,
    pub(crate) text: String,
}

/// The outcome of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Success(Value),
    /// The server refuses the request: the code of the error.
    Refused(String),
    /// The server may have done it, or not: the connection broke, or the response is a 5xx.
    Unknown,
}

/// Sends requests to the server, whichever process it is.
pub(crate) struct Api {
    log: Log,
    address: watch::Receiver<Option<Address>>,
    idle: Mutex<Vec<(Address, Client)>>,
    number: AtomicU64,
    pub(crate) accepted: AtomicU64,
    pub(crate) unknown: AtomicU64,
}

impl Api {
    pub(crate) fn new(log: Log, address: watch::Receiver<Option<Address>>) -> Arc<Self> {
        Arc::new(Self {
            log,
            address,
            idle: Mutex::default(),
            number: AtomicU64::new(1),
            accepted: AtomicU64::new(0),
            unknown: AtomicU64::new(0),
        })
    }

    /// Waits until a server listens.
    pub(crate) async fn address(&self) -> Address {
        let mut address = self.address.clone();
        let listening = address.wait_for(Option::is_some).await;
        match listening.map(|address| address.clone()) {
            Ok(Some(address)) => address,
            // The program ends.
            _ => std::future::pending().await,
        }
    }

    /// Notes something that must not happen.
    pub(crate) async fn report(&self, kind: Kind, what: String) {
        self.log.write(Line::Broken { kind, what }).await;
    }

    /// Sends a request to the server that listens now, or to the next one.
    pub(crate) async fn call(&self, operation: &str, body: &Value) -> Outcome {
        let (address, client) = loop {
            let address = self.address().await;
            match self.connect(&address).await {
                Ok(client) => break (address, client),
                // The server is about to end, or has ended: nothing is sent.
                Err(_) => tokio::time::sleep(RECONNECTS).await,
            }
        };
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        self.log
            .write(Line::Request {
                number,
                operation: operation.to_owned(),
                body: body.clone(),
            })
            .await;
        let response = self.send(&address, client, operation, body).await;
        let (status, body) = match response {
            Ok((status, body)) => (Some(status), body),
            Err(why) => (None, json!(why)),
        };
        self.log
            .write(Line::Response {
                number,
                status,
                body: body.clone(),
            })
            .await;
        match status {
            Some(200) => {
                self.accepted.fetch_add(1, Ordering::Relaxed);
                Outcome::Success(body)
            }
            Some(status) if status < 500 => Outcome::Refused(code(&body).to_owned()),
            _ => {
                self.unknown.fetch_add(1, Ordering::Relaxed);
                Outcome::Unknown
            }
        }
    }

    /// Sends a request without a line in the log. Repeats it a few times while the server is
    /// unavailable, as the SDKs do.
    pub(crate) async fn read(&self, operation: &str, body: &Value) -> Result<Value, String> {
        let mut repeats = REPEATS;
        loop {
            let address = self.address().await;
            let client = self.connect(&address).await?;
            match self.send(&address, client, operation, body).await? {
                (200, body) => return Ok(body),
                (503, _) if repeats > 0 => repeats -= 1,
                (status, body) => {
                    return Err(format!("{operation} {}: {status} {body}", code(&body)));
                }
            }
            tokio::time::sleep(REPEAT_PAUSE).await;
        }
    }

    /// Returns a connection to this server.
    async fn connect(&self, address: &Address) -> Result<Client, String> {
        match self.idle(address) {
            Some(client) => Ok(client),
            None => Client::connect(&address.text).await,
        }
    }

    async fn send(
        &self,
        address: &Address,
        mut client: Client,
        operation: &str,
        body: &Value,
    ) -> Result<(u16, Value), String> {
        let asked = tokio::time::timeout(PATIENCE, client.ask(operation, body)).await;
        let response = asked.map_err(|_| format!("no response in {} s", PATIENCE.as_secs()))??;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((address.clone(), client));
        Ok(response)
    }

    /// Returns an idle connection to this server, and drops those to earlier ones.
    fn idle(&self, address: &Address) -> Option<Client> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(of, _)| of == address);
        idle.pop().map(|(_, client)| client)
    }
}

/// Returns the code of an error.
pub(crate) fn code(body: &Value) -> &str {
    let code = body["__type"].as_str().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}
