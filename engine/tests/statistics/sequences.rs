//! Random sequences of requests: the statistics have the numbers of a model, and begins and ends
//! agree at each moment.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, ExecutionHandle, Limits, StartOptions, Status};

use crate::statistics::support::{Counts, builder, counts};

/// A request, or a restart of the engine.
#[derive(Clone, Debug)]
enum Request {
    Start {
        is_express: bool,
        word: &'static str,
    },
    /// Stops one of the open executions.
    Stop(usize),
    /// Redrives one of the Standard executions that ended.
    Redrive(usize),
    Sleep(u64),
    Restart,
}

fn request() -> impl Strategy<Value = Request> {
    let word = prop::sample::select(vec!["succeed", "fail", "wait", "stay"]);
    prop_oneof![
        6 => (any::<bool>(), word).prop_map(|(is_express, word)| Request::Start { is_express, word }),
        2 => any::<prop::sample::Index>().prop_map(|at| Request::Stop(at.index(100))),
        2 => any::<prop::sample::Index>().prop_map(|at| Request::Redrive(at.index(100))),
        2 => (1u64..40).prop_map(Request::Sleep),
        1 => Just(Request::Restart),
    ]
}

/// What this engine did, as its callers see it.
struct Model {
    /// Started, redriven and resumed executions of this engine.
    runs: Vec<(Begin, ExecutionHandle<stepwright_engine::value::Value>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Begin {
    Started { is_express: bool },
    Redriven,
    Resumed,
}

impl Model {
    fn counts(&self, is_express: bool) -> Counts {
        let mut counts = Counts::default();
        for (begin, run) in &self.runs {
            let is_of_machine = match begin {
                Begin::Started { is_express: it } => *it == is_express,
                Begin::Redriven | Begin::Resumed => !is_express,
            };
            if !is_of_machine {
                continue;
            }
            *match begin {
                Begin::Started { .. } => &mut counts.started,
                Begin::Redriven => &mut counts.redriven,
                Begin::Resumed => &mut counts.resumed,
            } += 1;
            *match run.status() {
                Status::Succeeded => &mut counts.succeeded,
                Status::Failed => &mut counts.failed,
                Status::Aborted => &mut counts.aborted,
                Status::TimedOut => &mut counts.timed_out,
                _ => &mut counts.open,
            } += 1;
        }
        counts
    }
}

fn engine(store: Option<&MemoryStore>, now: Timestamp) -> Engine {
    let builder = builder()
        .limits(Limits::new().open_executions(12))
        .clock(Clock::virtual_from(now));
    let builder = match store {
        Some(store) => builder.store(store.clone()),
        None => builder,
    };
    builder.build().unwrap()
}

async fn sequence(requests: Vec<Request>, is_durable: bool) {
    let store = is_durable.then(MemoryStore::new);
    let start = Timestamp::from_unix_micros(1_800_000_000_000_000);
    let mut engine_now = engine(store.as_ref(), start);
    let mut model = Model { runs: Vec::new() };
    for request in requests {
        // Nothing happens between the requests, except during a sleep.
        let hold = engine_now.clock().hold();
        match request {
            Request::Start { is_express, word } => {
                let machine = if is_express { "express" } else { "obedient" };
                let run = engine_now
                    .start_machine(machine, json!(word), StartOptions::new())
                    .await;
                if let Ok(run) = run {
                    model.runs.push((Begin::Started { is_express }, run));
                }
            }
            Request::Stop(at) => {
                let open: Vec<_> = model
                    .runs
                    .iter()
                    .filter(|(_, run)| run.status() == Status::Running)
                    .collect();
                if let Some((_, run)) = open.get(at % open.len().max(1)) {
                    // An execution may end concurrently.
                    run.stop(None, None).await;
                }
            }
            Request::Redrive(at) => {
                let standard: Vec<_> = model
                    .runs
                    .iter()
                    .filter(|(begin, _)| *begin != Begin::Started { is_express: true })
                    .map(|(_, run)| run.id().to_owned())
                    .collect();
                if let Some(id) = standard.get(at % standard.len().max(1))
                    && let Ok(run) = engine_now.redrive(id).await
                {
                    model.runs.push((Begin::Redriven, run));
                }
            }
            Request::Sleep(seconds) => {
                drop(hold);
                drop(engine_now.clock().sleep(Duration::from_secs(seconds)).await);
            }
            Request::Restart => {
                let Some(store) = &store else { continue };
                // Ends of this engine are reported before it is suspended.
                let now = engine_now.clock().now();
                drop(hold);
                engine_now.shutdown(Duration::ZERO).await;
                let of_it = counts(&engine_now, "obedient");
                prop_balanced(of_it);
                assert_eq!(of_it.open, 0);
                let suspended: Vec<_> = model
                    .runs
                    .iter()
                    .filter(|(begin, run)| {
                        *begin != Begin::Started { is_express: true }
                            && run.status() == Status::Running
                    })
                    .map(|(_, run)| run.id().to_owned())
                    .collect();
                assert_eq!(of_it.suspended, suspended.len() as u64);
                engine_now = engine(Some(store), now);
                let resumed = suspended.iter().map(|id| {
                    let run = engine_now.blocking_execution(id).unwrap().unwrap();
                    (Begin::Resumed, run)
                });
                model.runs = resumed.collect();
            }
        }
        for (machine, is_express) in [("obedient", false), ("express", true)] {
            prop_balanced(counts(&engine_now, machine));
            let agrees = || counts(&engine_now, machine) == model.counts(is_express);
            crate::statistics::support::until("the numbers of the model", agrees).await;
        }
    }
}

fn prop_balanced(counts: Counts) {
    let Counts {
        started,
        redriven,
        resumed,
        succeeded,
        failed,
        aborted,
        timed_out,
        suspended,
        open,
    } = counts;
    assert_eq!(
        started + redriven + resumed,
        succeeded + failed + aborted + timed_out + suspended + open,
        "{counts:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn begins_are_ends_and_open_executions_in_any_sequence(
        requests in prop::collection::vec(request(), 1..25),
        is_durable in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(sequence(requests, is_durable));
    }
}
