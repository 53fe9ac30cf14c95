//! Bodies of requests, and a limit on their total memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// The maximum bytes of a request's body. AWS accepts 1 MB; a definition of 1 MiB is longer than that when it is escaped in JSON.
pub(crate) const BODY_BYTES: usize = 1_572_864;
/// A larger body is read to its end, up to this size, so that the client can read the error.
const DRAINED_BYTES: usize = 16 * 1_048_576;
/// The capacity for bodies in memory, in units of [`UNIT`]; further bodies wait.
const UNITS: usize = 64 * 1_048_576 / UNIT;
/// The first bytes of each body, up to this many, are not counted.
const UNIT: usize = 16_384;

/// The memory for all bodies.
#[derive(Clone)]
pub(crate) struct BodyMemory {
    units: Arc<Semaphore>,
    /// A reserve for one whole body, against deadlocks: growing bodies could each wait for memory that the others hold. The body that has the
    /// reserve can always be read to its end.
    reserve: Arc<Mutex<()>>,
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

/// The memory that one body has acquired.
#[derive(Default)]
struct AcquiredMemory {
    units: usize,
    permits: Vec<OwnedSemaphorePermit>,
    reserve: Option<OwnedMutexGuard<()>>,
}

impl BodyMemory {
    pub(crate) fn new() -> Self {
        Self {
            units: Arc::new(Semaphore::new(UNITS)),
            reserve: Arc::default(),
        }
    }

    /// Reads the body of a request. A body with a declared length waits for its memory before it is read; others acquire memory as they
    /// grow.
    ///
    /// # Errors
    ///
    /// `RequestEntityTooLargeException`, `SerializationException`.
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
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                ApiError::serialization(format!("the body cannot be read: {error}"))
            })?;
            if let Ok(data) = frame.into_data() {
                length += data.len();
                if length > BODY_BYTES {
                    drop((parts, charge));
                    drain(&mut body).await;
                    return Err(ApiError::too_large(BODY_BYTES));
                }
                self.charge(&mut charge, length).await;
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
        let more = (length / UNIT).saturating_sub(charge.units);
        let Ok(permits @ 1..) = u32::try_from(more) else {
            return;
        };
        if charge.reserve.is_some() {
            return;
        }
        charge.units += more;
        tokio::select! {
            biased;
            // The semaphore is never closed.
            Ok(permit) = self.units.clone().acquire_many_owned(permits) => charge.permits.push(permit),
            reserve = self.reserve.clone().lock_owned() => charge.reserve = Some(reserve),
        }
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
    use futures_util::stream;

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
        let count = 4 * UNITS / PARTS;
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
        assert_eq!(memory.units.available_permits(), UNITS);
        assert!(memory.reserve.try_lock().is_ok());
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
        assert_eq!(memory.units.available_permits(), UNITS);
        assert_eq!(small.as_ref(), b"{}");
        let large = memory
            .read(&HeaderMap::new(), chunked(10))
            .await
            .map_err(|error| error.code())
            .unwrap();
        assert_eq!(memory.units.available_permits(), UNITS - 10);
        drop(large);
        assert_eq!(memory.units.available_permits(), UNITS);
    }

    #[tokio::test]
    async fn a_body_above_the_size_limit_is_refused_and_holds_no_memory() {
        let memory = BodyMemory::new();
        let refused = memory.read(&HeaderMap::new(), chunked(PARTS + 2)).await;
        assert_eq!(refused.err().map(|error| error.status()), Some(413));
        assert_eq!(memory.units.available_permits(), UNITS);
    }
}
