//! A model of the lease, the numbers, the pruning and a failover, searched in all orders.
//!
//! Random kills do not prove a fence: a check of an epoch without a lock passed 45 seconds of them.
//! Here every order of the steps of two or three engines, their server and its replica is tried, up
//! to a few commits. An engine may be stopped before each step, and continue at any later time.
//!
//! To compare the model with the code:
//!
//! | model | code |
//! |---|---|
//! | [`Engine`] and its methods, by name | `commit.rs`: `attempt`, `commit`, `settle`, `resolve`; `takeover.rs`: `first_number` |
//! | [`Database::check`], [`Database::insert`] | `numbers.rs`: the INSERT of `Numbers::take` |
//! | [`Engine::resolve`] | `numbers.rs`: `Numbers::next` |
//! | [`Step::LockToPrune`], [`Step::Prune`] | `numbers.rs`: `Numbers::prune`, with `KEPT` = `BETWEEN` = 1 |
//! | [`Engine::take_lease`] | `lease.rs`: `take`; the lease expires at any moment, so that nothing depends on its time |
//!
//! The properties, which hold in every state:
//!
//! - Each number is committed once, and acknowledged by one engine.
//! - Along the numbers, the epochs never go back: engines do not take turns.
//! - Each change is applied once, and never after its failure was reported.
//! - Without a failover, and with one to a synchronous replica, an acknowledged commit is not lost.
//! - After a failover that lost a commit, the engine that had acknowledged it commits nothing more.
//!
//! An engine calls a task or answers a request after the acknowledgement of a change, so the
//! properties of acknowledgements are those of effects. Each wrong variant of an engine has a test
//! that finds its shortest counterexample.

mod database;
mod engine;
mod search;
mod world;

use std::env;
use std::time::Instant;

use database::Fence;
use engine::{Habits, RIGHT};
use search::{Searched, search};
use world::{Bounds, Replication, Step, World};

/// Two engines that lose an answer and delete old numbers.
const TWO: Bounds = Bounds {
    engines: 2,
    changes: 2,
    commits: 4,
    lost_answers: 1,
    refusals: 1,
    prunings: 1,
    replication: Replication::None,
};

/// A third engine may take over from the second.
const THREE: Bounds = Bounds {
    engines: 3,
    changes: 1,
    lost_answers: 0,
    refusals: 0,
    ..TWO
};

/// A failover to a replica that may lack commits.
const FAILOVER: Bounds = Bounds {
    engines: 2,
    prunings: 0,
    replication: Replication::Asynchronous,
    ..THREE
};

/// A failover to a replica for which COMMIT waits.
const SYNCHRONOUS: Bounds = Bounds {
    replication: Replication::Synchronous,
    ..FAILOVER
};

fn searched(habits: Habits, bounds: Bounds) -> Searched<Step> {
    let began = Instant::now();
    let searched = search(&World { habits, bounds });
    println!("{} states in {:?}", searched.states, began.elapsed());
    searched
}

/// Whether the search takes minutes: `.ci/nightly postgres` sets the variable.
fn goes_further() -> bool {
    env::var_os("STEPWRIGHT_TEST_MODEL").is_some()
}

fn further(bounds: Bounds) -> Bounds {
    if !goes_further() {
        return bounds;
    }
    Bounds {
        commits: bounds.commits + 1,
        lost_answers: bounds.lost_answers + 1,
        ..bounds
    }
}

/// No state within these bounds violates a property.
fn holds(habits: Habits, bounds: Bounds) {
    let searched = searched(habits, bounds);
    assert!(
        searched.counterexample.is_none(),
        "{:#?}",
        searched.counterexample
    );
}

/// The search finds that a variant violates a property, in this number of steps.
fn is_violated(habits: Habits, bounds: Bounds, violation: &str, steps: usize) {
    let found = searched(habits, bounds).counterexample;
    let found = found.expect("the variant is wrong");
    println!("{}, after:", found.violation);
    for step in &found.steps {
        println!("  {step:?}");
    }
    assert_eq!((found.violation, found.steps.len()), (violation, steps));
}

#[test]
fn two_engines_that_lose_answers_and_prune_commit_each_change_once() {
    holds(RIGHT, further(TWO));
}

#[test]
fn three_engines_that_are_stopped_anywhere_do_not_take_turns() {
    holds(RIGHT, further(THREE));
}

#[test]
fn an_engine_does_not_continue_after_a_failover_that_lost_its_commits() {
    holds(RIGHT, further(FAILOVER));
    let three = Bounds {
        engines: 3,
        commits: 3,
        ..FAILOVER
    };
    if goes_further() {
        holds(RIGHT, three);
    }
}

#[test]
fn a_failover_to_a_synchronous_replica_loses_nothing_even_if_waits_are_cancelled() {
    holds(RIGHT, further(SYNCHRONOUS));
}

#[test]
fn an_epoch_that_is_read_without_a_lock_is_no_fence() {
    let fence = Fence::Epoch;
    let habits = Habits { fence, ..RIGHT };
    let bounds = Bounds {
        lost_answers: 0,
        prunings: 0,
        ..TWO
    };
    is_violated(
        habits,
        bounds,
        "an engine commits after one with a higher epoch",
        12,
    );
}

#[test]
fn an_engine_without_a_look_at_the_epoch_before_takes_turns_with_a_newer_one() {
    let habits = Habits {
        fence: Fence::PredecessorExists,
        compares_epoch: false,
        ..RIGHT
    };
    is_violated(
        habits,
        TWO,
        "an engine commits after one with a higher epoch",
        12,
    );
}

#[test]
fn numbers_that_are_deleted_without_the_lock_are_committed_twice() {
    let habits = Habits {
        locks_to_prune: false,
        ..RIGHT
    };
    let bounds = Bounds {
        lost_answers: 0,
        refusals: 0,
        ..TWO
    };
    is_violated(habits, bounds, "a number is committed twice", 18);
}

#[test]
fn a_locked_epoch_is_a_fence_until_a_failover_loses_commits() {
    let fence = Fence::LockedEpoch;
    let habits = Habits { fence, ..RIGHT };
    let bounds = Bounds {
        lost_answers: 0,
        refusals: 0,
        prunings: 0,
        ..TWO
    };
    holds(habits, bounds);
    is_violated(
        habits,
        FAILOVER,
        "an engine commits after the database lost its commits",
        12,
    );
}

#[test]
fn the_epoch_of_the_number_before_does_not_find_every_lost_commit() {
    let habits = Habits {
        fence: Fence::PredecessorEpoch,
        compares_epoch: false,
        ..RIGHT
    };
    holds(habits, TWO);
    is_violated(
        habits,
        FAILOVER,
        "an engine commits after the database lost its commits",
        18,
    );
}

#[test]
fn a_lost_commit_that_is_sent_under_a_new_number_is_applied_twice() {
    let habits = Habits {
        repeats_number: false,
        ..RIGHT
    };
    is_violated(habits, TWO, "a change is applied twice", 15);
}

#[test]
fn a_lost_commit_that_is_forgotten_after_a_refusal_is_applied_later() {
    let habits = Habits {
        leaves_open: false,
        ..RIGHT
    };
    is_violated(
        habits,
        TWO,
        "a change is applied after its failure was reported",
        14,
    );
}

#[test]
fn an_own_row_does_not_prove_that_a_synchronous_replica_has_the_commit() {
    let habits = Habits {
        confirms: false,
        ..RIGHT
    };
    is_violated(
        habits,
        SYNCHRONOUS,
        "a failover to a synchronous replica loses a commit",
        17,
    );
}
