//! A store in memory that fails at each commit and each read in turn.

use std::time::Duration;

use stepwright_engine::Status;

use crate::durable::support::process;
use crate::faults::points;
use crate::faults::store::{Fault, FaultPlan, FaultyStore};
use crate::faults::workflows::{Ended, ID, Workflow, World, arn, with_token, workflows};

/// Ends a test that would wait for ever.
const HANGS: Duration = Duration::from_secs(60);

/// Runs a workflow on a store with a fault, and reads its end again with another engine.
fn run(workflow: usize, fault: Fault) -> (FaultyStore, Ended) {
    let store = FaultyStore::new(fault);
    let (of_run, of_next, world) = (store.clone(), store.store.clone(), World::default());
    let of_world = world.clone();
    let work = move || workflows().swap_remove(workflow);
    let ended = process(async move {
        let workflow: Workflow = work();
        let run = tokio::time::timeout(HANGS, workflow.run(|| of_run.clone(), &of_world));
        let ended = run.await;
        ended.unwrap_or_else(|_| panic!("{} with {fault:?} does not end", workflow.name))
    });
    let stored = process(async move {
        let workflow: Workflow = work();
        let engine = workflow.engine(of_next, &world);
        let run = engine
            .blocking_execution(ID)
            .unwrap()
            .expect("it is in the store");
        workflow.ended(&engine, &run, &world).await
    });
    assert_eq!(stored, ended, "{fault:?}: the store has another end");
    (store, ended)
}

/// Checks that faults at each commit, or each read, change nothing.
fn changes_nothing(total: fn(&FaultyStore) -> u64, few: u64, fault: fn(u64) -> Fault) {
    let mut injected = 0;
    for (workflow, named) in workflows().iter().enumerate() {
        let (store, whole) = run(workflow, Fault::None);
        for at in points(total(&store), few) {
            let fault = fault(at);
            let (store, ended) = run(workflow, fault);
            assert_eq!(ended, whole, "{}: {fault:?}", named.name);
            injected += usize::from(store.plan.has_injected());
        }
    }
    assert!(injected + 1 >= workflows().len(), "{injected}");
}

fn commits(store: &FaultyStore) -> u64 {
    store.plan.commits()
}

fn reads(store: &FaultyStore) -> u64 {
    store.plan.reads()
}

#[test]
fn a_commit_that_fails_is_repeated() {
    changes_nothing(commits, 3, Fault::NotApplied);
}

#[test]
fn a_commit_that_is_applied_but_reported_as_failed_is_not_repeated() {
    changes_nothing(commits, 3, Fault::Applied);
}

#[test]
fn a_commit_with_an_unknown_outcome_waits_until_the_store_can_be_read() {
    changes_nothing(commits, 1, Fault::AppliedUnread);
}

#[test]
fn a_lock_of_another_program_delays_commits_only() {
    changes_nothing(commits, 1, Fault::Locked);
}

#[test]
fn a_read_that_fails_is_repeated() {
    changes_nothing(reads, 3, Fault::Read);
}

const NAMES: [&str; 3] = ["e", "f", "g"];

/// Answers all tokens of the executions that the engine can read, and returns the ARNs of the
/// others. Returns also the number of reads.
fn answer_all(store: FaultyStore, world: World) -> (Vec<String>, u64) {
    process(async move {
        let workflow = with_token();
        let engine = workflow.engine(store.clone(), &world);
        let unreadable = engine.unreadable_executions().into_iter();
        let unreadable: Vec<String> = unreadable.map(|execution| execution.id).collect();
        let reads = store.plan.reads();
        for name in NAMES {
            if unreadable.contains(&arn(name)) {
                continue;
            }
            let run = engine.blocking_execution(&arn(name)).unwrap();
            let run = run.expect("it is in the store");
            if run.status() == Status::Running {
                workflow.answer(&engine, &world, name).await;
            }
            let ended = tokio::time::timeout(HANGS, run.report()).await;
            assert_eq!(ended.expect("it ends").status, Status::Succeeded);
        }
        (unreadable, reads)
    })
}

#[test]
fn a_damaged_record_stops_only_its_execution_until_the_store_is_repaired() {
    let start = || {
        let (store, world) = (FaultyStore::new(Fault::None), World::default());
        let (of_engine, of_world) = (store.clone(), world.clone());
        process(async move {
            let workflow = with_token();
            let engine = workflow.engine(of_engine, &of_world);
            for name in NAMES {
                workflow.start(&engine, name).await;
                of_world.token(name).await;
            }
            engine.shutdown(Duration::ZERO).await;
        });
        (store, world)
    };
    let (whole, world) = start();
    let (unreadable, reads) = answer_all(whole, world);
    assert!(unreadable.is_empty());
    let mut damaged = 0;
    for at in points(reads, 3) {
        let (store, world) = start();
        let faulty = FaultyStore {
            store: store.store.clone(),
            plan: FaultPlan::new(Fault::Damaged(at)),
        };
        let (unreadable, _) = answer_all(faulty, world.clone());
        assert!(unreadable.len() <= 1, "{unreadable:?}");
        damaged += unreadable.len();
        let (unreadable, _) = answer_all(store, world.clone());
        assert_eq!(unreadable, [""; 0], "read {at}");
        let calls = world.calls();
        assert_eq!(calls.len(), NAMES.len(), "read {at}: {calls:?}");
        assert!(calls.values().all(|calls| *calls == 1), "{calls:?}");
    }
    assert!(damaged > 0);
}
