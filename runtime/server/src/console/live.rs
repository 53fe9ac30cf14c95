//! Streams of changes (server-sent events). A stream has no data: after each event, the script loads the content of the page again.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use stepwright_runtime::Events;

use super::error::PageError;
use super::link;
use super::params::Params;
use super::server_event::{CHANGE, COMMENT, END, HEARTBEAT};
use super::state::Console;
use super::store_live;

/// The shortest time between two events of a stream: an execution can write thousands of events in a second.
const PAUSE: Duration = Duration::from_millis(300);
/// The same for lists, whose pages cost more.
const LIST_PAUSE: Duration = Duration::from_secs(2);
/// How often a stream checks whether the server shuts down.
const LOOK: Duration = Duration::from_millis(500);

/// Returns the address of the stream of changes of all executions, for a page that is read after this call. The stream begins with the changes
/// since then, so that a change between the page and the stream is not lost.
pub(super) fn url_of_lists(console: &Console) -> String {
    let [begun, ended, queued] = console.source.changes();
    let known = format!("{begun}.{ended}.{queued}");
    link::with("/console/live", &[("after", &known)])
}

/// Returns the numbers of an address.
fn numbers_of(known: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = known.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// The stream of changes of all executions.
pub(super) async fn of_lists(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let known = numbers_of(params.text("after"));
    let numbers = known.unwrap_or_else(|| console.source.changes());
    let ends = console.service.shutdown.begun();
    let stream = stream::unfold((console, numbers), |(console, before)| async move {
        let mut quiet = Duration::ZERO;
        loop {
            tokio::time::sleep(LIST_PAUSE).await;
            if console.service.is_shutting_down() {
                return None;
            }
            let numbers = console.source.changes();
            if numbers != before {
                return Some((CHANGE, (console, numbers)));
            }
            quiet += LIST_PAUSE;
            if quiet >= HEARTBEAT {
                return Some((COMMENT, (console, before)));
            }
        }
    });
    respond(ends, stream)
}

/// The stream of changes of one execution.
pub(super) async fn of_execution(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let arn = params.text("arn");
    // The page contains the events up to this one.
    let known = params.number("after").unwrap_or(0);
    let ends = console.service.shutdown.begun();
    if console.source.store().is_some() {
        let arn = arn.to_owned();
        return respond(ends, store_live::changes(console, arn, known));
    }
    match console.service.engine.find_execution(arn).await {
        Ok(Some(run)) => respond(ends, changes(console, run.events(), known)),
        Ok(None) => {
            PageError::not_found(format!("there is no execution `{arn}`")).respond(&console)
        }
        Err(error) => PageError::from(error).respond(&console),
    }
}

/// The state of the stream of one execution.
struct Watch {
    console: Console,
    events: Events,
    known: u32,
    has_ended: bool,
}

fn changes(
    console: Console,
    events: Events,
    known: u32,
) -> impl Stream<Item = &'static [u8]> + Send + 'static {
    let watch = Watch {
        console,
        events,
        known,
        has_ended: false,
    };
    stream::unfold(watch, |mut watch| async move {
        if watch.has_ended {
            return None;
        }
        let chunk = watch.next().await?;
        Some((chunk, watch))
    })
}

impl Watch {
    /// Waits for new events, and skips those that follow within the pause. Returns `None` when the server shuts down.
    async fn next(&mut self) -> Option<&'static [u8]> {
        let mut quiet = Duration::ZERO;
        let mut is_changed = false;
        loop {
            let time = if is_changed { PAUSE } else { LOOK };
            match tokio::time::timeout(time, self.events.next()).await {
                Ok(Some(event)) => {
                    let is_new = event.id() > self.known;
                    if is_new && !is_changed {
                        is_changed = true;
                        tokio::time::sleep(PAUSE).await;
                    }
                }
                Ok(None) => {
                    self.has_ended = true;
                    return Some(END);
                }
                Err(_) if is_changed => return Some(CHANGE),
                Err(_) => {
                    if self.console.service.is_shutting_down() {
                        return None;
                    }
                    quiet += LOOK;
                    if quiet >= HEARTBEAT {
                        return Some(COMMENT);
                    }
                }
            }
        }
    }
}

/// Returns the response of a stream, which ends when the server begins to shut down.
fn respond(
    ends: impl Future<Output = ()> + Send + 'static,
    stream: impl Stream<Item = &'static [u8]> + Send + 'static,
) -> Response {
    use futures_util::StreamExt;
    let chunks = stream
        .take_until(ends)
        .map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk)));
    // The first bytes open the connection of the script at once.
    let chunks = stream::iter([Ok(Bytes::from_static(COMMENT))]).chain(chunks);
    (
        [(CONTENT_TYPE, "text/event-stream")],
        Body::from_stream(chunks),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_an_address_are_three() {
        assert_eq!(numbers_of("1.20.0"), Some([1, 20, 0]));
        for other in ["", "1.2", "1.2.3.4", "1.2.x", "1.-2.3"] {
            assert_eq!(numbers_of(other), None, "{other}");
        }
    }
}
