//! Streams of changes (server-sent events). A stream has no data: after each event, the script
//! loads the content of the page again.

mod server_event;
mod store_live;

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use stepwright_engine::Events;
use tokio::time::Instant;

use self::server_event::{CHANGE, COMMENT, END, HEARTBEAT};
use super::form::params::Params;
use super::http::error::PageError;
use super::markup::link;
use super::state::Console;

/// The shortest time between two events of a stream: an execution can write thousands of events in
/// a second.
const PAUSE: Duration = Duration::from_millis(300);
/// The same for lists, whose pages cost more.
const LIST_PAUSE: Duration = Duration::from_secs(2);
/// How often a stream checks whether the server shuts down.
const LOOK: Duration = Duration::from_millis(500);

/// Returns the address of the stream of changes of all executions, for a page that is read after
/// this call. The stream begins with the changes since then, so that a change between the page and
/// the stream is not lost.
pub(super) fn url_of_lists(console: &Console) -> String {
    let [begun, ended, queued] = console.source.changes();
    let known = format!("{begun}.{ended}.{queued}");
    link::with(link::LIVE, &[("after", &known)])
}

/// Returns the numbers of an address.
fn numbers_of(known: &str) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = known.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// A stream of events: each is a whole text of the protocol.
type Changes = BoxStream<'static, &'static [u8]>;

/// The most pages of one stream.
const MOST_PAGES: usize = 256;

/// The stream of changes of all executions.
pub(super) async fn of_lists(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let ends = console.service.shutdown.begun();
    let changes = list_changes(console, &params);
    respond(ends, changes.map(Bytes::from_static))
}

/// The stream of changes of one execution.
pub(super) async fn of_execution(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let ends = console.service.shutdown.begun();
    match execution_changes(&console, &params).await {
        Ok(changes) => respond(ends, changes.map(Bytes::from_static)),
        Err(error) => error.respond(&console),
    }
}

/// One stream with the changes of several pages, because a browser opens only six connections to a
/// server. Each parameter `page` is the address of a stream; the data of an event is the number of
/// its page.
pub(super) async fn of_pages(
    State(console): State<Console>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::of_query(query.as_deref());
    let ends = console.service.shutdown.begun();
    let mut streams = Vec::new();
    for (number, page) in params.all("page").take(MOST_PAGES).enumerate() {
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        let params = Params::of_query(Some(query));
        let changes = match path {
            link::LIVE => list_changes(console.clone(), &params),
            link::LIVE_EXECUTION => match execution_changes(&console, &params).await {
                Ok(changes) => changes,
                // The page is loaded again, and shows the reason.
                Err(_) => stream::iter([END]).boxed(),
            },
            _ => continue,
        };
        streams.push(changes.map(move |event| of_page(event, number)).boxed());
    }
    respond(ends, stream::select_all(streams))
}

/// Returns an event with the number of its page.
fn of_page(event: &'static [u8], number: usize) -> Bytes {
    match event {
        CHANGE => format!("event: change\ndata: {number}\n\n").into(),
        END => format!("event: end\ndata: {number}\n\n").into(),
        comment => Bytes::from_static(comment),
    }
}

fn list_changes(console: Console, params: &Params) -> Changes {
    let known = numbers_of(params.text("after"));
    let numbers = known.unwrap_or_else(|| console.source.changes());
    let changes = stream::unfold((console, numbers), |(console, before)| async move {
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
    changes.boxed()
}

async fn execution_changes(console: &Console, params: &Params) -> Result<Changes, PageError> {
    let arn = params.text("arn");
    // The page contains the events up to this one.
    let known = params.number("after").unwrap_or(0);
    if console.source.store().is_some() {
        return Ok(store_live::changes(console.clone(), arn.to_owned(), known).boxed());
    }
    let run = console.service.engine.execution(arn).await?;
    let run = run.ok_or_else(|| PageError::not_found(format!("there is no execution `{arn}`")))?;
    Ok(changes(console.clone(), run.events(), known).boxed())
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
    /// Waits for new events, and skips those that follow within the pause. Returns `None` when the
    /// server shuts down.
    async fn next(&mut self) -> Option<&'static [u8]> {
        let mut quiet = Duration::ZERO;
        loop {
            match tokio::time::timeout(LOOK, self.events.next()).await {
                Ok(Some(event)) if event.id() > self.known => {
                    self.has_ended = ends_within(PAUSE, &mut self.events).await;
                    return Some(if self.has_ended { END } else { CHANGE });
                }
                Ok(Some(_)) => {}
                Ok(None) => {
                    self.has_ended = true;
                    return Some(END);
                }
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

/// Skips the events of this time, and returns whether they end in it. The time is measured, because
/// an execution that always has a next event leaves no moment for a timer.
async fn ends_within(time: Duration, events: &mut (impl Stream + Unpin)) -> bool {
    let end = Instant::now() + time;
    while Instant::now() < end {
        match tokio::time::timeout_at(end, events.next()).await {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
    false
}

/// Returns the response of a stream, which ends when the server begins to shut down.
fn respond(
    ends: impl Future<Output = ()> + Send + 'static,
    stream: impl Stream<Item = Bytes> + Send + 'static,
) -> Response {
    let chunks = stream.take_until(ends).map(Ok::<_, Infallible>);
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

    /// So many events, one after each gap.
    fn events(count: u32, gap: Duration) -> BoxStream<'static, u32> {
        let next = move |number| async move {
            tokio::time::sleep(gap).await;
            (number < count).then_some((number, number + 1))
        };
        stream::unfold(0, next).boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn events_that_never_pause_are_skipped_for_a_limited_time() {
        for gap in [1, 100, 299] {
            let begun = Instant::now();
            let mut busy = events(u32::MAX, Duration::from_millis(gap));
            assert!(!ends_within(PAUSE, &mut busy).await);
            assert!(begun.elapsed() <= PAUSE, "{gap}: {:?}", begun.elapsed());
        }
        assert!(ends_within(PAUSE, &mut events(20, Duration::from_millis(10))).await);
        assert!(!ends_within(PAUSE, &mut events(20, Duration::from_millis(20))).await);
    }

    #[tokio::test]
    async fn events_that_are_always_ready_are_skipped_for_a_limited_time() {
        assert!(!ends_within(Duration::from_millis(5), &mut stream::repeat(0)).await);
    }

    #[test]
    fn the_numbers_of_an_address_are_three() {
        assert_eq!(numbers_of("1.20.0"), Some([1, 20, 0]));
        for other in ["", "1.2", "1.2.3.4", "1.2.x", "1.-2.3"] {
            assert_eq!(numbers_of(other), None, "{other}");
        }
    }
}
