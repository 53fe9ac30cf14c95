//! The memory of large responses that clients have not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// The capacity for the bodies of all connections, in units of [`UNIT`]. Further bodies wait until
/// others are written.
const UNITS: usize = 64 * 1_048_576 / UNIT;
const UNIT: usize = 16_384;
/// A body of at most this many bytes is not counted and never waits.
const UNCOUNTED: usize = 65_536;
/// The maximum bytes of the bodies that wait. A read that would exceed it is refused, and the
/// client repeats it.
const WAITING: usize = 64 * 1_048_576;

/// The memory for the bodies of responses. Clones share it.
#[derive(Clone)]
pub(crate) struct ResponseMemory {
    units: Arc<Semaphore>,
    /// The bytes of the bodies that wait.
    waiting: Arc<AtomicUsize>,
}

/// A body that holds its memory until the connection drops it.
struct CountedBody {
    bytes: Bytes,
    _units: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for CountedBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A body that waits for memory.
struct WaitingBody<'a> {
    waiting: &'a AtomicUsize,
    length: usize,
}

impl Drop for WaitingBody<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.length, Ordering::AcqRel);
    }
}

impl ResponseMemory {
    pub(crate) fn new() -> Self {
        Self {
            units: Arc::new(Semaphore::new(UNITS)),
            waiting: Arc::default(),
        }
    }

    /// Returns whether a response waits for memory. Clients that read nothing are then disconnected
    /// sooner.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// Counts the body of a response, and waits until there is memory for it. Streams are not
    /// counted: each produces one part at a time.
    ///
    /// # Errors
    ///
    /// `ServiceUnavailableException` for a response that the client can request again, when too
    /// many wait.
    pub(crate) async fn count(
        &self,
        response: Response,
        is_repeatable: bool,
    ) -> Result<Response, ApiError> {
        let length = response.body().size_hint().exact();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let Some(length) = length.filter(|length| *length > UNCOUNTED) else {
            return Ok(response);
        };
        let units = u32::try_from(length.div_ceil(UNIT).min(UNITS)).unwrap_or(u32::MAX);
        let units = match self.units.clone().try_acquire_many_owned(units) {
            Ok(units) => units,
            Err(_) => self.wait(units, length, is_repeatable).await?,
        };
        let (head, body) = response.into_parts();
        // A body with a known length is in memory.
        let body = body.collect().await;
        let body = body.map_err(|error| ApiError::internal(error.to_string()))?;
        let counted = Bytes::from_owner(CountedBody {
            bytes: body.to_bytes(),
            _units: units,
        });
        Ok(Response::from_parts(head, Body::from(counted)))
    }

    async fn wait(
        &self,
        units: u32,
        length: usize,
        is_repeatable: bool,
    ) -> Result<OwnedSemaphorePermit, ApiError> {
        let before = self.waiting.fetch_add(length, Ordering::AcqRel);
        let _waiting = WaitingBody {
            waiting: &self.waiting,
            length,
        };
        if is_repeatable && before + length > WAITING {
            return Err(ApiError::unavailable(
                "too many clients do not read their responses; repeat the request later",
            ));
        }
        let acquired = self.units.clone().acquire_many_owned(units).await;
        acquired.map_err(|_| ApiError::unavailable("the server has ended"))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn response(length: usize) -> Response {
        Response::new(Body::from(vec![b' '; length]))
    }

    fn free(memory: &ResponseMemory) -> usize {
        memory.units.available_permits()
    }

    async fn body(response: Response) -> Bytes {
        let body = response.into_body().collect().await;
        body.expect("it is in memory").to_bytes()
    }

    #[tokio::test]
    async fn a_body_is_counted_above_the_limit_and_released_when_its_last_part_is_dropped() {
        let memory = ResponseMemory::new();
        let small = memory.count(response(UNCOUNTED), true).await;
        let small = body(small.expect("it is small")).await;
        assert_eq!((small.len(), free(&memory)), (UNCOUNTED, UNITS));
        let large = memory.count(response(UNCOUNTED + 1), true).await;
        let mut large = body(large.expect("there is memory")).await;
        assert_eq!(free(&memory), UNITS - UNCOUNTED / UNIT - 1);
        let last = large.split_off(UNCOUNTED);
        drop(large);
        assert_eq!(free(&memory), UNITS - UNCOUNTED / UNIT - 1);
        drop(last);
        assert_eq!(free(&memory), UNITS);
    }

    #[tokio::test]
    async fn bodies_beyond_the_capacity_wait_and_reads_beyond_that_are_refused() {
        let memory = ResponseMemory::new();
        let part = 1_048_576;
        let mut held = Vec::new();
        for _ in 0..64 {
            assert!(!memory.is_exhausted());
            held.extend(memory.count(response(part), true).await);
        }
        assert_eq!((held.len(), free(&memory)), (64, 0));
        // Small responses do not wait.
        let small = memory.count(response(UNCOUNTED), false).now_or_never();
        assert!(small.is_some_and(|small| small.is_ok()));
        let mut waiting: Vec<_> = (0..64)
            .map(|_| Box::pin(memory.count(response(part), true)))
            .collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert!(memory.is_exhausted());
        let refused = memory.count(response(part), true).now_or_never();
        let refused = refused.map(|refused| refused.map_err(|error| error.status()).err());
        assert_eq!(refused, Some(Some(503)));
        // The result of a request that must not be repeated waits.
        let mut result = Box::pin(memory.count(response(part), false));
        assert!((&mut result).now_or_never().is_none());
        drop(waiting);
        held.pop();
        let result = result.await;
        assert_eq!((result.is_ok(), memory.is_exhausted()), (true, false));
        drop((held, result));
        assert_eq!(free(&memory), UNITS);
    }

    #[tokio::test]
    async fn a_body_that_is_larger_than_the_capacity_takes_all_of_it() {
        let memory = ResponseMemory::new();
        let huge = memory.count(response(UNITS * UNIT + 1), true).await;
        assert_eq!((huge.is_ok(), free(&memory)), (true, 0));
        drop(huge);
        assert_eq!(free(&memory), UNITS);
    }
}
