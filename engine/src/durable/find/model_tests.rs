//! Requests in random orders with the moves of an execution between memory and the store. Memory
//! and the store are each a value behind a mutex; the moves are those of the engine.

use std::convert::Infallible;
use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::{Location, locate};
use crate::sync::{Mutex, orders};

/// A row: which run of the execution it is of, and whether that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    run: u32,
    is_closed: bool,
}

/// One execution.
#[derive(Default)]
struct World {
    /// The run in memory.
    memory: Mutex<Option<u32>>,
    /// The committed row.
    store: Mutex<Option<Row>>,
}

impl World {
    fn remember(&self, run: Option<u32>) {
        *self.memory.lock().unwrap() = run;
    }

    fn commit(&self, run: u32, is_closed: bool) {
        *self.store.lock().unwrap() = Some(Row { run, is_closed });
    }

    /// Looks for the execution. Returns its run.
    fn find(&self) -> Option<u32> {
        let memory = || Ok::<_, Infallible>(*self.memory.lock().unwrap());
        let row = || Ok(*self.store.lock().unwrap());
        match locate(memory, row, |row: &Row| row.is_closed).unwrap()? {
            Location::InMemory(run) => Some(run),
            Location::Closed(row) => Some(row.run),
        }
    }

    /// Starts, ends, forgets and redrives the execution.
    fn live(&self) {
        for run in 0..4 {
            self.remember(Some(run));
            if run > 0 && thread_rng().gen_bool(0.3) {
                // The commit of the redrive fails, and it is withdrawn.
                self.remember(None);
                continue;
            }
            self.commit(run, false);
            thread::yield_now();
            self.commit(run, true);
            if thread_rng().gen_bool(0.8) {
                self.remember(None);
            }
        }
    }
}

fn check(test: fn()) {
    shuttle::check_random(test, orders() / 2);
    shuttle::check_pct(test, orders() / 2, 3);
}

#[test]
fn an_execution_that_was_started_is_found_while_it_moves() {
    check(|| {
        let world = Arc::new(World::default());
        world.remember(Some(0));
        world.commit(0, false);
        let lives = world.clone();
        let life = thread::spawn(move || lives.live());
        let requests = (0..2).map(|_| {
            let world = world.clone();
            thread::spawn(move || {
                let found = [world.find(), world.find()];
                assert!(found.iter().all(Option::is_some), "{found:?}");
            })
        });
        let requests: Vec<_> = requests.collect();
        for thread in requests.into_iter().chain([life]) {
            thread.join().unwrap();
        }
    });
}

#[test]
fn an_open_execution_of_another_engine_is_not_found_and_does_not_block() {
    check(|| {
        let world = Arc::new(World::default());
        world.commit(0, false);
        let requests = (0..2).map(|_| {
            let world = world.clone();
            thread::spawn(move || assert_eq!(world.find(), None))
        });
        for request in requests.collect::<Vec<_>>() {
            request.join().unwrap();
        }
    });
}
