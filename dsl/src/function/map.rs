//! `map` and `map_distributed`: a body for each item.

use super::body::{Body, BodyHandle, Operation, raise, wait_for};
use super::call::{Catching, Caught};
use super::failure::Failure;
use super::host::{Host, poll_child};
use super::source::{List, Source, SourceItems};
use crate::map_run::{Manifest, MapResults};
use crate::shape::Payload;
use crate::task::TaskReturn;
use serde_json::Value;
use std::fmt;
use std::future::{poll_fn, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::thread;

/// Runs an async closure for each item of a list: a Map state.
///
/// Awaited, it returns the results in the order of the items. If the closure returns a `Result`, so
/// does the Map, and it fails with the first failed item.
///
/// ```
/// use stepwright::function::*;
///
/// #[task]
/// async fn pack(item: String) -> u32 {
///     item.len() as u32
/// }
///
/// #[workflow]
/// async fn pack_all(items: Vec<String>) -> Vec<u32> {
///     map(&items, async |item| pack(item).await).concurrency(10).await
/// }
///
/// assert_eq!(PlainRun::new().block_on(pack_all(vec!["ab".to_owned()])).unwrap(), [2]);
/// ```
pub fn map<'a, L: List, F: Fn(L::Item) -> R + Sync + 'a, R: TaskReturn + 'a>(
    list: L,
    body: F,
) -> Map<'a, L::Item, F, R> {
    Map {
        work: ListWork {
            items: list.items(),
            body,
            limit: usize::MAX,
        },
        types: PhantomData,
    }
}

/// Runs an async closure for each item of a list or of objects in S3, each in a child execution: a
/// Distributed Map.
///
/// The items are a list, or what [`csv_items`](super::csv_items),
/// [`json_items`](super::json_items), [`json_lines_items`](super::json_lines_items) or
/// [`object_items`](super::object_items) return; then the closure declares their type:
/// `async |row: Row| ..`.
///
/// Awaited, it returns the results of the items that succeeded. It never fails with the error of an
/// item: if more items fail than [`tolerate`](MapDistributed::tolerate) and
/// [`tolerate_percent`](MapDistributed::tolerate_percent) allow, which is none at first, it fails
/// with `States.ExceedToleratedFailureThreshold`.
pub fn map_distributed<
    'a,
    S: Source<T>,
    T: Payload,
    F: Fn(T) -> R + Sync + 'a,
    R: TaskReturn + 'a,
>(
    items: S,
    body: F,
) -> MapDistributed<'a, T, F, R> {
    MapDistributed {
        work: ListWork {
            items: items.items(),
            body,
            limit: usize::MAX,
        },
        tolerated: 0,
        percentage: 0.0,
        results: Collected,
        types: PhantomData,
    }
}

struct ListWork<F, I = Vec<Result<Value, serde_json::Error>>> {
    items: I,
    body: F,
    limit: usize,
}

/// The types of a body, without values.
type BodyTypes<'a, T, R> = (&'a (), fn(T) -> R);

/// The operation of [`map`].
#[must_use = "a workflow runs the Map when it is awaited"]
pub struct Map<'a, T, F, R> {
    work: ListWork<F>,
    types: PhantomData<BodyTypes<'a, T, R>>,
}

/// The operation of [`map_distributed`].
#[must_use = "a workflow runs the Map when it is awaited"]
pub struct MapDistributed<'a, T, F, R, W = Collected> {
    work: ListWork<F, SourceItems>,
    tolerated: usize,
    percentage: f64,
    results: W,
    types: PhantomData<BodyTypes<'a, T, R>>,
}

/// The results of a Distributed Map are its value.
#[derive(Debug)]
pub struct Collected;

/// The results of a Distributed Map are written to S3.
#[derive(Debug)]
pub struct Written {
    bucket: String,
    prefix: String,
}

/// The value of a Distributed Map.
pub trait MapValue<T> {
    /// The type.
    type Output;

    /// Converts the results of the items.
    fn of(self, results: Vec<T>) -> Self::Output;
}

impl<T> MapValue<T> for Collected {
    type Output = Vec<T>;

    fn of(self, results: Vec<T>) -> Vec<T> {
        results
    }
}

impl<T> MapValue<T> for Written {
    type Output = MapResults;

    fn of(self, _results: Vec<T>) -> MapResults {
        let folder = match self.prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        MapResults {
            map_run_arn: "arn:aws:states:us-east-1:123456789012:mapRun:plain/run:1".to_owned(),
            manifest: Manifest {
                bucket: self.bucket,
                key: format!("{folder}manifest.json"),
            },
        }
    }
}

macro_rules! shared {
    ($name:ident $($writer:ident)?) => {
        impl<T, F, R $(, $writer)?> fmt::Debug for $name<'_, T, F, R $(, $writer)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl<T, F, R $(, $writer)?> $name<'_, T, F, R $(, $writer)?> {
            /// Sets the number of items that may run at the same time: `MaxConcurrency`. 0 means no
            /// limit.
            pub fn concurrency(mut self, limit: usize) -> Self {
                self.work.limit = if limit == 0 { usize::MAX } else { limit };
                self
            }

            /// Names the state.
            pub fn named(self, _name: &'static str) -> Self {
                self
            }

            /// Returns every failure as a value, because the code has an arm for every failure.
            #[doc(hidden)]
            pub fn catching(self) -> Catching<Self> {
                Catching(self)
            }
        }
    };
}

shared!(Map);
shared!(MapDistributed W);

impl<'a, T, F, R, W> MapDistributed<'a, T, F, R, W> {
    /// Sets the label in the ARNs of the children: `Label`.
    pub fn label(self, _label: &'static str) -> Self {
        self
    }

    /// Runs the children as Express executions.
    pub fn express(self) -> Self {
        self
    }

    /// Sets the number of items that may fail: `ToleratedFailureCount`.
    pub fn tolerate(mut self, count: usize) -> Self {
        self.tolerated = count;
        self
    }

    /// Sets the percentage of the items that may fail: `ToleratedFailurePercentage`, from 0.0 to
    /// 100.0.
    pub fn tolerate_percent(mut self, percentage: f64) -> Self {
        self.percentage = percentage;
        self
    }

    /// Writes the results to objects of a bucket whose keys begin with a prefix: `ResultWriter`.
    /// The value of the Map is then [`MapResults`], with the location of the manifest. A plain run
    /// writes nothing.
    pub fn write_results(
        self,
        bucket: impl AsRef<str>,
        prefix: impl AsRef<str>,
    ) -> MapDistributed<'a, T, F, R, Written> {
        MapDistributed {
            work: self.work,
            tolerated: self.tolerated,
            percentage: self.percentage,
            results: Written {
                bucket: bucket.as_ref().to_owned(),
                prefix: prefix.as_ref().to_owned(),
            },
            types: PhantomData,
        }
    }
}

/// The value of one item, or its error.
type ItemResult<R> = Result<<R as TaskReturn>::Output, <R as TaskReturn>::Error>;

/// The end of one item: its result, or the failure of the item.
type Ended<R> = Result<ItemResult<R>, Failure>;

/// The most threads of one Map. More items than this run one after the other.
const MAX_THREADS: usize = 1_000;

/// Runs the body for all items. `stops` decides whether a failed item ends the others.
fn run<T: Payload, F: Fn(T) -> R + Sync, R: TaskReturn>(
    work: ListWork<F>,
    stops: bool,
) -> Vec<Option<Ended<R>>> {
    let ListWork { items, body, limit } = work;
    let body = &body;
    thread::scope(|scope| {
        let count = items.len().min(limit).min(MAX_THREADS);
        let workers: Vec<_> = (0..count)
            .map(|_| BodyHandle::worker(scope, |item| body(item).into_result()))
            .collect();
        wait_for(move |host| {
            let workers = workers.into_iter().map(Body::new).collect();
            run_items::<T, R>(host, items, workers, stops)
        })
    })
}

/// Passes the items to idle workers until all have ended.
async fn run_items<T: Payload, R: TaskReturn>(
    host: Rc<Host>,
    items: Vec<Result<Value, serde_json::Error>>,
    mut idle: Vec<Body<T, ItemResult<R>>>,
    stops: bool,
) -> Vec<Option<Ended<R>>> {
    let mut ended: Vec<Option<Ended<R>>> = Vec::new();
    ended.resize_with(items.len(), || None);
    let mut waiting = items.into_iter().enumerate();
    let mut running: Vec<(usize, Body<T, ItemResult<R>>)> = Vec::new();
    poll_fn(|cx| {
        loop {
            while let Some(mut worker) = idle.pop() {
                let Some((index, item)) = waiting.next() else {
                    break;
                };
                match item.and_then(serde_json::from_value::<T>) {
                    Ok(item) => {
                        worker.start(item);
                        running.push((index, worker));
                    }
                    Err(error) => {
                        ended[index] =
                            Some(Err(Failure::outside("States.Runtime", error.to_string())));
                        idle.push(worker);
                    }
                }
            }
            let mut failed = ended.iter().flatten().any(Result::is_err);
            let mut has_ended = false;
            for (index, mut worker) in std::mem::take(&mut running) {
                if failed && stops {
                    break;
                }
                let end = match poll_child(Pin::new(&mut worker), cx) {
                    Ok(Poll::Ready(value)) => Ok(value),
                    Ok(Poll::Pending) => match host.take_raised() {
                        Some(failure) => Err(failure),
                        None => {
                            running.push((index, worker));
                            continue;
                        }
                    },
                    Err(failure) => Err(failure),
                };
                failed |= !matches!(end, Ok(Ok(_)));
                ended[index] = Some(end);
                idle.push(worker);
                has_ended = true;
            }
            let is_complete = running.is_empty() && waiting.len() == 0;
            if (failed && stops) || is_complete {
                return Poll::Ready(());
            }
            // Each item that ended makes room for the next one.
            if !has_ended || waiting.len() == 0 {
                return Poll::Pending;
            }
        }
    })
    .await;
    ended
}

/// The results of all items, or the first failure.
fn collected<R: TaskReturn>(
    ended: Vec<Option<Ended<R>>>,
) -> Result<Vec<R::Output>, Result<R::Error, Failure>> {
    let mut ended = ended;
    let failed = ended
        .iter()
        .position(|end| matches!(end, Some(Err(_) | Ok(Err(_)))));
    if let Some(index) = failed {
        return Err(match ended.swap_remove(index) {
            Some(Ok(Err(error))) => Ok(error),
            Some(Err(failure)) => Err(failure),
            _ => Err(Failure::outside("States.Runtime", "an item has no result")),
        });
    }
    Ok(ended.into_iter().flatten().flatten().flatten().collect())
}

impl<T: Payload, F: Fn(T) -> R + Sync, R: TaskReturn> Operation for Map<'_, T, F, R> {
    type Output = R::With<Vec<R::Output>>;

    fn run(self) -> Self::Output {
        match collected::<R>(run(self.work, true)) {
            Ok(list) => R::wrap(Ok(list)),
            Err(Ok(error)) => R::wrap(Err(error)),
            Err(Err(failure)) => raise(failure),
        }
    }
}

impl<T: Payload, F: Fn(T) -> R + Sync, R: TaskReturn> Operation for Catching<Map<'_, T, F, R>> {
    type Output = Result<Vec<R::Output>, Caught<R::Error>>;

    fn run(self) -> Self::Output {
        collected::<R>(run(self.0.work, true))
            .map_err(|failure| failure.map_or(Caught::Outside, Caught::Error))
    }
}

/// The value of a Distributed Map, or its failure.
fn distributed<T: Payload, F: Fn(T) -> R + Sync, R: TaskReturn, W: MapValue<R::Output>>(
    map: MapDistributed<'_, T, F, R, W>,
) -> Result<W::Output, Failure> {
    let items = match map.work.items {
        SourceItems::List(items) => items,
        SourceItems::Objects(request) => {
            wait_for(move |host| ready(request.read(host.items.borrow().get(&request.location()))))?
                .into_iter()
                .map(Ok)
                .collect()
        }
    };
    let total = items.len();
    let work = ListWork {
        items,
        body: map.work.body,
        limit: map.work.limit,
    };
    let ended = run::<T, F, R>(work, false);
    let failed = ended
        .iter()
        .filter(|end| !matches!(end, Some(Ok(Ok(_)))))
        .count();
    // Step Functions fails when one of the two thresholds is exceeded; a threshold that is not set
    // does not count if the other one is.
    let has_percentage = map.percentage > 0.0;
    let exceeds_count = failed > map.tolerated && (map.tolerated > 0 || !has_percentage);
    // Without items, the share is no number, which exceeds nothing.
    let exceeds_percentage = failed as f64 * 100.0 / total as f64 > map.percentage;
    if exceeds_count || has_percentage && exceeds_percentage {
        return Err(Failure::outside(
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
        ));
    }
    let results = ended.into_iter().flatten().flatten().flatten();
    Ok(map.results.of(results.collect()))
}

impl<T, F, R, W> Operation for MapDistributed<'_, T, F, R, W>
where
    T: Payload,
    F: Fn(T) -> R + Sync,
    R: TaskReturn,
    W: MapValue<R::Output>,
{
    type Output = W::Output;

    fn run(self) -> Self::Output {
        distributed(self).unwrap_or_else(|failure| raise(failure))
    }
}

impl<T, F, R, W> Operation for Catching<MapDistributed<'_, T, F, R, W>>
where
    T: Payload,
    F: Fn(T) -> R + Sync,
    R: TaskReturn,
    W: MapValue<R::Output>,
{
    type Output = Result<W::Output, Caught<crate::task::NoError>>;

    fn run(self) -> Self::Output {
        distributed(self.0).map_err(|_| Caught::Outside)
    }
}
