//! Receives the status changes of an engine, and sends them as events of EventBridge.

use std::sync::Arc;
use std::time::Duration;

use stepwright_engine::{StatusChange, StatusListener};

use super::event_queue::EventQueue;
use super::event_sender::{EVENTS, send_all};
use crate::calls::ServiceCalls;
use crate::client::ServiceClient;

/// Sends the changes of the status of executions to EventBridge at its endpoint, as AWS does:
/// events with the source `aws.states` and the detail type
/// `Step Functions Execution Status Change`.
///
/// Executions do not wait for their events. The events of one execution are sent in order.
///
/// With a store, each event is sent at least once: it waits in the store until EventBridge accepts
/// it, also after a restart. An event that is sent again has the same content. An event is only
/// lost if EventBridge refuses its content.
///
/// Without a store, an event is lost if the endpoint does not accept it for about half a minute, if
/// more than 10,000 events are waiting, or if the process ends before it is sent. The log reports
/// how many are lost.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use stepwright_integrations::{Endpoints, ServiceCalls};
/// use stepwright_runtime::Engine;
///
/// let endpoints = Endpoints::new().with("events=http://127.0.0.1:4566")?;
/// let events = ServiceCalls::builder().endpoints(endpoints).build().status_events("default")?;
/// tokio::spawn(events.clone().send());
/// let engine = Engine::builder().status_listener(events.clone()).build()?;
/// // ...
/// engine.shutdown(Duration::from_secs(30)).await;
/// events.finish(Duration::from_secs(5)).await;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct StatusEvents {
    queue: Arc<EventQueue>,
    client: Arc<ServiceClient>,
    bus: Arc<str>,
}

/// The reason why status events cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusEventsError {
    /// EventBridge has no endpoint.
    #[error(
        "EventBridge has no endpoint; set one with --aws-endpoint events=URL (`Endpoints::with`)"
    )]
    NoEndpoint,
    /// EventBridge would be called at AWS.
    #[error(
        "AWS accepts no events of the source `aws.states` from programs, and sends them for executions at AWS; set the endpoint of an emulator with --aws-endpoint events=URL (`Endpoints::with`)"
    )]
    OnAws,
}

impl ServiceCalls {
    /// Returns a sender of status events to an event bus, which is named by its name or its ARN. It
    /// sends nothing before [`StatusEvents::send`] runs.
    ///
    /// # Errors
    ///
    /// If EventBridge has no endpoint.
    pub fn status_events(&self, bus: &str) -> Result<StatusEvents, StatusEventsError> {
        match (self.client.endpoints.of(EVENTS), &self.client.aws) {
            (Some(_), _) => Ok(StatusEvents {
                queue: Arc::default(),
                client: self.client.clone(),
                bus: bus.into(),
            }),
            (None, Some(_)) => Err(StatusEventsError::OnAws),
            (None, None) => Err(StatusEventsError::NoEndpoint),
        }
    }
}

impl StatusEvents {
    /// Sends events until [`finish`](Self::finish) is called and all are sent. Spawn it as a task
    /// once.
    pub async fn send(self) {
        send_all(&self.queue, &self.client, &self.bus).await;
    }

    /// Waits until all events are sent, for this time at most. Changes after the call are not sent.
    /// Returns how many events are not sent.
    pub async fn finish(&self, time: Duration) -> usize {
        self.queue.close();
        match tokio::time::timeout(time, self.queue.emptied()).await {
            Ok(()) => 0,
            Err(_elapsed) => {
                let (unsent, stored) = (self.queue.unsent(), self.queue.unsent_durable());
                let count = unsent.saturating_sub(stored);
                if count > 0 {
                    tracing::warn!(count, "status events are lost, because the process ends");
                }
                if stored > 0 {
                    tracing::info!(
                        count = stored,
                        "status events wait in the store and are sent after the next start"
                    );
                }
                unsent
            }
        }
    }
}

impl StatusListener for StatusEvents {
    fn status_changed(&self, change: StatusChange) {
        self.queue.push(change);
    }
}
