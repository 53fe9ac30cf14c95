//! Bodies of requests, and a limit on their total memory.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::error::ApiError;

/// The maximum bytes of a request's body. AWS accepts 1 MB; a definition of 1 MiB is longer than
/// that when it is escaped in JSON.
pub(crate) const BODY_BYTES: usize = 1_572_864;
/// A larger body is read to its end, up to this size, so that the client can read the error.
const DRAINED_BYTES: usize = 16 * 1_048_576;
/// The capacity for bodies above [`SMALL_BYTES`] in memory, in units of [`UNIT`]; further bodies
/// wait.
const LARGE_UNITS: usize = 64 * 1_048_576 / UNIT;
/// The same for bodies up to [`SMALL_BYTES`], which never wait for larger ones.
const SMALL_UNITS: usize = 16 * 1_048_576 / UNIT;
/// The maximum bytes of a body that counts as small.
const SMALL_BYTES: usize = 65_536;
/// The first bytes of each body, up to this many, are not counted.
const UNIT: usize = 16_384;
/// While bodies wait for memory, a body that holds some must receive [`UNIT`] bytes in this time,
/// or its end.
const STALL: Duration = Duration::from_secs(2);

/// The memory for all bodies.
#[derive(Clone)]
pub(crate) struct BodyMemory {
    small: BodyPool,
    large: BodyPool,
}

/// The memory for the bodies of one size class.
#[derive(Clone)]
struct BodyPool {
    units: Arc<Semaphore>,
    /// A reserve for one whole body, against deadlocks: growing bodies could each wait for memory
    /// that the others hold. The body that has the reserve can always be read to its end.
    reserve: Arc<Mutex<()>>,
    /// How many bodies wait for memory.
    waiting: watch::Sender<usize>,
}

/// A body that was read. Dropping it releases its memory.
pub(crate) struct RequestBody {
    bytes: Bytes,
    _charge: AcquiredMemory,
}

impl AsRef<[u8]> for RequestBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A body that the process itself wrote. It is not counted.
impl From<String> for RequestBody {
    fn from(text: String) -> Self {
        Self {
            bytes: text.into(),
            _charge: AcquiredMemory::default(),
        }
    }
}

/// The memory that one body has acquired, all from one pool.
#[derive(Default)]
struct AcquiredMemory {
    units: usize,
    is_large: bool,
    permits: Vec<OwnedSemaphorePermit>,
    reserve: Option<OwnedMutexGuard<()>>,
}

impl BodyMemory {
    pub(crate) fn new() -> Self {
        Self {
            small: BodyPool::new(SMALL_UNITS),
            large: BodyPool::new(LARGE_UNITS),
        }
    }

    /// Reads the body of a request. A body with a declared length waits for its memory before it is
    /// read; others acquire memory as they grow. A body that does not arrive while others wait for
    /// its memory is refused.
    ///
    /// # Errors
    ///
    /// `RequestEntityTooLargeException`, `RequestTimeoutException`, `SerializationException`.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        mut body: Body,
    ) -> Result<RequestBody, ApiError> {
        let declared = headers.get(CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > BODY_BYTES) {
            drain(&mut body).await;
            return Err(ApiError::too_large(BODY_BYTES));
        }
        let mut charge = AcquiredMemory::default();
        self.charge(&mut charge, declared.unwrap_or_default()).await;
        let mut parts: Vec<Bytes> = Vec::new();
        let mut length = 0;
        // The begin of the interval in which a unit must arrive, and the bytes that have arrived in
        // it.
        let (mut since, mut arrived) = (Instant::now(), 0);
        loop {
            let frame = tokio::select! {
                biased;
                frame = body.frame() => frame,
                () = self.stalled(&charge, since) => return Err(ApiError::too_slow()),
            };
            let Some(frame) = frame else {
                break;
            };
            let frame = frame.map_err(|error| {
                ApiError::serialization(format!("the body cannot be read: {error}"))
            })?;
            if let Ok(data) = frame.into_data() {
                length += data.len();
                arrived += data.len();
                if length > BODY_BYTES {
                    drop((parts, charge));
                    drain(&mut body).await;
                    return Err(ApiError::too_large(BODY_BYTES));
                }
                self.charge(&mut charge, length).await;
                if arrived >= UNIT {
                    (since, arrived) = (Instant::now(), 0);
                }
                parts.push(data);
            }
        }
        let bytes = match parts.len() {
            1 => parts.swap_remove(0),
            _ => Bytes::from(parts.concat()),
        };
        Ok(RequestBody {
            bytes,
            _charge: charge,
        })
    }

    /// Acquires the memory for a body of this many bytes, and waits until it is free.
    async fn charge(&self, charge: &mut AcquiredMemory, length: usize) {
        if length > SMALL_BYTES && !charge.is_large {
            // Its permits of the other pool are released afterwards.
            let mut large = AcquiredMemory {
                is_large: true,
                ..AcquiredMemory::default()
            };
            self.large.charge(&mut large, length).await;
            *charge = large;
            return;
        }
        self.pool(charge).charge(charge, length).await;
    }

    fn pool(&self, charge: &AcquiredMemory) -> &BodyPool {
        if charge.is_large {
            &self.large
        } else {
            &self.small
        }
    }

    /// Waits until another body needs the memory of this one, which has received too little since
    /// this time.
    async fn stalled(&self, charge: &AcquiredMemory, since: Instant) {
        if charge.units == 0 {
            return std::future::pending().await;
        }
        let mut waiting = self.pool(charge).waiting.subscribe();
        loop {
            // The pool has the sender.
            drop(waiting.wait_for(|count| *count > 0).await);
            tokio::time::sleep_until(since + STALL).await;
            if *waiting.borrow() > 0 {
                return;
            }
        }
    }
}

impl BodyPool {
    fn new(units: usize) -> Self {
        Self {
            units: Arc::new(Semaphore::new(units)),
            reserve: Arc::default(),
            waiting: watch::Sender::new(0),
        }
    }

    async fn charge(&self, charge: &mut AcquiredMemory, length: usize) {
        let more = (length / UNIT).saturating_sub(charge.units);
        let Ok(permits @ 1..) = u32::try_from(more) else {
            return;
        };
        if charge.reserve.is_some() {
            return;
        }
        charge.units += more;
        if let Ok(permit) = self.units.clone().try_acquire_many_owned(permits) {
            charge.permits.push(permit);
            return;
        }
        let _waits = WaitingBody::new(&self.waiting);
        tokio::select! {
            biased;
            // The semaphore is never closed.
            Ok(permit) = self.units.clone().acquire_many_owned(permits) => charge.permits.push(permit),
            reserve = self.reserve.clone().lock_owned() => charge.reserve = Some(reserve),
        }
    }
}

/// Counts a body that waits for memory.
struct WaitingBody<'a>(&'a watch::Sender<usize>);

impl<'a> WaitingBody<'a> {
    fn new(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count += 1);
        Self(waiting)
    }
}

impl Drop for WaitingBody<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Reads the rest of a body, up to a bound, and drops it.
async fn drain(body: &mut Body) {
    let mut length = 0;
    while length < DRAINED_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        length += frame.data_ref().map_or(0, Bytes::len);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use futures_util::{StreamExt as _, stream};
    use tokio::task::JoinHandle;

    use super::*;

    const PARTS: usize = BODY_BYTES / UNIT;

    /// Returns a request that does not declare its length, and yields after each part.
    fn chunked(parts: usize) -> Body {
        let parts = stream::unfold(0, move |sent| async move {
            tokio::task::yield_now().await;
            (sent < parts).then(|| {
                (
                    Ok::<_, std::io::Error>(Bytes::from(vec![b' '; UNIT])),
                    sent + 1,
                )
            })
        });
        Body::from_stream(parts)
    }

    #[tokio::test]
    async fn concurrent_large_bodies_are_all_read_and_release_their_memory() {
        let memory = BodyMemory::new();
        // Four times the capacity, all of the maximum size.
        let count = 4 * LARGE_UNITS / PARTS;
        let read = join_all((0..count).map(|_| async {
            let body = memory
                .read(&HeaderMap::new(), chunked(PARTS))
                .await
                .map_err(|error| error.code());
            body.map(|body| body.as_ref().len())
        }));
        for length in read.await {
            assert_eq!(length, Ok(BODY_BYTES));
        }
        assert_eq!(memory.large.units.available_permits(), LARGE_UNITS);
        assert!(memory.large.reserve.try_lock().is_ok());
    }

    #[tokio::test]
    async fn a_small_body_of_unknown_length_reserves_no_shared_memory() {
        let memory = BodyMemory::new();
        let headers = HeaderMap::new();
        let small = memory.read(
            &headers,
            Body::from_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(
                b"{}",
            ))])),
        );
        let small = small.await.map_err(|error| error.code()).unwrap();
        assert_eq!(memory.large.units.available_permits(), LARGE_UNITS);
        assert_eq!(small.as_ref(), b"{}");
        let large = memory
            .read(&HeaderMap::new(), chunked(10))
            .await
            .map_err(|error| error.code())
            .unwrap();
        assert_eq!(memory.large.units.available_permits(), LARGE_UNITS - 10);
        drop(large);
        assert_eq!(memory.large.units.available_permits(), LARGE_UNITS);
    }

    #[tokio::test]
    async fn a_body_above_the_size_limit_is_refused_and_holds_no_memory() {
        let memory = BodyMemory::new();
        let refused = memory.read(&HeaderMap::new(), chunked(PARTS + 2)).await;
        assert_eq!(refused.err().map(|error| error.status()), Some(413));
        assert_eq!(memory.large.units.available_permits(), LARGE_UNITS);
    }

    /// Returns the headers of a request that declares its length, and its body, which never ends.
    fn stalled(length: usize) -> (HeaderMap, Body) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, length.into());
        let part = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b' '; UNIT]))]);
        (headers, Body::from_stream(part.chain(stream::pending())))
    }

    fn small(length: usize) -> (HeaderMap, Body) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, length.into());
        (headers, Body::from(vec![b' '; length]))
    }

    /// Begins to read as many stalled bodies as the memory of their size class holds, and one more,
    /// which gets the reserve.
    fn exhaust(memory: &BodyMemory, length: usize, units: usize) -> Vec<JoinHandle<Option<u16>>> {
        let count = units / (length / UNIT) + 1;
        let read = (0..count).map(|_| {
            let (memory, (headers, body)) = (memory.clone(), stalled(length));
            tokio::spawn(async move {
                let read = memory.read(&headers, body).await;
                read.err().map(|error| error.status())
            })
        });
        read.collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_body_does_not_wait_while_stalled_large_bodies_have_the_memory() {
        let memory = BodyMemory::new();
        let _stalled = exhaust(&memory, BODY_BYTES, LARGE_UNITS);
        tokio::task::yield_now().await;
        let begun = Instant::now();
        let (headers, body) = small(SMALL_BYTES);
        let read = memory.read(&headers, body).await;
        assert_eq!(read.err().map(|error| error.status()), None);
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn stalled_bodies_are_refused_when_another_body_needs_their_memory() {
        for (length, units) in [(BODY_BYTES, LARGE_UNITS), (SMALL_BYTES, SMALL_UNITS)] {
            let memory = BodyMemory::new();
            let stalled = exhaust(&memory, length, units);
            tokio::task::yield_now().await;
            let begun = Instant::now();
            let (headers, body) = small(length);
            let read = memory.read(&headers, body).await;
            assert_eq!(read.err().map(|error| error.status()), None, "{length}");
            assert!(begun.elapsed() <= STALL * 2, "{length}");
            for one in stalled {
                let status = tokio::time::timeout(STALL, one).await;
                // A body whose memory is not needed may stay.
                assert!(
                    matches!(status, Err(_) | Ok(Ok(Some(408)))),
                    "{length}: {status:?}"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_body_stays_while_the_memory_suffices() {
        let memory = BodyMemory::new();
        let (headers, body) = stalled(BODY_BYTES);
        let reading = memory.read(&headers, body);
        assert!(tokio::time::timeout(STALL * 10, reading).await.is_err());
    }
}
